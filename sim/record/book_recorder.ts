import { mulDivFloor } from '../../engine/math/index.ts';
import { BPS, EventKind, FeeKind, POS_SCALE, type RiskInstruction } from '../../engine/risk/index.ts';
import { Book } from '../../engine/slab/constants.ts';
import { CancelReason, HoldEnd, OrderKind, type Slab, type SlabErrorName } from '../../engine/slab/index.ts';
import { readLastPrice } from '../kernel/book_views.ts';
import type { BookInstruction, Origin, SlabSetup } from '../kernel/observer.ts';
import type { BookSpec } from '../scenario/book.ts';
import { BookGroups } from './book_groups.ts';
import { calculateBandDepth, sumHolds } from './book_probes.ts';
import type { BookRow, BookSeriesRow, BookTables } from './book_types.ts';
import type { FillTable } from './fill_table.ts';

/** A trade whose charges are still coming. */
interface OpenTrade {
  buyer: number;
  seller: number;
  sizeQ: number;
  price: number;
  buyerFee: number;
  sellerFee: number;
  rebate: number;
}

const FULL: ReadonlySet<SlabErrorName> = new Set([
  'OrdersFull',
  'HoldsFull',
  'SlicesFull',
  'AggressorsFull',
  'TooManyOrders',
  'TooManyHolds',
] as const);

/** Turns what happens on a slab's book into the rows of book_types.ts. It reads the slab and never changes it. */
export class BookRecorder {
  private readonly slab: Slab;
  private readonly spec: BookSpec;
  private readonly name: string;
  private readonly groups: BookGroups;
  private readonly fills: FillTable;
  private readonly series: BookSeriesRow[] = [];
  private readonly counts: BookRow;
  private slot = 0;
  private open: OpenTrade | null = null;
  /** Whose instruction it is, for events that name nobody. */
  private actor = '';
  private trades = 0;
  private tradedQ = 0;
  private tradedAtoms = 0;

  /** Each of the slab's fills is told here who the maker was. */
  constructor({ owners, slab: { id, matcher } }: SlabSetup, slab: Slab, fills: FillTable) {
    this.slab = slab;
    this.spec = matcher as BookSpec;
    this.name = id;
    this.fills = fills;
    this.groups = new BookGroups(id, owners);
    this.counts = createCounts(id, slab, this.spec);
  }

  /** Call before the events of the instruction are reported. */
  onInstruction(
    slot: number,
    instruction: RiskInstruction | BookInstruction,
    error: SlabErrorName | null,
    origin: Origin,
  ): void {
    this.slot = slot;
    this.actor = origin.group;
    if (error !== null) {
      this.countRefusal(error);
      return;
    }
    const { lastResult } = this.slab;
    if ('oraclePrice' in instruction) this.counts.freezeSkips += lastResult.frozenOrders;
    if (instruction.op === 'placeOrder') {
      const isTaking = instruction.kind === OrderKind.Ioc || instruction.kind === OrderKind.Fok;
      if (isTaking) this.countTaking(instruction.qty, lastResult.filledQ);
    } else if (instruction.op === 'reduceBand') {
      const row = this.groups.ordersOf(this.actor);
      row.reductions += 1;
      row.reductionRewardAtoms += lastResult.rewardAtoms;
      this.counts.reductions += 1;
      this.counts.reducedQ += lastResult.filledQ;
    }
  }

  /** What an agent of the group holds outside of the venue is worth. */
  addOutside(group: string, atoms: number): void {
    this.groups.ordersOf(group).outsideAtoms += atoms;
  }

  private countRefusal(error: SlabErrorName): void {
    if (error === 'KillBand') this.counts.killBandRefusals += 1;
    else if (error === 'StaleSeqno') this.counts.staleRefusals += 1;
    else if (FULL.has(error)) this.counts.fullRefusals += 1;
  }

  private countTaking(askedQ: number, takenQ: number): void {
    const row = this.groups.ordersOf(this.actor);
    row.taking += 1;
    row.takingQ += askedQ;
    row.takenQ += takenQ;
    if (takenQ === 0) row.tookNothing += 1;
  }

  onEvent(kind: EventKind, subject: number, x: number, y: number, z: number): void {
    switch (kind) {
      case EventKind.Traded:
        this.open = {
          buyer: subject,
          seller: y,
          sizeQ: x,
          price: z,
          buyerFee: 0,
          sellerFee: 0,
          rebate: 0,
        };
        return;
      case EventKind.FeeCharged:
        this.recordFee(subject, x + y, z);
        return;
      case EventKind.MakerRebated:
        if (this.open !== null) this.open.rebate = x;
        return;
      case EventKind.OrderFilled:
        this.recordFill(subject);
        return;
      default:
        this.recordBookEvent(kind, subject, y, z);
    }
  }

  private recordFee(account: number, atoms: number, feeKind: number): void {
    const { open } = this;
    if (feeKind === FeeKind.RoundTripTax) {
      this.counts.taxes += 1;
      this.counts.taxAtoms += atoms;
      this.groups.addTax(account, atoms);
    } else if (feeKind === FeeKind.Trading && open !== null) {
      if (account === open.buyer) open.buyerFee += atoms;
      else open.sellerFee += atoms;
    }
  }

