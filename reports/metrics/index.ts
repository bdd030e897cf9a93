import type { RunRecord } from '../../sim/record/types.ts';
import { BOOK_METRICS } from './book.ts';
import {
  calculateRunView,
  calculateUnderlyingView,
  type MetricDefinition,
  type MetricValue,
  type Section,
  splitBySlab,
  type Unit,
  type View,
} from './definition.ts';
import { exposureMetrics } from './exposure.ts';
import { calculateFit, type FitRow } from './fit.ts';
import { calculateGroups, type GroupSummary } from './groups.ts';
import { haircutMetrics } from './haircut.ts';
import { calculateIdentities, type Identity } from './identities.ts';
import { liquidationMetrics } from './liquidations.ts';
import { manipulationMetrics } from './manipulation.ts';
import { marketMetrics } from './market.ts';
import { openClaimsMetrics } from './open_claims.ts';
import { recoveryMetrics } from './recovery.ts';
import { asksForFacts, STYLISED_METRICS } from './stylised.ts';
import { totalsMetrics } from './totals.ts';
import { calculateVerdict, type Verdict } from './verdict.ts';

/** Every number that all reports show, in report order. */
export const METRICS: readonly MetricDefinition[] = [
  ...haircutMetrics,
  ...exposureMetrics,
  ...openClaimsMetrics,
  ...manipulationMetrics,
  ...recoveryMetrics,
  ...liquidationMetrics,
  ...marketMetrics,
  ...totalsMetrics,
];

/** A metric of the whole run with its definition: a row of summary.json. */
export interface MetricRow {
  name: string;
  section: Section;
  unit: Unit;
  formula: string;
  source: string;
  value: MetricValue;
}

/** The same metrics over the rows of one slab; their definitions are those of the run's rows. */
export interface SlabSummary {
  slab: string;
  underlying: string;
  metrics: Record<string, MetricValue>;
}

/** summary.json: plain data, the same bytes for the same results on any machine. */
export interface Summary {
  schema: 'percolator-lab/summary/1';
  scenario: string;
  title: string;
  question: string;
  seed: string;
  slots: number;
  slotsDone: number;
  slotMs: number;
  complete: boolean;
  verdict: Verdict;
  metrics: MetricRow[];
  slabs: SlabSummary[];
  groups: GroupSummary[];
  identities: Identity[];
  fit: FitRow[];
}

/** The numbers of a run: those of order books only if it has one, the stylised facts only if it asks for them. */
export const listMetrics = (hasBook: boolean, hasFacts: boolean): readonly MetricDefinition[] => [
  ...METRICS,
  ...(hasBook ? BOOK_METRICS : []),
  ...(hasFacts ? STYLISED_METRICS : []),
];

/** All numbers of a run: for the whole, per slab, its money identities and its fit to published figures. */
export function calculateSummary(record: RunRecord): Summary {
  const definitions = listMetrics(record.tables.books.length > 0, asksForFacts(record));
  const calculateValues = (view: View): Record<string, MetricValue> =>
    Object.fromEntries(definitions.map((metric) => [metric.name, metric.calculate(view)]));
  const runView = calculateRunView(record);
  const slabViews = splitBySlab(runView);
  const run = calculateValues(runView);
  const slabs = record.slabs.map(({ slab, underlying }, at) => {
    const view = slabViews[at]!;
    return { slab, underlying, metrics: view === runView ? run : calculateValues(view) };
  });
  const identities = slabViews.flatMap(calculateIdentities);
  const fit = calculateFit(record.fit, definitions, (name, metric) => {
    const values = name === null ? run : slabs.find((candidate) => candidate.slab === name)?.metrics;
    if (values !== undefined) return values[metric] ?? null;
    const view = calculateUnderlyingView(record, name!);
    const definition = definitions.find((candidate) => candidate.name === metric);
    return view === undefined ? null : (definition?.calculate(view) ?? null);
  });
  return {
    schema: 'percolator-lab/summary/1',
    scenario: record.scenario,
    title: record.title,
    question: record.question,
    seed: record.seed,
    slots: record.slots,
    slotsDone: record.slotsDone,
    slotMs: record.slotMs,
    complete: record.complete,
    verdict: calculateVerdict({ record, metrics: run, identities, fit }),
    metrics: definitions.map(({ calculate: _, ...definition }) => ({
      ...definition,
      value: run[definition.name] ?? null,
    })),
    slabs,
    groups: calculateGroups(record),
    identities,
    fit,
  };
}
