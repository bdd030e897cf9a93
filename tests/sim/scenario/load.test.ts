import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { change, listIssues, loadValid, VALID } from './support.ts';

describe('a valid scenario', () => {
  it('is resolved to integers', () => {
    const scenario = loadValid(VALID);
    expect(scenario).toMatchObject({ name: 'test', slotMs: 400, slots: 1_500, fit: [], dataFiles: [] });
    expect(scenario.slabs).toHaveLength(1);
    expect(scenario.slabs[0]).toMatchObject({
      id: 'btc',
      template: 'btc',
      streamName: 'btc',
      insuranceAtoms: 1e12,
      risk: { warmupPeriodSlots: 150, tradingFeeBps: 5, makerFeeBps: 5, maintenanceBps: 500, maxPrice: 2e11 },
      // 10 000 000 USDC at the first price of 100 000 are 100 BTC.
      matcher: { capitalAtoms: 5e13, spreadBps: 2, skewBps: 0, maxTradeQ: 5e6, maxPositionQ: 1e8 },
    });
    // floor((2^53 − 1) · 1e6 / 2e11): the most open interest that fits beside the price limit.
    expect(scenario.slabs[0]?.risk.maxOiQ).toBe(45_035_996_273);
    expect(scenario.population[0]).toMatchObject({
      group: 'savers',
      role: 'trader',
      slabs: ['btc'],
      count: 3,
      startSlot: 0,
    });
    expect(scenario.attacks[0]).toMatchObject({
      name: 'spike',
      slabs: ['btc'],
      params: { distortion: 2_000, start: 150 },
    });
    expect(scenario.measure).toEqual({ sampleEverySlots: 1, crankedEverySlots: 25 });
    expect(scenario.labels).toEqual([
      { path: 'slabs.btc.risk.warmup', value: '1 min', label: 'assumed', note: 'for the test' },
    ]);
  });

  it('survives a structured clone, as workers need it', () => {
    const scenario = loadValid(VALID);
    expect(structuredClone(scenario)).toEqual(scenario);
  });
});

/** VALID with every other section. */
const FULL = `${change('attacks:', '  - {group: keepers, kind: liquidator}\nattacks:')}
correlation: {}
events:
  - {kind: halt_keepers, at: 1 min, groups: [keepers], for: 30 s}
  - {kind: set_lp, at: 90 s, slabs: [btc], spread: 20 bps, withdraw: max}
  - {kind: oracle_outage, at: 2 min, underlying: BTC, for: 10 s}
expect:
  - {metric: haircut.h_min, slab: btc, over: p05, comparator: '>=', value: 99 %}
sweep: {grid: {slabs.btc.risk.warmup: [0 s, 1 min]}, seeds: 3}
`;

