import type { AccountView, AgentContext } from './agent.ts';

/** Slots between two attempts at something the venue did not grant (no liquidity, a blocked side). */
export const RETRY_SLOTS = 5;
/** A leaver collects maturing profit in this many instalments of the warmup period. */
const INSTALMENTS = 8;

/**
 * The way out of a venue: close the position, withdraw what is free, come back for profit that still warms up.
 * One step a wake, because the next step depends on what the last one achieved.
 */
export class Departure {
  private readonly account: number;
  private nextSlot = 0;
  private lastPositionQ = Number.NaN;
  private lastCapitalAtoms = Number.NaN;

  constructor(account: number) {
    this.account = account;
  }

  /**
   * Takes the next step and asks for the wake that continues it. Returns true when nothing is left inside:
   * no position, no capital, no profit. Wakes that come early do nothing.
   */
  step(context: AgentContext, feeBidAtoms = 0): boolean {
    const view = context.view(this.account);
    if (view === undefined || isEmpty(view)) return true;
    if (context.slot < this.nextSlot) return false;
    if (view.positionQ !== 0) {
      context.submit({ type: 'close', account: this.account, share: 1 }, feeBidAtoms);
    } else {
      context.submit({ type: 'withdraw', account: this.account, amountAtoms: 'max' }, feeBidAtoms);
    }
    this.nextSlot = context.slot + this.calculateWait(context, view);
    this.lastPositionQ = view.positionQ;
    this.lastCapitalAtoms = view.capitalAtoms;
    context.wakeAt(this.nextSlot);
    return false;
  }

  private calculateWait(context: AgentContext, view: AccountView): number {
    const achieved = view.positionQ !== this.lastPositionQ || view.capitalAtoms !== this.lastCapitalAtoms;
    const onlyReserveLeft = view.positionQ === 0 && view.capitalAtoms === 0 && view.reservedAtoms > 0;
    if (onlyReserveLeft) return Math.max(1, Math.ceil(context.venue.params.warmupPeriodSlots / INSTALMENTS));
    return achieved ? 1 : RETRY_SLOTS;
  }
}

/** Equity beside capital and pnl covers a stale position whose gain is not settled yet. */
function isEmpty(view: AccountView): boolean {
  return view.positionQ === 0 && view.capitalAtoms === 0 && view.pnlAtoms <= 0 && view.equityAtoms <= 0;
}
