import { POS_SCALE, type RiskInstruction } from '../../engine/risk/index.ts';
import {
  type BookSide,
  BUY,
  type HoldView,
  listPendingOrders,
  type OrderView,
  SELL,
  type SlabInstruction,
} from '../../engine/slab/index.ts';
import type { Draw } from './parity_draw.ts';
import { Generator } from './parity_generator.ts';
import type { SlabWorld, SlabWorldKind } from './parity_slab_worlds.ts';

type Op = SlabInstruction['op'];

/** How often each instruction is drawn, before the state has its say. */
const WEIGHTS: Readonly<Record<Op, number>> = {
  placeOrder: 40,
  risk: 14,
  batchOpen: 9,
  reserve: 9,
  commit: 7,
  replaceOrder: 6,
  cancelOrder: 5,
  reduceBand: 4,
  cancelHold: 3,
  releaseHold: 3,
  prune: 3,
  cancelAll: 1,
  setDlp: 2,
};

/** What a world stresses comes more often in it. */
const STRESSED: Readonly<Partial<Record<SlabWorldKind, Partial<Record<Op, number>>>>> = {
  batches: { batchOpen: 18, setDlp: 5 },
  holds: { reserve: 18, commit: 14, prune: 8, releaseHold: 6 },
  tiny: { reserve: 14 },
  band: { reduceBand: 14, batchOpen: 14, risk: 20 },
  toxic: { placeOrder: 60 },
  deep: { placeOrder: 80, cancelOrder: 12 },
};

/** Draws instructions that the slab they are for is likely to find interesting. */
export class SlabGenerator {
  private readonly draw: Draw;
  private readonly world: SlabWorld;
  private readonly risk: Generator;
  private readonly weights: Readonly<Record<Op, number>>;
  /** Quote atoms per base; moves with each instruction that names it. */
  private index: number;

  constructor(draw: Draw, world: SlabWorld) {
    this.draw = draw;
    this.world = world;
    const { deposit, hostility, players, slab } = world;
    this.risk = new Generator(draw, { kind: 'ordinary', market: slab.market, players, hostility, deposit });
    this.weights = { ...WEIGHTS, ...STRESSED[world.kind] };
    this.index = world.price;
  }

  /** The next instruction, given the slab as it is now. */
  next(): SlabInstruction {
    const { draw, world } = this;
    const { maxAccounts } = world.slab.market.params;
    const { usedAccounts } = world.slab.market.globals;
    const isSparse = usedAccounts < Math.min(world.players, maxAccounts);
    if (isSparse && draw.chance(usedAccounts < 2 ? 0.9 : 0.3)) return this.fund();
    switch (draw.weighted(this.weights)) {
      case 'placeOrder':
        return this.place();
      case 'risk':
        return this.passOn();
      case 'batchOpen':
        return this.open();
      case 'reserve':
        return this.reserve();
      case 'commit':
        return this.commit();
      case 'replaceOrder':
        return this.replace();
      case 'cancelOrder':
        return this.cancel();
      case 'reduceBand':
        return this.reduce();
      case 'cancelHold': {
        const { account, ...hold } = this.hold();
        return { op: 'cancelHold', account: this.mostly(account), ...hold, nowSlot: this.slot() };
      }
      case 'releaseHold':
        return this.release();
      case 'prune':
        return this.prune();
      case 'cancelAll':
        return { op: 'cancelAll', account: this.player(), nowSlot: this.slot() };
      case 'setDlp':
        return { op: 'setDlp', account: this.player(), flag: draw.chance(0.6) };
    }
  }

  private word(value: number): number {
    return this.draw.hostile(value, this.world.hostility);
  }

  private player(): number {
    const { draw, world } = this;
    if (draw.chance(world.hostility / 2)) return draw.pick([15, 16, 65_535, 4_294_967_295]);
    return draw.int(0, world.players - 1);
  }

  /** The account, or now and then somebody else. */
  private mostly(account: number): number {
    return this.draw.chance(0.04) ? this.player() : account;
  }

  private slot(): number {
    const { draw, world } = this;
    const { market, params } = world.slab;
    const now = market.globals.currentSlot;
    if (draw.chance(world.hostility / 2)) return now - 1;
    const step = draw.weighted({ none: 70, one: 15, batch: 12, far: 3 });
    const steps = { none: 0, one: 1, batch: draw.int(1, params.batchSlots), far: draw.wide(1_000) };
    return this.word(now + steps[step]);
  }

