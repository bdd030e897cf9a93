import { describe, expect, test } from 'vitest';
import { type Chart, calculateCharts } from '../../../reports/charts/index.ts';
import { cleanSvg, renderSvg } from '../../../reports/charts/render.ts';
import { spread, thin } from '../../../reports/charts/thin.ts';
import { calculateSummary } from '../../../reports/metrics/index.ts';
import type { RunRecord } from '../../../sim/record/types.ts';
import { makeCrashRecord } from '../crash_record.ts';
import { makeRecord, makeSeries, makeSlab } from '../fixture.ts';

const chartsOf = (record: RunRecord) => calculateCharts(record, calculateSummary(record));
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
const all = (record: RunRecord): Chart[] => Object.values(chartsOf(record)).flat();
const charts = all(makeCrashRecord());
const find = (id: string) => charts.find((chart) => chart.id === id)!;

describe('the charts of a crash', () => {
  test('are all there, in report order', () => {
    expect(charts.map((chart) => chart.id)).toEqual([
      'price-0',
      'liquidations',
      'open-interest',
      'haircut',
      'payouts',
      'bearers',
      'groups',
      'attacks',
      'reserve',
      'modes',
      'multiplier',
      'stale',
      'insurance',
    ]);
  });

  test.each([
    [
      'price-0',
      'BTC fell by 14.0 % from 100 000 to 86 000 USDC within 2 min 40 s; the index was off by up to 8.0 %',
    ],
    ['open-interest', 'Open interest of btc-warmup-0 peaked at 4.00 M USDC and ended at 712 k USDC'],
    ['haircut', 'h of btc-warmup-0 fell to 0.9280; settling everybody would have shown 0.9200 at worst'],
    [
      'payouts',
      'Conversions were paid 92.2 %, the worst 86.7 %; the first tenth of claims 100 %, the last 86.7 %',
    ],
    [
      'bearers',
      'Bankrupt accounts left 8.00 k USDC: insurance 25.0 %, shorts through K 45.0 %, uninsured (lowers h) 30.0 %',
    ],
    ['groups', 'lp gained 17.6 k USDC, retail lost 40.0 k USDC'],
    ['attacks', 'Spike took up to 400 USDC, but nothing from a warmup of 10 min on'],
    [
      'reserve',
      'The warmup held back up to 9.00 k USDC of profit on btc-warmup-10min (warmup 10 min) (1 of 2 slabs)',
    ],
    ['modes', 'btc-warmup-0 shorts were out of Normal for 2 min 4 s'],
    [
      'multiplier',
      'Liquidations of the other side left 0.1 % of each position that shorts of btc-warmup-0 held',
    ],
    ['stale', 'Up to 12 accounts of btc-warmup-0 waited for settlement; none was left at the end'],
    ['insurance', 'The insurance fund of btc-warmup-0 went from 1.50 k to 700 USDC'],
  ])('%s says what it finds', (id, finding) => {
    expect(plain(find(id).finding)).toBe(finding);
  });

  test.each(charts.map((chart) => [chart.id, chart] as const))(
    '%s draws without a warning at both widths',
    async (id, chart) => {
      for (const width of [640, 230]) {
        const warnings: string[] = [];
        const svg = await renderSvg(chart.draw(width), `${id}-${width}`, (warning) => warnings.push(warning));
        expect(warnings).toEqual([]);
        expect(svg).toMatch(/^<svg aria-hidden="true"/);
        expect(svg).not.toMatch(/NaN|undefined|Infinity/);
        // Something is drawn in a series colour.
        expect(svg).toMatch(/(fill|stroke)="var\(--s\d\)"/);
      }
    },
  );

  test('each has a table with as many cells as columns and a CSV to go to', () => {
    for (const chart of charts) {
      expect(chart.table.rows.length, chart.id).toBeGreaterThan(0);
      for (const row of chart.table.rows) expect(row.length, chart.id).toBe(chart.table.columns.length);
      expect(chart.csv).toMatch(/^[a-z]+\.csv$/);
      expect(chart.alt.length, chart.id).toBeGreaterThan(20);
    }
  });

  test('liquidation bars stack to the liquidated notional', () => {
    const values = (find('liquidations').draw(640).data as { values: { y: number; y2: number }[] }).values;
    const total = values.reduce((sum, value) => sum + value.y2 - value.y, 0);
    expect(total).toBeCloseTo(80 * 90_000, 6);
  });
});

