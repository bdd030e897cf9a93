import { applyTrade } from '../../engine/risk/apply.ts';
import { Rejection } from '../../engine/risk/errors.ts';
import {
  apply,
  calculateEffectivePosition,
  Market,
  POS_SCALE,
  type RiskInstruction,
} from '../../engine/risk/index.ts';
import { chargeFee } from '../../engine/risk/losses_and_fees.ts';
import type { SlabErrorName, SlabInputs, SlabOptions } from '../../engine/slab/index.ts';
import {
  demand,
  type Lock,
  MAX_TRADE,
  type ModelOrder,
  notionalUp,
  Refused,
  type State,
  sum,
  type Terms,
} from './model_state.ts';

/** Orders, trades and guards of the model: what its instructions are made of. */
export abstract class ModelMatching {
  readonly market: Market;
  state: State;
  protected readonly options: SlabOptions;
  /** Did this instruction change a resting order? */
  protected isTouched = false;
  /** Of the fills of this instruction. */
  protected fees = { paid: 0, rebates: 0 };

  constructor(options: SlabOptions) {
    const { params, capacities, initSlot, initPrice } = options;
    this.options = options;
    this.market = new Market({ params, maxSlots: capacities.maxSlots, initSlot, initPrice });
    this.state = {
      ...{ orders: [], holds: [], dlps: [], trades: [], ledger: [] },
      ...{ seqno: 0, nextOrder: 1, nextHold: 1, arrivals: 0 },
      ...{ epoch: 1, batchSlot: initSlot, batchMark: initPrice },
      ...{ premium: 0, premiumSlot: 0, fundingRate: 0 },
    };
  }

  /** Locked quantity of an order. */
  reserved(order: ModelOrder): number {
    return sum(this.locksOf(order).map(({ qty }) => qty));
  }

  /** Orders of a side in the order in which they are matched. */
  queue(side: 0 | 1): ModelOrder[] {
    const better = (a: ModelOrder, b: ModelOrder) => (side === 0 ? b.price - a.price : a.price - b.price);
    return this.state.orders
      .filter((order) => order.side === side && !order.isPending)
      .sort((a, b) => better(a, b) || a.arrival - b.arrival);
  }

  /** Notional of what is locked of an account's orders, each lock rounded up. */
  reservedNotional(account: number): number {
    const own = this.state.orders.filter((order) => order.account === account);
    return sum(own.flatMap((order) => this.locksOf(order).map(({ qty }) => notionalUp(qty, order.price))));
  }

  lockedBond(account: number): number {
    return sum(this.state.holds.filter((hold) => hold.account === account).map(({ bond }) => bond));
  }

  protected locksOf(order: ModelOrder): Lock[] {
    return this.state.holds.flatMap(({ locks }) => locks).filter((lock) => lock.order === order.id);
  }

  protected available(order: ModelOrder): number {
    return order.qty - this.reserved(order);
  }

  protected requireUsed(account: number): void {
    demand(this.market.account(account) !== undefined, 'AccountNotFound');
  }

  protected requireTerms(price: number, qty: number, inLots: boolean): void {
    const { lotQ, tickAtoms } = this.options.slabParams;
    const { maxPrice } = this.market.params;
    demand(price > 0 && price <= maxPrice && price % tickAtoms === 0, 'InvalidPrice');
    demand(qty > 0 && qty <= MAX_TRADE && (!inLots || qty % lotQ === 0), 'InvalidQuantity');
  }

  protected raw(instruction: RiskInstruction): void {
    const error = apply(this.market, instruction);
    if (error !== null) throw new Refused(error);
  }

  // Orders

  protected ownOrder(account: number, id: number): ModelOrder {
    const order = this.state.orders.find((other) => other.id === id);
    demand(order !== undefined, 'OrderNotFound');
    demand(order.account === account, 'Unauthorized');
    return order;
  }

  protected take(order: ModelOrder, qty: number): void {
    if (!order.isPending && qty > 0) this.isTouched = true;
    order.qty -= qty;
    if (order.qty === 0) this.state.orders = this.state.orders.filter((other) => other !== order);
  }

  protected cancel(order: ModelOrder): void {
    this.take(order, this.available(order));
  }