  /** Where the index is now: it drifts by ticks and now and then jumps, in some worlds far enough to ruin somebody. */
  private oraclePrice(): number {
    const { draw, world } = this;
    const { maxPrice } = world.slab.market.params;
    const isWild = world.kind === 'band' || world.kind === 'holds' || world.kind === 'edge';
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

  private inputs() {
    return { oraclePrice: this.oraclePrice(), nowSlot: this.slot() };
  }

  /** The first account that nobody has. */
  private newcomer(): number {
    const { players, slab } = this.world;
    let index = 0;
    while (index < players - 1 && slab.market.account(index) !== undefined) index += 1;
    return index;
  }

  private fund(): SlabInstruction {
    const { draw, world } = this;
    const { minInitialDeposit } = world.slab.market.params;
    const amount = minInitialDeposit + draw.int(Math.floor(world.deposit / 8), world.deposit);
    const instruction: RiskInstruction = {
      op: 'deposit',
      account: this.newcomer(),
      amount: this.word(Math.min(Number.MAX_SAFE_INTEGER, amount)),
      nowSlot: this.slot(),
    };
    return { op: 'risk', instruction };
  }

  /** An instruction of the risk engine, mostly at the index of now; trades are none of them. */
  private passOn(): SlabInstruction {
    const { draw } = this;
    let instruction = this.risk.next();
    while (instruction.op === 'executeTrade' && !draw.chance(0.01)) instruction = this.risk.next();
    if (!('oraclePrice' in instruction) || draw.chance(0.1)) return { op: 'risk', instruction };
    return { op: 'risk', instruction: { ...instruction, ...this.inputs() } };
  }

  /** A price between ticks now and then, else on one. */
  private aligned(price: number): number {
    const { draw, world } = this;
    const { tickAtoms } = world.slab.params;
    const tick = Math.max(tickAtoms, Math.floor(price / tickAtoms) * tickAtoms);
    return this.word(draw.chance(0.01) ? tick + 1 : Math.max(1, tick));
  }

  /** Near the best prices or the index, from deep in the own side to far into the other. */
  private price(side: BookSide): number {
    const { draw, world } = this;
    const { slab } = world;
    const { tickAtoms } = slab.params;
    const contra = side === BUY ? slab.bestAsk : slab.bestBid;
    const own = side === BUY ? slab.bestBid : slab.bestAsk;
    const from = draw.pick([this.index, this.index, contra || this.index, own || this.index]);
    const away = draw.chance(0.6) ? draw.int(-1, 6) : draw.int(-8, 1);
    const spread = world.kind === 'deep' ? draw.int(1, 12) : 1;
    return this.aligned(from + (side === BUY ? -1 : 1) * away * spread * tickAtoms);
  }

  /** A quantity that the account's equity carries, mostly a small part of it. */
  private qty(account: number, price: number): number {
    const { draw, world } = this;
    const { market, params } = world.slab;
    const capital = market.account(account)?.capital ?? world.deposit;
    const notional = (capital / Math.max(1, market.params.initialBps)) * 10_000;
    const most = Math.min(market.params.maxOiQ, (notional / Math.max(1, price)) * POS_SCALE);
    const share = draw.pick([1, 0.5, 0.3, 0.1, 0.1, 0.05, 0.02]);
    const lots = Math.max(1, Math.floor((most * share) / params.lotQ));
    const qty = draw.chance(0.2) ? 1 + draw.wide(lots) : lots;
    return this.word(draw.chance(0.01) ? qty * params.lotQ + 1 : qty * params.lotQ);
  }

  private place(): SlabInstruction {
    const { draw } = this;
    const account = this.player();
    const side: BookSide = draw.chance(0.5) ? BUY : SELL;
    const kind = Number(draw.weighted({ 0: 50, 1: 18, 2: 24, 3: 8 })) as 0 | 1 | 2 | 3;
    const inputs = this.inputs();
    const price = this.price(side);
    const reduceOnly = draw.chance(0.12);
    return {
      op: 'placeOrder',
      account,
      side,
      kind,
      price,
      qty: this.qty(account, price),
      reduceOnly,
      ...inputs,
    };
  }

  /** An order of the book or of those that wait; now and then one that is not there. */
  private order(): OrderView | undefined {
    const { draw, world } = this;
    const { slab } = world;
    const pending = draw.chance(0.3) ? listPendingOrders(slab) : [];
    if (pending.length > 0) return slab.order(draw.pick(pending));
    const owners = Array.from({ length: world.players }, (_, account) => slab.ordersOf(account));
    const places = owners.flat();
    return places.length === 0 ? undefined : slab.order(draw.pick(places));
  }

  private ordersName(order: OrderView | undefined): { order: number; id: number; account: number } {
    const { draw } = this;
    if (order === undefined) return { order: draw.int(0, 3), id: draw.int(0, 5), account: this.player() };
    const { account, id, index } = order;
    return { order: this.place32(index), id: draw.chance(0.03) ? id + draw.int(-1, 1) : id, account };
  }

  /** A place in a pool; now and then beyond it. */
  private place32(place: number): number {
    const { draw, world } = this;
    return draw.chance(world.hostility) ? draw.pick([0, 127, 128, 65_535, 4_294_967_295]) : place;
  }

  private cancel(): SlabInstruction {
    const { account, ...order } = this.ordersName(this.order());
    return { op: 'cancelOrder', account: this.mostly(account), ...order, nowSlot: this.slot() };
  }

  private replace(): SlabInstruction {
    const { draw, world } = this;
    const found = this.order();
    const { account, ...order } = this.ordersName(found);
    const side = found?.side ?? BUY;
    const price = found !== undefined && draw.chance(0.5) ? found.price : this.price(side);
    const { lotQ } = world.slab.params;
    const smaller = Math.floor((found?.qty ?? 0) / lotQ / 2) * lotQ;
    const qty = draw.pick([smaller, found?.reservedQ ?? 0, found?.qty ?? 1, this.qty(account, price)]);
    return {
      op: 'replaceOrder',
      account: this.mostly(account),
      ...order,
      price,
      qty: this.word(qty),
      ...this.inputs(),
    };
  }

  private open(): SlabInstruction {
    const { draw, world } = this;
    const inputs = this.inputs();
    const due = world.slab.batchSlot + world.slab.params.batchSlots;
    const isDue = draw.chance(0.85);
    return { op: 'batchOpen', ...inputs, nowSlot: isDue ? Math.max(inputs.nowSlot, due) : inputs.nowSlot };
  }

  private reserve(): SlabInstruction {
    const { draw, world } = this;
    const { slab } = world;
    const account = this.player();
    const side: BookSide = draw.chance(0.5) ? BUY : SELL;
    const inputs = this.inputs();
    const contra = side === BUY ? slab.bestAsk : slab.bestBid;
    const { maxPrice } = slab.market.params;
    const far = side === BUY ? Math.min(maxPrice, this.index * 2) : 1;
    const limit = draw.chance(0.7) ? this.aligned(draw.pick([contra || far, far, far])) : this.price(side);
    const { maxHoldSlots } = slab.params;
    const ttl = draw.chance(0.03)
      ? draw.pick([0, maxHoldSlots + 1, 4_294_967_295])
      : draw.int(1, Math.min(maxHoldSlots, 12));
    return {
      op: 'reserve',
      route: draw.hostile(draw.int(0, 9), world.hostility),
      account,
      side,
      qty: this.qty(account, limit),
      limit,
      ttl,
      seqno: draw.chance(0.04) ? slab.seqno - 1 : slab.seqno,
      ...inputs,
    };
  }

  private holds(): HoldView[] {
    const { slab } = this.world;
    const found: HoldView[] = [];
    for (let place = 0; place < slab.capacities.maxHolds; place += 1) {
      const hold = slab.hold(place);
      if (hold !== undefined) found.push(hold);
    }
    return found;
  }

  private hold(): { hold: number; id: number; account: number } {
    const { draw } = this;
    const holds = this.holds();
    if (holds.length === 0) return { hold: draw.int(0, 2), id: draw.int(0, 5), account: this.player() };
    return this.holdsName(draw.pick(holds));
  }

  private holdsName({ account, id, index }: HoldView): { hold: number; id: number; account: number } {
    return { hold: this.place32(index), id: this.draw.chance(0.03) ? id + 1 : id, account };
  }

  private commit(): SlabInstruction {
    const { account, ...hold } = this.hold();
    return { op: 'commit', account: this.mostly(account), ...hold, ...this.inputs() };
  }

  private release(): SlabInstruction {
    const { draw } = this;
    const holds = this.holds();
    const found = holds.length === 0 ? undefined : draw.pick(holds);
    const { account: _, ...hold } = found === undefined ? this.hold() : this.holdsName(found);
    const slot = this.slot();
    const isLate = found !== undefined && draw.chance(0.5);
    return { op: 'releaseHold', ...hold, nowSlot: isLate ? Math.max(slot, found.expirySlot + 1) : slot };
  }

  private prune(): SlabInstruction {
    const { draw, world } = this;
    const holds = this.holds();
    const inputs = this.inputs();
    if (holds.length === 0) {
      const { account: _, ...hold } = this.hold();
      return { op: 'prune', ...hold, order: draw.int(0, 3), orderId: draw.int(0, 9), ...inputs };
    }
    const found = draw.pick(holds);
    const { account: _, ...hold } = this.holdsName(found);
    const place = found.slices.length === 0 ? 0 : draw.pick(found.slices).order;
    const { id, order } = this.ordersName(draw.chance(0.9) ? world.slab.order(place) : this.order());
    return { op: 'prune', ...hold, order, orderId: id, ...inputs };
  }

  private reduce(): SlabInstruction {
    const { draw } = this;
    const account = draw.chance(0.7) ? this.risk.weakest() : this.player();
    return { op: 'reduceBand', account, caller: this.player(), ...this.inputs() };
  }
}
