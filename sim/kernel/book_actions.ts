import { mulDivCeil, mulDivFloor } from '../../engine/math/index.ts';
import {
  BPS,
  calculateEffectivePosition,
  calculateEquityInitial,
  calculateInitialMargin,
} from '../../engine/risk/index.ts';
import { BUY, OrderKind, SELL } from '../../engine/slab/index.ts';
import type { Action } from '../agents/agent.ts';
import type { BookAction, OrderSide } from '../agents/book.ts';
import type { BookExecutor } from './book_executor.ts';
import { alignPrice, alignSize } from './book_grid.ts';
import type { BookInstruction, Refusal } from './observer.ts';
import { calculateWithdrawable, readPosition, requireInteger } from './resolve_action.ts';

/** What a book executes of an agent's wishes. */
export interface BookDeskParts {
  executor: BookExecutor;
  /** How far from the index agents trade that name no limit price. */
  maxSlippageBps: number;
}

export type BookWish = BookAction | Extract<Action, { type: 'trade' | 'close' }>;

const BOOK_ACTIONS: ReadonlySet<Action['type']> = new Set<BookWish['type']>([
  'trade',
  'close',
  'placeOrder',
  'cancelOrder',
  'cancelAll',
  'replaceOrder',
  'reserve',
  'commit',
  'cancelHold',
  'releaseHold',
  'prune',
  'reduceBand',
]);

/** Whether the book has to answer, not the risk engine. */
export function isBookWish(action: Action): action is BookWish {
  return BOOK_ACTIONS.has(action.type);
}

const ENGINE_SIDE = { buy: BUY, sell: SELL } as const;
const ENGINE_KIND = {
  limit: OrderKind.Limit,
  postOnly: OrderKind.PostOnly,
  ioc: OrderKind.Ioc,
  fok: OrderKind.Fok,
} as const;

/**
 * Turns a wish into an instruction for the book. `caller` is an account of the agent, for the reward of stage 1.
 * Throws RangeError on a malformed action; what is only not allowed is left to the engine, which names it.
 */
export function resolveBookAction(
  action: BookWish,
  parts: BookDeskParts,
  caller: number | undefined,
): BookInstruction | Refusal {
  const { executor } = parts;
  const nowSlot = executor.slot;
  const inputs = { oraclePrice: executor.indexPrice, nowSlot };
  switch (action.type) {
    case 'trade':
      return resolveTrade(parts, action.account, action.sizeQ, action.limitPrice);
    case 'close':
      return resolveClose(parts, action);
    case 'placeOrder': {
      const { account, side, kind, priceAtoms: price, qtyQ: qty, reduceOnly = false } = action;
      requireInteger('priceAtoms', price, 0);
      requireInteger('qtyQ', qty, 0);
      return {
        op: 'placeOrder',
        account,
        side: ENGINE_SIDE[side],
        kind: ENGINE_KIND[kind],
        price,
        qty,
        reduceOnly,
        ...inputs,
      };
    }
    case 'cancelOrder':
      return { op: 'cancelOrder', account: action.account, ...orderOf(action.order), nowSlot };
    case 'cancelAll':
      return { op: 'cancelAll', account: action.account, nowSlot };
    case 'replaceOrder': {
      const { account, order, priceAtoms: price, qtyQ: qty } = action;
      requireInteger('priceAtoms', price, 0);
      requireInteger('qtyQ', qty, 0);
      return { op: 'replaceOrder', account, ...orderOf(order), price, qty, ...inputs };
    }
    default:
      return resolveHoldAction(action, inputs, caller);
  }
}

const orderOf = ({ index, id }: { index: number; id: number }) => ({ order: index, id });
const holdOf = ({ index, id }: { index: number; id: number }) => ({ hold: index, id });

type HoldAction = Extract<
  BookAction,
  { type: 'reserve' | 'commit' | 'cancelHold' | 'releaseHold' | 'prune' | 'reduceBand' }
>;

