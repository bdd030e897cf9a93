import type { CrankCandidate, LiquidationPolicy, RiskInstruction } from '../risk/instructions.ts';
import type { RiskParams } from '../risk/params.ts';
import { LAYOUT } from './layout.ts';
import { decodeParams, flattenParams } from './market.ts';
import { readWord, writeRecord, writeWord } from './words.ts';

/** Stands for "nobody" where an account is optional. */
const NOBODY = 0xffff_ffff;
/** index u32, policy kind u8, quantity i64. */
const CANDIDATE_BYTES = 13;

/** How a market starts. */
export interface Initialize {
  op: 'initialize';
  params: RiskParams;
  maxSlots: number;
  initSlot: number;
  initPrice: number;
  /** Off only for conformance markets (design 01 §1). */
  enforceEnvelope: boolean;
}

export type ProgramInstruction = Initialize | RiskInstruction;

/** What bytes decode to: the words of an initialisation may be no parameter set at all (null). */
export type DecodedInstruction =
  | (Omit<Initialize, 'params'> & { params: RiskParams | null })
  | RiskInstruction;

/**
 * `index` u32; `word` i64; `keeper` u32 or nobody; `maker` u8; `policy` u8 and i64; `candidates` u16 and so many of (index,
 * policy or none); `params` the words of the layout; `flag` u8.
 */
export type Kind = 'index' | 'word' | 'keeper' | 'maker' | 'policy' | 'candidates' | 'params' | 'flag';

const INPUTS = { oraclePrice: 'word', nowSlot: 'word', fundingRate: 'word' } as const;

/** The fields of each instruction in order; its tag is its place. The same table as `wire/codec.rs` reads. */
const INSTRUCTIONS: Record<ProgramInstruction['op'], Record<string, Kind>> = {
  initialize: {
    params: 'params',
    maxSlots: 'index',
    initSlot: 'word',
    initPrice: 'word',
    enforceEnvelope: 'flag',
  },
  deposit: { account: 'index', amount: 'word', nowSlot: 'word' },
  depositFeeCredits: { account: 'index', amount: 'word', nowSlot: 'word' },
  topUpInsurance: { amount: 'word', nowSlot: 'word' },
  settleAccount: { account: 'index', ...INPUTS },
  withdraw: { account: 'index', amount: 'word', ...INPUTS },
  convertReleased: { account: 'index', amount: 'word', ...INPUTS },
  executeTrade: {
    buyer: 'index',
    seller: 'index',
    sizeQ: 'word',
    executionPrice: 'word',
    maker: 'maker',
    ...INPUTS,
  },
  liquidate: { account: 'index', policy: 'policy', keeper: 'keeper', ...INPUTS },
  keeperCrank: { candidates: 'candidates', maxRevalidations: 'index', keeper: 'keeper', ...INPUTS },
  reclaim: { account: 'index' },
  closeAccount: { account: 'index', ...INPUTS },
  setHedge: { account: 'index', net: 'word', gross: 'word' },
};

const OPS = Object.keys(INSTRUCTIONS) as ProgramInstruction['op'][];
const MAKERS = [undefined, 'buyer', 'seller'] as const;

const FIXED_BYTES = {
  index: 4,
  word: 8,
  keeper: 4,
  maker: 1,
  policy: 9,
  params: LAYOUT.params.size,
  flag: 1,
};

/** Bytes of a field's value. */
export function sizeOf(kind: Kind, value: unknown): number {
  return kind === 'candidates'
    ? 2 + CANDIDATE_BYTES * (value as readonly CrankCandidate[]).length
    : FIXED_BYTES[kind];
}

function writePolicy(view: DataView, at: number, policy: LiquidationPolicy | null): void {
  view.setUint8(at, policy === null ? 0 : policy === 'full' ? 1 : 2);
  writeWord(view, at + 1, typeof policy === 'number' ? policy : 0);
}

