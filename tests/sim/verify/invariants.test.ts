import { describe, expect, test } from 'vitest';
import { EventKind, LONG, type RiskInstruction, type RiskParams } from '../../../engine/risk/index.ts';
import { createStream } from '../../../sim/kernel/streams.ts';
import { type InvariantChecker, InvariantViolation } from '../../../sim/verify/invariants.ts';
import { HostileVenue, watch } from './hostile_venue.ts';
import { WatchedMarket } from './watched_market.ts';

/** Two opposite positions of 10 base at price 1, one slot checked. */
function openVenue(params: Partial<RiskParams> = {}): { venue: WatchedMarket; checker: InvariantChecker } {
  const venue = new WatchedMarket(params);
  const checker = watch(venue);
  venue.run({ op: 'topUpInsurance', amount: 50_000, nowSlot: 0 });
  for (const account of [1, 2, 3]) venue.deposit(account, 2_000_000);
  expect(venue.trade(1, 2, 10_000_000)).toBeNull();
  checker.onSlotEnd();
  return { venue, checker };
}

/** The violation that `action` ends with. */
function catchViolation(action: () => void): InvariantViolation {
  try {
    action();
  } catch (error) {
    if (error instanceof InvariantViolation) return error;
    throw error;
  }
  throw new Error('nothing was violated');
}

describe('a hostile market', () => {
  const variants: [string, Partial<RiskParams>, number][] = [
    ['core', {}, 1_000_000],
    ['no warmup', { warmupPeriodSlots: 0 }, 1_000_000],
    [
      'rebates, rewards, scaled funding',
      { makerFeeBps: -2, keeperRewardBps: 3_000, fundingScale: 1_000 },
      1_000_000,
    ],
    ['no socialising', { socialize: false }, 1_000_000],
    ['K far beyond 53 bits', { maxPrice: 1_000_000_000_000, maxOiQ: 1_000_000_000 }, 110_000_000_000],
  ];
  test.each(variants)('keeps every invariant and winds down: %s', (name, params, price) => {
    const venue = new HostileVenue(createStream('invariants', name), params, price);
    venue.run({ op: 'topUpInsurance', amount: price / 2, nowSlot: 0 });
    for (let step = 0; step < 4_000; step += 1) venue.step();
    expect(venue.executed).toBeGreaterThan(1_000);
    expect(venue.seen).toContain('mode 2');
    expect(venue.seen).toContain('insurance exhausted');
    venue.windDown();
    const { cTot, insurance, pnlPosTot, usedAccounts, vault } = venue.market.globals;
    expect({ cTot, pnlPosTot, usedAccounts }).toEqual({ cTot: 0, pnlPosTot: 0, usedAccounts: 0 });
    expect(venue.market.sides.map((side) => [side.mode, side.oiEff, side.storedPositions])).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(vault).toBeGreaterThanOrEqual(insurance);
  });
});

