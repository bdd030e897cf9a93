import { validateParams } from '../risk/params.ts';
import { applySlab } from '../slab/apply.ts';
import type { SlabErrorName } from '../slab/errors.ts';
import { validateSlabCapacities, validateSlabParams } from '../slab/params.ts';
import { Slab } from '../slab/state.ts';
import type { AccountView } from './process.ts';
import { decodeSlab, encodeSlab, isMarkedSlab, readSlabHeader, type SlabKeys } from './slab_account.ts';
import { type DecodedSlabInstruction, decodeSlabInstruction } from './slab_codec.ts';
import { calculateSlabSize, HEAD_SIZE } from './slab_layout.ts';

/** Where the tests pretend the program lives: 32 ASCII bytes, the same as in `programs/slab`. */
export const SLAB_PROGRAM_ID = Uint8Array.from('percolator-lab/programs/slab/1/.', (letter) =>
  letter.charCodeAt(0),
);

const isSameKey = (a: Uint8Array, b: Uint8Array) => a.every((byte, at) => byte === b[at]);
const ROUTED: ReadonlySet<string> = new Set(['reserve', 'commit', 'cancelHold']);

/**
 * The slab program's one entry (docs/slab.md), bytes in and bytes out: what `programs/slab` does in place. Returns the error
 * and leaves the bytes alone, or null and writes the slab's bytes. Accounts: the slab, writable and owned by the program;
 * the authority (on reservations the router, if the slab says so), signing; for an initialisation the router.
 */
export function processSlabInstruction(
  programId: Uint8Array,
  accounts: readonly AccountView[],
  data: Uint8Array,
): SlabErrorName | null {
  const [account, signer, router] = accounts;
  if (account === undefined || signer === undefined) return 'MissingAccount';
  if (!isSameKey(account.owner, programId)) return 'WrongOwner';
  if (!account.isWritable) return 'ReadOnlyAccount';
  if (!signer.isSigner) return 'MissingSigner';
  const instruction = decodeSlabInstruction(data);
  if (instruction === null) return 'InvalidInstruction';
  if (instruction.op === 'initialize') {
    if (router === undefined) return 'MissingAccount';
    return initialize(account.data, { authority: signer.key, router: router.key }, instruction);
  }
  const header = readSlabHeader(account.data);
  if (header === null) return 'InvalidAccountData';
  const isRouted = header.isRouterOnly && ROUTED.has(instruction.op);
  const required = isRouted ? header.keys.router : header.keys.authority;
  if (!isSameKey(required, signer.key)) return 'WrongAuthority';
  const slab = decodeSlab(account.data);
  if (slab === null) return 'InvalidAccountData';
  const error = applySlab(slab, instruction);
  if (error === null) account.data.set(encodeSlab(slab, header.keys));
  return error;
}

function initialize(
  data: Uint8Array,
  keys: SlabKeys,
  instruction: Extract<DecodedSlabInstruction, { op: 'initialize' }>,
): SlabErrorName | null {
  const { capacities, initPrice, initSlot, params, slabParams } = instruction;
  const isAccepted =
    params !== null &&
    slabParams !== null &&
    validateParams(params, true).length === 0 &&
    validateSlabParams(slabParams, params).length === 0 &&
    validateSlabCapacities(capacities).length === 0 &&
    initPrice >= 1 &&
    initPrice <= params.maxPrice &&
    initSlot >= 0 &&
    initSlot <= Number.MAX_SAFE_INTEGER;
  if (!isAccepted) return 'InvalidParameters';
  if (data.length < HEAD_SIZE) return 'InvalidAccountData';
  if (isMarkedSlab(data)) return 'AlreadyInitialized';
  if (calculateSlabSize(capacities) !== data.length) return 'InvalidAccountData';
  data.set(encodeSlab(new Slab({ params, slabParams, capacities, initSlot, initPrice }), keys));
  return null;
}
