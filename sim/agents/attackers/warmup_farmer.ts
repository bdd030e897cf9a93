import { z } from 'zod';
import { count, duration } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { Departure, submitSettlement } from '../departure.ts';
import { directionOf, positionParams, shareBudget, sideParam, submitOpening } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  side: sideParam,
  accounts: count(1, 1_000).default(10).describe('Accounts among which the budget is split.'),
  every: duration(1)
    .prefault('25 slots')
    .describe('How often each account takes new profit into reserve and what has matured out.'),
  hold: duration(1).describe('Time until it closes everything and leaves.'),
});
type WarmupFarmerParams = z.output<typeof params>;

/** Many small accounts, touched often, so that each bit of profit begins to age as early as it can. */
class WarmupFarmer implements Agent {
  readonly accounts: readonly number[];
  private readonly params: WarmupFarmerParams;
  private readonly depositAtoms: number;
  private readonly departures: readonly Departure[];
  private leaveSlot = Number.POSITIVE_INFINITY;

  constructor({ allocateAccount, params, risk }: AgentSetup<WarmupFarmerParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, params.accounts, risk);
    this.accounts = Array.from({ length: params.accounts }, allocateAccount);
    this.departures = this.accounts.map(
      (account) => new Departure(account, { instalmentSlots: params.every, settlesOthers: true }),
    );
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.open(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const { every, fee_bid: bid } = this.params;
    if (this.leaveSlot === Number.POSITIVE_INFINITY) {
      this.open(context);
    } else if (context.slot >= this.leaveSlot) {
      for (const departure of this.departures) departure.step(context, bid);
    } else {
      this.harvest(context);
      context.wakeAt(Math.min(this.leaveSlot, context.slot + every));
    }
  }

  private open(context: AgentContext): void {
    const { every, fee_bid: feeBidAtoms, hold, leverage, side } = this.params;
    const opening = { depositAtoms: this.depositAtoms, leverage, direction: directionOf(side), feeBidAtoms };
    for (const account of this.accounts) submitOpening(context, account, opening);
    this.leaveSlot = context.slot + hold;
    context.wakeAt(Math.min(this.leaveSlot, context.slot + every));
  }

  /** The settlement also takes its own new profit into the reserves, where it begins to age. */
  private harvest(context: AgentContext): void {
    const bid = this.params.fee_bid;
    submitSettlement(context, bid);
    for (const account of this.accounts) {
      if ((context.view(account)?.releasedAtoms ?? 0) > 0) context.submit({ type: 'convert', account }, bid);
      context.submit({ type: 'withdraw', account, amountAtoms: 'max' }, bid);
    }
  }
}

export const warmupFarmer: AgentModule<WarmupFarmerParams> = {
  kind: 'warmup_farmer',
  role: 'attacker',
  doc: 'Splits its budget among many accounts and touches them often, so that profit ages in many small reserves.',
  params,
  hypothesis:
    'Profit split among many accounts matures earlier than the same profit in one; success is profit withdrawn sooner than one account of the same budget could.',
  create: (setup) => new WarmupFarmer(setup),
};
