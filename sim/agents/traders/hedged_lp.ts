import { z } from 'zod';
import { mulDivCeil, mulDivFloor } from '../../../engine/math/index.ts';
import { BPS, POS_SCALE } from '../../../engine/risk/index.ts';
import { percent } from '../../scenario/units.ts';
import type { AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { type Inventory, Maker, makerParams, type Pricing, type TwoSidedPrice } from '../quoting/maker.ts';

const params = z.strictObject({
  ...makerParams,
  spread: percent(1).prefault('10 bps').describe('Distance between its best bid and ask.'),
  skew: percent()
    .prefault('0 bps')
    .describe('How far a position at its inventory limit shifts its quotes, so that it comes back.'),
  hedge_cost: percent()
    .prefault('1 bps')
    .describe('What a hedge costs elsewhere, per value traded: fees, half a spread, slippage.'),
});
type HedgedLpParams = z.output<typeof params>;

/** Around the index, as wide as told. */
class IndexPricing implements Pricing {
  private readonly halfSpread: number;
  private readonly skew: number;

  constructor({ skew, spread }: HedgedLpParams) {
    this.halfSpread = spread / BPS / 2;
    this.skew = skew / BPS;
  }

  price({ indexPrice }: AgentContext, { limitQ, positionQ }: Inventory): TwoSidedPrice {
    const shift = limitQ === 0 ? 0 : -this.skew * (positionQ / limitQ);
    return {
      referencePrice: indexPrice,
      centre: indexPrice * (1 + shift),
      halfSpread: indexPrice * this.halfSpread,
    };
  }
}

/** A maker that holds the opposite of its position elsewhere, traded in the slot after a change at the index it sees. */
class HedgedLp extends Maker {
  private readonly hedgeCostBps: number;
  /** What it holds elsewhere, and the money it has there: signed, without capital of its own. */
  private hedgeQ = 0;
  private cashAtoms = 0;

  constructor(setup: AgentSetup<HedgedLpParams>) {
    super(setup, new IndexPricing(setup.params));
    this.hedgeCostBps = setup.params.hedge_cost;
  }

  override onWake(context: AgentContext): void {
    const heldQ = context.view(this.accounts[0])?.positionQ ?? 0;
    const soldQ = heldQ + this.hedgeQ;
    // Roundings are against it.
    const round = soldQ > 0 ? mulDivFloor : mulDivCeil;
    const worth = round(Math.abs(soldQ), context.indexPrice, POS_SCALE);
    this.hedgeQ = -heldQ;
    this.cashAtoms += Math.sign(soldQ) * worth - mulDivCeil(worth, this.hedgeCostBps, BPS);
    super.onWake(context);
  }

  calculateOutside(price: number): number {
    const { cashAtoms, hedgeQ } = this;
    return cashAtoms + (hedgeQ >= 0 ? 1 : -1) * mulDivFloor(Math.abs(hedgeQ), price, POS_SCALE);
  }
}

export const hedgedLp: AgentModule<HedgedLpParams> = {
  kind: 'hedged_lp',
  role: 'trader',
  doc: 'Quotes around the index and hedges its position elsewhere, at the index that it sees; what the hedges made or cost stands apart. Mark its group `designated_lp: true`, so that its orders rest inside the batch.',
  params,
  needsBook: () => true,
  create: (setup) => new HedgedLp(setup),
};
