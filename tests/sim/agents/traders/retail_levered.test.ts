import { describe, expect, it } from 'vitest';
import { RETRY_SLOTS } from '../../../../sim/agents/departure.ts';
import { retailLevered } from '../../../../sim/agents/traders/retail_levered.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const base = { capital: '1_000 USDC', leverage: '5 x', long_share: '100 %' };
const deposit = { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 };
const trade = (sizeQ: number) => ({ type: 'trade', account: 7, sizeQ });
const close = { type: 'close', account: 7, share: 1 };

/** A view of the trader's 50 units at a price, if it entered at 100 USDC with 1 000 USDC. */
function viewAt(priceUsdc: number, direction = 1) {
  const equityAtoms = 1_000_000_000 + (priceUsdc - 100) * 50_000_000 * direction;
  return createView(1_000_000_000, { positionQ: 50_000_000 * direction, equityAtoms });
}

/** Starts a trader and lets its position be confirmed in slot 1. */
function open(params: Record<string, unknown>, direction = 1) {
  const context = new FakeContext();
  const agent = createAgent(retailLevered, { ...base, ...params });
  agent.onStart(context);
  context.views.set(7, viewAt(100, direction));
  context.wake(agent, 1);
  const move = (slot: number, priceUsdc: number) => {
    context.views.set(7, viewAt(priceUsdc, direction));
    return context.wake(agent, slot, priceUsdc * 1_000_000);
  };
  return { context, agent, move };
}

