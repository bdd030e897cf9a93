import {
  type Account,
  apply,
  BPS,
  calculateEffectivePosition,
  calculateHaircutValue,
  calculateReleased,
  calculateResidual,
  EventKind,
  type EventLog,
  LONG,
  MAX_FUNDING_DT,
  type Market,
  Mode,
  POS_SCALE,
  type RiskInstruction,
  SHORT,
} from '../../engine/risk/index.ts';

/** Which invariant of design 01 §11 does not hold, and how. */
export interface Violation {
  invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  message: string;
}

const broken = (invariant: Violation['invariant'], message: string): Violation => ({ invariant, message });

function listAccounts(market: Market, players: number): [number, Account][] {
  const accounts: [number, Account][] = [];
  for (let index = 0; index < players; index += 1) {
    const account = market.account(index);
    if (account !== undefined) accounts.push([index, account]);
  }
  return accounts;
}

/** Invariants 1, 2 and 3, which a state shows by itself. */
export function checkState(market: Market, players: number): Violation | null {
  const { cTot, insurance, pnlMaturedPosTot, pnlPosTot, usedAccounts, vault } = market.globals;
  if (vault < cTot + insurance) return broken(1, `V ${vault} < C_tot ${cTot} + I ${insurance}`);
  const sums = { capital: 0, positive: 0, released: 0, payable: 0, used: 0 };
  const stored = [0, 0];
  const stale = [0, 0];
  for (const [index, account] of listAccounts(market, players)) {
    const released = calculateReleased(account);
    if (account.capital < 0 || account.reservedPnl < 0 || released < 0)
      return broken(1, `account ${index} below 0`);
    sums.capital += account.capital;
    sums.positive += Math.max(account.pnl, 0);
    sums.released += released;
    sums.payable += calculateHaircutValue(market, released);
    sums.used += 1;
    if (account.basisQ === 0) continue;
    const at = account.basisQ > 0 ? LONG : SHORT;
    const side = market.sides[at];
    stored[at]! += 1;
    if (account.epochSnap === side.epoch) continue;
    stale[at]! += 1;
    if (side.mode !== Mode.ResetPending || account.epochSnap + 1 !== side.epoch) {
      return broken(3, `account ${index} is in epoch ${account.epochSnap}, its side in ${side.epoch}`);
    }
  }
  if (sums.capital !== cTot || sums.positive !== pnlPosTot || sums.released !== pnlMaturedPosTot) {
    return broken(1, `the totals ${cTot}, ${pnlPosTot}, ${pnlMaturedPosTot} are not the sums`);
  }
  if (sums.used !== usedAccounts) return broken(1, `${usedAccounts} accounts counted, ${sums.used} used`);
  if (sums.payable > calculateResidual(market))
    return broken(1, `claims of ${sums.payable} exceed the residual`);
  return checkSides(market, stored, stale);
}

function checkSides(market: Market, stored: number[], stale: number[]): Violation | null {
  const [long, short] = market.sides;
  if (long.oiEff !== short.oiEff) return broken(2, `open interest ${long.oiEff} long, ${short.oiEff} short`);
  for (const at of [LONG, SHORT] as const) {
    const side = market.sides[at];
    if (side.storedPositions === 0 && side.oiEff > side.phantomDustQ) {
      return broken(2, `open interest ${side.oiEff} without positions, dust ${side.phantomDustQ}`);
    }
    if (side.storedPositions !== stored[at] || side.stalePositions !== stale[at]) {
      return broken(3, `side ${at} counts ${side.storedPositions}/${side.stalePositions} positions`);
    }
  }
  return null;
}

const floorDivide = (n: bigint, d: bigint): bigint => {
  const q = n / d;
  return n < 0n && q * d !== n ? q - 1n : q;
};

/** What one account has paid in, taken out and lost so far, and all insurance spent: the terms of the bound (5). */
export interface Flows {
  deposited: number[];
  withdrawn: number[];
  lost: number[];
  insuranceSpent: number;
}

interface Holding {
  flat: boolean;
  capital: number;
  basisQ: bigint;
  aBasis: bigint;
  kSnap: bigint;
  side: 0 | 1;
}

/** The state before an instruction, as far as its events are judged by it. */
export class Before {
  private readonly holdings = new Map<number, Holding>();
  private readonly k: [bigint, bigint];
  private readonly kEpochStart: readonly [bigint, bigint];
  private readonly a: readonly [bigint, bigint];
  private readonly hasInterest: readonly [boolean, boolean];
  private readonly inputs: { price: number; slot: number; rate: number; sample: number; divisor: bigint };

