import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './builds.mjs';

/** The public face of the engine, whichever arithmetic it was built with. */
export type Engine = typeof import('../../engine/risk/index.ts');

/** The same engine on the BigInt build of engine/math. */
export async function loadBigintEngine(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'percolator-bigint-'));
  try {
    const path = await bundle('engine/risk/index.ts', join(folder, 'engine.mjs'), { bigint: true });
    return (await import(/* @vite-ignore */ path)) as Engine;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
