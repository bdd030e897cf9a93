import { expect, test } from 'vitest';
import { calculateCharts } from '../../../reports/charts/index.ts';
import { renderSvg } from '../../../reports/charts/render.ts';
import { renderReport } from '../../../reports/html/report.ts';
import { calculateSummary } from '../../../reports/metrics/index.ts';
import type { RunRecord } from '../../../sim/record/types.ts';
import { BOOK_TABLES } from '../book_fixture.ts';
import { makeRecord, makeSlab, USD } from '../fixture.ts';

/** Quiet and loud stretches of 40 samples, with an impact of the root of the flow; the index stands still. */
function makeTables() {
  const [sample] = BOOK_TABLES.bookSeries;
  let mid = 100_000 * USD;
  const bookSeries = [{ ...sample!, slot: 0, midPrice: mid }];
  const fills = [];
  for (let slot = 1; slot <= 400; slot += 1) {
    const buys = (slot * 7) % 11 < 5;
    const size = slot % 80 < 40 ? 1 + (slot % 5) : 100 + (slot % 50);
    mid *= 1 + (buys ? 1 : -1) * 1e-4 * Math.sqrt(size);
    bookSeries.push({ ...sample!, slot, midPrice: mid });
    fills.push({
      slab: 'btc',
      slot,
      buyer: 1,
      seller: 2,
      sizeQ: size * 1e6,
      executionPrice: 100 * USD,
      indexPrice: 100 * USD,
      buyerGroup: 'a',
      sellerGroup: 'b',
      maker: buys ? ('seller' as const) : ('buyer' as const),
    });
  }
  return { ...BOOK_TABLES, bookSeries, fills };
}

const plain = makeRecord({ slots: 400, slotsDone: 400, slabs: [makeSlab('btc')] });
const record: RunRecord = {
  ...plain,
  resolved: { measure: { sampleEverySlots: 5, stylisedFacts: true } },
  tables: { ...plain.tables, ...makeTables() },
};
const render = (run: RunRecord) => renderReport(run, calculateSummary(run));

test('the section is there for scenarios that ask for it, in the navigation too; others have neither', async () => {
  const page = await render(record);
  expect(page).toContain('<li><a href="#stylised">Stylised facts</a></li>');
  expect(page).toContain('from sample to sample, 2.0 s apart');
  expect(await render({ ...record, resolved: {} })).not.toContain('Stylised facts');
});

test('each fact is held against what was published, shown or not', async () => {
  const text = (await render(record)).replaceAll(/<[^>]+>/g, '|');
  const rowOf = (title: string) =>
    text
      .split('\n')
      .find((line) => line.includes(title))
      ?.split(/\|+/)
      .slice(1, -1);
  const near = rowOf('Clusters of volatility: lags 1 to 10');
  expect(near?.[1]).toBe('btc');
  expect(near?.at(-1)).toBe('✓ shown');
  expect(rowOf('Concave impact: exponent')?.at(-1)).toBe('✓ shown');
  // Moves of 1 % and of a hundredth of it, half of the time each: thinner tails than normal.
  expect(rowOf('Fat tails: excess kurtosis')?.at(-1)).toBe('! not shown');
});

test('tails, memory and impact are drawn without a warning and say what they show', async () => {
  const charts = calculateCharts(record, calculateSummary(record)).stylised;
  expect(charts.map(({ id }) => id)).toEqual(['tails', 'lags', 'impact']);
  expect(charts[2]!.finding).toMatch(/to the power of: btc 0\.5\d$/);
  // Sizes repeat every 80 samples: half a period later loud is quiet.
  const sizes = charts[1]!.table.rows.filter(([name]) => name === 'btc size of returns');
  expect(sizes[0]).toEqual(['btc size of returns', '1', expect.stringMatching(/^0\.9/)]);
  for (const chart of charts) {
    const warnings: string[] = [];
    expect(await renderSvg(chart.draw(640), chart.id, (warning) => warnings.push(warning))).toContain('<svg');
    expect(warnings).toEqual([]);
  }
});
