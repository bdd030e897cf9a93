import { apply } from '../risk/apply.ts';
import { MAX_ACCOUNTS } from '../risk/constants.ts';
import { validateParams } from '../risk/params.ts';
import { Market } from '../risk/state.ts';
import { type DecodedInstruction, decodeInstruction } from './codec.ts';
import type { ProgramErrorName } from './errors.ts';
import { calculateSize } from './layout.ts';
import { decodeMarket, encodeMarket, isMarked, readHeader } from './market.ts';

/** An account as the runtime hands it over. Keys are 32 bytes. */
export interface AccountView {
  key: Uint8Array;
  owner: Uint8Array;
  isSigner: boolean;
  isWritable: boolean;
  data: Uint8Array;
}

/** Where the tests pretend the program lives: 32 ASCII bytes, the same as in `programs/risk`. */
export const PROGRAM_ID = Uint8Array.from('percolator-lab/programs/risk/1/.', (letter) =>
  letter.charCodeAt(0),
);

const isSameKey = (a: Uint8Array, b: Uint8Array) => a.every((byte, at) => byte === b[at]);

/**
 * The program's one entry (design 02 §5), bytes in and bytes out: what `programs/risk` does in place, through the engine's
 * own objects. Returns the error and leaves the bytes alone, or null and writes the market's bytes. Accounts: the market,
 * writable and owned by the program; the authority recorded in it, signing.
 */
export function processInstruction(
  programId: Uint8Array,
  accounts: readonly AccountView[],
  data: Uint8Array,
): ProgramErrorName | null {
  const [market, authority] = accounts;
  if (market === undefined || authority === undefined) return 'MissingAccount';
  if (!isSameKey(market.owner, programId)) return 'WrongOwner';
  if (!market.isWritable) return 'ReadOnlyAccount';
  if (!authority.isSigner) return 'MissingSigner';
  const instruction = decodeInstruction(data);
  if (instruction === null) return 'InvalidInstruction';
  if (instruction.op === 'initialize') return initialize(market.data, authority.key, instruction);
  const header = readHeader(market.data);
  if (header === null) return 'InvalidAccountData';
  if (!isSameKey(header.authority, authority.key)) return 'WrongAuthority';
  const state = decodeMarket(market.data);
  if (state === null) return 'InvalidAccountData';
  const error = apply(state, instruction);
  if (error === null) market.data.set(encodeMarket(state, header.authority));
  return error;
}

function initialize(
  data: Uint8Array,
  authority: Uint8Array,
  instruction: Extract<DecodedInstruction, { op: 'initialize' }>,
): ProgramErrorName | null {
  const { params, maxSlots, initSlot, initPrice, enforceEnvelope } = instruction;
  const accepted =
    params !== null &&
    validateParams(params, enforceEnvelope).length === 0 &&
    maxSlots >= 1 &&
    maxSlots <= MAX_ACCOUNTS &&
    initPrice >= 1 &&
    initPrice <= params.maxPrice &&
    initSlot >= 0 &&
    initSlot <= Number.MAX_SAFE_INTEGER;
  if (!accepted) return 'InvalidParameters';
  const slots = (data.length - calculateSize(0)) / (calculateSize(1) - calculateSize(0));
  if (!(slots >= 0 && Number.isInteger(slots))) return 'InvalidAccountData';
  if (isMarked(data)) return 'AlreadyInitialized';
  if (slots !== maxSlots) return 'InvalidAccountData';
  const market = new Market({ params, maxSlots, initSlot, initPrice, enforceEnvelope });
  data.set(encodeMarket(market, authority));
  return null;
}
