/**
 * One stream of a slab's instructions through the TypeScript engine and through the Rust program, from the same bytes: a
 * full-size slab with 10 000 resting orders. Run by `slab_ops.mjs`.
 */
import {
  applySlab,
  type BookSide,
  BUY,
  OrderKind,
  SELL,
  type Slab,
  type SlabInstruction,
} from '../engine/slab/index.ts';
import { encodeSlab } from '../engine/wire/slab_account.ts';
import { encodeSlabInstruction } from '../engine/wire/slab_codec.ts';
import { createStream } from '../sim/kernel/streams.ts';
import { buildHost, HOST_AUTHORITY, ParityHost } from '../sim/verify/parity_host.ts';
import { type Comparison, restore } from './parity_ops.ts';
import { createSlab, fillBook, run } from './slab.ts';

const BLOCK = 1_024;
const RESTING = 10_000;
const SWEEP = 16;
const HOLD_LEVELS = 10;
const ROUNDS = 4;
const TURNS = 12;
/** Of `createSlab`. */
const PRICE = 100_000_000_000;
const TICK = 1_000_000;
const LOT = 1_000;

/** Instructions timed together. `operations` is what all of them count for. Without a name they only make room. */
interface Block {
  name: string;
  operations: number;
  instructions: SlabInstruction[];
}

/** Draws the stream, applying it on the way, so that it knows the orders and holds it names. */
function drawStream(slab: Slab): Block[] {
  const random = createStream('bench', 'slab-ops');
  let nowSlot = slab.market.globals.currentSlot;
  const account = () => Math.floor(random() * slab.market.globals.usedAccounts);
  const place = (side: BookSide, kind: OrderKind, ticks: number, qty: number): SlabInstruction => {
    const price = PRICE + ticks * TICK;
    const terms = { account: account(), side, kind, price, qty, reduceOnly: false };
    return { op: 'placeOrder', ...terms, oraclePrice: PRICE, nowSlot };
  };
  const apply = (instruction: SlabInstruction): SlabInstruction => {
    run(slab, instruction);
    return instruction;
  };
  const repeat = (count: number, next: (nth: number) => SlabInstruction | SlabInstruction[]) =>
    Array.from({ length: count }, (_, nth) => next(nth)).flat();
  const open = () => {
    nowSlot += 1;
    return apply({ op: 'batchOpen', oraclePrice: PRICE, nowSlot });
  };

  const placed: number[] = [];
  const inserts = repeat(BLOCK, () => {
    const side = random() < 0.5 ? BUY : SELL;
    const ticks = (side === BUY ? -1 : 1) * (10 + Math.floor(random() * 1_000));
    const insert = apply(place(side, OrderKind.Limit, ticks, LOT));
    placed.push(slab.lastResult.order);
    return insert;
  });
  const cancels = repeat(BLOCK, (nth) => {
    const { account: owner, id, index } = slab.order(placed[nth]!)!;
    return apply({ op: 'cancelOrder', account: owner, order: index, id, nowSlot });
  });
  const makers = repeat(BLOCK, (nth) => apply(place(SELL, OrderKind.PostOnly, 1 + (nth % 8), LOT)));
  // Two slots later no order is late, and nothing is frozen.
  const openings = [open(), open()];
  const sweeps = repeat(BLOCK / SWEEP, () => apply(place(BUY, OrderKind.Ioc, 9, LOT * SWEEP)));
  const holds = Array.from({ length: BLOCK / 16 }, (): Block[] => {
    const offered = repeat(HOLD_LEVELS, (nth) => apply(place(SELL, OrderKind.Limit, nth - 9, LOT)));
    const opened = open();
    nowSlot += 1;
    const terms = { route: 1, account: account(), side: BUY, qty: HOLD_LEVELS * LOT, limit: PRICE } as const;
    const inputs = { oraclePrice: PRICE, nowSlot };
    const reserve = apply({ op: 'reserve', ...terms, ttl: 10, seqno: slab.seqno, ...inputs });
    const { hold, holdId } = slab.lastResult;
    const commit = apply({ op: 'commit', account: terms.account, hold, id: holdId, ...inputs });
    return [
      { name: '', operations: 0, instructions: [...offered, opened] },
      { name: 'reserve + commit', operations: 1, instructions: [reserve, commit] },
    ];
  });
  return [
    { name: 'insert', operations: BLOCK, instructions: inserts },
    { name: 'cancel', operations: BLOCK, instructions: cancels },
    { name: 'insert, post-only', operations: BLOCK, instructions: makers },
    { name: `fill, ${SWEEP} a taker`, operations: BLOCK, instructions: [...openings, ...sweeps] },
    ...holds.flat(),
  ];
}

/** Least nanoseconds of each block over the rounds, from the same start. */
function timeTypeScript(slab: Slab, start: Slab, blocks: readonly Block[]): number[] {
  const least = blocks.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    restore(slab.market, start.market);
    slab.words.set(start.words);
    blocks.forEach(({ instructions }, at) => {
      const begin = process.hrtime.bigint();
      for (const instruction of instructions) applySlab(slab, instruction);
      least[at] = Math.min(least[at]!, Number(process.hrtime.bigint() - begin));
    });
  }
  return least;
}

/** Runs both in turn, so that a busy neighbour disturbs both, and compares the least disturbed rounds. */
export async function compareSlabOps(): Promise<Comparison[]> {
  // Not decoded: a slab from outside has no ladder.
  const [slab, start] = [createSlab(), createSlab()];
  for (const filled of [slab, start]) fillBook(filled, RESTING);
  const bytes = encodeSlab(start, { authority: HOST_AUTHORITY, router: HOST_AUTHORITY });
  const blocks = drawStream(slab);
  const streams = blocks.map(({ instructions }) => instructions.map(encodeSlabInstruction));
  const typescript = blocks.map(() => Number.POSITIVE_INFINITY);
  const rust = blocks.map(() => Number.POSITIVE_INFINITY);
  const keepLeast = (least: number[], times: readonly number[]) => {
    times.forEach((time, at) => {
      least[at] = Math.min(least[at]!, time);
    });
  };
  const host = new ParityHost(buildHost());
  try {
    await host.use('slab');
    await host.load(bytes);
    for (let turn = 0; turn < TURNS; turn += 1) {
      keepLeast(typescript, timeTypeScript(slab, start, blocks));
      keepLeast(rust, await host.time(streams, ROUNDS));
    }
  } finally {
    await host.close();
  }
  const names = new Set(blocks.map(({ name }) => name).filter((name) => name !== ''));
  return Array.from(names, (name) => {
    const mean = (least: readonly number[]) => {
      const own = blocks
        .map((block, at) => ({ ...block, time: least[at]! }))
        .filter((row) => row.name === name);
      const total = (of: (row: (typeof own)[number]) => number) => own.reduce((sum, row) => sum + of(row), 0);
      return total(({ time }) => time) / total(({ operations }) => operations);
    };
    return { name, typescript: mean(typescript), rust: mean(rust) };
  });
}
