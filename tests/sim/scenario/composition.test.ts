import { describe, expect, it } from 'vitest';
import { change, listIssues, loadValid, VALID } from './support.ts';

const warmups = (overrides?: string[], text = VALID) =>
  loadValid(text, { overrides: overrides ?? [] }).slabs.map((slab) => [slab.id, slab.risk.warmupPeriodSlots]);

describe('vary and count', () => {
  const varied = change('underlying: BTC', 'underlying: BTC\n    vary: {risk.warmup: [0 s, 10 min]}');

  it('make one slab of each value, with the same streams', () => {
    const { slabs, population } = loadValid(varied);
    expect(
      slabs.map(({ id, template, streamName, risk }) => [id, template, streamName, risk.warmupPeriodSlots]),
    ).toEqual([
      ['btc/warmup=0s', 'btc', 'btc', 0],
      ['btc/warmup=10min', 'btc', 'btc', 1_500],
    ]);
    expect(population[0]?.slabs).toEqual(['btc/warmup=0s', 'btc/warmup=10min']);
  });

  it('make every combination, each `count` times with streams of its own', () => {
    const text = change(
      'underlying: BTC',
      'underlying: BTC\n    count: 2\n    vary:\n      risk.warmup: [0 s, 1 min]\n      matcher.spread: [1 bps, 5 bps]',
    );
    const { slabs } = loadValid(text);
    expect(slabs).toHaveLength(8);
    expect(slabs[3]).toMatchObject({
      id: 'btc/warmup=0s,spread=5bps/2',
      streamName: 'btc/2',
      matcher: { spreadBps: 5 },
    });
    expect(new Set(slabs.map(({ id }) => id)).size).toBe(8);
  });

  it('have the names that the file gives their values', () => {
    const text = change(
      'underlying: BTC',
      'underlying: BTC\n    vary: {risk.warmup: {none: 0 s, long: 10 min}}',
    );
    expect(loadValid(text).slabs.map(({ id, risk }) => [id, risk.warmupPeriodSlots])).toEqual([
      ['btc/warmup=none', 0],
      ['btc/warmup=long', 1_500],
    ]);
  });

  it('can be named one by one', () => {
    const text = change('kind: withdrawer', 'kind: withdrawer\n    slabs: [btc/warmup=10min]', varied);
    expect(loadValid(text).population[0]?.slabs).toEqual(['btc/warmup=10min']);
  });

  it('add a key that the slab does not have', () => {
    const text = change('underlying: BTC', 'underlying: BTC\n    vary: {risk.socialize: [true, false]}');
    expect(loadValid(text).slabs.map(({ risk }) => risk.socialize)).toEqual([true, false]);
  });

  it.each([
    ['{risk.warmup: [0 s, 5]}', 'test.yaml:11:31 slabs.btc.risk.warmup: `5`; has no unit'],
    ['{risk.warmp: [0 s]}', 'test.yaml:11:25 slabs.btc.risk.warmp: unknown key'],
    ['{risk.warmup: [0 s, 0 s]}', 'test.yaml:11:31 slabs.btc.vary.risk.warmup: is in the list twice'],
    [
      '{risk.warmup: []}',
      'test.yaml:11:25 slabs.btc.vary.risk.warmup: an empty list; needs at least 1 of them',
    ],
    [
      '{risk.warmup: {}}',
      'test.yaml:11:25 slabs.btc.vary.risk.warmup: an empty map; needs at least 1 of them',
    ],
    ['{risk.warmup: 5 s}', 'test.yaml:11:25 slabs.btc.vary.risk.warmup: `5 s`; needs a list'],
    ['{id: [a, b]}', 'test.yaml:11:12 slabs.btc.vary.id: cannot be varied'],
    [
      '{risk.warmup.x: [1]}',
      'test.yaml:11:28 slabs.btc.vary.risk.warmup.x: `1 min` has nothing called `x` in it',
    ],
  ])('%s is refused', (vary, expected) => {
    const issues = listIssues(change('underlying: BTC', `underlying: BTC\n    vary: ${vary}`));
    expect(
      issues.some((issue) => issue.startsWith(expected)),
      issues.join('\n'),
    ).toBe(true);
  });

  it('are limited', () => {
    const text = change(
      'underlying: BTC',
      'underlying: BTC\n    count: 600\n    vary: {risk.warmup: [1 s, 2 s]}',
    );
    expect(listIssues(text)[0]).toContain('becomes 1200 slabs; at most 1000');
  });
});

