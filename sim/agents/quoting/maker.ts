import { mulDivFloor } from '../../../engine/math/index.ts';
import { BPS, POS_SCALE } from '../../../engine/risk/index.ts';
import { type Distribution, distribution, sampleDistribution } from '../../scenario/distributions.ts';
import { count, duration, leverage, money, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentSetup, FillNotice } from '../agent.ts';
import { PriceAlarm } from '../price_alarm.ts';
import { calculateMovedPrice, calculateOpeningSizeQ } from '../sizing.ts';
import { calculateStakeAtoms, isBroke } from '../target_position.ts';
import { buildLadder, submitLadder } from './ladder.ts';

/** Parameters of everybody who quotes both sides of a book. */
export const makerParams = {
  capital: distribution(money()).describe('What each maker deposits.'),
  size: money(1).describe('Value of one of its orders at the reference price.'),
  levels: count(1, 16).default(3).describe('Orders a side.'),
  level_gap: percent(1).prefault('5 bps').describe('From one of its orders to the next.'),
  deepening: percent(0, 10 * BPS)
    .prefault('0 %')
    .describe('Share of `size` by which each of its orders is larger than the one before it.'),
  max_leverage: leverage()
    .prefault('2 x')
    .describe('Inventory limit: value of its position over its capital if all orders of a side are filled.'),
  requote: percent(1)
    .prefault('2 bps')
    .describe('Leaves an order alone while it is this close to its price.'),
  every: duration(1)
    .prefault('25 slots')
    .describe('Looks at its orders this often, and when the index has moved by `requote` or it was filled.'),
  refill: duration(1)
    .prefault('1 slots')
    .describe(
      'Puts back what was filled so long after the first fill, unless it looks at its orders sooner.',
    ),
  fee_bid: money()
    .prefault('0 USDC')
    .describe('Priority bid of each of its actions in the auction of a slot; it is paid.'),
};

export interface MakerSpec {
  capital: Distribution;
  size: number;
  levels: number;
  level_gap: number;
  deepening: number;
  max_leverage: number;
  requote: number;
  every: number;
  refill: number;
  fee_bid: number;
}

/** What a maker is asked to price. */
export interface Inventory {
  positionQ: number;
  /** Size of one of its orders and the largest position it may have. */
  orderQ: number;
  limitQ: number;
}

/** Middle of the quotes and distance of the best of them, quote atoms. */
export interface TwoSidedPrice {
  referencePrice: number;
  centre: number;
  halfSpread: number;
  /** Multiple of the usual distance between its orders. */
  stretch?: number;
}

/** Plain fields only, like every agent's own state. */
export interface Pricing {
  /** Called whenever the maker looks at its orders. Null: no orders now. */
  price(context: AgentContext, inventory: Inventory): TwoSidedPrice | null;
}

/** Keeps a ladder of orders on both sides of a book where its pricing wants them. */
export class Maker implements Agent {
  readonly accounts: readonly [number];
  private readonly spec: MakerSpec;
  private readonly pricing: Pricing;
  private readonly capitalAtoms: number;
  private readonly alarm = new PriceAlarm();
  /** The alarms lie around this price. */
  private anchorPrice: number | null = null;
  private nextLookSlot = 0;
  private wakeSlot = 0;

  constructor({ allocateAccount, params, risk, rng }: AgentSetup<MakerSpec>, pricing: Pricing) {
    this.accounts = [allocateAccount()];
    this.spec = params;
    this.pricing = pricing;
    this.capitalAtoms = Math.max(risk.minInitialDeposit, sampleDistribution(params.capital, rng));
  }

  onStart(context: AgentContext): void {
    const { accounts, capitalAtoms, spec } = this;
    context.submit({ type: 'deposit', account: accounts[0], amountAtoms: capitalAtoms }, spec.fee_bid);
    this.nextLookSlot = context.slot + 1;
    context.wakeAt(this.nextLookSlot);
  }

  onWake(context: AgentContext): void {
    this.alarm.drop(context);
    const view = context.view(this.accounts[0]);
    // Refused a deposit, or freed: it has nothing on the book any more.
    if (view === undefined) return;
    this.watch(context);
    const { fee_bid: bid, max_leverage: most, requote } = this.spec;
    const { indexPrice, venue } = context;
    const limitQ = calculateOpeningSizeQ(calculateStakeAtoms(view), most, indexPrice, venue.params);
    const orderQ = Math.max(context.book!.params.lotQ, mulDivFloor(this.spec.size, POS_SCALE, indexPrice));
    const { positionQ } = view;
    const price = isBroke(view) ? null : this.pricing.price(context, { positionQ, orderQ, limitQ });
    const quotes = price === null ? [] : this.build(context, price, { positionQ, orderQ, limitQ });
    submitLadder(context, this.accounts[0], quotes, {
      kind: 'postOnly',
      toleranceBps: requote,
      feeBidAtoms: bid,
    });
  }

  onFill(context: AgentContext, _fill: FillNotice): void {
    // Several fills are answered together.
    if (this.wakeSlot > context.slot) return;
    this.wakeSlot = context.slot + this.spec.refill;
    context.wakeAt(this.wakeSlot);
  }

  private build(
    { book, venue }: AgentContext,
    { centre, halfSpread, referencePrice, stretch = 1 }: TwoSidedPrice,
    { limitQ, orderQ, positionQ }: Inventory,
  ): ReturnType<typeof buildLadder> {
    const { deepening, level_gap: gapBps, levels } = this.spec;
    return buildLadder(
      {
        centre,
        halfSpread,
        levels,
        gap: (referencePrice * gapBps * stretch) / BPS,
        sizeQ: orderQ,
        deepening: deepening / BPS,
        roomQ: { buy: limitQ - positionQ, sell: limitQ + positionQ },
        maxPrice: venue.params.maxPrice,
      },
      book!.params,
    );
  }

  /** Asks for the next look, and for one as soon as the index has left the tolerance around the anchor. */
  private watch(context: AgentContext): void {
    const { every, requote } = this.spec;
    const { indexPrice, slot } = context;
    if (slot >= this.nextLookSlot) {
      this.nextLookSlot = slot + every;
      context.wakeAt(this.nextLookSlot);
    }
    const { anchorPrice } = this;
    const moved = anchorPrice === null ? BPS : (Math.abs(indexPrice - anchorPrice) * BPS) / anchorPrice;
    // Old alarms cannot be cancelled: new ones only when the price has really moved on.
    if (moved < requote) return;
    this.anchorPrice = indexPrice;
    this.alarm.setBelow(context, calculateMovedPrice(indexPrice, -requote));
    this.alarm.setAbove(context, calculateMovedPrice(indexPrice, requote));
  }
}
