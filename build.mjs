// Bundles the command line and the worker into dist/. Runs in `prepare`, so `npm ci` alone leaves a working command.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const root = new URL('.', import.meta.url).pathname;
rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'cli/main.ts',
    worker: 'sim/shards/worker.ts',
    cell_worker: 'cli/cell_worker.ts',
    index: 'index.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
});
chmodSync(`${root}dist/cli.js`, 0o755);
