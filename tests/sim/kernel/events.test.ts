import { describe, expect, it } from 'vitest';
import type { AgentContext } from '../../../sim/agents/agent.ts';
import type { EventSpec, SetLpEvent } from '../../../sim/scenario/events.ts';
import { deposit, makeScenario, makeSlab, type Script, scripted, setStage, UNIT } from './harness.ts';

/** Records the slots it is called in, and settles its account in each. */
function makeKeeper(calls: string[], wake: (context: AgentContext) => void): Script {
  const act = (name: string) => (context: AgentContext, account: number) => {
    calls.push(`${name} ${context.slot}`);
    context.submit({ type: 'settle', account });
    wake(context);
  };
  return { onStart: act('start'), onWake: act('wake') };
}

const keeper = (script: Script, startSlot = 0) =>
  scripted('keepers', script, { kind: 'scripted_keeper', role: 'keeper', startSlot });

const halt = (slot: number, endSlot: number, group = 'keepers'): EventSpec => ({
  kind: 'halt_keepers',
  slot,
  endSlot,
  group,
});

function runKeeper(events: EventSpec[], wake: (context: AgentContext) => void, startSlot = 0): string[] {
  const calls: string[] = [];
  const stage = setStage(makeScenario([keeper(makeKeeper(calls, wake), startSlot)], { events }));
  for (let slot = 0; slot < 12; slot += 1) stage.step(slot === 4 ? 90 * UNIT : 100 * UNIT);
  return calls;
}

describe('halted keepers', () => {
  const nextSlot = (context: AgentContext) => context.wakeAt(context.slot + 1);

  it('are called once when the last of their halts ends, whatever woke them meanwhile', () => {
    expect(runKeeper([halt(2, 5), halt(4, 8), halt(9, 10, 'others')], nextSlot)).toEqual([
      'start 0',
      'wake 1',
      'wake 8',
      'wake 9',
      'wake 10',
      'wake 11',
    ]);
    const onPrice = (context: AgentContext) => {
      if (context.slot === 0) context.wakeWhenPrice('below', 95 * UNIT);
      if (context.slot === 0) context.wakeAt(5);
    };
    expect(runKeeper([halt(3, 7)], onPrice)).toEqual(['start 0', 'wake 7']);
  });

  it('start when their halt ends', () => {
    expect(runKeeper([halt(0, 3)], (context) => context.wakeAt(context.slot + 5), 2)).toEqual([
      'start 3',
      'wake 8',
    ]);
  });

  it('lose what they had queued', () => {
    const queue: Script = {
      onStart: (context, account) => context.submit({ type: 'settle', account }),
      // A refusal in slot 0 queues for slot 1.
      onReject: (context, action) => context.submit(action),
    };
    const run = (events: EventSpec[]) => {
      const stage = setStage(makeScenario([keeper(queue)], { events }));
      for (let slot = 0; slot < 3; slot += 1) stage.step();
      return stage.witness.lines();
    };
    const rejected = (slot: number) => `${slot} keepers/0 settleAccount AccountNotFound`;
    expect(run([])).toEqual([rejected(0), rejected(1), rejected(2)]);
    expect(run([halt(1, 2)])).toEqual([rejected(0)]);
  });
});

describe('changes of the LP', () => {
  const change = (slot: number, more: Partial<SetLpEvent>): SetLpEvent => ({
    kind: 'set_lp',
    slot,
    slab: 'a',
    withdrawAtoms: 0,
    ...more,
  });
  const buyer: Script = {
    onStart(context, account) {
      deposit(context, account);
      context.wakeAt(1);
    },
    onWake(context, account) {
      context.submit({ type: 'trade', account, sizeQ: 2 * UNIT });
      if (context.slot < 3) context.wakeAt(context.slot + 1);
    },
  };
  const run = (events: EventSpec[]) => {
    const stage = setStage(makeScenario([scripted('traders', buyer)], { events }));
    for (let slot = 0; slot < 4; slot += 1) stage.step();
    return stage.witness;
  };

  it('hold from their slot on, each for what it names', () => {
    const events = [
      change(2, { spreadBps: 200 }),
      change(2, { slab: 'b', maxTradeQ: 1 }),
      change(3, { maxTradeQ: UNIT }),
    ];
    const trades = run(events).seen.flatMap(({ instruction }) =>
      instruction?.op === 'executeTrade' ? [[instruction.sizeQ, instruction.executionPrice]] : [],
    );
    expect(trades).toEqual([
      [2 * UNIT, 100 * UNIT],
      [2 * UNIT, 101 * UNIT],
      [UNIT, 101 * UNIT],
    ]);
  });

  it('take out capital as far as the rules let them', () => {
    const { seen, setup } = run([
      change(2, { withdrawAtoms: 400_000 * UNIT }),
      change(3, { withdrawAtoms: 900_000 * UNIT }),
      change(3, { withdrawAtoms: 'max' }),
    ]);
    const withdrawn = seen.flatMap(({ instruction, outcome }) =>
      instruction?.op === 'withdraw' ? [[instruction.amount, outcome]] : [],
    );
    // The position of −4 at 100 needs an initial margin of 40; nothing is left for the third.
    expect(withdrawn).toEqual([
      [400_000 * UNIT, 'ok'],
      [(600_000 - 40) * UNIT, 'ok'],
    ]);
    expect(seen.filter(({ outcome }) => outcome === 'NothingToDo')).toHaveLength(1);
    expect(setup.market.account(0)?.capital).toBe(40 * UNIT);
  });
});

describe('a funding rate', () => {
  it('moves pnl from longs to shorts', () => {
    const trader: Script = {
      onStart(context, account) {
        deposit(context, account);
        context.submit({ type: 'trade', account, sizeQ: UNIT });
        context.wakeAt(3);
      },
      onWake: (context, account) => context.submit({ type: 'settle', account }),
    };
    const slabs = [makeSlab({ fundingRateBps: 10 })];
    const stage = setStage(makeScenario([scripted('traders', trader)], { slabs }));
    for (let slot = 0; slot < 4; slot += 1) stage.step();
    // 10 bps of 100 in each of three slots.
    expect(stage.witness.setup.market.account(1)?.capital).toBe(100 * UNIT - (3 * UNIT) / 10);
  });
});
