import {
  apply,
  calculateNeutralExtensions,
  EventLog,
  Market,
  type RiskErrorName,
  type RiskInstruction,
  type RiskParams,
} from '../../../engine/risk/index.ts';
import type { AccountOwner, SlabSetup } from '../../../sim/kernel/observer.ts';
import type { Scenario, SlabSpec } from '../../../sim/scenario/schema.ts';

export const ORIGIN = { group: 'traders', agent: 'traders/0' };

export const PARAMS: RiskParams = {
  warmupPeriodSlots: 100,
  tradingFeeBps: 5,
  maintenanceBps: 500,
  initialBps: 1_000,
  liquidationFeeBps: 50,
  liquidationFeeCap: 1_000_000_000,
  minLiquidationAbs: 10,
  minInitialDeposit: 1_000,
  minNonzeroMmReq: 10,
  minNonzeroImReq: 20,
  insuranceFloor: 0,
  maxAccounts: 16,
  maxPrice: 1_000_000_000,
  maxOiQ: 1_000_000_000_000,
  ...calculateNeutralExtensions(5),
};

/** Account 0 is the LP's, the last one an attacker's, the rest belong to `traders`. */
export function createOwners(count: number): AccountOwner[] {
  return Array.from({ length: count }, (_, account): AccountOwner => {
    if (account === 0) return { account, group: 'lp', agent: 'lp', role: 'lp' };
    if (account === count - 1) return { account, group: 'raid', agent: 'raid/0', role: 'attacker' };
    return { account, group: 'traders', agent: `traders/${account}`, role: 'trader' };
  });
}

interface Watcher {
  onInstruction(
    slot: number,
    instruction: RiskInstruction,
    error: RiskErrorName | null,
    origin: typeof ORIGIN,
  ): void;
  onEvents(log: EventLog): void;
}

/** A market without a kernel: `run` executes one instruction and tells the watcher, as the kernel's executor does. */
export class WatchedMarket {
  readonly market: Market;
  readonly log = new EventLog();
  readonly setup: SlabSetup;
  watcher: Watcher | null = null;
  slot = 0;
  price: number;

  constructor(params: Partial<RiskParams> = {}, initialPrice = 1_000_000, accounts = 8) {
    const risk = { ...PARAMS, ...params };
    this.price = initialPrice;
    this.market = new Market({ params: risk, initSlot: 0, initPrice: initialPrice, sink: this.log });
    const slab = { id: 'btc', template: 'btc', underlying: 'BTC', risk } as SlabSpec;
    const window = { distortion: 2_000, start: 1, length: 5 };
    const attack = { name: 'raid', kind: 'oracle_spike', slabs: ['btc'], latencySlots: 0, params: window };
    const measure = { sampleEverySlots: 1, crankedEverySlots: 25 };
    this.setup = {
      scenario: { slabs: [slab], attacks: [attack], events: [], measure } as unknown as Scenario,
      slab,
      seed: '1',
      check: true,
      market: this.market,
      book: null,
      owners: createOwners(accounts),
      initialPrice,
    };
  }

  /** What the market instructions take besides their own arguments. */
  get inputs() {
    return { oraclePrice: this.price, nowSlot: this.slot, fundingRate: 0 };
  }

  run(instruction: RiskInstruction): RiskErrorName | null {
    const error = apply(this.market, instruction);
    this.watcher?.onInstruction(this.slot, instruction, error, ORIGIN);
    this.report();
    return error;
  }

  /** Hands over what is in the log, also events that a test put there itself. */
  report(): void {
    if (this.log.length > 0) this.watcher?.onEvents(this.log);
    this.log.clear();
  }

  deposit(account: number, amount: number): void {
    const error = this.run({ op: 'deposit', account, amount, nowSlot: this.slot });
    if (error !== null) throw new Error(`deposit was refused: ${error}`);
  }

  trade(buyer: number, seller: number, sizeQ: number, executionPrice = this.price): RiskErrorName | null {
    return this.run({ op: 'executeTrade', buyer, seller, sizeQ, executionPrice, ...this.inputs });
  }

  /** Accrues to a new price in the next slot. */
  move(price: number, slots = 1): void {
    this.slot += slots;
    this.price = price;
    this.run({ op: 'keeperCrank', candidates: [], maxRevalidations: 0, ...this.inputs });
  }

  settle(account: number): RiskErrorName | null {
    return this.run({ op: 'settleAccount', account, ...this.inputs });
  }

  liquidate(account: number): RiskErrorName | null {
    return this.run({ op: 'liquidate', account, policy: 'full', ...this.inputs });
  }
}
