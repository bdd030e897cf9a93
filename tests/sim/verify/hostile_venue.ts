import {
  calculateEffectivePosition,
  type EventLog,
  type RiskInstruction,
  type RiskParams,
} from '../../../engine/risk/index.ts';
import type { Rng } from '../../../sim/kernel/streams.ts';
import { InvariantChecker } from '../../../sim/verify/invariants.ts';
import { WatchedMarket } from './watched_market.ts';

/** Puts all checks behind a market, and whoever else wants its events. */
export function watch(venue: WatchedMarket, read?: (log: EventLog) => void): InvariantChecker {
  const checker = new InvariantChecker(venue.setup, 'btc');
  venue.watcher = {
    onInstruction: (_slot, instruction, error) => checker.onInstruction(instruction, error),
    onEvents: (log) => {
      checker.onEvents(log);
      read?.(log);
    },
  };
  return checker;
}

const pick = <T>(rng: Rng, values: readonly T[]): T => values[Math.floor(rng() * values.length)]!;
const upTo = (rng: Rng, limit: number) => 1 + Math.floor(rng() * limit);

/** A venue under attack by chance; amounts grow with the price. */
export class HostileVenue extends WatchedMarket {
  readonly checker: InvariantChecker;
  readonly seen = new Set<string>();
  executed = 0;
  private readonly rng: Rng;
  private readonly start: number;

  constructor(rng: Rng, params: Partial<RiskParams>, price: number, read?: (log: EventLog) => void) {
    super({ maintenanceBps: 100, initialBps: 150, ...params }, price);
    this.rng = rng;
    this.start = price;
    this.checker = watch(this, read);
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