describe('one mistake', () => {
  it.each([
    ['title: A small test', 'titel: x', 'test.yaml:2:1 titel: unknown key; known here: `schema`, `title`'],
    ['title: A small test', '', 'test.yaml:1:1 title: is missing; needs a title'],
    ['lab/1', 'lab/9', 'test.yaml:1:9 schema: `percolator-lab/9`; must be one of `percolator-lab/1`'],
    [
      '10 min}',
      '10}',
      'test.yaml:4:30 time.length: `10`; has no unit; needs a duration such as `10 min` or `600 slots`',
    ],
    ['400 ms', '0.4 ms', 'test.yaml:4:14 time.slot: `0.4 ms`; is finer than 1 ms'],
    [
      'constant,',
      'constnt,',
      'test.yaml:7:19 underlyings.BTC.price.kind: `constnt`; must be one of `constant`, `ramp`',
    ],
    [
      'underlying: BTC',
      'underlying: BTX',
      'test.yaml:10:17 slabs.btc.underlying: `BTX`; there is no such underlying; known: BTC; BTC',
    ],
    ['5 bps', '5', 'test.yaml:14:20 slabs.btc.risk.trading_fee: `5`; has no unit; needs a share'],
    [
      '      trading_fee: 5 bps\n',
      '',
      'test.yaml:13:7 slabs.btc.risk.trading_fee: is missing; needs a share',
    ],
    ['max_price:', 'max_prize:', 'test.yaml:18:7 slabs.btc.risk.max_prize: unknown key'],
    [
      '50_000_000 USDC',
      '-5 USDC',
      'test.yaml:21:16 slabs.btc.matcher.capital: `-5 USDC`; must be at least 0.000001 USDC',
    ],
    [
      '5 BTC',
      '5 SOL',
      'test.yaml:23:18 slabs.btc.matcher.max_trade: `5 SOL`; is in SOL, but the slab trades BTC',
    ],
    [
      '10_000_000 USDC',
      '0.01 USDC',
      'test.yaml:24:21 slabs.btc.matcher.max_position: `0.01 USDC`; is not between one q-unit',
    ],
    [
      'kind: withdrawer',
      'kind: withdrwer',
      'test.yaml:27:11 population.savers.kind: `withdrwer`; must be one of',
    ],
    [
      'count: 3',
      'count: 3\n    slabs: [btx]',
      'test.yaml:29:13 population.savers.slabs.0: `btx`; there is no such slab; known: btc; btc',
    ],
    [
      'count: 3',
      'count: -3',
      'test.yaml:28:12 population.savers.count: `-3`; needs a whole number from 1 to 4096',
    ],
    [
      'capital: 1_000 USDC',
      'capital: {lognormal: {median: 5 USDC}}',
      'test.yaml:29:35 population.savers.params.capital.lognormal.sigma: is missing; needs a number from 0 to 10',
    ],
    [
      'capital: 1_000 USDC',
      'capital: {lognorml: 1}',
      'test.yaml:29:24 population.savers.params.capital.lognorml: unknown key; known here: `uniform`, `lognormal`',
    ],
    [
      'capital: 1_000 USDC',
      'capital: {uniform: [1 USDC, 2 USDC], choice: [1 USDC]}',
      'test.yaml:29:23 population.savers.params.capital: a map; needs exactly one of `uniform`, `lognormal`',
    ],
    ['name: spike', 'name: savers', 'test.yaml:31:11 attacks.savers.name: `savers`; is taken'],
    ['group: savers', 'group: lp', 'test.yaml:26:12 population.lp.group: `lp`; is taken'],
    [
      'label: assumed',
      'label: guessed',
      'test.yaml:35:34 labels.slabs.btc.risk.warmup.label: `guessed`; must be one of `measured`',
    ],
    [
      'risk.warmup: {',
      'risk.warmp: {',
      'test.yaml:35:3 labels.slabs.btc.risk.warmp: there is no `warmp` in the file; known there: warmup',
    ],
    [
      'count: 3',
      'start: 10 min',
      'test.yaml:28:12 population.savers.start: `10 min`; is not before the end of the run (1500 slots)',
    ],
    [
      '3\n',
      '12345678901234567890\n',
      'test.yaml:28:12 : 12345678901234567890; is too large to be exact (2^53 − 1)',
    ],
    [
      '1_000_000 USDC\n',
      '1_000_000 USDC\n    insurance: 2 USDC\n',
      'test.yaml:12:5 : Map keys must be unique',
    ],
    ['question: Does it load?', 'question: *nothing', 'test.yaml:3:11 : aliases are not part'],
    ['question: Does it load?', 'question: &q why', 'test.yaml:3:14 : tags and anchors are not part'],
    ['question: Does it load?', 'question: [', 'test.yaml:4:'],
    ['time: {slot: 400 ms, length: 10 min}', 'time: 10 min', 'test.yaml:4:7 time: `10 min`; needs a map'],
    [
      'count: 3',
      'slabs: btc',
      'test.yaml:28:12 population.savers.slabs: `btc`; needs `all` or a list of slab ids',
    ],
  ])('%s → %s', (from, to, expected) => {
    const issues = listIssues(change(from, to));
    expect(
      issues.some((issue) => issue.startsWith(expected)),
      issues.join('\n'),
    ).toBe(true);
  });
});

describe('what the engine or the run would refuse', () => {
  it.each([
    [
      'initial_margin: 10 %',
      'initial_margin: 4 %',
      'test.yaml:15:27 slabs.btc.risk.maintenance_margin: `5 %`; the engine refuses it: must be at most',
    ],
    // Not written in the file, so the place is the map that lacks it.
    [
      'warmup: 1 min',
      'liquidation_fee_min: 2_000_000 USDC\n      warmup: 1 min',
      'test.yaml:13:7 slabs.btc.risk.liquidation_fee_max: the engine refuses it',
    ],
    [
      'warmup: 1 min',
      'max_open_interest: 50_000 BTC\n      warmup: 1 min',
      'test.yaml:13:26 slabs.btc.risk.max_open_interest: `50_000 BTC`; the engine refuses it: max_price',
    ],
    [
      '200_000 USDC',
      '119_000 USDC',
      'test.yaml:18:18 slabs.btc.risk.max_price: `119_000 USDC`; the price of BTC can reach 120_000 USDC under the attacks',
    ],
    ['100_000 USDC}', '0.000001 USDC}', ' slabs.btc.matcher.max_position'],
    ['distortion: 20 %', 'distortion: -60 %', 'can fall below one atom'],
    ['count: 3', 'count: 4_095', 'test.yaml:28:12'],
    [
      'count: 3',
      'count: 4095',
      'slabs.btc.risk.max_accounts: the LP and the agents of this slab need 4097 accounts, it has room for 4096',
    ],
    [
      '50_000_000 USDC',
      '9 USDC',
      'test.yaml:21:16 slabs.btc.matcher.capital: `9 USDC`; is less than `risk.min_deposit`',
    ],
    ['50_000_000 USDC', '9_007_199_254 USDC', 'together are more than a vault can hold'],
  ])('%s → %s', (from, to, expected) => {
    const tiny = to.includes('-60') ? change('100_000 USDC}', '0.000001 USDC}') : VALID;
    const issues = listIssues(change(from, to, tiny));
    expect(
      issues.some((issue) => issue.includes(expected)),
      issues.join('\n'),
    ).toBe(true);
  });

  it('accepts exactly as many accounts as there is room for', () => {
    // One LP, one attacker, 4 094 savers.
    expect(listIssues(change('count: 3', 'count: 4094'))).toEqual([]);
  });
});

