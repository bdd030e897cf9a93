import { describe, expect, it } from 'vitest';
import { apply } from '../../../engine/risk/index.ts';
import type { AccountView, AgentContext, FillNotice } from '../../../sim/agents/agent.ts';
import { SlabRuntime } from '../../../sim/kernel/slab_runtime.ts';
import {
  actingOnce,
  deposit,
  makeGroup,
  makeScenario,
  makeSlab,
  REGISTRY,
  RISK,
  type Script,
  scripted,
  setStage,
  UNIT,
  Witness,
} from './harness.ts';

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

it('refuses an LP that cannot be funded', () => {
  const matcher = { ...makeSlab().matcher, capitalAtoms: RISK.minInitialDeposit - 1 };
  const { step } = setStage(makeScenario([], { slabs: [makeSlab({ matcher })] }));
  expect(() => step()).toThrow('deposit of 999 atoms refused: InsufficientBalance');
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

describe('looking', () => {
  it('leaves no trace: an agent that looks at everything changes nothing', () => {
    const trade = (context: AgentContext, account: number) => {
      const sizeQ = context.slot % 2 === 0 ? UNIT : -2 * UNIT;
      context.submit({ type: 'trade', account, sizeQ });
      context.wakeAt(context.slot + 2);
    };
    const look = (context: AgentContext) => {
      for (let account = 0; account < 4; account += 1) {
        context.view(account);
        context.restoringPartial(account, 0);
      }
      context.liquidatable(9);
      context.wakeAt(context.slot + 1);
    };
    const run = (watcher: Script) => {
      const keeper = { kind: 'scripted_keeper', role: 'keeper' as const, latencySlots: 3 };
      const groups = [
        makeGroup({ group: 't', count: 3, params: actingOnce(trade) }),
        scripted('k', watcher, keeper),
      ];
      const { step, witness } = setStage(makeScenario(groups));
      for (let slot = 0; slot < 30; slot += 1) step((100 + (slot % 7)) * UNIT);
      const { accounts, globals, sides } = witness.setup.market;
      return structuredClone({ lines: witness.lines(), events: witness.events, accounts, globals, sides });
    };
    expect(run({ onStart: look, onWake: look })).toEqual(run({}));
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
