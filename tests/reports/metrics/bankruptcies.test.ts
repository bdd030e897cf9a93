import { expect, test } from 'vitest';
import { calculateUnderlyingView } from '../../../reports/metrics/definition.ts';
import { calculateSummary } from '../../../reports/metrics/index.ts';
import { makeLiquidation, makeRecord, makeSlab, USD } from '../fixture.ts';
import { measure } from './measure.ts';

const slabs = [makeSlab('btc/1'), makeSlab('btc/2'), makeSlab('sol', { underlying: 'SOL' })];
// Two, one and one BTC closed at 100 000, 90 000 and 80 000; the first one in time is solvent.
const btc = [
  makeLiquidation('btc/2', 7, { closedQ: 2_000_000, notionalAtoms: 200_000 * USD, deficitAtoms: 1 }),
  makeLiquidation('btc/1', 2, { notionalAtoms: 500_000 * USD }),
  makeLiquidation('btc/1', 9, { notionalAtoms: 90_000 * USD, deficitAtoms: 1 }),
  makeLiquidation('btc/1', 12, { notionalAtoms: 80_000 * USD, deficitAtoms: 1 }),
];

test.each([
  ['liquidations.bankrupt_notional', 370_000 * USD],
  // 370 000 for 4 BTC.
  ['liquidations.bankrupt_price_mean', 92_500 * USD],
  ['liquidations.first_bankrupt_seconds', 2.8],
  // Slots 2 and 7 of 400 ms.
  ['liquidations.bankrupt_delay_seconds', 2],
  // 200 000 of 370 000 are closed by slot 7.
  ['liquidations.bankrupt_median_seconds', 2.8],
])('%s of four liquidations', (name, expected) => {
  expect(measure(name, { liquidations: btc }, slabs.slice(0, 2))).toBe(expected);
});

test('the median is where half is reached, not passed', () => {
  const liquidations = [6, 5, 4].map((slot) =>
    makeLiquidation('btc/1', slot, { notionalAtoms: slot === 5 ? 20 : 10, deficitAtoms: 1 }),
  );
  expect(measure('liquidations.bankrupt_median_seconds', { liquidations })).toBe(2);
});

test('without a bankruptcy there is no price and no time', () => {
  const liquidations = [makeLiquidation('btc/1', 2)];
  for (const name of ['price_mean', 'delay_seconds', 'median_seconds'])
    expect(measure(`liquidations.bankrupt_${name}`, { liquidations })).toBeNull();
  expect(measure('liquidations.bankrupt_notional', { liquidations })).toBe(0);
});

test('prices of different underlyings have no mean', () => {
  expect(measure('liquidations.bankrupt_price_mean', { liquidations: btc }, slabs)).toBeNull();
});

test('a fit may name an underlying: all its slabs together', () => {
  const base = makeRecord({ slabs });
  const sol = makeLiquidation('sol', 1, { notionalAtoms: 7 * USD, deficitAtoms: 1 });
  const target = { unit: 'USDC', published: 100, low: 0, high: 1_000_000, source: 'paper' };
  const names = ['BTC', 'SOL', 'btc/1', 'ETH'].map((name) => `${name}/liquidations.bankrupt_notional`);
  const record = {
    ...base,
    tables: { ...base.tables, liquidations: [...btc, sol] },
    fit: names.map((metric) => ({ ...target, metric })),
  };
  const { fit } = calculateSummary(record);
  expect(fit.map(({ simulated }) => simulated)).toEqual([370_000, 7, 170_000, null]);
  expect(calculateUnderlyingView(record, 'ETH')).toBeUndefined();
});
