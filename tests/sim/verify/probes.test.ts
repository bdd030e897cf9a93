import { describe, expect, test } from 'vitest';
import { EventKind, LONG, type RiskParams, SHORT } from '../../../engine/risk/index.ts';
import { createStream } from '../../../sim/kernel/streams.ts';
import { valueAccounts } from '../../../sim/record/valuation.ts';
import { type SettledAccount, settleOnPaper } from '../../../sim/verify/paper_settlement.ts';
import { calculateRatio, probeCrankedHaircut, probeRecovery } from '../../../sim/verify/probes.ts';
import { WatchedMarket } from './watched_market.ts';

const FREE: Partial<RiskParams> = {
  tradingFeeBps: 0,
  makerFeeBps: 0,
  liquidationFeeBps: 0,
  minLiquidationAbs: 0,
};

const snapshot = ({ market }: WatchedMarket) =>
  structuredClone({ globals: market.globals, sides: market.sides, accounts: market.accounts });

/** Settles everybody in the given order for real, then takes it back; what each account gained by conversions aside. */
function settleForReal(venue: WatchedMarket, order: readonly number[]) {
  const { market, log } = venue;
  const mark = market.journal.mark();
  for (const account of order) venue.settle(account);
  const accounts = new Map<number, Pick<SettledAccount, 'capital' | 'pnl'>>();
  for (const index of order) {
    const held = market.account(index);
    if (held !== undefined) accounts.set(index, { capital: held.capital, pnl: held.pnl });
  }
  const { vault, cTot, insurance } = market.globals;
  market.journal.rollback(mark);
  log.clear();
  return { accounts, residual: vault - cTot - insurance, insurance };
}

describe('paper settlement agrees with settling everybody, in any order', () => {
  test.each([0, 50])('warmup %i', (warmupPeriodSlots) => {
    const rng = createStream('probes', `${warmupPeriodSlots}`);
    const venue = new WatchedMarket({ ...FREE, warmupPeriodSlots, maintenanceBps: 200, initialBps: 300 });
    let conversions = new Map<number, [number, number]>();
    venue.watcher = {
      onInstruction: () => {},
      onEvents: (log) =>
        log.each((kind, subject, x, y) => {
          const [taken, paid] = conversions.get(subject) ?? [0, 0];
          if (kind === EventKind.Converted) conversions.set(subject, [taken + x, paid + y]);
        }),
    };
    venue.run({ op: 'topUpInsurance', amount: 200_000, nowSlot: 0 });
    for (let account = 0; account < 8; account += 1) venue.deposit(account, 1_000_000);
    let stale = 0;
    const haircuts = new Set<number>();
    for (let step = 0; step < 300; step += 1) {
      venue.trade(Math.floor(rng() * 8), Math.floor(rng() * 8), 1 + Math.floor(rng() * 9_000_000));
      venue.move(Math.floor(venue.price * (0.93 + 0.14 * rng())) + 1);
      if (rng() < 0.3) venue.liquidate(Math.floor(rng() * 8));
      if (rng() < 0.1) {
        venue.move(Math.floor(venue.price * (rng() < 0.5 ? 0.5 : 1.8)));
        for (let account = 0; account < 8; account += 1) venue.liquidate(account);
      }
      if (rng() < 0.2)
        venue.run({ op: 'deposit', account: Math.floor(rng() * 8), amount: 500_000, nowSlot: venue.slot });
      stale += venue.market.sides[LONG].stalePositions + venue.market.sides[SHORT].stalePositions;
      const onPaper = new Map<number, SettledAccount>();
      const before = snapshot(venue);
      const totals = settleOnPaper(venue.market, (index, settled) => onPaper.set(index, settled));
      const taken = { paid: Math.floor(rng() * 200_000), claimed: Math.floor(rng() * 3_000_000) };
      const h = calculateRatio(totals.residual + taken.paid, totals.matured + taken.claimed);
      expect(probeCrankedHaircut(venue.market, taken)).toBe(h);
      haircuts.add(h);
      for (const order of [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [7, 3, 5, 1, 6, 2, 4, 0],
      ]) {
        conversions = new Map();
        const real = settleForReal(venue, order);
        let paidOut = 0;
        for (const [index, { capital, pnl }] of real.accounts) {
          const [taken, paid] = conversions.get(index) ?? [0, 0];
          paidOut += paid;
          expect(onPaper.get(index)).toMatchObject({ capital: capital - paid, pnl: pnl + taken });
        }
        expect(totals).toMatchObject({ residual: real.residual + paidOut, insurance: real.insurance });
      }
      expect(snapshot(venue)).toEqual(before);
    }
    expect(stale).toBeGreaterThan(0);
    // Backed and unbacked markets both came up.
    expect(haircuts.has(1)).toBe(true);
    expect(haircuts.size).toBeGreaterThan(3);
  });
});

