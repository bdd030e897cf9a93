import { expect, test } from 'vitest';
import { calculateCharts } from '../../../reports/charts/index.ts';
import { renderReport } from '../../../reports/html/report.ts';
import { calculateSummary } from '../../../reports/metrics/index.ts';
import type { RunRecord } from '../../../sim/record/types.ts';
import { BOOK_TABLES } from '../book_fixture.ts';
import { makeRecord, makeSlab } from '../fixture.ts';

const plain = makeRecord({ slots: 4, slotsDone: 4, slabs: [makeSlab('btc')] });
const record: RunRecord = { ...plain, tables: { ...plain.tables, ...BOOK_TABLES } };
const render = (run: RunRecord) => renderReport(run, calculateSummary(run));
const page = await render(record);
const text = page.replaceAll(/<svg.*?<\/svg>/gs, '').replaceAll(/<[^>]+>/g, '|');

test('a run with an order book has a section of it, in the navigation too; others have neither', async () => {
  expect(page).toContain('<li><a href="#book">Book quality</a></li>');
  expect(page).toContain('<h2 id="book">Book quality</h2>');
  expect(await render(plain)).not.toContain('Book quality');
});

test('quotes and depth: the finding says what the lines show', () => {
  const charts = calculateCharts(record, calculateSummary(record)).book;
  expect(charts.map(({ finding }) => finding.replaceAll('\u00a0', ' '))).toEqual([
    'The book quoted both sides 50.0 % of the time, 125.0 bps apart on average and 200.0 bps at most',
    'A side held 150 USDC within 1 % of the mid on average, and 0 USDC at worst',
  ]);
  // 101 is 100 bps above an index of 100, 200.5 is 25 above 200.
  const asks = charts[0]!.table.rows.filter(([name]) => name === 'best ask');
  expect(asks.map((row) => row.at(-1))).toEqual(['100.0', '25.0']);
  const bids = charts[1]!.table.rows.filter(([name]) => name === 'bids');
  expect(bids.map((row) => row.at(-1))).toEqual(['0', '100', '400', '200']);
});

test('makers and takers stand beside each other, with their charges and what was left', () => {
  const rows = text.replaceAll('\u00a0', ' ').split('\n');
  const rowOf = (name: string) => rows.find((line) => line.includes(`|${name}|`))?.split(/\|+/);
  // Of 2 000: 3 and −2 are 15 and −10 bps; a rebate of 0.4 is −2 bps.
  expect(rowOf('desk as makers')?.slice(1, -1)).toEqual([
    'desk as makers',
    '2.00 k USDC',
    '15.0 bps',
    '5.0 bps',
    '−10.0 bps',
    '−2.0 bps',
    '−4.60 USDC',
  ]);
  expect(rowOf('retail as takers')?.slice(1, 4)).toEqual(['retail as takers', '2.00 k USDC', '−15.0 bps']);
  expect(rowOf('most orders')?.slice(2, 3)).toEqual(['16 of 64']);
});

test('what was made elsewhere is said apart, for those who hedge', () => {
  expect(text.replaceAll('\u00a0', ' ')).toContain('hedges made after their costs: desk 7 USDC.');
});

test('its charts lead to their file', () => {
  expect(page.match(/href="book_series\.csv"/g)).toHaveLength(2);
});
