import { expect, test } from 'vitest';
import { makeAttack, makeSeries, USD } from '../fixture.ts';
import { measure, SLAB } from './measure.ts';

// The same attack at warmups 0, 10, 20 and 30: gains 50 (of 1 000 paid in), 0, 5, loses 20.
const attacks = [
  makeAttack(SLAB, {
    netExtractedAtoms: 50 * USD,
    withdrawnAtoms: 1_050 * USD,
    bidsPaidAtoms: 3,
    firstWithdrawalSlot: 304,
    honestWealthChangeAtoms: -60 * USD,
    lpWealthChangeAtoms: -45 * USD,
    insuranceChangeAtoms: -5 * USD,
  }),
  makeAttack(SLAB, { warmupPeriodSlots: 10, firstWithdrawalSlot: 302, peakReservedAtoms: 7 }),
  makeAttack(SLAB, { warmupPeriodSlots: 20, netExtractedAtoms: 5 * USD, peakReservedAtoms: 9 }),
  makeAttack(SLAB, {
    warmupPeriodSlots: 30,
    netExtractedAtoms: -20 * USD,
    honestWealthChangeAtoms: 20 * USD,
  }),
];

test.each([
  ['manipulation.attacks', 4],
  ['manipulation.attacks_profitable', 2],
  ['manipulation.attacks_successful', 2],
  ['manipulation.capital_in', 4_000 * USD],
  ['manipulation.capital_out', 1_050 * USD],
  ['manipulation.bids_paid', 3],
  ['manipulation.net_extracted', 35 * USD],
  ['manipulation.net_extracted_max', 50 * USD],
  ['manipulation.return_max', 0.05],
  ['manipulation.slots_to_first_withdrawal_min', 2],
  ['manipulation.peak_reserved_max', 9],
  ['manipulation.honest_wealth_change', -40 * USD],
  ['manipulation.honest_wealth_change_min', -60 * USD],
  ['manipulation.lp_wealth_change', -45 * USD],
  ['manipulation.insurance_change', -5 * USD],
  // A warmup of 10 stopped it by luck; only above 20 did every attack fail.
  ['manipulation.breakeven_warmup', 30],
])('%s of four attacks', (name, expected) => {
  expect(measure(name, { attacks })).toBe(expected);
});

test('break-even warmup: the shortest tested if nothing paid, undefined if the longest still paid', () => {
  expect(measure('manipulation.breakeven_warmup', { attacks: attacks.slice(1, 2) })).toBe(10);
  expect(measure('manipulation.breakeven_warmup', { attacks: attacks.slice(0, 3) })).toBeNull();
});

test('without attacks the sums are undefined, not zero', () => {
  expect(measure('manipulation.net_extracted', {})).toBeNull();
  expect(measure('manipulation.attacks_profitable', {})).toBeNull();
  expect(measure('manipulation.attacks', {})).toBe(0);
});

test('locked profit is averaged over slots and summed over slabs', () => {
  const series = [
    makeSeries(SLAB, 0, { pnlPositiveAtoms: 100, pnlMaturedAtoms: 100 }),
    makeSeries(SLAB, 5, { pnlPositiveAtoms: 100, pnlMaturedAtoms: 60 }),
    makeSeries(SLAB, 15, { pnlPositiveAtoms: 80, pnlMaturedAtoms: 0 }),
    makeSeries('sol', 0, { pnlPositiveAtoms: 7 }),
  ];
  // (0·5 + 40·10 + 80·5) ÷ 20 = 40, and 7 on the other slab.
  expect(measure('manipulation.locked_profit_mean', { series })).toBe(47);
});

test('the tightest extraction bound counts', () => {
  const bound = {
    slab: SLAB,
    withdrawnAtoms: 0,
    depositedAtoms: 0,
    lossesPaidByOthersAtoms: 0,
    insuranceSpentAtoms: 0,
  };
  const bounds = [
    { ...bound, set: 'attackers', slackAtoms: 12 },
    { ...bound, set: 'group:whales', slackAtoms: 3 },
  ];
  expect(measure('manipulation.extraction_slack_min', { bounds })).toBe(3);
});
