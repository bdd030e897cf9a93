import { describe, expect, it } from 'vitest';
import { calculateSummary } from '../../reports/metrics/index.ts';
import { runScenario } from '../../sim/run.ts';
import { loadScenario } from '../../sim/scenario/load.ts';

const NAME = 'hyperliquid-2025-10-10';

function load(overrides: readonly string[]) {
  const loaded = loadScenario(NAME, { overrides });
  if (!loaded.ok) throw new Error(loaded.issues.map(({ message }) => message).join('\n'));
  return loaded.scenario;
}

/** The low is passed after 318 s; the recovery adds nothing that is calibrated. */
async function run(...overrides: string[]) {
  const scenario = load(['time.length=330 s', ...overrides]);
  return calculateSummary(
    await runScenario({ scenario, seed: '2', workers: 0, check: false, reproduce: '' }),
  );
}

describe(NAME, () => {
  it('meets the published figures with another seed than the default, and takes no principal', async () => {
    const { fit, identities, metrics } = await run();
    expect(fit.filter(({ withinRange }) => !withinRange)).toEqual([]);
    expect(fit).toHaveLength(13);
    expect(identities.filter(({ residueAtoms }) => residueAtoms !== 0)).toEqual([]);
    const value = (name: string) => metrics.find((metric) => metric.name === name)!.value;
    expect(value('totals.socialized')).toBeGreaterThan(1_000_000_000_000);
    expect(value('haircut.principal_lost_through_k')).toBe(0);
    expect(value('haircut.flat_principal_lost_max')).toBe(0);
  }, 120_000);

  it('has no bankruptcy without the lag of its keepers, as its notes say', async () => {
    const { metrics } = await run(
      'population.liquidators.params.lag=0 s',
      'population.liquidators.params.capacity=4000',
    );
    const value = (name: string) => metrics.find((metric) => metric.name === name)!.value;
    expect(value('liquidations.bankrupt')).toBe(0);
    expect(value('liquidations.notional')).toBeGreaterThan(2_000_000_000 * 1_000_000);
  }, 120_000);

  it('says of every parameter where it comes from', () => {
    const { labels, population, slabs, underlyings } = load([]);
    const paths = labels.map(({ path }) => path);
    const isLabelled = (path: string) => paths.some((labelled) => labelled.startsWith(path));
    for (const { group } of population) expect(isLabelled(`population.${group}`), group).toBe(true);
    for (const { template } of slabs) expect(isLabelled(`slabs.${template}.risk`), template).toBe(true);
    for (const symbol of Object.keys(underlyings)) expect(paths).toContain(`underlyings.${symbol}.price`);
  });
});