describe('vars', () => {
  it('stand for texts, lists and maps', () => {
    const text = `${change('warmup: 1 min', 'warmup: $wait')}vars: {wait: 2 min}\n`;
    expect(warmups([], text)).toEqual([['btc', 300]]);
    const list = `${change('underlying: BTC', 'underlying: BTC\n    vary: {risk.warmup: $all}')}vars: {all: [1 s, 2 s]}\n`;
    expect(loadValid(list).slabs).toHaveLength(2);
  });

  it('report a wrong value where it is written', () => {
    const text = `${change('warmup: 1 min', 'warmup: $wait')}vars: {wait: 2}\n`;
    expect(listIssues(text)[0]).toMatch(/^test\.yaml:36:14 slabs\.btc\.risk\.warmup: `2`; has no unit/);
  });

  it('must exist, and cannot stand for each other', () => {
    const unknown = `${change('warmup: 1 min', 'warmup: $wat')}vars: {wait: 2 min}\n`;
    expect(listIssues(unknown)).toEqual([
      'test.yaml:13:15 slabs.btc.risk.warmup: unknown variable `$wat`; variables are wait; wait',
    ]);
    expect(listIssues(`${VALID}vars: {a: $b, b: 1}\n`)[0]).toContain(
      'a variable cannot stand for another one',
    );
  });
});

