import { describe, expect, it } from 'vitest';
import type { RiskParams } from '../../../engine/risk/index.ts';
import { runTable } from './table.ts';

const OPEN = `
  deposit a 10_000 |
  deposit b 10_000 |
`;

describe('maker fee and rebate (design 01 §12)', () => {
  it('charges the maker its own fee, and nobody is maker by default', () => {
    const params = { tradingFeeBps: 50, makerFeeBps: 10 };
    runTable(params, `${OPEN}\n trade a b 10M 100 seller | a.C=9_995 b.C=9_999 I=6`);
    runTable(params, `${OPEN}\n trade a b 10M 100 buyer | a.C=9_999 b.C=9_995 I=6`);
    runTable(params, `${OPEN}\n trade a b 10M 100 | a.C=9_995 b.C=9_995 I=10`);
    runTable(
      { tradingFeeBps: 50, makerFeeBps: 0 },
      `${OPEN}\n trade a b 10M 100 buyer | a.C=10_000 b.C=9_995`,
    );
  });

  it('pays a rebate out of what the taker paid, rounded down', () => {
    runTable(
      { tradingFeeBps: 50, makerFeeBps: -25 },
      `${OPEN}\n trade a b 10M 100 seller | a.C=9_995 b.C=10_002 I=3 V=20_000`,
      // notional 1 000: fee 5, rebate floor(2.5) = 2
    );
    // A rebate above the fee is capped by it: nobody earns from insurance by trading with himself.
    runTable(
      { tradingFeeBps: 10, makerFeeBps: -25 },
      `${OPEN}\n trade a b 10M 100 buyer | a.C=10_001 b.C=9_999 I=0`,
    );
    // What the taker only owes is no money either.
    runTable(
      { tradingFeeBps: 1_000, makerFeeBps: -500 },
      `
      deposit a 10_000 |
      deposit b 10_000 |
      trade a b 10M 100 seller | a.C=9_900 b.C=10_050
      at 1 1_010       |
      seed b.C=9_110 Ctot=19_010 |
      trade b a 1M 1_010 seller | b.C=0 b.debt=91 a.C=9_910 b.maint=-91
      `,
      // b's loss of 9 100 leaves 10 of its 9 110; fee 101, so the rebate of 50 is cut to 10
    );
  });

  it('adds the maker’s own signed fee back in the reducing exemption', () => {
    const losing = `
      deposit a 101     |
      deposit b 10_000  |
      trade a b 10M     |
      at 1 80           |
      settle a          |`;
    // The rebate of 4 is not a better buffer: taken out again, selling at 79 loses 5.
    runTable(
      { makerFeeBps: -100, tradingFeeBps: 0 },
      `${losing}\n trade b a 5M 79 seller | Undercollateralized`,
    );
    runTable({ makerFeeBps: -100, tradingFeeBps: 0 }, `${losing}\n trade b a 5M 80 seller | a.q=5M`);
    runTable(
      { makerFeeBps: 2_000, tradingFeeBps: 0 },
      `${losing}\n trade b a 5M 80 seller | a.q=5M a.debt=80 a.maint=-179`,
    );
  });
});

describe('keeper reward (design 01 §12)', () => {
  const params = { liquidationFeeBps: 1_000, liquidationFeeCap: 1_000, keeperRewardBps: 3_000 };
  const market = `
    deposit a 200    |
    deposit b 1_000  |
    deposit d 100    |
    trade a b 10M    |
    at 1 84          |
  `;

  it('moves a share of the fee that capital paid to the keeper, untouched and unswept', () => {
    runTable(
      params,
      `${market}\n seed d.feeCredits=-9 |\n liquidate a full d | a.C=0 a.debt=44 I=28 d.C=112 d.debt=9 d.feeSlot=0`,
    );
    // fee 84: 40 paid, 12 to the keeper
    runTable(params, `${market}\n crank a:full by=d | I=28 d.C=112`);
    runTable(params, `${market}\n liquidate a full | I=40 d.C=100`);
    runTable(params, `${market}\n liquidate a full a | I=40 a.C=0`);
    runTable({ ...params, keeperRewardBps: 0 }, `${market}\n liquidate a full d | I=40 d.C=100`);
    runTable(params, `${market}\n liquidate a full h | AccountNotFound`);
    runTable(params, `${market}\n crank by=h | AccountNotFound`);
  });
});