  constructor(market: Market, players: number) {
    const { globals, params, sides } = market;
    this.k = [sides[0].k.toBigInt(), sides[1].k.toBigInt()];
    this.kEpochStart = [sides[0].kEpochStart.toBigInt(), sides[1].kEpochStart.toBigInt()];
    this.a = [BigInt(sides[0].a), BigInt(sides[1].a)];
    this.hasInterest = [sides[0].oiEff > 0, sides[1].oiEff > 0];
    this.inputs = {
      price: globals.priceLast,
      slot: globals.slotLast,
      rate: globals.fundingRate,
      sample: globals.fundingPriceLast,
      divisor: BigInt(BPS) * BigInt(params.fundingScale),
    };
    for (const [index, account] of listAccounts(market, players)) {
      this.holdings.set(index, {
        flat: account.basisQ === 0,
        capital: account.capital,
        basisQ: BigInt(Math.abs(account.basisQ)),
        aBasis: BigInt(account.aBasis),
        kSnap: account.kSnap.toBigInt(),
        side: account.basisQ > 0 ? LONG : SHORT,
      });
    }
  }

  /** K after the instruction's accrual, in arbitrary precision (design 01 §4). */
  private accrue(instruction: RiskInstruction): [bigint, bigint] {
    const k: [bigint, bigint] = [...this.k];
    if (!('oraclePrice' in instruction)) return k;
    const { divisor, price, rate, sample, slot } = this.inputs;
    const [hasLong, hasShort] = this.hasInterest;
    const step = BigInt(instruction.oraclePrice - price);
    if (hasLong) k[0] += this.a[0] * step;
    if (hasShort) k[1] -= this.a[1] * step;
    if (!(hasLong && hasShort)) return k;
    for (let left = instruction.nowSlot - slot; left > 0; left -= MAX_FUNDING_DT) {
      const chunk = BigInt(Math.min(left, MAX_FUNDING_DT));
      const term = floorDivide(BigInt(sample) * BigInt(rate) * chunk, divisor);
      k[0] -= this.a[0] * term;
      k[1] += this.a[1] * term;
    }
    return k;
  }

  /** Invariant 7: every settlement among the events is the floor of the exact amount. */
  checkSettlements(instruction: RiskInstruction, log: EventLog): Violation | null {
    const k = this.accrue(instruction);
    let violation: Violation | null = null;
    log.each((kind, subject, x, y, z) => {
      if (kind === EventKind.Socialized) k[y as 0 | 1] -= BigInt(z);
      if (kind !== EventKind.PnlSettled || violation !== null) return;
      const held = this.holdings.get(subject);
      if (held === undefined) {
        violation = broken(7, `account ${subject} settled without a position`);
        return;
      }
      const now = z === 1 ? this.kEpochStart[held.side] : k[held.side];
      const exact = floorDivide(held.basisQ * (now - held.kSnap), held.aBasis * BigInt(POS_SCALE));
      if (exact !== BigInt(x)) violation = broken(7, `account ${subject} settled ${x}, exactly ${exact}`);
    });
    return violation;
  }

  /** Invariant 4: what a flat account loses, it paid itself. */
  checkFlatAccounts(market: Market, log: EventLog): Violation | null {
    const own = new Map<number, number>();
    const pay = (index: number, x: number) => own.set(index, (own.get(index) ?? 0) + x);
    const opened = new Set<number>();
    log.each((kind, subject, x, y) => {
      if (kind === EventKind.Withdrawn || kind === EventKind.FeeCharged || kind === EventKind.Reclaimed)
        pay(subject, x);
      if (kind === EventKind.FeeDebtPaid && y === 1) pay(subject, x);
      if (kind === EventKind.PositionSet) opened.add(subject);
    });
    for (const [index, { capital, flat }] of this.holdings) {
      if (!flat || opened.has(index)) continue;
      const after = market.account(index)?.capital ?? 0;
      if (after < capital - (own.get(index) ?? 0))
        return broken(4, `flat account ${index}: ${capital} → ${after}`);
    }
    return null;
  }
}

/** The flows after an instruction's events. */
export function addFlows(before: Flows, log: EventLog): Flows {
  let { insuranceSpent } = before;
  const deposited = [...before.deposited];
  const withdrawn = [...before.withdrawn];
  const lost = [...before.lost];
  log.each((kind, subject, x, y) => {
    if (kind === EventKind.Deposited || (kind === EventKind.FeeDebtPaid && y === 0)) deposited[subject]! += x;
    else if (kind === EventKind.Withdrawn) withdrawn[subject]! += x;
    else if (kind === EventKind.LossPaid) lost[subject]! += x;
    else if (kind === EventKind.InsurancePaid || kind === EventKind.KeeperRewarded) insuranceSpent += x;
    else if (kind === EventKind.MakerRebated) insuranceSpent += x;
  });
  return { deposited, withdrawn, lost, insuranceSpent };
}