export function writeField(view: DataView, at: number, kind: Kind, value: unknown): void {
  switch (kind) {
    case 'index':
      view.setUint32(at, value as number, true);
      break;
    case 'keeper':
      view.setUint32(at, (value as number | undefined) ?? NOBODY, true);
      break;
    case 'word':
      writeWord(view, at, value as number);
      break;
    case 'maker':
      view.setUint8(at, MAKERS.indexOf(value as (typeof MAKERS)[number]));
      break;
    case 'flag':
      view.setUint8(at, value ? 1 : 0);
      break;
    case 'policy':
      writePolicy(view, at, value as LiquidationPolicy);
      break;
    case 'params':
      writeRecord(view, at, LAYOUT.params, flattenParams(value as RiskParams));
      break;
    case 'candidates': {
      const candidates = value as readonly CrankCandidate[];
      view.setUint16(at, candidates.length, true);
      candidates.forEach(([index, hint], place) => {
        const start = at + 2 + place * CANDIDATE_BYTES;
        view.setUint32(start, index, true);
        writePolicy(view, start + 4, hint);
      });
    }
  }
}

/** The bytes of an instruction: `tag: u8` and fixed little-endian fields (design 02 §5). Numbers must be i64 words. */
export function encodeInstruction(instruction: ProgramInstruction): Uint8Array {
  const fields = Object.entries(INSTRUCTIONS[instruction.op]);
  const values = instruction as unknown as Record<string, unknown>;
  const size = fields.reduce((sum, [name, kind]) => sum + sizeOf(kind, values[name]), 1);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes[0] = OPS.indexOf(instruction.op);
  let at = 1;
  for (const [name, kind] of fields) {
    writeField(view, at, kind, values[name]);
    at += sizeOf(kind, values[name]);
  }
  return bytes;
}

/** Thrown by a reader; never leaves the codec. */
export const MALFORMED = new RangeError('malformed instruction');

/** Takes fields off the front; throws `MALFORMED` when the bytes end or a field holds no value of its kind. */
export class Reader {
  protected readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.at === this.view.byteLength;
  }

  /** Bytes that are left. */
  protected get rest(): number {
    return this.view.byteLength - this.at;
  }

  protected take(size: number): number {
    const { at } = this;
    if (at + size > this.view.byteLength) throw MALFORMED;
    this.at = at + size;
    return at;
  }

  byte(): number {
    return this.view.getUint8(this.take(1));
  }

  index(): number {
    return this.view.getUint32(this.take(4), true);
  }

  word(): number {
    return readWord(this.view, this.take(8));
  }

  /** One of the first `count` numbers. */
  choice(count: number): number {
    const value = this.byte();
    if (value >= count) throw MALFORMED;
    return value;
  }

  hint(): LiquidationPolicy | null {
    const kind = this.choice(3);
    const closeQ = this.word();
    if (kind === 2) return closeQ;
    if (closeQ !== 0) throw MALFORMED;
    return kind === 1 ? 'full' : null;
  }

  policy(): LiquidationPolicy {
    const hint = this.hint();
    if (hint === null) throw MALFORMED;
    return hint;
  }

  candidates(): CrankCandidate[] {
    const count = this.view.getUint16(this.take(2), true);
    return Array.from({ length: count }, (): CrankCandidate => [this.index(), this.hint()]);
  }

  params(): RiskParams | null {
    return decodeParams(this.view, this.take(LAYOUT.params.size));
  }

  field(kind: Kind): unknown {
    switch (kind) {
      case 'keeper': {
        const index = this.index();
        return index === NOBODY ? undefined : index;
      }
      case 'maker':
        return MAKERS[this.choice(3)];
      case 'flag':
        return this.choice(2) === 1;
      default:
        return this[kind]();
    }
  }
}

/**
 * The instruction behind the bytes, or null for an unknown tag, missing or surplus bytes, or an invalid field. A word
 * beyond the envelope becomes the nearest double, which each check refuses like the word itself.
 */
export function decodeInstruction(bytes: Uint8Array): DecodedInstruction | null {
  const reader = new Reader(bytes);
  try {
    const op = OPS[reader.byte()];
    if (op === undefined) return null;
    const values: Record<string, unknown> = { op };
    for (const [name, kind] of Object.entries(INSTRUCTIONS[op])) {
      const value = reader.field(kind);
      if (value !== undefined) values[name] = value;
    }
    return reader.isAtEnd ? (values as unknown as DecodedInstruction) : null;
  } catch (error) {
    if (error === MALFORMED) return null;
    throw error;
  }
}
