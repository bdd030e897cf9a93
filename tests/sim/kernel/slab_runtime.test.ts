import { describe, expect, it } from 'vitest';
import { apply } from '../../../engine/risk/index.ts';
import type { AccountView, AgentContext, FillNotice } from '../../../sim/agents/agent.ts';
import { SlabRuntime } from '../../../sim/kernel/slab_runtime.ts';
import {
  makeGroup,
  makeScenario,
  makeSlab,
  REGISTRY,
  RISK,
  type Script,
  setStage,
  UNIT,
  Witness,
} from './harness.ts';

/** A group of one scripted agent. */
const scripted = (group: string, params: Script, more = {}) => makeGroup({ group, params, ...more });

const deposit = (context: AgentContext, account: number, amount = 100) =>
  context.submit({ type: 'deposit', account, amountAtoms: amount * UNIT });

/** Deposits 100 in slot 0, then acts once in slot 1. */
const actingOnce = (
  act: (context: AgentContext, account: number) => void,
  more: Partial<Script> = {},
): Script => ({
  onStart(context, account) {
    deposit(context, account);
    context.wakeAt(1);
  },
  onWake: act,
  ...more,
});

describe('the start of a slab', () => {
  it('funds LP and insurance before anybody acts', () => {
    let seen: [number, number] = [0, 0];
    const script: Script = {
      onStart: ({ venue }) => {
        seen = [venue.vaultAtoms, venue.insuranceAtoms];
      },
    };
    const { step, witness } = setStage(makeScenario([scripted('t', script)]));
    step();
    expect(seen).toEqual([1_000_500 * UNIT, 500 * UNIT]);
    expect(witness.seen.map(({ agent, instruction }) => `${agent} ${instruction?.op}`)).toEqual([
      'lp deposit',
      'lp topUpInsurance',
    ]);
  });

  it('numbers accounts by the order of the population, attacks last', () => {
    const attack = { name: 'spike', kind: 'scripted', slabs: ['a'], latencySlots: 0, params: {} };
    const groups = [makeGroup({ group: 'x', count: 2, params: {} }), makeGroup({ group: 'y', params: {} })];
    const { owners } = setStage(makeScenario(groups, { attacks: [attack] }));
    expect(owners.map(({ account, agent, role }) => [account, agent, role])).toEqual([
      [0, 'lp', 'lp'],
      [1, 'x/0', 'trader'],
      [2, 'x/1', 'trader'],
      [3, 'y/0', 'trader'],
      [4, 'spike/0', 'attacker'],
    ]);
  });

  it('refuses more accounts than the slab allows', () => {
    const scenario = makeScenario([makeGroup({ group: 'x', count: 64, params: {} })]);
    expect(() => setStage(scenario)).toThrow('slab a has more accounts than the 64 it allows');
  });
});

describe('wake-ups of a slab', () => {
  it('calls onStart in the start slot and onWake when asked for', () => {
    const calls: string[] = [];
    const script: Script = {
      onStart(context) {
        calls.push(`start ${context.slot}`);
        context.wakeAt(context.slot + 2);
        context.wakeWhenPrice('below', 90 * UNIT);
      },
      onWake: ({ indexPrice, slot }) => calls.push(`wake ${slot} ${indexPrice / UNIT}`),
    };
    const { step } = setStage(makeScenario([scripted('t', script, { startSlot: 1 })]));
    for (const price of [80, 80, 100, 100, 90, 80]) step(price * UNIT);
    // 80 in slot 1 is before the request's first later slot.
    expect(calls).toEqual(['start 1', 'wake 3 100', 'wake 4 90']);
  });

  it('shows each agent the index as old as its latency', () => {
    const seen: Record<string, number[]> = { now: [], late: [] };
    const watch = (name: string): Script => {
      const look = (context: AgentContext) => {
        seen[name]!.push(context.indexPrice / UNIT);
        context.wakeAt(context.slot + 1);
      };
      return { onStart: look, onWake: look };
    };
    const groups = [scripted('now', watch('now')), scripted('late', watch('late'), { latencySlots: 2 })];
    const { step } = setStage(makeScenario(groups));
    for (const price of [100, 101, 102, 103, 104]) step(price * UNIT);
    expect(seen).toEqual({ now: [100, 101, 102, 103, 104], late: [100, 100, 100, 101, 102] });
  });

  it('marks a late view at the late price, and trades at the current one', () => {
    const views: (AccountView | undefined)[] = [];
    const fills: FillNotice[] = [];
    const script = actingOnce(
      (context, account) => {
        if (context.slot === 1) {
          context.submit({ type: 'trade', account, sizeQ: 5 * UNIT });
          context.wakeAt(2);
        } else views.push(context.view(account));
      },
      { onFill: (_context, fill) => fills.push(fill) },
    );
    const { step } = setStage(makeScenario([scripted('t', script, { latencySlots: 1 })]));
    for (const price of [100, 101, 104]) step(price * UNIT);
    expect(fills).toEqual([{ account: 1, sizeQ: 5 * UNIT, executionPrice: 101 * UNIT }]);
    expect(views[0]).toMatchObject({
      positionQ: 5 * UNIT,
      equityAtoms: 100 * UNIT,
      initialMarginAtoms: 50.5 * UNIT,
    });
  });
});

