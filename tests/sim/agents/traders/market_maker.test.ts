import { describe, expect, it } from 'vitest';
import type { BookAction } from '../../../../sim/agents/book.ts';
import { marketMaker } from '../../../../sim/agents/traders/market_maker.ts';
import { FakeBook } from '../fake_book.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

/** 20 bps over 1 500 slots and a γ of 20 against a κ of 2 000: see avellaneda_stoikov.test.ts. */
const base = { capital: '1_000 USDC', size: '100 USDC', levels: 1, horizon: '1_500 slots' };

function setStage(params: object = {}, positionQ = 0) {
  const context = new FakeContext();
  const book = new FakeBook();
  context.book = book;
  const agent = createAgent(marketMaker, { ...base, ...params });
  agent.onStart(context);
  context.views.set(7, createView(1_000_000_000, { positionQ }));
  const place = (slot: number, indexPrice?: number) =>
    context
      .wake(agent, slot, indexPrice)
      .map((action) => action as Extract<BookAction, { type: 'placeOrder' }>)
      .map(({ priceAtoms, qtyQ, side, type }) =>
        type === 'placeOrder' ? `${side} ${qtyQ / 1e6} at ${priceAtoms / 1e6}` : type,
      );
  return { agent, book, context, place };
}

describe('market_maker', () => {
  it('deposits, then quotes around the index what Avellaneda and Stoikov say', () => {
    const { context, place } = setStage({ levels: 2, level_gap: '10 bps' });
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
    ]);
    expect(context.wakes).toEqual([1]);
    // 100 ∓ 5.37517 bps, rounded away from 100, and 10 bps further.
    expect(place(1)).toEqual(['buy 1 at 99.94', 'buy 1 at 99.84', 'sell 1 at 100.06', 'sell 1 at 100.16']);
  });

  it('moves both quotes against its inventory', () => {
    // Three orders long: 2.4 bps down to 99.976, ∓ 0.0537517.
    expect(setStage({}, 3_000_000).place(1)).toEqual(['buy 1 at 99.92', 'sell 1 at 100.03']);
    expect(setStage({}, -3_000_000).place(1)).toEqual(['buy 1 at 99.97', 'sell 1 at 100.08']);
  });

  it('has nothing on the side that its inventory limit leaves no room for', () => {
    // 2x of 1 000 USDC is a position of 20; 19.5 long leaves half an order to buy, and a shift of 15.6 bps.
    expect(setStage({}, 19_500_000).place(1)).toEqual(['buy 0.5 at 99.79', 'sell 1 at 99.9']);
    expect(setStage({}, 20_000_000).place(1)).toEqual(['sell 1 at 99.9']);
    expect(setStage({}, -25_000_000).place(1)).toEqual(['buy 1 at 100.14']);
  });

  it('widens with the volatility it sees', () => {
    const { place } = setStage({ memory: '1_500 slots' });
    place(1, 100_000_000);
    // 1 % in 15 slots: 0.99·4e-6 + 1e-4 over 1 500 slots, so 20·1.0396e-4 + 9.9503e-4 = 30.742 bps in all.
    // An order is worth 100 USDC at any price.
    expect(place(16, 101_000_000)).toEqual(['buy 0.99 at 100.84', 'sell 0.99 at 101.16']);
  });

  it('keeps its distances in proportion to the volatility of the mid, up to twice as far, if told to', () => {
    const quote = (widening: string, midAfter: number) => {
      const { book, place } = setStage({ widening, memory: '1_500 slots', levels: 2, level_gap: '10 bps' });
      const show = (mid: number) => {
        book.bids = [{ price: mid - 100_000, availableQ: 1 }];
        book.asks = [{ price: mid + 100_000, availableQ: 1 }];
      };
      show(100_000_000);
      const before = place(1);
      show(midAfter);
      return [before, place(16)];
    };
    // 20 bps in 15 slots: 0.99·4e-6 + 4e-6 over 1 500 slots are 1.41067 of the expected 20 bps, and half of that counts:
    // 1.20534 times 5.37517 bps, and 12.0534 bps further.
    expect(quote('50 %', 100_200_000)).toEqual([
      ['buy 1 at 99.94', 'buy 1 at 99.84', 'sell 1 at 100.06', 'sell 1 at 100.16'],
      ['buy 1 at 99.93', 'buy 1 at 99.81', 'sell 1 at 100.07', 'sell 1 at 100.19'],
    ]);
    // 1 % would be 5.1 times: 10.7503 and 20 bps.
    expect(quote('100 %', 101_000_000)[1]).toEqual([
      'buy 1 at 99.89',
      'buy 1 at 99.69',
      'sell 1 at 100.11',
      'sell 1 at 100.31',
    ]);
  });

  it('puts back what was filled after its time, counted from the first fill', () => {
    const { agent, context } = setStage({ refill: '5 slots' });
    for (const slot of [3, 4, 7, 8]) {
      context.slot = slot;
      agent.onFill?.(context, { account: 7, sizeQ: 1, executionPrice: 1 });
    }
    expect(context.wakes).toEqual([1, 8, 13]);
  });

  it('never quotes closer than its smallest spread', () => {
    expect(setStage({ risk_aversion: 0, arrival_decay: '1 bps' }).place(1)).toEqual([
      'buy 1 at 99.99',
      'sell 1 at 100.01',
    ]);
    expect(setStage({ risk_aversion: 0, arrival_decay: '1 bps', min_spread: '10 bps' }).place(1)).toEqual([
      'buy 1 at 99.95',
      'sell 1 at 100.05',
    ]);
  });

  it('quotes around the middle of the book if told to, and around the index while there is none', () => {
    const { book, place } = setStage({ reference: 'mid' });
    book.bids = [{ price: 89_000_000, availableQ: 1_000_000 }];
    expect(place(1)).toEqual(['buy 1 at 99.94', 'sell 1 at 100.06']);
    book.asks = [{ price: 91_000_000, availableQ: 1_000_000 }];
    expect(place(26)).toEqual(['buy 1 at 89.95', 'sell 1 at 90.05']);
  });

  it('leaves its orders alone until the index has moved by `requote`', () => {
    const { agent, book, context, place } = setStage();
    place(1);
    expect(context.alarms).toEqual([
      { direction: 'below', price: 99_980_000 },
      { direction: 'above', price: 100_020_000 },
    ]);
    book.rest('buy', 99_940_000, 1_000_000);
    book.rest('sell', 100_060_000, 1_000_000);
    expect(place(26, 100_010_000)).toEqual([]);
    // An alarm is not a reason to look again before the time.
    expect(context.wakes).toEqual([1, 26, 51]);
    expect(place(30, 100_040_000)).toEqual([
      'cancelOrder',
      'cancelOrder',
      'buy 0.999 at 99.98',
      'sell 0.999 at 100.1',
    ]);
    expect(context.wakes).toEqual([1, 26, 51]);
    expect(context.alarms.length).toBe(4);
    // Fills of one slot are answered together in the next.
    agent.onFill?.(context, { account: 7, sizeQ: 1, executionPrice: 1 });
    agent.onFill?.(context, { account: 7, sizeQ: 1, executionPrice: 1 });
    expect(context.wakes).toEqual([1, 26, 51, 31]);
  });

  it('takes its orders away in a storm, and when it has nothing left', () => {
    const { book, context, place } = setStage({ quit_above: '50 bps', memory: '1_500 slots' });
    place(1);
    book.rest('buy', 99_940_000, 1_000_000);
    // 1 % in 15 slots: √1.0396e-4 is 102 bps.
    expect(place(16, 101_000_000)).toEqual(['cancelOrder']);
    context.views.set(7, createView(0));
    expect(place(41, 101_000_000)).toEqual(['cancelOrder']);
  });
});
