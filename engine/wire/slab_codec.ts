import type { RiskInstruction } from '../risk/instructions.ts';
import type { RiskParams } from '../risk/params.ts';
import type { SlabInstruction } from '../slab/instructions.ts';
import type { SlabParams } from '../slab/params.ts';
import {
  decodeInstruction,
  encodeInstruction,
  type Kind,
  MALFORMED,
  Reader,
  sizeOf,
  writeField,
} from './codec.ts';
import { decodeSlabParams } from './slab_account.ts';
import { SLAB_LAYOUT, type SlabCapacities } from './slab_layout.ts';
import { writeRecord } from './words.ts';

/** How a slab starts. */
export interface InitializeSlab {
  op: 'initialize';
  params: RiskParams;
  slabParams: SlabParams;
  capacities: SlabCapacities;
  initSlot: number;
  initPrice: number;
}

export type SlabProgramInstruction = InitializeSlab | SlabInstruction;

/** What bytes decode to: the words of an initialisation may be no parameter sets at all (null). */
export type DecodedSlabInstruction =
  | (Omit<InitializeSlab, 'params' | 'slabParams'> & {
      params: RiskParams | null;
      slabParams: SlabParams | null;
    })
  | SlabInstruction;

/** Beside the risk program's: `side` and `kind` u8, `capacities` six u32, `risk` the rest as its instruction. */
type SlabKind = Kind | 'side' | 'kind' | 'slabParams' | 'capacities' | 'risk';

const INPUTS = { oraclePrice: 'word', nowSlot: 'word' } as const;
const ORDER = { order: 'index', id: 'word' } as const;
const HOLD = { hold: 'index', id: 'word' } as const;

/** The fields of each instruction in order; its tag is its place. The same table as `wire/codec.rs` reads. */
const INSTRUCTIONS: Record<SlabProgramInstruction['op'], Record<string, SlabKind>> = {
  initialize: {
    params: 'params',
    slabParams: 'slabParams',
    capacities: 'capacities',
    initSlot: 'word',
    initPrice: 'word',
  },
  risk: { instruction: 'risk' },
  setDlp: { account: 'index', flag: 'flag' },
  placeOrder: {
    account: 'index',
    side: 'side',
    kind: 'kind',
    price: 'word',
    qty: 'word',
    reduceOnly: 'flag',
    ...INPUTS,
  },
  cancelOrder: { account: 'index', ...ORDER, nowSlot: 'word' },
  cancelAll: { account: 'index', nowSlot: 'word' },
  replaceOrder: { account: 'index', ...ORDER, price: 'word', qty: 'word', ...INPUTS },
  batchOpen: INPUTS,
  reserve: {
    route: 'word',
    account: 'index',
    side: 'side',
    qty: 'word',
    limit: 'word',
    ttl: 'index',
    seqno: 'word',
    ...INPUTS,
  },
  commit: { account: 'index', ...HOLD, ...INPUTS },
  cancelHold: { account: 'index', ...HOLD, nowSlot: 'word' },
  releaseHold: { ...HOLD, nowSlot: 'word' },
  prune: { ...HOLD, order: 'index', orderId: 'word', ...INPUTS },
  reduceBand: { account: 'index', caller: 'index', ...INPUTS },
};

const OPS = Object.keys(INSTRUCTIONS) as SlabProgramInstruction['op'][];
const SIDES = 2;
const KINDS = 4;
const CAPACITIES = [
  'maxSlots',
  'maxOrders',
  'maxHolds',
  'maxSlices',
  'maxTrades',
  'maxAggressors',
] as const satisfies (keyof SlabCapacities)[];

/** The bytes of one field's value. */
function encodeField(kind: SlabKind, value: unknown): Uint8Array {
  switch (kind) {
    case 'risk':
      return encodeInstruction(value as RiskInstruction);
    case 'side':
    case 'kind':
      return Uint8Array.of(value as number);
    case 'capacities': {
      const bytes = new Uint8Array(4 * CAPACITIES.length);
      const view = new DataView(bytes.buffer);
      CAPACITIES.forEach((name, at) => {
        view.setUint32(4 * at, (value as SlabCapacities)[name], true);
      });
      return bytes;
    }
    case 'slabParams': {
      const bytes = new Uint8Array(SLAB_LAYOUT.slabParams.layout.size);
      writeRecord(new DataView(bytes.buffer), 0, SLAB_LAYOUT.slabParams.layout, value as SlabParams);
      return bytes;
    }
    default: {
      const bytes = new Uint8Array(sizeOf(kind, value));
      writeField(new DataView(bytes.buffer), 0, kind, value);
      return bytes;
    }
  }
}

/** The bytes of an instruction (docs/slab.md, Instruction bytes). Numbers must be i64 words. */
export function encodeSlabInstruction(instruction: SlabProgramInstruction): Uint8Array {
  const values = instruction as unknown as Record<string, unknown>;
  const parts = Object.entries(INSTRUCTIONS[instruction.op]).map(([name, kind]) =>
    encodeField(kind, values[name]),
  );
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 1));
  bytes[0] = OPS.indexOf(instruction.op);
  let at = 1;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

class SlabReader extends Reader {
  private capacities(): SlabCapacities {
    const found = CAPACITIES.map((name) => [name, this.index()] as const);
    return Object.fromEntries(found) as Record<keyof SlabCapacities, number>;
  }

  private slabParams(): SlabParams | null {
    return decodeSlabParams(this.view, this.take(SLAB_LAYOUT.slabParams.layout.size));
  }

  private risk(): RiskInstruction {
    const size = this.rest;
    const at = this.take(size);
    const { buffer, byteOffset } = this.view;
    const instruction = decodeInstruction(new Uint8Array(buffer, byteOffset + at, size));
    if (instruction === null || instruction.op === 'initialize') throw MALFORMED;
    return instruction;
  }

  slabField(kind: SlabKind): unknown {
    switch (kind) {
      case 'side':
        return this.choice(SIDES);
      case 'kind':
        return this.choice(KINDS);
      case 'capacities':
        return this.capacities();
      case 'slabParams':
        return this.slabParams();
      case 'risk':
        return this.risk();
      default:
        return this.field(kind);
    }
  }
}

/**
 * The instruction behind the bytes, or null for an unknown tag, missing or surplus bytes, or an invalid field. A word
 * beyond the envelope becomes the nearest double, which each check refuses like the word itself.
 */
export function decodeSlabInstruction(bytes: Uint8Array): DecodedSlabInstruction | null {
  const reader = new SlabReader(bytes);
  try {
    const op = OPS[reader.byte()];
    if (op === undefined) return null;
    const values: Record<string, unknown> = { op };
    for (const [name, kind] of Object.entries(INSTRUCTIONS[op])) values[name] = reader.slabField(kind);
    return reader.isAtEnd ? (values as unknown as DecodedSlabInstruction) : null;
  } catch (error) {
    if (error === MALFORMED) return null;
    throw error;
  }
}
