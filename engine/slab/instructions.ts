import type { RiskInstruction } from '../risk/instructions.ts';
import type { BookSide, OrderKind } from './constants.ts';

/**
 * Instructions of a slab (docs/slab.md, Instructions). All numbers are integers: prices in quote atoms per base, sizes in
 * q-units. An order or a hold is named by its place in the pool (from 0) and its id.
 */

/** Of the instructions that may trade or need the mark. */
export interface SlabInputs {
  /** The index. */
  oraclePrice: number;
  nowSlot: number;
}

/** One of the risk engine's instructions; the slab's funding rate takes the place of the caller's. */
export interface Risk {
  op: 'risk';
  instruction: RiskInstruction;
}
/** Marks an account as a designated LP, or takes the mark away. */
export interface SetDlp {
  op: 'setDlp';
  account: number;
  flag: boolean;
}
export interface PlaceOrder extends SlabInputs {
  op: 'placeOrder';
  account: number;
  side: BookSide;
  kind: OrderKind;
  price: number;
  qty: number;
  reduceOnly: boolean;
}
export interface CancelOrder {
  op: 'cancelOrder';
  account: number;
  order: number;
  id: number;
  nowSlot: number;
}
export interface CancelAll {
  op: 'cancelAll';
  account: number;
  nowSlot: number;
}
export interface ReplaceOrder extends SlabInputs {
  op: 'replaceOrder';
  account: number;
  order: number;
  id: number;
  price: number;
  qty: number;
}
export interface BatchOpen extends SlabInputs {
  op: 'batchOpen';
}
export interface Reserve extends SlabInputs {
  op: 'reserve';
  /** Whatever the router calls the route; stored, not read. */
  route: number;
  account: number;
  side: BookSide;
  qty: number;
  limit: number;
  /** Slots for which the hold can be committed. */
  ttl: number;
  /** Of the book on which the route was planned. */
  seqno: number;
}
export interface Commit extends SlabInputs {
  op: 'commit';
  account: number;
  hold: number;
  id: number;
}
export interface CancelHold {
  op: 'cancelHold';
  account: number;
  hold: number;
  id: number;
  nowSlot: number;
}
export interface ReleaseHold {
  op: 'releaseHold';
  hold: number;
  id: number;
  nowSlot: number;
}
export interface Prune extends SlabInputs {
  op: 'prune';
  hold: number;
  id: number;
  order: number;
  orderId: number;
}
export interface ReduceBand extends SlabInputs {
  op: 'reduceBand';
  account: number;
  /** Earns the reward; must have an account here. */
  caller: number;
}

export type SlabInstruction =
  | Risk
  | SetDlp
  | PlaceOrder
  | CancelOrder
  | CancelAll
  | ReplaceOrder
  | BatchOpen
  | Reserve
  | Commit
  | CancelHold
  | ReleaseHold
  | Prune
  | ReduceBand;