describe('each alarm can ring', () => {
  test('1: the vault misses an atom', () => {
    const { venue, checker } = openVenue();
    venue.market.globals.vault -= 2_000_000 * 3;
    venue.log.emit(EventKind.Withdrawn, 3, 2_000_000 * 3, 0, 0);
    checker.onEvents(venue.log);
    venue.market.accounts[3]!.capital -= 2_000_000 * 3;
    venue.market.globals.cTot -= 2_000_000 * 3;
    const violation = catchViolation(() => checker.onSlotEnd());
    expect(violation.invariant).toBe(1);
    expect(violation.account).toBe(3);
  });

  test('1: a total is not the sum of its accounts', () => {
    const { venue, checker } = openVenue();
    venue.market.globals.pnlPosTot += 1;
    const violation = catchViolation(() => checker.onSlotEnd());
    expect(violation.message).toContain('invariant 1');
    expect(violation.message).toContain('pnl_pos_tot is 1, the accounts hold 0');
  });

  test('1: an account that nobody opened', () => {
    const { venue, checker } = openVenue();
    venue.market.journal.accountMut(5).used = true;
    expect(catchViolation(() => checker.onSlotEnd()).message).toContain(
      'the number of accounts is 3, the accounts hold 4',
    );
  });

  test('2: open interest differs', () => {
    const { venue } = openVenue();
    venue.market.sides[LONG].oiEff -= 1;
    const failed: RiskInstruction = { op: 'reclaim', account: 7 };
    expect(catchViolation(() => venue.run(failed)).invariant).toBe(2);
  });

  test('2: open interest that nobody holds exceeds the dust', () => {
    const { venue } = openVenue();
    venue.market.sides[LONG].storedPositions = 0;
    const violation = catchViolation(() => venue.run({ op: 'reclaim', account: 7 }));
    expect(violation.message).toContain('no long position, open interest 10000000 q > dust 0 q');
  });

  test('3: a position of an older epoch on a Normal side', () => {
    const { venue, checker } = openVenue();
    venue.market.sides[LONG].epoch += 1;
    const violation = catchViolation(() => checker.onSlotEnd());
    expect([violation.invariant, violation.account]).toEqual([3, 1]);
  });

  test('3: a side that counts its positions wrongly', () => {
    const { venue, checker } = openVenue();
    venue.market.sides[LONG].storedPositions += 1;
    expect(catchViolation(() => checker.onSlotEnd()).message).toContain(
      'counts 2 and 0, the accounts are 1 stored and 0 stale',
    );
  });

  test('4: a flat account pays for another', () => {
    const { venue, checker } = openVenue();
    const { market, log } = venue;
    // Account 3 is flat; the events say so too, so the auditor is content.
    market.accounts[3]!.capital -= 5;
    market.accounts[3]!.pnl += 5;
    market.accounts[3]!.reservedPnl += 5;
    market.globals.cTot -= 5;
    market.globals.pnlPosTot += 5;
    log.emit(EventKind.LossPaid, 3, 5, 0, 0);
    venue.report();
    const violation = catchViolation(() => checker.onSlotEnd());
    expect([violation.invariant, violation.account]).toEqual([4, 3]);
    expect(violation.message).toContain('capital 1999995 < 2000000');
  });

  test('5: a set of accounts gets out more than the bound', () => {
    const { venue, checker } = openVenue();
    const { market, log } = venue;
    // An atom slips from insurance to account 3 as if it were negative dust, and 3 withdraws everything.
    market.accounts[3]!.capital = 0;
    market.globals.cTot -= 2_000_000;
    market.globals.insurance -= 1;
    market.globals.vault -= 2_000_001;
    log.emit(EventKind.Reclaimed, 3, -1, 0, 0);
    log.emit(EventKind.Deposited, 3, 0, 1, 0);
    log.emit(EventKind.Withdrawn, 3, 2_000_001, 0, 0);
    venue.report();
    const violation = catchViolation(() => checker.onSlotEnd());
    expect(violation.message).toContain('withdrew 2000001, slack -1 atoms');
  });

  test('7: a settlement that is off by an atom', () => {
    const { venue } = openVenue();
    venue.move(1_100_000);
    venue.log.emit(EventKind.PnlSettled, 1, 999_999, 10_000_000, 0);
    const violation = catchViolation(() => venue.report());
    expect([violation.invariant, violation.account]).toEqual([7, 1]);
    expect(violation.message).toContain('settled 999999 atoms');
  });

  test('7: K moved without a price', () => {
    const { venue, checker } = openVenue();
    venue.market.sides[LONG].k.addProduct(1, 1);
    expect(catchViolation(() => checker.onSlotEnd()).message).toContain('K of the long side is 1, exactly 0');
  });

  test.each([
    ['capital', 'cTot'],
    ['pnl', 'pnlPosTot'],
  ] as const)('audit: %s that no event explains', (field, total) => {
    const { venue, checker } = openVenue();
    venue.market.accounts[2]![field] += 1;
    venue.market.globals[total] += 1;
    const violation = catchViolation(() => checker.onSlotEnd());
    expect([violation.invariant, violation.account]).toEqual(['audit', 2]);
    expect(violation.message).toContain(`${field} is`);
  });

  test('audit: vault, insurance, deficits and accounts that no event explains', () => {
    const changes: [string, (venue: WatchedMarket) => void][] = [
      ['vault', ({ market }) => (market.globals.vault += 1)],
      ['insurance', ({ market }) => (market.globals.insurance -= 1)],
      ['unexplained deficit', ({ log }) => log.emit(EventKind.Uninsured, 1, 1, 0, 0)],
      ['used', ({ market }) => (market.accounts[3]!.used = false)],
      ['usedAccounts', ({ market }) => (market.globals.usedAccounts += 1)],
      ['feeDebt', ({ market }) => (market.accounts[1]!.feeCredits = -1)],
      ['basisQ', ({ market }) => (market.accounts[1]!.basisQ += 1)],
      ['reservedPnl', ({ market }) => (market.accounts[1]!.reservedPnl += 1)],
    ];
    for (const [field, change] of changes) {
      const { venue, checker } = openVenue();
      change(venue);
      venue.report();
      const violation = catchViolation(() => checker.onSlotEnd());
      expect(violation.invariant).toBe('audit');
      expect(violation.message).toContain(`${field} is`);
    }
  });
});
