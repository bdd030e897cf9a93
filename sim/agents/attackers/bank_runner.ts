import { z } from 'zod';
import { BPS } from '../../../engine/risk/index.ts';
import type { ExitRow } from '../../record/types.ts';
import { duration, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { Departure } from '../departure.ts';
import { calculateMovedPrice } from '../sizing.ts';
import { type AttackFacts, ROUNDING_ATOMS } from '../success.ts';
import { directionOf, positionParams, shareBudget, sideParam, submitOpening } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  side: sideParam,
  h_below: percent().prefault('100 %').describe('Runs when the stored haircut ratio h is below this.'),
  insurance_below: percent()
    .prefault('90 %')
    .describe('Runs when the insurance fund is below this share of what it was at the opening.'),
  move: percent(1, 9_999)
    .optional()
    .describe('Runs when the index has moved this far, either way, since the opening.'),
  check_every: duration(1).prefault('1 slots').describe('How often it looks at h and at the insurance fund.'),
});
type BankRunnerParams = z.output<typeof params>;

/**
 * Watches the health of the venue more closely than anybody and is out before them. It settles nobody: profit of others
 * that is not settled yet takes no part in h.
 */
class BankRunner implements Agent {
  readonly accounts: readonly [number];
  private readonly params: BankRunnerParams;
  private readonly depositAtoms: number;
  private readonly departure: Departure;
  private phase: 'waiting' | 'watching' | 'running' = 'waiting';
  private insuranceAtoms = 0;
  private lowPrice = 0;
  private highPrice = Number.POSITIVE_INFINITY;

  constructor({ allocateAccount, params, risk }: AgentSetup<BankRunnerParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, 1, risk);
    this.accounts = [allocateAccount()];
    this.departure = new Departure(this.accounts[0], { instalmentSlots: params.check_every });
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.open(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    if (this.phase === 'waiting') {
      this.open(context);
      return;
    }
    if (this.phase === 'watching' && this.isTimeToRun(context)) this.phase = 'running';
    if (this.phase === 'running') this.departure.step(context, this.params.fee_bid);
    else context.wakeAt(context.slot + this.params.check_every);
  }

  private open(context: AgentContext): void {
    const { check_every: every, fee_bid: feeBidAtoms, leverage, move, side } = this.params;
    const direction = directionOf(side);
    submitOpening(context, this.accounts[0], {
      depositAtoms: this.depositAtoms,
      leverage,
      direction,
      feeBidAtoms,
    });
    this.insuranceAtoms = context.venue.insuranceAtoms;
    if (move !== undefined) {
      this.lowPrice = calculateMovedPrice(context.indexPrice, -move);
      this.highPrice = calculateMovedPrice(context.indexPrice, move);
      context.wakeWhenPrice('below', this.lowPrice);
      context.wakeWhenPrice('above', this.highPrice);
    }
    this.phase = 'watching';
    context.wakeAt(context.slot + every);
  }

  private isTimeToRun({ indexPrice, venue }: AgentContext): boolean {
    const { h_below: h, insurance_below: insurance } = this.params;
    return (
      indexPrice <= this.lowPrice ||
      indexPrice >= this.highPrice ||
      venue.hStored * BPS < h ||
      venue.insuranceAtoms * BPS < this.insuranceAtoms * insurance
    );
  }
}

/**
 * Paid by conversions − claims × r + K loss escaped − bids, where r is what all claims of the slab were paid on average:
 * those converted during the run at their h, and those left at its end at the h of that moment.
 */
function measureAdvantage({ attacked, own }: AttackFacts): number {
  const conversions = attacked.exits.filter(({ kind }) => kind === 'convert');
  const sum = (exits: readonly ExitRow[], key: 'amountAtoms' | 'paidAtoms') =>
    exits.reduce((total, exit) => total + exit[key], 0);
  const claims = sum(conversions, 'amountAtoms') + attacked.claimsAtoms;
  const paid = sum(conversions, 'paidAtoms') + attacked.backedAtoms;
  const mine = conversions.filter(({ group }) => group === own.attack);
  const share = claims === 0 ? 0 : (sum(mine, 'amountAtoms') / claims) * paid;
  return Math.floor(sum(mine, 'paidAtoms') - share) + own.kLossAvoidedAtoms - own.bidsPaidAtoms;
}

export const bankRunner: AgentModule<BankRunnerParams> = {
  kind: 'bank_runner',
  role: 'attacker',
  doc: 'Holds a position, watches h, insurance and price in every slot, and leaves ahead of everybody at the first sign of trouble.',
  params,
  hypothesis:
    'Whoever is first out of a failing venue is paid in full at the expense of those behind; success is a better payout than that of the same position held by somebody slower.',
  success: {
    figure: 'paid for its profit beyond the pro rata of all claims on the slab + K loss escaped − bids',
    unit: 'atoms',
    needed: () => ROUNDING_ATOMS,
    measure: measureAdvantage,
  },
  create: (setup) => new BankRunner(setup),
};
