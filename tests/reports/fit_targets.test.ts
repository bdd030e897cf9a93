import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../reports/metrics/index.ts';

const folder = new URL('../../scenarios/', import.meta.url);
const names = new Set(METRICS.map((metric) => metric.name));
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .sort();

test.each(files)('every fit target of %s names a metric', (file) => {
  const { fit = [] } = parse(readFileSync(new URL(file, folder), 'utf8')) as { fit?: { metric: string }[] };
  const unknown = fit.filter(({ metric }) => !names.has(metric.slice(metric.lastIndexOf('/') + 1)));
  expect(unknown).toEqual([]);
});

test('there are scenarios to look at', () => {
  expect(files).toContain('hyperliquid-2025-10-10.yaml');
});
