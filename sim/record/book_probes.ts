import { mulDivFloor } from '../../engine/math/index.ts';
import { BPS } from '../../engine/risk/index.ts';
import { Book, Level } from '../../engine/slab/constants.ts';
import { type BookSide, BUY, calculateMarkPrice, SELL, type Slab } from '../../engine/slab/index.ts';

/** Unreserved quantity of a side at prices no further than `limit`. */
function sumDepth(slab: Slab, side: BookSide, limit: number): number {
  const { levels, words } = slab;
  let sizeQ = 0;
  for (let link = slab.bestLevel(side); link !== 0; ) {
    const at = levels.at(link);
    const price = words[at + Level.price]!;
    if (side === BUY ? price < limit : price > limit) break;
    sizeQ += words[at + Level.totalQ]! - words[at + Level.reservedQ]!;
    link = words[at + Level.next]!;
  }
  return sizeQ;
}

/** Mid and mark, and what can be traded within `bandBps` of the mid, or of the index while a side is empty. */
export function calculateBandDepth(slab: Slab, indexPrice: number, bandBps: number) {
  const { bestAsk, bestBid } = slab;
  const midPrice = bestBid === 0 || bestAsk === 0 ? null : Math.floor((bestBid + bestAsk) / 2);
  const middle = midPrice ?? indexPrice;
  const band = mulDivFloor(middle, bandBps, BPS);
  return {
    midPrice,
    bidQ: sumDepth(slab, BUY, middle - band),
    askQ: sumDepth(slab, SELL, middle + band),
    markPrice: calculateMarkPrice(slab, indexPrice),
  };
}

/** What all holds lock together; `visit` sees the owner and the notional of each. Costs nothing without holds. */
export function sumHolds(slab: Slab, visit?: (account: number, notionalAtoms: number) => void) {
  const sum = { sizeQ: 0, notionalAtoms: 0, bondAtoms: 0 };
  const { words } = slab;
  if (words[Book.holdsUsed] === 0) return sum;
  for (let place = 0; place < words[Book.holdsFresh]!; place += 1) {
    const hold = slab.hold(place);
    if (hold === undefined) continue;
    sum.sizeQ += hold.qty;
    sum.notionalAtoms += hold.notional;
    sum.bondAtoms += hold.bond;
    visit?.(hold.account, hold.notional);
  }
  return sum;
}
