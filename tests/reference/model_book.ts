import {
  calculateEffectivePosition,
  calculateEquityInitial,
  calculateEquityMaintenance,
  calculateInitialMargin,
  POS_SCALE,
  type RiskInstruction,
} from '../../engine/risk/index.ts';
import { payFromInsurance } from '../../engine/risk/losses_and_fees.ts';
import type { SlabErrorName, SlabInputs, SlabInstruction } from '../../engine/slab/index.ts';
import { ModelMatching } from './model_matching.ts';
import {
  demand,
  type Lock,
  type ModelHold,
  type ModelOrder,
  notionalUp,
  Refused,
  sum,
} from './model_state.ts';

/**
 * A slab told again the slow and obvious way, from docs/slab.md: one array of orders, sorted whenever somebody looks, holds
 * that list what they lock, no pools, no links, no cache. Only the trades themselves go through the risk engine.
 */
export class ModelBook extends ModelMatching {
  apply(instruction: SlabInstruction): SlabErrorName | null {
    const before = structuredClone(this.state);
    const mark = this.market.journal.mark();
    this.fees = { paid: 0, rebates: 0 };
    this.isTouched = false;
    try {
      this.execute(instruction);
      if (this.isTouched) this.state.seqno += 1;
      this.market.journal.release(mark);
      return null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.state = before;
      this.market.journal.rollback(mark);
      return error.name;
    }
  }

  private execute(ix: SlabInstruction): void {
    if (ix.op === 'risk') {
      this.risk(ix.instruction);
      return;
    }
    if (ix.op === 'setDlp') {
      this.setDlp(ix.account, ix.flag);
      return;
    }
    const { globals, params } = this.market;
    demand(ix.nowSlot >= globals.currentSlot, 'Overflow');
    this.market.journal.globalsMut().currentSlot = ix.nowSlot;
    if ('oraclePrice' in ix) demand(ix.oraclePrice > 0 && ix.oraclePrice <= params.maxPrice, 'Overflow');
    switch (ix.op) {
      case 'placeOrder': {
        this.requireUsed(ix.account);
        this.requireTerms(ix.price, ix.qty, !ix.reduceOnly);
        const own = this.state.orders.filter(({ account }) => account === ix.account).length;
        const { maxOrdersPerAccount } = this.options.slabParams;
        demand(ix.kind > 1 || own < maxOrdersPerAccount, 'TooManyOrders');
        this.place({ ...ix, postOnly: ix.kind === 1 }, ix.kind, ix);
        return;
      }
      case 'cancelOrder': {
        const order = this.ownOrder(ix.account, ix.id);
        demand(this.available(order) > 0, 'OrderReserved');
        this.cancel(order);
        return;
      }
      case 'cancelAll':
        this.requireUsed(ix.account);
        this.cancelAll(ix.account);
        return;
      case 'replaceOrder':
        this.replace(ix.account, ix.id, ix.price, ix.qty, ix);
        return;
      case 'batchOpen':
        this.openBatch(ix);
        return;
      case 'reserve':
        this.reserve(ix);
        return;
      case 'commit':
        this.commit(ix.account, ix.id, ix);
        return;
      case 'cancelHold': {
        const hold = this.state.holds.find(({ id }) => id === ix.id);
        if (hold === undefined) return;
        demand(hold.account === ix.account, 'Unauthorized');
        this.forfeit(hold);
        return;
      }
      case 'releaseHold': {
        const hold = this.hold(ix.id);
        demand(ix.nowSlot > hold.expirySlot, 'HoldNotExpired');
        this.forfeit(hold);
        return;
      }
      case 'prune':
        this.prune(ix.id, ix.orderId, ix);
        return;
      case 'reduceBand':
        this.reduceBand(ix.account, ix.caller, ix);
        return;
    }
  }

  private setDlp(account: number, flag: boolean): void {
    this.requireUsed(account);
    this.state.dlps = this.state.dlps.filter((dlp) => dlp !== account).concat(flag ? [account] : []);
  }

  private risk(instruction: RiskInstruction): void {
    demand(instruction.op !== 'executeTrade', 'InvalidInstruction');
    this.raw({ ...instruction, fundingRate: this.state.fundingRate } as RiskInstruction);
    if (instruction.op === 'withdraw') {
      const account = this.market.account(instruction.account)!;
      const locked = this.lockedBond(instruction.account);
      const reserved = this.reservedNotional(instruction.account);
      if (locked + reserved === 0) return;
      const position = calculateEffectivePosition(this.market, account);
      const free =
        calculateEquityInitial(this.market, account) - calculateInitialMargin(this.market, account, position);
      demand(
        free >= locked + Math.ceil((reserved * this.market.params.initialBps) / 10_000),
        'ReservedMargin',
      );
    }
    if (instruction.op === 'closeAccount' || instruction.op === 'reclaim') {
      const { account } = instruction;
      this.cancelAll(account);
      const isClear = ![...this.state.orders, ...this.state.holds].some((left) => left.account === account);
      demand(isClear, 'HasOrders');
      this.state.dlps = this.state.dlps.filter((dlp) => dlp !== account);
    }
  }

