import { describe, expect, it } from 'vitest';
import {
  type Account,
  apply,
  calculateEffectivePosition,
  calculateEquityMaintenance,
  calculateNotional,
  EventLog,
  isLiquidatable,
  Market,
  type RiskInstruction,
  type RiskParams,
} from '../../../engine/risk/index.ts';
import { LiquidationCandidates } from '../../../sim/kernel/liquidation_candidates.ts';
import { createStream, type Rng } from '../../../sim/kernel/streams.ts';
import { RISK, UNIT } from './harness.ts';

const ACCOUNTS = 24;
const BAND_BPS = 1_200;

/** A market whose candidates are told of every event, as the kernel does it. */
class Bench {
  readonly market: Market;
  readonly candidates: LiquidationCandidates;
  /** Who is in a reduce band of 12 %. */
  readonly reducible: LiquidationCandidates;
  price: number;
  slot = 0;
  fundingRate = 0;
  private readonly log = new EventLog();

  constructor(params: RiskParams, price: number) {
    this.price = price;
    this.market = new Market({ params, initSlot: 0, initPrice: this.price, sink: this.log });
    this.candidates = new LiquidationCandidates(this.market);
    this.reducible = new LiquidationCandidates(this.market, BAND_BPS);
  }

  inputs() {
    return { oraclePrice: this.price, nowSlot: this.slot, fundingRate: this.fundingRate };
  }

  apply(instruction: RiskInstruction): string | null {
    const error = apply(this.market, instruction);
    this.candidates.noteEvents(this.log);
    this.reducible.noteEvents(this.log);
    this.log.clear();
    return error;
  }

  accrue(): void {
    this.apply({ op: 'keeperCrank', candidates: [], maxRevalidations: 0, ...this.inputs() });
  }

  /** What a keeper finds who sees the market at another price. */
  findAt(price: number): number[] {
    const { market } = this;
    const mark = market.journal.mark();
    const inputs = { ...this.inputs(), oraclePrice: price };
    apply(market, { op: 'keeperCrank', candidates: [], maxRevalidations: 0, ...inputs });
    const found = this.candidates.find(ACCOUNTS);
    market.journal.rollback(mark);
    return found;
  }

  /** Equity, floored at 0, below the band's share of the notional (docs/slab.md, reduceBand). */
  private isInBand(touched: Account, positionQ: number): boolean {
    const notional = calculateNotional(positionQ, this.market.globals.priceLast);
    const equity = Math.max(0, calculateEquityMaintenance(touched));
    return positionQ !== 0 && BigInt(equity) * 10_000n < BigInt(notional) * BigInt(BAND_BPS);
  }

  /** The slow and obvious way: touch each account and ask the engine. */
  scan(price = this.price, isBand = false): number[] {
    const found: number[] = [];
    for (let account = 0; account < ACCOUNTS; account += 1) {
      if (this.market.account(account) === undefined) continue;
      const mark = this.market.journal.mark();
      apply(this.market, { op: 'settleAccount', account, ...this.inputs(), oraclePrice: price });
      const touched = this.market.account(account)!;
      const positionQ = calculateEffectivePosition(this.market, touched);
      if (isBand ? this.isInBand(touched, positionQ) : isLiquidatable(this.market, touched, positionQ))
        found.push(account);
      this.market.journal.rollback(mark);
    }
    return found;
  }
}

const draw = (rng: Rng, below: number) => Math.floor(rng() * below);

function trade(bench: Bench, rng: Rng): void {
  const buyer = draw(rng, ACCOUNTS);
  const seller = draw(rng, ACCOUNTS);
  // From dust to as much as margin carries.
  const sizeQ = 1 + draw(rng, rng() < 0.3 ? 20 : 40 * UNIT);
  const executionPrice = Math.max(1, bench.price + draw(rng, 1_000) - 500);
  bench.apply({ op: 'executeTrade', buyer, seller, sizeQ, executionPrice, ...bench.inputs() });
}

