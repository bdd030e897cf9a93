import { BPS } from '../../engine/risk/index.ts';
import type { AccountView, AgentContext } from './agent.ts';

/** Slots between two attempts at something the venue did not grant (no liquidity, a blocked side). */
export const RETRY_SLOTS = 5;
/** An unhurried leaver collects maturing profit in this many instalments of the warmup period. */
const INSTALMENTS = 8;

export interface DepartureOptions {
  /** How often it collects maturing profit; default an eighth of the warmup period. */
  instalmentSlots?: number;
  /**
   * Once flat, waits with every withdrawal while the stored h is below `minHBps`, for `slots` at most: each touch
   * of a flat account converts its matured profit at the h of that moment, for good.
   */
  patience?: { minHBps: number; slots: number };
  /** Has every open position settled before it withdraws: h counts only losses that were paid. */
  settlesOthers?: boolean;
}

/** Asks for a touch of every open position, so that losses are paid before profit is converted (design 01 §3). */
export function submitSettlement(context: AgentContext, feeBidAtoms: number): void {
  const candidates = context.venue.openAccounts().map((account) => [account, null] as const);
  if (candidates.length === 0) return;
  context.submit({ type: 'crank', candidates, maxRevalidations: candidates.length }, feeBidAtoms);
}

/**
 * The way out of a venue: close the position, withdraw what is free, come back for profit that still warms up.
 * One step a wake, because the next step depends on what the last one achieved.
 */
export class Departure {
  private readonly account: number;
  private readonly options: DepartureOptions;
  /** First slot in which it found itself flat. */
  private flatSince: number | null = null;
  private nextSlot = 0;
  private lastPositionQ = Number.NaN;
  private lastCapitalAtoms = Number.NaN;

  constructor(account: number, options: DepartureOptions = {}) {
    this.account = account;
    this.options = options;
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
    } else if (!this.isWaitingForH(context)) {
      if (this.options.settlesOthers) submitSettlement(context, feeBidAtoms);
      context.submit({ type: 'withdraw', account: this.account, amountAtoms: 'max' }, feeBidAtoms);
    }
    this.nextSlot = context.slot + this.calculateWait(context, view);
    this.lastPositionQ = view.positionQ;
    this.lastCapitalAtoms = view.capitalAtoms;
    context.wakeAt(this.nextSlot);
    return false;
  }

  private isWaitingForH({ slot, venue }: AgentContext): boolean {
    const { patience } = this.options;
    this.flatSince ??= slot;
    if (patience === undefined || slot >= this.flatSince + patience.slots) return false;
    return venue.hStored * BPS < patience.minHBps;
  }

  private calculateWait(context: AgentContext, view: AccountView): number {
    // Some profit matures in every slot: collecting it at once would wake the agent in all of them.
    if (view.positionQ === 0 && view.reservedAtoms > 0) {
      const { warmupPeriodSlots } = context.venue.params;
      return Math.max(1, this.options.instalmentSlots ?? Math.ceil(warmupPeriodSlots / INSTALMENTS));
    }
    const achieved = view.positionQ !== this.lastPositionQ || view.capitalAtoms !== this.lastCapitalAtoms;
    return achieved ? 1 : RETRY_SLOTS;
  }
}

/** Views are settled: there is no gain beside pnl. */
function isEmpty({ positionQ, capitalAtoms, pnlAtoms }: AccountView): boolean {
  return positionQ === 0 && capitalAtoms === 0 && pnlAtoms <= 0;
}
