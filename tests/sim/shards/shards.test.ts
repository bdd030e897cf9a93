import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BPS } from '../../../engine/risk/index.ts';
import { AGENT_MODULES } from '../../../sim/agents/index.ts';
import type { GroupSpec, Scenario } from '../../../sim/scenario/schema.ts';
import { SimulationError } from '../../../sim/shards/failure.ts';
import type { PlacedResult, RunHooks } from '../../../sim/shards/plan.ts';
import { runInProcess } from '../../../sim/shards/run_in_process.ts';
import { runSimulation } from '../../../sim/shards/run_simulation.ts';
import { runWorkers } from '../../../sim/shards/run_workers.ts';
import { makeGroup, makeScenario, makeSlab, RISK, UNIT } from '../kernel/harness.ts';

const SLABS = ['a', 'b', 'c', 'd', 'e'];

const group = (kind: string, count: number, params: object, more: Partial<GroupSpec> = {}): GroupSpec =>
  makeGroup({
    group: `${kind}s`,
    kind,
    role: AGENT_MODULES[kind]!.role,
    slabs: SLABS,
    count,
    params: AGENT_MODULES[kind]!.params.parse(params),
    ...more,
  });

/** Five slabs of two underlyings in a crash with liquidations, deficits and an attack. */
function makeCrash(slots = 120): Scenario {
  const spike = AGENT_MODULES.oracle_spike!.params.parse({
    budget: '20_000 USDC',
    leverage: '5 x',
    distortion: '20 %',
    start: '80 slots',
    length: '10 slots',
  });
  const crash = (from: number) => ({
    kind: 'crash_bounce' as const,
    from: from * UNIT,
    fall: 3_000,
    start: 20,
    over: 20,
    bounce: 500,
    bounce_over: 30,
    noise: 20,
  });
  const risk = { ...RISK, tradingFeeBps: 5, makerFeeBps: 2, warmupPeriodSlots: 20, maxAccounts: 128 };
  return makeScenario(
    [
      group('retail_levered', 60, {
        capital: { lognormal: { median: '1_000 USDC', sigma: 1 } },
        leverage: { uniform: ['3 x', '9 x'] },
        long_share: '80 %',
        entry: { uniform: ['0 slots', '18 slots'] },
      }),
      group('liquidator', 1, { capacity: 5 }),
      group('cranker', 1, { every: '10 slots' }),
    ],
    {
      slots,
      underlyings: { SOL: { price: crash(100) }, BTC: { price: crash(200) } },
      slabs: SLABS.map((id, at) =>
        makeSlab({ id, streamName: id, risk, underlying: at % 2 === 0 ? 'BTC' : 'SOL' }),
      ),
      attacks: [{ name: 'spike', kind: 'oracle_spike', slabs: ['a', 'b'], latencySlots: 0, params: spike }],
    },
  );
}

/** Slabs by worker. */
const PLACEMENTS: Record<number, number[][]> = {
  1: [[0, 1, 2, 3, 4]],
  2: [
    [0, 3],
    [1, 2, 4],
  ],
  4: [[4], [0, 2], [3], [1]],
};

const hash = (results: PlacedResult[]) =>
  createHash('sha256')
    .update(JSON.stringify(results.toSorted((a, b) => a.index - b.index)))
    .digest('hex');

const folder = fileURLToPath(
  new URL(`../../../node_modules/.cache/shards-test-${process.pid}/`, import.meta.url),
);
const script = `${folder}worker.js`;
const doomed = `${folder}doomed.js`;
const NO_HOOKS: RunHooks = {};

