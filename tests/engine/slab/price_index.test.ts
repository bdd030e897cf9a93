import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book, type BookSide, BUY, Level, SELL } from '../../../engine/slab/constants.ts';
import type { Slab } from '../../../engine/slab/index.ts';
import { closeLevel, nearestLevel, openLevel } from '../../../engine/slab/price_index.ts';
import { createSlabScene } from './table.ts';

/** The index is written inside a savepoint, as every instruction is. */
function createIndex(levels = 64): Slab {
  const { slab } = createSlabScene({}, {}, { maxOrders: levels });
  slab.market.journal.mark();
  return slab;
}

function listPrices({ levels, words }: Slab, best: number): number[] {
  const prices: number[] = [];
  for (let level = best; level !== 0; level = words[levels.at(level) + Level.next]!) {
    prices.push(words[levels.at(level) + Level.price]!);
  }
  return prices;
}

/** The tree as nested pairs of prices: its shape. */
function describeTree(slab: Slab, reference: number): unknown {
  const { levels, nodes, words } = slab;
  if (reference <= 0) return reference === 0 ? null : words[levels.at(0 - reference) + Level.price];
  const at = nodes.at(reference);
  return [words[at], describeTree(slab, words[at + 1]!), describeTree(slab, words[at + 2]!)];
}

const priceArbitrary = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 4_294_967_290, max: 4_294_967_300 }),
  fc.integer({ min: 1, max: 1_000_000_000_000 }),
);

describe('the price index', () => {
  it('knows which bit is the first to differ, above and below 32 bits', () => {
    const slab = createIndex();
    for (const price of [4_294_967_296, 4_294_967_297, 1, 3]) openLevel(slab, SELL, price);
    // 2^32 differs from small prices in bit 31 of 64, from 2^32 + 1 in the last; 1 and 3 in the last but one.
    expect(describeTree(slab, slab.words[Book.askRoot]!)).toEqual([
      31,
      [62, 1, 3],
      [63, 4_294_967_296, 4_294_967_297],
    ]);
    expect(listPrices(slab, slab.words[Book.bestAsk]!)).toEqual([1, 3, 4_294_967_296, 4_294_967_297]);
  });

  it('finds a level again, or the nearest', () => {
    const slab = createIndex();
    const five = openLevel(slab, BUY, 5);
    const nine = openLevel(slab, BUY, 9);
    expect(openLevel(slab, BUY, 5)).toBe(five);
    expect(nearestLevel(slab, BUY, 9)).toBe(nine);
    expect(nearestLevel(slab, BUY, 4)).toBe(five);
    expect(nearestLevel(slab, SELL, 4)).toBe(0);
    expect(listPrices(slab, slab.words[Book.bestBid]!)).toEqual([9, 5]);
  });

  it('is in order whatever comes and goes, and its shape follows from its prices alone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<BookSide>(BUY, SELL),
        fc.array(fc.tuple(fc.boolean(), priceArbitrary), { minLength: 1, maxLength: 60 }),
        (side, steps) => {
          const slab = createIndex();
          const root = side === BUY ? Book.bidRoot : Book.askRoot;
          const best = side === BUY ? Book.bestBid : Book.bestAsk;
          const prices = new Set<number>();
          for (const [isNew, price] of steps) {
            const [some] = prices;
            if (isNew || some === undefined) {
              openLevel(slab, side, price);
              prices.add(price);
            } else {
              closeLevel(slab, side, nearestLevel(slab, side, some));
              prices.delete(some);
            }
            const sorted = [...prices].sort((a, b) => (side === BUY ? b - a : a - b));
            expect(listPrices(slab, slab.words[best]!)).toEqual(sorted);
            expect(slab.words[Book.levelsUsed]).toBe(prices.size);
            expect(slab.words[Book.nodesUsed]).toBe(Math.max(0, prices.size - 1));
          }
          const fresh = createIndex();
          for (const price of [...prices].sort((a, b) => a - b)) openLevel(fresh, side, price);
          expect(describeTree(slab, slab.words[root]!)).toEqual(describeTree(fresh, fresh.words[root]!));
        },
      ),
      { numRuns: 150 },
    );
  });
});
