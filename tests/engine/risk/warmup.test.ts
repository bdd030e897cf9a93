import { describe, expect, it } from 'vitest';
import { createScene, runTable, step } from './table.ts';

const T10 = { warmupPeriodSlots: 10 };
const OPEN = `
  deposit a 1_000 |
  deposit b 1_000 |
  trade a b 10M   |
`;

describe('warmup (design 01 §6)', () => {
  it('releases R/T a slot, and touches without profit do not slow it', () => {
    runTable(
      T10,
      `${OPEN}
      at 5 110 |
      settle a | a.R=100 a.slope=10 a.start=5
      at 7 110 |
      settle a | a.R=80 a.released=20 a.slope=10 a.start=7
      at 8 110 |
      settle a | a.R=70 a.slope=10
      settle a | a.R=70
      at 15 110 |
      settle a | a.R=0 a.released=100 a.slope=0 a.start=15 matured=100
      `,
    );
  });

  it('never releases more than R, however long it slept', () => {
    runTable(
      T10,
      `${OPEN}\n at 1 110 |\n settle a | a.R=100\n at 9_000_000_000_000_000 110 |\n settle a | a.R=0`,
    );
  });

  it('starts over with the whole reserve at new profit, at once where T = 0', () => {
    runTable(
      T10,
      `${OPEN}
      at 1 110 |
      settle a | a.R=100 a.slope=10
      at 6 115 |
      settle a | a.R=100 a.pnl=150 a.slope=10 a.start=6
      at 7 117 |
      settle a | a.R=110 a.pnl=170 a.slope=11
      `,
      // five slots release 50, then +50 rejoins: R = 100 over T again; then 10 released, 20 more in reserve
    );
    runTable({}, `${OPEN}\n at 1 110 |\n settle a | a.R=0 a.slope=0 a.released=100`);
  });

  it('has a slope of at least 1', () => {
    runTable(
      { warmupPeriodSlots: 1_000 },
      `${OPEN}\n at 1 101 |\n settle a | a.R=10 a.slope=1\n at 4 101 |\n settle a | a.R=7`,
    );
  });

  it('leaves about 1/e of the reserve locked after T when every slot brings an uptick', () => {
    const params = { warmupPeriodSlots: 1_000, maxPrice: 10_000_000, maxOiQ: 1_000_000_000 };
    const start =
      'deposit a 10_000_000 |\n deposit b 10_000_000 |\n trade a b 1M |\n at 1 1_000_100 |\n settle a | a.R=1M';
    const rising = runTable(createScene(params), start);
    for (let slot = 1; slot <= 1_000; slot += 1) {
      step(rising, `at ${1 + slot} ${1_000_100 + slot}`);
      step(rising, 'settle a');
    }
    const reserved = rising.market.account(0)!.reservedPnl;
    // e⁻¹ = 0.3679; the thousand atoms of new profit add less than 0.1 %.
    expect(reserved / 1_000_000).toBeGreaterThan(0.366);
    expect(reserved / 1_000_000).toBeLessThan(0.37);
    const steady = runTable(createScene(params), start);
    for (let slot = 1; slot <= 1_000; slot += 1) {
      step(steady, `at ${1 + slot} 1_000_100`);
      step(steady, 'settle a');
    }
    expect(steady.market.account(0)!.reservedPnl).toBe(0);
  });

  it('gives a new account its own start, and a deposit no progress', () => {
    runTable(
      T10,
      `
      at 4 100        |
      deposit a 1_000 | a.start=4 a.feeSlot=4 a.slope=0
      deposit b 1_000 |
      trade a b 10M   |
      at 5 110        |
      settle a        | a.R=100 a.start=5
      at 9 110        |
      deposit a 10    | a.R=100 a.start=5 a.feeSlot=5 slot=9 slotLast=5
      settle a        | a.R=60
      `,
    );
  });
});
