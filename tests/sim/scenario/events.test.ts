import { describe, expect, it } from 'vitest';
import { change, listIssues, loadValid, VALID } from './support.ts';

const KEEPERS = change(
  'attacks:',
  '  - {group: fast, kind: liquidator}\n  - {group: slow, kind: cranker}\nattacks:',
);
/** The first line of an event. */
const LINE = KEEPERS.split('\n').length + 1;

const withEvents = (...events: string[]) => `${KEEPERS}events:\n  - ${events.join('\n  - ')}\n`;
const load = (...events: string[]) => loadValid(withEvents(...events)).events;
const complain = (...events: string[]) => listIssues(withEvents(...events));

describe('events', () => {
  it('are in the order of their slots, one for each group and slab', () => {
    const events = load(
      '{kind: oracle_outage, at: 2 min, underlying: BTC, for: 20 s}',
      '{kind: halt_keepers, at: 1 min, for: 30 s}',
      '{kind: set_lp, at: 60 s, spread: 20 bps, max_trade: 2 BTC, max_position: 1_000_000 USDC, withdraw: max}',
    );
    expect(events).toEqual([
      { kind: 'halt_keepers', slot: 150, endSlot: 225, group: 'fast' },
      { kind: 'halt_keepers', slot: 150, endSlot: 225, group: 'slow' },
      {
        kind: 'set_lp',
        slot: 150,
        slab: 'btc',
        spreadBps: 20,
        maxTradeQ: 2_000_000,
        maxPositionQ: 10_000_000,
        withdrawAtoms: 'max',
      },
      { kind: 'oracle_outage', slot: 300, endSlot: 350, underlying: 'BTC' },
    ]);
  });

  it('a resume ends the halts that are in force, and no other', () => {
    const events = load(
      '{kind: halt_keepers, at: 1 min, groups: [fast]}',
      '{kind: resume_keepers, at: 3 min, groups: [fast]}',
      '{kind: halt_keepers, at: 2 min, groups: [slow], for: 30 s}',
      '{kind: halt_keepers, at: 3 min, groups: [fast], for: 4 s}',
      '{kind: halt_keepers, at: 9 min, groups: [fast]}',
    );
    expect(events.map((event) => 'endSlot' in event && [event.slot, event.endSlot])).toEqual([
      [150, 450],
      [300, 375],
      [450, 460],
      [1_350, 1_500],
    ]);
  });

  it('set_lp follows each slab that a template became', () => {
    const text = withEvents('{kind: set_lp, at: 1 min, slabs: [btc], withdraw: 5 USDC}');
    const varied = text.replace('underlying: BTC', 'underlying: BTC\n    vary: {risk.warmup: [0 s, 1 min]}');
    expect(loadValid(varied).events).toEqual([
      { kind: 'set_lp', slot: 150, slab: 'btc/warmup=0s', withdrawAtoms: 5_000_000 },
      { kind: 'set_lp', slot: 150, slab: 'btc/warmup=1min', withdrawAtoms: 5_000_000 },
    ]);
  });

  it.each([
    ['{kind: halt_keeper, at: 1 s}', '12 events.0.kind: `halt_keeper`; must be one of `halt_keepers`'],
    ['{kind: set_lp, spread: 1 bps}', '5 events.0.at: is missing; needs a duration'],
    [
      '{kind: halt_keepers, at: 10 min}',
      '30 events.0.at: `10 min`; is not before the end of the run (1500 slots)',
    ],
    [
      '{kind: halt_keepers, at: 1 s, groups: [fst]}',
      '44 events.0.groups.0: `fst`; there is no such group of keepers; known: fast, slow; fast',
    ],
    ['{kind: halt_keepers, at: 1 s, groups: [savers]}', '44 events.0.groups.0: `savers`; there is no such'],
    ['{kind: set_lp, at: 1 s}', '5 events.0: changes nothing; needs at least one of spread, skew'],
    [
      '{kind: set_lp, at: 1 s, slabs: [bct], skew: 1 %}',
      '37 events.0.slabs.0: `bct`; there is no such slab; known: btc; btc',
    ],
    ['{kind: set_lp, at: 1 s, max_trade: 5 ETH}', '40 events.0.max_trade: `5 ETH`; is in ETH, but the slab'],
    [
      '{kind: set_lp, at: 1 s, max_trade: 0.000001 USDC}',
      '40 events.0.max_trade: `0.000001 USDC`; is not between one q-unit',
    ],
    [
      '{kind: set_lp, at: 1 s, withdraw: all}',
      '39 events.0.withdraw: `all`; needs an amount of money or `max`',
    ],
    [
      '{kind: oracle_outage, at: 1 s, underlying: BTX, for: 1 s}',
      '48 events.0.underlying: `BTX`; there is no such underlying; known: BTC; BTC',
    ],
    [
      '{kind: resume_keepers, at: 1 s}',
      '32 events.0.at: `1 s`; resumes nobody: none of these groups is halted then',
    ],
  ])('%s is refused', (event, expected) => {
    const issues = complain(event);
    expect(issues, issues.join('\n')).toHaveLength(1);
    expect(issues[0]).toContain(`test.yaml:${LINE}:${expected}`);
  });

  it('cannot halt keepers where there are none', () => {
    expect(listIssues(`${VALID}events: [{kind: halt_keepers, at: 1 s}]\n`)).toEqual([
      expect.stringContaining('events.0.groups: there is no group of keepers'),
    ]);
  });
});

