import type { AgentContext } from '../agent.ts';
import type { BookRef } from '../book.ts';

/** The orders of an account that have a time at which they are to be cancelled. */
export class RestingOrders {
  private readonly account: number;
  private entries: { ref: BookRef; untilSlot: number }[] = [];

  constructor(account: number) {
    this.account = account;
  }

  /** Remembers an order, and asks for the wake in which `cancelDue` ends it; the slot must be a later one. */
  add(context: AgentContext, ref: BookRef, untilSlot: number): void {
    this.entries.push({ ref, untilSlot });
    context.wakeAt(untilSlot);
  }

  /** Cancels what is left of those whose time has come, except what a hold has locked. */
  cancelDue(context: AgentContext, feeBidAtoms = 0): void {
    const due = this.entries.filter(({ untilSlot }) => untilSlot <= context.slot);
    if (due.length === 0) return;
    this.entries = this.entries.filter(({ untilSlot }) => untilSlot > context.slot);
    const ids = new Set(due.map(({ ref }) => ref.id));
    for (const { ref, qtyQ, reservedQ } of context.book!.ownOrders(this.account)) {
      if (!ids.has(ref.id) || qtyQ <= reservedQ) continue;
      context.submit({ type: 'cancelOrder', account: this.account, order: ref }, feeBidAtoms);
    }
  }
}
