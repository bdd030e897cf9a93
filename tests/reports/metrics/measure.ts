import { METRICS } from '../../../reports/metrics/index.ts';
import type { RunRecord, Tables } from '../../../sim/record/types.ts';
import { makeRecord, makeSlab } from '../fixture.ts';

/** The slab of hand-written tables. */
export const SLAB = 'btc';

/** One metric over hand-written tables of a run of 20 slots of 400 ms. */
export function measure(name: string, tables: Partial<Tables>, slabs: RunRecord['slabs'] = [makeSlab(SLAB)]) {
  const base = makeRecord({ slots: 20, slotsDone: 20, slabs });
  const record = { ...base, tables: { ...base.tables, ...tables } };
  const metric = METRICS.find((candidate) => candidate.name === name);
  if (!metric) throw new Error(`no metric ${name}`);
  return metric.calculate({ record, slabs, tables: record.tables });
}