/** Invariant 5 for every set of accounts. */
export function checkExtraction(flows: Flows): Violation | null {
  const players = flows.deposited.length;
  for (let members = 1; members < 1 << players; members += 1) {
    let slack = flows.insuranceSpent;
    for (let index = 0; index < players; index += 1) {
      const isMember = (members >> index) & 1;
      slack += isMember ? flows.deposited[index]! - flows.withdrawn[index]! : flows.lost[index]!;
    }
    if (slack < 0)
      return broken(5, `accounts ${members.toString(2)} took ${-slack} atoms more than the bound`);
  }
  return null;
}

/** Settles and liquidates whoever can be at this price until nothing moves. Without a savepoint of its own. */
function drain(market: Market, players: number, oraclePrice: number): void {
  const inputs = { oraclePrice, nowSlot: market.globals.currentSlot, fundingRate: 0 };
  for (let moved = true; moved; ) {
    moved = false;
    for (const [account, held] of listAccounts(market, players)) {
      if (held.basisQ === 0) continue;
      // Stale, or worn down to nothing: a touch clears it.
      const isGone = calculateEffectivePosition(market, held) === 0;
      const instruction: RiskInstruction = isGone
        ? { op: 'settleAccount', account, ...inputs }
        : { op: 'liquidate', account, policy: 'full', ...inputs };
      moved = apply(market, instruction) === null || moved;
    }
  }
  // A side that only waits to be finalized needs one instruction that ends (design 01 §5).
  apply(market, { op: 'keeperCrank', candidates: [], maxRevalidations: 0, ...inputs });
}

/** The holders close against each other, after paying in what their margins need. */
function closeOut(market: Market, players: number, oraclePrice: number): void {
  const { currentSlot: nowSlot } = market.globals;
  const inputs = { oraclePrice, nowSlot, fundingRate: 0 };
  const size = (account: Account) => calculateEffectivePosition(market, account);
  for (const [seller, long] of listAccounts(market, players)) {
    for (const [buyer, short] of listAccounts(market, players)) {
      if (size(long) <= 0 || size(short) >= 0) continue;
      for (const account of [seller, buyer]) {
        const { feeCredits, pnl } = market.account(account)!;
        const amount = Math.max(0, -pnl) - feeCredits;
        if (amount > 0) apply(market, { op: 'deposit', account, amount, nowSlot });
      }
      const sizeQ = Math.min(size(long), -size(short));
      apply(market, { op: 'executeTrade', buyer, seller, sizeQ, executionPrice: oraclePrice, ...inputs });
    }
  }
}

/**
 * Invariant 6, both halves. A ResetPending side must come back to Normal at the unchanged price by permissionless
 * instructions alone; a DrainOnly side by those, at a price that makes its holders liquidatable, or by their own closes.
 */
export function checkRecovery(market: Market, players: number): Violation | null {
  const { maxPrice } = market.params;
  const { priceLast } = market.globals;
  const before = market.sides.map((side) => side.mode);
  if (before.every((mode) => mode === Mode.Normal)) return null;
  const recovered = [false, false];
  const attempt = (help: () => void) => {
    const mark = market.journal.mark();
    help();
    for (const at of [LONG, SHORT] as const) {
      // Draining one side may reset the other; that the first ends Normal is what is asked of it.
      if (market.sides[at].mode === Mode.Normal) recovered[at] = true;
    }
    market.journal.rollback(mark);
  };
  const findStuck = (...modes: Mode[]) =>
    before.findIndex((mode, at) => modes.includes(mode) && !recovered[at]);
  attempt(() => drain(market, players, priceLast));
  const pending = findStuck(Mode.ResetPending);
  if (pending >= 0) return broken(6, `side ${pending} stays ResetPending whatever is cranked`);
  for (const price of [1, Math.min(maxPrice, priceLast * 20)]) {
    if (findStuck(Mode.DrainOnly) >= 0) attempt(() => drain(market, players, price));
  }
  if (findStuck(Mode.DrainOnly) >= 0) {
    attempt(() => {
      drain(market, players, priceLast);
      closeOut(market, players, priceLast);
      drain(market, players, priceLast);
    });
  }
  const draining = findStuck(Mode.DrainOnly);
  return draining < 0
    ? null
    : broken(6, `side ${draining} stays DrainOnly at every price and after its holders' closes`);
}
