import { z } from 'zod';
import { alignPrice } from '../../kernel/book_grid.ts';
import { count, duration, money, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { calculateMovedPrice } from '../sizing.ts';
import { REFUSED_OTHERS, successAbove } from './book_success.ts';
import { feeBid, shareBudget } from './position_params.ts';

const params = z.strictObject({
  budget: money(1).describe('What all its accounts deposit together.'),
  accounts: count(1, 4_000).default(50).describe('Accounts it spreads its orders over.'),
  pool: z
    .enum(['orders', 'holds'])
    .default('orders')
    .describe('Which pool it fills: with the smallest orders far from the market, or the smallest holds.'),
  each: count(1, 65_535).default(64).describe('Orders or holds of an account, if its limit allows so many.'),
  distance: percent(1, 9_999).prefault('50 %').describe('How far from the index its orders are.'),
  start: duration().prefault('0 slots').describe('When it begins, from the start of the run.'),
  length: duration(1).optional().describe('Takes its orders away this long after its start.'),
  every: duration(1).prefault('5 slots').describe('How often it replaces what it has lost.'),
  fee_bid: feeBid,
  success_above: successAbove,
});
type QuoteStufferParams = z.output<typeof params>;

/** Takes the room on a book away with orders that nobody will ever fill, or with holds of next to nothing. */
class QuoteStuffer implements Agent {
  readonly accounts: readonly number[];
  private readonly params: QuoteStufferParams;
  private readonly depositAtoms: number;
  private readonly endSlot: number;
  private isInside = false;

  constructor({ allocateAccount, params, risk }: AgentSetup<QuoteStufferParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, params.accounts, risk);
    this.accounts = Array.from({ length: params.accounts }, allocateAccount);
    this.endSlot = params.length === undefined ? Number.POSITIVE_INFINITY : params.start + params.length;
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const { every, fee_bid: bid, pool } = this.params;
    if (context.slot >= this.endSlot) {
      for (const account of this.accounts) this.leave(context, account);
      return;
    }
    if (!this.isInside) {
      for (const account of this.accounts)
        context.submit({ type: 'deposit', account, amountAtoms: this.depositAtoms }, bid);
      this.isInside = true;
      // Holds need the deposit to be there.
      context.wakeAt(Math.min(this.endSlot, context.slot + 1));
      return;
    }
    if (pool === 'holds') this.reserve(context);
    else for (const account of this.accounts) this.placeOrders(context, account);
    context.wakeAt(Math.min(this.endSlot, context.slot + every));
  }

  private placeOrders(context: AgentContext, account: number): void {
    const book = context.book!;
    const { distance, each, fee_bid: bid } = this.params;
    const { lotQ: qtyQ, maxOrdersPerAccount, tickAtoms } = book.params;
    const wanted = Math.min(each, maxOrdersPerAccount) - book.ownOrders(account).length;
    const far = calculateMovedPrice(context.indexPrice, -distance);
    const priceAtoms = alignPrice(far, 'buy', tickAtoms);
    for (let order = 0; order < wanted; order += 1) {
      context.submit({ type: 'placeOrder', account, side: 'buy', kind: 'postOnly', priceAtoms, qtyQ }, bid);
    }
  }

  /** Each hold changes the book, so the next one names the number that the book will have then. */
  private reserve(context: AgentContext): void {
    const book = context.book!;
    const { each, fee_bid: bid } = this.params;
    const { lotQ: qtyQ, maxHoldSlots: ttlSlots, maxHolds } = book.params;
    const limitPriceAtoms = book.bestAsk;
    if (limitPriceAtoms === 0) return;
    let { seqno } = book;
    for (const account of this.accounts) {
      const wanted = Math.min(each, maxHolds) - book.ownHolds(account).length;
      for (let hold = 0; hold < wanted; hold += 1) {
        context.submit(
          { type: 'reserve', account, side: 'buy', qtyQ, limitPriceAtoms, ttlSlots, seqno },
          bid,
        );
        seqno += 1;
      }
    }
  }

  private leave(context: AgentContext, account: number): void {
    const { fee_bid: bid } = this.params;
    for (const { ref } of context.book!.ownHolds(account))
      context.submit({ type: 'cancelHold', account, hold: ref }, bid);
    if (context.book!.ownOrders(account).length > 0) context.submit({ type: 'cancelAll', account }, bid);
    // Once its orders are gone, in the same slot, the deposit is free.
    context.submit({ type: 'withdraw', account, amountAtoms: 'max' }, bid);
  }
}

export const quoteStuffer: AgentModule<QuoteStufferParams> = {
  kind: 'quote_stuffer',
  role: 'attacker',
  doc: 'Fills the pools of a book with orders that will never trade, or with holds of the smallest size, so that others find no room.',
  params,
  hypothesis:
    'Orders cost nothing, so a few deposits keep everybody else off a book; success is a share of the orders of others, above `success_above`, that is refused because a pool is full.',
  success: REFUSED_OTHERS,
  needsBook: () => true,
  create: (setup) => new QuoteStuffer(setup),
};
