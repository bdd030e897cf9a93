import { describe, expect, it } from 'vitest';
import { actor, ask, makeBook, makeBookSlab, order, playBook, trade } from './book_stage.ts';
import { UNIT } from './harness.ts';

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
      '2 lp_desk fill -1 at 100.2 maker of 2, left 0',
      '3 maker pending false best 100.1',
      '3 taker fill 1 at 100.1',
      '3 maker fill -1 at 100.1 maker of 1, left 0',
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
