import { defineConfig } from 'vitest/config';

/** Tests that need a browser on the machine (Debian's chromium); `npm run test:browser` runs them. */
export default defineConfig({
  test: {
    include: ['tests/browser/**/*.browser.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
