import { POS_SCALE } from '../../engine/risk/index.ts';
import {
  type BookSide,
  BUY,
  type HoldView,
  listPendingOrders,
  type OrderView,
} from '../../engine/slab/index.ts';
import { SLAB_LAYOUT } from '../../engine/wire/slab_layout.ts';
import type { Draw } from './parity_draw.ts';
import type { SlabWorld } from './parity_slab_worlds.ts';

const { batchMark: BATCH_MARK } = SLAB_LAYOUT.book.at;

/** Draws fields of instructions: prices, quantities and names that fit the slab as it is now, mostly. */
export class SlabFields {
  protected readonly draw: Draw;
  protected readonly world: SlabWorld;
  /** Quote atoms per base; moves with each instruction that names it. */
  protected index: number;

  constructor(draw: Draw, world: SlabWorld) {
    this.draw = draw;
    this.world = world;
    this.index = world.price;
  }

  protected word(value: number): number {
    return this.draw.hostile(value, this.world.hostility);
  }

  protected player(): number {
    const { draw, world } = this;
    if (draw.chance(world.hostility / 2)) return draw.pick([15, 16, 65_535, 4_294_967_295]);
    let index = draw.int(0, world.players - 1);
    for (let more = 0; more < 3 && world.slab.market.account(index) === undefined; more += 1) {
      index = draw.int(0, world.players - 1);
    }
    return index;
  }

  /** The account, or now and then somebody else. */
  protected mostly(account: number): number {
    return this.draw.chance(0.04) ? this.player() : account;
  }

  protected slot(): number {
    const { draw, world } = this;
    const { market, params } = world.slab;
    const now = market.globals.currentSlot;
    if (draw.chance(world.hostility / 2)) return now - 1;
    const step = draw.weighted({ none: 70, one: 15, batch: 12, far: 3 });
    const steps = { none: 0, one: 1, batch: draw.int(1, params.batchSlots), far: draw.wide(1_000) };
    return this.word(now + steps[step]);
  }

  /** Where the index is now: it drifts by ticks and now and then jumps, in some worlds far enough to ruin somebody. */
  protected oraclePrice(): number {
    const { draw, world } = this;
    const { maxPrice } = world.slab.market.params;
    const isWild = world.kind === 'band' || world.kind === 'holds' || world.kind === 'edge';
    const { killBandBps } = world.slab.params;
    if (killBandBps > 0 && draw.chance(0.04)) return this.word(this.killEdge(killBandBps));
    const move = draw.weighted({ none: 72, small: 22, jump: isWild ? 6 : 1.5 });
    if (move !== 'none') {
      const bps = move === 'small' ? draw.int(-60, 60) : draw.int(-1_500, 1_500);
      const moved = this.index + Math.floor((this.index / 10_000) * bps) + draw.int(-1, 1);
      // The book and its capacities are made for the price of the start.
      const high = world.kind === 'edge' ? maxPrice : Math.min(maxPrice, world.price * 2);
      this.index = Math.min(high, Math.max(1, Math.floor(world.price / 2), moved));
    }
    return this.word(this.index);
  }

  /** About where the mark leaves the kill band of the batch or of a hold. */
  protected killEdge(bandBps: number): number {
    const { draw, world } = this;
    const { slab } = world;
    const holds = this.holds();
    const then = holds.length > 0 && draw.chance(0.5) ? draw.pick(holds).mark : slab.words[BATCH_MARK]!;
    const move = Math.floor((then * bandBps) / 10_000) + draw.int(-1, 1);
    this.index = Math.min(slab.market.params.maxPrice, Math.max(1, then + draw.pick([-1, 1]) * move));
    return this.index;
  }

  protected inputs() {
    return { oraclePrice: this.oraclePrice(), nowSlot: this.slot() };
  }

  /** A price between ticks now and then, else on one. */
  protected aligned(price: number): number {
    const { draw, world } = this;
    const { tickAtoms } = world.slab.params;
    const tick = Math.max(tickAtoms, Math.floor(price / tickAtoms) * tickAtoms);
    return this.word(draw.chance(0.01) ? tick + 1 : Math.max(1, tick));
  }

