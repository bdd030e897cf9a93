// npm run bench -- parity-ops, npm run bench -- slab-ops: the same instructions through TypeScript and through Rust. Needs
// cargo.
import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
/** TypeScript may cost this much of native. */
const LIMIT = 2;

async function load(name) {
  const outfile = join(root, `node_modules/.cache/bench-parity/${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [`bench/${name}.ts`],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(outfile);
}

/** Prints the table; returns what missed the limit. */
function report(comparisons) {
  const failures = [];
  console.log(`${'operation'.padEnd(20)}  TypeScript   Rust   ratio   (ns)`);
  for (const { name, typescript, rust } of comparisons) {
    const ratio = typescript / rust;
    const columns = [
      typescript.toFixed(0).padStart(10),
      rust.toFixed(0).padStart(6),
      `${ratio.toFixed(2)}×`.padStart(7),
    ];
    console.log(`${name.padEnd(20)}  ${columns.join(' ')}`);
    if (ratio > LIMIT) failures.push(`${name}: ${ratio.toFixed(2)}× native`);
  }
  return failures;
}

export async function benchParityOps() {
  const { compareOps } = await load('parity_ops');
  return report(await compareOps());
}

export async function benchSlabOps() {
  const { compareSlabOps } = await load('slab_ops');
  return report(await compareSlabOps());
}
