import { expect, test } from 'vitest';
import { makeAccount, makeExit, makeSeries, USD } from '../fixture.ts';
import { measure, SLAB } from './measure.ts';

// Slots 0–9 at h = 1 on 100, 10–14 at h = 0.5 on 300, 15–19 at h = 0.8 on 0: claim-slots 1000, 1500, 0.
const series = [
  makeSeries(SLAB, 0, { pnlMaturedAtoms: 100, hStored: 1, hCranked: 0.9 }),
  makeSeries(SLAB, 10, { pnlMaturedAtoms: 300, hStored: 0.5, hCranked: 0.75 }),
  makeSeries(SLAB, 15, { pnlMaturedAtoms: 0, hStored: 0.4, hCranked: null }),
];

test.each([
  ['haircut.h_stored_min', 0.5],
  ['haircut.h_stored_mean', (1000 * 1 + 1500 * 0.5) / 2500],
  ['haircut.h_below_target_share', 1500 / 2500],
  ['haircut.h_cranked_min', 0.75],
  ['haircut.staleness_gap_over_max', 1 - 0.9],
  ['haircut.staleness_gap_under_max', 0.25],
])('%s over three samples', (name, expected) => {
  expect(measure(name, { series })).toBe(expected);
});

test('h is 1, and its mean undefined, when nothing ever matured', () => {
  const nothing = { series: [makeSeries(SLAB, 0)] };
  expect(measure('haircut.h_stored_min', nothing)).toBe(1);
  expect(measure('haircut.h_stored_mean', nothing)).toBeNull();
});

// Claims 100, 100, 200 paid 100, 90, 120: the first tenth (40) at 1, the last tenth at 0.6.
const exits = [
  makeExit(SLAB, 1, { amountAtoms: 100, paidAtoms: 100 }),
  makeExit(SLAB, 2, { amountAtoms: 100, paidAtoms: 90 }),
  makeExit(SLAB, 3, { amountAtoms: 200, paidAtoms: 120 }),
  makeExit(SLAB, 4, { kind: 'withdraw', amountAtoms: 999, paidAtoms: 999 }),
];

test.each([
  ['haircut.exits', 3],
  ['haircut.claims_converted', 400],
  ['haircut.haircut_taken', 90],
  ['haircut.payout_ratio', 310 / 400],
  ['haircut.payout_ratio_min', 0.6],
  ['haircut.payout_first_decile', 1],
  ['haircut.payout_last_decile', 0.6],
])('%s over three conversions', (name, expected) => {
  expect(measure(name, { exits })).toBe(expected);
});

test('a conversion on the boundary of the decile counts in part', () => {
  // A tenth of 400 is 40: 30 paid in full and 10 of the next 370 at 0.5.
  const split = [
    makeExit(SLAB, 1, { amountAtoms: 30, paidAtoms: 30 }),
    makeExit(SLAB, 2, { amountAtoms: 370, paidAtoms: 185 }),
  ];
  expect(measure('haircut.payout_first_decile', { exits: split })).toBe(35 / 40);
});

test('rank correlation: payouts that only fall give −1; ties share a rank', () => {
  expect(measure('haircut.first_come_advantage', { exits })).toBeCloseTo(-1, 12);
  // Ranks of slots (1, 2.5, 2.5, 4) against payouts (4, 3, 1.5, 1.5): Σ of products −3.75, of squares 4.5 each.
  const tied = [
    makeExit(SLAB, 1, { amountAtoms: 10, paidAtoms: 10 }),
    makeExit(SLAB, 2, { amountAtoms: 10, paidAtoms: 9 }),
    makeExit(SLAB, 2, { amountAtoms: 10, paidAtoms: 8 }),
    makeExit(SLAB, 4, { amountAtoms: 10, paidAtoms: 8 }),
  ];
  expect(measure('haircut.first_come_advantage', { exits: tied })).toBeCloseTo(-3.75 / 4.5, 12);
});

test('rank correlation is undefined when everybody was paid alike, and of two slabs the stronger counts', () => {
  const alike = [1, 2, 3].map((slot) => makeExit(SLAB, slot));
  expect(measure('haircut.first_come_advantage', { exits: alike })).toBeNull();
  expect(
    measure('haircut.first_come_advantage', {
      exits: [...alike, ...exits.map((e) => ({ ...e, slab: 'sol' }))],
    }),
  ).toBeCloseTo(-1, 12);
});

