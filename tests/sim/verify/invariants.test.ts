import { describe, expect, test } from 'vitest';
import { EventKind, LONG, type RiskInstruction, type RiskParams } from '../../../engine/risk/index.ts';
import { createStream, type Rng } from '../../../sim/kernel/streams.ts';
import { InvariantChecker, InvariantViolation } from '../../../sim/verify/invariants.ts';
import { WatchedMarket } from './watched_market.ts';

function watch(venue: WatchedMarket): InvariantChecker {
  const checker = new InvariantChecker(venue.setup, 'btc');
  venue.watcher = {
    onInstruction: (_slot, instruction, error) => checker.onInstruction(instruction, error),
    onEvents: (log) => checker.onEvents(log),
  };
  return checker;
}

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

const pick = <T>(rng: Rng, values: readonly T[]): T => values[Math.floor(rng() * values.length)]!;
const upTo = (rng: Rng, limit: number) => 1 + Math.floor(rng() * limit);

function drawInstruction(rng: Rng, venue: WatchedMarket): RiskInstruction {
  const account = Math.floor(rng() * 8);
  const { inputs, slot } = venue;
  const draw = rng();
  if (draw < 0.15) return { op: 'deposit', account, amount: upTo(rng, 3_000_000), nowSlot: slot };
  if (draw < 0.5) {
    const executionPrice = Math.max(1, Math.floor(venue.price * (0.98 + 0.04 * rng())));
    const seller = Math.floor(rng() * 8);
    return {
      op: 'executeTrade',
      buyer: account,
      seller,
      sizeQ: upTo(rng, 20_000_000),
      executionPrice,
      ...inputs,
    };
  }
  if (draw < 0.6) return { op: 'withdraw', account, amount: upTo(rng, 1_500_000), ...inputs };
  if (draw < 0.65) return { op: 'settleAccount', account, ...inputs };
  if (draw < 0.7) return { op: 'convertReleased', account, amount: upTo(rng, 100_000), ...inputs };
  if (draw < 0.75) return { op: 'closeAccount', account, ...inputs };
  if (draw < 0.78) return { op: 'reclaim', account };
  if (draw < 0.8) return { op: 'depositFeeCredits', account, amount: upTo(rng, 1_000), nowSlot: slot };
  const policy = pick(rng, ['full', 'full', upTo(rng, 5_000_000)] as const);
  if (draw < 0.85) return { op: 'liquidate', account, policy, keeper: pick(rng, [0, 1, 2]), ...inputs };
  const candidates = Array.from(
    { length: 4 },
    () => [Math.floor(rng() * 8), pick(rng, ['full', null] as const)] as const,
  );
  return {
    op: 'keeperCrank',
    candidates,
    maxRevalidations: 4,
    keeper: 0,
    ...inputs,
    fundingRate: pick(rng, [0, 0, 3, -7]),
  };
}

describe('a hostile market', () => {
  const variants: [string, Partial<RiskParams>][] = [
    ['core', {}],
    ['no warmup', { warmupPeriodSlots: 0 }],
    ['rebates, rewards, scaled funding', { makerFeeBps: -2, keeperRewardBps: 3_000, fundingScale: 1_000 }],
    ['no socialising', { socialize: false }],
  ];
  test.each(variants)('keeps every invariant: %s', (name, params) => {
    const rng = createStream('invariants', name);
    const venue = new WatchedMarket({ ...params, maintenanceBps: 100, initialBps: 150 });
    const checker = watch(venue);
    const seen = new Set<string>();
    let executed = 0;
    venue.run({ op: 'topUpInsurance', amount: 500_000, nowSlot: 0 });
    for (let step = 0; step < 4_000; step += 1) {
      if (rng() < 0.3) {
        const change = pick(rng, [0.9, 0.97, 0.99, 1, 1.01, 1.03, 1.1]);
        venue.move(Math.min(900_000_000, Math.max(10_000, Math.floor(venue.price * change))), upTo(rng, 30));
      }
      if (rng() < 0.04) {
        venue.move(Math.floor(venue.price * pick(rng, venue.price < 1_000_000 ? [1.7, 2.5] : [0.4, 0.6])));
        const candidates = venue.setup.owners.map(({ account }) => [account, 'full'] as const);
        venue.run({ op: 'keeperCrank', candidates, maxRevalidations: 8, ...venue.inputs });
      }
      if (venue.run(drawInstruction(rng, venue)) === null) executed += 1;
      for (const side of venue.market.sides) seen.add(`mode ${side.mode}`);
      if (venue.market.globals.insurance === 0) seen.add('insurance exhausted');
      checker.onSlotEnd();
    }
    expect(executed).toBeGreaterThan(1_000);
    expect(seen).toContain('mode 2');
    expect(seen).toContain('insurance exhausted');
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
      ['used', ({ market }) => (market.journal.accountMut(5).used = true)],
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
