import { describe, expect, it } from 'vitest';
import { calculateTax } from '../../../engine/slab/index.ts';
import { createSlabScene, runSlabTable } from './table.ts';

const RICH = `
  deposit a 100000
  deposit b 100000
  deposit c 100000
  deposit d 100000
`;

describe('the kill band', () => {
  it('stops takers when the mark left the one of the opening, to the atom', () => {
    runSlabTable(
      createSlabScene({ killBandBps: 100, batchSlots: 10 }),
      `${RICH}
      ask a 3@1010
      at 1 1010
      bid b 1@1010            | filled=1
      at 1 1011
      bid b 1@1010            | KillBand
      bid b 1@1010 ioc        | KillBand
      bid b 1@1005            | bids=1b@1005
      bid b 1@1010 post       | WouldCross
      at 1 990
      bid b 1@1010            | filled=1
      at 1 989
      bid b 1@1010            | KillBand
      ask b 1@1005            | KillBand
      at 10 989
      open                    | mark=989
      bid c 1@1010 ioc        | filled=1
      `,
    );
  });

  it('keeps its precision at the largest prices', () => {
    // 1 bp of 999 999 999 999 is 99 999 999.9999: products of this size round as doubles.
    const risk = { maxPrice: 1_000_000_000_000, maxOiQ: 1_000_000_000 };
    const scene = createSlabScene({ killBandBps: 1, tickAtoms: 1 }, risk);
    runSlabTable(
      scene,
      `${RICH}
      at 1 999999999999
      open
      ask a 1@999999999999 post
      at 1 999899999999
      bid b 1@999999999999    | KillBand
      at 1 999900000000
      bid b 1@999999999999    | Undercollateralized
      `,
    );
  });
});

describe('the freeze', () => {
  it('keeps orders that were not live at the opening out of the best levels', () => {
    runSlabTable(
      createSlabScene({ freezeSlots: 2, freezeLevels: 1, batchSlots: 4 }),
      `${RICH}
      ask a 1@1005
      ask a 1@1010
      at 4 1000
      open
      ask b 1@1000            // new: frozen while it is the best level
      ask b 1@1005            // new: behind, so not frozen any more
      bid c 3@1010 ioc        | filled=3 asks=1b@1000
      at 6
      bid c 1@1010 ioc        | filled=1 asks=-
      `,
    );
  });

  it('counts levels, not orders', () => {
    runSlabTable(
      createSlabScene({ freezeSlots: 2, freezeLevels: 2, batchSlots: 4 }),
      `${RICH}
      ask a 1@1000
      ask a 1@1010
      at 4 1000
      open
      ask b 1@1000
      ask b 1@1005
      ask b 1@1010
      bid c 9@1010            | filled=3 asks=1b@1000,1b@1005 bids=-
      // The rest would cross the frozen levels, so it is dropped.
      expect                  | position.c=3
      `,
    );
  });
});

describe('the JIT penalty', () => {
  const fees = { tradingFeeBps: 100, makerFeeBps: -50 };

  it('keeps the rebate from orders placed after the opening', () => {
    const table = `${RICH}
      ask a 1@1000
      at 1 1000
      open
      ask b 1@1000
      bid c 1@1000            | capital.a=100005 capital.c=99990 insurance=5
      bid c 1@1000            | capital.c=99980`;
    runSlabTable(createSlabScene({ jitPenalty: true }, fees), `${table} capital.b=100000 insurance=15`);
    runSlabTable(createSlabScene({ jitPenalty: false }, fees), `${table} capital.b=100005 insurance=10`);
  });

  it('charges a maker fee as ever', () => {
    const table = `${RICH}\nask a 1@1000\nbid b 1@1000 | capital.a=99998 capital.b=99990 insurance=12`;
    runSlabTable(createSlabScene({ jitPenalty: true }, { tradingFeeBps: 100, makerFeeBps: 20 }), table);
  });
});

describe('the round-trip tax', () => {
  it('takes what the overlap of aggressive buys and sells gained', () => {
    runSlabTable(
      createSlabScene({ roundTripGuard: true, tickAtoms: 1 }),
      `${RICH}
      ask a 2@1000
      ask a 1@1003
      bid c 3@1003            | filled=3 tax=0
      bid b 3@1021 post
      // 3 bought for 3 003; 1 sold for 1 021: 1 021 − 1 001.
      ask c 1@1021 ioc        | tax=20 insurance=20
      // 2 sold for 2 042, less what was taxed: 2 042 − 2 002 − 20.
      ask c 1@1021 ioc        | tax=20 insurance=40
      // The other way round nothing is owed, and nothing comes back.
      ask c 1@1021 ioc        | tax=20 insurance=60 position.c=0
      `,
    );
  });

  it('is charged to capital first, then as debt', () => {
    runSlabTable(
      createSlabScene({ roundTripGuard: true, tickAtoms: 1 }, { warmupPeriodSlots: 100 }),
      `${RICH}
      deposit e 150
      ask a 1@1000
      bid e 1@1000
      bid b 1@1400
      // The gain of 400 is profit that warms up; capital has 150.
      ask e 1@1400 ioc        | tax=400 capital.e=0 debt.e=250 pnl.e=400 insurance=150
      `,
    );
  });

  it('forgets at the next opening, and does not know makers', () => {
    runSlabTable(
      createSlabScene({ roundTripGuard: true }),
      `${RICH}
      ask a 1@1000
      bid c 1@1000
      at 1
      open
      bid b 1@1020
      ask c 1@1020            | tax=0 pnl.c=20
      // As a maker c may turn round; b, who takes both ways, may not.
      ask c 1@1000
      bid b 1@1000
      bid c 1@1050
      ask b 1@1050            | tax=50 insurance=50
      `,
    );
  });

  it('has room for so many takers a batch', () => {
    runSlabTable(
      createSlabScene({ roundTripGuard: true }, {}, { maxAggressors: 1 }),
      `${RICH}
      ask a 5@1000
      bid b 1@1000            | filled=1
      bid c 1@1000            | AggressorsFull
      bid b 1@1000            | filled=1
      at 1
      open
      bid c 1@1000            | filled=1
      `,
    );
  });

  it('rounds against the trader', () => {
    // 1 of 3 bought for 10 and 1 of 3 sold for 11: ceil(11/3) − floor(10/3).
    expect(calculateTax(3, 10, 3, 11, 0)).toBe(1);
    expect(calculateTax(1, 10, 3, 32, 0)).toBe(1);
    expect(calculateTax(3, 10, 1, 3, 0)).toBe(0);
    expect(calculateTax(3, 10, 1, 4, 0)).toBe(1);
    expect(calculateTax(3, 10, 3, 20, 4)).toBe(6);
    expect(calculateTax(3, 10, 3, 20, 11)).toBe(0);
    expect(calculateTax(0, 0, 3, 20, 0)).toBe(0);
  });
});
