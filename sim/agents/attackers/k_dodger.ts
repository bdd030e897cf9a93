import { z } from 'zod';
import { percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { Departure } from '../departure.ts';
import { calculateMovedPrice } from '../sizing.ts';
import { directionOf, positionParams, shareBudget, sideParam, submitOpening } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  side: sideParam,
  trigger: percent(1, 9_999).describe(
    'Favourable move since the opening at which it expects bankrupt accounts on the other side and closes.',
  ),
});
type KDodgerParams = z.output<typeof params>;

/** Closes ahead of the keepers in the very slot in which the other side goes bankrupt. */
class KDodger implements Agent {
  readonly accounts: readonly [number];
  private readonly params: KDodgerParams;
  private readonly depositAtoms: number;
  private readonly departure: Departure;
  /** Index at which it leaves; null before it has opened. */
  private triggerPrice: number | null = null;
  private isLeaving = false;

  constructor({ allocateAccount, params, risk }: AgentSetup<KDodgerParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, 1, risk);
    this.accounts = [allocateAccount()];
    this.departure = new Departure(this.accounts[0], { settlesOthers: true });
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.open(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    if (this.triggerPrice === null) {
      this.open(context);
      return;
    }
    const beyond = directionOf(this.params.side) * (context.indexPrice - this.triggerPrice);
    if (beyond >= 0) this.isLeaving = true;
    if (this.isLeaving) this.departure.step(context, this.params.fee_bid);
  }

  private open(context: AgentContext): void {
    const { fee_bid: feeBidAtoms, leverage, side, trigger } = this.params;
    const direction = directionOf(side);
    submitOpening(context, this.accounts[0], {
      depositAtoms: this.depositAtoms,
      leverage,
      direction,
      feeBidAtoms,
    });
    this.triggerPrice = calculateMovedPrice(context.indexPrice, direction * trigger);
    context.wakeWhenPrice(direction > 0 ? 'above' : 'below', this.triggerPrice);
  }
}

export const kDodger: AgentModule<KDodgerParams> = {
  kind: 'k_dodger',
  role: 'attacker',
  doc: 'Holds a winning position and closes it, ahead of the keepers, in the slot in which the other side goes bankrupt.',
  params,
  hypothesis:
    'Whoever closes before a bankrupt opposite account is liquidated leaves its deficit to those who stay; success is a larger share of deficits escaped than carried and bid.',
  success: {
    figure: 'K loss that its closed position escaped − K loss it carried − bids',
    unit: 'atoms',
    needed: () => 0,
    measure: ({ own, attacked }) => {
      const accounts = attacked.accounts.filter(({ group }) => group === own.attack);
      const carried = accounts.reduce((sum, { lostThroughKAtoms }) => sum + lostThroughKAtoms, 0);
      return own.kLossAvoidedAtoms - carried - own.bidsPaidAtoms;
    },
  },
  create: (setup) => new KDodger(setup),
};