describe('the auction of a slab', () => {
  it('executes by bid, then by draw, the same way every time', () => {
    const bidder = (feeBid: number) =>
      actingOnce((context, account) =>
        context.submit({ type: 'withdraw', account, amountAtoms: UNIT }, feeBid),
      );
    const groups = [
      makeGroup({ group: 'low', count: 4, params: bidder(1) }),
      makeGroup({ group: 'high', count: 2, params: bidder(2) }),
    ];
    const run = (seed: string) => {
      const { step, witness } = setStage(makeScenario(groups), seed);
      step();
      step();
      return witness.lines().filter((line) => line.startsWith('1 '));
    };
    const lines = run('one');
    expect(lines.slice(0, 2).every((line) => line.includes('high/'))).toBe(true);
    expect(run('one')).toEqual(lines);
    const orders = new Set(['one', 'two', 'three', 'four', 'five'].map((seed) => run(seed).join()));
    expect(orders.size).toBeGreaterThan(1);
  });

  it('moves what a callback submits to the next slot', () => {
    const script = actingOnce((context, account) => context.submit({ type: 'trade', account, sizeQ: UNIT }), {
      onFill: (context, { account, sizeQ }) => {
        if (sizeQ > 0) context.submit({ type: 'close', account, share: 1 });
      },
    });
    const { step, witness } = setStage(makeScenario([scripted('t', script)]));
    for (let slot = 0; slot < 4; slot += 1) step();
    expect(witness.lines()).toEqual(['0 t/0 deposit ok', '1 t/0 executeTrade ok', '2 t/0 executeTrade ok']);
  });

  it("leaves others' draws and order alone when a group is added", () => {
    const draws: Record<string, number[]> = {};
    const script: Script = {
      onStart(context, account, { name }) {
        draws[name] = [context.rng(), context.rng()];
        deposit(context, account);
        context.wakeAt(1);
      },
      onWake: (context, account) => context.submit({ type: 'withdraw', account, amountAtoms: UNIT }),
    };
    const run = (groups: string[]) => {
      const scenario = makeScenario(groups.map((group) => makeGroup({ group, count: 8, params: script })));
      const { step, witness } = setStage(scenario);
      step();
      step();
      return witness.lines().filter((line) => !line.includes(' new/'));
    };
    const lines = run(['old', 'older']);
    const before = { ...draws };
    expect(run(['old', 'new', 'older'])).toEqual(lines);
    for (const [name, drawn] of Object.entries(before)) expect(draws[name]).toEqual(drawn);
    expect(draws['new/0']).not.toEqual(draws['old/0']);
  });

  it('gives slabs with the same stream name the same population', () => {
    const draw = (slab: ReturnType<typeof makeSlab>) => {
      let drawn = 0;
      const script: Script = {
        onStart: ({ rng }) => {
          drawn = rng();
        },
      };
      const groups = [scripted('t', script, { slabs: [slab.id] })];
      setStage(makeScenario(groups, { slabs: [slab] })).step();
      return drawn;
    };
    const first = draw(makeSlab({ id: 'a/warmup=0', streamName: 'a' }));
    expect(draw(makeSlab({ id: 'a/warmup=9', streamName: 'a' }))).toBe(first);
    expect(draw(makeSlab({ id: 'a/2', streamName: 'a/2' }))).not.toBe(first);
  });
});

