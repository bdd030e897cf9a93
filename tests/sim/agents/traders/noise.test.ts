import { describe, expect, it } from 'vitest';
import { noise } from '../../../../sim/agents/traders/noise.ts';
import { FakeBook } from '../fake_book.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

/** Wakes the agent whenever it asks to, with a view that never changes; the sizes of its orders. */
function trade(params: object, slots: number, positionQ = 0): number[] {
  const context = new FakeContext();
  const agent = createAgent(noise, { capital: '1_000 USDC', ...params });
  agent.onStart(context);
  context.views.set(7, createView(1_000_000_000, { positionQ }));
  while (context.wakes.at(-1)! <= slots) context.wake(agent, context.wakes.at(-1)!);
  return context.sent.flatMap(({ action }) => (action.type === 'trade' ? [action.sizeQ] : []));
}

describe('noise', () => {
  it('sends orders at the declared rate, whatever the slot', () => {
    // Poisson: 2 000 expected in 4 000 slots, standard deviation 45; several may fall into one slot.
    const fast = trade({ mean_gap: '2 slots', size: '1 USDC', max_leverage: '9 x' }, 4_000);
    expect(Math.abs(fast.length - 2_000)).toBeLessThan(180);
    const rare = trade({ mean_gap: '200 slots', size: '1 USDC' }, 100_000);
    expect(Math.abs(rare.length - 500)).toBeLessThan(90);
  });

  it('buys with its chance and draws sizes from its distribution', () => {
    // 1 USDC at 100 USDC a unit.
    const orders = trade({ mean_gap: '5 slots', size: '1 USDC', buy_share: '80 %' }, 20_000);
    expect(new Set(orders.map(Math.abs))).toEqual(new Set([10_000]));
    const bought = orders.filter((sizeQ) => sizeQ > 0).length / orders.length;
    expect(Math.abs(bought - 0.8)).toBeLessThan(0.03);

    // Pareto with exponent 1.5: 1 − 2^−1.5 = 64.6 % of the orders are below twice the minimum of 10 USDC.
    const heavy = trade({ mean_gap: '2 slots', max_leverage: '9 x' }, 4_000).map(Math.abs);
    const small = heavy.filter((sizeQ) => sizeQ < 200_000).length / heavy.length;
    expect(Math.abs(small - 0.646)).toBeLessThan(0.05);
    expect(Math.max(...heavy)).toBeGreaterThan(2_000_000);
  });

  it('keeps its position within its leverage', () => {
    // 3 000 USDC at 100 USDC a unit: 30 units at most either way, from 29 long.
    const orders = trade({ mean_gap: '5_000 slots', size: '50_000 USDC' }, 100_000, 29_000_000);
    expect(new Set(orders)).toEqual(new Set([1_000_000, -59_000_000]));
  });

  it('trades more often the more the price moves, if that excites it', () => {
    const count = (indexPrices: readonly [number, number]) => {
      const context = new FakeContext();
      const params = { capital: '1_000 USDC', mean_gap: '50 slots', size: '1 USDC', excitement: '80 %' };
      const agent = createAgent(noise, params);
      agent.onStart(context);
      context.views.set(7, createView(1_000_000_000));
      for (let at = 0; context.wakes.at(-1)! <= 20_000; at += 1) {
        context.wake(agent, context.wakes.at(-1)!, indexPrices[at % 2]);
      }
      return context.sent.filter(({ action }) => action.type === 'trade').length;
    };
    // A fifth of 400, and 4 000: Poisson, with standard deviations of 9 and 63.
    expect(Math.abs(count([100_000_000, 100_000_000]) - 80)).toBeLessThan(36);
    expect(Math.abs(count([100_000_000, 101_000_000]) - 4_000)).toBeLessThan(250);
  });

  it('stops when it has nothing left', () => {
    const context = new FakeContext();
    const agent = createAgent(noise, { capital: '1_000 USDC' });
    agent.onStart(context);
    context.views.set(7, createView(0));
    expect(context.wake(agent, context.wakes[0]!)).toEqual([]);
    expect(context.wakes.length).toBe(1);
  });

  describe('on a book', () => {
    const setStage = (params: object) => {
      const context = new FakeContext();
      const book = new FakeBook();
      context.book = book;
      book.bids = [{ price: 99_950_000, availableQ: 1 }];
      const agent = createAgent(noise, {
        capital: '1_000 USDC',
        mean_gap: '2 slots',
        size: '250 USDC',
        limit_distance: '10 bps',
        ...params,
      });
      agent.onStart(context);
      context.views.set(7, createView(1_000_000_000));
      const next = () => context.wake(agent, context.wakes.at(-1)!);
      return { agent, book, context, next };
    };

    it('leaves its share of orders behind the best price, or behind the index where there is none', () => {
      const { next } = setStage({ limit_share: '30 %' });
      const actions = Array.from({ length: 3_000 }, next).flat();
      const prices = actions.flatMap((action) =>
        action.type === 'placeOrder' ? [`${action.side} ${action.kind} ${action.priceAtoms}`] : [],
      );
      expect(Math.abs(prices.length / actions.length - 0.3)).toBeLessThan(0.03);
      // 10 bps below 99.95, and above the index, on the tick.
      expect(new Set(prices)).toEqual(new Set(['buy limit 99850000', 'sell limit 100100000']));
    });

    it('counts what waits on the book towards its leverage', () => {
      // 3 000 USDC at 100: 30, of which 29 wait to be bought.
      const { book, next } = setStage({ limit_share: '100 %', buy_share: '100 %' });
      book.rest('buy', 99_000_000, 29_000_000);
      book.rest('sell', 101_000_000, 29_000_000);
      const [order] = next();
      expect(order).toMatchObject({ side: 'buy', qtyQ: 1_000_000 });
      book.rest('buy', 99_000_000, 1_000_000);
      expect(next()).toEqual([]);
    });

    it('takes an order away when its time has come', () => {
      const { agent, book, context } = setStage({ mean_gap: '1_000_000 slots', limit_life: '40 slots' });
      const order = {
        type: 'placeOrder',
        account: 7,
        side: 'buy',
        kind: 'limit',
        priceAtoms: 1,
        qtyQ: 1,
      } as const;
      const lives = Array.from({ length: 400 }, () => {
        book.orders = [];
        const ref = book.rest('buy', 99_000_000, 1_000);
        context.slot += 1;
        const since = context.slot;
        agent.onDone?.(context, order, { filledQ: 0, notionalAtoms: 0, order: ref, hold: null });
        const until = context.wakes.at(-1)!;
        expect(context.wake(agent, until - 1 > since ? until - 1 : since)).toEqual([]);
        expect(context.wake(agent, until)).toEqual([{ type: 'cancelOrder', account: 7, order: ref }]);
        return until - since;
      });
      // Exponential and rounded up: a mean of 40.5, with a standard error of 2.
      expect(Math.abs(lives.reduce((sum, life) => sum + life, 0) / 400 - 40.5)).toBeLessThan(6);
    });
  });
});
