import type { RiskInstruction } from '../../engine/risk/index.ts';
import { type BookSide, BUY, SELL, type SlabInstruction } from '../../engine/slab/index.ts';
import { SLAB_LAYOUT } from '../../engine/wire/slab_layout.ts';
import type { Draw } from './parity_draw.ts';
import { Generator } from './parity_generator.ts';
import { SlabFields } from './parity_slab_fields.ts';
import type { SlabWorld, SlabWorldKind } from './parity_slab_worlds.ts';

const { holdsUsed: HOLDS_USED } = SLAB_LAYOUT.book.at;

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
export class SlabGenerator extends SlabFields {
  private readonly risk: Generator;
  private readonly weights: Readonly<Record<Op, number>>;

  constructor(draw: Draw, world: SlabWorld) {
    super(draw, world);
    const { deposit, hostility, players, slab } = world;
    this.risk = new Generator(draw, { kind: 'ordinary', market: slab.market, players, hostility, deposit });
    this.weights = { ...WEIGHTS, ...STRESSED[world.kind] };
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
        if (this.needsHold()) return this.reserve();
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

  /** Is there a hold? Where there is none, one is made most of the time. */
  private needsHold(): boolean {
    return this.world.slab.words[HOLDS_USED] === 0 && this.draw.chance(0.9);
  }

  private commit(): SlabInstruction {
    if (this.needsHold()) return this.reserve();
    const { account, ...hold } = this.hold();
    return { op: 'commit', account: this.mostly(account), ...hold, ...this.inputs() };
  }

  private release(): SlabInstruction {
    if (this.needsHold()) return this.reserve();
    const { draw } = this;
    const holds = this.holds();
    const found = holds.length === 0 ? undefined : draw.pick(holds);
    const { account: _, ...hold } = found === undefined ? this.hold() : this.holdsName(found);
    const slot = this.slot();
    const isLate = found !== undefined && draw.chance(0.5);
    return { op: 'releaseHold', ...hold, nowSlot: isLate ? Math.max(slot, found.expirySlot + 1) : slot };
  }

  private prune(): SlabInstruction {
    if (this.needsHold()) return this.reserve();
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

  /** Mostly of the weakest account, at a price that moved against it, with orders that were there at the opening. */
  private reduce(): SlabInstruction {
    const { draw, world } = this;
    const { slab } = world;
    const account = draw.chance(0.9) ? this.risk.weakest() : this.player();
    const basisQ = slab.market.account(account)?.basisQ ?? 0;
    if (basisQ === 0 && draw.chance(0.9)) return this.place();
    const other = draw.int(0, world.players - 2);
    const caller = draw.chance(0.9) ? (other < account ? other : other + 1) : this.player();
    if (draw.chance(0.5) && basisQ !== 0) this.index = this.ruin(account, basisQ);
    return { op: 'reduceBand', account, caller, ...this.inputs() };
  }
}
