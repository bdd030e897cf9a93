import { describe, expect, test } from 'vitest';
import {
  calculateEffectivePosition,
  EventKind,
  LONG,
  type RiskInstruction,
  type RiskParams,
} from '../../../engine/risk/index.ts';
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

/** A venue under attack by chance; amounts grow with the price. */
class HostileVenue extends WatchedMarket {
  readonly checker: InvariantChecker;
  readonly seen = new Set<string>();
  executed = 0;
  private readonly rng: Rng;
  private readonly start: number;

  constructor(rng: Rng, params: Partial<RiskParams>, price: number) {
    super({ maintenanceBps: 100, initialBps: 150, ...params }, price);
    this.rng = rng;
    this.start = price;
    this.checker = watch(this);
  }

  private money(limit: number): number {
    return Math.floor((upTo(this.rng, limit) * this.start) / 1_000_000);
  }

  private drawInstruction(): RiskInstruction {
    const { inputs, rng, slot } = this;
    const account = Math.floor(rng() * 8);
    const draw = rng();
    if (draw < 0.15) return { op: 'deposit', account, amount: this.money(3_000_000), nowSlot: slot };
    if (draw < 0.5) {
      const executionPrice = Math.max(1, Math.floor(this.price * (0.98 + 0.04 * rng())));
      const [seller, sizeQ] = [Math.floor(rng() * 8), upTo(rng, 20_000_000)];
      return { op: 'executeTrade', buyer: account, seller, sizeQ, executionPrice, ...inputs };
    }
    if (draw < 0.6) return { op: 'withdraw', account, amount: this.money(1_500_000), ...inputs };
    if (draw < 0.65) return { op: 'settleAccount', account, ...inputs };
    if (draw < 0.7) return { op: 'convertReleased', account, amount: this.money(100_000), ...inputs };
    if (draw < 0.75) return { op: 'closeAccount', account, ...inputs };
    if (draw < 0.78) return { op: 'reclaim', account };
    if (draw < 0.8) return { op: 'depositFeeCredits', account, amount: this.money(1_000), nowSlot: slot };
    const policy = pick(rng, ['full', 'full', upTo(rng, 5_000_000)] as const);
    if (draw < 0.85) return { op: 'liquidate', account, policy, keeper: pick(rng, [0, 1, 2]), ...inputs };
    const fundingRate = pick(rng, [0, 0, 3, -7]);
    const candidates = [0, 1, 2, 3].map(
      () => [Math.floor(rng() * 8), pick(rng, ['full', null] as const)] as const,
    );
    return { op: 'keeperCrank', candidates, maxRevalidations: 4, keeper: 0, ...inputs, fundingRate };
  }

  /** A price move now and then, rarely a crash with everybody cranked; then any instruction; then every check. */
  step(): void {
    const { rng } = this;
    if (rng() < 0.3) {
      const change = pick(rng, [0.9, 0.97, 0.99, 1, 1.01, 1.03, 1.1]);
      const moved = Math.floor(this.price * change);
      this.move(Math.min(8 * this.start, Math.max(Math.floor(this.start / 100), moved)), upTo(rng, 30));
    }
    if (rng() < 0.04) {
      this.move(Math.floor(this.price * pick(rng, this.price < this.start ? [1.7, 2.5] : [0.4, 0.6])));
      this.crankAll();
    }
    if (this.run(this.drawInstruction()) === null) this.executed += 1;
    for (const side of this.market.sides) this.seen.add(`mode ${side.mode}`);
    if (this.market.globals.insurance === 0) this.seen.add('insurance exhausted');
    this.checker.onSlotEnd();
  }

  private crankAll(): void {
    const candidates = this.setup.owners.map(({ account }) => [account, 'full'] as const);
    this.run({ op: 'keeperCrank', candidates, maxRevalidations: 8, ...this.inputs });
  }

  /** Liquidates, settles and trades away every position, lets all profit mature, and everybody leaves. */
  windDown(): void {
    const { market } = this;
    const positions = () =>
      this.setup.owners.map(({ account }) => {
        const held = market.account(account);
        return held === undefined ? 0 : calculateEffectivePosition(market, held);
      });
    for (let round = 0; round < 20; round += 1) {
      this.move(this.price, 1_000);
      this.crankAll();
      for (const { account } of this.setup.owners) this.settle(account);
      const sizes = positions();
      const long = sizes.findIndex((q) => q > 0);
      const short = sizes.findIndex((q) => q < 0);
      if (long >= 0 && short >= 0) this.trade(short, long, Math.min(sizes[long]!, -sizes[short]!));
      for (const { account } of this.setup.owners) this.run({ op: 'closeAccount', account, ...this.inputs });
      this.checker.onSlotEnd();
    }
  }
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