describe('extends', () => {
  const child = `extends: base/common\ntitle: Another\nslabs:\n  - id: btc\n    risk: {warmup: 2 min}\n  - id: more\n    underlying: BTC\n    risk: $risk\n    matcher: $lp\n`;
  const base = `${VALID}vars:
  risk: {warmup: 3 min, trading_fee: 5 bps, maintenance_margin: 5 %, initial_margin: 10 %, liquidation_fee: 1 %, max_price: 200_000 USDC}
  lp: {kind: passive_lp, capital: 5_000_000 USDC, spread: 2 bps, max_trade: 5 BTC, max_position: 10 BTC}
`;

  it('merges maps and lists of named items, and takes the rest from the base', () => {
    const scenario = loadValid({ 'child.yaml': child, 'base/common.yaml': base });
    expect(scenario).toMatchObject({ name: 'child', title: 'Another', question: 'Does it load?' });
    expect(scenario.slabs.map(({ id, risk }) => [id, risk.warmupPeriodSlots, risk.tradingFeeBps])).toEqual([
      ['btc', 300, 5],
      ['more', 450, 5],
    ]);
  });

  it('keeps places in the file where a text is', () => {
    const files = {
      'child.yaml': child.replace('2 min', '2'),
      'base/common.yaml': base.replace('title:', 'titel:'),
    };
    expect(listIssues(files)).toEqual([
      expect.stringMatching(/^common\.yaml:2:1 titel: unknown key/),
      expect.stringMatching(/^child\.yaml:5:20 slabs\.btc\.risk\.warmup: `2`; has no unit/),
    ]);
  });

  it('replaces a map of another kind', () => {
    const text =
      'extends: b.yaml\nunderlyings:\n  BTC:\n    price: {kind: ramp, from: 9 USDC, to: 8 USDC, over: 1 min}\n';
    const scenario = loadValid({ 'c.yaml': text, 'b.yaml': VALID });
    expect(scenario.underlyings.BTC?.price).toMatchObject({ kind: 'ramp', from: 9_000_000 });
  });

  it('finds data files beside the file that names them', () => {
    const price = 'kind: csv, file: p.csv, time: t, time_unit: s, price: p, step: 600 s, resample: last';
    const inherited = change('kind: constant, price: 100_000 USDC', price);
    const files = { 'c.yaml': 'extends: b/b\n', 'b/b.yaml': inherited, 'b/p.csv': 't,p\n0,100000\n600,1\n' };
    const scenario = loadValid(files);
    expect(scenario.dataFiles).toEqual([
      { file: 'b/p.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(scenario.underlyings.BTC?.price).toMatchObject({ kind: 'csv', file: 'b/p.csv' });
  });

  it('refuses a missing base and a circle', () => {
    expect(listIssues({ 'c.yaml': 'extends: nothing\n' })[0]).toMatch(
      /^nothing\.yaml:1:1 : there is no such file/,
    );
    const circle = listIssues({ 'c.yaml': 'extends: d\n', 'd.yaml': 'extends: c\n' });
    expect(circle[0]).toMatch(/^c\.yaml:1:1 : extends itself, by way of /);
  });
});

describe('--set', () => {
  it('changes values by id, by index, with variables, and adds keys', () => {
    expect(warmups(['slabs.btc.risk.warmup=0 s'])).toEqual([['btc', 0]]);
    expect(warmups(['slabs.0.risk.warmup=2 min'])).toEqual([['btc', 300]]);
    expect(warmups(['vars.w=4 s', 'slabs.btc.risk.warmup=$w'])).toEqual([['btc', 10]]);
    const changed = loadValid(VALID, {
      overrides: [
        'population.savers.count=7',
        'measure.sample_every=5 slots',
        'slabs.btc.vary={risk.warmup: [1 s, 2 s]}',
      ],
    });
    expect(changed.population[0]?.count).toBe(7);
    expect(changed.measure.sampleEverySlots).toBe(5);
    expect(changed.slabs).toHaveLength(2);
  });

  it('reaches a list under `vary`', () => {
    const varied = change('underlying: BTC', 'underlying: BTC\n    vary: {risk.warmup: [0 s, 10 min]}');
    expect(warmups(['slabs.btc.vary.risk.warmup=[4 s]'], varied)).toEqual([['btc/warmup=4s', 10]]);
    const issues = listIssues(varied, { overrides: ['slabs.btc.risk.warmup=5 s'] });
    expect(issues.join()).toContain('is varied by this slab; set its `vary.risk.warmup` instead');
  });

  it.each([
    [
      'slabs.btx.risk.warmup=0 s',
      '--set slabs.btx.risk.warmup=0 s:1:1 slabs.btx.risk.warmup: there is no `btx`; it must be one of btc; did you mean `btc`?',
    ],
    [
      'slabs.btc.risk.warmup=5',
      '--set slabs.btc.risk.warmup=5:1:1 slabs.btc.risk.warmup: `5`; has no unit; needs a duration',
    ],
    ['slabs.btc.risk.warmp=5 s', '--set slabs.btc.risk.warmp=5 s:1:1 slabs.btc.risk.warmp: unknown key'],
    ['slabs.btc.id.x=5 s', '--set slabs.btc.id.x=5 s:1:1 slabs.btc.id.x: `btc` has nothing called `x` in it'],
    ['nothing', '--set nothing:1:1 : needs path=value'],
    ['title=[', '--set title=[:1:2 title: '],
  ])('%s is refused with its own place', (override, expected) => {
    const issues = listIssues(VALID, { overrides: [override] });
    expect(
      issues.some((issue) => issue.startsWith(expected)),
      issues.join('\n'),
    ).toBe(true);
  });
});

describe('labels', () => {
  it('show the value of what they label, whole sections too', () => {
    const text = `${VALID}  slabs.btc.matcher: {label: calibrated, note: to nothing}\n`;
    const [, label] = loadValid(text).labels;
    expect(label).toMatchObject({ path: 'slabs.btc.matcher', label: 'calibrated' });
    expect(JSON.parse(label?.value ?? '')).toMatchObject({ kind: 'passive_lp', max_trade: '5 BTC' });
  });
});

describe('fit', () => {
  it('fills in the range, and checks it', () => {
    const target = (low: string) =>
      `${VALID}fit:\n  - {metric: liquidations, unit: count, published: 10, ${low}source: a paper}\n`;
    expect(loadValid(target('')).fit).toEqual([
      { metric: 'liquidations', unit: 'count', published: 10, low: 10, high: 10, source: 'a paper' },
    ]);
    expect(listIssues(target('low: 11, '))[0]).toMatch(
      /^test\.yaml:37:52 fit\.liquidations\.published: `10`; must be between/,
    );
  });
});
