// Bundles a TypeScript entry with the engine's own arithmetic or with its BigInt build (design 05 §4).
import { build } from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;

/** Imports of engine/math from the rest of the engine lead to the BigInt build instead. */
const bigintMath = {
  name: 'bigint-math',
  setup(bundler) {
    bundler.onResolve({ filter: /\/math\/index\.ts$/ }, () => ({
      path: `${root}tests/reference/math_bigint.ts`,
    }));
  },
};

/** Writes `entry` (relative to the project) as one ES module to `outfile`. */
export async function bundle(entry, outfile, { bigint = false } = {}) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: bigint ? [bigintMath] : [],
    logLevel: 'warning',
  });
  return outfile;
}