describe('actions', () => {
  /** Runs `acts` in slots 1, 2, …, at the given prices; what happened to the agent's actions after its deposit. */
  function play(
    acts: ((context: AgentContext, account: number) => void)[],
    { prices = [] as number[], slab = makeSlab(), role = 'trader' as 'trader' | 'keeper' } = {},
  ) {
    const notices: string[] = [];
    const script: Script = {
      onStart(context, account) {
        deposit(context, account);
        context.wakeAt(1);
      },
      onWake(context, account) {
        acts[context.slot - 1]?.(context, account);
        context.wakeAt(context.slot + 1);
      },
      onFill: (_context, { sizeQ, executionPrice }) =>
        notices.push(`fill ${sizeQ / UNIT} at ${executionPrice / UNIT}`),
      onReject: (_context, action, error) => notices.push(`${action.type} ${error}`),
    };
    const kind = role === 'keeper' ? 'scripted_keeper' : 'scripted';
    const stage = setStage(makeScenario([scripted('t', script, { kind, role })], { slabs: [slab] }));
    stage.step();
    for (let at = 0; at < acts.length; at += 1) stage.step((prices[at] ?? 100) * UNIT);
    return { notices, last: stage.witness.seen.at(-1) };
  }

  const buy = (size: number, limit?: number) => (context: AgentContext, account: number) =>
    context.submit({
      type: 'trade',
      account,
      sizeQ: size * UNIT,
      ...(limit === undefined ? {} : { limitPrice: limit * UNIT }),
    });

  it('trade fills at the quote, the LP as maker, within the limit', () => {
    const matcher = { ...makeSlab().matcher, spreadBps: 20 };
    const slab = makeSlab({ matcher });
    const { last, notices } = play([buy(2, 100.1), buy(-1, 99.9), buy(1, 100), buy(-1, 100)], { slab });
    expect(notices).toEqual(['fill 2 at 100.1', 'fill -1 at 99.9', 'trade NoLiquidity', 'trade NoLiquidity']);
    expect(last).toMatchObject({ instruction: null, outcome: 'NoLiquidity' });
    const sold = play([buy(1), buy(-1)], { slab }).last;
    expect(sold?.instruction).toMatchObject({ op: 'executeTrade', buyer: 0, seller: 1, maker: 'buyer' });
  });

  it("reports the engine's refusal by its name", () => {
    // 100 of equity carries at most 10 units at 10 %.
    expect(play([buy(11)]).notices).toEqual(['trade Undercollateralized']);
  });

  it('close takes its share of the position, and nothing when flat', () => {
    const close = (share: number) => (context: AgentContext, account: number) =>
      context.submit({ type: 'close', account, share });
    const { notices } = play([buy(-8), close(0.25), close(1), close(1)]);
    expect(notices).toEqual(['fill -8 at 100', 'fill 2 at 100', 'fill 6 at 100', 'close NothingToDo']);
  });

  it.each([
    // Flat: everything. With 5 at 100: equity 100 less 10 % of 500. At 98: equity 90 less 49.
    { name: 'flat', size: 0, price: 100, amount: 100 },
    { name: 'with a position', size: 5, price: 100, amount: 50 },
    { name: 'after a loss', size: 5, price: 98, amount: 41 },
    // The gain of 10 is released at once, but h is 0 until the LP's loss is settled: 100 less 51.
    { name: 'after a gain', size: 5, price: 102, amount: 49 },
  ])('withdraw max lets out $amount $name', ({ size, price, amount }) => {
    const open = size === 0 ? () => {} : buy(size);
    const withdraw = (context: AgentContext, account: number) =>
      context.submit({ type: 'withdraw', account, amountAtoms: 'max' });
    const { last, notices } = play([open, withdraw], { prices: [100, price] });
    expect(last).toMatchObject({ outcome: 'ok', instruction: { op: 'withdraw', amount: amount * UNIT } });
    expect(notices.filter((notice) => !notice.startsWith('fill'))).toEqual([]);
    // Nothing more comes out.
    const again = play([open, withdraw, withdraw], { prices: [100, price, price] });
    expect(again.notices.at(-1)).toBe('withdraw NothingToDo');
  });

  it('withdraw max leaves the smallest deposit where it cannot take all', () => {
    const slab = makeSlab({ risk: { ...RISK, minInitialDeposit: 60 * UNIT } });
    const withdraw = (context: AgentContext, account: number) =>
      context.submit({ type: 'withdraw', account, amountAtoms: 'max' });
    const { last } = play([buy(5), withdraw], { slab });
    expect(last).toMatchObject({ outcome: 'ok', instruction: { amount: 40 * UNIT } });
  });

  it('convert takes all that the warmup has released by now', () => {
    const slab = makeSlab({ risk: { ...RISK, warmupPeriodSlots: 10 } });
    const convert = (context: AgentContext, account: number) => context.submit({ type: 'convert', account });
    const settle = (context: AgentContext, account: number) => context.submit({ type: 'settle', account });
    const wait = () => {};
    // A gain of 20 is settled in slot 2; by slot 5 three tenths are released, of which the LP's loss pays all.
    const { last, notices } = play([buy(5), settle, wait, wait, convert], {
      prices: [100, 104, 104, 104, 104],
      slab,
    });
    expect(last).toMatchObject({ outcome: 'ok', instruction: { op: 'convertReleased', amount: 6 * UNIT } });
    expect(play([buy(5), convert]).notices).toEqual([...notices, 'convert NothingToDo']);
  });

  it('a liquidation names the keeper once its account is open', () => {
    const liquidate = (context: AgentContext) => {
      context.submit({ type: 'liquidate', account: 0, policy: 'full' });
      context.submit({ type: 'crank', candidates: [], maxRevalidations: 0 });
    };
    const { last, notices } = play([liquidate], { role: 'keeper' });
    expect(notices).toEqual(['liquidate Undercollateralized']);
    expect(last).toMatchObject({ outcome: 'ok', instruction: { op: 'keeperCrank', keeper: 1 } });
  });

  it.each([
    [
      'half an atom',
      (c: AgentContext, a: number) => c.submit({ type: 'deposit', account: a, amountAtoms: 0.5 }),
      'amountAtoms must be an integer of at least 1, got 0.5',
    ],
    [
      'no size',
      (c: AgentContext, a: number) => c.submit({ type: 'trade', account: a, sizeQ: 0 }),
      'sizeQ must be',
    ],
    [
      'a share above 1',
      (c: AgentContext, a: number) => c.submit({ type: 'close', account: a, share: 2 }),
      'share must be above 0',
    ],
    [
      "another's account",
      (c: AgentContext) => c.submit({ type: 'withdraw', account: 0, amountAtoms: 1 }),
      "which is not the agent's own",
    ],
    ["another's view", (c: AgentContext) => c.view(0), "not the agent's own"],
    [
      'a negative bid',
      (c: AgentContext, a: number) => c.submit({ type: 'settle', account: a }, -1),
      'a fee bid must be',
    ],
    ['the past', (c: AgentContext) => c.wakeAt(c.slot), 'can only wake in a later slot than 1'],
    ['a price of nothing', (c: AgentContext) => c.wakeWhenPrice('below', 0), 'must be above 0'],
    ['a trader who liquidates by list', (c: AgentContext) => c.liquidatable(1), 'only keepers'],
  ])('%s is an error of the agent', (_, act, message) => {
    expect(() => play([act])).toThrow(message);
  });

  it('names the agent that threw, also after the call', () => {
    const script = actingOnce((context, account) =>
      context.submit({ type: 'deposit', account, amountAtoms: 0.5 }),
    );
    const stage = setStage(makeScenario([scripted('ok', {}), scripted('bad', script)]));
    stage.step();
    expect(stage.runtime.activeAgent).toBe(null);
    expect(() => stage.step()).toThrow();
    expect(stage.runtime.activeAgent).toBe('bad/0');
  });

  it('a context is worth nothing after the call', () => {
    let kept: AgentContext | undefined;
    const script: Script = {
      onStart: (context) => {
        kept = context;
      },
    };
    setStage(makeScenario([scripted('t', script)])).step();
    expect(() => kept?.wakeAt(5)).toThrow('valid only during the call');
  });
});

