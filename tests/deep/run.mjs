// npm run deep: bundles the long fuzz and runs it. Arguments: --cases N --seconds S --seed TEXT.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../reference/builds.mjs';

// Inside the project, where the bundle finds its packages.
const folder = mkdtempSync(fileURLToPath(new URL('.run-', import.meta.url)));
try {
  const fuzz = await import(await bundle('tests/deep/fuzz.ts', join(folder, 'fuzz.mjs')));
  const exact = await bundle('engine/risk/index.ts', join(folder, 'bigint.mjs'), { bigint: true });
  process.exitCode = fuzz.main(process.argv.slice(2), await import(exact));
} finally {
  rmSync(folder, { recursive: true });
}
