import { describe, expect, it } from 'vitest';
import { liquidationHunter } from '../../../../sim/agents/attackers/liquidation_hunter.ts';
import { quoteStuffer } from '../../../../sim/agents/attackers/quote_stuffer.ts';
import { reservationGriefer } from '../../../../sim/agents/attackers/reservation_griefer.ts';
import { FakeBook } from '../fake_book.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

function setBook() {
  const context = new FakeContext();
  const book = new FakeBook();
  context.book = book;
  book.bids = [
    { price: 99_950_000, availableQ: 1_000_000 },
    { price: 99_900_000, availableQ: 1_000_000 },
  ];
  book.asks = [{ price: 100_050_000, availableQ: 1_000_000 }];
  book.seqno = 41;
  return { book, context };
}

describe('quote_stuffer', () => {
  const params = { budget: '30 USDC', accounts: 3, each: 2, start: '1 slots', length: '20 slots' };

  it('shares its budget out and fills up with the smallest orders far away', () => {
    const { book, context } = setBook();
    const agent = createAgent(quoteStuffer, { ...params, fee_bid: '0.1 USDC' });
    agent.onStart(context);
    expect(context.wake(agent, 1)).toEqual(
      [7, 8, 9].map((account) => ({ type: 'deposit', account, amountAtoms: 10_000_000 })),
    );
    book.rest('buy', 50_000_000, 1_000);
    const far = { type: 'placeOrder', side: 'buy', kind: 'postOnly', priceAtoms: 50_000_000, qtyQ: 1_000 };
    expect(context.wake(agent, 2)).toEqual([7, 8, 8, 9, 9].map((account) => ({ ...far, account })));
    expect(context.sent.every(({ feeBidAtoms }) => feeBidAtoms === 100_000)).toBe(true);
    expect(context.wake(agent, 21)).toEqual([
      { type: 'cancelAll', account: 7 },
      { type: 'withdraw', account: 7, amountAtoms: 'max' },
      { type: 'withdraw', account: 8, amountAtoms: 'max' },
      { type: 'withdraw', account: 9, amountAtoms: 'max' },
    ]);
  });

  it('or with the smallest holds, each on the book that the one before leaves', () => {
    const { context } = setBook();
    const agent = createAgent(quoteStuffer, { ...params, accounts: 2, start: '0 slots', pool: 'holds' });
    agent.onStart(context);
    const hold = { type: 'reserve', side: 'buy', qtyQ: 1_000, limitPriceAtoms: 100_050_000, ttlSlots: 50 };
    expect(context.wake(agent, 1)).toEqual(
      [7, 7, 8, 8].map((account, at) => ({ ...hold, account, seqno: 41 + at })),
    );
  });
});

describe('reservation_griefer', () => {
  it('reserves both sides as far as it looks, one after the other, and again what has ended', () => {
    const { book, context } = setBook();
    const agent = createAgent(reservationGriefer, {
      budget: '100 USDC',
      size: '500 USDC',
      levels: 2,
      length: '20 slots',
    });
    agent.onStart(context);
    const hold = { type: 'reserve', account: 7, qtyQ: 5_000_000, ttlSlots: 50 };
    const buy = { ...hold, side: 'buy', limitPriceAtoms: 100_050_000 };
    const sell = { ...hold, side: 'sell', limitPriceAtoms: 99_900_000 };
    expect(context.wake(agent, 1)).toEqual([
      { ...buy, seqno: 41 },
      { ...sell, seqno: 42 },
    ]);
    const ref = { index: 0, id: 1 };
    const held = {
      side: 'buy' as const,
      qtyQ: 1,
      notionalAtoms: 1,
      worstPrice: 1,
      bondAtoms: 1,
      expirySlot: 9,
    };
    book.holds = [{ ...held, ref }];
    expect(context.wake(agent, 2)).toEqual([{ ...sell, seqno: 41 }]);
    book.holds.push({ ...held, side: 'sell', ref: { index: 1, id: 2 } });
    expect(context.wake(agent, 3)).toEqual([]);
    // Its time is over: lets go and leaves.
    context.views.set(7, createView(90_000_000));
    expect(context.wake(agent, 20).map(({ type }) => type)).toEqual(['cancelHold', 'cancelHold', 'withdraw']);
  });
});

describe('liquidation_hunter', () => {
  it('pushes in slices, waits beyond the index for those it forces out, and leaves', () => {
    const { book, context } = setBook();
    const agent = createAgent(liquidationHunter, {
      budget: '1_000 USDC',
      side: 'short',
      push_over: '10 slots',
      slices: 2,
      catch_at: '2 %',
      hunt_for: '30 slots',
    });
    agent.onStart(context);
    // 5x of 1 000 at 100 in two slices, down to 95.
    const push = { type: 'trade', account: 7, sizeQ: -25_000_000, limitPrice: 95_000_000 };
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
      push,
    ]);
    expect(context.wakes).toEqual([5]);
    expect(context.wake(agent, 5)).toEqual([push]);
    context.views.set(7, createView(1_000_000_000, { positionQ: -40_000_000 }));
    const order = { type: 'placeOrder', account: 7, side: 'buy', kind: 'limit', reduceOnly: true };
    expect(context.wake(agent, 6)).toEqual([{ ...order, priceAtoms: 98_000_000, qtyQ: 40_000_000 }]);
    book.rest('buy', 98_000_000, 40_000_000);
    expect(context.wake(agent, 11)).toEqual([]);
    context.views.set(7, createView(1_000_000_000, { positionQ: -30_000_000 }));
    expect(context.wake(agent, 16, 95_000_000)).toEqual([
      { type: 'cancelAll', account: 7 },
      { ...order, priceAtoms: 93_100_000, qtyQ: 30_000_000 },
    ]);
    expect(context.wake(agent, 35)).toEqual([
      { type: 'cancelAll', account: 7 },
      { type: 'close', account: 7, share: 1 },
    ]);
    book.orders = [];
    context.views.set(7, createView(1_000_000_000));
    expect(context.wake(agent, 36)).toEqual([{ type: 'withdraw', account: 7, amountAtoms: 'max' }]);
  });
});
