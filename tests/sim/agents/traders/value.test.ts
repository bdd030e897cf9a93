import { describe, expect, it } from 'vitest';
import { value } from '../../../../sim/agents/traders/value.ts';
import { FakeBook } from '../fake_book.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

describe('value', () => {
  it('buys below its estimate, closes there, sells above; sleeps on alarms in between', () => {
    const context = new FakeContext();
    const agent = createAgent(value, { capital: '1_000 USDC', estimate: '100 USDC', edge: '10 %' });
    agent.onStart(context);
    expect(context.wakes).toEqual([1]);
    const hold = (positionQ: number) => context.views.set(7, createView(1_000_000_000, { positionQ }));
    hold(0);
    expect(context.wake(agent, 1)).toEqual([]);
    expect(context.alarms).toEqual([
      { direction: 'below', price: 90_000_000 },
      { direction: 'above', price: 110_000_000 },
    ]);
    // 2 000 USDC at 80 USDC a unit.
    expect(context.wake(agent, 50, 80_000_000)).toEqual([{ type: 'trade', account: 7, sizeQ: 25_000_000 }]);
    expect(context.wakes.at(-1)).toBe(75);
    hold(25_000_000);
    // The position is there: nothing but the alarm at the estimate.
    expect(context.wake(agent, 75, 85_000_000)).toEqual([]);
    expect(context.alarms.slice(2)).toEqual([
      { direction: 'below', price: 90_000_000 },
      { direction: 'above', price: 100_000_000 },
    ]);
    expect(context.wake(agent, 90, 101_000_000)).toEqual([{ type: 'close', account: 7, share: 1 }]);
    // Not filled by the time the index is far above: it turns at once, 25 units out and 16 short.
    expect(context.wake(agent, 115, 125_000_000)).toEqual([
      { type: 'trade', account: 7, sizeQ: -41_000_000 },
    ]);
    hold(-16_000_000);
    expect(context.wake(agent, 140, 120_000_000)).toEqual([]);
    expect(context.alarms.at(-2)).toEqual({ direction: 'below', price: 100_000_000 });
    expect(context.wake(agent, 150, 100_000_000)).toEqual([{ type: 'close', account: 7, share: 1 }]);
  });

  it('draws its own estimate, and stays away once it has nothing left', () => {
    const alarmsOf = (seed: string) => {
      const context = new FakeContext();
      const params = { capital: '1_000 USDC', estimate: { uniform: ['90 USDC', '110 USDC'] }, edge: '20 %' };
      const agent = createAgent(value, params, seed);
      agent.onStart(context);
      context.views.set(7, createView(5));
      context.wake(agent, 1);
      return context.alarms.map(({ price }) => price);
    };
    const [low = 0, high = 0] = alarmsOf('one');
    expect(low / 0.8).toBeCloseTo(high / 1.2, -2);
    expect(alarmsOf('two')).not.toEqual([low, high]);

    const context = new FakeContext();
    const agent = createAgent(value, { capital: '1_000 USDC', estimate: '100 USDC' });
    agent.onStart(context);
    context.views.set(7, createView(0));
    expect(context.wake(agent, 1, 50_000_000)).toEqual([]);
    expect(context.alarms).toEqual([]);
  });

  it('or waits on the book at its prices, and lets go of what it holds at its estimate', () => {
    const context = new FakeContext();
    const book = new FakeBook();
    context.book = book;
    const agent = createAgent(value, {
      capital: '1_000 USDC',
      estimate: '100.005 USDC',
      edge: '10 %',
      rest: true,
    });
    agent.onStart(context);
    const ask = (slot: number, positionQ: number) => {
      context.views.set(7, createView(1_000_000_000, { positionQ }));
      return context
        .wake(agent, slot)
        .map((action) =>
          action.type === 'placeOrder'
            ? `${action.side} ${action.kind} ${action.qtyQ} at ${action.priceAtoms}`
            : action.type,
        );
    };
    // 2 000 USDC at 100; 90.0045 and 110.0055 rounded to the tick, away from the estimate.
    expect(ask(1, 0)).toEqual(['buy limit 20000000 at 90000000', 'sell limit 20000000 at 110010000']);
    expect(context.wakes).toEqual([1, 26]);
    book.rest('buy', 90_000_000, 15_000_000);
    book.rest('sell', 110_010_000, 20_000_000);
    // Bought 5: they are for sale at the estimate instead.
    expect(ask(26, 5_000_000)).toEqual(['cancelOrder', 'sell limit 5000000 at 100010000']);
    book.orders = [];
    expect(ask(51, -20_000_000)).toEqual(['buy limit 20000000 at 100000000']);
  });
});