beforeAll(async () => {
  const options = { bundle: true, format: 'esm', platform: 'node', packages: 'external' } as const;
  const worker = fileURLToPath(new URL('../../../sim/shards/worker.ts', import.meta.url));
  await build({ ...options, entryPoints: [worker], outfile: script });
  // A worker whose process would run out of memory or be killed says nothing at all.
  // Another one may never come to the barrier.
  const contents = `import { workerData } from 'node:worker_threads';
    if (workerData.shard === 0) process.exit(7);
    for (;;);`;
  const stdin = { contents, resolveDir: folder };
  await build({ ...options, stdin, outfile: doomed });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('shards', () => {
  const plan = { scenario: makeCrash(), seed: 'seed', check: false };

  it('give the same results for any number of workers', async () => {
    const alone = await runInProcess(plan, NO_HOOKS);
    expect(alone.map(({ result }) => [result.slab, result.slotsDone])).toEqual(SLABS.map((id) => [id, 120]));
    const { tables } = alone[0]!.result;
    // A run in which nothing happens would prove nothing.
    expect(tables.liquidations.length).toBeGreaterThan(10);
    expect(tables.fills.length).toBeGreaterThan(50);
    const expected = hash(alone);
    expect(hash(await runInProcess(plan, NO_HOOKS))).toBe(expected);
    for (const placement of Object.values(PLACEMENTS)) {
      expect(hash(await runWorkers(plan, placement, script, NO_HOOKS))).toBe(expected);
    }
    expect(hash(await runInProcess({ ...plan, seed: 'other' }, NO_HOOKS))).not.toBe(expected);
  });

  it('hold all invariants in a checked run', async () => {
    const checked = await runWorkers({ ...plan, check: true }, PLACEMENTS[2]!, script, NO_HOOKS);
    expect(hash(checked)).toBe(hash(await runInProcess(plan, NO_HOOKS)));
  });

  it('distort the index of the attacked underlyings alone, and for all their slabs', async () => {
    const results = await runInProcess(plan, NO_HOOKS);
    const others = makeCrash();
    others.attacks[0]!.slabs = ['a', 'c'];
    const onlyBtc = await runInProcess({ ...plan, scenario: others }, NO_HOOKS);
    const ratios = (placed: PlacedResult[], slab: number) =>
      placed[slab]!.result.tables.series.filter(({ slot }) => slot === 80).map(
        ({ fundamentalPrice, indexPrice }) => Math.round((indexPrice / fundamentalPrice) * BPS),
      );
    expect(SLABS.map((_, slab) => ratios(results, slab))).toEqual(SLABS.map(() => [12_000]));
    expect(SLABS.map((_, slab) => ratios(onlyBtc, slab))).toEqual([
      [12_000],
      [BPS],
      [12_000],
      [BPS],
      [12_000],
    ]);
  });

  it('leave the honest population as it is when the attack is taken away', async () => {
    const calm = await runInProcess({ ...plan, scenario: { ...makeCrash(), attacks: [] } }, NO_HOOKS);
    const attacked = await runInProcess(plan, NO_HOOKS);
    const fillsBefore = (placed: PlacedResult[]) =>
      [...placed[0]!.result.tables.fills].filter(({ slot, buyerGroup, sellerGroup }) => {
        const isAttack = buyerGroup === 'spike' || sellerGroup === 'spike';
        return slot < 74 && !isAttack;
      });
    expect(fillsBefore(attacked)).toEqual(fillsBefore(calm));
  });
});

describe('prices that depend on what is traded', () => {
  const impact = {
    kind: 'sqrt',
    coefficientBps: 400,
    volumeAtoms: 100_000 * UNIT,
    halfLifeSlots: 30,
    maxBps: 3_000,
    forcedOnly: true,
  } as const;
  const makeFeedback = (): Scenario => {
    const scenario = makeCrash();
    const { BTC, SOL } = scenario.underlyings;
    const outage = { kind: 'oracle_outage', slot: 50, endSlot: 60, underlying: 'BTC' } as const;
    const underlyings = { SOL: SOL!, BTC: { ...BTC!, impact } };
    const measure = { sampleEverySlots: 1, crankedEverySlots: 25 };
    return { ...scenario, underlyings, measure, events: [outage] };
  };
  const plan = { scenario: makeFeedback(), seed: 'seed', check: false };
  const pricesOf = (placed: PlacedResult[], slab: number) => placed[slab]!.result.tables.series;

  it('are the same for any number of workers', async () => {
    const expected = hash(await runInProcess(plan, NO_HOOKS));
    for (const placement of Object.values(PLACEMENTS)) {
      expect(hash(await runWorkers(plan, placement, script, NO_HOOKS))).toBe(expected);
    }
  });

  it('fall on all slabs of an underlying with its liquidations, and on no other', async () => {
    const moved = await runInProcess(plan, NO_HOOKS);
    const calm = await runInProcess({ ...plan, scenario: makeCrash() }, NO_HOOKS);
    const at40 = (placed: PlacedResult[], slab: number) =>
      pricesOf(placed, slab).find(({ slot }) => slot === 40)!.fundamentalPrice;
    expect(at40(moved, 0)).toBeLessThan(0.99 * at40(calm, 0));
    expect(at40(moved, 2)).toBe(at40(moved, 0));
    expect(at40(moved, 1)).toBe(at40(calm, 1));
  });

  it('stand still in an outage, for the index alone', async () => {
    const series = pricesOf(await runInProcess(plan, NO_HOOKS), 0);
    const inOutage = series.filter(({ slot }) => slot >= 50 && slot < 60);
    expect(inOutage.length).toBeGreaterThan(1);
    expect(new Set(inOutage.map(({ indexPrice }) => indexPrice)).size).toBe(1);
    expect(new Set(inOutage.map(({ fundamentalPrice }) => fundamentalPrice)).size).toBe(inOutage.length);
    for (const { slot, indexPrice, fundamentalPrice } of series) {
      if (slot < 50 || (slot >= 60 && slot < 80)) expect(indexPrice).toBe(fundamentalPrice);
    }
  });

  it('are distorted by the attack, not by the outage before it', async () => {
    const [first] = await runInProcess(plan, NO_HOOKS);
    const { attacks, series } = first!.result.tables;
    const apart = series.filter(({ fundamentalPrice, indexPrice }) => fundamentalPrice !== indexPrice);
    expect(apart[0]!.slot).toBeLessThan(60);
    expect(attacks[0]!.firstDistortionSlot).toBe(80);
  });

  it('end the run with a named error where an engine cannot take them, and are never cut off', async () => {
    const slabs = plan.scenario.slabs.map((slab) => ({
      ...slab,
      risk: { ...slab.risk, maxPrice: 201 * UNIT },
    }));
    // The attack at slot 80 moves 140 to 168, one of +60 % to 224.
    const [spike] = plan.scenario.attacks;
    const attacks = [{ ...spike!, params: { ...(spike!.params as object), distortion: 6_000 } }];
    const low = { ...plan, scenario: { ...plan.scenario, slabs, attacks } };
    await expect(runInProcess(low, NO_HOOKS)).rejects.toMatchObject({
      failure: { kind: 'PriceLimitError', slab: 'a', slot: 80 },
      message: expect.stringMatching(/index of BTC is \d+ atoms .* above the 201000000 of slab a; lower the/),
    });
  });

  it('stop at the same slot everywhere when the run is stopped', async () => {
    const aborter = new AbortController();
    const stoppable = { ...plan, scenario: { ...makeFeedback(), slots: 2_000_000 } };
    const results = await runWorkers(stoppable, PLACEMENTS[2]!, script, {
      signal: aborter.signal,
      onProgress: (slotsDone) => slotsDone > 50 && aborter.abort(),
    });
    expect(new Set(results.map(({ result }) => result.slotsDone)).size).toBe(1);
  });
});

describe('a run that fails', () => {
  /** A whale that deposits half an atom when it arrives. */
  const broken = (): Scenario => {
    const scenario = makeCrash();
    const params = {
      ...(AGENT_MODULES.whale!.params.parse({ capital: '1 USDC', leverage: '1 x', side: 'long' }) as object),
      capital: 0.5,
    };
    const whale = makeGroup({
      group: 'whales',
      kind: 'whale',
      slabs: ['d'],
      count: 1,
      startSlot: 33,
      params,
    });
    return { ...scenario, population: [...scenario.population, whale] };
  };
  const expected = {
    seed: 'seed',
    failure: { kind: 'RangeError', slab: 'd', slot: 33, agent: 'whales/0' },
    message: expect.stringContaining('got 0.5 (slab d, slot 33, agent whales/0, seed seed)'),
  };

  it.each(Object.values(PLACEMENTS))('says where, with slabs %j …', async (...placement) => {
    const plan = { scenario: broken(), seed: 'seed', check: false };
    await expect(runWorkers(plan, placement, script, NO_HOOKS)).rejects.toMatchObject(expected);
  });

  it('says where, in process', async () => {
    const plan = { scenario: broken(), seed: 'seed', check: false };
    const run = runInProcess(plan, NO_HOOKS);
    await expect(run).rejects.toBeInstanceOf(SimulationError);
    await expect(run).rejects.toMatchObject(expected);
  });

  it('names the agent that cannot be made', async () => {
    const population = [makeGroup({ group: 'whales', kind: 'whale', params: undefined })];
    const plan = { scenario: makeScenario(population), seed: 'seed', check: false };
    await expect(runInProcess(plan, NO_HOOKS)).rejects.toThrow(
      /agent whales\/0 could not be created: .*slab a, slot 0, seed seed/,
    );
  });

  it('fails when a worker dies without a word, and ends one that hangs', async () => {
    const plan = { scenario: makeCrash(), seed: 'seed', check: false };
    await expect(runWorkers(plan, PLACEMENTS[2]!, doomed, NO_HOOKS)).rejects.toThrow(
      /a worker ended with code 7 .*seed seed/,
    );
  });
});

describe('a run that is stopped', () => {
  it('stops all slabs at the same slot and keeps what is complete', async () => {
    const plan = { scenario: makeCrash(2_000_000), seed: 'seed', check: false };
    for (const run of [
      (hooks: RunHooks) => runInProcess(plan, hooks),
      (hooks: RunHooks) => runWorkers(plan, PLACEMENTS[2]!, script, hooks),
    ]) {
      const aborter = new AbortController();
      const progress: number[] = [];
      const placed = await run({
        signal: aborter.signal,
        onProgress: (slotsDone) => {
          progress.push(slotsDone);
          if (slotsDone > 50) aborter.abort();
        },
      });
      const results = placed.toSorted((a, b) => a.index - b.index);
      const { slotsDone } = results[0]!.result;
      expect(slotsDone).toBeGreaterThan(50);
      expect(results.map(({ result }) => result.slotsDone)).toEqual(SLABS.map(() => slotsDone));
      expect(results[0]!.result.tables.series.at(-1)?.slot).toBe(slotsDone - 1);
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
      // The same as a run that was meant to be this short.
      const short = await runInProcess({ ...plan, scenario: makeCrash(slotsDone) }, NO_HOOKS);
      expect(results.map(({ result }) => result.tables.fills)).toEqual(
        short.map(({ result }) => result.tables.fills),
      );
    }
  });

  it('does not begin when it was stopped before', async () => {
    const plan = { scenario: makeCrash(), seed: 'seed', check: false };
    const results = await runInProcess(plan, { signal: AbortSignal.abort() });
    expect(results.every(({ result }) => result.slotsDone <= 1)).toBe(true);
  });
});

describe('runSimulation', () => {
  it('caps workers at the cores, says so, and returns slabs in order', async () => {
    const messages: string[] = [];
    const cores = availableParallelism();
    const options = { scenario: makeCrash(), seed: 'seed', check: false };
    const results = await runSimulation({
      ...options,
      workers: 2 * cores,
      onMessage: (text) => messages.push(text),
    });
    expect(messages).toEqual([
      `${2 * cores} workers asked for, but there are ${cores} cores: running with ${cores}`,
    ]);
    expect(results.map(({ slab }) => slab)).toEqual(SLABS);
    expect(await runSimulation({ ...options, workers: 0 })).toEqual(results);
  });
});
