import type { FillTable } from './fill_table.ts';
import type { ExitRow, LiquidationRow, ResetRow, SeriesRow } from './types.ts';

/** Rows and counters that a slab collects while it runs. */
export interface Recording {
  series: SeriesRow[];
  fills: FillTable;
  liquidations: LiquidationRow[];
  resets: ResetRow[];
  exits: ExitRow[];
  /** Refusals by group, op and error, joined by `REJECTION_SEPARATOR`. */
  rejections: Map<string, number>;
  instructions: number;
  rejected: number;
  /** Accounts that answered Overflow in settle or liquidate. */
  frozen: Set<number>;
  /** Slots in which the market could not accrue. */
  missedAccruals: number;
  /** Bids paid in the auctions, by group. */
  bidsPaid: Map<string, number>;
  /** By attack. */
  peakReserved: Map<string, number>;
  firstWithdrawal: Map<string, number>;
  firstDistortionSlot: number | null;
  /** The latest slot and its prices; −1 before the first one. */
  slot: number;
  fundamentalPrice: number;
  indexPrice: number;
}

/** No name in a scenario holds one. */
export const REJECTION_SEPARATOR = '\t';

export function createRecording(initialPrice: number, fills: FillTable): Recording {
  return {
    series: [],
    fills,
    liquidations: [],
    resets: [],
    exits: [],
    rejections: new Map(),
    instructions: 0,
    rejected: 0,
    frozen: new Set(),
    missedAccruals: 0,
    bidsPaid: new Map(),
    peakReserved: new Map(),
    firstWithdrawal: new Map(),
    firstDistortionSlot: null,
    slot: -1,
    fundamentalPrice: initialPrice,
    indexPrice: initialPrice,
  };
}