describe('impact', () => {
  const impact = (fields: string) =>
    change(
      'price: {kind: constant, price: 100_000 USDC}',
      `price: {kind: constant, price: 100_000 USDC}\n    impact: {kind: sqrt, ${fields}}`,
    );
  const FIELDS = 'coefficient: 3 %, volume: 2_500_000_000 USDC, half_life: 1 min';

  it('is resolved, with only forced flow by default', () => {
    expect(loadValid(impact(`${FIELDS}, max: 20 %`)).underlyings.BTC?.impact).toEqual({
      kind: 'sqrt',
      coefficientBps: 300,
      volumeAtoms: 2.5e15,
      halfLifeSlots: 150,
      maxBps: 2_000,
      forcedOnly: true,
    });
  });

  it('widens what the price can reach, together with attacks', () => {
    // 100 000 · 1.7 · 1.2 (attack) = 204 000 > 200 000.
    expect(listIssues(impact(`${FIELDS}, max: 70 %`))).toEqual([
      expect.stringContaining(
        'the price of BTC can reach 204_000 USDC with its impact under the attacks on it',
      ),
    ]);
    expect(listIssues(impact(`${FIELDS}, max: 60 %`))).toEqual([]);
  });

  it.each([
    ['coefficient: 0 %, volume: 1 USDC, half_life: 1 s', 'impact.coefficient: `0 %`; must be at least'],
    ['coefficient: 1 %, half_life: 1 s', 'impact.volume: is missing; needs an amount of money'],
    ['coefficient: 1 %, volume: 1 USDC, half_life: 0 s', 'impact.half_life: `0 s`; must be at least'],
  ])('%s is refused', (fields, expected) => {
    expect(listIssues(impact(fields))[0]).toContain(expected);
  });
});

describe('funding_rate', () => {
  it('is in bps per slot, none by default', () => {
    expect(loadValid(VALID).slabs[0]?.fundingRateBps).toBe(0);
    const text = change('underlying: BTC', 'underlying: BTC\n    funding_rate: -10 bps');
    expect(loadValid(text).slabs[0]?.fundingRateBps).toBe(-10);
  });
});

describe('correlation', () => {
  const walk = (symbol: string) => `  ${symbol}:\n    price: {kind: gbm, from: 100 USDC, volatility: 80 %}\n`;
  const text = (pairs: string) =>
    `${change('slabs:', `${walk('ETH')}${walk('SOL')}${walk('XRP')}slabs:`)}correlation: ${pairs}\n`;
  const loadPairs = (pairs: string) => loadValid(text(pairs)).correlation;

  it('becomes a Cholesky factor of those it names, in the order of the file', () => {
    expect(loadPairs('{}')).toBeNull();
    const found = loadPairs('{SOL/ETH: 0.8, XRP/ETH: -0.6, SOL/XRP: -0.36}');
    expect(found?.underlyings).toEqual(['ETH', 'SOL', 'XRP']);
    const lower = found?.lower ?? [];
    const product = lower.map((a) => lower.map((b) => a.reduce((sum, x, at) => sum + x * (b[at] ?? 0), 0)));
    const matrix = [
      [1, 0.8, -0.6],
      [0.8, 1, -0.36],
      [-0.6, -0.36, 1],
    ];
    for (const [i, row] of matrix.entries())
      for (const [j, value] of row.entries()) expect(product[i]?.[j]).toBeCloseTo(value, 12);
    expect(loadPairs('{XRP/SOL: 0.5}')?.underlyings).toEqual(['SOL', 'XRP']);
  });

  it.each([
    ['{ETH/SOL: 1}', 'correlation.ETH/SOL: `1`; needs a number from -0.999 to 0.999'],
    ['{ETHSOL: 0.5}', 'correlation.ETHSOL: `0.5`; needs two symbols such as `BTC/ETH`'],
    ['{ETH/SLO: 0.5}', 'correlation.ETH/SLO: `0.5`; there is no underlying SLO; known: BTC, ETH, SOL, XRP'],
    ['{BTC/SOL: 0.5}', 'correlation.BTC/SOL: `0.5`; the price of BTC is no random walk'],
    ['{ETH/ETH: 0.5}', 'correlation.ETH/ETH: `0.5`; an underlying has no correlation with itself'],
    ['{ETH/SOL: 0.5, SOL/ETH: 0.5}', 'correlation.SOL/ETH: `0.5`; is given twice'],
    ['{ETH/SOL: 0.9, SOL/XRP: 0.9, ETH/XRP: -0.9}', 'correlation: these coefficients contradict each other'],
  ])('%s is refused', (pairs, expected) => {
    const issues = listIssues(text(pairs));
    expect(issues, issues.join('\n')).toHaveLength(1);
    expect(issues[0]).toContain(expected);
  });
});