describe('keepers', () => {
  it('list what is under water at the index they see', () => {
    const lists: Record<string, (readonly number[])[]> = { now: [], late: [] };
    const watch = (name: string): Script => {
      const look = (context: AgentContext) => {
        lists[name]!.push(context.liquidatable(5));
        context.wakeAt(context.slot + 1);
      };
      return { onStart: look, onWake: look };
    };
    const keeper = { kind: 'scripted_keeper', role: 'keeper' as const };
    const trader = actingOnce((context, account) =>
      context.submit({ type: 'trade', account, sizeQ: 10 * UNIT }),
    );
    const groups = [
      makeGroup({ group: 't', params: trader, count: 2 }),
      scripted('now', watch('now'), keeper),
      scripted('late', watch('late'), { ...keeper, latencySlots: 1 }),
    ];
    const { step } = setStage(makeScenario(groups));
    // Ten units at 100 on a deposit of 100: at 94 equity is 40, and 5 % of 940 is 47.
    for (const price of [100, 100, 100, 94, 94, 100]) step(price * UNIT);
    expect(lists.now).toEqual([[], [], [], [1, 2], [1, 2], []]);
    expect(lists.late).toEqual([[], [], [], [], [1, 2], [1, 2]]);
  });

  it('are told the smallest partial liquidation that restores an account', () => {
    const sizes: (number | null)[] = [];
    const keep: Script = {
      onStart: (context) => context.wakeAt(2),
      onWake: (context) => {
        sizes.push(
          context.restoringPartial(1, 0),
          context.restoringPartial(1, 10 * UNIT),
          context.restoringPartial(9, 0),
        );
        context.submit({ type: 'liquidate', account: 1, policy: sizes[0]! });
      },
    };
    const trader = actingOnce((context, account) =>
      context.submit({ type: 'trade', account, sizeQ: 10 * UNIT }),
    );
    const keeper = { kind: 'scripted_keeper', role: 'keeper' as const };
    const { step, witness } = setStage(makeScenario([scripted('t', trader), scripted('k', keep, keeper)]));
    for (const price of [100, 100, 94]) step(price * UNIT);
    // Equity 40 must exceed 5 % of 94 a unit: fewer than 8.510638… units may stay; with 10 to spare 6.382978….
    expect(sizes).toEqual([1.489362 * UNIT, 3.617022 * UNIT, null]);
    expect(witness.lines().at(-1)).toBe('2 k/0 liquidate ok');
  });
});

