import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply } from '../../engine/risk/index.ts';
import { decodeMarket, encodeMarket } from '../../engine/wire/index.ts';
import { loadScenario } from '../../sim/scenario/load.ts';
import { RISK_SUITE, recordSaved, recordSequence, runParity } from '../../sim/verify/parity.ts';
import { buildHost, HOST_AUTHORITY, ParityHost, readAnswers } from '../../sim/verify/parity_host.ts';
import { findDifference } from '../../sim/verify/parity_lockstep.ts';
import { compareScenario } from '../../sim/verify/parity_scenario.ts';
import type { SavedSequence } from '../../sim/verify/parity_suite.ts';
import { loadBookScenario } from '../sim/shards/book_scenario.ts';

let host: ParityHost;
beforeAll(() => {
  host = new ParityHost(buildHost());
});
afterAll(() => host.close());

describe('generated sequences', () => {
  it('leave both engines with the same bytes after every instruction', async () => {
    const result = await runParity(host, { suite: RISK_SUITE, seed: 'test', sequences: 400, length: 200 });
    expect(result.failure).toBeNull();
    expect(result.instructions).toBe(80_000);
  });

  it('meet every instruction with success, every error and every change of mode', async () => {
    const { coverage } = await runParity(host, {
      suite: RISK_SUITE,
      seed: 'coverage',
      sequences: 160,
      length: 200,
    });
    const met = [...coverage.keys()];
    expect(met.filter((key) => key.endsWith(' success'))).toHaveLength(12);
    const errors = new Set(met.filter((key) => !key.startsWith('event ')).map((key) => key.split(' ')[1]));
    expect(errors.size).toBe(9);
    expect(met.filter((key) => key.startsWith('event ModeChanged')).sort()).toEqual([
      'event ModeChanged DrainOnly → ResetPending',
      'event ModeChanged Normal → DrainOnly',
      'event ModeChanged Normal → ResetPending',
      'event ModeChanged ResetPending → Normal',
    ]);
    expect(met.filter((key) => key.startsWith('event ')).map((key) => key.split(' ')[1])).toContain(
      'KeeperRewarded',
    );
  });

  it('are the same for the same seed, and depend on it', () => {
    const bytes = (seed: string) => recordSequence(seed, 3, 50, new Map()).instructions;
    expect(bytes('a')).toEqual(bytes('a'));
    expect(bytes('a')).not.toEqual(bytes('b'));
  });
});

const regressions = new URL('regressions/', import.meta.url);
const saved = readdirSync(regressions)
  .filter((name) => name.endsWith('.json'))
  .sort();

/** Shrunk by the suite: `canary-…` tell a deliberately broken rule from the right one, others a fault of the past. */
describe('kept sequences', () => {
  it.each(saved)('%s shows no difference', async (file) => {
    const sequence = JSON.parse(readFileSync(new URL(file, regressions), 'utf8')) as SavedSequence;
    expect(await recordSaved(sequence).compare(host)).toBeNull();
  });
});

describe('the host', () => {
  it('takes back everything to a mark, nested', async () => {
    const recording = recordSequence('undo', 0, 120, new Map());
    const half = recording.instructions.length / 2;
    await host.load(recording.start);
    await host.executeBytes(recording.instructions.slice(0, half));
    const between = await host.snapshot();
    await host.undo('mark');
    await host.executeBytes(recording.instructions.slice(half, half + 10));
    await host.undo('mark');
    await host.executeBytes(recording.instructions.slice(half + 10));
    await host.undo('keep');
    expect(Buffer.compare(await host.snapshot(), between)).not.toBe(0);
    await host.undo('rollback');
    expect(findDifference(between, await host.snapshot())).toBeNull();
  });

  it('opens what TypeScript wrote and writes what TypeScript opens', async () => {
    const recording = recordSequence('snapshot', 1, 100, new Map());
    await host.load(recording.start);
    await host.executeBytes(recording.instructions);
    const bytes = await host.snapshot();
    expect(encodeMarket(decodeMarket(bytes)!, HOST_AUTHORITY)).toEqual(Uint8Array.from(bytes));
  });

  it('reports which records an instruction changed', async () => {
    const recording = recordSequence('dirty', 0, 0, new Map());
    await host.load(recording.start);
    const { market } = recording;
    const nowSlot = market.globals.currentSlot;
    const [step] = readAnswers(
      await host.execute([{ op: 'deposit', account: 5, amount: market.params.minInitialDeposit, nowSlot }]),
    );
    expect(step!.code).toBe(0);
    expect(step!.dirty.map(({ record }) => record).sort()).toEqual([5, 'globals']);
    expect(apply(market, { op: 'reclaim', account: 9 })).toBe('AccountNotFound');
  });
});

describe('a whole simulation', () => {
  it('is the same instruction by instruction', async () => {
    const loaded = loadScenario('first-look');
    if (!loaded.ok) throw new Error('first-look is not valid');
    const results = await compareScenario(host, loaded.scenario, '1');
    for (const { difference, instructions } of results) {
      expect(difference).toBeNull();
      expect(instructions).toBeGreaterThan(1_000);
    }
    expect(results.length).toBe(loaded.scenario.slabs.length);
  });

  it('is the same on order books, guarded and not', async () => {
    const results = await compareScenario(host, loadBookScenario(), '1');
    expect(results.map(({ difference, slab }) => [slab, difference])).toEqual([
      ['guarded', null],
      ['open', null],
      ['quoted', null],
    ]);
    for (const { instructions } of results) expect(instructions).toBeGreaterThan(400);
  });
});
