import { describe, expect, it } from 'vitest';
import {
  apply,
  calculateRestoringPartial,
  isLiquidatable,
  type RiskParams,
} from '../../../engine/risk/index.ts';
import { createStream } from '../../../sim/kernel/streams.ts';
import { createScene, runTable, type Scene, step } from './table.ts';

const FEES = { liquidationFeeBps: 100, liquidationFeeCap: 1_000 };
const OPEN = `
  deposit a 100   |
  deposit b 1_000 |
  trade a b 10M   |
`;

describe('eligibility and full close (design 01 §9)', () => {
  it('takes an account at eq_net ≤ MM, not above', () => {
    runTable(
      FEES,
      `${OPEN}
      at 1 95          |
      liquidate a full | Undercollateralized
      settle a         | a.maint=50 a.MM=47
      at 2 94          |
      liquidate a full | a.C=30 a.basis=0 I=10 a.debt=0
      liquidate a full | Undercollateralized
      `,
      // at 94: 40 ≤ 47, fee ceil(9.4) = 10
    );
    // Equality is enough: C 47 against MM 47.
    runTable(FEES, `${OPEN}\n seed a.C=97 Ctot=1_097 |\n at 1 95 |\n liquidate a full | a.basis=0`);
    runTable(FEES, `${OPEN}\n seed a.C=98 Ctot=1_098 |\n at 1 95 |\n liquidate a full | Undercollateralized`);
  });

  it('charges the fee after the losses, so a bankrupt owes it as debt, and clears the deficit', () => {
    runTable(
      FEES,
      `${OPEN}
      at 1 85          |
      liquidate a full | a.C=0 a.pnl=0 a.debt=9 a.basis=0 I=0 short.K=10M
      settle b         | b.C=1_100
      `,
      // deficit 50 → Δ = 5·10^6 off the 15·10^6: b gains exactly a's 100
    );
  });

  it('counts an account’s profit still in reserve, which an open loss of the same size does not have', () => {
    runTable(
      { ...FEES, warmupPeriodSlots: 100 },
      `${OPEN}
      at 1 150         |
      settle a         | a.R=500 a.init=100
      withdraw a 1     | InsufficientBalance
      liquidate a full | Undercollateralized
      at 1 130         |
      liquidate b full | Undercollateralized
      `,
    );
  });
});

describe('exact partial (design 01 §9)', () => {
  it('closes what it is told to and leaves the rest healthy', () => {
    runTable(
      FEES,
      `${OPEN}
      at 1 94           |
      liquidate a 5M    | a.q=5M a.C=35 I=5 long.oi=5M short.oi=5M short.A=500_000 b.q=-5M a.A=1M
      liquidate a 1M    | Undercollateralized
      `,
      // fee ceil(4.7) = 5; MM of the rest 23 < 35
    );
  });

  it('refuses quantities out of range and remainders that stay unhealthy', () => {
    runTable(
      FEES,
      `${OPEN}
      at 1 94             |
      liquidate a 0       | Overflow
      liquidate a 10M     | Overflow
      liquidate a -1      | Overflow
      liquidate a 1       | Undercollateralized
      liquidate a 9_999_999 | a.basis=1 a.C=30 short.mode=ResetPending long.mode=ResetPending long.stale=1
      `,
      // A = floor(10^6·1/10^7) = 0: both sides drain, and the remainder is judged by its own size all the same
    );
  });
});

describe('keeper_crank (design 01 §10)', () => {
  const CROWD = `
    deposit a 100    |
    deposit b 5_000  |
    deposit c 100    |
    deposit d 5_000  |
    trade a b 10M    |
    trade c b 10M    |
    trade d b 10M    |
    at 1 94          |
  `;

  it('touches and liquidates in the given order, skipping the missing free of charge', () => {
    runTable(FEES, `${CROWD}\n crank h:full a:full c:full b:- max=2 | a.basis=0 c.basis=0 b.feeSlot=0`);
    runTable(FEES, `${CROWD}\n crank a:full a:full c:full max=2 | a.basis=0 c.basis=10M`);
    runTable(FEES, `${CROWD}\n crank a:full max=0 | a.basis=10M slotLast=1`);
    runTable(FEES, `${CROWD}\n crank 9:full a:- c:full d:full | a.basis=10M a.C=40 c.basis=0 d.basis=10M`);
  });

  it('executes a partial hint only if it is valid now', () => {
    runTable(FEES, `${CROWD}\n crank a:5M c:0 | a.q=5M c.basis=10M c.C=40`);
    runTable(FEES, `${CROWD}\n crank a:10M c:1 | a.basis=10M c.basis=10M`);
    // eq 40, fee ceil(1.8) = 2: 38 > MM needs a rest of at most 759 atoms, 8 085 106 q
    runTable(FEES, `${CROWD}\n crank a:1_914_893 c:1_914_894 | a.basis=10M c.basis=8_085_106`);
  });

  it('fails as a whole on an error inside a candidate, and needs no equity for a null hint', () => {
    const broken = 'seed d.pnl=-9_007_199_254_740_900 d.C=0 Ctot=5_200 d.feeCredits=-100';
    runTable(FEES, `${CROWD}\n ${broken} |\n crank a:full d:full | Overflow`);
    runTable(FEES, `${CROWD}\n seed d.epoch=5 |\n crank a:full d:- | CorruptState`);
  });
});

