import type { Action } from '../agents/agent.ts';
import type { BookAction, BookResult, BookView } from '../agents/book.ts';
import type { BookSpec } from '../scenario/book.ts';
import { BinaryHeap } from './binary_heap.ts';
import { type BookWish, calculateBookWithdrawable, resolveBookAction } from './book_actions.ts';
import type { BookExecutor, BookFill } from './book_executor.ts';
import { BookHistory, LiveBook, PastBook } from './book_views.ts';
import type { Origin, Refusal, SlabObserver } from './observer.ts';
import type { BookWindow, Seat, SlabContext } from './slab_context.ts';

const BATCH_ORIGIN: Origin = { group: 'slab', agent: 'batch' };
const RELEASE_ORIGIN: Origin = { group: 'slab', agent: 'release' };
const AUTHORITY_ORIGIN: Origin = { group: 'slab', agent: 'authority' };

export interface BookDeskSetup {
  executor: BookExecutor;
  spec: BookSpec;
  observer: SlabObserver;
  seats: readonly Seat[];
}

/** Everything that a slab with a book does beside what any slab does: openings, orders, who hears of which fill. */
export class BookDesk implements BookWindow {
  private readonly executor: BookExecutor;
  private readonly spec: BookSpec;
  private readonly observer: SlabObserver;
  /** Owners of the accounts. */
  private readonly seatOf: (Seat | undefined)[] = [];
  private readonly live: LiveBook;
  /** Null when every agent sees the book as it is. */
  private readonly history: BookHistory | null;
  private readonly past = new Map<number, PastBook>();
  /** Places of holds by the last slot in which they can be committed. */
  private readonly expiries = new BinaryHeap();

  constructor({ executor, spec, observer, seats }: BookDeskSetup) {
    this.executor = executor;
    this.spec = spec;
    this.observer = observer;
    for (const seat of seats) for (const account of seat.agent.accounts) this.seatOf[account] = seat;
    const { slab } = executor;
    this.live = new LiveBook(slab, executor);
    const longest = Math.max(0, ...seats.map((seat) => seat.latencySlots));
    this.history = longest === 0 ? null : new BookHistory(slab, longest);
    for (const { latencySlots } of seats) {
      if (latencySlots > 0 && !this.past.has(latencySlots)) {
        this.past.set(latencySlots, new PastBook(slab, executor, this.history!, latencySlots));
      }
    }
  }

  view(latencySlots: number): BookView {
    return this.past.get(latencySlots) ?? this.live;
  }

  findReducible(indexPrice: number, limit: number): readonly number[] {
    const { executor } = this;
    const { reducible } = executor;
    if (reducible === null) return [];
    return executor.probeAccrued(indexPrice, () => reducible.find(limit)) ?? [];
  }

  /** The slab's own work at the start of a slot, after its accrual: the opening if it is due, expired holds. */
  openSlot(context: SlabContext): void {
    const { executor, expiries, history } = this;
    const { slab, slot } = executor;
    if (slot >= slab.batchSlot + slab.params.batchSlots) {
      executor.executeBook(
        { op: 'batchOpen', oraclePrice: executor.indexPrice, nowSlot: slot },
        BATCH_ORIGIN,
      );
      this.tellFills(executor.fills, context);
    }
    while (expiries.minKey < slot) {
      const place = expiries.pop();
      const hold = slab.hold(place);
      if (hold === undefined || hold.expirySlot >= slot) continue;
      executor.executeBook({ op: 'releaseHold', hold: place, id: hold.id, nowSlot: slot }, RELEASE_ORIGIN);
    }
    history?.record(slot, this.live);
  }