describe('many mistakes', () => {
  it('are all reported at once, in the order of the text', () => {
    const broken = VALID.replace('title:', 'titel:')
      .replace('10 min', '10')
      .replace('100_000 USDC', '100_000')
      .replace('underlying: BTC', 'underlying: BTX')
      .replace('5 bps', '5')
      .replace('count: 3', 'count: none')
      .replace('leverage: 5 x', 'leverage: 5');
    const places = listIssues(broken).map((issue) => issue.split(' ')[0]);
    expect(places).toEqual([
      'test.yaml:1:1',
      'test.yaml:2:1',
      'test.yaml:4:30',
      'test.yaml:7:36',
      'test.yaml:10:17',
      'test.yaml:14:20',
      'test.yaml:28:12',
      'test.yaml:33:48',
    ]);
  });

  it('of a slab with an unknown key are all found', () => {
    const broken = VALID.replace('    underlying: BTC', '    underlyng: x\n    underlying: BTX').replace(
      '5 bps',
      '5',
    );
    const paths = listIssues(broken).map((issue) => issue.split(' ')[1]);
    expect(paths).toEqual(['slabs.btc.underlyng:', 'slabs.btc.underlying:', 'slabs.btc.risk.trading_fee:']);
  });

  it('of a broken text are only those of the text', () => {
    expect(listIssues('schema: [\ntitle: "x')).not.toEqual([]);
    expect(listIssues('schema: [\ntitle: "x').join()).not.toContain('is missing');
  });
});

describe('hostile texts', () => {
  const check = (text: string) => {
    const issues = listIssues(text);
    for (const issue of issues) expect(issue).toMatch(/^test\.yaml:\d+:\d+ /);
    return issues;
  };

  it.each([
    '',
    '\0',
    '- 1',
    'just text',
    '__proto__: {a: 1}',
    '? [1]\n: 2',
    '? \n: 2',
    '!!binary aGVsbG8=',
    'a: .nan\nb: 1e999\nc: 0x',
    '---\na: 1\n---\nb: 2',
    '[['.repeat(20_000),
    `${'{a: '.repeat(200)}1${'}'.repeat(200)}`,
    'slabs: {a: 1}\npopulation: 5\nattacks: x\nlabels: []\nunderlyings: 3\nmeasure: 1\nfit: {}',
    'slabs: [1, null, [], {}]\npopulation: [1, null, [], {}]\nlabels: {"": 1, a..b: 2}\nunderlyings: {"": 1, B: null}',
    'slabs: [{id: a, underlying: B, vary: {risk.warmup: 5, "": [1], "..": [2], vary: [3]}}]',
    'events: 5\nexpect: {a: 1}\nsweep: [1]\ncorrelation: [a/b]',
    'events: [1, null, [], {}, {kind: set_lp}]\nexpect: [1, null, [], {metric: 5}]\nsweep: {grid: {"": [1], "..": [2]}}',
    'sweep: {grid: 5, seeds: {}}\ncorrelation: {"": 1, /: 1, a/b: x}\nunderlyings: {B: {price: 1, impact: 2}}',
    'vars: [1]\ntitle: $x',
    'extends: 5',
    'extends: test',
  ])('%#: %j gives issues', (text) => {
    expect(check(text)).not.toEqual([]);
  });

  it('in the grid of a sweep give a place or are valid', () => {
    const paths = fc.constantFrom(
      '',
      '.',
      'slabs',
      'slabs.btc',
      'slabs.btc.vary',
      'vars.x',
      'time.slot',
      'extends',
    );
    const values = fc.constantFrom('5', 'null', '[]', '{}', '[1]', '$x', '{kind: csv}', 'a.yaml', '1 s');
    fc.assert(
      fc.property(paths, values, (path, value) => {
        const text = `${VALID}vars: {x: 1}\nsweep: {grid: {"${path}": [${value}]}}\n`;
        check(text);
      }),
      { numRuns: 60 },
    );
  });

  it('of any kind give issues, not exceptions', () => {
    const words = fc.constantFrom(
      'slabs',
      'id',
      'risk',
      'vary',
      'kind',
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '\n',
      '  ',
      '$x',
      '"',
      '5 %',
      'file',
      '|',
      '&',
      '*',
    );
    const garbage = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        expect(check(text)).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('of valid files with one line damaged give a place or are still valid', () => {
    const lines = FULL.split('\n');
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.string({ maxLength: 12 }), fc.nat(20), (line, noise, at) => {
        const text = lines[line]!;
        check(lines.with(line, text.slice(0, at) + noise + text.slice(at)).join('\n'));
      }),
      { numRuns: 100 },
    );
  });

  it('say so when there is no such file', () => {
    expect(listIssues({ 'a/none.txt': '', 'b.yaml': '' })).not.toEqual([]);
  });
});
