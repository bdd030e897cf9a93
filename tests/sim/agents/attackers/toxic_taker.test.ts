import { describe, expect, it } from 'vitest';
import { countWithin, toxicTaker } from '../../../../sim/agents/attackers/toxic_taker.ts';
import { FakeBook } from '../fake_book.ts';
import { createAgent, createView, FakeContext, RISK } from '../fake_context.ts';

function setStage(params: object = {}) {
  const context = new FakeContext();
  const book = new FakeBook();
  context.book = book;
  book.bids = [
    { price: 99_900_000, availableQ: 2_000_000 },
    { price: 99_800_000, availableQ: 5_000_000 },
  ];
  book.asks = [
    { price: 100_100_000, availableQ: 2_000_000 },
    { price: 100_200_000, availableQ: 5_000_000 },
  ];
  const agent = createAgent(toxicTaker, { budget: '100 USDC', edge: '2 bps', ...params });
  agent.onStart(context);
  const see = (positionQ: number) => context.views.set(7, createView(100_000_000, { positionQ }));
  see(0);
  return { agent, book, context, see };
}
const taken = (side: 'buy' | 'sell', priceAtoms: number, qtyQ: number) => [
  { type: 'placeOrder', account: 7, side, kind: 'ioc', priceAtoms, qtyQ },
];

describe('toxic_taker', () => {
  it('counts what can be had within a price', () => {
    const { book } = setStage();
    expect(countWithin(book, 'buy', 100_099_999)).toBe(0);
    expect(countWithin(book, 'buy', 100_199_999)).toBe(2_000_000);
    expect(countWithin(book, 'sell', 99_800_000)).toBe(7_000_000);
  });

  it('takes quotes that are further from the index than fee and edge', () => {
    const { agent, context } = setStage();
    expect(RISK.tradingFeeBps).toBe(5);
    expect(context.wake(agent, 1)).toEqual([]);
    // 7 bps above 100.10 would be 100.17007; 100.17 is not enough, a tick more is.
    expect(context.wake(agent, 2, 100_170_000)).toEqual([]);
    expect(context.wake(agent, 3, 100_180_000)).toEqual(taken('buy', 100_100_000, 2_000_000));
    expect(context.wake(agent, 4, 99_820_000)).toEqual(taken('sell', 99_890_000, 2_000_000));
    // Both levels: 100.40 · (1 − 7 bps) = 100.32972, and 500 USDC at 100.40 carry 4.98.
    expect(context.wake(agent, 5, 100_400_000)).toEqual(taken('buy', 100_320_000, 4_980_000));
  });

  it('counts what it holds towards its leverage', () => {
    const { agent, context, see } = setStage();
    see(4_000_000);
    expect(context.wake(agent, 1, 100_400_000)).toEqual(taken('buy', 100_320_000, 980_000));
    // The other way round it may turn from 4 long to 5.02 short.
    expect(context.wake(agent, 2, 99_600_000)).toEqual(taken('sell', 99_670_000, 7_000_000));
  });

  it('closes when the makers had time to follow', () => {
    const { agent, context, see } = setStage();
    context.wake(agent, 1, 100_180_000);
    see(2_000_000);
    for (const slot of [2, 3, 4, 5]) expect(context.wake(agent, slot, 100_150_000)).toEqual([]);
    expect(context.wake(agent, 6)).toEqual([{ type: 'close', account: 7, share: 1 }]);
    expect(context.wake(agent, 7)).toEqual([]);
    expect(context.wake(agent, 11)).toEqual([{ type: 'close', account: 7, share: 1 }]);
  });

  it('or waits on the book at the index, and follows it', () => {
    const { agent, book, context, see } = setStage({ exit: 'rest' });
    see(2_000_000);
    const resting = (priceAtoms: number) => {
      const order = { side: 'sell', kind: 'limit', priceAtoms, qtyQ: 2_000_000, reduceOnly: true };
      return { type: 'placeOrder', account: 7, ...order };
    };
    expect(context.wake(agent, 1, 100_052_000)).toEqual([resting(100_060_000)]);
    book.rest('sell', 100_060_000, 2_000_000);
    expect(context.wake(agent, 5, 100_052_000)).toEqual([]);
    expect(context.wake(agent, 6, 100_000_000)).toEqual([
      { type: 'cancelAll', account: 7 },
      resting(100_000_000),
    ]);
  });

  it('comes at its start and leaves after its length', () => {
    const { agent, book, context, see } = setStage({ start: '10 slots', length: '20 slots' });
    expect(context.sent).toEqual([]);
    expect(context.wakes).toEqual([10]);
    expect(context.wake(agent, 10)).toEqual([{ type: 'deposit', account: 7, amountAtoms: 100_000_000 }]);
    see(2_000_000);
    book.rest('sell', 100_060_000, 2_000_000);
    expect(context.wake(agent, 30, 200_000_000)).toEqual([
      { type: 'cancelAll', account: 7 },
      { type: 'close', account: 7, share: 1 },
    ]);
    book.orders = [];
    see(0);
    expect(context.wake(agent, 31)).toEqual([{ type: 'withdraw', account: 7, amountAtoms: 'max' }]);
  });
});
