import { expect, test } from 'vitest';
import { makeLiquidation, makeSeries, makeSlab, USD } from '../fixture.ts';
import { measure, SLAB } from './measure.ts';

test('exposure removed tells bankrupt from ordinary liquidations', () => {
  const liquidations = [
    makeLiquidation(SLAB, 1, { notionalAtoms: 70, deficitAtoms: 5 }),
    makeLiquidation(SLAB, 1, { notionalAtoms: 30 }),
    makeLiquidation(SLAB, 2, { notionalAtoms: 20 }),
  ];
  expect(measure('haircut.exposure_removed_bankrupt', { liquidations })).toBe(70);
  expect(measure('haircut.exposure_removed_ordinary', { liquidations })).toBe(50);
});

// btc peaks at 40 base of 100 (4 000), sol at 50 of 20 (1 000); what comes after the peak does not count.
const slabs = [makeSlab(SLAB), makeSlab('sol', { underlying: 'SOL' })];
const series = [
  makeSeries(SLAB, 0, { openInterestQ: 30_000_000, indexPrice: 120 * USD }),
  makeSeries('sol', 0, { openInterestQ: 50_000_000, indexPrice: 20 * USD }),
  makeSeries(SLAB, 5, { openInterestQ: 40_000_000, indexPrice: 100 * USD }),
  makeSeries(SLAB, 10, { openInterestQ: 10_000_000, indexPrice: 500 * USD }),
];
const liquidations = [
  makeLiquidation(SLAB, 6, { closedQ: 10_000_000 }),
  makeLiquidation(SLAB, 7, { closedQ: 2_000_000, deficitAtoms: 1 }),
  makeLiquidation(SLAB, 8, { closedQ: 4_000_000, side: 'short' }),
  makeLiquidation('sol', 9, { closedQ: 25_000_000, deficitAtoms: 1 }),
];

test.each([
  // Shorts lost 12 of 40 BTC and 25 of 50 SOL to closed longs: (0.3·4 000 + 0.5·1 000) ÷ 5 000.
  ['haircut.exposure_removed_share_short', 0.34],
  // In bankruptcies 2 of 40 and 25 of 50: (200 + 500) ÷ 5 000.
  ['haircut.exposure_removed_bankrupt_share_short', 0.14],
  // Longs lost 4 of 40 and nothing: 400 ÷ 5 000.
  ['haircut.exposure_removed_share_long', 0.08],
  ['haircut.exposure_removed_bankrupt_share_long', 0],
])('%s over two slabs', (name, expected) => {
  expect(measure(name, { series, liquidations }, slabs)).toBeCloseTo(expected, 12);
});

test('without open interest there is no share', () => {
  const empty = { series: [makeSeries(SLAB, 0)], liquidations };
  expect(measure('haircut.exposure_removed_share_short', empty)).toBeNull();
});
