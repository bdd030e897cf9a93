import { describe, expect, it } from 'vitest';
import { SlabRuntime } from '../../../sim/kernel/slab_runtime.ts';
import { Markouts } from '../../../sim/record/book_markouts.ts';
import { createRecorder } from '../../../sim/record/recorder.ts';
import type { GroupSpec, SlabSpec } from '../../../sim/scenario/schema.ts';
import { actor, ask, makeBook, makeBookSlab, order, trade } from '../kernel/book_stage.ts';
import { makeScenario, REGISTRY, UNIT } from '../kernel/harness.ts';

/** Plays a slot for each price, behind all checks, and returns the tables. */
function record(slab: SlabSpec, population: GroupSpec[], prices: readonly number[]) {
  const measure = { sampleEverySlots: 1, crankedEverySlots: 25 };
  const scenario = makeScenario(population, { slabs: [slab], slots: prices.length, measure });
  let recorder: ReturnType<typeof createRecorder> | undefined;
  const runtime = new SlabRuntime({
    scenario,
    slab,
    seed: 'seed',
    check: true,
    registry: REGISTRY,
    initialPrice: 100 * UNIT,
    makeObserver: (setup) => {
      recorder = createRecorder(setup);
      return recorder;
    },
  });
  for (const [slot, price] of prices.entries()) runtime.runSlot(slot, price * UNIT, price * UNIT);
  recorder!.onEnd(prices.length);
  return recorder!.finish();
}

const RISK = { tradingFeeBps: 10, makerFeeBps: -2 };

describe('a recorded order book', () => {
  const maker = actor('maker', { 1: order('sell', 100.2, 3), 2: order('buy', 99.8, 2) }, []);
  const taker = actor('taker', { 3: trade(2), 4: trade(-1, 99.8), 5: trade(1, 90) }, []);
  const tables = record(makeBookSlab(makeBook(), RISK), [maker, taker], [100, 100, 100, 100, 101, 103]);

  it('series: quotes, what is near the mid, the last price, what was traded', () => {
    const pick = tables.bookSeries.map(
      ({ bestBid, bestAsk, midPrice, lastPrice, bidDepthQ, askDepthQ, trades }) => [
        bestBid && bestBid / UNIT,
        bestAsk && bestAsk / UNIT,
        midPrice && midPrice / UNIT,
        lastPrice && lastPrice / UNIT,
        bidDepthQ / UNIT,
        askDepthQ / UNIT,
        trades,
      ],
    );
    expect(pick).toEqual([
      [null, null, null, null, 0, 0, 0],
      [null, 100.2, null, null, 0, 3, 0],
      [99.8, 100.2, 100, null, 2, 3, 0],
      [99.8, 100.2, 100, 100.2, 2, 1, 1],
      [99.8, 100.2, 100, 99.8, 1, 1, 2],
      [99.8, 100.2, 100, 99.8, 1, 1, 2],
    ]);
    expect(tables.bookSeries.at(-1)).toMatchObject({ tradedQ: 3 * UNIT, tradedAtoms: 300.2 * UNIT });
  });

  it('fills say who the maker was', () => {
    expect([...tables.fills].map(({ buyer, maker: side, seller }) => [buyer, seller, side])).toEqual([
      [2, 1, 'seller'],
      [1, 2, 'buyer'],
    ]);
  });

  it('makers and takers: gains against the index later, charges, rebates', () => {
    // The maker sold 2 at 100.2 in slot 3 (index 100, 101, then 103) and bought 1 at 99.8 in slot 4 (101, then 103).
    const [atOnce, after1, later] = [1.6, 1.6, -2.4].map((gain) => gain * UNIT);
    const both = { slab: 'a', fills: 2, sizeQ: 3 * UNIT, notionalAtoms: 300.2 * UNIT, taxAtoms: 0 };
    const gains = (sign: 1 | -1) => ({
      edgeAtoms: sign * atOnce!,
      markout1Atoms: sign * after1!,
      markout5Atoms: sign * later!,
      markout25Atoms: sign * later!,
      markout125Atoms: sign * later!,
      gainAtoms: sign * later!,
    });
    // A rebate of 2 bps of 200.4 and of 99.8; fees of 10 bps of the same.
    expect(tables.bookTrading).toEqual([
      { ...both, group: 'maker', liquidity: 'maker', feesAtoms: -60_040, ...gains(1) },
      { ...both, group: 'taker', liquidity: 'taker', feesAtoms: 300_200, ...gains(-1) },
    ]);
  });

  it('orders: what was asked and what came of it', () => {
    expect(tables.bookOrders).toMatchObject([
      { group: 'maker', placed: 2, placedQ: 5 * UNIT, filledQ: 3 * UNIT, cancelledQ: 0, taking: 0 },
      {
        group: 'taker',
        placed: 0,
        taking: 3,
        takingQ: 4 * UNIT,
        takenQ: 3 * UNIT,
        tookNothing: 1,
      },
    ]);
    expect(tables.rejections).toMatchObject([
      { group: 'taker', op: 'trade', error: 'NoLiquidity', count: 1 },
    ]);
  });

  it('the vault identity holds: what was taken in fees is insurance, less the rebates', () => {
    expect(tables.info.vaultAtoms).toBe(tables.info.expectedVaultAtoms);
    expect(tables.series.at(-1)!.insuranceAtoms).toBe(500 * UNIT + 300_200 - 60_040);
  });
});

