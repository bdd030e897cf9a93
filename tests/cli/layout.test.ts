import { describe, expect, it } from 'vitest';
import { describeLayout } from '../../cli/layout.ts';
import { DEFAULT_CAPACITIES } from '../../engine/slab/index.ts';
import { calculateSlabSize, MAX_ACCOUNT_BYTES } from '../../engine/wire/index.ts';

describe('percolator-lab layout', () => {
  it('shows where the bytes of a full-size slab go', () => {
    expect(describeLayout(DEFAULT_CAPACITIES).split('\n')).toEqual([
      "area                               entries    bytes       in all   seed's budget",
      'header, parameters, book                 1      560          560   –',
      'quote cache                             32       16          512   –',
      'risk parameters, globals, sides          1      512          512   –',
      'accounts and positions               4 096      184      753 664   320 KB + 1.4 MB',
      'orders and price levels             30 000      216    6 480 000   2.4 MB',
      'reservations                         4 000      112      448 000   480 KB',
      'slices                              16 000       56      896 000   512 KB',
      'trades ring                         10 000       64      640 000   800 KB',
      'aggressor ledger                     4 000       48      192 000   200 KB',
      'account                                                9 411 248   of 10 485 760 (10 MiB), 89.8 %',
    ]);
  });

  it('fits into an account of the chain', () => {
    expect(calculateSlabSize(DEFAULT_CAPACITIES)).toBeLessThanOrEqual(MAX_ACCOUNT_BYTES);
  });
});
