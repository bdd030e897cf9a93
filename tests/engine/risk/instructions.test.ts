import { describe, it } from 'vitest';
import { runTable } from './table.ts';

describe('deposit, top-up and fee credits (design 01 §10)', () => {
  it('creates an account, moves V and C, and leaves prices, rate and the last accrual alone', () => {
    runTable(
      {},
      `
      at 7 140 3      |
      deposit a 100   | a.C=100 V=100 Ctot=100 used=1 slot=7 slotLast=0 price=100 rate=0 a.start=7 a.feeSlot=7
      deposit a 0     | a.C=100
      deposit a 1     | a.C=101
      insure 5        | V=106 I=5 Ctot=101
      at 9 140        |
      insure 0        | slot=9
      payFees a 50    | V=106 slot=9
      at 12 140       |
      payFees a 50    | slot=9
      `,
      // paying no debt changes nothing at all, not even the slot
    );
  });

  it('counts accounts, not indices', () => {
    runTable(
      { maxAccounts: 2 },
      `
      deposit h 100 |
      deposit c 100 |
      deposit d 100 | Overflow
      deposit d 99  | InsufficientBalance
      deposit c 1   |
      seed c.C=50 Ctot=150 |
      reclaim c     | used=1 c.C=missing
      deposit d 100 | used=2
      `,
    );
  });
});

describe('withdraw (design 01 §10)', () => {
  it('pays out of settled capital and leaves nothing or a whole deposit', () => {
    runTable(
      {},
      `
      deposit a 1_000   |
      deposit b 1_000   |
      trade a b 10M     |
      at 1 95           |
      withdraw a 851    | InsufficientBalance
      withdraw a 850    | a.C=100 V=1_150 Ctot=1_100
      withdraw b 900    | b.C=100 b.pnl=50 residual=50
      withdraw b 1      | InsufficientBalance
      trade b a 10M     | a.C=100 b.basis=0
      withdraw b 150    | b.C=0 V=100
      withdraw a 100    | a.C=0 V=0 used=2
      withdraw a 0      | a.C=0
      `,
      // at 95 a holds 950, and a tenth of the notional is 95: 100 left is enough; b's 50 converts once it is flat
    );
  });

  it('needs initial margin only with a position, and counts released profit at h', () => {
    runTable(
      {},
      `
      deposit a 200     |
      deposit b 1_000   |
      trade a b 10M     |
      at 1 110          |
      withdraw a 200    | Undercollateralized
      settle b          | b.C=900 residual=100
      withdraw a 191    | InsufficientBalance
      withdraw a 100    | a.C=100 a.init=200 a.IM=110
      withdraw a 100    | Undercollateralized
      `,
      // before b is settled a's 100 of profit are worth nothing; then 200 − 191 is dust, and 0 + 100 < 110
    );
  });
});

describe('execute_trade (design 01 §10)', () => {
  it('settles slippage between the two, floored for the buyer and exactly opposite for the seller', () => {
    runTable(
      {},
      `
      deposit a 1_000 |
      deposit b 1_000 |
      trade a b 1_500_001 98 | a.pnl=3 b.C=997 a.basis=1_500_001 b.basis=-1_500_001 residual=3
      trade a b 1_500_001 103 | a.pnl=0 a.C=998 b.pnl=5 b.C=997
      `,
      // 1.500001·2 = 3.000002 → 3; 1.500001·(−3) = −4.5 → −5: a pays 3 of it from pnl, 2 from capital; b earns 5
    );
  });

  it('touches both at the oracle price first', () => {
    runTable(
      {},
      `
      deposit a 1_000 |
      deposit b 1_000 |
      trade a b 10M   |
      at 1 120        |
      trade b a 4M    | a.pnl=200 b.C=800 a.basis=6M long.oi=6M short.oi=6M a.feeSlot=1 b.feeSlot=1
      `,
    );
  });
});

describe('reclaim and close_account (design 01 §10)', () => {
  it('moves dust to insurance, forgives debt and frees the slot for anybody', () => {
    runTable(
      {},
      `
      deposit a 1_000    |
      deposit b 150      |
      withdraw b 50      |
      seed b.C=40 Ctot=1_040 b.feeCredits=-7 I=60 |
      reclaim b          | I=100 Ctot=1_000 used=1 b.C=missing V=1_100
      deposit b 200      | b.C=200 b.debt=0 used=2
      `,
    );
  });

  it('does not take a stale position for flat', () => {
    runTable(
      {},
      `
      deposit a 100    |
      deposit b 1_000  |
      trade a b 10M    |
      at 1 94          |
      liquidate a full | b.q=0 b.basis=-10M
      seed b.C=50 Ctot=90 |
      reclaim b        | Undercollateralized
      `,
    );
  });

  it('pays a flat account out and frees it', () => {
    runTable(
      {},
      `
      deposit a 1_000 |
      deposit b 1_000 |
      trade a b 10M   |
      close a         | Undercollateralized
      at 1 110        |
      close a         | Undercollateralized
      trade b a 10M   | a.pnl=100 b.C=900
      close a         | V=900 Ctot=900 used=1 a.C=missing residual=0
      close a         | AccountNotFound
      close b         | V=0 used=0
      `,
      // closing converts a's profit first: 1 100 leave
    );
  });

  it('waits for profit to mature, and forgives fee debt once capital has paid what it could', () => {
    runTable(
      { warmupPeriodSlots: 10 },
      `
      deposit a 1_000 |
      deposit b 1_000 |
      trade a b 10M   |
      at 1 110        |
      trade b a 10M   | a.R=100
      at 10 110       |
      close a         | PnlNotWarmedUp
      at 11 110       |
      close a         | V=900
      `,
    );
    runTable(
      {},
      `
      deposit a 100   |
      seed a.feeCredits=-130 |
      close a         | used=0 V=100 I=100 Ctot=0
      `,
    );
  });

  it('closes an insolvent flat account after its loss was resolved', () => {
    runTable(
      {},
      'deposit a 100 |\n insure 30 |\n seed a.pnl=-150 |\n close a | used=0 I=0 V=130 residual=130',
    );
  });

  it('settles and closes a stale position on the way', () => {
    runTable(
      {},
      `
      deposit a 100    |
      deposit b 1_000  |
      trade a b 10M    |
      at 1 94          |
      liquidate a full | short.mode=ResetPending
      close b          | short.mode=Normal used=1 V=40
      `,
      // b leaves with 1 000 + 60
    );
  });
});

describe('settle_account and the funding rate', () => {
  it('stores the rate last, for the next accrual', () => {
    runTable(
      {},
      `
      deposit a 1_000  |
      at 3 100 -10_000 |
      settle a         | rate=-10_000 slot=3 slotLast=3 a.feeSlot=3
      at 4 100 10_001  |
      settle a         | Overflow
      at 4 100 10_000  |
      settle a         | rate=10_000
      `,
    );
  });
});