  protected cancelAll(account: number): void {
    for (const order of [...this.state.orders]) if (order.account === account) this.cancel(order);
  }

  protected add(terms: Terms, isPending: boolean): void {
    const { maxOrders } = this.options.capacities;
    demand(this.state.orders.length < maxOrders, 'OrdersFull');
    const { account, postOnly, price, qty, reduceOnly, side } = terms;
    const { arrivals, epoch, nextOrder } = this.state;
    const order = { id: nextOrder, account, side, price, qty, isPending, reduceOnly, postOnly, epoch };
    this.state.orders.push({ ...order, arrival: arrivals });
    this.state.nextOrder += 1;
    if (!isPending) this.isTouched = true;
    this.state.arrivals += 1;
  }

  protected crosses(side: 0 | 1, price: number): boolean {
    const best = this.queue(side === 0 ? 1 : 0)[0];
    return best !== undefined && (side === 0 ? best.price <= price : best.price >= price);
  }

  protected reducible(account: number, side: 0 | 1): number {
    const position = calculateEffectivePosition(this.market, this.market.account(account)!);
    return Math.max(0, side === 0 ? 0 - position : position);
  }

  protected place(terms: Terms, kind: number, inputs: SlabInputs): void {
    const { account, price, side } = terms;
    const waits = this.options.slabParams.pendingPromotion && !this.state.dlps.includes(account);
    if (waits && kind < 2) {
      this.add(terms, true);
      return;
    }
    const crosses = this.crosses(side, price);
    if (kind === 1) {
      demand(!crosses, 'WouldCross');
      this.add(terms, false);
      return;
    }
    if (crosses) this.requireCalm(this.mark(inputs.oraclePrice), this.state.batchMark);
    const qty = terms.reduceOnly ? Math.min(terms.qty, this.reducible(account, side)) : terms.qty;
    demand(qty > 0, 'NothingToReduce');
    const { error, filled } = this.match(account, side, price, qty, inputs);
    if (error !== null && filled === 0) throw new Refused(error);
    demand(kind !== 3 || filled === qty, 'NotFilled');
    const rests = kind === 0 && filled < qty && error === null && !this.crosses(side, price);
    if (rests) this.add({ ...terms, qty: qty - filled }, false);
  }

  protected replace(account: number, id: number, price: number, qty: number, inputs: SlabInputs): void {
    const order = this.ownOrder(account, id);
    this.requireTerms(price, qty, !order.reduceOnly);
    const reserved = this.reserved(order);
    if (price === order.price && qty < order.qty) {
      demand(qty >= reserved, 'OrderReserved');
      this.take(order, order.qty - qty);
      return;
    }
    demand(reserved === 0, 'OrderReserved');
    this.take(order, order.qty);
    this.place({ ...order, price, qty }, order.postOnly ? 1 : 0, inputs);
  }

  // Matching

  protected isLive(order: ModelOrder): boolean {
    return order.epoch < this.state.epoch;
  }

  /** Contra orders within a limit, with the number of levels in front of each and whether the freeze covers it. */
  protected contra(side: 0 | 1, limit: number, nowSlot: number): { order: ModelOrder; isFrozen: boolean }[] {
    const { freezeLevels, freezeSlots } = this.options.slabParams;
    const inTime = nowSlot < this.state.batchSlot + freezeSlots;
    const queue = this.queue(side === 0 ? 1 : 0);
    const prices = [...new Set(queue.map(({ price }) => price))];
    return queue
      .filter(({ price }) => (side === 0 ? price <= limit : price >= limit))
      .map((order) => {
        const isTop = prices.indexOf(order.price) < freezeLevels;
        return { order, isFrozen: inTime && isTop && !this.isLive(order) };
      });
  }

  protected match(taker: number, side: 0 | 1, limit: number, qty: number, inputs: SlabInputs) {
    const walk: { filled: number; error: SlabErrorName | null } = { filled: 0, error: null };
    for (const { isFrozen, order } of this.contra(side, limit, inputs.nowSlot)) {
      if (walk.filled === qty) break;
      if (isFrozen || this.available(order) === 0) continue;
      let q = order.account === taker ? 0 : Math.min(qty - walk.filled, this.available(order));
      if (order.reduceOnly) q = Math.min(q, this.reducible(order.account, order.side));
      const outcome = q === 0 ? 'maker' : this.fill(order, taker, q, inputs, true);
      if (outcome === 'maker') this.cancel(order);
      else if (outcome === 'filled') walk.filled += q;
      else {
        walk.error = outcome.error;
        break;
      }
    }
    this.tax(taker);
    return walk;
  }