  private openBatch(inputs: SlabInputs): void {
    const { nowSlot, oraclePrice: index } = inputs;
    const { slabParams } = this.options;
    const { state } = this;
    demand(nowSlot >= state.batchSlot + slabParams.batchSlots, 'BatchNotDue');
    const [bid, ask] = [this.queue(0)[0], this.queue(1)[0]];
    if (bid !== undefined && ask !== undefined) {
      const window = slabParams.markWindowSlots;
      const sample = Math.floor((bid.price + ask.price) / 2) - index;
      const dt = Math.min(nowSlot - state.premiumSlot, window);
      state.premium += Math.floor(((sample - state.premium) * dt) / window);
      state.premiumSlot = nowSlot;
    }
    const mark = this.mark(index);
    const premiumBps = Math.floor(((mark - index) * 10_000) / index);
    const { fundingCap, fundingHorizonSlots, fundingKBps } = slabParams;
    const share = premiumBps * fundingKBps * this.market.params.fundingScale;
    // No negative zero.
    const rate = Math.floor(share / (10_000 * fundingHorizonSlots)) + 0;
    state.fundingRate = Math.max(0 - fundingCap, Math.min(fundingCap, rate));
    const { fundingRate } = state;
    const crank = { op: 'keeperCrank', candidates: [], maxRevalidations: 0 } as const;
    this.raw({ ...crank, oraclePrice: index, nowSlot, fundingRate });
    state.epoch += 1;
    state.batchSlot = nowSlot;
    state.batchMark = mark;
    state.ledger = [];
    const waiting = state.orders.filter(({ isPending }) => isPending).sort((a, b) => a.id - b.id);
    for (const order of waiting) this.promote(order, inputs);
  }

  private promote(order: ModelOrder, inputs: SlabInputs): void {
    const { account, price, side } = order;
    const drop = () => this.take(order, order.qty);
    const crosses = this.crosses(side, price);
    if (crosses && order.postOnly) {
      drop();
      return;
    }
    if (order.reduceOnly) order.qty = Math.min(order.qty, this.reducible(account, side));
    if (order.qty === 0) {
      drop();
      return;
    }
    if (crosses) {
      const { error, filled } = this.match(account, side, price, order.qty, inputs);
      this.take(order, filled);
      if (order.qty === 0) return;
      if (error !== null || this.crosses(side, price)) {
        drop();
        return;
      }
    }
    order.isPending = false;
    this.isTouched = true;
    order.arrival = this.state.arrivals;
    this.state.arrivals += 1;
  }

  // Holds

  private hold(id: number): ModelHold {
    const hold = this.state.holds.find((other) => other.id === id);
    demand(hold !== undefined, 'HoldNotFound');
    return hold;
  }

  orderOf(lock: Lock): ModelOrder {
    return this.state.orders.find(({ id }) => id === lock.order)!;
  }

  holdNotional({ locks }: ModelHold): number {
    return sum(locks.map((lock) => notionalUp(lock.qty, this.orderOf(lock).price)));
  }

  private reserve(ix: Extract<SlabInstruction, { op: 'reserve' }>): void {
    const { account, limit, nowSlot, qty, route, side, ttl } = ix;
    const { capacities, slabParams } = this.options;
    this.requireUsed(account);
    demand(route >= 0 && route <= Number.MAX_SAFE_INTEGER, 'Overflow');
    this.requireTerms(limit, qty, true);
    demand(ttl >= 1 && ttl <= slabParams.maxHoldSlots, 'InvalidQuantity');
    demand(ix.seqno === this.state.seqno, 'StaleSeqno');
    const own = this.state.holds.filter((hold) => hold.account === account).length;
    demand(own < slabParams.maxHolds, 'TooManyHolds');
    demand(this.state.holds.length < capacities.maxHolds, 'HoldsFull');
    const usedSlices = sum(this.state.holds.map(({ locks }) => locks.length));
    const locks: Lock[] = [];
    let left = qty;
    for (const { isFrozen, order } of this.contra(side, limit, nowSlot)) {
      const q = Math.min(left, this.available(order));
      if (isFrozen || q === 0 || order.account === account || order.reduceOnly) continue;
      demand(usedSlices + locks.length < capacities.maxSlices, 'SlicesFull');
      locks.push({ order: order.id, qty: q });
      left -= q;
    }
    demand(locks.length > 0, 'NoLiquidity');
    const worstPrice = this.orderOf(locks.at(-1)!).price;
    const hold = { id: this.state.nextHold, route, account, side, locks, worstPrice, bond: 0 };
    const notional = this.holdNotional({ ...hold, expirySlot: 0, mark: 0 });
    const bond = Math.ceil((notional * slabParams.holdFeeBps * ttl) / 10_000);
    demand(this.market.account(account)!.capital >= this.lockedBond(account) + bond, 'InsufficientBalance');
    this.state.holds.push({ ...hold, bond, expirySlot: nowSlot + ttl, mark: this.mark(ix.oraclePrice) });
    this.state.nextHold += 1;
    this.isTouched = true;
  }

