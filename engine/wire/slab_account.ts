import { validateParams } from '../risk/params.ts';
import { type SlabParams, validateSlabParams } from '../slab/params.ts';
import { Slab } from '../slab/state.ts';
import { type Field, LAYOUT, type RecordLayout } from './layout.ts';
import { decodeParams, encodeAccount, type MarketPlaces, readMarket, writeMarket } from './market.ts';
import {
  calculateSlabSize,
  HEAD_SIZE,
  listAreas,
  SLAB_LAYOUT,
  SLAB_LAYOUT_VERSION,
  SLAB_MAGIC,
  type SlabArea,
  type SlabCapacities,
} from './slab_layout.ts';
import { readRecord, readWord, writeRecord, writeWord } from './words.ts';

/** Who a slab's header names: 32-byte keys. */
export interface SlabKeys {
  authority: Uint8Array;
  router: Uint8Array;
}

const WORD = 8;
const KEY = 32;
const PARAMS: RecordLayout = SLAB_LAYOUT.slabParams.layout;

function placeOf(layout: RecordLayout, name: string): Field {
  return layout.fields.find((field) => field.name === name)!;
}

/** Areas by name, and where the two runs of words that `Slab.words` holds start. */
class Places {
  readonly areas: readonly SlabArea[];
  readonly market: MarketPlaces;
  /** Book and quotes, then traders to aggressors: bytes from the start, and words. */
  readonly head: { offset: number; words: number };
  readonly tail: { offset: number; words: number };
  readonly size: number;

  constructor(capacities: SlabCapacities) {
    this.areas = listAreas(capacities);
    this.size = calculateSlabSize(capacities);
    const { params, globals, long, short, accounts } = Object.fromEntries(
      this.areas.map(({ name, offset }) => [name, offset]),
    ) as Record<keyof MarketPlaces, number>;
    this.market = { params, globals, long, short, accounts };
    const head = this.offsetOf('book');
    const tail = this.offsetOf('traders');
    this.head = { offset: head, words: (params - head) / WORD };
    this.tail = { offset: tail, words: (this.size - tail) / WORD };
  }

  offsetOf(name: string): number {
    return this.areas.find((area) => area.name === name)!.offset;
  }
}

/** Where word `address` of `slab.words` stands in the slab's account, in bytes. */
export function createWordOffset(capacities: SlabCapacities): (address: number) => number {
  const { head, tail } = new Places(capacities);
  return (address) =>
    address < head.words ? head.offset + address * WORD : tail.offset + (address - head.words) * WORD;
}

/** Writes words from `start` on; zeros are there already. */
function writeWords(view: DataView, offset: number, words: Float64Array): void {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word !== 0) writeWord(view, offset + at * WORD, word);
  }
}

/** The bytes of a slab's account (docs/slab.md, Memory). */
export function encodeSlab(slab: Slab, keys: SlabKeys): Uint8Array {
  const { capacities, words } = slab;
  const { header } = SLAB_LAYOUT;
  const places = new Places(capacities);
  const bytes = new Uint8Array(places.size);
  const view = new DataView(bytes.buffer);
  writeRecord(view, 0, header, { version: SLAB_LAYOUT_VERSION, size: bytes.length, ...capacities });
  bytes.set(SLAB_MAGIC, placeOf(header, 'magic').offset);
  bytes.set(keys.authority, placeOf(header, 'authority').offset);
  bytes.set(keys.router, placeOf(header, 'router').offset);
  writeRecord(view, places.offsetOf('slabParams'), PARAMS, slab.params);
  writeWords(view, places.head.offset, words.subarray(0, places.head.words));
  writeMarket(view, slab.market, places.market);
  writeWords(view, places.tail.offset, words.subarray(places.head.words));
  return bytes;
}

/** Writes what the last instruction changed into the bytes of the slab before it. `accounts` are those it may have touched. */
export function encodeSlabChanges(slab: Slab, bytes: Uint8Array, accounts: Iterable<number>): void {
  const places = new Places(slab.capacities);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const offsetOf = createWordOffset(slab.capacities);
  slab.eachChange((address) => writeWord(view, offsetOf(address), slab.words[address]!));
  const { globals, long, short, accounts: start } = places.market;
  writeRecord(view, globals, LAYOUT.globals, slab.market.globals);
  writeRecord(view, long, LAYOUT.side, slab.market.sides[0]);
  writeRecord(view, short, LAYOUT.side, slab.market.sides[1]);
  for (const index of accounts) {
    encodeAccount(view, start + index * LAYOUT.account.size, slab.market.accounts[index]);
  }
}

