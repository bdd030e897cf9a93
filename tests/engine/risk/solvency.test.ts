import { describe, it } from 'vitest';
import { runTable } from './table.ts';

describe('residual, h and equity (design 01 §3)', () => {
  it('values released profit at h and counts reserve and debt where they belong', () => {
    runTable(
      {},
      `
      deposit a 600                                    | V=600 Ctot=600 residual=0 h=0/0 a.init=600 a.maint=600
      seed V=1000 I=100                                | residual=300
      seed a.pnl=500 a.R=100 pos=500 matured=400       | a.released=400 h=300/400
      `,
      // effective pnl = floor(400·300/400) = 300; eq_init = 600 + 0 + 300, eq_maint = 600 + 500
    );
    runTable(
      {},
      `
      deposit a 600                                    |
      seed V=1000 I=100 a.pnl=500 a.R=100 pos=500 matured=400 a.feeCredits=-50 | a.init=850 a.maint=1050
      seed a.pnl=-70 a.R=0 pos=0 matured=0             | h=0/0 a.init=480 a.maint=480
      `,
      // 600 − 70 − 50 = 480 either way: a loss counts whole in both
    );
  });

  it('floors each claim on its own, so the sum stays within the residual', () => {
    // residual 5 for claims 3 + 4: floor(15/7) = 2 and floor(20/7) = 2
    runTable(
      {},
      `
      deposit a 100 |
      deposit b 100 |
      seed V=205 a.pnl=3 b.pnl=4 pos=7 matured=7 | residual=5 h=5/7 a.init=102 b.init=102
      `,
    );
  });

  it('has no residual below zero and h = 1 without claims', () => {
    runTable({}, 'seed V=5 Ctot=3 I=2 | residual=0 h=0/0\n seed I=3 | residual=0');
  });

  it('refuses an equity outside the envelope', () => {
    // eq_maint = −(2^53 − 1) − 1: settling needs no equity, liquidating does
    runTable(
      {},
      `
      deposit a 100 |
      deposit b 1000 |
      trade a b 1M |
      seed a.pnl=-9_007_199_254_740_991 a.feeCredits=-101 |
      settle a | a.C=0
      `,
    );
    runTable(
      {},
      `
      deposit a 100 |
      deposit b 1000 |
      trade a b 1M |
      seed a.pnl=-9_007_199_254_740_991 a.feeCredits=-101 |
      liquidate a full | Overflow
      `,
    );
  });
});

describe('reserve-first bookkeeping (design 01 §2)', () => {
  it('lets a gain join the reserve and a loss eat it first', () => {
    runTable(
      { warmupPeriodSlots: 10 },
      `
      deposit a 1000  |
      deposit b 1000  |
      trade a b 10M   | a.pnl=0
      at 1 110        |
      settle a        | a.pnl=100 a.R=100 a.slope=10 a.start=1 pos=100 matured=0
      at 6 107        |
      settle a        | a.pnl=70 a.R=20 a.slope=10 a.start=6 pos=70 matured=50
      at 6 103        |
      settle a        | a.pnl=30 a.R=0 a.slope=10 pos=30 matured=30
      at 7 103        |
      settle a        | a.pnl=30 a.R=0 a.slope=0 a.start=7 matured=30
      `,
      // +100 → R 100; five slots release 50, then −30 leaves R 20; −40 takes R 20 and 20 of the released 50
    );
  });

  it('keeps the totals equal to their sums through a loss below zero and back', () => {
    runTable(
      { warmupPeriodSlots: 10 },
      `
      deposit a 100   |
      deposit b 1000  |
      trade a b 10M   |
      at 1 85         |
      settle a        | a.C=0 a.pnl=-50 Ctot=1000 pos=0
      settle b        | b.pnl=150 b.R=150 pos=150 matured=0
      at 2 95         |
      settle a        | a.pnl=50 a.R=50 pos=200 matured=0
      settle b        | b.pnl=50 b.R=35 pos=100 matured=15
      `,
      // b: slope 15, one slot releases 15 (at settle b: R 135), then −100 leaves R 35
    );
  });
});
