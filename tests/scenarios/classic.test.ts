import { describe, expect, it } from 'vitest';
import { type Cell, calculateCellResult } from '../../reports/check/cell.ts';
import { judgeExpectations } from '../../reports/check/expectation.ts';
import { calculateSummary, METRICS } from '../../reports/metrics/index.ts';
import { runScenario } from '../../sim/run.ts';
import { loadScenario } from '../../sim/scenario/load.ts';
import { listScenarios } from '../../sim/scenario/sources.ts';

const CLASSICS = listScenarios().filter((name) => name.startsWith('classic/'));

interface Outcome {
  metrics: Record<string, number | null>;
  /** Expectations that were not met, and broken promises of the lab. */
  missed: string[];
}

/** Runs a classic without the auditor: tests/sim/run.test.ts runs every shipped scenario with it. */
async function run(name: string, overrides: readonly string[] = []): Promise<Outcome> {
  const loaded = loadScenario(name, { overrides, metrics: METRICS });
  if (!loaded.ok) throw new Error(loaded.issues.map(({ message }) => message).join('\n'));
  const { scenario } = loaded;
  const record = await runScenario({ scenario, seed: '1', workers: 0, check: false, reproduce: '' });
  const result = calculateCellResult(calculateSummary(record));
  const cell: Cell = { seed: '1', reproduce: '', result, failure: null };
  const judged = judgeExpectations(scenario.expect, [cell]);
  expect(judged.length).toBeGreaterThanOrEqual(11);
  const missed = judged.filter(({ met }) => !met).map(({ metric }) => metric);
  return { metrics: result.metrics, missed: [...missed, ...result.broken] };
}

describe('the classics', () => {
  const outcomes = new Map<string, Outcome>();
  const read = (name: string, metric: string) => outcomes.get(`classic/${name}`)!.metrics[metric]!;
  const millions = (name: string, metric: string) => read(name, metric) / 1e12;

  it('are fifteen, one of them in two files', () => {
    expect(CLASSICS).toHaveLength(16);
  });

  it.each(CLASSICS)('%s shows what it expects', async (name) => {
    const outcome = await run(name);
    outcomes.set(name, outcome);
    expect(outcome.missed).toEqual([]);
  });

  it('hurt more the faster the price falls against the maintenance margin, however deep', () => {
    const order = ['slow-bleed', 'staircase', 'flash'].map((name) => millions(name, 'totals.deficits'));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBe(0);
    expect(millions('baseline', 'totals.deficits')).toBe(0);
  });

  it('hurt more with thinner margins, with skew, with every cushion gone, and with each delay on top', () => {
    const socialized = ['baseline', 'flash', 'thin-margins', 'all-at-once'].map((name) =>
      millions(name, 'totals.socialized'),
    );
    expect(socialized).toEqual(socialized.toSorted((a, b) => a - b));
    const late = ['all-at-once', 'all-at-once-late-5', 'all-at-once-late-20'].map((name) =>
      millions(name, 'totals.deficits'),
    );
    expect(late[1]).toBeGreaterThan(1.3 * late[0]!);
    expect(late[2]).toBeGreaterThan(1.3 * late[1]!);
    expect(millions('skewed', 'totals.deficits')).toBeGreaterThan(0);
    expect(millions('skewed-late', 'totals.deficits')).toBeGreaterThan(millions('skewed', 'totals.deficits'));
  });

  it('leave the attacker what forced closes sold for it at the false price, and no more', () => {
    // 45 million × the share that A took from its position × 20 %; fees, spread and 5/600 of warmup are small beside it.
    const sold = 45 * (1 - read('oracle-attack', 'recovery.a_min')) * 0.2;
    expect(millions('oracle-attack', 'manipulation.net_extracted')).toBeGreaterThan(0.9 * sold);
    expect(millions('oracle-attack', 'manipulation.net_extracted')).toBeLessThan(1.1 * sold);
  });

  it('go red without a warmup', async () => {
    const noWarmup = ['slabs.btc.risk.warmup=0 slots'];
    expect((await run('classic/baseline', noWarmup)).missed).toContain('haircut.h_stored_min');
    expect((await run('classic/oracle-attack', noWarmup)).missed).toContain('manipulation.net_extracted');
  });

  it('go red without insurance', async () => {
    const noInsurance = ['slabs.btc.insurance=0 USDC'];
    expect((await run('classic/oracle-shock', noInsurance)).missed).toEqual([
      'totals.insurance',
      'totals.socialized',
    ]);
  });
});
