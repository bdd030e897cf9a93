import { defineConfig } from 'vitest/config';

/** Tests that run the Rust programs; `npm run test:parity` builds and runs them. Needs cargo. */
export default defineConfig({
  test: {
    include: ['tests/parity/**/*.parity.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // Two cores: the host and the engine already use both.
    fileParallelism: false,
  },
});
