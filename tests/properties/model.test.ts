import fc from 'fast-check';
import { describe, it } from 'vitest';
import { apply, type Market } from '../../engine/risk/index.ts';
import { createScene } from '../engine/risk/table.ts';

/**
 * A market at a price that never moves, as a bookkeeper sees it: capital, positions, fees into insurance. Nobody gains or
 * loses, so all that decides is money paid in, fees and the margin rules, here in a few lines of their own.
 */
interface Ledger {
  insurance: number;
  accounts: Map<number, Holding>;
}

interface Holding {
  capital: number;
  debt: number;
  base: number;
}

const PRICE = 7;
const FEE = 0.25;
const INITIAL = 0.2;
const MAINTENANCE = 0.1;
const SMALLEST = { deposit: 40, initial: 40, maintenance: 15 };
const INPUTS = { oraclePrice: PRICE, nowSlot: 0, fundingRate: 0 };
const ACCOUNTS = 3;

const createMarket = (): Market =>
  createScene(
    {
      tradingFeeBps: FEE * 10_000,
      makerFeeBps: FEE * 10_000,
      initialBps: INITIAL * 10_000,
      maintenanceBps: MAINTENANCE * 10_000,
      minInitialDeposit: SMALLEST.deposit,
      minNonzeroImReq: SMALLEST.initial,
      minNonzeroMmReq: SMALLEST.maintenance,
    },
    { initPrice: PRICE },
  ).market;

/** Positions are whole base units, so notionals are exact. */
const calculateRequirement = (base: number, share: number, smallest: number) =>
  base === 0 ? 0 : Math.max(Math.floor(Math.abs(base) * PRICE * share + 1e-9), smallest);

function assertAgrees(ledger: Ledger, market: Market): void {
  const { vault, insurance, cTot, pnlPosTot } = market.globals;
  const accounts = [...ledger.accounts].sort(([a], [b]) => a - b);
  const capital = accounts.reduce((sum, [, account]) => sum + account.capital, 0);
  const longs = accounts.reduce((sum, [, { base }]) => sum + Math.max(base, 0), 0);
  const expected = {
    totals: [ledger.insurance + capital, ledger.insurance, capital, 0, longs * 1_000_000],
    accounts: accounts.map(([index, { capital, debt, base }]) => [index, capital, debt, base * 1_000_000]),
  };
  const got = {
    totals: [vault, insurance, cTot, pnlPosTot, market.sides[0].oiEff],
    accounts: market.accounts.flatMap((account, index) =>
      account?.used ? [[index, account.capital, 0 - account.feeCredits, account.basisQ]] : [],
    ),
  };
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Error(`the market has ${a}, the ledger ${b}`);
}

/** Capital pays what is owed, as far as it goes. */
function charge(ledger: Ledger, holding: Holding, fee: number): void {
  const paid = Math.min(holding.capital, holding.debt + fee);
  holding.debt += fee - paid;
  holding.capital -= paid;
  ledger.insurance += paid;
}

/** Three accounts with money, the fourth still missing. */
function openForBusiness(): { model: Ledger; real: Market } {
  const model: Ledger = { insurance: 0, accounts: new Map() };
  const real = createMarket();
  for (const account of [0, 1, 2]) new Deposit(account, 300 + 500 * account).run(model, real);
  return { model, real };
}

/** One action of a user: `expected` answers for the ledger, and `record` books it if the engine accepted it. */
abstract class Action implements fc.Command<Ledger, Market> {
  abstract accepts(ledger: Ledger): boolean;
  abstract attempt(market: Market): string | null;
  abstract record(ledger: Ledger): void;

  check(_ledger: Readonly<Ledger>): boolean {
    return true;
  }

  run(ledger: Ledger, market: Market): void {
    const accepted = this.accepts(ledger);
    const error = this.attempt(market);
    if ((error === null) !== accepted) {
      throw new Error(`the engine answered ${error ?? 'ok'}, the ledger ${accepted ? 'accepts' : 'refuses'}`);
    }
    if (accepted) this.record(ledger);
    assertAgrees(ledger, market);
  }

  toString(): string {
    return `${this.constructor.name} ${JSON.stringify(this)}`;
  }
}

class Deposit extends Action {
  readonly account: number;
  amount: number;

  constructor(account: number, amount: number) {
    super();
    this.account = account;
    this.amount = amount;
  }

  accepts({ accounts }: Ledger): boolean {
    return accounts.has(this.account) || this.amount >= SMALLEST.deposit;
  }

  attempt(market: Market): string | null {
    return apply(market, { op: 'deposit', account: this.account, amount: this.amount, nowSlot: 0 });
  }

  record(ledger: Ledger): void {
    const holding = ledger.accounts.get(this.account) ?? { capital: 0, debt: 0, base: 0 };
    ledger.accounts.set(this.account, holding);
    holding.capital += this.amount;
    if (holding.base === 0) charge(ledger, holding, 0);
  }
}

class Withdraw extends Deposit {
  override accepts({ accounts }: Ledger): boolean {
    const account = accounts.get(this.account);
    if (account === undefined) return false;
    const equity = account.capital - account.debt;
    const rest = Math.max(equity, 0) - this.amount;
    if (rest < 0 || (rest !== 0 && rest < SMALLEST.deposit)) return false;
    return (
      account.base === 0 ||
      equity - this.amount >= calculateRequirement(account.base, INITIAL, SMALLEST.initial)
    );
  }

  override attempt(market: Market): string | null {
    return apply(market, { op: 'withdraw', account: this.account, amount: this.amount, ...INPUTS });
  }

  override record(ledger: Ledger): void {
    const holding = ledger.accounts.get(this.account)!;
    charge(ledger, holding, 0);
    holding.capital -= this.amount;
  }
}

