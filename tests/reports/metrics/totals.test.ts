import { expect, test } from 'vitest';
import { calculateRunView, splitBySlab } from '../../../reports/metrics/definition.ts';
import { calculateFit } from '../../../reports/metrics/fit.ts';
import { calculateIdentities } from '../../../reports/metrics/identities.ts';
import { METRICS } from '../../../reports/metrics/index.ts';
import { makeCrashRecord } from '../crash_record.ts';
import { makeAccount, makeLiquidation, makeSeries, makeSlab, USD } from '../fixture.ts';
import { measure, SLAB } from './measure.ts';

const account = { group: 'a', role: 'trader' } as const;

test.each([
  ['totals.accounts', 2],
  ['totals.deposited', 300],
  ['totals.withdrawn', 20],
  // 100 − 20 − 3 − 30 and 200 + 25.
  ['totals.capital', 47 + 225],
  ['totals.losses_paid', 30],
  ['totals.gains_converted', 25],
  ['totals.fees', 3],
  ['totals.deficits', 9],
])('%s of two accounts', (name, expected) => {
  const accounts = [
    makeAccount(SLAB, {
      ...account,
      account: 0,
      depositedAtoms: 100,
      withdrawnAtoms: 20,
      feesPaidAtoms: 3,
      lossesPaidAtoms: 30,
      deficitAtoms: 9,
    }),
    makeAccount(SLAB, { ...account, account: 1, depositedAtoms: 200, gainsConvertedAtoms: 25 }),
  ];
  expect(measure(name, { accounts })).toBe(expected);
});

test.each([
  ['totals.insurance', 7 + 1],
  ['totals.residual', 5],
  ['totals.insurance_spent', 4],
  ['totals.socialized', 2 + 3],
  ['totals.uninsured', 6],
])('%s is taken from the last sample of each slab', (name, expected) => {
  const series = [
    makeSeries('a', 0, { insuranceAtoms: 99, residualAtoms: 99, uninsuredAtoms: 99 }),
    makeSeries('b', 0, { insuranceAtoms: 1 }),
    makeSeries('a', 5, {
      insuranceAtoms: 7,
      residualAtoms: 5,
      insuranceSpentAtoms: 4,
      socializedLongAtoms: 2,
      socializedShortAtoms: 3,
      uninsuredAtoms: 6,
    }),
  ];
  expect(measure(name, { series }, [makeSlab('a'), makeSlab('b')])).toBe(expected);
});

test.each([
  ['totals.vault', 30],
  ['totals.insurance_topped_up', 3],
  ['totals.instructions', 200],
  ['totals.rejected', 5],
  ['totals.frozen_accounts', 1],
  ['totals.missed_accruals', 4],
])('%s sums slabs', (name, expected) => {
  const slabs = [
    makeSlab('a', { vaultAtoms: 10, toppedUpAtoms: 3, rejected: 5 }),
    makeSlab('b', { vaultAtoms: 20, frozenAccounts: 1, missedAccruals: 4 }),
  ];
  expect(measure(name, {}, slabs)).toBe(expected);
});

test.each([
  ['liquidations.count', 3],
  ['liquidations.partial', 1],
  ['liquidations.accounts', 2],
  ['liquidations.bankrupt', 1],
  ['liquidations.notional', 60],
  ['liquidations.notional_long', 50],
  ['liquidations.deficit', 8],
  ['liquidations.fees', 3],
  // Slots of 400 ms.
  ['liquidations.first_seconds', 1.2],
  ['liquidations.first_bankrupt_seconds', 2],
])('%s of three liquidations', (name, expected) => {
  const liquidations = [
    makeLiquidation(SLAB, 3, { full: false, notionalAtoms: 20, feePaidAtoms: 1 }),
    makeLiquidation(SLAB, 5, { notionalAtoms: 30, feePaidAtoms: 2, deficitAtoms: 8 }),
    makeLiquidation(SLAB, 6, { account: 9, side: 'short', notionalAtoms: 10 }),
  ];
  expect(measure(name, { liquidations })).toBe(expected);
});

const series = [
  makeSeries(SLAB, 0, { fundamentalPrice: 100, indexPrice: 100, openInterestQ: 2_000_000 }),
  makeSeries(SLAB, 5, { fundamentalPrice: 80, indexPrice: 88, openInterestQ: 3_000_000 }),
  makeSeries(SLAB, 10, { fundamentalPrice: 90, indexPrice: 90, openInterestQ: 0 }),
];

