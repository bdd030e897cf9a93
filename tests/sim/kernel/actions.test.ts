import { describe, expect, it } from 'vitest';
import type { AgentContext } from '../../../sim/agents/agent.ts';
import {
  actingOnce,
  deposit,
  makeScenario,
  makeSlab,
  RISK,
  type Script,
  scripted,
  setStage,
  UNIT,
} from './harness.ts';

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

  it('withdraw max takes no more than the capital, however much equity there is', () => {
    const settleLp = (context: AgentContext) => context.submit({ type: 'settle', account: 0 });
    const withdraw = (context: AgentContext, account: number) =>
      context.submit({ type: 'withdraw', account, amountAtoms: 'max' });
    // Once the LP has paid, the gain of 100 counts in full: equity 200 less 60 would leave 140.
    const { last } = play([buy(5), settleLp, withdraw], { prices: [100, 120, 120] });
    expect(last).toMatchObject({ outcome: 'ok', instruction: { amount: 100 * UNIT } });
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
