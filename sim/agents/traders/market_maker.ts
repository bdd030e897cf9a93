import { z } from 'zod';
import { BPS } from '../../../engine/risk/index.ts';
import { duration, percent, ratio } from '../../scenario/units.ts';
import type { AgentContext, AgentModule } from '../agent.ts';
import { calculateOptimalQuotes } from '../quoting/avellaneda_stoikov.ts';
import { type Inventory, Maker, makerParams, type Pricing, type TwoSidedPrice } from '../quoting/maker.ts';
import { VarianceEstimate } from '../quoting/variance_estimate.ts';

const params = z.strictObject({
  ...makerParams,
  reference: z
    .enum(['index', 'mid'])
    .default('index')
    .describe('Price that it quotes around: the index, or the middle of the book while there is one.'),
  risk_aversion: ratio(0, 1_000_000)
    .default(20)
    .describe(
      'γ of Avellaneda and Stoikov, per relative price and order: how strongly inventory shifts its quotes.',
    ),
  arrival_decay: percent(1)
    .prefault('5 bps')
    .describe(
      'Distance from the reference over which it expects the arrivals of takers to fall by a factor of e (1/κ).',
    ),
  horizon: duration(1).prefault('10 min').describe('τ: how long it expects to hold what it is filled with.'),
  expected_move: percent(1)
    .prefault('20 bps')
    .describe(
      'Standard deviation of the index over the horizon that it assumes before it has seen any; of the mid, what `widening` compares with.',
    ),
  memory: duration(1).prefault('10 min').describe('How long it remembers moves of the index and of the mid.'),
  min_spread: percent().prefault('2 bps').describe('Smallest distance between its best bid and ask.'),
  widening: percent(0, BPS)
    .prefault('0 %')
    .describe(
      'How far spread and gaps follow the volatility of the mid: they are 1 − widening + widening × s as large, at most twice; s is the standard deviation that it remembers over the expected one.',
    ),
  quit_above: percent(1)
    .optional()
    .describe('Has no orders while the estimated standard deviation over the horizon is above this.'),
});
type MarketMakerParams = z.output<typeof params>;

/** Of its usual distances. Without a bound, wide quotes make large moves make wider quotes, and the book never calms down. */
const WIDEST = 2;

/** Prices of Avellaneda and Stoikov at the volatility that it has seen. */
class OptimalPricing implements Pricing {
  private readonly params: MarketMakerParams;
  private readonly variance: VarianceEstimate;
  private readonly midVariance: VarianceEstimate;

  constructor(params: MarketMakerParams) {
    this.params = params;
    const assumed = params.expected_move / BPS;
    this.variance = new VarianceEstimate(params.memory, (assumed * assumed) / params.horizon);
    this.midVariance = new VarianceEstimate(params.memory, (assumed * assumed) / params.horizon);
  }

  price(context: AgentContext, { orderQ, positionQ }: Inventory): TwoSidedPrice | null {
    const { arrival_decay: decay, horizon, min_spread: least, quit_above: quit } = this.params;
    const { book, indexPrice } = context;
    this.variance.add(context.slot, indexPrice);
    const variance = this.variance.perSlot * horizon;
    if (quit !== undefined && Math.sqrt(variance) * BPS > quit) return null;
    const { shift, halfSpread } = calculateOptimalQuotes({
      inventory: positionQ / orderQ,
      variance,
      riskAversion: this.params.risk_aversion,
      arrivalDecay: BPS / decay,
    });
    const stretch = this.calculateStretch(context);
    const referencePrice = (this.params.reference === 'mid' ? book!.midPrice : null) ?? indexPrice;
    return {
      referencePrice,
      centre: referencePrice * (1 + shift),
      halfSpread: referencePrice * Math.max(halfSpread, least / BPS / 2) * stretch,
      stretch,
    };
  }

  private calculateStretch({ book, slot }: AgentContext): number {
    const { expected_move: expected, horizon, widening } = this.params;
    const { midPrice } = book!;
    if (midPrice !== null) this.midVariance.add(slot, midPrice);
    const seen = (Math.sqrt(this.midVariance.perSlot * horizon) * BPS) / expected;
    return Math.min(WIDEST, 1 + (widening / BPS) * (seen - 1));
  }
}

export const marketMaker: AgentModule<MarketMakerParams> = {
  kind: 'market_maker',
  role: 'trader',
  doc: 'Quotes a ladder on both sides of an order book with the inventory and volatility rules of Avellaneda and Stoikov (2008).',
  params,
  needsBook: () => true,
  create: (setup) => new Maker(setup, new OptimalPricing(setup.params)),
};
