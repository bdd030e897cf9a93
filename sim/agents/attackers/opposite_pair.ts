import type { AgentContext, AgentSetup } from '../agent.ts';
import { Departure, submitSettlement } from '../departure.ts';
import { shareBudget, submitOpening } from './position_params.ts';

interface PairParams {
  budget: number;
  leverage: number;
  fee_bid: number;
}

/** Two accounts of one owner, one long and one short by the same amount: no exposure, until one of them is abandoned. */
export class OppositePair {
  /** The long one first. */
  readonly accounts: readonly [number, number];
  private readonly feeBidAtoms: number;
  private readonly leverage: number;
  private readonly depositAtoms: number;
  private readonly departures: readonly [Departure, Departure];

  /** Half of the budget for each side. */
  constructor({ allocateAccount, params, risk }: AgentSetup<PairParams>) {
    this.leverage = params.leverage;
    this.depositAtoms = shareBudget(params.budget, 2, risk);
    this.accounts = [allocateAccount(), allocateAccount()];
    this.feeBidAtoms = params.fee_bid;
    const options = { settlesOthers: true };
    this.departures = [new Departure(this.accounts[0], options), new Departure(this.accounts[1], options)];
  }

  /** Both sides in one slot. */
  open(context: AgentContext): void {
    const { depositAtoms, feeBidAtoms, leverage } = this;
    this.accounts.forEach((account, at) => {
      const direction = at === 0 ? 1 : -1;
      submitOpening(context, account, { depositAtoms, leverage, direction, feeBidAtoms });
    });
  }

  /** Converts what is released and withdraws what margin leaves free, on both sides. */
  pullMargin(context: AgentContext): void {
    const hasReleased = (account: number) => (context.view(account)?.releasedAtoms ?? 0) > 0;
    const released = this.accounts.filter(hasReleased);
    if (released.length > 0) submitSettlement(context, this.feeBidAtoms);
    for (const account of released) context.submit({ type: 'convert', account }, this.feeBidAtoms);
    for (const account of this.accounts) {
      context.submit({ type: 'withdraw', account, amountAtoms: 'max' }, this.feeBidAtoms);
    }
  }

  /** True once one side no longer has its position. */
  isBroken(context: AgentContext): boolean {
    return this.accounts.some((account) => (context.view(account)?.positionQ ?? 0) === 0);
  }

  /**
   * Takes out what is worth something; a bankrupt account is left to the venue. It is liquidated after the other one
   * has closed, which then carries none of the deficit, and its margin becomes what pays the winner.
   */
  leave(context: AgentContext): void {
    const isBankrupt = this.accounts.map((account) => {
      const view = context.view(account);
      return view !== undefined && view.positionQ !== 0 && view.equityAtoms <= 0;
    });
    this.departures.forEach((departure, at) => {
      if (!isBankrupt[at]) departure.step(context, this.feeBidAtoms);
    });
    this.accounts.forEach((account, at) => {
      if (isBankrupt[at]) context.submit({ type: 'liquidate', account, policy: 'full' }, this.feeBidAtoms);
    });
  }
}
