import { describe, expect, it } from 'vitest';
import { Mode } from '../../../../engine/risk/index.ts';
import { cranker } from '../../../../sim/agents/keepers/cranker.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const crank = (...accounts: number[]) => ({
  type: 'crank',
  candidates: accounts.map((account) => [account, null]),
  maxRevalidations: accounts.length,
});

describe('cranker', () => {
  it('touches open accounts in turn and starts again at the end of the list', () => {
    const context = new FakeContext();
    context.open = [2, 4, 6, 8, 10];
    const agent = createAgent(cranker, { every: '25 slots', batch: 2, fee_bid: '1 USDC' });
    agent.onStart(context);
    expect(context.sent).toEqual([{ slot: 0, action: crank(2, 4), feeBidAtoms: 1_000_000 }]);
    expect(context.wakes).toEqual([25]);
    expect(context.wake(agent, 25)).toEqual([crank(6, 8)]);
    expect(context.wake(agent, 50)).toEqual([crank(10, 2)]);
    // Accounts come and go between two turns.
    context.open = [1, 3, 5];
    expect(context.wake(agent, 75)).toEqual([crank(3, 5)]);
    context.open = [];
    expect(context.wake(agent, 100)).toEqual([]);
    context.open = [3];
    expect(context.wake(agent, 125)).toEqual([crank(3)]);
  });

  it('settles stale accounts of a side that waits for its reset before anything else', () => {
    const context = new FakeContext();
    context.open = [2, 4];
    context.modes = [Mode.Normal, Mode.ResetPending];
    context.stale = [[], [4, 5, 6]];
    const agent = createAgent(cranker, { batch: 2 });
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'settle', account: 4 },
      { type: 'settle', account: 5 },
    ]);
    context.modes = [Mode.Normal, Mode.DrainOnly];
    expect(context.wake(agent, 25)).toEqual([crank(2, 4)]);
  });

  it.each([
    ['losers_first', [4, 2, 6]],
    ['winners_first', [6, 2, 4]],
  ])('%s: sorts those it touches by their profit', (order, expected) => {
    const context = new FakeContext();
    context.open = [2, 4, 6, 8];
    const profits = [50, 0, 90, 100];
    context.open.forEach((account, at) => {
      context.views.set(account, createView(1_000, { pnlAtoms: profits[at]! }));
    });
    const agent = createAgent(cranker, { batch: 3, order });
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([crank(...expected)]);
    context.modes = [Mode.ResetPending, Mode.Normal];
    context.stale = [context.open.slice(0, 3), []];
    expect(context.wake(agent, 25)).toEqual(expected.map((account) => ({ type: 'settle', account })));
  });

  it('neither cranks nor settles accounts of the groups it censors, and takes others instead', () => {
    const context = new FakeContext();
    context.open = [2, 4, 6, 8];
    context.groups = new Map([['victims', [2, 6]]]);
    const agent = createAgent(cranker, { batch: 2, censored_groups: ['victims'], deposit: '10 USDC' });
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 10_000_000 },
      crank(4, 8),
    ]);
    context.modes = [Mode.Normal, Mode.ResetPending];
    context.stale = [[], [6, 8]];
    expect(context.wake(agent, 25)).toEqual([{ type: 'settle', account: 8 }]);
  });

  it('leaves a share of all accounts alone', () => {
    const context = new FakeContext();
    context.open = [2, 4];
    createAgent(cranker, { censored_share: '100 %' }).onStart(context);
    expect(context.sent).toEqual([]);
  });

  it('is away for a while', () => {
    const context = new FakeContext();
    context.open = [2];
    const agent = createAgent(cranker, { every: '5 slots', absent: [{ from: '5 slots', to: '12 slots' }] });
    agent.onStart(context);
    expect(context.wake(agent, 5)).toEqual([]);
    expect(context.wake(agent, 12)).toEqual([crank(2)]);
    expect(context.wakes).toEqual([5, 12, 17]);
  });
});