function resolveHoldAction(
  action: HoldAction,
  inputs: { oraclePrice: number; nowSlot: number },
  caller: number | undefined,
): BookInstruction | Refusal {
  const { nowSlot } = inputs;
  switch (action.type) {
    case 'reserve': {
      const { account, side, qtyQ: qty, limitPriceAtoms: limit, ttlSlots: ttl, seqno } = action;
      requireInteger('limitPriceAtoms', limit, 0);
      requireInteger('qtyQ', qty, 0);
      requireInteger('ttlSlots', ttl, 0);
      return { op: 'reserve', route: 0, account, side: ENGINE_SIDE[side], qty, limit, ttl, seqno, ...inputs };
    }
    case 'commit':
      return { op: 'commit', account: action.account, ...holdOf(action.hold), ...inputs };
    case 'cancelHold':
      return { op: 'cancelHold', account: action.account, ...holdOf(action.hold), nowSlot };
    case 'releaseHold':
      return { op: 'releaseHold', ...holdOf(action.hold), nowSlot };
    case 'prune': {
      const { hold, order } = action;
      return { op: 'prune', ...holdOf(hold), order: order.index, orderId: order.id, ...inputs };
    }
    case 'reduceBand':
      return caller === undefined
        ? 'NoAccount'
        : { op: 'reduceBand', account: action.account, caller, ...inputs };
  }
}

function resolveClose(
  parts: BookDeskParts,
  { account, share, limitPrice }: Extract<BookWish, { type: 'close' }>,
): BookInstruction | Refusal {
  if (!(share > 0 && share <= 1)) throw new RangeError(`share must be above 0 and at most 1, got ${share}`);
  const position = readPosition(parts.executor, account);
  const qty = share === 1 ? Math.abs(position) : Math.floor(Math.abs(position) * share);
  if (qty === 0) return 'NothingToDo';
  return takeWithin(parts, account, position > 0 ? 'sell' : 'buy', qty, limitPrice, true);
}

function resolveTrade(
  parts: BookDeskParts,
  account: number,
  sizeQ: number,
  limitPrice: number | undefined,
): BookInstruction | Refusal {
  requireInteger('sizeQ', Math.abs(sizeQ), 1);
  const qty = alignSize(Math.abs(sizeQ), parts.executor.slab.params.lotQ);
  return qty === 0
    ? 'NothingToDo'
    : takeWithin(parts, account, sizeQ > 0 ? 'buy' : 'sell', qty, limitPrice, false);
}

/** An IOC no worse than the limit, or than the largest slippage from the index. */
function takeWithin(
  { executor, maxSlippageBps }: BookDeskParts,
  account: number,
  side: OrderSide,
  qty: number,
  limitPrice: number | undefined,
  reduceOnly: boolean,
): BookInstruction | Refusal {
  const { indexPrice, slab } = executor;
  const { tickAtoms } = slab.params;
  const slip = mulDivFloor(indexPrice, maxSlippageBps, BPS);
  const worst = limitPrice ?? (side === 'buy' ? indexPrice + slip : indexPrice - slip);
  const highest = alignPrice(slab.market.params.maxPrice, 'buy', tickAtoms);
  const price = Math.min(highest, alignPrice(worst, side, tickAtoms));
  const inputs = { oraclePrice: indexPrice, nowSlot: executor.slot };
  const kind = OrderKind.Ioc;
  return { op: 'placeOrder', account, side: ENGINE_SIDE[side], kind, price, qty, reduceOnly, ...inputs };
}

/**
 * The most that a withdrawal may take: what the risk engine lets out, less what bonds and the margin of reserved orders
 * hold back (docs/slab.md, `risk`).
 */
export function calculateBookWithdrawable(executor: BookExecutor, account: number): number {
  const most = calculateWithdrawable(executor, account);
  const { indexPrice, market, slab } = executor;
  const { lockedBond, reservedNotional } = slab.trader(account);
  if (most === 0 || (lockedBond === 0 && reservedNotional === 0)) return most;
  const { initialBps, minInitialDeposit } = market.params;
  const locked = lockedBond + mulDivCeil(reservedNotional, initialBps, BPS);
  const free = executor.probeTouched(account, indexPrice, (touched) => {
    const position = calculateEffectivePosition(market, touched);
    const margin = position === 0 ? 0 : calculateInitialMargin(market, touched, position);
    const free = calculateEquityInitial(market, touched) - margin - locked;
    // Something stays here, so it must be at least the smallest deposit.
    return Math.min(free, touched.capital - minInitialDeposit);
  });
  return Math.max(0, Math.min(most, free ?? 0));
}
