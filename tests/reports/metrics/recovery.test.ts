import { expect, test } from 'vitest';
import { calculateEpisodes, calculateModeSpans } from '../../../reports/metrics/recovery.ts';
import { makeRecord, makeReset, makeSeries, makeSlab } from '../fixture.ts';
import { measure, SLAB } from './measure.ts';

// Shorts: Normal 0–4, DrainOnly 4–6, ResetPending 6–9, Normal 9–15, ResetPending from 15 to the end at 20.
const resets = [
  makeReset(SLAB, 4, 'Normal', 'DrainOnly', 0),
  makeReset(SLAB, 6, 'DrainOnly', 'ResetPending', 1),
  makeReset(SLAB, 9, 'ResetPending', 'Normal', 1),
  makeReset(SLAB, 15, 'Normal', 'ResetPending', 2),
];

test.each([
  // Longs 20, shorts 4 + 6.
  ['recovery.slots_normal', 30],
  ['recovery.slots_drain_only', 2],
  ['recovery.slots_reset_pending', 3 + 5],
  ['recovery.resets', 2],
  ['recovery.episodes', 2],
  ['recovery.episodes_unfinished', 1],
  // 4–9 and 15–20+: both 5 long.
  ['recovery.episode_slots_max', 5],
])('%s of two episodes', (name, expected) => {
  expect(measure(name, { resets })).toBe(expected);
});

test('spans cover every slot once, episodes say whether they were seen to end', () => {
  const record = makeRecord({ slotsDone: 20, slabs: [makeSlab(SLAB)] });
  const view = { record, slabs: record.slabs, tables: { ...record.tables, resets } };
  const shorts = calculateModeSpans(view).filter((span) => span.side === 'short');
  expect(shorts.map(({ mode, from, to, open }) => [mode, from, to, open])).toEqual([
    ['Normal', 0, 4, false],
    ['DrainOnly', 4, 6, false],
    ['ResetPending', 6, 9, false],
    ['Normal', 9, 15, false],
    ['ResetPending', 15, 20, true],
  ]);
  expect(calculateEpisodes(view)).toEqual([
    { slab: SLAB, side: 'short', from: 4, to: 9, censored: false },
    { slab: SLAB, side: 'short', from: 15, to: 20, censored: true },
  ]);
});

test('a reset begun and finished in one slot is an episode of no length', () => {
  const instant = [
    makeReset(SLAB, 3, 'Normal', 'ResetPending', 1),
    makeReset(SLAB, 3, 'ResetPending', 'Normal', 1),
  ];
  expect(measure('recovery.episodes', { resets: instant })).toBe(1);
  expect(measure('recovery.episode_slots_max', { resets: instant })).toBe(0);
  expect(measure('recovery.slots_reset_pending', { resets: instant })).toBe(0);
  expect(measure('recovery.slots_normal', { resets: instant })).toBe(40);
});

test('nothing left Normal: no longest episode', () => {
  expect(measure('recovery.episode_slots_max', {})).toBeNull();
});

test('final modes and recovery after the end', () => {
  const slabs = [
    makeSlab('a', { finalModeLong: 'DrainOnly', finalModeShort: 'ResetPending', recoveryInstructions: 4 }),
    makeSlab('b', { finalModeShort: 'ResetPending', recoveryInstructions: 3 }),
  ];
  expect(measure('recovery.sides_not_normal_end', {}, slabs)).toBe(3);
  expect(measure('recovery.recovery_instructions', {}, slabs)).toBe(7);
  const stuck = [...slabs, makeSlab('c', { recoveryInstructions: null })];
  expect(measure('recovery.recovery_instructions', {}, stuck)).toBeNull();
});

test('refused opens are the SideBlocked refusals', () => {
  const rejection = { slab: SLAB, group: 'retail', op: 'executeTrade', count: 3 };
  const rejections = [
    { ...rejection, error: 'SideBlocked' },
    { ...rejection, error: 'Undercollateralized', count: 9 },
    { ...rejection, group: 'whales', error: 'SideBlocked', count: 2 },
  ];
  expect(measure('recovery.refused_opens', { rejections })).toBe(5);
});

test('stale accounts, A and the insurance drawdown', () => {
  const series = [
    makeSeries(SLAB, 0, { insuranceAtoms: 50, staleLong: 2, staleShort: 3 }),
    makeSeries(SLAB, 5, { insuranceAtoms: 80, staleShort: 4, aShort: 250_000 }),
    makeSeries(SLAB, 10, { insuranceAtoms: 30, aLong: 400_000 }),
    makeSeries('sol', 10, { insuranceAtoms: 10 }),
  ];
  expect(measure('recovery.stale_accounts_max', { series })).toBe(5);
  expect(measure('recovery.a_min', { series })).toBe(0.25);
  // 80 → 30; the other slab's 10 is no fall.
  expect(measure('recovery.insurance_drawdown_max', { series })).toBe(50);
});
