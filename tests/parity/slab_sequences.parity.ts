import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SLAB_ERRORS, type SlabInstruction } from '../../engine/slab/index.ts';
import { PROGRAM_ERRORS } from '../../engine/wire/index.ts';
import { decodeSlab, encodeSlab } from '../../engine/wire/slab_account.ts';
import { runParity } from '../../sim/verify/parity.ts';
import { buildHost, HOST_AUTHORITY, ParityHost } from '../../sim/verify/parity_host.ts';
import { recordSavedSlab, recordSlabSequence, SLAB_SUITE } from '../../sim/verify/parity_slab.ts';
import type { SavedSequence } from '../../sim/verify/parity_suite.ts';

let host: ParityHost;
beforeAll(async () => {
  host = new ParityHost(buildHost());
  await host.use('slab');
});
afterAll(() => host.close());

/** `FUZZ_SEQUENCES=20000 FUZZ_SEED=… npm run test:parity -- slab_sequences` is the long run. */
const sequences = Number(process.env.FUZZ_SEQUENCES ?? 400);
const seed = process.env.FUZZ_SEED ?? 'test';

const OPS: readonly SlabInstruction['op'][] = [
  'setDlp',
  'placeOrder',
  'cancelOrder',
  'cancelAll',
  'replaceOrder',
  'batchOpen',
  'reserve',
  'commit',
  'cancelHold',
  'releaseHold',
  'prune',
  'reduceBand',
];

describe('generated sequences of a slab', () => {
  it('leave both engines with the same bytes after every instruction', async () => {
    const result = await runParity(host, { suite: SLAB_SUITE, seed, sequences, length: 200 });
    expect(result.failure).toBeNull();
    expect(result.instructions).toBe(200 * sequences);
  }, 3_600_000);

  it('meet every instruction with success, and every error of the slab', async () => {
    const options = { suite: SLAB_SUITE, seed: 'coverage', sequences: 240, length: 200 };
    const { coverage, failure } = await runParity(host, options);
    expect(failure).toBeNull();
    const met = [...coverage.keys()].filter((key) => !key.startsWith('event '));
    const succeeded = met.filter((key) => key.endsWith(' success')).map((key) => key.split(' ')[0]!);
    expect(succeeded.filter((op) => !op.startsWith('risk.')).sort()).toEqual([...OPS].sort());
    expect(succeeded.filter((op) => op.startsWith('risk.'))).toHaveLength(11);
    const errors = new Set(met.map((key) => key.split(' ')[1]!));
    const own = SLAB_ERRORS.filter((name) => !(PROGRAM_ERRORS as readonly string[]).includes(name));
    expect([...errors]).toEqual(expect.arrayContaining(own));
  });

  it('are the same for the same seed, and depend on it', () => {
    const bytes = (root: string) => recordSlabSequence(root, 3, 50, new Map()).instructions;
    expect(bytes('a')).toEqual(bytes('a'));
    expect(bytes('a')).not.toEqual(bytes('b'));
  });
});

const regressions = new URL('regressions/slab/', import.meta.url);
const saved = readdirSync(regressions)
  .filter((name) => name.endsWith('.json'))
  .sort();

/** Shrunk by the suite: `canary-…` tell a deliberately broken rule from the right one, others a fault of the past. */
describe('kept sequences of a slab', () => {
  it.each(saved)('%s shows no difference', async (file) => {
    const sequence = JSON.parse(readFileSync(new URL(file, regressions), 'utf8')) as SavedSequence;
    expect(await recordSavedSlab(sequence).compare(host)).toBeNull();
  });
});

describe('the host of a slab', () => {
  it('takes back everything to a mark, nested', async () => {
    const { instructions, start } = recordSlabSequence('undo', 3, 160, new Map());
    await host.load(start);
    await host.executeBytes(instructions.slice(0, 100));
    const between = await host.snapshot();
    await host.undo('mark');
    await host.executeBytes(instructions.slice(100, 120));
    await host.undo('mark');
    await host.executeBytes(instructions.slice(120));
    await host.undo('keep');
    expect(Buffer.compare(await host.snapshot(), between)).not.toBe(0);
    await host.undo('rollback');
    expect(Buffer.compare(await host.snapshot(), between)).toBe(0);
  });

  it('opens what TypeScript wrote and writes what TypeScript opens', async () => {
    const { instructions, start } = recordSlabSequence('snapshot', 1, 100, new Map());
    await host.load(start);
    await host.executeBytes(instructions);
    const bytes = await host.snapshot();
    const keys = { authority: HOST_AUTHORITY, router: HOST_AUTHORITY };
    expect(encodeSlab(decodeSlab(bytes)!, keys)).toEqual(Uint8Array.from(bytes));
  });

  it('keeps the account of each program', async () => {
    const { start } = recordSlabSequence('both', 0, 0, new Map());
    await host.load(start);
    await host.use('risk');
    await host.create(1);
    expect((await host.snapshot()).length).toBe(576 + 120);
    await host.use('slab');
    expect(Buffer.compare(await host.snapshot(), start)).toBe(0);
  });
});