  /** Executes what an agent wants of the book; `caller` is its account that rewards of stage 1 go to. */
  execute(action: BookWish, seat: Seat, caller: number | undefined, context: SlabContext): void {
    const { executor, spec } = this;
    const { maxSlippageBps } = spec;
    const resolved = resolveBookAction(action, { executor, maxSlippageBps }, caller);
    if (typeof resolved === 'string') {
      this.refuse(action, resolved, seat, context);
      return;
    }
    const error = executor.executeBook(resolved, seat.origin);
    if (error !== null) {
      context.serve(seat, (agent) => agent.onReject?.(context, action, error));
      return;
    }
    const { fills } = executor;
    if (action.type !== 'trade' && action.type !== 'close') this.tellDone(action, seat, context);
    else if (fills.length === 0) this.refuse(action, 'NoLiquidity', seat, context);
    this.tellFills(fills, context);
  }

  private refuse(action: Action, reason: Refusal, seat: Seat, context: SlabContext): void {
    this.observer.onRefusal?.(this.executor.slot, action, reason, seat.origin);
    context.serve(seat, (agent) => agent.onReject?.(context, action, reason));
  }

  private tellDone(action: BookAction, seat: Seat, context: SlabContext): void {
    const { slab } = this.executor;
    const { filledQ, notionalAtoms, order, orderId, hold, holdId } = slab.lastResult;
    const result: BookResult = {
      filledQ,
      notionalAtoms,
      order: order < 0 ? null : { index: order, id: orderId },
      hold: hold < 0 ? null : { index: hold, id: holdId },
    };
    if (result.hold !== null) this.expiries.push(slab.hold(hold)!.expirySlot, hold);
    context.serve(seat, (agent) => agent.onDone?.(context, action, result));
  }

  /** Tells each taker what it got in all, then each maker of each of its fills. */
  private tellFills(fills: readonly BookFill[], context: SlabContext): void {
    if (fills.length === 0) return;
    for (const taker of new Set(fills.map((fill) => fill.taker))) {
      const own = fills.filter((fill) => fill.taker === taker);
      const seat = this.seatOf[taker];
      if (seat?.agent.onFill === undefined) continue;
      const sizeQ = own.reduce((sum, fill) => sum + fill.direction * fill.sizeQ, 0);
      const executionPrice = calculateAveragePrice(own);
      context.serve(seat, (agent) => agent.onFill?.(context, { account: taker, sizeQ, executionPrice }));
    }
    for (const { maker, makerOrderId: orderId, taker, direction, sizeQ, price } of fills) {
      const seat = this.seatOf[maker];
      if (seat?.agent.onFill === undefined) continue;
      const leftQ = this.findLeftQ(maker, orderId);
      const fill = { account: maker, sizeQ: -direction * sizeQ, executionPrice: price };
      context.serve(seat, (agent) => agent.onFill?.(context, { ...fill, maker: { orderId, leftQ, taker } }));
    }
  }

  private findLeftQ(account: number, orderId: number): number {
    const { slab } = this.executor;
    const order = slab.ordersOf(account).find((place) => slab.order(place)!.id === orderId);
    return order === undefined ? 0 : slab.order(order)!.qty;
  }

  /** An action as the risk engine takes it here: `max` is what bonds and reserved orders leave. */
  prepare(action: Action): Action {
    if (action.type !== 'withdraw' || action.amountAtoms !== 'max') return action;
    const { account } = action;
    return { type: 'withdraw', account, amountAtoms: calculateBookWithdrawable(this.executor, account) };
  }

  /** After a deposit: a designated LP's account is marked as one as soon as it is there. */
  designate(seat: Seat, account: number): void {
    const { executor } = this;
    if (!seat.isDesignatedLp || executor.slab.trader(account).isDlp) return;
    executor.executeBook({ op: 'setDlp', account, flag: true }, AUTHORITY_ORIGIN);
  }
}

/** Σ q·price / Σ q to the nearest atom. */
function calculateAveragePrice(fills: readonly BookFill[]): number {
  if (fills.length === 1) return fills[0]!.price;
  const sizeQ = fills.reduce((sum, fill) => sum + fill.sizeQ, 0);
  return Math.round(fills.reduce((sum, fill) => sum + fill.price * (fill.sizeQ / sizeQ), 0));
}
