import { describe, expect, it } from 'vitest';
import type { ImpactSpec } from '../../../sim/scenario/impact.ts';
import { type Act, actor, ask, makeBook, makeBookSlab, order, playBook, trade } from './book_stage.ts';
import { scripted, UNIT } from './harness.ts';

describe('a slab with an order book', () => {
  it('a taker walks the book to its average price; each maker hears of each of its fills', () => {
    const heard: string[] = [];
    const maker = actor(
      'maker',
      {
        1: (context, account) => {
          order('sell', 100.1, 1)(context, account);
          order('sell', 100.3, 2)(context, account);
        },
      },
      heard,
    );
    const taker = actor('taker', { 2: trade(2) }, heard);
    const { runtime, witness } = playBook(makeBookSlab(makeBook()), [maker, taker], 3);
    expect(heard).toEqual([
      '1 maker placeOrder done 0 order 1',
      '1 maker placeOrder done 0 order 2',
      '2 taker fill 2 at 100.2',
      '2 maker fill -1 at 100.1 maker of 1, left 0',
      '2 maker fill -1 at 100.3 maker of 2, left 1',
    ]);
    expect(witness.setup.market.sides[0].oiEff).toBe(2 * UNIT);
    expect(runtime.activeAgent).toBeNull();
  });

  it('trade and close work as elsewhere: within a limit or the slippage, on the lot, reduce-only to close', () => {
    const heard: string[] = [];
    const maker = actor('maker', { 1: order('sell', 104.9, 5), 2: order('buy', 99, 2) }, heard);
    const taker = actor(
      'taker',
      {
        // 105.1 would be beyond 5 % of 100; 0.0004 is less than a lot; half of 1.5 is 0.75.
        2: trade(1, 104.8),
        3: trade(0.0004),
        4: trade(1.5),
        5: ask((_, account) => ({ type: 'close', account, share: 0.5 })),
        6: ask((_, account) => ({ type: 'close', account, share: 1 })),
        7: ask((_, account) => ({ type: 'close', account, share: 1 })),
        8: trade(1, 98),
        9: trade(-2),
      },
      heard,
    );
    const stage = playBook(makeBookSlab(makeBook()), [maker, taker], 10);
    expect(heard.filter((line) => line.includes('taker'))).toEqual([
      '2 taker trade NoLiquidity',
      '3 taker trade NothingToDo',
      '4 taker fill 1.5 at 104.9',
      '5 taker fill -0.75 at 99',
      '6 taker fill -0.75 at 99',
      '7 taker close NothingToDo',
      '8 taker trade NoLiquidity',
      '9 taker fill -0.5 at 99',
    ]);
    expect(stage.witness.lines()).toContain('2 taker/0 - NoLiquidity');
  });

  it('orders of others wait for the next opening, those of designated LPs rest at once', () => {
    const heard: string[] = [];
    const lp = actor('lp_desk', { 1: order('sell', 100.2, 1) }, heard, { designatedLp: true });
    const maker = actor(
      'maker',
      {
        1: order('sell', 100.1, 1),
        2: (context, account) => {
          const [own] = context.book!.ownOrders(account);
          heard.push(`2 maker pending ${own?.isPending} best ${context.book!.bestAsk / UNIT}`);
        },
        3: (context, account) => {
          const [own] = context.book!.ownOrders(account);
          heard.push(`3 maker pending ${own?.isPending} best ${context.book!.bestAsk / UNIT}`);
        },
      },
      heard,
    );
    const taker = actor('taker', { 2: trade(1), 3: trade(1) }, heard);
    const book = makeBook({ batchSlots: 3, pendingPromotion: true });
    const { witness } = playBook(makeBookSlab(book), [lp, maker, taker], 4);
    expect(heard.slice(2)).toEqual([
      '2 maker pending true best 100.2',
      '2 taker fill 1 at 100.2',
      '2 lp_desk fill -1 at 100.2 maker of 1, left 0',
      '3 maker pending false best 100.1',
      '3 taker fill 1 at 100.1',
      '3 maker fill -1 at 100.1 maker of 2, left 0',
    ]);
    expect(witness.lines()).toContain('3 batch batchOpen ok');
    expect(witness.lines()).toContain('0 authority setDlp ok');
  });

  it('a pending order that crosses takes at the opening, and its owner hears of it', () => {
    const heard: string[] = [];
    const lp = actor('lp_desk', { 1: order('sell', 100.2, 1) }, heard, { designatedLp: true });
    const taker = actor('taker', { 2: order('buy', 100.5, 2) }, heard);
    playBook(makeBookSlab(makeBook({ batchSlots: 4, pendingPromotion: true })), [lp, taker], 5);
    expect(heard.slice(2)).toEqual([
      '4 taker fill 1 at 100.2',
      '4 lp_desk fill -1 at 100.2 maker of 1, left 0',
    ]);
  });

  it('an agent sees the market as old as its latency, and its own orders as they are', () => {
    const heard: string[] = [];
    const look = (name: string) => (context: Parameters<ReturnType<typeof order>>[0], account: number) => {
      const { bestAsk, lastPrice, midPrice } = context.book!;
      const depth = context.book!.depth('sell', 4).map(({ availableQ }) => availableQ / UNIT);
      const own = context.book!.ownOrders(account).map((held) => held.qtyQ / UNIT);
      const seen = `${bestAsk / UNIT} ${lastPrice / UNIT} ${midPrice} [${depth}] own [${own}]`;
      heard.push(`${context.slot} ${name} sees ${seen}`);
    };
    const maker = actor(
      'maker',
      {
        1: order('sell', 100.1, 2),
        3: look('maker'),
        4: look('maker'),
      },
      [],
      { latencySlots: 2 },
    );
    const taker = actor('taker', { 2: trade(1), 3: look('taker') }, []);
    playBook(makeBookSlab(makeBook()), [maker, taker], 5);
    expect(heard).toEqual([
      '3 maker sees 0 0 null [] own [1]',
      '3 taker sees 100.1 100.1 null [1] own []',
      '4 maker sees 100.1 0 null [2] own [1]',
    ]);
  });

  it('reservations: the hold locks, expires at the start of a slot, and its bond is lost', () => {
    const heard: string[] = [];
    const maker = actor('maker', { 1: order('sell', 100, 2) }, heard);
    const griefer = actor(
      'griefer',
      {
        2: ask(({ book }, account) => ({
          type: 'reserve',
          account,
          side: 'buy',
          qtyQ: 2 * UNIT,
          limitPriceAtoms: 100 * UNIT,
          ttlSlots: 2,
          seqno: book!.seqno,
        })),
        3: (context, account) => {
          const [hold] = context.book!.ownHolds(account);
          heard.push(`bond ${hold!.bondAtoms / UNIT} until ${hold!.expirySlot}`);
        },
      },
      heard,
    );
    const taker = actor('taker', { 3: trade(1), 5: trade(1) }, heard);
    const book = makeBook({ maxHolds: 1, maxHoldSlots: 10, holdFeeBps: 10 });
    const { witness } = playBook(makeBookSlab(book), [maker, griefer, taker], 6);
    // 200 of notional for 2 slots at 10 bps each: a bond of 0.4.
    expect(heard.slice(1)).toEqual([
      '2 griefer reserve done 2 hold 1',
      'bond 0.4 until 4',
      '3 taker trade NoLiquidity',
      '5 taker fill 1 at 100',
      '5 maker fill -1 at 100 maker of 1, left 1',
    ]);
    expect(witness.lines()).toContain('5 release releaseHold ok');
    expect(witness.setup.market.globals.insurance).toBe(500.4 * UNIT);
  });

  it('a withdrawal of `max` leaves what backs bonds and reserved orders', () => {
    const heard: string[] = [];
    const maker = actor(
      'maker',
      {
        1: order('sell', 100, 2),
        3: ask((_, account) => ({ type: 'withdraw', account, amountAtoms: 'max' })),
      },
      heard,
    );
    const router = actor(
      'router',
      {
        2: ask(({ book }, account) => ({
          type: 'reserve',
          account,
          side: 'buy',
          qtyQ: 2 * UNIT,
          limitPriceAtoms: 100 * UNIT,
          ttlSlots: 5,
          seqno: book!.seqno,
        })),
        3: ask((_, account) => ({ type: 'withdraw', account, amountAtoms: 'max' })),
      },
      heard,
    );
    const book = makeBook({ maxHolds: 1, maxHoldSlots: 10, holdFeeBps: 10 });
    const { witness } = playBook(makeBookSlab(book), [maker, router], 4);
    const { market } = witness.setup;
    // Initial margin of 200 is 20; a bond of 200 · 10 bps · 5 = 1.
    expect([market.account(1)?.capital, market.account(2)?.capital]).toEqual([20 * UNIT, 1 * UNIT]);
  });

  it('stage 1: a keeper finds who is in the band, reduces them through the book and earns its reward', () => {
    const heard: string[] = [];
    const maker = actor('maker', { 1: order('sell', 100, 90), 3: order('buy', 95, 90) }, heard);
    const long = actor('long', { 2: trade(90) }, heard);
    const reduce: Act = (context) => {
      const found = context.reducible(10);
      heard.push(`${context.slot} keeper finds [${found}]`);
      for (const account of found) context.submit({ type: 'reduceBand', account });
    };
    const keeper = actor('keeper', { 4: reduce, 5: reduce }, heard, {
      kind: 'scripted_keeper',
      role: 'keeper',
    });
    const risk = { tradingFeeBps: 10, keeperRewardBps: 5_000 };
    const slab = makeBookSlab(makeBook({ reduceBandBps: 700, reduceSlipBps: 100 }), risk);
    const prices = [100, 100, 100, 100, 95, 95];
    const { witness } = playBook(slab, [maker, long, keeper], 6, prices);
    // 1 000 − 9 of fees − 450 of loss is 541 of equity for 8 550 of notional: below 7 %. 541 carries 5 410 at 10 %,
    // 56.947368 at 95; 33.052632 are sold, 3.14 of fees come off, and what that is short of 10 % is sold as well.
    const sold = heard.filter((line) => line.startsWith('4 long fill'));
    expect(heard).toContain('4 keeper finds [2]');
    expect(heard).toContain('5 keeper finds []');
    expect(sold).toHaveLength(1);
    const reduced = -Number(sold[0]!.split(' ')[3]);
    expect(reduced).toBeGreaterThanOrEqual(33.052632);
    expect(reduced).toBeLessThan(33.5);
    const { capital } = witness.setup.market.account(3)!;
    const fee = Math.ceil(reduced * 95 * 1_000);
    expect(capital - 1_000 * UNIT).toBeCloseTo(fee / 2, -2);
  });

  it('without an account of its own a keeper has nobody to be rewarded', () => {
    const heard: string[] = [];
    const broke = actor('broke', {}, heard);
    const script = { onStart: ask(() => ({ type: 'reduceBand', account: 1 })) };
    const keeper = scripted('keeper', script, { kind: 'scripted_keeper', role: 'keeper' });
    const { witness } = playBook(makeBookSlab(makeBook({ reduceBandBps: 700 })), [broke, keeper], 1);
    expect(witness.lines()).toContain('0 keeper/0 - NoAccount');
  });

  it.each([
    [true, 0],
    [false, 3 - 2],
  ])('what takers buy moves the price (forced only: %s)', (forcedOnly, bought) => {
    const maker = actor('maker', { 1: order('sell', 100, 5), 2: order('buy', 99, 5) }, []);
    const taker = actor('taker', { 3: trade(3), 4: trade(-2) }, []);
    const impact: ImpactSpec = {
      kind: 'sqrt',
      coefficientBps: 100,
      volumeAtoms: UNIT,
      halfLifeSlots: 10,
      maxBps: 100,
      forcedOnly,
    };
    const underlyings = { BTC: { price: { kind: 'constant' as const, price: 100 * UNIT }, impact } };
    const { runtime } = playBook(makeBookSlab(makeBook()), [maker, taker], 5, [], { underlyings });
    expect(runtime.takeFlow()).toBe(bought * 100 * UNIT);
    expect(runtime.takeFlow()).toBe(0);
  });

  it('a book action where there is no book is refused as such', () => {
    const heard: string[] = [];
    const lost = actor('lost', { 1: order('buy', 100, 1) }, heard);
    const { witness } = playBook({ ...makeBookSlab(makeBook()), ...passive() }, [lost], 2);
    expect(heard).toEqual(['1 lost placeOrder NoBook']);
    expect(witness.lines().at(-1)).toBe('1 lost/0 - NoBook');
  });
});

function passive() {
  const capitalAtoms = 1_000 * UNIT;
  const most = { maxTradeQ: UNIT, maxPositionQ: UNIT };
  return { matcher: { kind: 'passive_lp' as const, capitalAtoms, spreadBps: 0, skewBps: 0, ...most } };
}
