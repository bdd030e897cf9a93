import type { FitTarget } from '../../sim/record/types.ts';
import type { MetricDefinition, MetricValue } from './definition.ts';

/** A published figure beside what the run gave. */
export interface FitRow extends FitTarget {
  /** In the target's unit; null if the run has no such number. */
  simulated: MetricValue;
  /** simulated ÷ published. */
  ratio: MetricValue;
  /** low ≤ simulated ≤ high. */
  withinRange: boolean;
}

/** A metric in the unit of a target: atoms become quote tokens, ratios percent, unless the target counts in the same unit. */
function convert(value: number, unit: MetricDefinition['unit'], target: string): number {
  if ((unit === 'atoms' || unit === 'atoms per base') && !target.startsWith('atoms'))
    return value / 1_000_000;
  if (unit === 'ratio' && target === '%') return value * 100;
  return value;
}

/**
 * Holds each target against the metric it names: `liquidations.notional` for the whole run, `btc/market.index_min`
 * for one slab, `BTC/liquidations.notional` for all slabs of an underlying.
 */
export function calculateFit(
  targets: readonly FitTarget[],
  definitions: readonly MetricDefinition[],
  lookUp: (slabOrUnderlying: string | null, metric: string) => MetricValue,
): FitRow[] {
  return targets.map((target) => {
    // Slab names may hold slashes, metric names never do.
    const slash = target.metric.lastIndexOf('/');
    const name = target.metric.slice(slash + 1);
    const unit = definitions.find((definition) => definition.name === name)?.unit;
    const value = lookUp(slash < 0 ? null : target.metric.slice(0, slash), name);
    const simulated = value === null || unit === undefined ? null : convert(value, unit, target.unit);
    return {
      ...target,
      simulated,
      ratio: simulated === null || target.published === 0 ? null : simulated / target.published,
      withinRange: simulated !== null && simulated >= target.low && simulated <= target.high,
    };
  });
}
