import { z } from 'zod';
import { mulDivFloor } from '../../../engine/math/index.ts';
import { POS_SCALE } from '../../../engine/risk/index.ts';
import { alignPrice, alignSize } from '../../kernel/book_grid.ts';
import { duration, money } from '../../scenario/units.ts';
import type { AccountView, Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import type { BookAction, BookResult, BookView, OrderSide } from '../book.ts';
import { RestingOrders } from '../quoting/resting_orders.ts';
import { calculateOpeningSizeQ } from '../sizing.ts';
import { PROFIT } from '../success.ts';
import { calculateStakeAtoms, isBroke } from '../target_position.ts';
import { positionParams, shareBudget } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  window: duration(1).prefault('5 slots').describe('How far back it looks at what takers did.'),
  trigger: money(1)
    .prefault('5_000 USDC')
    .describe('Value that takers bought more than they sold, or the other way round, that it reacts to.'),
  size: money(1).prefault('5_000 USDC').describe('Value of its order.'),
  life: duration(1).prefault('2 slots').describe('Takes its order away again after this long.'),
  hold: duration(1)
    .prefault('25 slots')
    .describe('Closes at the prices of others what it could not close on the book in this time.'),
});
type JitSniperParams = z.output<typeof params>;

/** Puts an order in front of everybody else's just when takers are about to come, and takes it away again. */
class JitSniper implements Agent {
  readonly accounts: readonly [number];
  private readonly params: JitSniperParams;
  private readonly depositAtoms: number;
  private readonly resting: RestingOrders;
  private isInside = false;
  /** First slot in which it found itself with the position it has. */
  private heldSince: number | null = null;

  constructor({ allocateAccount, params, risk }: AgentSetup<JitSniperParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, 1, risk);
    this.accounts = [allocateAccount()];
    this.resting = new RestingOrders(this.accounts[0]);
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const [account] = this.accounts;
    const { fee_bid: bid } = this.params;
    if (!this.isInside) {
      this.isInside = true;
      context.submit({ type: 'deposit', account, amountAtoms: this.depositAtoms }, bid);
      context.wakeAt(context.slot + 1);
      return;
    }
    const view = context.view(account);
    if (view === undefined || isBroke(view)) return;
    context.wakeAt(context.slot + 1);
    this.resting.cancelDue(context, bid);
    if (view.positionQ === 0) this.heldSince = null;
    else this.heldSince ??= context.slot;
    if (context.book!.ownOrders(account).length > 0) return;
    if (view.positionQ !== 0) this.close(context, view.positionQ);
    else this.snipe(context, view);
  }

  onDone(context: AgentContext, action: BookAction, { order }: BookResult): void {
    if (action.type === 'placeOrder' && order !== null)
      this.resting.add(context, order, context.slot + this.params.life);
  }

  private snipe(context: AgentContext, view: AccountView): void {
    const { leverage, size, trigger, window } = this.params;
    const { indexPrice, slot, venue } = context;
    const book = context.book!;
    const boughtAtoms = book
      .trades(Math.max(0, slot - window))
      .filter(({ maker, taker }) => maker !== this.accounts[0] && taker !== this.accounts[0])
      .reduce((sum, { price, qtyQ, takerSide }) => {
        const worth = mulDivFloor(qtyQ, price, POS_SCALE);
        return takerSide === 'buy' ? sum + worth : sum - worth;
      }, 0);
    if (Math.abs(boughtAtoms) < trigger) return;
    const limitQ = calculateOpeningSizeQ(calculateStakeAtoms(view), leverage, indexPrice, venue.params);
    const qtyQ = alignSize(Math.min(limitQ, mulDivFloor(size, POS_SCALE, indexPrice)), book.params.lotQ);
    if (qtyQ > 0) this.quote(context, boughtAtoms > 0 ? 'sell' : 'buy', qtyQ, false);
  }

  /** On the other side of the book, where it earns again; only when that takes too long as a taker. */
  private close(context: AgentContext, positionQ: number): void {
    const { fee_bid: bid, hold } = this.params;
    if (context.slot < this.heldSince! + hold) {
      this.quote(context, positionQ > 0 ? 'sell' : 'buy', Math.abs(positionQ), true);
      return;
    }
    context.submit({ type: 'close', account: this.accounts[0], share: 1 }, bid);
  }

  private quote(context: AgentContext, side: OrderSide, qtyQ: number, reduceOnly: boolean): void {
    const book = context.book!;
    const priceAtoms =
      findFrontPrice(book, side) ?? alignPrice(context.indexPrice, side, book.params.tickAtoms);
    const [account] = this.accounts;
    context.submit(
      { type: 'placeOrder', account, side, kind: 'postOnly', priceAtoms, qtyQ, reduceOnly },
      this.params.fee_bid,
    );
  }
}

/** A tick better than the best order of that side, if it then crosses nobody; null if there is none. */
export function findFrontPrice(book: BookView, side: OrderSide): number | null {
  const own = side === 'buy' ? book.bestBid : book.bestAsk;
  const contra = side === 'buy' ? book.bestAsk : book.bestBid;
  if (own === 0) return null;
  const front = side === 'buy' ? own + book.params.tickAtoms : own - book.params.tickAtoms;
  const crosses = contra !== 0 && (side === 'buy' ? front >= contra : front <= contra);
  return crosses ? own : front;
}

export const jitSniper: AgentModule<JitSniperParams> = {
  kind: 'jit_sniper',
  role: 'attacker',
  doc: 'Watches what takers do, puts an order in front of the makers while they go on in one direction, and takes it away again.',
  params,
  hypothesis:
    'An order that is there only while takers are known to come earns spread and rebate without the risk that makers bear all day; success is more withdrawn and left than deposited.',
  success: PROFIT,
  needsBook: () => true,
  create: (setup) => new JitSniper(setup),
};
