// npm run deep: bundles the long fuzz and runs it, then fuzzes each decoder against its Rust twin.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../reference/builds.mjs';

const root = new URL('../..', import.meta.url).pathname;
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '5000000' },
    seconds: { type: 'string', default: '120' },
    decoders: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
  },
});
const [cases, seconds, decoders] = [values.cases, values.seconds, values.decoders].map(Number);
if (![cases, seconds, decoders, Number(values.seed)].every((value) => value >= 0)) {
  console.error(
    'usage: npm run deep -- [--cases N] [--seconds S] [--decoders S, for each decoder] [--seed N]',
  );
  process.exit(2);
}

async function fuzzEngine() {
  const folder = mkdtempSync(join(tmpdir(), 'percolator-deep-'));
  try {
    const fuzz = await import(await bundle('tests/deep/fuzz.ts', join(folder, 'fuzz.mjs')));
    const exact = await bundle('engine/risk/index.ts', join(folder, 'bigint.mjs'), { bigint: true });
    return fuzz.main({ cases, seconds, seed: values.seed }, await import(exact));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The instruction decoders behind the entries and the account decoders, `decoders` seconds each. */
function fuzzDecoders() {
  if (decoders === 0) return 0;
  if (spawnSync('cargo', ['--version']).status !== 0) {
    console.log('decoders NOT fuzzed: cargo is not installed, and the fuzz compares with the Rust programs');
    return 0;
  }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'vitest.parity.config.ts', 'hostile', '--reporter=verbose'];
  const env = { ...process.env, FUZZ_SECONDS: String(decoders), FUZZ_SEED: values.seed };
  return spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
}

const failed = (await fuzzEngine()) + fuzzDecoders();
process.exitCode = failed === 0 ? 0 : 1;