test('a quiet run gets the price and nothing else to look at', () => {
  const record = makeRecord({ slabs: [makeSlab('btc')] });
  record.tables.series.push(makeSeries('btc', 0), makeSeries('btc', 5));
  expect(all(record).map((chart) => chart.id)).toEqual(['price-0']);
  expect(plain(all(record)[0]!.finding)).toBe('BTC stayed at 100 000 USDC');
});

test('of many slabs the worst six are drawn, in slab order, and the chart says so', () => {
  const slabs = Array.from({ length: 9 }, (_, at) => makeSlab(`s${at}`));
  const record = makeRecord({ slabs, slotsDone: 10 });
  slabs.forEach(({ slab }, at) => {
    record.tables.series.push(makeSeries(slab, 0, { hStored: 1 - at / 10, pnlMaturedAtoms: 1 }));
  });
  const chart = chartsOf(record).haircut[0]!;
  expect(chart.finding).toContain('(6 of 9 slabs)');
  const names = new Set(chart.table.rows.map((row) => row[0]!.split(',')[0]));
  expect([...names]).toEqual(['s3', 's4', 's5', 's6', 's7', 's8']);
});

test('the axis counts seconds, minutes or hours', () => {
  const titles = [100, 3_000, 90_000].map((slotsDone) => {
    const record = makeRecord({ slabs: [makeSlab('btc')], slotsDone });
    record.tables.series.push(makeSeries('btc', slotsDone / 2));
    return all(record)[0]!.table.columns[2];
  });
  expect(titles).toEqual(['seconds since the start', 'minutes since the start', 'hours since the start']);
});

describe('thinning', () => {
  const points = Array.from({ length: 1000 }, (_, at) => ({
    at,
    y: at === 617 ? -50 : at === 618 ? 99 : at % 7,
  }));

  test('keeps order, ends and every extreme', () => {
    const kept = thin(points, 100, (point) => point.y);
    expect(kept.length).toBeLessThanOrEqual(102);
    expect(kept.map((point) => point.at)).toEqual(kept.map((point) => point.at).toSorted((a, b) => a - b));
    expect([kept[0]!.at, kept.at(-1)!.at]).toEqual([0, 999]);
    expect(kept.map((point) => point.y)).toEqual(expect.arrayContaining([-50, 99]));
  });

  test('leaves a short series alone, and spreads rows evenly', () => {
    expect(thin(points.slice(0, 5), 100, (point) => point.y)).toEqual(points.slice(0, 5));
    expect(spread(points, 4).map((point) => point.at)).toEqual([0, 333, 666, 999]);
    expect(spread([1, 2], 4)).toEqual([1, 2]);
  });
});

test('drawings of one page do not share ids, and text keeps its digits', () => {
  const svg =
    '<svg width="1" height="2"><clipPath id="clip7"></clipPath><g clip-path="url(#clip7)" transform="translate(0.12345,1)"><text>0.92801</text></g></svg>';
  expect(cleanSvg(svg, 'a')).toBe(
    '<svg aria-hidden="true" focusable="false" width="1" height="2"><clipPath id="a-0"></clipPath><g clip-path="url(#a-0)" transform="translate(0.12,1)"><text>0.92801</text></g></svg>',
  );
});

test('the same record draws the same bytes', async () => {
  const draw = () => renderSvg(all(makeCrashRecord())[0]!.draw(640), 'x');
  expect(await draw()).toBe(await draw());
});