/** Withdraws down to the edge of what is allowed, give or take a few atoms. */
class WithdrawToEdge extends Withdraw {
  override run(ledger: Ledger, market: Market): void {
    const { capital, base } = ledger.accounts.get(this.account) ?? { capital: 0, base: 0 };
    const edge = Math.max(calculateRequirement(base, INITIAL, SMALLEST.initial), SMALLEST.deposit);
    this.amount = Math.max(0, capital - edge + (this.amount % 3) - 1);
    super.run(ledger, market);
  }
}

class Leave extends Deposit {
  override accepts({ accounts }: Ledger): boolean {
    return accounts.get(this.account)?.base === 0;
  }

  override attempt(market: Market): string | null {
    return apply(market, { op: 'closeAccount', account: this.account, ...INPUTS });
  }

  override record(ledger: Ledger): void {
    charge(ledger, ledger.accounts.get(this.account)!, 0);
    ledger.accounts.delete(this.account);
  }
}

class Reclaim extends Deposit {
  override accepts({ accounts }: Ledger): boolean {
    const account = accounts.get(this.account);
    return account !== undefined && account.base === 0 && account.capital < SMALLEST.deposit;
  }

  override attempt(market: Market): string | null {
    return apply(market, { op: 'reclaim', account: this.account });
  }

  override record(ledger: Ledger): void {
    ledger.insurance += ledger.accounts.get(this.account)!.capital;
    ledger.accounts.delete(this.account);
  }
}

class Trade extends Action {
  buyer: number;
  seller: number;
  base: number;

  constructor(buyer: number, seller: number, base: number) {
    super();
    this.buyer = buyer;
    this.seller = seller;
    this.base = base;
  }

  private get fee(): number {
    return Math.ceil(this.base * PRICE * FEE - 1e-9);
  }

  /** Room after the fee for the new position: initial margin to grow or turn, maintenance to shrink, nothing if flat. */
  private affords(ledger: Ledger, index: number, change: number): boolean {
    const { capital, debt, base } = ledger.accounts.get(index)!;
    const after = base + change;
    const rest = capital - debt - this.fee;
    if (after === 0) return rest >= 0;
    const grows = base * after <= 0 || Math.abs(after) > Math.abs(base);
    if (grows) return rest >= calculateRequirement(after, INITIAL, SMALLEST.initial);
    const requirement = calculateRequirement(after, MAINTENANCE, SMALLEST.maintenance);
    if (rest > requirement) return true;
    // Without its fee the trade frees margin and costs nothing: enough for whoever was short of it.
    return requirement < calculateRequirement(base, MAINTENANCE, SMALLEST.maintenance);
  }

  accepts(ledger: Ledger): boolean {
    const { buyer, seller } = this;
    if (!ledger.accounts.has(buyer) || !ledger.accounts.has(seller) || buyer === seller) return false;
    return this.affords(ledger, buyer, this.base) && this.affords(ledger, seller, -this.base);
  }

  attempt(market: Market): string | null {
    const { buyer, seller, base } = this;
    return apply(market, {
      op: 'executeTrade',
      buyer,
      seller,
      sizeQ: base * 1_000_000,
      executionPrice: PRICE,
      ...INPUTS,
    });
  }

  record(ledger: Ledger): void {
    for (const [index, change] of [
      [this.buyer, this.base],
      [this.seller, -this.base],
    ] as const) {
      const account = ledger.accounts.get(index)!;
      account.base += change;
      charge(ledger, account, this.fee);
    }
  }
}

/** Somebody short buys back from somebody long: a part of the smaller position, or all of it. */
class Unwind extends Trade {
  override check(ledger: Readonly<Ledger>): boolean {
    return [...ledger.accounts.values()].some(({ base }) => base !== 0);
  }

  override run(ledger: Ledger, market: Market): void {
    const held = [...ledger.accounts].sort(([, a], [, b]) => a.base - b.base);
    const [short, long] = [held[0]!, held.at(-1)!];
    [this.buyer, this.seller] = [short[0], long[0]];
    const room = Math.min(-short[1].base, long[1].base);
    this.base = this.base > room / 2 ? room : this.base;
    super.run(ledger, market);
  }
}

describe('a market without price moves, against a model of deposits, fees and margins', () => {
  const account = fc.nat(ACCOUNTS);
  const amount = fc.oneof(fc.nat(150), fc.nat(2_000));
  const base = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 400 }));
  const commands = fc.commands(
    [
      fc.tuple(account, amount).map((drawn) => new Deposit(...drawn)),
      fc.tuple(account, amount).map((drawn) => new Withdraw(...drawn)),
      fc.tuple(account, amount).map((drawn) => new WithdrawToEdge(...drawn)),
      fc.tuple(account, amount).map((drawn) => new WithdrawToEdge(...drawn)),
      fc.tuple(account, amount).map((drawn) => (drawn[1] < 20 ? new Leave(...drawn) : new Reclaim(...drawn))),
      fc.tuple(account, account, base).map((drawn) => new Trade(...drawn)),
      fc.tuple(fc.nat(1), fc.integer({ min: 2, max: ACCOUNTS }), base).map((drawn) => new Trade(...drawn)),
      fc.tuple(fc.integer({ min: 2, max: ACCOUNTS }), fc.nat(1), base).map((drawn) => new Trade(...drawn)),
      base.map((size) => new Unwind(0, 0, size)),
    ],
    { maxCommands: 60, size: 'max' },
  );

  it('agrees after every action', () => {
    const property = fc.property(commands, (actions) => {
      fc.modelRun(openForBusiness, actions);
    });
    fc.assert(property, { numRuns: 200, seed: 20_251_010 });
  });
});