test('equal treatment compares conversions of one slot only, and forgives the floored atom', () => {
  const apart = [
    makeExit(SLAB, 7, { amountAtoms: 1000, paidAtoms: 900 }),
    makeExit(SLAB, 7, { amountAtoms: 1000, paidAtoms: 800 }),
    makeExit(SLAB, 8, { amountAtoms: 1000, paidAtoms: 100 }),
  ];
  expect(measure('haircut.equal_treatment_error_max', { exits: apart })).toBe(0.9 - 0.801);
  // h = 0.9: ⌊10·0.9⌋ = 9 and ⌊3·0.9⌋ = 2 are the same treatment.
  const floored = [
    makeExit(SLAB, 7, { amountAtoms: 10, paidAtoms: 9 }),
    makeExit(SLAB, 7, { amountAtoms: 3, paidAtoms: 2 }),
  ];
  expect(measure('haircut.equal_treatment_error_max', { exits: floored })).toBe(0);
  expect(measure('haircut.equal_treatment_error_max', { exits })).toBeNull();
});

// Haircuts: 0 on a claim of 300, 0.5 on 100 (fully converted), 0.2 on 100 (still inside, last h = 0.8).
const winners = {
  series: [makeSeries(SLAB, 19, { hStored: 0.8 })],
  accounts: [
    makeAccount(SLAB, {
      account: 0,
      group: 'a',
      role: 'trader',
      releasedConsumedAtoms: 300,
      gainsConvertedAtoms: 300,
    }),
    makeAccount(SLAB, {
      account: 1,
      group: 'a',
      role: 'trader',
      releasedConsumedAtoms: 100,
      gainsConvertedAtoms: 50,
    }),
    makeAccount(SLAB, { account: 2, group: 'a', role: 'trader', pnlAtoms: 150, reservedAtoms: 50 }),
    makeAccount(SLAB, { account: 3, group: 'b', role: 'trader', pnlAtoms: -10 }),
  ],
};

test.each([
  ['haircut.winners', 3],
  // Pairs: 300·100·0.5 + 300·100·0.2 + 100·100·0.3 = 24 000; W·Σwx = 500·70.
  ['haircut.gini', 24_000 / 35_000],
  // (50 + 20)² ÷ (500·(25 + 4)).
  ['haircut.jain', 4900 / 14_500],
  // One of three winners is the top 1 % and the top 10 %: the largest claim, which lost nothing.
  ['haircut.loss_share_top_1', 0],
  ['haircut.claim_share_top_1', 0.6],
  ['haircut.loss_share_top_10', 0],
  ['haircut.claim_share_top_10', 0.6],
])('%s of three winners', (name, expected) => {
  expect(measure(name, winners)).toBeCloseTo(expected, 12);
});

test('principal: flat accounts may lose fees only; K losses are summed', () => {
  const accounts = [
    makeAccount(SLAB, {
      account: 0,
      group: 'a',
      role: 'trader',
      depositedAtoms: 100 * USD,
      feesPaidAtoms: USD,
      alwaysFlat: true,
    }),
    makeAccount(SLAB, {
      account: 1,
      group: 'a',
      role: 'trader',
      depositedAtoms: 300 * USD,
      lostThroughKAtoms: 9,
      principalLostThroughKAtoms: 4,
    }),
  ];
  expect(measure('haircut.flat_principal_lost_max', { accounts })).toBe(0);
  expect(measure('haircut.pnl_lost_through_k', { accounts })).toBe(9);
  expect(measure('haircut.principal_lost_through_k', { accounts })).toBe(4);
  expect(measure('haircut.principal_lost_through_k_share', { accounts })).toBe(4 / (400 * USD));
  const robbed = [{ ...accounts[0]!, capitalAtoms: 90 * USD }];
  expect(measure('haircut.flat_principal_lost_max', { accounts: robbed })).toBe(9 * USD);
  expect(measure('haircut.flat_principal_lost_max', { accounts: [accounts[1]!] })).toBeNull();
});