test('cranked h by hand: the loser has not been touched yet', () => {
  const venue = new WatchedMarket({ ...FREE, warmupPeriodSlots: 0 });
  venue.deposit(1, 1_000_000);
  venue.deposit(2, 1_000_000);
  venue.trade(1, 2, 10_000_000);
  venue.move(1_080_000);
  // 800 000 of profit have matured, and nothing backs them until account 2 pays.
  venue.settle(1);
  expect(venue.market.globals.pnlMaturedPosTot).toBe(800_000);
  expect(probeCrankedHaircut(venue.market)).toBe(1);
  venue.move(1_150_000);
  // Account 2 owes 1 500 000 and has 1 000 000.
  expect(probeCrankedHaircut(venue.market)).toBe(2 / 3);
  // Before a conversion that took 300 000 of claims and was paid 200 000.
  const taken = { paid: 200_000, claimed: 300_000 };
  expect(probeCrankedHaircut(venue.market, taken)).toBe(1_200_000 / 1_800_000);
});

test('profit in warmup does not count as matured', () => {
  const venue = new WatchedMarket({ ...FREE, warmupPeriodSlots: 10 });
  venue.deposit(1, 1_000_000);
  venue.deposit(2, 1_000_000);
  venue.trade(1, 2, 10_000_000);
  venue.move(1_050_000);
  expect(probeCrankedHaircut(venue.market)).toBe(1);
});

test('valuation at the undistorted price, by hand', () => {
  const venue = new WatchedMarket(FREE);
  venue.deposit(1, 1_000_000);
  venue.deposit(2, 1_000_000);
  venue.deposit(3, 400_000);
  venue.trade(1, 2, 10_000_000);
  venue.move(1_050_000);
  const before = snapshot(venue);
  // At 1.2 the short owes 2 000 000 and has 1 000 000: the long is paid half of its profit.
  const { accounts, insurance } = valueAccounts(venue.market, venue.slot, 1_200_000);
  expect(accounts.get(1)).toMatchObject({ unsettled: 2_000_000, worth: 2_000_000 });
  expect(accounts.get(2)).toMatchObject({ unsettled: -2_000_000, worth: 0 });
  expect(accounts.get(3)).toMatchObject({ unsettled: 0, worth: 400_000 });
  expect(insurance).toBe(0);
  expect(snapshot(venue)).toEqual(before);
});

describe('recovery probe', () => {
  /** Both sides are ResetPending: account 1 went bankrupt, 2 and 3 are stale. */
  function resetVenue(): WatchedMarket {
    const venue = new WatchedMarket(FREE);
    for (const account of [1, 2, 3]) venue.deposit(account, 1_100_000);
    venue.trade(1, 2, 5_000_000);
    venue.trade(1, 3, 5_000_000);
    venue.move(800_000);
    venue.liquidate(1);
    return venue;
  }

  test('settling the two stale accounts finishes the reset', () => {
    const venue = resetVenue();
    const before = snapshot(venue);
    expect(probeRecovery(venue.market, venue.slot, venue.price)).toBe(2);
    expect(snapshot(venue)).toEqual(before);
  });

  test('nothing to do when both sides are Normal', () => {
    expect(probeRecovery(new WatchedMarket(FREE).market, 0, 1_000_000)).toBe(0);
  });

  test('a DrainOnly side with healthy holders cannot be finished by others', () => {
    const venue = new WatchedMarket(FREE);
    for (const account of [1, 2]) venue.deposit(account, 5_000_000);
    venue.trade(1, 2, 10_000_000);
    venue.market.sides[LONG].mode = 1;
    expect(probeRecovery(venue.market, venue.slot, venue.price)).toBeNull();
    // Once the holder may be liquidated it can: a liquidation begins both resets, and the other side settles.
    expect(probeRecovery(venue.market, venue.slot, 500_000)).toBe(2);
  });

  test('a position that A wore down to nothing is cleared by a touch', () => {
    const venue = new WatchedMarket(FREE);
    for (const account of [1, 2]) venue.deposit(account, 5_000_000);
    venue.trade(1, 2, 1);
    const short = venue.market.sides[SHORT];
    short.a = 999_999;
    short.mode = 1;
    // Touching 2 leaves one q-unit of dust, which begins both resets; touching 1 then ends them.
    expect(probeRecovery(venue.market, venue.slot, venue.price)).toBe(2);
  });
});