function disturb(bench: Bench, rng: Rng): void {
  const account = draw(rng, ACCOUNTS);
  const choice = rng();
  if (choice < 0.45) trade(bench, rng);
  else if (choice < 0.5) bench.apply({ op: 'setHedge', account, net: draw(rng, 100), gross: 100 });
  else if (choice < 0.6) bench.apply({ op: 'settleAccount', account, ...bench.inputs() });
  else if (choice < 0.7)
    bench.apply({ op: 'deposit', account, amount: 1_000 + draw(rng, 50 * UNIT), nowSlot: bench.slot });
  else if (choice < 0.75)
    bench.apply({ op: 'withdraw', account, amount: 1 + draw(rng, 20 * UNIT), ...bench.inputs() });
  else {
    const [eligible] = bench.candidates.find(1);
    if (eligible === undefined) return;
    const size = Math.abs(calculateEffectivePosition(bench.market, bench.market.account(eligible)!));
    const policy = rng() < 0.3 && size > 1 ? 1 + draw(rng, size - 1) : 'full';
    bench.apply({ op: 'liquidate', account: eligible, policy, ...bench.inputs() });
  }
}

describe('liquidation candidates', () => {
  it.each([
    { name: 'plain', params: RISK, fundingRate: 0 },
    {
      name: 'with a smallest requirement',
      params: { ...RISK, minNonzeroMmReq: 900, minNonzeroImReq: 1_000 },
      fundingRate: 0,
    },
    {
      name: 'with fees and fee debt',
      params: { ...RISK, tradingFeeBps: 50, liquidationFeeBps: 100, liquidationFeeCap: 1e12 },
      fundingRate: 0,
    },
    { name: 'with funding', params: RISK, fundingRate: 40 },
    {
      name: 'with margins of 1 and 0 %',
      params: { ...RISK, initialBps: 100, maintenanceBps: 0 },
      fundingRate: 0,
    },
    {
      name: 'with funding, fee debt, hedge credit and no insurance',
      params: { ...RISK, tradingFeeBps: 50, liquidationFeeBps: 100, maxHedgeCreditMmBps: 6_000 },
      fundingRate: 40,
      insurance: 0,
    },
    {
      name: 'of a dear asset, looked for now and then',
      params: { ...RISK, tradingFeeBps: 5, maxHedgeCreditMmBps: 3_000, maxPrice: 1e12, maxOiQ: 9e9 },
      fundingRate: 10,
      price: 60_000 * UNIT,
      lookEvery: 7,
    },
  ])('equal a full scan at every step, $name', (market) => {
    const { name, params, fundingRate, insurance = 200 * UNIT, price = 100 * UNIT, lookEvery = 1 } = market;
    let hits = 0;
    let shrunk = 0;
    // Sizes and deposits are meant for 100 quote units a base.
    const scale = price / (100 * UNIT);
    for (let round = 0; round < 12; round += 1) {
      const rng = createStream(`${name} ${round}`, 'test');
      const bench = new Bench(params, price);
      bench.apply({ op: 'topUpInsurance', amount: insurance, nowSlot: 0 });
      for (let account = 0; account < ACCOUNTS; account += 1) {
        bench.apply({ op: 'deposit', account, amount: 1_000 + draw(rng, 300 * UNIT * scale), nowSlot: 0 });
      }
      for (let step = 0; step < 120; step += 1) {
        bench.slot += 1;
        bench.fundingRate = fundingRate * (draw(rng, 3) - 1);
        bench.price = Math.max(1, Math.floor(bench.price * (0.94 + 0.12 * rng())));
        bench.accrue();
        for (let times = draw(rng, 4); times > 0; times -= 1) disturb(bench, rng);
        if (step % lookEvery > 0) continue;
        const elsewhere = Math.max(1, Math.floor(bench.price * (0.9 + 0.2 * rng())));
        expect(bench.findAt(elsewhere)).toEqual(bench.scan(elsewhere));
        const scanned = bench.scan();
        expect(bench.candidates.find(ACCOUNTS)).toEqual(scanned);
        expect(bench.candidates.find(2)).toEqual(scanned.slice(0, 2));
        expect(bench.reducible.find(ACCOUNTS)).toEqual(bench.scan(bench.price, true));
        hits += scanned.length;
        if (bench.market.sides.some((side) => side.a < 1_000_000)) shrunk += 1;
      }
    }
    // The histories went where the thresholds are hard: eligible accounts, and sides whose A has moved.
    expect(hits).toBeGreaterThan(20);
    expect(shrunk).toBeGreaterThan(10);
  });
});