describe('observers', () => {
  it('change nothing, even when they probe the market', () => {
    class Prober extends Witness {
      override onEvents(): void {
        this.probe();
      }
      override onSlotEnd(): void {
        this.probe();
      }
      private probe(): void {
        const { market } = this.setup;
        const mark = market.journal.mark();
        const { currentSlot: nowSlot, priceLast: oraclePrice } = market.globals;
        const inputs = { nowSlot: nowSlot + 5, oraclePrice: oraclePrice * 2, fundingRate: 0 };
        for (const { account } of this.setup.owners) {
          apply(market, { op: 'liquidate', account, policy: 'full', ...inputs });
        }
        market.journal.rollback(mark);
      }
    }
    const script = actingOnce((context, account) => {
      context.submit({ type: 'trade', account, sizeQ: 5 * UNIT });
      context.wakeAt(context.slot + 1);
    });
    const scenario = makeScenario([makeGroup({ group: 't', count: 5, params: script })]);
    const run = (makeObserver: (setup: Witness['setup']) => Witness) => {
      const observers: Witness[] = [];
      const runtime = new SlabRuntime({
        scenario,
        slab: scenario.slabs[0]!,
        seed: 'seed',
        check: false,
        registry: REGISTRY,
        initialPrice: 100 * UNIT,
        makeObserver: (setup) => {
          observers.push(makeObserver(setup));
          return observers[0]!;
        },
      });
      for (let slot = 0; slot < 30; slot += 1) runtime.runSlot(slot, 100 * UNIT, (100 + slot) * UNIT);
      const { accounts, globals, sides } = observers[0]!.setup.market;
      return structuredClone({ lines: observers[0]!.lines(), accounts, globals, sides });
    };
    expect(run((setup) => new Prober(setup))).toEqual(run((setup) => new Witness(setup)));
  });
});