  /** Near the best prices or the index, from deep in the own side to far into the other. */
  protected price(side: BookSide): number {
    const { draw, world } = this;
    const { slab } = world;
    const { tickAtoms } = slab.params;
    const contra = side === BUY ? slab.bestAsk : slab.bestBid;
    const own = side === BUY ? slab.bestBid : slab.bestAsk;
    const from = draw.pick([this.index, this.index, contra || this.index, own || this.index]);
    const away = draw.chance(0.5) ? draw.int(-1, 6) : draw.int(-10, 0);
    const spread = world.kind === 'deep' ? draw.int(1, 12) : 1;
    return this.aligned(from + (side === BUY ? -1 : 1) * away * spread * tickAtoms);
  }

  /** A quantity that the account's equity carries, mostly a small part of it. */
  protected qty(account: number, price: number): number {
    const { draw, world } = this;
    const { market, params } = world.slab;
    const capital = market.account(account)?.capital ?? world.deposit;
    const notional = (capital / Math.max(1, market.params.initialBps)) * 10_000;
    const most = Math.min(market.params.maxOiQ, (notional / Math.max(1, price)) * POS_SCALE);
    // Whoever is to be reduced has to owe most of what it trades.
    const share = draw.pick(
      world.kind === 'band' ? [0.97, 0.9, 0.6, 0.2] : [1, 0.5, 0.3, 0.1, 0.1, 0.05, 0.02],
    );
    const lots = Math.max(1, Math.floor((most * share) / params.lotQ));
    const qty = draw.chance(0.2) ? 1 + draw.wide(lots) : lots;
    return this.word(draw.chance(0.01) ? qty * params.lotQ + 1 : qty * params.lotQ);
  }

  /** An order of the book or of those that wait; now and then one that is not there. */
  protected order(): OrderView | undefined {
    const { draw, world } = this;
    const { slab } = world;
    const pending = draw.chance(0.3) ? listPendingOrders(slab) : [];
    if (pending.length > 0) return slab.order(draw.pick(pending));
    const owners = Array.from({ length: world.players }, (_, account) => slab.ordersOf(account));
    const places = owners.flat();
    return places.length === 0 ? undefined : slab.order(draw.pick(places));
  }

  protected ordersName(order: OrderView | undefined): { order: number; id: number; account: number } {
    const { draw } = this;
    if (order === undefined) return { order: draw.int(0, 3), id: draw.int(0, 5), account: this.player() };
    const { account, id, index } = order;
    return { order: this.place32(index), id: draw.chance(0.03) ? id + draw.int(-1, 1) : id, account };
  }

  /** A place in a pool; now and then beyond it. */
  protected place32(place: number): number {
    const { draw, world } = this;
    return draw.chance(world.hostility) ? draw.pick([0, 127, 128, 65_535, 4_294_967_295]) : place;
  }

  protected holds(): HoldView[] {
    const { slab } = this.world;
    const found: HoldView[] = [];
    for (let place = 0; place < slab.capacities.maxHolds; place += 1) {
      const hold = slab.hold(place);
      if (hold !== undefined) found.push(hold);
    }
    return found;
  }

  protected hold(): { hold: number; id: number; account: number } {
    const { draw } = this;
    const holds = this.holds();
    if (holds.length === 0) return { hold: draw.int(0, 2), id: draw.int(0, 5), account: this.player() };
    return this.holdsName(draw.pick(holds));
  }

  protected holdsName({ account, id, index }: HoldView): { hold: number; id: number; account: number } {
    return { hold: this.place32(index), id: this.draw.chance(0.03) ? id + 1 : id, account };
  }

  /** A price at which the account's equity is about its initial margin, or some of it. */
  protected ruin(account: number, basisQ: number): number {
    const { draw, world } = this;
    const { capital, feeCredits, pnl } = world.slab.market.account(account)!;
    const { initialBps, maxPrice } = world.slab.market.params;
    const margin = (initialBps / 10_000) * draw.pick([1, 0.95, 0.8, 0.5]);
    const equity = ((capital + pnl + feeCredits) / Math.abs(basisQ)) * POS_SCALE;
    const move = Math.floor((equity - margin * this.index) / (basisQ > 0 ? 1 - margin : 1 + margin));
    const price = this.index + (basisQ > 0 ? -1 : 1) * Math.max(0, move);
    return Math.min(maxPrice, Math.max(1, price));
  }
}
