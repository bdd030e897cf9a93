import { POS_SCALE } from '../../engine/risk/index.ts';
import type { SlabErrorName } from '../../engine/slab/index.ts';

/** What the model of a slab keeps (see model_book.ts). */

export interface ModelOrder {
  id: number;
  account: number;
  side: 0 | 1;
  price: number;
  qty: number;
  isPending: boolean;
  reduceOnly: boolean;
  postOnly: boolean;
  epoch: number;
  /** When it came to rest: earlier goes first at a price. */
  arrival: number;
}

export interface Lock {
  order: number;
  qty: number;
}

export interface ModelHold {
  id: number;
  route: number;
  account: number;
  side: 0 | 1;
  expirySlot: number;
  mark: number;
  bond: number;
  worstPrice: number;
  locks: Lock[];
}

export interface Aggression {
  buyQ: number;
  buyNotional: number;
  sellQ: number;
  sellNotional: number;
  taxed: number;
}

/** Everything that an error takes back. */
export interface State {
  orders: ModelOrder[];
  holds: ModelHold[];
  dlps: number[];
  trades: { price: number; qty: number; maker: number; taker: number; makerOrder: number }[];
  ledger: [account: number, row: Aggression][];
  seqno: number;
  nextOrder: number;
  nextHold: number;
  arrivals: number;
  epoch: number;
  batchSlot: number;
  batchMark: number;
  premium: number;
  premiumSlot: number;
  fundingRate: number;
}

export type Terms = Pick<ModelOrder, 'account' | 'side' | 'price' | 'qty' | 'reduceOnly' | 'postOnly'>;

export class Refused {
  readonly name: SlabErrorName;
  constructor(name: SlabErrorName) {
    this.name = name;
  }
}

export function demand(ok: boolean, name: SlabErrorName): asserts ok {
  if (!ok) throw new Refused(name);
}

export const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
export const MAX_TRADE = 100_000_000_000_000;

/** ceil(qty·price/POS_SCALE) of numbers small enough to be exact. */
export function notionalUp(qty: number, price: number): number {
  return Math.ceil((qty * price) / POS_SCALE);
}