  /** The trade between an order and a taker; undone if it fails. */
  protected trade(order: ModelOrder, taker: number, q: number, { nowSlot, oraclePrice }: SlabInputs) {
    const { market } = this;
    const isBid = order.side === 0;
    const [buyer, seller] = isBid ? [order.account, taker] : [taker, order.account];
    const maker = isBid ? 'buyer' : 'seller';
    const noRebate = this.options.slabParams.jitPenalty && !this.isLive(order);
    const feeBps = noRebate ? Math.max(0, market.params.makerFeeBps) : market.params.makerFeeBps;
    const { fundingRate } = this.state;
    const trade = { buyer, seller, sizeQ: q, executionPrice: order.price, maker } as const;
    market.resetFlags[0] = false;
    market.resetFlags[1] = false;
    let error: SlabErrorName | null;
    try {
      error = applyTrade(market, { op: 'executeTrade', ...trade, oraclePrice, nowSlot, fundingRate }, feeBps);
    } catch (thrown) {
      error = thrown instanceof Rejection ? thrown.name : 'Overflow';
    }
    if (error === null) return 'filled';
    return market.trade.fault === maker ? 'maker' : { error };
  }

  protected fill(order: ModelOrder, taker: number, q: number, inputs: SlabInputs, isBooked: boolean) {
    const { journal } = this.market;
    const mark = journal.mark();
    const outcome = this.trade(order, taker, q, inputs);
    const isFull = outcome === 'filled' && isBooked && !this.book(taker, order, q);
    if (outcome !== 'filled' || isFull) {
      journal.rollback(mark);
      return isFull ? { error: 'AggressorsFull' as const } : outcome;
    }
    journal.release(mark);
    const { account: maker, id: makerOrder, price } = order;
    this.state.trades.push({ price, qty: q, maker, taker, makerOrder });
    this.fees.paid += this.market.trade.takerPaid;
    this.fees.rebates += this.market.trade.rebate;
    this.take(order, q);
    return 'filled';
  }

  /** Books a fill in the taker's row; false if there is no room for one. */
  protected book(taker: number, order: ModelOrder, q: number): boolean {
    if (!this.options.slabParams.roundTripGuard) return true;
    let row = this.state.ledger.find(([account]) => account === taker)?.[1];
    if (row === undefined) {
      if (this.state.ledger.length === this.options.capacities.maxAggressors) return false;
      row = { buyQ: 0, buyNotional: 0, sellQ: 0, sellNotional: 0, taxed: 0 };
      this.state.ledger.push([taker, row]);
    }
    if (order.side === 1) {
      row.buyQ += q;
      row.buyNotional += Math.floor((q * order.price) / POS_SCALE);
    } else {
      row.sellQ += q;
      row.sellNotional += notionalUp(q, order.price);
    }
    return true;
  }

  protected tax(taker: number): void {
    const row = this.state.ledger.find(([account]) => account === taker)?.[1];
    const overlap = Math.min(row?.buyQ ?? 0, row?.sellQ ?? 0);
    if (row === undefined || overlap === 0) return;
    const sold = Math.ceil((overlap * row.sellNotional) / row.sellQ);
    const tax = sold - Math.floor((overlap * row.buyNotional) / row.buyQ) - row.taxed;
    if (tax <= 0) return;
    this.charge(taker, tax);
    row.taxed += tax;
  }

  protected charge(account: number, fee: number): void {
    chargeFee(this.market, account, this.market.journal.accountMut(account), fee, 0);
  }

  // Batches and the mark

  protected mark(index: number): number {
    const band = Math.floor((index * this.options.slabParams.markBandBps) / 10_000);
    return Math.max(1, index + Math.max(-band, Math.min(band, this.state.premium)));
  }

  protected requireCalm(mark: number, then: number): void {
    const { killBandBps } = this.options.slabParams;
    demand(killBandBps === 0 || Math.abs(mark - then) * 10_000 <= killBandBps * then, 'KillBand');
  }
}
