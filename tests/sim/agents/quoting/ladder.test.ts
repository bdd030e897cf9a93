import { describe, expect, it } from 'vitest';
import { buildLadder, submitLadder } from '../../../../sim/agents/quoting/ladder.ts';
import { BOOK_PARAMS, FakeBook } from '../fake_book.ts';
import { FakeContext } from '../fake_context.ts';

const spec = {
  centre: 99_976_000,
  halfSpread: 53_751.65,
  levels: 2,
  gap: 50_000,
  sizeQ: 1_234_567,
  deepening: 0,
  roomQ: { buy: 10_000_000, sell: 10_000_000 },
  maxPrice: 1_000_000_000,
};
const list = (more: object = {}) =>
  buildLadder({ ...spec, ...more }, BOOK_PARAMS).map(({ side, price, qtyQ }) => [side, price, qtyQ]);

describe('a ladder', () => {
  it('rounds prices to the tick away from the middle and sizes down to the lot', () => {
    // 99.92224835 and 99.87224835 down, 100.02975165 and 100.07975165 up.
    expect(list()).toEqual([
      ['buy', 99_920_000, 1_234_000],
      ['buy', 99_870_000, 1_234_000],
      ['sell', 100_030_000, 1_234_000],
      ['sell', 100_080_000, 1_234_000],
    ]);
  });

  it('keeps levels apart when the gap is less than a tick', () => {
    expect(list({ gap: 1, levels: 3 }).map(([, price]) => price)).toEqual([
      99_920_000, 99_910_000, 99_900_000, 100_030_000, 100_040_000, 100_050_000,
    ]);
  });

  it('grows deeper with the distance if it is to', () => {
    // Once, 1.5 times and twice 1 234 567.
    const sizes = list({ deepening: 0.5, levels: 3 }).map(([, , qtyQ]) => qtyQ);
    expect(sizes).toEqual([1_234_000, 1_851_000, 2_469_000, 1_234_000, 1_851_000, 2_469_000]);
  });

  it('stops at its room, at zero and at the highest price of the venue', () => {
    expect(list({ roomQ: { buy: 1_500_000, sell: -1 } })).toEqual([
      ['buy', 99_920_000, 1_234_000],
      ['buy', 99_870_000, 266_000],
    ]);
    expect(list({ centre: 40_000, halfSpread: 20_000, gap: 10_000, levels: 3, sizeQ: 1_000 })).toEqual([
      ['buy', 20_000, 1_000],
      ['buy', 10_000, 1_000],
      ['sell', 60_000, 1_000],
      ['sell', 70_000, 1_000],
      ['sell', 80_000, 1_000],
    ]);
    expect(list({ maxPrice: 100_030_000 }).map(([side]) => side)).toEqual(['buy', 'buy', 'sell']);
  });
});

describe('what is asked of the book', () => {
  const stage = () => {
    const context = new FakeContext();
    const book = new FakeBook();
    context.book = book;
    const submit = (wanted: Parameters<typeof submitLadder>[2]) => {
      submitLadder(context, 7, wanted, { kind: 'postOnly', toleranceBps: 2, feeBidAtoms: 5 });
      return context.sent.map(({ action }) => action);
    };
    return { book, context, submit };
  };
  const bid = { side: 'buy', price: 99_990_000, qtyQ: 2_000_000 } as const;
  const ask = { side: 'sell', price: 100_010_000, qtyQ: 2_000_000 } as const;

  it('is nothing when the orders are close enough to the wanted ones', () => {
    const { book, submit } = stage();
    // 2 bps of 99.99 are 0.019998; at least half of the size is left.
    book.rest('buy', 99_980_000, 1_000_000);
    book.rest('sell', 100_010_000, 2_500_000);
    expect(submit([bid, ask])).toEqual([]);
  });

  it('cancels first, then places what is missing', () => {
    const { book, context, submit } = stage();
    const far = book.rest('buy', 99_960_000, 2_000_000);
    const small = book.rest('sell', 100_010_000, 999_999);
    expect(submit([bid, ask])).toEqual([
      { type: 'cancelOrder', account: 7, order: far },
      { type: 'cancelOrder', account: 7, order: small },
      {
        type: 'placeOrder',
        account: 7,
        side: 'buy',
        kind: 'postOnly',
        priceAtoms: bid.price,
        qtyQ: bid.qtyQ,
      },
      {
        type: 'placeOrder',
        account: 7,
        side: 'sell',
        kind: 'postOnly',
        priceAtoms: ask.price,
        qtyQ: ask.qtyQ,
      },
    ]);
    expect(context.sent.every(({ feeBidAtoms }) => feeBidAtoms === 5)).toBe(true);
  });

  it('cuts an order that is too large where it stands, and takes the nearest of two', () => {
    const { book, submit } = stage();
    const second = book.rest('buy', 99_980_000, 2_000_000);
    const nearest = book.rest('buy', 99_990_000, 3_000_000);
    expect(submit([bid])).toEqual([
      { type: 'cancelOrder', account: 7, order: second },
      { type: 'replaceOrder', account: 7, order: nearest, priceAtoms: 99_990_000, qtyQ: 2_000_000 },
    ]);
  });

  it('leaves alone what a hold has locked', () => {
    const { book, submit } = stage();
    book.rest('sell', 100_500_000, 2_000_000, { reservedQ: 2_000_000 });
    const partly = book.rest('sell', 100_600_000, 2_000_000, { reservedQ: 1_999_999 });
    book.rest('buy', 99_990_000, 3_000_000, { reservedQ: 2_500_000 });
    expect(submit([bid])).toEqual([{ type: 'cancelOrder', account: 7, order: partly }]);
  });
});