/** What must be known before the rest is read. */
export interface SlabHeader {
  capacities: SlabCapacities;
  keys: SlabKeys;
  /** Only the router reserves and commits. */
  isRouterOnly: boolean;
}

/** What the header says; null if the bytes are not exactly one slab of this layout. */
export function readSlabHeader(bytes: Uint8Array): SlabHeader | null {
  const { header } = SLAB_LAYOUT;
  if (bytes.length < HEAD_SIZE || !isMarkedSlab(bytes)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const capacities = {
    maxSlots: 0,
    maxOrders: 0,
    maxHolds: 0,
    maxSlices: 0,
    maxTrades: 0,
    maxAggressors: 0,
  };
  const found = { version: 0, size: 0, ...capacities };
  if (!readRecord(view, 0, header, found)) return null;
  const { size, version: _, ...pools } = found;
  if (size !== bytes.length || calculateSlabSize(pools) !== bytes.length) return null;
  const keyAt = (name: string) =>
    bytes.slice(placeOf(header, name).offset, placeOf(header, name).offset + KEY);
  const routerOnly = header.size + placeOf(PARAMS, 'routerOnly').offset;
  return {
    capacities: pools,
    keys: { authority: keyAt('authority'), router: keyAt('router') },
    isRouterOnly: readWord(view, routerOnly) !== 0,
  };
}

/** Does an account start like an initialised slab? */
export function isMarkedSlab(bytes: Uint8Array): boolean {
  return SLAB_MAGIC.every((byte, at) => bytes[at] === byte);
}

/** The slab's parameters at `at`; null if the words are none. Whether the slab accepts them, `validateSlabParams` says. */
export function decodeSlabParams(view: DataView, at: number): SlabParams | null {
  const flags = { pendingPromotion: false, jitPenalty: false, roundTripGuard: false, routerOnly: false };
  const params = { ...flags } as SlabParams;
  return readRecord(view, at, PARAMS, params) ? params : null;
}

/** Reads the records of an area as words; false if one lies outside its range. */
function readWords(view: DataView, area: SlabArea, words: Float64Array, start: number): boolean {
  const { fields, size } = area.layout;
  for (let record = 0; record < area.count; record += 1) {
    const from = area.offset + record * size;
    const to = start + record * fields.length;
    for (let place = 0; place < fields.length; place += 1) {
      const { min, max } = fields[place]!;
      const word = readWord(view, from + place * WORD);
      if (!(word >= min && word <= max)) return false;
      words[to + place] = word;
    }
  }
  return true;
}

/** Areas whose words `Slab.words` holds, in its order. */
const WORD_AREAS = [
  'book',
  'quotes',
  'traders',
  'orders',
  'levels',
  'nodes',
  'holds',
  'slices',
  'trades',
  'aggressors',
];

/** The slab behind account bytes; null if a word lies outside its range or an account is incoherent. Links are not followed. */
export function decodeSlab(bytes: Uint8Array): Slab | null {
  const header = readSlabHeader(bytes);
  if (header === null) return null;
  const { capacities } = header;
  const places = new Places(capacities);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const params = decodeParams(view, places.market.params);
  const slabParams = decodeSlabParams(view, places.offsetOf('slabParams'));
  if (params === null || validateParams(params, false).length > 0) return null;
  if (slabParams === null || validateSlabParams(slabParams, params).length > 0) return null;
  const slab = new Slab({
    params,
    slabParams,
    capacities,
    initSlot: 0,
    initPrice: 1,
    enforceEnvelope: false,
    hasLadder: false,
  });
  let start = 0;
  for (const area of places.areas.filter(({ name }) => WORD_AREAS.includes(name))) {
    if (!readWords(view, area, slab.words, start)) return null;
    start += area.count * area.layout.fields.length;
  }
  return readMarket(view, slab.market, places.market) ? slab : null;
}