describe('retail_levered', () => {
  it('deposits and opens on arrival, then sleeps if nothing can make it close', () => {
    const { context } = open({});
    expect(context.sent.map(({ action }) => action)).toEqual([deposit, trade(50_000_000)]);
    expect(context.wakes).toEqual([1]);
    expect(context.alarms).toEqual([]);
  });

  it('arrives when its draw says', () => {
    const context = new FakeContext();
    const agent = createAgent(retailLevered, { ...base, long_share: '0 %', entry: '40 slots' });
    agent.onStart(context);
    expect(context.wakes).toEqual([40]);
    expect(context.wake(agent, 40)).toEqual([deposit, trade(-50_000_000)]);
  });

  it('asks for a tenth less after each refusal and gives up after five orders', () => {
    const context = new FakeContext();
    const agent = createAgent(retailLevered, base);
    agent.onStart(context);
    context.views.set(7, createView(1_000_000_000));
    expect(context.wake(agent, 1)).toEqual([trade(45_000_000)]);
    expect(context.wake(agent, 2)).toEqual([trade(40_000_000)]);
    expect(context.wake(agent, 3)).toEqual([trade(35_000_000)]);
    expect(context.wake(agent, 4)).toEqual([trade(30_000_000)]);
    expect(context.wake(agent, 5)).toEqual([]);
    expect(context.wake(agent, 6)).toEqual([]);
  });

  it.each([
    [1, 92, 108, 'below', 'above'],
    [-1, 108, 92, 'above', 'below'],
  ])('direction %d: stop-loss at %d, take-profit at %d', (direction, stop, take, losing, winning) => {
    const sides = { long_share: direction > 0 ? '100 %' : '0 %' };
    const rules = { ...sides, stop_loss: '8 %', take_profit: '8 %' };
    const first = open(rules, direction);
    expect(first.context.alarms).toEqual([
      { direction: losing, price: stop * 1_000_000 },
      { direction: winning, price: take * 1_000_000 },
    ]);
    expect(first.move(5, stop + direction)).toEqual([]);
    expect(first.move(6, stop)).toEqual([close]);
    const second = open(rules, direction);
    expect(second.move(5, take - direction)).toEqual([]);
    expect(second.move(6, take)).toEqual([close]);
  });

  it('panics at its loss share, after its reaction time, and insists until it is flat', () => {
    const { context, agent, move } = open({ panic: '40 %', reaction: '3 slots' });
    // 40 % of 1 000 USDC is lost at 92 USDC.
    expect(context.alarms).toEqual([{ direction: 'below', price: 92_000_000 }]);
    expect(move(10, 92)).toEqual([]);
    expect(context.wakes.at(-1)).toBe(13);
    expect(move(13, 94)).toEqual([close]);
    expect(move(14, 94)).toEqual([close]);
    expect(move(14 + RETRY_SLOTS, 94)).toEqual([close]);
    context.views.set(7, createView(700_000_000));
    expect(context.wake(agent, 14 + 2 * RETRY_SLOTS)).toEqual([]);
    expect(context.wakes.at(-1)).toBe(14 + 2 * RETRY_SLOTS);
  });

  it('tops up as often as it may, then moves its alarm to the next level', () => {
    const rules = { panic: '60 %', top_up: { when: '20 %', amount: '50 %' } };
    const { context, agent, move } = open(rules);
    // A loss of 200 USDC at 96; panic would be at 88.
    expect(context.alarms).toEqual([{ direction: 'below', price: 96_000_000 }]);
    expect(move(10, 96)).toEqual([{ ...deposit, amountAtoms: 500_000_000 }]);
    expect(context.wakes.at(-1)).toBe(11);
    const topped = createView(1_500_000_000, { positionQ: 50_000_000, equityAtoms: 1_300_000_000 });
    context.views.set(7, topped);
    expect(context.wake(agent, 11)).toEqual([]);
    // Stake 1 500: panic at an equity of 600, 700 below the present: 96 − 14.
    expect(context.alarms.at(-1)).toEqual({ direction: 'below', price: 82_000_000 });
  });

  it('sets a new alarm only when the level moved or the last one fired', () => {
    const { context, agent, move } = open({ panic: '40 %' });
    expect(move(5, 97)).toEqual([]);
    expect(context.alarms.length).toBe(1);
    // A quarter of the position was taken away: the other 37.5 units may lose 225 USDC more, 6 USDC each.
    context.views.set(7, createView(1_000_000_000, { positionQ: 37_500_000, equityAtoms: 825_000_000 }));
    expect(context.wake(agent, 6, 97_000_000)).toEqual([]);
    expect(context.alarms.slice(1)).toEqual([{ direction: 'below', price: 91_000_000 }]);
  });

  it('keeps watching when an alarm fired too early, and ignores one that fires late', () => {
    const { context, agent, move } = open({ panic: '40 %', reaction: '5 slots' });
    // At 92 the alarm fires, but a gain elsewhere left more than 600 USDC of equity: 650 now.
    context.views.set(7, createView(1_000_000_000, { positionQ: 50_000_000, equityAtoms: 650_000_000 }));
    expect(context.wake(agent, 5, 92_000_000)).toEqual([]);
    expect(context.alarms.at(-1)).toEqual({ direction: 'below', price: 91_000_000 });
    // At 91 it fires early again at the same level: equity fell less than the price.
    context.views.set(7, createView(1_000_000_000, { positionQ: 50_000_000, equityAtoms: 600_000_001 }));
    context.wake(agent, 6, 91_000_001);
    const alarms = context.alarms.length;
    expect(move(7, 91)).toEqual([]);
    expect(context.wakes.at(-1)).toBe(12);
    // It has decided at 550; another alarm before its reaction time is over changes nothing.
    expect(move(9, 80)).toEqual([]);
    expect(context.alarms.length).toBe(alarms);
    expect(move(12, 80)).toEqual([close]);
  });

  it('notices that its position is gone and rests', () => {
    const { context, agent } = open({ stop_loss: '8 %' });
    context.views.set(7, createView(30_000_000));
    expect(context.wake(agent, 50, 90_000_000)).toEqual([]);
    expect(context.wake(agent, 60, 80_000_000)).toEqual([]);
  });

  it('opens again with what it has left, or leaves for good', () => {
    const again = open({ stop_loss: '8 %', reentry_share: '100 %', reentry_after: '30 slots' });
    again.move(10, 92);
    again.context.views.set(7, createView(600_000_000));
    expect(again.context.wake(again.agent, 11)).toEqual([]);
    expect(again.context.wakes.at(-1)).toBe(41);
    // 600 USDC at 5x and 100 USDC a unit: 30 units; no second deposit.
    expect(again.context.wake(again.agent, 41, 100_000_000)).toEqual([trade(30_000_000)]);
    again.context.views.set(7, createView(600_000_000, { positionQ: 30_000_000 }));
    expect(again.context.wake(again.agent, 42)).toEqual([]);
    // The same stop again: the first alarm has fired, so it needs a new one.
    expect(again.context.alarms).toEqual([
      { direction: 'below', price: 92_000_000 },
      { direction: 'below', price: 92_000_000 },
    ]);
    // Its second exit is as prompt as the first.
    expect(again.move(50, 92)).toEqual([close]);
    expect(again.context.wakes.at(-1)).toBe(51);

    const gone = open({ stop_loss: '8 %', leave_share: '100 %' });
    gone.move(10, 92);
    gone.context.views.set(7, createView(600_000_000));
    expect(gone.context.wake(gone.agent, 11)).toEqual([{ type: 'withdraw', account: 7, amountAtoms: 'max' }]);
  });

  it('is patient about h when it leaves, if told to be', () => {
    const patience = { min_h: '90 %', at_most: '10 slots' };
    const { context, agent, move } = open({ stop_loss: '8 %', leave_share: '100 %', patience });
    move(10, 92);
    context.views.set(7, createView(600_000_000));
    context.venue.hStored = 0.89;
    expect(context.wake(agent, 11)).toEqual([]);
    expect(context.wake(agent, 21)).toEqual([{ type: 'withdraw', account: 7, amountAtoms: 'max' }]);
  });

  it('draws from its own stream only, and differs between seeds', () => {
    const spread = { ...base, capital: { uniform: ['100 USDC', '10_000 USDC'] }, long_share: '50 %' };
    const first = (seed: string) => {
      const context = new FakeContext();
      createAgent(retailLevered, spread, seed).onStart(context);
      return context.sent[0]?.action;
    };
    expect(first('a')).toEqual(first('a'));
    expect(first('a')).not.toEqual(first('b'));
  });
});
