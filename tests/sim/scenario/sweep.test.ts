import { describe, expect, it } from 'vitest';
import { change, listIssues, loadValid, VALID } from './support.ts';

const text = (sweep: string, base = VALID) => `${base}sweep: ${sweep}\n`;
const load = (sweep: string, base = VALID) => loadValid(text(sweep, base)).sweep;

describe('sweep', () => {
  it('is absent by default, and one run with nothing in it', () => {
    expect(loadValid(VALID).sweep).toBeNull();
    expect(load('{}')).toEqual({ grid: [], seeds: ['1'] });
  });

  it('has overrides that set its values, texts and maps alike', () => {
    const lp =
      '{kind: passive_lp, capital: 1_000 USDC, spread: 1 bps, max_trade: 1 BTC, max_position: 1 BTC}';
    const sweep = load(
      `{grid: {slabs.btc.risk.warmup: [0 s, 10 min], slabs.btc.matcher: [${lp}]}, seeds: [7, x]}`,
    );
    expect(sweep?.seeds).toEqual(['7', 'x']);
    expect(sweep?.grid[0]).toEqual({
      path: 'slabs.btc.risk.warmup',
      values: [
        { label: '0 s', override: 'slabs.btc.risk.warmup="0 s"' },
        { label: '10 min', override: 'slabs.btc.risk.warmup="10 min"' },
      ],
    });
    expect(sweep?.grid[1]?.values[0]?.label).toBe('1');
    const overrides = sweep?.grid.map(({ values }) => values.at(-1)!.override) ?? [];
    const cell = loadValid(text('{grid: {slabs.btc.risk.warmup: [0 s, 10 min]}}'), {
      overrides,
      isCell: true,
    });
    expect(cell.slabs[0]).toMatchObject({
      risk: { warmupPeriodSlots: 1_500 },
      matcher: { capitalAtoms: 1e9, maxTradeQ: 1e6 },
    });
  });

  it('counts seeds from 1, and takes variables', () => {
    const base = `${change('warmup: 1 min', 'warmup: $wait')}vars: {wait: 1 min, waits: [1 s, 2 s]}\n`;
    const sweep = load('{grid: {vars.wait: $waits}, seeds: 3}', base);
    expect(sweep?.seeds).toEqual(['1', '2', '3']);
    expect(sweep?.grid[0]?.values.map(({ override }) => override)).toEqual([
      'vars.wait="1 s"',
      'vars.wait="2 s"',
    ]);
  });

  it.each([
    [
      '{grid: {slabs.btc.risk.warmup: [0 s, 5]}}',
      'test.yaml:36:45 slabs.btc.risk.warmup: `5`; has no unit; needs a duration such as `10 min` or `600 slots`; when the sweep sets slabs.btc.risk.warmup to 5',
    ],
    ['{grid: {slabs.btc.risk.warmp: [0 s]}}', ' slabs.btc.risk.warmp: unknown key'],
    [
      '{grid: {slabs.bct.risk.warmup: [0 s]}}',
      'there is no `bct`; it must be one of btc; did you mean `btc`?',
    ],
    ['{grid: {slabs.btc.risk.warmup: 5 s}}', 'sweep.grid.slabs.btc.risk.warmup: `5 s`; needs a list'],
    ['{grid: {slabs.btc.risk.warmup: []}}', 'an empty list; needs at least 1 of them'],
    ['{grid: {slabs.btc.risk.warmup: [1 s, 2 s, 1 s]}}', 'warmup.2: `1 s`; is in the list twice'],
    ['{grid: {sweep.seeds: [1, 2]}}', 'sweep.grid.sweep.seeds: cannot be swept'],
    ['{seeds: 0}', 'sweep.seeds: `0`; needs a whole number from 1 to 100000'],
    ['{seeds: [1, 2, 1]}', 'sweep.seeds.2: `1`; is in the list twice'],
    ['{seed: 3}', 'sweep.seed: unknown key; known here: `grid`, `seeds`; seeds'],
  ])('%s is refused', (sweep, expected) => {
    const issues = listIssues(text(sweep));
    expect(issues, issues.join('\n')).toHaveLength(1);
    expect(issues[0]).toContain(expected);
  });

  it('shows where a value does harm elsewhere', () => {
    const issues = listIssues(text('{grid: {underlyings.BTC.price.price: [1 USDC, 190_000 USDC]}}'));
    expect(issues).toEqual([
      'test.yaml:18:18 slabs.btc.risk.max_price: `200_000 USDC`; the price of BTC can reach 228_000 USDC under the attacks on it; when the sweep sets underlyings.BTC.price.price to 190_000 USDC',
    ]);
  });

  it('is limited', () => {
    const values = (unit: string) => Array.from({ length: 101 }, (_, at) => `${at} ${unit}`).join(', ');
    const grid = `{slabs.btc.risk.warmup: [${values('s')}], slabs.btc.insurance: [${values('USDC')}]}`;
    expect(listIssues(text(`{grid: ${grid}}`))).toEqual([
      expect.stringContaining('sweep.grid: has 10201 combinations; at most 10000'),
    ]);
  });

  it('leaves no value of the command line without effect', () => {
    const sweep = text('{grid: {slabs.btc.risk.warmup: [0 s, 1 s]}}');
    expect(listIssues(sweep, { overrides: ['slabs.btc.risk.warmup=3 s'] })).toEqual([
      expect.stringContaining(
        '`3 s`; is swept by this scenario; set `sweep.grid.slabs.btc.risk.warmup` instead',
      ),
    ]);
    const overrides = ['sweep.grid.slabs.btc.risk.warmup=[3 s]'];
    expect(loadValid(sweep, { overrides }).sweep?.grid[0]?.values[0]?.label).toBe('3 s');
  });
});