describe('guards in the tables', () => {
  it('freeze, withheld rebates, kill band', () => {
    // A batch opens in slots 4 and 8; what desk places in slot 5 is younger than it, and frozen until slot 7.
    const book = makeBook({
      batchSlots: 4,
      killBandBps: 100,
      freezeSlots: 3,
      freezeLevels: 1,
      jitPenalty: true,
      markBandBps: 100,
    });
    const desk = actor('desk', { 5: order('sell', 100, 4) }, []);
    const taker = actor('taker', { 6: trade(1, 100), 7: trade(1, 100), 8: trade(1, 100), 10: trade(1) }, []);
    // The mark follows the index: 2 % away from that of the opening in slot 8.
    const prices = [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 102];
    const { bookTrading, books, rejections } = record(makeBookSlab(book, RISK), [desk, taker], prices);
    expect(books[0]).toMatchObject({
      batches: 2,
      freezeSkips: 1,
      killBandRefusals: 1,
      // 2 bps of 100 in slot 7; in slot 8 the order is an old one.
      jitFills: 1,
      jitWithheldAtoms: 20_000,
    });
    expect(bookTrading[0]).toMatchObject({ group: 'desk', fills: 2, feesAtoms: -20_000 });
    expect(rejections).toMatchObject([
      { group: 'taker', op: 'placeOrder', error: 'KillBand', count: 1 },
      { group: 'taker', op: 'trade', error: 'NoLiquidity', count: 1 },
    ]);
  });

  it('round-trip tax: what taking both ways in a batch has gained', () => {
    const desk = actor('desk', { 1: order('sell', 100, 1), 3: order('buy', 100.3, 1) }, []);
    const taker = actor('taker', { 2: trade(1), 4: trade(-1) }, []);
    const book = makeBook({ batchSlots: 10, roundTripGuard: true });
    const tables = record(makeBookSlab(book), [desk, taker], [100, 100, 100, 100, 100]);
    expect(tables.books[0]).toMatchObject({ taxes: 1, taxAtoms: 300_000 });
    expect(tables.bookTrading[1]).toMatchObject({ group: 'taker', gainAtoms: 300_000, taxAtoms: 300_000 });
    expect(tables.series.at(-1)!.insuranceAtoms).toBe(500 * UNIT + 300_000);
  });

  it('reservations: time locked, bonds lost, how they ended', () => {
    const hold = (ttlSlots: number) =>
      ask(({ book }, account) => ({
        type: 'reserve',
        account,
        side: 'buy',
        qtyQ: UNIT,
        limitPriceAtoms: 100 * UNIT,
        ttlSlots,
        seqno: book!.seqno,
      }));
    const maker = actor('maker', { 1: order('sell', 100, 3) }, []);
    const router = actor(
      'router',
      {
        2: hold(2),
        3: hold(2),
        4: ask((context, account) => {
          const holds = context.book!.ownHolds(account);
          return { type: 'commit', account, hold: holds.at(-1)!.ref };
        }),
      },
      [],
    );
    const book = makeBook({ maxHolds: 4, maxHoldSlots: 10, holdFeeBps: 10 });
    const { bookOrders, bookSeries, books } = record(
      makeBookSlab(book),
      [maker, router],
      [100, 100, 100, 100, 100, 100, 100],
    );
    // 100 of notional from slot 2 to 4 and from 3 to the commit in 4: three and one slot ends; a bond of 0.2 each.
    expect(bookOrders.find(({ group }) => group === 'router')).toMatchObject({
      holds: 2,
      heldAtoms: 200 * UNIT,
      heldAtomSlots: 400 * UNIT,
      holdsCommitted: 1,
      bondsLostAtoms: 0.2 * UNIT,
    });
    expect(bookSeries[3]).toMatchObject({
      holds: 2,
      heldQ: 2 * UNIT,
      bondsAtoms: 0.4 * UNIT,
      askDepthQ: UNIT,
    });
    expect(books[0]).toMatchObject({ expiredHolds: 1, bondsLostAtoms: 0.2 * UNIT, holdsPeak: 2 });
  });
});

describe('markouts', () => {
  it('compare each fill with the index so many slots later, with the last one at the end', () => {
    const markouts = new Markouts();
    markouts.add('a', 0, 2e6, 100);
    for (let slot = 0; slot <= 6; slot += 1) markouts.endSlot(slot, 100 + slot);
    markouts.end();
    expect([0, 1, 2, 3, 4].map((at) => markouts.read('a', at))).toEqual([0, 2, 10, 12, 12]);
    expect(markouts.valueAt('a', 90)).toBe(-20);
    expect(markouts.read('b', 0)).toBe(0);
  });

  it('forget a fill after the longest horizon, so that its place can be used again', () => {
    const markouts = new Markouts();
    for (let slot = 0; slot <= 400; slot += 1) {
      if (slot % 100 === 0) markouts.add('a', slot, 1e6, slot);
      markouts.endSlot(slot, slot);
    }
    markouts.end();
    // Fills in 0, 100, 200, 300, 400; each gains what the index has risen: 125, and nothing after the end.
    expect(markouts.read('a', 4)).toBe(125 * 3 + 100 + 0);
  });
});
