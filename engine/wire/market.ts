import { type AdaptiveWarmup, type RiskParams, validateParams } from '../risk/params.ts';
import { Account, type Globals, type Side } from '../risk/records.ts';
import { Market } from '../risk/state.ts';
import { accountOffset, calculateSize, LAYOUT, LAYOUT_VERSION, MAGIC, offsetOf } from './layout.ts';
import { readRecord, writeRecord } from './words.ts';

/** The six words of an adaptive warmup, all 0 without one. */
const NO_ADAPTIVE_WARMUP: AdaptiveWarmup = {
  fastWindowSlots: 0,
  slowWindowSlots: 0,
  maxMultiplierBps: 0,
  saturationBps: 0,
  freezeBps: 0,
  hysteresisBps: 0,
};

/** The parameters as the flat record of the layout. */
export function flattenParams(params: RiskParams): object {
  const { adaptiveWarmup, ...plain } = params;
  return { ...plain, ...(adaptiveWarmup ?? NO_ADAPTIVE_WARMUP), adaptiveWarmup: adaptiveWarmup !== null };
}

/** The flat record while it is read: its booleans tell `readRecord` which words are flags. */
type FlatParams = Omit<RiskParams, 'adaptiveWarmup'> & AdaptiveWarmup & { adaptiveWarmup: boolean };

/** The parameter set at `at`; null if the words are none. Whether the engine accepts it, `validateParams` says. */
export function decodeParams(view: DataView, at: number): RiskParams | null {
  const flat = { socialize: false, adaptiveWarmup: false } as FlatParams;
  if (!readRecord(view, at, LAYOUT.params, flat)) return null;
  const { fastWindowSlots, slowWindowSlots, maxMultiplierBps, saturationBps, freezeBps, ...others } = flat;
  const { hysteresisBps, adaptiveWarmup: isAdaptive, ...plain } = others;
  const adaptiveWarmup: AdaptiveWarmup = {
    fastWindowSlots,
    slowWindowSlots,
    maxMultiplierBps,
    saturationBps,
    freezeBps,
    hysteresisBps,
  };
  if (isAdaptive) return { ...plain, adaptiveWarmup };
  const isCleared = Object.values(adaptiveWarmup).every((word) => word === 0);
  return isCleared ? { ...plain, adaptiveWarmup: null } : null;
}

export function encodeGlobals(view: DataView, at: number, globals: Globals): void {
  writeRecord(view, at, LAYOUT.globals, globals);
}

export function encodeSide(view: DataView, at: number, side: Side): void {
  writeRecord(view, at, LAYOUT.side, side);
}

/** Writes an account slot; a free one is all zeros. */
export function encodeAccount(view: DataView, at: number, account: Account | undefined): void {
  if (account?.used) {
    writeRecord(view, at, LAYOUT.account, account);
    return;
  }
  new Uint8Array(view.buffer, view.byteOffset + at, LAYOUT.account.size).fill(0);
}

/** The bytes of a market account (design 02 §1). `authority` is the 32-byte key that may act on it. */
export function encodeMarket(market: Market, authority: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(calculateSize(market.maxSlots));
  const view = new DataView(bytes.buffer);
  const header = { version: LAYOUT_VERSION, maxSlots: market.maxSlots, size: bytes.length };
  writeRecord(view, 0, LAYOUT.header, header);
  for (const field of LAYOUT.header.fields) {
    if (field.name === 'magic') bytes.set(MAGIC, field.offset);
    if (field.name === 'authority') bytes.set(authority, field.offset);
  }
  writeMarket(view, market, PLACES);
  return bytes;
}

/** Where the records of a market start in some account. */
export interface MarketPlaces {
  params: number;
  globals: number;
  long: number;
  short: number;
  accounts: number;
}

const PLACES: MarketPlaces = {
  params: offsetOf('params'),
  globals: offsetOf('globals'),
  long: offsetOf('long'),
  short: offsetOf('short'),
  accounts: accountOffset(0),
};

/** Writes the records of a market into zeroed bytes. */
export function writeMarket(view: DataView, market: Market, places: MarketPlaces): void {
  writeRecord(view, places.params, LAYOUT.params, flattenParams(market.params));
  encodeGlobals(view, places.globals, market.globals);
  encodeSide(view, places.long, market.sides[0]);
  encodeSide(view, places.short, market.sides[1]);
  for (let index = 0; index < market.maxSlots; index += 1) {
    const account = market.accounts[index];
    if (account?.used) encodeAccount(view, places.accounts + index * LAYOUT.account.size, account);
  }
}

/** The header's slots and authority; null if the bytes are not exactly one market of this layout. */
export function readHeader(bytes: Uint8Array): { maxSlots: number; authority: Uint8Array } | null {
  if (bytes.length < calculateSize(0)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = { version: 0, maxSlots: 0, size: 0 };
  if (!isMarked(bytes) || !readRecord(view, 0, LAYOUT.header, header)) return null;
  if (header.size !== bytes.length || calculateSize(header.maxSlots) !== bytes.length) return null;
  const at = LAYOUT.header.fields.find((field) => field.name === 'authority')!.offset;
  return { maxSlots: header.maxSlots, authority: bytes.slice(at, at + 32) };
}

/** Does an account start like an initialised market? */
export function isMarked(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

function decodeAccount(view: DataView, at: number): Account | 'free' | null {
  const account = new Account();
  account.used = false;
  if (!readRecord(view, at, LAYOUT.account, account)) return null;
  if (!account.used) {
    const record = new Uint8Array(view.buffer, view.byteOffset + at, LAYOUT.account.size);
    return record.every((byte) => byte === 0) ? 'free' : null;
  }
  const coherent =
    account.aBasis > 0 &&
    account.hedgeGross > 0 &&
    account.hedgeNet <= account.hedgeGross &&
    account.reservedPnl <= Math.max(account.pnl, 0);
  return coherent ? account : null;
}

/** The market behind account bytes; null if the rules could not have left them behind. */
export function decodeMarket(bytes: Uint8Array): Market | null {
  const header = readHeader(bytes);
  if (header === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const params = decodeParams(view, PLACES.params);
  if (params === null || validateParams(params, false).length > 0) return null;
  const { maxSlots } = header;
  const market = new Market({ params, maxSlots, initSlot: 0, initPrice: 1, enforceEnvelope: false });
  return readMarket(view, market, PLACES) ? market : null;
}

/** Reads the records of a market into a new one; false if the rules could not have left them behind. */
export function readMarket(view: DataView, market: Market, places: MarketPlaces): boolean {
  const readable =
    readRecord(view, places.globals, LAYOUT.globals, market.globals) &&
    readRecord(view, places.long, LAYOUT.side, market.sides[0]) &&
    readRecord(view, places.short, LAYOUT.side, market.sides[1]);
  if (!readable) return false;
  for (let index = 0; index < market.maxSlots; index += 1) {
    const account = decodeAccount(view, places.accounts + index * LAYOUT.account.size);
    if (account === null) return false;
    if (account !== 'free') market.accounts[index] = account;
  }
  return true;
}
