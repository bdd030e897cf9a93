import { z } from 'zod';
import { LONG, Mode, SHORT } from '../../../engine/risk/index.ts';
import { count, duration } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { BLOCKED_SIDES } from '../success.ts';
import { submitTurn } from '../target_position.ts';
import {
  directionOf,
  positionParams,
  shareBudget,
  sideParam,
  submitOpening,
  successAfter,
} from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  side: sideParam,
  accounts: count(1, 1_000).default(20).describe('Accounts among which the budget is split.'),
  every: duration(1)
    .prefault('25 slots')
    .describe('How often it looks whether its accounts were settled by others and opens them again.'),
  success_after: successAfter,
});
type ResetStallerParams = z.output<typeof params>;

/** Many small positions that nobody settles unless somebody else does, after each reset of their side anew. */
class ResetStaller implements Agent {
  readonly accounts: readonly number[];
  private readonly params: ResetStallerParams;
  private readonly depositAtoms: number;
  private isOpen = false;

  constructor({ allocateAccount, params, risk }: AgentSetup<ResetStallerParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, params.accounts, risk);
    this.accounts = Array.from({ length: params.accounts }, allocateAccount);
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    context.wakeAt(context.slot + this.params.every);
    if (!this.isOpen) this.open(context);
    // A trade would settle the account: it comes back only when the reset is over without its help.
    else if (this.isSideNormal(context)) this.reopen(context);
  }

  private isSideNormal({ venue }: AgentContext): boolean {
    return venue.mode(this.params.side === 'long' ? LONG : SHORT) === Mode.Normal;
  }

  private open(context: AgentContext): void {
    const { fee_bid: feeBidAtoms, leverage, side } = this.params;
    const opening = { depositAtoms: this.depositAtoms, leverage, direction: directionOf(side), feeBidAtoms };
    for (const account of this.accounts) submitOpening(context, account, opening);
    this.isOpen = true;
  }

  private reopen(context: AgentContext): void {
    const { fee_bid: bid, leverage, side } = this.params;
    for (const account of this.accounts) {
      const view = context.view(account);
      if (view === undefined) continue;
      submitTurn(context, account, view, { direction: directionOf(side), leverage, feeBidAtoms: bid });
    }
  }
}

export const resetStaller: AgentModule<ResetStallerParams> = {
  kind: 'reset_staller',
  role: 'attacker',
  doc: 'Leaves many accounts on a side that is reset and settles none of them, so that others have to.',
  params,
  hypothesis:
    'Stale accounts that nobody settles keep a side in ResetPending; success is a side blocked for `success_after` longer than without it, although keepers are at work. It earns nothing itself.',
  success: BLOCKED_SIDES,
  create: (setup) => new ResetStaller(setup),
};
