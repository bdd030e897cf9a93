/**
 * One stream of instructions through the TypeScript engine and through the Rust programs, from the same bytes: what an
 * instruction costs in each, computation and undo journal only. Run by `parity_ops.mjs`.
 */
import { Wide } from '../engine/math/index.ts';
import { apply, type Market, type RiskInstruction } from '../engine/risk/index.ts';
import { decodeMarket, encodeInstruction, encodeMarket } from '../engine/wire/index.ts';
import { createStream } from '../sim/kernel/streams.ts';
import { buildHost, HOST_AUTHORITY, ParityHost } from '../sim/verify/parity_host.ts';
import { createFullMarket } from './risk.ts';

const BLOCK = 1_024;
const ROUNDS = 40;
const TURNS = 12;
const TOUCHES = 64;
const START_PRICE = 100_000_000_000;
/** Instructions that share a slot and its price, as in the lab. */
const PER_SLOT = 64;

/** Instructions of one kind, timed together. `operations` is what one of them counts for. */
interface Block {
  name: string;
  operations: number;
  instructions: RiskInstruction[];
}

/** Nanoseconds an operation. */
export interface Comparison {
  name: string;
  typescript: number;
  rust: number;
}

/** Draws the stream, applying it on the way, so that trades know the positions they meet. */
function drawStream(market: Market): Block[] {
  const random = createStream('bench', 'parity-ops');
  const accounts = market.maxSlots;
  let drawn = 0;
  let slot = market.globals.currentSlot;
  let oraclePrice = market.globals.priceLast;
  const account = () => Math.floor(random() * accounts);
  const inputs = (perSlot = PER_SLOT) => {
    if (drawn % perSlot === 0) {
      slot += 1;
      oraclePrice = START_PRICE + Math.floor((random() - 0.5) * 0.02 * START_PRICE);
    }
    drawn += 1;
    return { oraclePrice, nowSlot: slot, fundingRate: 1 };
  };
  const trade = (): RiskInstruction => {
    const first = account();
    const second = (first + 1 + Math.floor(random() * (accounts - 1))) % accounts;
    const held = (index: number) => market.account(index)!.basisQ;
    const [buyer, seller] = held(first) <= held(second) ? [first, second] : [second, first];
    const given = inputs();
    const sizeQ = 1 + Math.floor(random() * 1_000_000);
    return { op: 'executeTrade', buyer, seller, sizeQ, executionPrice: given.oraclePrice, ...given };
  };
  const crank = (touches: number): RiskInstruction => ({
    op: 'keeperCrank',
    candidates: Array.from({ length: touches }, () => [account(), null] as const),
    maxRevalidations: touches,
    ...inputs(1),
  });
  const draw = (name: string, next: () => RiskInstruction, operations = 1): Block => {
    const length = BLOCK / (operations === 1 ? 1 : 8);
    const instructions = Array.from({ length }, () => {
      const instruction = next();
      apply(market, instruction);
      return instruction;
    });
    return { name, operations, instructions };
  };
  return [
    draw('deposit', () => ({ op: 'deposit', account: account(), amount: 1_000, nowSlot: slot })),
    draw('execute_trade', trade),
    draw('settle', () => ({ op: 'settleAccount', account: account(), ...inputs() })),
    draw('withdraw', () => ({ op: 'withdraw', account: account(), amount: 1_000, ...inputs() })),
    draw('crank touch', () => crank(TOUCHES), TOUCHES),
    draw('accrue', () => crank(0)),
    draw('liquidate, refused', () => ({ op: 'liquidate', account: account(), policy: 'full', ...inputs() })),
  ];
}

/** Writes a record over another of its kind, so that each round starts from the same state in the same memory. */
function overwrite(to: object, from: object): void {
  const target = to as Record<string, unknown>;
  for (const [name, value] of Object.entries(from)) {
    if (value instanceof Wide) (target[name] as Wide).copyFrom(value);
    else target[name] = value;
  }
}

/** Makes the market what the other one is, in the memory it has. */
export function restore(market: Market, start: Market): void {
  overwrite(market.globals, start.globals);
  for (const [at, side] of start.sides.entries()) overwrite(market.sides[at]!, side);
  for (const [at, account] of start.accounts.entries()) overwrite(market.accounts[at]!, account!);
}

/** Least nanoseconds of each block over the rounds, from the same start. */
function timeTypeScript(market: Market, start: Market, blocks: readonly Block[]): number[] {
  const least = blocks.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    restore(market, start);
    blocks.forEach(({ instructions }, at) => {
      const begin = process.hrtime.bigint();
      for (const instruction of instructions) apply(market, instruction);
      least[at] = Math.min(least[at]!, Number(process.hrtime.bigint() - begin));
    });
  }
  return least;
}

/** Runs both in turn, so that a busy neighbour disturbs both, and compares the least disturbed rounds. */
export async function compareOps(): Promise<Comparison[]> {
  const bytes = encodeMarket(createFullMarket(), HOST_AUTHORITY);
  const [market, start] = [decodeMarket(bytes)!, decodeMarket(bytes)!];
  const blocks = drawStream(market);
  const streams = blocks.map(({ instructions }) => instructions.map(encodeInstruction));
  const typescript = blocks.map(() => Number.POSITIVE_INFINITY);
  const rust = blocks.map(() => Number.POSITIVE_INFINITY);
  const keepLeast = (least: number[], times: readonly number[]) => {
    times.forEach((time, at) => {
      least[at] = Math.min(least[at]!, time);
    });
  };
  const host = new ParityHost(buildHost());
  try {
    await host.load(bytes);
    for (let turn = 0; turn < TURNS; turn += 1) {
      keepLeast(typescript, timeTypeScript(market, start, blocks));
      keepLeast(rust, await host.time(streams, ROUNDS));
    }
  } finally {
    host.close();
  }
  return blocks.map(({ instructions, name, operations }, at) => {
    const count = instructions.length * operations;
    return { name, typescript: typescript[at]! / count, rust: rust[at]! / count };
  });
}