  private close(hold: ModelHold): void {
    this.state.holds = this.state.holds.filter((other) => other !== hold);
    this.isTouched = true;
  }

  private commit(account: number, id: number, inputs: SlabInputs): void {
    const hold = this.hold(id);
    demand(hold.account === account, 'Unauthorized');
    demand(inputs.nowSlot <= hold.expirySlot, 'HoldExpired');
    this.requireCalm(this.mark(inputs.oraclePrice), hold.mark);
    this.close(hold);
    for (const lock of hold.locks) {
      const outcome = this.fill(this.orderOf(lock), account, lock.qty, inputs, true);
      demand(outcome !== 'maker', 'MakerMargin');
      if (outcome !== 'filled') throw new Refused(outcome.error);
    }
    this.tax(account);
  }

  private forfeit(hold: ModelHold): void {
    this.close(hold);
    this.charge(hold.account, hold.bond);
  }

  private prune(id: number, orderId: number, inputs: SlabInputs): void {
    const hold = this.hold(id);
    const order = this.state.orders.find((other) => other.id === orderId);
    demand(order !== undefined && hold.locks.some((lock) => lock.order === orderId), 'OrderNotFound');
    const mark = this.market.journal.mark();
    const sameMaker = hold.locks.filter((lock) => this.orderOf(lock).account === order.account);
    let outcome: unknown = 'filled';
    for (const lock of sameMaker) {
      if (outcome === 'filled') outcome = this.trade(this.orderOf(lock), hold.account, lock.qty, inputs);
    }
    this.market.journal.rollback(mark);
    demand(outcome === 'maker', 'NotPrunable');
    for (const other of this.state.holds) {
      const kept = other.locks.filter((lock) => lock.order !== orderId);
      if (kept.length < other.locks.length) other.bond = 0;
      other.locks = kept;
    }
    this.state.holds = this.state.holds.filter(({ locks }) => locks.length > 0);
    this.take(order, order.qty);
  }

  private reduceBand(account: number, caller: number, inputs: SlabInputs): void {
    const { oraclePrice: index, nowSlot } = inputs;
    const { initialBps, keeperRewardBps } = this.market.params;
    const { reduceBandBps, reduceSlipBps } = this.options.slabParams;
    this.requireUsed(account);
    this.requireUsed(caller);
    demand(account !== caller, 'Unauthorized');
    const { fundingRate } = this.state;
    this.raw({ op: 'settleAccount', account, oraclePrice: index, nowSlot, fundingRate });
    const record = this.market.account(account)!;
    const position = () => calculateEffectivePosition(this.market, record);
    const isInBand = () => {
      const notional = Math.floor((Math.abs(position()) * index) / POS_SCALE);
      return position() !== 0 && calculateEquityMaintenance(record) * 10_000 < notional * reduceBandBps;
    };
    demand(reduceBandBps > 0 && isInBand(), 'NotReducible');
    const excess = () => {
      const carried = Math.floor((Math.max(0, calculateEquityMaintenance(record)) * 10_000) / initialBps);
      return isInBand() ? Math.max(0, Math.abs(position()) - Math.floor((carried * POS_SCALE) / index)) : 0;
    };
    const side = position() > 0 ? 1 : 0;
    const slip = Math.floor((index * reduceSlipBps) / 10_000);
    let filled = 0;
    let failure: SlabErrorName | null = null;
    for (const { order } of this.contra(side, side === 1 ? index - slip : index + slip, nowSlot)) {
      if (!this.isLive(order) || order.account === caller || this.available(order) === 0) continue;
      const wanted = excess();
      let q = order.account === account ? 0 : Math.min(wanted, this.available(order));
      if (order.reduceOnly) q = Math.min(q, this.reducible(order.account, order.side));
      if (wanted === 0) break;
      const outcome = q === 0 ? 'maker' : this.fill(order, account, q, inputs, false);
      if (outcome === 'maker') this.cancel(order);
      else if (outcome === 'filled') filled += q;
      else failure = outcome.error;
      if (failure !== null || (outcome === 'filled' && q === wanted)) break;
    }
    demand(filled > 0, failure ?? 'NoLiquidity');
    const { paid, rebates } = this.fees;
    const reward = Math.min(Math.floor((paid * keeperRewardBps) / 10_000), paid - rebates);
    payFromInsurance(this.market, caller, this.market.journal.accountMut(caller), reward, 22);
  }
}
