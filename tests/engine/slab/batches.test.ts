import { describe, expect, it } from 'vitest';
import { EventKind } from '../../../engine/risk/index.ts';
import {
  calculateFundingRate,
  calculateMark,
  calculateMarkPrice,
  calculatePremium,
} from '../../../engine/slab/index.ts';
import { createSlabScene, runSlabTable } from './table.ts';

const RICH = `
  deposit a 100000
  deposit b 100000
  deposit c 100000
  deposit d 100000
`;

describe('batches', () => {
  it('open when they are due', () => {
    runSlabTable(
      createSlabScene({ batchSlots: 5 }),
      `
      at 4 1000
      open | BatchNotDue epoch=1
      at 5
      open | epoch=2 mark=1000 slot=5
      at 9
      open | BatchNotDue
      at 12
      open | epoch=3
      `,
    );
  });

  it('take in what waited, in the order of its ids, and nothing before', () => {
    runSlabTable(
      createSlabScene({ pendingPromotion: true }),
      `${RICH}
      dlp d on
      ask a 2@1005            | asks=- pending=-2a@1005 seqno=0 open.a=1
      bid b 1@1005            | filled=0 pending=-2a@1005,1b@1005
      bid c 3@1010            | pending=-2a@1005,1b@1005,3c@1010
      ask d 1@1005            | asks=1d@1005 seqno=1
      bid b 1@1005 ioc        | filled=1 asks=- position.a=0
      ask d 1@1010            | asks=1d@1010
      at 1 1000
      // c wants 3: what b left of a's 2, then it crosses d's 1 at 1 010, and rests the last one.
      open                    | pending=- asks=- bids=1c@1010 seqno=4 position.a=-2 position.c=2
      `,
    );
  });

  it('drop what may not rest: post-only that crosses, reduce-only without use, takers that fail', () => {
    const { log } = runSlabTable(
      createSlabScene({ pendingPromotion: true }),
      `${RICH}
      dlp d on
      deposit e 150
      ask d 4@1000
      bid a 1@1000 post       // #2
      bid a 1@1000 reduce     // #3
      bid e 1.5@1000          // #4: 1 500 · 10 % is just covered
      bid e 2@1000            // #5: not any more
      bid a 1@995 post        // #6
      at 1 1000
      open                    | asks=2.5d@1000 bids=1a@995 position.e=1.5 position.a=0 orders=2
      `,
    );
    const dropped: number[][] = [];
    log.each((kind, _, id, q, reason) => {
      if (kind === EventKind.OrderCancelled) dropped.push([id, q / 1_000_000, reason]);
    });
    expect(dropped).toEqual([
      [2, 1, 4],
      [3, 1, 3],
      [5, 2, 4],
    ]);
  });

  it('wait for orders that are replaced or cancelled, too', () => {
    runSlabTable(
      createSlabScene({ pendingPromotion: true }),
      `${RICH}
      bid a 2@995             // #1
      bid b 2@995             // #2
      replace a #1 1@995      | pending=1a@995,2b@995 seqno=0
      replace a #1 2@995      | pending=2b@995,2a@995
      cancel b #2             | pending=2a@995 seqno=0
      at 1 1000
      open                    | bids=2a@995 pending=- seqno=1
      replace a #3 1@990      | bids=- pending=1a@990 seqno=2
      `,
    );
  });

  it('cannot be blocked by an order that its level cannot hold', () => {
    // Each level holds at most 2^53 − 1 q-units: 90 orders of 10^14, not 91.
    const scene = createSlabScene({ pendingPromotion: true }, {}, { maxOrders: 100 });
    const orders = Array.from({ length: 91 }, () => 'bid a 100000000@900').join('\n');
    runSlabTable(scene, `${RICH}\n${orders}\nat 1\nopen | orders=90 levels=1`);
    expect(scene.slab.depth(0, 1)).toEqual([{ price: 900, availableQ: 9_000_000_000_000_000 }]);
    runSlabTable(scene, 'dlp a on\nbid a 100000000@900 | Overflow\nbid a 7@900 | orders=91');
  });

  it('skip the sums of what a level holds only where they are too large', () => {
    const scene = createSlabScene({ pendingPromotion: false }, {}, { maxOrders: 100 });
    const orders = Array.from({ length: 90 }, () => 'bid a 100000000@900').join('\n');
    runSlabTable(scene, `${RICH}\n${orders}\nbid b 100000000@900 | Overflow\nbid b 100000000@905 | levels=2`);
  });

  it('average the premium of the book and pay it as funding', () => {
    runSlabTable(
      createSlabScene(
        { markBandBps: 200, markWindowSlots: 4, fundingKBps: 5_000, fundingHorizonSlots: 10, fundingCap: 30 },
        { fundingScale: 10 },
      ),
      `${RICH}
      at 1 1000
      open                    | premium=0 rate=0
      bid a 1@1005
      ask b 1@1020
      at 4
      // All four slots of the window have gone by without a sample: floor(2 025/2) − 1 000 = 12.
      open                    | premium=12 mark=1012
      // 120 bps · 5 000 · 10 / (10 000 · 10) = 60, capped.
      expect                  | rate=30
      cancelall a
      at 5
      open                    | premium=12 rate=30
      bid a 1@970
      ask b 1@990
      cancel b #2
      at 7
      // 3 of 4 slots of −20 − 12 = −32: 12 − 24.
      open                    | premium=-12 mark=988 rate=-30
      at 8 600
      // floor(1 960/2) − 600 = 380 for one slot of four: −12 + 98, and 2 % of 600 at most.
      open                    | premium=86 mark=612
      `,
    );
  });
});

describe('the mark', () => {
  it('stays within its band and above zero', () => {
    // 2 % of 1 049 is 20.98.
    expect(calculateMark(1_049, 7, 200)).toBe(1_056);
    expect(calculateMark(1_049, 21, 200)).toBe(1_069);
    expect(calculateMark(1_049, -21, 200)).toBe(1_029);
    expect(calculateMark(1, -1, 10_000)).toBe(1);
    expect(calculateMark(1_000, 500, 0)).toBe(1_000);
    expect(calculateMarkPrice(createSlabScene().slab, 1_234)).toBe(1_234);
  });

  it('follows the samples, rounding down', () => {
    // (10 − 0)·3/7 = 4.28…; (0 − 4)·3/7 = −1.71…; beyond the window the sample itself.
    expect(calculatePremium(0, 10, 3, 7)).toBe(4);
    expect(calculatePremium(4, 0, 3, 7)).toBe(2);
    expect(calculatePremium(4, -9, 8, 7)).toBe(-9);
  });

  it('gives the funding rate', () => {
    const params = { fundingKBps: 10_000, fundingHorizonSlots: 28_800, fundingCap: 10_000 };
    // 1 % over 28 800 slots at scale 10^6: 100·10^4·10^6/(10^4·28 800) = 3 472.2…
    expect(calculateFundingRate(101, 100, params, 1_000_000)).toBe(3_472);
    expect(calculateFundingRate(99, 100, params, 1_000_000)).toBe(-3_473);
    expect(calculateFundingRate(99, 100, { ...params, fundingCap: 3_000 }, 1_000_000)).toBe(-3_000);
    // At the bounds: premium −10 000 bps, k 10^6, scale 900 719 925.
    const widest = { fundingKBps: 1_000_000, fundingHorizonSlots: 1, fundingCap: 10_000 };
    expect(calculateFundingRate(1, 1_000_000_000_000, widest, 900_719_925)).toBe(-10_000);
  });
});
