import { MAX_SAFE } from '../math/index.ts';
import { ADL_ONE, BPS, MAX_ACCOUNTS, MAX_ORACLE_PRICE } from '../risk/constants.ts';
import { PARAM_RANGES } from '../risk/params.ts';

/** `word`: i64 in the envelope. `wide`: i128, low word first. A number: so many raw bytes. */
export type FieldKind = 'word' | 'wide' | number;

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** Bytes from the start of the record. */
  readonly offset: number;
  readonly size: number;
  /** What a word may hold. */
  readonly min: number;
  readonly max: number;
}

/** A record of the layout: its fields one after the other, without padding. */
export interface RecordLayout {
  readonly fields: readonly Field[];
  readonly size: number;
}

type Declaration =
  | readonly [name: string, min: number, max: number]
  | readonly [name: string, kind: FieldKind];

const sizeOf = (kind: FieldKind) => (kind === 'word' ? 8 : kind === 'wide' ? 16 : kind);

/** The layout of a record: its fields in order, each where the one before it ends. */
export function declare(...declarations: Declaration[]): RecordLayout {
  let offset = 0;
  const fields = declarations.map((declaration): Field => {
    const name = declaration[0];
    const isWord = declaration.length === 3;
    const kind = isWord ? 'word' : declaration[1];
    const [min, max] = isWord ? [declaration[1], declaration[2]] : [0, 0];
    const field = { name, kind, offset, size: sizeOf(kind), min, max };
    offset += field.size;
    return field;
  });
  return { fields, size: offset };
}

/** First bytes of every market account: "PERCRISK". */
export const MAGIC = Uint8Array.of(0x50, 0x45, 0x52, 0x43, 0x52, 0x49, 0x53, 0x4b);
/** Grows with every change of the layout. */
export const LAYOUT_VERSION = 1;

/**
 * The account layout of a market (design 02 §1): declared here and in `record!` of `programs/risk`, little-endian, 8-byte
 * aligned. A test compares the two field by field. Word fields carry the names of the engine's own objects.
 */
export const LAYOUT = {
  header: declare(
    ['magic', 8],
    ['version', LAYOUT_VERSION, LAYOUT_VERSION],
    ['maxSlots', 1, MAX_ACCOUNTS],
    ['size', 0, MAX_SAFE],
    ['authority', 32],
  ),
  params: declare(
    ...PARAM_RANGES,
    ['socialize', 0, 1],
    ['adaptiveWarmup', 0, 1],
    ['fastWindowSlots', 0, MAX_SAFE],
    ['slowWindowSlots', 0, MAX_SAFE],
    ['maxMultiplierBps', 0, 1_000 * BPS],
    ['saturationBps', 0, BPS],
    ['freezeBps', 0, BPS],
    ['hysteresisBps', 0, BPS],
  ),
  globals: declare(
    ['vault', 0, MAX_SAFE],
    ['insurance', 0, MAX_SAFE],
    ['cTot', 0, MAX_SAFE],
    ['pnlPosTot', 0, MAX_SAFE],
    ['pnlMaturedPosTot', 0, MAX_SAFE],
    ['currentSlot', 0, MAX_SAFE],
    ['slotLast', 0, MAX_SAFE],
    ['priceLast', 1, MAX_ORACLE_PRICE],
    ['fundingPriceLast', 1, MAX_ORACLE_PRICE],
    ['fundingRate', -BPS, BPS],
    ['usedAccounts', 0, MAX_ACCOUNTS],
    ['warmupClock', 0, MAX_SAFE],
    ['warmupRemainder', 0, 1_000 * BPS],
    ['warmupMultiplierBps', BPS, 1_000 * BPS],
    ['emaFast', 0, MAX_SAFE],
    ['emaSlow', 0, MAX_SAFE],
  ),
  side: declare(
    ['a', 1, ADL_ONE],
    ['k', 'wide'],
    ['epoch', 0, MAX_SAFE],
    ['kEpochStart', 'wide'],
    ['oiEff', 0, MAX_SAFE],
    ['mode', 0, 2],
    ['storedPositions', 0, MAX_ACCOUNTS],
    ['stalePositions', 0, MAX_ACCOUNTS],
    ['phantomDustQ', 0, MAX_SAFE],
  ),
  account: declare(
    ['used', 0, 1],
    ['capital', 0, MAX_SAFE],
    ['pnl', -MAX_SAFE, MAX_SAFE],
    ['reservedPnl', 0, MAX_SAFE],
    ['basisQ', -MAX_SAFE, MAX_SAFE],
    ['aBasis', 0, ADL_ONE],
    ['kSnap', 'wide'],
    ['epochSnap', 0, MAX_SAFE],
    ['feeCredits', -MAX_SAFE, 0],
    ['warmupStart', 0, MAX_SAFE],
    ['warmupSlope', 0, MAX_SAFE],
    ['lastFeeSlot', 0, MAX_SAFE],
    ['hedgeNet', 0, MAX_SAFE],
    ['hedgeGross', 0, MAX_SAFE],
  ),
} as const;

/** The records before the account slots. */
export const MARKET = declare(
  ['header', LAYOUT.header.size],
  ['params', LAYOUT.params.size],
  ['globals', LAYOUT.globals.size],
  ['long', LAYOUT.side.size],
  ['short', LAYOUT.side.size],
);

/** Where a record of the market starts in its bytes. */
export function offsetOf(name: 'header' | 'params' | 'globals' | 'long' | 'short'): number {
  return MARKET.fields.find((field) => field.name === name)!.offset;
}

/** Where account slot `index` starts. */
export function accountOffset(index: number): number {
  return MARKET.size + index * LAYOUT.account.size;
}

/** Bytes of a market account with this many slots. */
export function calculateSize(slots: number): number {
  return accountOffset(slots);
}
