import { describe, expect, it } from 'vitest';
import { findFrontPrice, jitSniper } from '../../../../sim/agents/attackers/jit_sniper.ts';
import type { PublicTrade } from '../../../../sim/agents/book.ts';
import { FakeBook } from '../fake_book.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const traded = (slot: number, takerSide: 'buy' | 'sell', qtyQ: number, maker = 1): PublicTrade => {
  return { slot, price: 100_000_000, qtyQ, maker, taker: 2, takerSide };
};

function setStage(params: object = {}) {
  const context = new FakeContext();
  const book = new FakeBook();
  context.book = book;
  book.bids = [{ price: 99_950_000, availableQ: 1_000_000 }];
  book.asks = [{ price: 100_050_000, availableQ: 1_000_000 }];
  const agent = createAgent(jitSniper, {
    budget: '1_000 USDC',
    trigger: '500 USDC',
    size: '2_000 USDC',
    ...params,
  });
  agent.onStart(context);
  const see = (positionQ: number) => context.views.set(7, createView(1_000_000_000, { positionQ }));
  see(0);
  return { agent, book, context, see };
}
const quote = (side: 'buy' | 'sell', priceAtoms: number, qtyQ: number, reduceOnly = false) => [
  { type: 'placeOrder', account: 7, side, kind: 'postOnly', priceAtoms, qtyQ, reduceOnly },
];

describe('jit_sniper', () => {
  it('stands a tick in front of the makers, or beside them where it would cross', () => {
    const { book } = setStage();
    expect([findFrontPrice(book, 'buy'), findFrontPrice(book, 'sell')]).toEqual([99_960_000, 100_040_000]);
    book.asks = [{ price: 99_960_000, availableQ: 1 }];
    expect([findFrontPrice(book, 'buy'), findFrontPrice(book, 'sell')]).toEqual([99_950_000, 99_960_000]);
    book.asks = [];
    expect(findFrontPrice(book, 'sell')).toBeNull();
  });

  it('sells to takers that have been buying, on balance, in its window', () => {
    const { agent, book, context } = setStage();
    book.traded = [traded(1, 'buy', 4_990_000)];
    expect(context.wake(agent, 2)).toEqual([]);
    book.traded = [traded(1, 'buy', 6_000_000), traded(2, 'sell', 1_000_000)];
    expect(context.wake(agent, 3)).toEqual(quote('sell', 100_040_000, 20_000_000));
    // Five slots back is slot 2: the other way round now.
    book.traded.push(traded(3, 'sell', 4_000_000));
    expect(context.wake(agent, 7)).toEqual(quote('buy', 99_960_000, 20_000_000));
    // What it traded itself says nothing of others.
    book.traded = [traded(9, 'buy', 50_000_000, 7)];
    expect(context.wake(agent, 10)).toEqual([]);
  });

  it('takes its order away after its life', () => {
    const { agent, book, context } = setStage();
    const ref = book.rest('sell', 100_040_000, 1_000_000);
    context.slot = 3;
    const action = { type: 'placeOrder', account: 7, side: 'sell', kind: 'postOnly' } as const;
    const order = { ...action, priceAtoms: 100_040_000, qtyQ: 1_000_000 };
    agent.onDone?.(context, order, { filledQ: 0, notionalAtoms: 0, order: ref, hold: null });
    expect(context.wake(agent, 4)).toEqual([]);
    expect(context.wake(agent, 5)).toEqual([{ type: 'cancelOrder', account: 7, order: ref }]);
  });

  it('closes on the other side, and at any price when that has taken too long', () => {
    const { agent, book, context, see } = setStage({ hold: '10 slots' });
    see(-2_000_000);
    expect(context.wake(agent, 5)).toEqual(quote('buy', 99_960_000, 2_000_000, true));
    book.rest('buy', 99_960_000, 2_000_000);
    expect(context.wake(agent, 6)).toEqual([]);
    book.orders = [];
    book.bids = [];
    // Nobody bids: at the index.
    expect(context.wake(agent, 14)).toEqual(quote('buy', 100_000_000, 2_000_000, true));
    expect(context.wake(agent, 15)).toEqual([{ type: 'close', account: 7, share: 1 }]);
    see(0);
    context.wake(agent, 16);
    see(1_000_000);
    expect(context.wake(agent, 20)).toEqual(quote('sell', 100_040_000, 1_000_000, true));
  });
});
