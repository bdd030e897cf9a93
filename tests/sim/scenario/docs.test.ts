import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { METRICS } from '../../../reports/metrics/index.ts';
import { priceSpec } from '../../../sim/prices/spec.ts';
import { loadValid } from './support.ts';

const text = readFileSync(new URL('../../../docs/writing-scenarios.md', import.meta.url), 'utf8');
const findBlock = (opening: string) => text.split(`\`\`\`${opening}\n`)[1]?.split('```')[0] ?? '';

it('docs/writing-scenarios.md shows events, expectations and a sweep that can be loaded', () => {
  const files = { 'deep.yaml': findBlock('yaml events'), 'eth.yaml': findBlock('yaml') };
  const scenario = loadValid(files, { metrics: METRICS });
  expect(scenario.events.map(({ kind }) => kind)).toEqual(['halt_keepers', 'set_lp', 'oracle_outage']);
  expect(scenario.expect.map(({ value }) => value)).toEqual([0.99, 150]);
  expect(scenario.sweep?.grid.map(({ values }) => values.length)).toEqual([3, 2]);
  expect(scenario.sweep?.seeds).toHaveLength(100);
  expect(scenario.underlyings.ETH?.impact?.coefficientBps).toBe(100);
});

it('docs/writing-scenarios.md names every kind of price', () => {
  const [table = ''] = text.split('## Prices')[1]?.split('\n\nA `csv`') ?? [];
  const rows = [...table.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, names = '']) => names);
  const named = rows.flatMap((names) => names.replaceAll('`', '').split(', '));
  expect(named.toSorted()).toEqual([...priceSpec._zod.propValues.kind!].map(String).toSorted());
});
