import { describe, expect, test } from 'vitest';
import { type RunOptions, runScenario } from '../../sim/run.ts';
import { loadScenario } from '../../sim/scenario/load.ts';
import type { Scenario } from '../../sim/scenario/schema.ts';
import { listScenarios } from '../../sim/scenario/sources.ts';

function load(name: string, overrides: string[]): Scenario {
  const loaded = loadScenario(name, { overrides });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  return loaded.scenario;
}

const run = (scenario: Scenario, options: Partial<RunOptions> = {}) =>
  runScenario({ scenario, seed: '11', workers: 0, check: true, reproduce: 'run', ...options });

/** Of the longest, the part that the auditor follows. */
const SHORTER: Readonly<Record<string, string>> = {
  'hyperliquid-2025-10-10': '3 min',
  'stylised-facts': '15 min',
};

describe('every shipped scenario keeps the books and all invariants', () => {
  test.each(listScenarios())('%s', async (name) => {
    const length = SHORTER[name];
    const record = await run(load(name, length === undefined ? [] : [`time.length=${length}`]));
    expect(record.complete).toBe(true);
    for (const slab of record.slabs) {
      expect(slab.vaultAtoms).toBe(slab.expectedVaultAtoms);
      expect(slab.frozenAccounts).toBe(0);
    }
    for (const { slackAtoms } of record.tables.bounds) expect(slackAtoms).toBeGreaterThanOrEqual(0);
    // Protected principal: whoever never traded lost nothing, and has what it earned as a keeper; fees aside.
    for (const { alwaysFlat, feesPaidAtoms, netAtoms, rewardsAtoms } of record.tables.accounts) {
      if (alwaysFlat) expect(netAtoms + feesPaidAtoms).toBe(rewardsAtoms);
    }
  });
});

describe('a run that is stopped', () => {
  const scenario = load('oracle-spike', ['time.length=6 min']);

  test('at once is left after its first slot', async () => {
    const record = await run(scenario, { check: false, signal: AbortSignal.abort() });
    expect(record).toMatchObject({ complete: false, slotsDone: 1, slots: 900 });
    expect(record.tables.series.map((row) => row.slot)).toEqual(record.slabs.map(() => 0));
  });

  test('during the run without attacks keeps the run, but judges no attack', async () => {
    const controller = new AbortController();
    const onProgress = (done: number, total: number) => {
      expect(total).toBe(1_800);
      if (done > 900) controller.abort();
    };
    const record = await run(scenario, { check: false, signal: controller.signal, onProgress });
    expect(record).toMatchObject({ complete: false, slotsDone: 900 });
    expect(record.tables.attacks).toEqual([]);
    expect(record.tables.groups.length).toBeGreaterThan(0);
    for (const group of record.tables.groups) expect(group.netWithoutAttackAtoms).toBeNull();
  });
});