describe('calculateRestoringPartial (design 01 §9)', () => {
  /** The definition: try every quantity on the engine itself, under a savepoint. */
  function search(scene: Scene, bufferAtoms: number): number | null {
    const { market } = scene;
    const size = Math.abs(market.account(0)!.basisQ);
    for (let q = 1; q < size; q += 1) {
      const mark = market.journal.mark();
      const { priceLast, currentSlot } = market.globals;
      const inputs = { oraclePrice: priceLast, nowSlot: currentSlot, fundingRate: 0 };
      const error = apply(market, { op: 'liquidate', account: 0, policy: q, ...inputs });
      const account = market.account(0)!;
      const equity = account.capital + account.pnl + account.feeCredits;
      const rest = Math.floor(((size - q) * priceLast) / 1_000_000);
      const { maintenanceBps, minNonzeroMmReq } = market.params;
      const margin = Math.max(Math.floor((rest * maintenanceBps) / 10_000), minNonzeroMmReq);
      market.journal.rollback(mark);
      if (error === null && equity > margin + bufferAtoms) return q;
    }
    return null;
  }

  it('agrees with the definition on small positions of every kind', () => {
    const random = createStream('restoring', 'cases');
    const draw = (n: number) => Math.floor(random() * n);
    const outcomes = { found: 0, none: 0 };
    for (let at = 0; at < 200; at += 1) {
      const params: Partial<RiskParams> = {
        maintenanceBps: draw(5_000),
        initialBps: 5_000,
        liquidationFeeBps: draw(3) * draw(3_000),
        minLiquidationAbs: draw(6),
        liquidationFeeCap: 6 + draw(30),
        minNonzeroMmReq: draw(8),
        minNonzeroImReq: 8,
        minInitialDeposit: 8,
        maxPrice: 10_000_000,
        maxOiQ: 100_000_000,
      };
      const scene = createScene(params, { initPrice: 1_000_000 });
      const size = 2 + draw(120);
      runTable(scene, `deposit a 1_000 |\n deposit b 100_000 |\n trade a b ${size} |`);
      const price = 100_000 * (1 + draw(30));
      step(scene, `at 1 ${price}`);
      step(scene, 'settle a');
      // Somewhat below the requirement.
      const { maintenanceBps = 0, minNonzeroMmReq = 0 } = params;
      const notional = Math.floor((size * price) / 1_000_000);
      const required = Math.max(Math.floor((notional * maintenanceBps) / 10_000), minNonzeroMmReq);
      const equity = Math.max(0, required - draw(2 + required / 2));
      step(scene, `seed a.C=${equity} a.pnl=0 pos=0 matured=0 Ctot=${100_000 + equity} V=110_000`);
      if (!isLiquidatable(scene.market, scene.market.account(0)!, size)) continue;
      for (const buffer of [0, draw(5)]) {
        const expected = search(scene, buffer);
        const found = calculateRestoringPartial(scene.market, 0, buffer);
        expect(found, JSON.stringify({ params, size, equity, buffer })).toBe(expected);
        outcomes[expected === null ? 'none' : 'found'] += 1;
      }
    }
    expect(outcomes.found).toBeGreaterThan(30);
    expect(outcomes.none).toBeGreaterThan(30);
  });

  it('finds the edge of a large position at once, and says when there is none', () => {
    const scene = runTable(FEES, `${OPEN}\n at 1 94 |\n settle a |`);
    const q = calculateRestoringPartial(scene.market, 0)!;
    // The crank agrees that q is valid and q − 1 is not.
    const { market } = scene;
    const inputs = { oraclePrice: 94, nowSlot: 1, fundingRate: 0, account: 0 };
    expect(apply(market, { op: 'liquidate', policy: q - 1, ...inputs })).toBe('Undercollateralized');
    expect(apply(market, { op: 'liquidate', policy: q, ...inputs })).toBeNull();
    const broke = runTable(FEES, `${OPEN}\n at 1 89 |\n settle a | a.C=0`);
    expect(calculateRestoringPartial(broke.market, 0)).toBeNull();
    expect(calculateRestoringPartial(broke.market, 7)).toBeNull();
    // Frozen outside the envelope: nothing can be liquidated, so nothing restores.
    step(broke, 'seed a.pnl=-9_007_199_254_740_991 a.feeCredits=-1');
    expect(calculateRestoringPartial(broke.market, 0)).toBeNull();
  });
});
