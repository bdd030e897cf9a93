import { Wide } from '../../engine/math/index.ts';
import { Account, Globals, Side } from '../../engine/risk/records.ts';
import { BinaryHeap } from '../kernel/binary_heap.ts';

/**
 * Classes whose first object a slab may make while it runs. All others are found in the slab as it was built. None of
 * them has a transient function.
 */
export const LATER_CLASSES = [Account, BinaryHeap, Globals, Side, Wide];
