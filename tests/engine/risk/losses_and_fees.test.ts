import { describe, expect, it } from 'vitest';
import { calculateLiquidationFee, calculateTradingFee } from '../../../engine/risk/index.ts';
import { createScene, runTable } from './table.ts';

describe('losses (design 01 §7)', () => {
  it('pays a flat loss from capital, then insurance above its floor, and leaves the rest uninsured', () => {
    runTable(
      { insuranceFloor: 10 },
      `
      deposit a 100     |
      deposit b 500     |
      insure 40         |
      seed a.pnl=-150   |
      settle a          | a.C=0 a.pnl=0 I=10 V=640 residual=130
      `,
      // 100 from capital, 30 of the other 50 from insurance; V still holds all 640: 500 + 10 + 130
    );
    runTable({}, 'deposit a 100 |\n seed a.pnl=-40 |\n settle a | a.C=60 a.pnl=0 residual=40');
  });

  it('lets an open loser keep its bad debt, and a deposit pays it first', () => {
    runTable(
      {},
      `
      deposit a 100   |
      deposit b 1_000 |
      insure 500      |
      trade a b 10M   |
      at 1 80         |
      settle a        | a.C=0 a.pnl=-100 I=500
      deposit a 60    | a.C=0 a.pnl=-40 I=500
      deposit a 60    | a.C=20 a.pnl=0
      `,
    );
  });
});

describe('conversion (design 01 §7)', () => {
  const PROFIT = (pnl: number, reserve: number, vault: number) => `
    deposit a 100 |
    seed a.pnl=${pnl} a.R=${reserve} pos=${pnl} matured=${pnl - reserve} V=${vault} |
  `;

  it('converts the released profit of a flat account at h, in the touch', () => {
    runTable(
      { warmupPeriodSlots: 10 },
      `${PROFIT(50, 0, 130)}
      settle a | a.C=130 a.pnl=0 a.R=0 a.slope=0 pos=0 matured=0 residual=0
      `,
      // h = 30/50: floor(50·30/50) = 30, and the other 20 are gone
    );
    runTable(
      { warmupPeriodSlots: 10 },
      `${PROFIT(50, 20, 117)}
      seed a.slope=2 |
      at 3 100 |
      settle a | a.C=117 a.pnl=14 a.R=14 a.slope=2 a.start=3 matured=0
      at 10 100 |
      settle a | a.pnl=0 a.C=117 a.slope=0 a.start=10
      `,
      // three slots release 6: 36 claims on 17, all converted; the last 14 find no residual
    );
  });

  it('keeps slope and start when the owner converts', () => {
    const open = `
      deposit a 1_000 |
      deposit b 1_000 |
      trade a b 10M   |
      at 1 110        |
      settle b        | 
      settle a        | a.R=100 a.slope=10
      at 5 110        |
      convert a 15    | a.C=1_015 a.pnl=85 a.R=60 a.released=25 a.slope=10 a.start=5 matured=25
    `;
    runTable({ warmupPeriodSlots: 10 }, open);
    runTable(
      { warmupPeriodSlots: 10 },
      `${open}
      convert a 0   | Overflow
      convert a 26  | Overflow
      convert a -1  | Overflow
      convert a 25  | a.C=1_040 a.released=0 matured=0
      convert a 1   | Overflow
      `,
    );
  });

  it('takes h before it consumes', () => {
    runTable(
      {},
      `
      deposit a 1_000 |
      deposit b 1_000 |
      trade a b 10M   |
      at 1 110        |
      settle a        | a.pnl=100 matured=100
      seed V=2_050    | h=50/100
      convert a 50    | a.C=1_025 a.pnl=50 h=25/50
      convert a 50    | a.C=1_050 a.pnl=0
      `,
    );
  });

  it('sweeps fee debt with what it converted', () => {
    runTable(
      {},
      `
      deposit a 1_000 |
      deposit b 1_000 |
      trade a b 10M   |
      at 1 110        |
      settle b        |
      settle a        | a.pnl=100
      seed a.C=0 Ctot=900 I=1_000 a.feeCredits=-30 |
      convert a 100   | a.C=70 a.debt=0 I=1_030
      `,
    );
  });
});

describe('fees (design 01 §7)', () => {
  it('charges both sides, rounded up, on the execution notional', () => {
    runTable(
      { tradingFeeBps: 7 },
      `
      deposit a 10_000 |
      deposit b 10_000 |
      trade a b 1_500_001 101 | a.C=9_997 b.C=9_999 I=2 Ctot=19_996 residual=2
      `,
      // notional floor(151.5) = 151, fee ceil(0.1057) = 1 each; slippage 1.500001·(100−101): −2 for a, +2 for b
    );
  });

  it('turns what capital cannot pay into debt, which a touch sweeps later', () => {
    runTable(
      { liquidationFeeBps: 500, liquidationFeeCap: 10_000 },
      `
      deposit a 100     |
      deposit b 1_000   |
      trade a b 10M     |
      at 1 92           |
      liquidate a full  | a.C=0 a.debt=26 I=20
      payFees a 10      | a.debt=16 I=30 V=1_110 slot=1
      at 2 92           |
      payFees a 100     | a.debt=0 I=46 V=1_126 slot=2
      payFees a 100     | V=1_126
      `,
      // loss 80 leaves 20; fee 920·5 % = 46
    );
    runTable(
      {},
      `
      deposit a 100          |
      seed a.feeCredits=-130 |
      settle a               | a.C=0 a.debt=30 I=100
      deposit a 100          | a.C=70 a.debt=0 I=130
      `,
    );
  });

  it('leaves the debt of an account with a position, or with losses, to the next touch', () => {
    runTable(
      {},
      `
      deposit a 1_000 |
      deposit b 1_000 |
      trade a b 1M    |
      seed a.feeCredits=-30 |
      deposit a 10    | a.debt=30 a.C=1_010
      settle a        | a.debt=0 a.C=980 I=30
      `,
    );
    runTable(
      {},
      'deposit a 100 |\n seed a.pnl=-200 a.feeCredits=-5 |\n deposit a 50 | a.C=0 a.pnl=-50 a.debt=5',
    );
  });

  it('bounds the liquidation fee from below and above', () => {
    const { market } = createScene({ liquidationFeeBps: 150, minLiquidationAbs: 4, liquidationFeeCap: 6 });
    // at price 100: 3 base → ceil(4.5) = 5; 1 base → ceil(1.5) = 2 → 4; 9 base → ceil(13.5) = 14 → 6; 1 q → 4
    expect([0, 1, 1_000_000, 3_000_000, 9_000_000].map((q) => calculateLiquidationFee(market, q))).toEqual([
      0, 4, 4, 5, 6,
    ]);
    expect([
      calculateTradingFee(10_000, 1),
      calculateTradingFee(10_001, 1),
      calculateTradingFee(0, 9),
    ]).toEqual([1, 2, 0]);
  });

  it('refuses a debt outside the envelope', () => {
    runTable(
      { tradingFeeBps: 100 },
      `
      deposit a 1_000 |
      deposit b 1_000 |
      seed b.C=0 Ctot=1_000 b.feeCredits=-9_007_199_254_740_991 |
      trade a b 1M    | Overflow
      `,
    );
  });
});
