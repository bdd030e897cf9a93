import { describe, expect, it } from 'vitest';
import { calculateInitialMargin, calculateMaintenanceMargin } from '../../../engine/risk/index.ts';
import { createScene, runTable } from './table.ts';

describe('requirements (design 01 §8)', () => {
  it('floors the notional and the share, bounds both from below, and asks nothing of a flat account', () => {
    const { market } = createScene();
    const account = market.journal.accountMut(0);
    const both = (q: number) => [
      calculateMaintenanceMargin(market, account, q),
      calculateInitialMargin(market, account, q),
    ];
    expect(both(0)).toEqual([0, 0]);
    expect(both(1)).toEqual([10, 20]);
    // notional floor(12.345678·100) = 1234: 61.7 and 123.4; the sign does not matter
    expect(both(12_345_678)).toEqual([61, 123]);
    expect(both(-12_345_678)).toEqual([61, 123]);
  });
});

describe('post-trade margin (design 01 §10)', () => {
  it('asks initial margin of whoever opens, increases or flips, at equality enough', () => {
    runTable(
      {},
      `
      deposit a 100     |
      deposit b 10_000  |
      trade a b 10_100_000 | Undercollateralized
      trade b a 10_100_000 | Undercollateralized
      trade a b 10_099_999 | a.IM=100 a.init=100
      trade a b 1          | Undercollateralized
      trade b a 20_199_998 | a.basis=-10_099_999
      trade a b 20_199_999 | Undercollateralized
      `,
      // notional 1 009.99 floors to 1 009, a tenth of that to 100; 10.1 base ask for 101
    );
  });

  it('counts the initial equity without profit in reserve, but at h what is released', () => {
    runTable(
      { warmupPeriodSlots: 10 },
      `
      deposit a 100   |
      deposit b 1_000 |
      trade a b 10M   |
      at 1 110        |
      settle b        |
      settle a        | a.R=100 a.init=100 a.maint=200
      trade a b 10_000 | Undercollateralized
      at 2 110        |
      settle a        | a.init=110 a.R=90 a.IM=110
      trade a b 50_000 | a.q=10_050_000
      `,
    );
  });

  it('lets a healthy account reduce, and asks a closed one for equity ≥ 0', () => {
    runTable(
      { tradingFeeBps: 100 },
      `
      deposit a 110     |
      deposit b 10_000  |
      trade a b 10M     | a.C=100
      at 1 91           |
      trade b a 10M     | a.C=0 a.debt=0 a.basis=0
      `,
      // loss 90 leaves 10; fee ceil(9.1) = 10
    );
    runTable(
      { tradingFeeBps: 100 },
      `
      deposit a 110     |
      deposit b 10_000  |
      trade a b 10M     | a.C=100
      at 1 90           |
      trade b a 10M     | Undercollateralized
      `,
      // loss 100 leaves nothing: the fee of 9 would become debt
    );
  });

  it('lets an unhealthy account reduce if its buffer improves and its debt does not grow, this trade’s fee aside', () => {
    const LOSING = `
      deposit a 101     |
      deposit b 10_000  |
      trade a b 10M     |
      at 1 80           |
      settle a          | a.maint=-99 a.MM=40 a.C=0
    `;
    runTable(
      {},
      `${LOSING}
      trade b a 5M      | a.q=5M a.maint=-99 a.MM=20
      trade b a 4_999_999 | a.q=1
      trade b a 1       | Undercollateralized
      `,
    );
    // Selling below the oracle price deepens the debt: refused although the buffer gains 20.
    runTable({}, `${LOSING}\n trade b a 5M 79 | Undercollateralized`);
    // Selling above it helps.
    runTable({}, `${LOSING}\n trade b a 5M 81 | a.maint=-94`);
    // The first unit of a small position frees no margin (minimum requirement): not strictly better.
    runTable(
      {},
      `
      deposit a 100 |
      deposit b 10_000 |
      trade a b 1M |
      seed a.C=5 Ctot=10_005 |
      trade b a 1 | Undercollateralized
      `,
    );
  });

  it('adds back the whole fee, also the part that became debt', () => {
    runTable(
      { tradingFeeBps: 1_000 },
      `
      deposit a 201     |
      deposit b 10_000  |
      trade a b 10M     | a.C=101
      at 1 80           |
      settle a          | a.maint=-99
      trade b a 5M      | a.debt=40 a.maint=-139 a.q=5M
      `,
    );
  });
});
