import type {
  BookRef,
  BookView,
  DepthLevel,
  OrderSide,
  OwnHold,
  OwnOrder,
  PublicOrder,
  PublicTrade,
} from '../../../sim/agents/book.ts';

/** Tick 0.01 USDC, lot 0.001, a batch a slot, all guards off but pending orders. */
export const BOOK_PARAMS: BookView['params'] = {
  tickAtoms: 10_000,
  lotQ: 1_000,
  batchSlots: 1,
  pendingPromotion: true,
  freezeSlots: 0,
  freezeLevels: 0,
  killBandBps: 0,
  reduceBandBps: 0,
  reduceSlipBps: 100,
  jitPenalty: false,
  roundTripGuard: false,
  routerOnly: false,
  holdFeeBps: 0,
  maxHolds: 8,
  maxHoldSlots: 50,
  maxOrdersPerAccount: 64,
  markBandBps: 100,
  markWindowSlots: 150,
  fundingKBps: 0,
  fundingHorizonSlots: 72_000,
  fundingCap: 0,
};

/** A book that shows what the test puts there. */
export class FakeBook implements BookView {
  params = BOOK_PARAMS;
  bids: DepthLevel[] = [];
  asks: DepthLevel[] = [];
  pending: PublicOrder[] = [];
  traded: PublicTrade[] = [];
  orders: OwnOrder[] = [];
  holds: OwnHold[] = [];
  markPrice = 100_000_000;
  lastPrice = 0;
  seqno = 0;
  batchEpoch = 1;
  batchSlot = 0;

  get bestBid(): number {
    return this.bids[0]?.price ?? 0;
  }
  get bestAsk(): number {
    return this.asks[0]?.price ?? 0;
  }
  get midPrice(): number | null {
    const { bestAsk, bestBid } = this;
    return bestAsk === 0 || bestBid === 0 ? null : Math.floor((bestAsk + bestBid) / 2);
  }
  depth(side: OrderSide, levels: number): readonly DepthLevel[] {
    return (side === 'buy' ? this.bids : this.asks).slice(0, levels);
  }
  trades(fromSlot: number): readonly PublicTrade[] {
    return this.traded.filter(({ slot }) => slot >= fromSlot);
  }
  pendingOrders(): readonly PublicOrder[] {
    return this.pending;
  }
  ownOrders(account: number): readonly OwnOrder[] {
    return this.orders.filter((order) => order.account === account);
  }
  ownHolds(): readonly OwnHold[] {
    return this.holds;
  }

  /** Puts an order of account 7 on the book. */
  rest(side: OrderSide, price: number, qtyQ: number, more: Partial<OwnOrder> = {}): BookRef {
    const at = this.orders.length;
    const ref = { index: at, id: at + 1 };
    this.orders.push({
      ref,
      account: 7,
      side,
      price,
      qtyQ,
      reservedQ: 0,
      isPending: false,
      reduceOnly: false,
      ...more,
    });
    return ref;
  }
}