describe('hedge credit (design 01 §12)', () => {
  const market = `
    deposit a 1_000 |
    deposit b 1_000 |
    trade a b 20M   | a.MM=100 a.IM=200
  `;

  it('gives no maintenance credit unless the slab’s LP opts in; the initial one stops above it', () => {
    runTable({}, `${market}\n hedge a 1 4 | a.MM=100 a.IM=101 a.hedge=1/4`);
    runTable({ maxHedgeCreditMmBps: 6_000 }, `${market}\n hedge a 1 4 | a.MM=40 a.IM=50`);
    runTable({ maxHedgeCreditMmBps: 10_000 }, `${market}\n hedge a 1 4 | a.MM=25 a.IM=50`);
    runTable({ maxHedgeCreditMmBps: 10_000 }, `${market}\n hedge a 0 4 | a.MM=10 a.IM=20`);
    runTable({ maxHedgeCreditMmBps: 10_000 }, `${market}\n hedge a 1 3 | a.MM=34 a.IM=67`);
    runTable({ maxHedgeCreditMmBps: 10_000 }, `${market}\n hedge a 4 4 | a.MM=100 a.IM=200`);
    // MM' ≥ 100 − 6 000 bps = 40; IM' = max(ceil(200/4), 20, min(200, 41)) = 50
  });

  it('belongs to the position and leaves with it', () => {
    runTable(
      { maxHedgeCreditMmBps: 10_000 },
      `${market}
      hedge a 1 4   |
      trade b a 5M  | a.hedge=1/4
      trade b a 15M | a.hedge=1/1
      hedge a 1 4   | a.hedge=1/1
      trade a b 1M  | a.hedge=1/1
      `,
    );
  });

  it('keeps the account from liquidation down to its own requirement', () => {
    const falling = `
      deposit a 200    |
      deposit b 1_000  |
      trade a b 20M    |
      hedge a 1 4      |
      at 1 94          |
      liquidate a full |`;
    runTable({}, `${falling} a.basis=0`);
    runTable({ maxHedgeCreditMmBps: 10_000 }, `${falling} Undercollateralized`);
  });
});

describe('funding scale (design 01 §12)', () => {
  it('divides the rate', () => {
    runTable(
      { fundingScale: 1_000 },
      `
      deposit a 1_000 |
      deposit b 1_000 |
      at 0 100 7      |
      trade a b 10M   |
      at 30_000 100 0 |
      settle a        | long.K=-2M short.K=2M a.C=980
      `,
      // floor(100·7·30 000/(10 000·1 000)) = floor(2.1)
    );
  });
});

describe('socialize = false (design 01 §12)', () => {
  it('leaves K alone, so that h carries the deficit', () => {
    runTable(
      { socialize: false },
      `
      deposit a 100    |
      deposit b 1_000  |
      trade a b 10M    |
      at 1 85          |
      liquidate a full | short.K=15M
      settle b         | b.C=1_100
      `,
      // b's claim of 150 is converted at 100/150
    );
  });
});

describe('adaptive warmup (design 01 §12)', () => {
  const adaptiveWarmup = {
    fastWindowSlots: 10,
    slowWindowSlots: 100,
    maxMultiplierBps: 50_000,
    saturationBps: 4_000,
    freezeBps: 3_000,
    hysteresisBps: 2_000,
  };
  const params: Partial<RiskParams> = { warmupPeriodSlots: 10, adaptiveWarmup };

  it('runs with the slots while nothing drains', () => {
    runTable(
      params,
      `${OPEN}
      at 10 100 |
      settle a  | emaFast=20_000 emaSlow=2_000 multiplier=10_000 clock=10 a.start=10
      trade a b 10M |
      at 11 110 |
      settle a  | a.R=100 a.slope=10 clock=11
      at 13 110 |
      settle a  | a.R=80 clock=13 a.start=13
      `,
    );
  });

  it('slows with the drain, falls back slowly, and keeps the remainder', () => {
    runTable(
      params,
      `${OPEN}
      at 200 100      |
      settle a        | emaFast=20_000 emaSlow=20_000 clock=200
      withdraw b 5_000 | emaSlow=20_000
      at 210 100      |
      settle a        | emaFast=15_000 emaSlow=19_500 multiplier=33_070 clock=203
      at 310 100      |
      settle a        | emaSlow=15_000 multiplier=26_456 clock=240
      `,
      // slow drain floor(4 500·10^4/19 500) = 2 307 bps: 10^4 + floor(40 000·2 307/4 000) = 33 070 bps
      // 10·10^4/33 070 = 3 rest 790; then floor 33 070 − 6 614 = 26 456: (10^6 + 790)/26 456 = 37.8 → 37
    );
  });

  it('stands still at the freeze', () => {
    runTable(
      params,
      `${OPEN}
      at 200 100      |
      settle a        |
      withdraw b 9_000 |
      at 205 100      |
      settle a        | emaFast=15_500 emaSlow=19_550 multiplier=50_000 clock=200 a.start=200
      `,
      // drain floor((19 550 − 11 000)·10^4/19 550) = 4 373 bps ≥ 3 000
    );
  });

  it('counts the reserve of an account on that clock', () => {
    const { market } = runTable(
      params,
      `${OPEN}
      at 200 100      |
      trade a b 10M   |
      at 201 110      |
      settle a        | a.R=100 a.slope=10 a.start=201
      settle b        |
      withdraw b 8_900 |
      at 204 110      |
      settle a        | a.R=100
      `,
    );
    expect(market.globals.warmupClock).toBe(201);
  });
});
