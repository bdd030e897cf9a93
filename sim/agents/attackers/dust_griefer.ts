import { z } from 'zod';
import { count, duration, money } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { BLOCKED_SIDES } from '../success.ts';
import { directionOf, feeBid, sideParam, successAfter } from './position_params.ts';

const params = z.strictObject({
  accounts: count(1, 1_000).default(10).describe('Accounts with one dust position each.'),
  deposit: money(1)
    .prefault('10 USDC')
    .describe('What each account holds, at least the smallest deposit: far too much to be liquidated.'),
  size_q: count(1).default(1).describe('Position of each account in q-units (a millionth of the base).'),
  side: sideParam,
  start: duration().prefault('0 slots').describe('When it opens, from the start of the run.'),
  fee_bid: feeBid,
  success_after: successAfter,
});
type DustGrieferParams = z.output<typeof params>;

/** Opens positions of next to nothing and never touches them again. */
class DustGriefer implements Agent {
  readonly accounts: readonly number[];
  private readonly params: DustGrieferParams;
  private readonly depositAtoms: number;

  constructor({ allocateAccount, params, risk }: AgentSetup<DustGrieferParams>) {
    this.params = params;
    this.depositAtoms = Math.max(params.deposit, risk.minInitialDeposit);
    this.accounts = Array.from({ length: params.accounts }, allocateAccount);
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const { fee_bid: bid, side, size_q: sizeQ } = this.params;
    for (const account of this.accounts) {
      context.submit({ type: 'deposit', account, amountAtoms: this.depositAtoms }, bid);
      context.submit({ type: 'trade', account, sizeQ: directionOf(side) * sizeQ }, bid);
    }
  }
}

export const dustGriefer: AgentModule<DustGrieferParams> = {
  kind: 'dust_griefer',
  role: 'attacker',
  doc: 'Opens positions too small to be liquidated, or to survive a scaling of their side, and leaves them there.',
  params,
  hypothesis:
    'Dust pins open interest, so that a side never leaves DrainOnly or ResetPending; success is a side blocked for `success_after` longer than without it, for the price of dust. It earns nothing itself.',
  success: BLOCKED_SIDES,
  create: (setup) => new DustGriefer(setup),
};
