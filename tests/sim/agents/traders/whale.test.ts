import { describe, expect, it } from 'vitest';
import { RETRY_SLOTS } from '../../../../sim/agents/departure.ts';
import { whale } from '../../../../sim/agents/traders/whale.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const base = { capital: '1_000 USDC', leverage: '5 x', side: 'short' };
const trade = (sizeQ: number) => ({ type: 'trade', account: 7, sizeQ });
const close = (share: number) => ({ type: 'close', account: 7, share });
const hold = (context: FakeContext, positionQ: number) =>
  context.views.set(7, createView(1_000_000_000, { positionQ }));

describe('whale', () => {
  it('deposits and builds its position in slices that make up for partial fills', () => {
    const context = new FakeContext();
    context.slot = 20;
    const agent = createAgent(whale, { ...base, open_over: '30 slots', open_slices: 3 });
    agent.onStart(context);
    // 1 000 USDC at 5x and 100 USDC a unit: 50 units, a third of it first.
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
      trade(-16_666_666),
    ]);
    hold(context, -10_000_000);
    expect(context.wake(agent, 30)).toEqual([trade(-20_000_000)]);
    hold(context, -30_000_000);
    expect(context.wake(agent, 35)).toEqual([]);
    expect(context.wake(agent, 40)).toEqual([trade(-20_000_000)]);
    expect(context.wakes).toEqual([30, 40]);
    expect(context.wake(agent, 50)).toEqual([]);
  });

  it('leaves on schedule: closes in equal slices, insists on the last one, withdraws', () => {
    const context = new FakeContext();
    const agent = createAgent(whale, {
      ...base,
      exit_after: '100 slots',
      exit_over: '20 slots',
      exit_slices: 2,
      leave: true,
    });
    agent.onStart(context);
    expect(context.wakes).toEqual([100]);
    hold(context, -50_000_000);
    expect(context.wake(agent, 100)).toEqual([close(0.5)]);
    hold(context, -25_000_000);
    expect(context.wake(agent, 110)).toEqual([close(1)]);
    hold(context, -5_000_000);
    expect(context.wake(agent, 110 + RETRY_SLOTS)).toEqual([close(1)]);
    hold(context, 0);
    const withdraw = { type: 'withdraw', account: 7, amountAtoms: 'max' };
    expect(context.wake(agent, 110 + 2 * RETRY_SLOTS)).toEqual([withdraw]);
    context.views.set(7, createView(0));
    expect(context.wake(agent, 111 + 2 * RETRY_SLOTS)).toEqual([]);
    expect(context.wake(agent, 200)).toEqual([]);
  });

  it.each([
    ['exit_below', 'below', 95],
    ['exit_above', 'above', 105],
  ])('closes when its price trigger %s is reached, even while it still builds', (key, direction, level) => {
    const context = new FakeContext();
    const agent = createAgent(whale, {
      ...base,
      open_over: '30 slots',
      open_slices: 3,
      [key]: `${level} USDC`,
    });
    agent.onStart(context);
    expect(context.alarms).toEqual([{ direction, price: level * 1_000_000 }]);
    hold(context, -16_666_666);
    expect(context.wake(agent, 5, level * 1_000_000)).toEqual([close(1)]);
    // The trigger is spent: the price may turn back without reopening anything.
    expect(context.wake(agent, 10, 100_000_000)).toEqual([close(1)]);
    hold(context, 0);
    expect(context.wake(agent, 15, 100_000_000)).toEqual([]);
  });
});
