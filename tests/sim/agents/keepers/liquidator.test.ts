import { describe, expect, it } from 'vitest';
import { liquidator } from '../../../../sim/agents/keepers/liquidator.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const full = (account: number) => ({ type: 'liquidate', account, policy: 'full' });

describe('liquidator', () => {
  it('sends a full liquidation for each account it sees, up to its capacity, with its bid', () => {
    const context = new FakeContext();
    context.eligible = [3, 5, 9];
    const agent = createAgent(liquidator, { capacity: 2, fee_bid: '3 USDC' });
    agent.onStart(context);
    expect(context.sent).toEqual([
      { slot: 0, action: full(3), feeBidAtoms: 3_000_000 },
      { slot: 0, action: full(5), feeBidAtoms: 3_000_000 },
    ]);
    expect(context.wakes).toEqual([1]);
  });

  it('looks only every few slots', () => {
    const context = new FakeContext();
    const agent = createAgent(liquidator, { every: '4 slots' });
    agent.onStart(context);
    context.eligible = [3];
    expect(agent.accounts).toEqual([]);
    expect(context.wake(agent, 2)).toEqual([]);
    expect(context.wake(agent, 4)).toEqual([full(3)]);
    expect(context.wakes).toEqual([4, 8]);
  });

  it('acts late on what it saw, without sending an account twice', () => {
    const context = new FakeContext();
    const agent = createAgent(liquidator, { lag: '3 slots', capacity: 1 });
    context.eligible = [3];
    agent.onStart(context);
    context.eligible = [3, 5];
    expect(context.wake(agent, 1)).toEqual([]);
    context.eligible = [3, 5, 6];
    expect(context.wake(agent, 3)).toEqual([full(3)]);
    expect(context.wake(agent, 4)).toEqual([full(5)]);
  });

  it('closes only what restores health where that is possible', () => {
    const context = new FakeContext();
    context.eligible = [3, 5];
    context.partials.set(5, 1_234);
    const agent = createAgent(liquidator, { policy: 'restoring_partial' });
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([
      full(3),
      { type: 'liquidate', account: 5, policy: 1_234 },
    ]);
  });

  it('takes the deepest under water first, or a seeded random order', () => {
    const context = new FakeContext();
    context.eligible = [1, 2, 3, 4];
    for (const account of context.eligible) context.views.set(account, createView(0, { equityAtoms: 100 }));
    context.views.set(3, createView(0, { equityAtoms: -50 }));
    context.views.set(2, createView(0, { equityAtoms: 10 }));
    createAgent(liquidator, { order: 'losers_first', capacity: 3 }).onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([full(3), full(2), full(1)]);

    const winners = new FakeContext();
    winners.eligible = context.eligible;
    winners.views = context.views;
    createAgent(liquidator, { order: 'winners_first', capacity: 3 }).onStart(winners);
    expect(winners.sent.map(({ action }) => action)).toEqual([full(1), full(4), full(2)]);

    const draws = [0.9, 0.1, 0.5, 0.3];
    const shuffled = new FakeContext();
    shuffled.eligible = [1, 2, 3, 4];
    shuffled.rng = () => draws.shift()!;
    createAgent(liquidator, { order: 'random', capacity: 4 }).onStart(shuffled);
    expect(shuffled.sent.map(({ action }) => action)).toEqual([full(2), full(4), full(3), full(1)]);
  });

  it('never liquidates the accounts it censors, and fills its capacity with others', () => {
    const sendAll = (share: string, order: string) => {
      const context = new FakeContext();
      context.eligible = Array.from({ length: 100 }, (_, account) => account);
      createAgent(liquidator, { censored_share: share, capacity: 100, order }).onStart(context);
      return context.sent.map(({ action }) => (action.type === 'liquidate' ? action.account : -1));
    };
    const left = sendAll('30 %', 'as_listed');
    // 70 of 100 expected, standard deviation 4.6.
    expect(Math.abs(left.length - 70)).toBeLessThan(15);
    expect(sendAll('30 %', 'winners_first')).toEqual(left);
    expect(sendAll('0 %', 'as_listed').length).toBe(100);
    expect(sendAll('100 %', 'as_listed')).toEqual([]);

    const context = new FakeContext();
    context.eligible = Array.from({ length: 100 }, (_, account) => account);
    createAgent(liquidator, { censored_share: '30 %', capacity: 10 }).onStart(context);
    expect(context.sent.length).toBe(10);
  });

  it('never liquidates accounts of the groups it censors, in any order', () => {
    for (const order of ['as_listed', 'losers_first']) {
      const context = new FakeContext();
      context.eligible = [1, 2, 3, 4, 5];
      context.groups = new Map([
        ['friends', [1, 2, 4]],
        ['others', [3, 5]],
      ]);
      createAgent(liquidator, { censored_groups: ['friends'], capacity: 2, order }).onStart(context);
      expect(context.sent.map(({ action }) => action)).toEqual([full(3), full(5)]);
    }
  });

  it('deposits into an account of its own if it is to earn rewards', () => {
    const context = new FakeContext();
    const agent = createAgent(liquidator, { deposit: '25 USDC', fee_bid: '1 USDC' });
    agent.onStart(context);
    expect(agent.accounts).toEqual([7]);
    const action = { type: 'deposit', account: 7, amountAtoms: 25_000_000 };
    expect(context.sent).toEqual([{ slot: 0, action, feeBidAtoms: 1_000_000 }]);
    expect(() => createAgent(liquidator, { deposit: '0.5 USDC' })).toThrow('smallest one of 1 USDC');
  });

  it('is away for a while: looks at nothing, and sends what was due only when it is back', () => {
    const context = new FakeContext();
    context.slot = 100;
    const absent = [
      { from: '8 slots', to: '10 slots' },
      { from: '2 slots', to: '8 slots' },
    ];
    const agent = createAgent(liquidator, { absent, lag: '4 slots' });
    context.eligible = [3];
    agent.onStart(context);
    context.wake(agent, 101);
    expect(context.wake(agent, 102)).toEqual([]);
    expect(context.wakes.at(-1)).toBe(110);
    expect(context.wake(agent, 104)).toEqual([]);
    context.eligible = [3, 5];
    expect(context.wake(agent, 110)).toEqual([full(3)]);
    expect(context.wake(agent, 114)).toEqual([full(5)]);
  });

  it('stage 1: reduces who is in the band and cannot be liquidated yet, up to its capacity', () => {
    const context = new FakeContext();
    context.eligible = [3];
    // 7 is its own account.
    context.inBand = [2, 3, 5, 7, 9];
    const agent = createAgent(liquidator, { stage_1: true, deposit: '10 USDC', capacity: 2 });
    agent.onStart(context);
    expect(context.sent.slice(1).map(({ action }) => action)).toEqual([
      { type: 'reduceBand', account: 2 },
      { type: 'reduceBand', account: 5 },
      full(3),
    ]);
  });

  it('stage 1 needs an account for its rewards', () => {
    expect(() => createAgent(liquidator, { stage_1: true })).toThrow('stage_1 needs a deposit');
  });
});
