// npm run deep: bundles the long fuzz and runs it. Arguments: --cases N --seconds S --seed TEXT.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../reference/builds.mjs';

const folder = mkdtempSync(join(tmpdir(), 'percolator-deep-'));
try {
  const fuzz = await import(await bundle('tests/deep/fuzz.ts', join(folder, 'fuzz.mjs')));
  const exact = await bundle('engine/risk/index.ts', join(folder, 'bigint.mjs'), { bigint: true });
  process.exitCode = fuzz.main(process.argv.slice(2), await import(exact));
} finally {
  rmSync(folder, { recursive: true });
}