  private recordFill(maker: number): void {
    const { buyer, seller, sizeQ, price, buyerFee, sellerFee, rebate } = this.open!;
    this.open = null;
    const isMakerBuying = maker === buyer;
    this.fills.setMaker(isMakerBuying ? 'buyer' : 'seller');
    const notionalAtoms = mulDivFloor(sizeQ, price, POS_SCALE);
    this.trades += 1;
    this.tradedQ += sizeQ;
    this.tradedAtoms += notionalAtoms;
    this.groups.addFill(this.slot, {
      maker,
      taker: isMakerBuying ? seller : buyer,
      direction: isMakerBuying ? -1 : 1,
      sizeQ,
      price,
      notionalAtoms,
      makerFeeAtoms: (isMakerBuying ? buyerFee : sellerFee) - rebate,
      takerFeeAtoms: isMakerBuying ? sellerFee : buyerFee,
    });
    const { makerFeeBps } = this.slab.market.params;
    if (!this.spec.params.jitPenalty || makerFeeBps >= 0 || rebate > 0) return;
    const takerPaid = isMakerBuying ? sellerFee : buyerFee;
    const withheld = Math.min(takerPaid, mulDivFloor(notionalAtoms, -makerFeeBps, BPS));
    if (withheld === 0) return;
    this.counts.jitFills += 1;
    this.counts.jitWithheldAtoms += withheld;
  }

  private recordBookEvent(kind: EventKind, subject: number, y: number, z: number): void {
    switch (kind) {
      case EventKind.OrderPlaced: {
        const row = this.groups.ordersOfAccount(subject);
        row.placed += 1;
        row.placedQ += Math.abs(z);
        return;
      }
      case EventKind.OrderCancelled: {
        const row = this.groups.ordersOfAccount(subject);
        if (z === CancelReason.Owner) row.cancelledQ += y;
        else row.droppedQ += y;
        if (z === CancelReason.Dropped) this.counts.droppedOrders += 1;
        return;
      }
      case EventKind.Reserved: {
        const row = this.groups.ordersOfAccount(subject);
        row.holds += 1;
        row.heldAtoms += z;
        return;
      }
      case EventKind.HoldClosed:
        this.recordHoldEnd(subject, y, z);
        return;
      case EventKind.BatchOpened:
        this.counts.batches += 1;
        return;
      default:
    }
  }

  private recordHoldEnd(account: number, end: number, bondAtoms: number): void {
    const row = this.groups.ordersOfAccount(account);
    if (end === HoldEnd.Committed) row.holdsCommitted += 1;
    else if (end === HoldEnd.Expired) this.counts.expiredHolds += 1;
    row.bondsLostAtoms += bondAtoms;
    this.counts.bondsLostAtoms += bondAtoms;
  }

  onSlotEnd(slot: number, indexPrice: number): void {
    const { counts, slab } = this;
    this.groups.markouts.endSlot(slot, indexPrice);
    const { words } = slab;
    counts.ordersPeak = Math.max(counts.ordersPeak, words[Book.ordersUsed]!);
    counts.holdsPeak = Math.max(counts.holdsPeak, words[Book.holdsUsed]!);
    sumHolds(slab, (account, notional) => {
      this.groups.ordersOfAccount(account).heldAtomSlots += notional;
    });
  }

  /** A row of the time series, of the book as it stands. */
  sample(slot: number, indexPrice: number): void {
    if (this.series.at(-1)?.slot === slot) this.series.pop();
    const { slab, spec } = this;
    const { bestAsk, bestBid, words } = slab;
    const depth = calculateBandDepth(slab, indexPrice, spec.depthBandBps);
    const held = sumHolds(slab);
    const lastPrice = readLastPrice(slab);
    this.series.push({
      slab: this.name,
      slot,
      indexPrice,
      markPrice: depth.markPrice,
      bestBid: bestBid === 0 ? null : bestBid,
      bestAsk: bestAsk === 0 ? null : bestAsk,
      midPrice: depth.midPrice,
      lastPrice: lastPrice === 0 ? null : lastPrice,
      bidDepthQ: depth.bidQ,
      askDepthQ: depth.askQ,
      openOrders: words[Book.ordersUsed]!,
      holds: words[Book.holdsUsed]!,
      heldQ: held.sizeQ,
      heldAtoms: held.notionalAtoms,
      bondsAtoms: held.bondAtoms,
      fundingRate: slab.fundingRate,
      batchEpoch: slab.batchEpoch,
      trades: this.trades,
      tradedQ: this.tradedQ,
      tradedAtoms: this.tradedAtoms,
    });
  }

  /** The tables; call once, after the last sample. */
  finish(finalPrice: number): BookTables {
    const { counts, groups, series } = this;
    groups.markouts.end();
    return {
      bookSeries: series,
      bookTrading: groups.listTrading(finalPrice),
      bookOrders: groups.listOrders(),
      books: [counts],
    };
  }
}

function createCounts(slab: string, { capacities }: Slab, { params, depthBandBps }: BookSpec): BookRow {
  return {
    slab,
    tickAtoms: params.tickAtoms,
    lotQ: params.lotQ,
    batchSlots: params.batchSlots,
    depthBandBps,
    ordersCapacity: capacities.maxOrders,
    ordersPeak: 0,
    holdsCapacity: capacities.maxHolds,
    holdsPeak: 0,
    batches: 0,
    killBandRefusals: 0,
    freezeSkips: 0,
    jitFills: 0,
    jitWithheldAtoms: 0,
    taxes: 0,
    taxAtoms: 0,
    reductions: 0,
    reducedQ: 0,
    droppedOrders: 0,
    expiredHolds: 0,
    bondsLostAtoms: 0,
    staleRefusals: 0,
    fullRefusals: 0,
  };
}
