import { describe, expect, it } from 'vitest';
import { listScenarios } from '../../sim/scenario/sources.ts';
import { type Outcome, run } from './outcome.ts';

const CLASSICS = listScenarios().filter((name) => name.startsWith('classic/'));

describe('the classics', () => {
  const outcomes = new Map<string, Outcome>();
  const read = (name: string, metric: string) => outcomes.get(`classic/${name}`)!.metrics[metric]!;
  const millions = (name: string, metric: string) => read(name, metric) / 1e12;

  it('are fifteen, one of them in two files', () => {
    expect(CLASSICS).toHaveLength(16);
  });

  it.each(CLASSICS)('%s shows what it expects', async (name) => {
    const outcome = await run(name);
    expect(outcome.judged).toBeGreaterThanOrEqual(11);
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
