import { describe, expect, it } from 'vitest';
import type { PlacedResult, RunPlan, RunState } from '../../../sim/shards/plan.ts';
import { runInProcess } from '../../../sim/shards/run_in_process.ts';
import { AGENT_KINDS, AGENTS, loadZoo, PRICE_KINDS, PRICES } from './zoo.ts';

const SLOTS = 100;

async function collect(plan: RunPlan): Promise<{ placed: PlacedResult[]; states: RunState[] }> {
  const states: RunState[] = [];
  const placed = await runInProcess(plan, { onCheckpoint: (state) => states.push(state) });
  return { placed, states };
}

it('the zoo has every kind of agent and price', () => {
  expect(Object.keys(AGENTS)).toEqual(AGENT_KINDS);
  expect(Object.keys(PRICES)).toEqual(PRICE_KINDS);
});

describe.each([
  ['prices by themselves', false],
  ['prices that what is traded moves', true],
])('%s', (_name, impact) => {
  it('go on from a checkpoint as if nothing had happened, all agents of the zoo with them', async () => {
    const scenario = loadZoo(SLOTS, impact, impact ? ['crash_bounce', 'gbm'] : PRICE_KINDS);
    const plan: RunPlan = { scenario, seed: 'zoo', check: impact };
    const whole = await runInProcess(plan, {});
    for (const { result } of whole) expect(result.tables.fills.length).toBeGreaterThan(5);
    // In a run in which nothing happens there would be nothing to lose.
    const rows = whole.map(({ result }) => result.tables);
    for (const table of ['fills', 'liquidations', 'exits'] as const) {
      expect(rows.reduce((sum, tables) => sum + tables[table].length, 0)).toBeGreaterThan(5);
    }
    const { placed, states } = await collect({ ...plan, checkpointEvery: 29 });
    expect(placed).toEqual(whole);
    expect(states.map(({ slot }) => slot)).toEqual([29, 58, 87]);
    for (const state of states) {
      expect(await runInProcess({ ...plan, resume: state }, {})).toEqual(whole);
    }
  });
});
