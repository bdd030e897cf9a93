import { expect, test } from 'vitest';
import { calculateBounds, createAccountSets } from '../../../sim/verify/extraction_bound.ts';
import { createOwners } from './watched_market.ts';

test('sets: each group, the attackers, random halves that depend on seed and slab alone', () => {
  const owners = createOwners(40);
  const sets = createAccountSets(owners, '7', 'btc');
  expect(sets.map((set) => set.name)).toEqual([
    'group:lp',
    'group:traders',
    'group:raid',
    'attackers',
    ...Array.from({ length: 8 }, (_, n) => `random:${n}`),
  ]);
  expect(sets[3]!.accounts).toEqual([39]);
  expect(createAccountSets(owners, '7', 'btc')).toEqual(sets);
  expect(createAccountSets(owners, '8', 'btc')).not.toEqual(sets);
  for (const set of sets.slice(4)) {
    expect(set.accounts.length).toBeGreaterThan(8);
    expect(set.accounts.length).toBeLessThan(32);
  }
});

test('slack by hand', () => {
  const flows = [
    { deposited: 1_000, withdrawn: 0, lossesPaid: 300 },
    { deposited: 500, withdrawn: 900, lossesPaid: 50 },
    { deposited: 200, withdrawn: 100, lossesPaid: 20 },
  ];
  const sets = [{ name: 'group:pair', accounts: [1, 2] }];
  const rows = calculateBounds('btc', sets, [0, 1, 2], (account) => flows[account], 40);
  expect(rows).toEqual([
    {
      slab: 'btc',
      set: 'group:pair',
      withdrawnAtoms: 1_000,
      depositedAtoms: 700,
      lossesPaidByOthersAtoms: 300,
      insuranceSpentAtoms: 40,
      slackAtoms: 40,
    },
    {
      slab: 'btc',
      set: 'account:1',
      withdrawnAtoms: 900,
      depositedAtoms: 500,
      lossesPaidByOthersAtoms: 320,
      insuranceSpentAtoms: 40,
      slackAtoms: -40,
    },
  ]);
});
