import { describe, expect, it } from 'vitest';
import type { KnownMetric } from '../../../sim/scenario/expect.ts';
import { listIssues, loadValid, VALID } from './support.ts';

const metrics: KnownMetric[] = [
  { name: 'haircut.h_min', unit: 'ratio' },
  { name: 'haircut.h_last', unit: 'ratio' },
  { name: 'totals.deficit', unit: 'atoms' },
  { name: 'market.low', unit: 'atoms per base' },
  { name: 'market.spread', unit: 'bps' },
  { name: 'recovery.time', unit: 'slots' },
  { name: 'recovery.wait', unit: 'seconds' },
  { name: 'totals.fills', unit: 'count' },
  { name: 'groups.net', unit: 'atoms', scope: 'group' },
];

const text = (...items: string[]) => `${VALID}expect:\n  - ${items.join('\n  - ')}\n`;
const load = (...items: string[]) => loadValid(text(...items), { metrics }).expect;
const complain = (...items: string[]) => listIssues(text(...items), { metrics });

describe('expect', () => {
  it('is resolved to what every run of the whole venue must show', () => {
    expect(load("{metric: haircut.h_min, comparator: '>=', value: 99 %}")).toEqual([
      {
        metric: 'haircut.h_min',
        slabs: null,
        group: null,
        over: 'run',
        minShareBps: 10_000,
        comparator: '>=',
        value: 0.99,
        tolerance: 0,
        text: '>= 99 %',
      },
    ]);
  });

  it.each([
    ['haircut.h_min', '0.995', 0.995],
    ['haircut.h_min', '250 bps', 0.025],
    ['totals.deficit', '-1_000 USDC', -1e9],
    ['market.low', '70_000.5 USDC', 70_000_500_000],
    ['market.spread', '5 bps', 5],
    ['market.spread', '0.05 %', 5],
    ['recovery.time', '1 min', 150],
    ['recovery.time', '600 slots', 600],
    ['recovery.wait', '1.5 s', 1.5],
    ['totals.fills', '0', 0],
  ])('%s takes %s', (metric, value, expected) => {
    const [item] = load(
      `{metric: ${metric}, comparator: <=, value: ${value}, tolerance: ${value.replace('-', '')}}`,
    );
    expect(item?.value).toBe(expected);
    expect(item?.tolerance).toBe(Math.abs(expected));
  });

  it('speaks of slabs, groups and shares of runs', () => {
    const items = text(
      '{metric: totals.fills, slab: btc, comparator: ==, value: 3, tolerance: 1, over: share, share: 95 %}',
      '{metric: groups.net, group: spike, comparator: <=, value: 0 USDC, over: p95}',
      '{metric: totals.fills, slab: btc/warmup=0s, comparator: <, value: 9}',
    ).replace('underlying: BTC', 'underlying: BTC\n    vary: {risk.warmup: [0 s, 1 min]}');
    expect(loadValid(items, { metrics }).expect).toMatchObject([
      { slabs: ['btc/warmup=0s', 'btc/warmup=1min'], over: 'share', minShareBps: 9_500, text: '== 3 ± 1' },
      { slabs: null, group: 'spike', over: 'p95' },
      { slabs: ['btc/warmup=0s'] },
    ]);
  });

  it.each([
    [
      '{metric: haircut.h_mn, comparator: <, value: 1}',
      'expect.haircut.h_mn.metric: `haircut.h_mn`; there is no such metric; known: haircut.h_min, haircut.h_last; haircut.h_min',
    ],
    ['{metric: harcut, comparator: <, value: 1}', 'known: haircut.h_min, haircut.h_last, totals.deficit'],
    [
      '{metric: totals.deficit, comparator: <, value: 1}',
      'expect.totals.deficit.value: `1`; has no unit; needs an amount of money',
    ],
    [
      '{metric: totals.fills, comparator: <, value: 1 USDC}',
      'expect.totals.fills.value: `1 USDC`; needs a plain number: the metric is in `count`',
    ],
    ['{metric: recovery.time, comparator: <, value: 1 %}', 'value: `1 %`; needs a duration'],
    ['{metric: haircut.h_min, comparator: <, value: 1 s}', 'needs a plain number or a share such as `99 %`'],
    ['{metric: haircut.h_min, comparator: =<, value: 1}', 'comparator: `=<`; must be one of `<`, `<=`'],
    ['{metric: haircut.h_min, comparator: <}', 'value: is missing; needs a value with the unit'],
    [
      '{metric: haircut.h_min, comparator: <, value: 1, tolerance: -1}',
      'tolerance: `-1`; must be at least 0',
    ],
    ['{metric: haircut.h_min, comparator: <, value: 1, over: p96}', 'over: `p96`; must be one of `run`'],
    [
      '{metric: haircut.h_min, comparator: <, value: 1, over: share}',
      'belongs to `over: share`, which needs it',
    ],
    [
      '{metric: haircut.h_min, comparator: <, value: 1, share: 9 %}',
      'belongs to `over: share`, which needs it',
    ],
    [
      '{metric: haircut.h_min, slab: btx, comparator: <, value: 1}',
      'slab: `btx`; there is no such slab; known: btc',
    ],
    [
      '{metric: haircut.h_min, group: lp, comparator: <, value: 1}',
      'haircut.h_min is not measured for groups',
    ],
    ['{metric: groups.net, comparator: <, value: 1 USDC}', 'is measured for groups; needs a `group`'],
    [
      '{metric: groups.net, group: saver, comparator: <, value: 1 USDC}',
      'group: `saver`; there is no such group; known: lp, savers, spike; savers',
    ],
  ])('%s is refused', (item, expected) => {
    const issues = complain(item);
    expect(issues, issues.join('\n')).toHaveLength(1);
    expect(issues[0]).toContain(expected);
    expect(issues[0]).toContain(`test.yaml:${VALID.split('\n').length + 1}:`);
  });

  it('is checked for its form, and left out, where no metrics are known', () => {
    expect(loadValid(text('{metric: any, comparator: <, value: 1}')).expect).toEqual([]);
    expect(listIssues(text('{metric: any, comparator: <}'))).toHaveLength(1);
  });

  it('can be set on the command line by the name of its metric', () => {
    const overrides = ['expect.haircut.h_min.value=50 %'];
    const scenario = text("{metric: haircut.h_min, comparator: '>=', value: 99 %}");
    expect(loadValid(scenario, { metrics, overrides }).expect[0]?.value).toBe(0.5);
  });
});