test.each([
  ['market.index_start', 100],
  ['market.index_min', 88],
  ['market.index_max', 100],
  ['market.distortion_max', 1000],
  // 2 base at 100 = 200, 3 at 88 = 264.
  ['market.open_interest_max', 264],
])('%s of three samples', (name, expected) => {
  expect(measure(name, { series })).toBe(expected);
});

test('prices of two underlyings are not mixed', () => {
  const slabs = [makeSlab(SLAB), makeSlab('sol', { underlying: 'SOL' })];
  expect(measure('market.index_min', { series }, slabs)).toBeNull();
});

test('volume floors each fill as the engine does', () => {
  const fill = { slab: SLAB, slot: 1, buyer: 0, seller: 1, indexPrice: 1, buyerGroup: 'a', sellerGroup: 'b' };
  const fills = [
    { ...fill, sizeQ: 1_500_000, executionPrice: 3 },
    { ...fill, sizeQ: 2_000_000, executionPrice: 5 },
  ];
  expect(measure('market.volume', { fills })).toBe(4 + 10);
  expect(measure('market.fills', { fills })).toBe(2);
  // The products exceed a double's 53 bits; in the second, so do those of the parts.
  for (const [sizeQ, executionPrice] of [
    [9_007_199_999, 59_999_999_999],
    [90_071_999_999, 999_999_999],
  ] as const) {
    const exact = (BigInt(sizeQ) * BigInt(executionPrice)) / 1_000_000n;
    expect(measure('market.volume', { fills: [{ ...fill, sizeQ, executionPrice }] })).toBe(Number(exact));
  }
});

test('totals.bids is the sum over all groups', () => {
  const record = makeCrashRecord();
  record.tables.groups[0]!.bidsPaidAtoms = 5;
  record.tables.groups[4]!.bidsPaidAtoms = 7;
  expect(measure('totals.bids', { groups: record.tables.groups })).toBe(12);
});

test('identities of the crash close, and name the amounts', () => {
  const [first] = splitBySlab(calculateRunView(makeCrashRecord())).map(calculateIdentities);
  expect(first?.map(({ name, residueAtoms }) => [name, residueAtoms])).toEqual(
    ['vault', 'contents', 'insurance', 'losses', 'deficits', 'wealth'].map((name) => [name, 0]),
  );
  const deficits = first?.find((identity) => identity.name === 'deficits');
  expect(deficits?.left.map((term) => term.atoms)).toEqual([4_000 * USD]);
  expect(deficits?.right.map((term) => term.atoms)).toEqual([1_000 * USD, 0, 1_800 * USD, 1_200 * USD]);
});

test('one atom too many in any column breaks an identity', () => {
  for (const column of [
    'depositedAtoms',
    'withdrawnAtoms',
    'capitalAtoms',
    'feesPaidAtoms',
    'lossesPaidAtoms',
    'gainsConvertedAtoms',
    'deficitAtoms',
  ] as const) {
    const record = makeCrashRecord();
    const row = record.tables.accounts[1]!;
    row[column] += 1;
    const residues = calculateIdentities(splitBySlab(calculateRunView(record))[0]!).map(
      (identity) => identity.residueAtoms,
    );
    expect(
      residues.some((residue) => residue !== 0),
      column,
    ).toBe(true);
  }
});

test('fit: units are converted, ranges are inclusive, an unknown number is a miss', () => {
  const target = { published: 10, low: 9, high: 12, source: 's' };
  const rows = calculateFit(
    [
      { ...target, metric: 'liquidations.notional', unit: 'USDC' },
      { ...target, metric: 'btc/haircut.payout_ratio', unit: '%' },
      { ...target, metric: 'liquidations.count', unit: 'count' },
      { ...target, metric: 'liquidations.nonsense', unit: 'count' },
    ],
    METRICS,
    (slab, metric) =>
      metric === 'liquidations.notional'
        ? 12 * USD
        : slab === 'btc'
          ? 0.2
          : metric === 'liquidations.count'
            ? 9
            : null,
  );
  expect(rows.map(({ simulated, ratio, withinRange }) => [simulated, ratio, withinRange])).toEqual([
    [12, 1.2, true],
    [20, 2, false],
    [9, 0.9, true],
    [null, null, false],
  ]);
});
