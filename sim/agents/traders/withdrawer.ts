import { z } from 'zod';
import { BPS } from '../../../engine/risk/index.ts';
import { distribution, sampleDistribution } from '../../scenario/distributions.ts';
import { duration, leverage, money, percent, price } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { Departure } from '../departure.ts';
import { calculateOpeningSizeQ } from '../sizing.ts';

const params = z.strictObject({
  capital: distribution(money()).describe('What it deposits when it arrives.'),
  position: z
    .strictObject({
      side: z.enum(['long', 'short']).describe('Direction of the position.'),
      leverage: leverage().describe('Position value over capital when it opens.'),
    })
    .optional()
    .describe('Opened on arrival; without it the depositor stays flat.'),
  h_below: percent().optional().describe('Leaves when the stored haircut ratio h falls below this.'),
  insurance_below: percent()
    .optional()
    .describe('Leaves when the insurance fund falls below this share of what it was on arrival.'),
  price_below: price().optional().describe('Leaves when the index is at or below this price.'),
  price_above: price().optional().describe('Leaves when the index is at or above this price.'),
  after: duration().optional().describe('Leaves this long after it arrived.'),
  check_every: duration(1)
    .prefault('10 slots')
    .describe('How often it looks at h and at the insurance fund.'),
  reaction: distribution(duration())
    .prefault('0 slots')
    .describe('Time between the reason to leave and the first step.'),
});
type WithdrawerParams = z.output<typeof params>;

/** A depositor that watches the venue's health and leaves with everything: one member of a bank run. */
class Withdrawer implements Agent {
  readonly accounts: readonly [number];
  private readonly params: WithdrawerParams;
  private readonly capitalAtoms: number;
  private readonly reactionSlots: number;
  private readonly departure: Departure;
  private arrivalInsuranceAtoms = 0;
  private afterSlot = Number.POSITIVE_INFINITY;
  private nextCheckSlot = Number.POSITIVE_INFINITY;
  /** Slot of the first step out; null while there is no reason. */
  private leaveSlot: number | null = null;

  constructor(setup: AgentSetup<WithdrawerParams>) {
    this.params = setup.params;
    this.accounts = [setup.allocateAccount()];
    this.departure = new Departure(this.accounts[0]);
    this.capitalAtoms = Math.max(
      setup.risk.minInitialDeposit,
      sampleDistribution(setup.params.capital, setup.rng),
    );
    this.reactionSlots = sampleDistribution(setup.params.reaction, setup.rng);
  }

  onStart(context: AgentContext): void {
    const { params } = this;
    context.submit({ type: 'deposit', account: this.accounts[0], amountAtoms: this.capitalAtoms });
    this.arrivalInsuranceAtoms = context.venue.insuranceAtoms;
    this.open(context);
    if (params.after !== undefined) {
      this.afterSlot = context.slot + Math.max(1, params.after);
      context.wakeAt(this.afterSlot);
    }
    if (params.price_below !== undefined) context.wakeWhenPrice('below', params.price_below);
    if (params.price_above !== undefined) context.wakeWhenPrice('above', params.price_above);
    this.scheduleCheck(context);
  }

  onWake(context: AgentContext): void {
    if (this.leaveSlot === null) {
      if (!this.hasReason(context)) {
        if (context.slot >= this.nextCheckSlot) this.scheduleCheck(context);
        return;
      }
      this.leaveSlot = context.slot + this.reactionSlots;
      if (this.reactionSlots > 0) context.wakeAt(this.leaveSlot);
    }
    if (context.slot >= this.leaveSlot) this.departure.step(context);
  }

  private open(context: AgentContext): void {
    const { position } = this.params;
    if (position === undefined) return;
    const sizeQ = calculateOpeningSizeQ(
      this.capitalAtoms,
      position.leverage,
      context.indexPrice,
      context.venue.params,
    );
    if (sizeQ === 0) return;
    const signedQ = position.side === 'long' ? sizeQ : -sizeQ;
    context.submit({ type: 'trade', account: this.accounts[0], sizeQ: signedQ });
  }

  private hasReason(context: AgentContext): boolean {
    const { h_below: h, insurance_below: insurance, price_below: below, price_above: above } = this.params;
    const { venue, indexPrice } = context;
    return (
      context.slot >= this.afterSlot ||
      (below !== undefined && indexPrice <= below) ||
      (above !== undefined && indexPrice >= above) ||
      (h !== undefined && venue.hStored * BPS < h) ||
      (insurance !== undefined && venue.insuranceAtoms * BPS < this.arrivalInsuranceAtoms * insurance)
    );
  }

  /** Only h and insurance need looking at; prices and times wake the agent by themselves. */
  private scheduleCheck(context: AgentContext): void {
    if (this.params.h_below === undefined && this.params.insurance_below === undefined) return;
    this.nextCheckSlot = context.slot + this.params.check_every;
    context.wakeAt(this.nextCheckSlot);
  }
}

export const withdrawer: AgentModule<WithdrawerParams> = {
  kind: 'withdrawer',
  role: 'trader',
  doc: 'A depositor, flat or with a position, that leaves with everything when h, insurance, price or time crosses a level.',
  params,
  create: (setup) => new Withdrawer(setup),
};
