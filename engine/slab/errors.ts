import { PROGRAM_ERRORS } from '../wire/errors.ts';

/**
 * The numbered errors of the slab program: those of the risk program first, with their numbers, then the slab's own. The
 * same names and numbers as `programs/slab/src/errors.rs`.
 */
export const SLAB_ERRORS = [
  ...PROGRAM_ERRORS,
  'InvalidPrice',
  'InvalidQuantity',
  'TooManyOrders',
  'OrdersFull',
  'WouldCross',
  'NotFilled',
  'OrderNotFound',
  'OrderReserved',
  'NothingToReduce',
  'KillBand',
  'BatchNotDue',
  'StaleSeqno',
  'TooManyHolds',
  'HoldsFull',
  'SlicesFull',
  'NoLiquidity',
  'HoldNotFound',
  'HoldExpired',
  'HoldNotExpired',
  'MakerMargin',
  'NotPrunable',
  'ReservedMargin',
  'HasOrders',
  'NotReducible',
  'AggressorsFull',
] as const;

export type SlabErrorName = (typeof SLAB_ERRORS)[number];

/** A rejected instruction: thrown inside the slab, caught only by `applySlab`, which undoes it and returns the name. */
export class SlabRejection {
  readonly name: SlabErrorName;
  constructor(name: SlabErrorName) {
    this.name = name;
  }
}

const REJECTIONS = new Map(SLAB_ERRORS.map((name) => [name, new SlabRejection(name)]));

/** Ends the current instruction with the named error. */
export function refuse(name: SlabErrorName): never {
  throw REJECTIONS.get(name);
}
