import { stringify } from 'csv-stringify/sync';
import { type Cell, type CellResult, type MetricValues, pickMetric } from '../check/cell.ts';
import { type Expectation, type ExpectationOutcome, judgeExpectations } from '../check/expectation.ts';
import { BOOK_GROUP_METRICS } from '../metrics/book_groups.ts';
import type { MetricValue } from '../metrics/definition.ts';
import { GROUP_METRICS } from '../metrics/groups.ts';
import { listMetrics } from '../metrics/index.ts';
import { calculateStatistics, STATISTICS_COLUMNS } from './describe.ts';
import { calculateProportions } from './proportions.ts';

/** A combination of the grid's values with its runs, one for each seed. */
export interface SweepPoint {
  point: number;
  /** Swept path and value as text, in the order of the grid. */
  values: readonly { path: string; label: string }[];
  /** Number of the first cell; the others follow. */
  firstCell: number;
  cells: readonly Cell[];
  /** Some slab of the sweep has an order book, so that its numbers are listed. */
  hasBook: boolean;
}

const RUN_METRICS = listMetrics(true, true);
const ALL_GROUP_METRICS = [...GROUP_METRICS, ...BOOK_GROUP_METRICS];

/** Texts to add to the result files for one point. */
export interface SweepPointOutput {
  cellsCsv: string;
  statisticsCsv: string;
  proportionsCsv: string;
  /** For summary.json. */
  summary: object;
  /** Expectations that the runs of the point do not meet. */
  missed: ExpectationOutcome[];
}

const formatRows = (rows: readonly unknown[][]) => stringify(rows as unknown[][], { escape_formulas: true });

/** The numbers of a cell's row, which are of the whole run: stylised facts are facts of a slab. */
const listCellMetrics = (hasBook: boolean) => listMetrics(hasBook, false);

/** Header lines of the tables of a sweep; `paths` are the swept ones, `hasBook` as in `SweepPoint`. */
export function formatSweepHeaders(
  paths: readonly string[],
  hasBook: boolean,
): Omit<SweepPointOutput, 'summary' | 'missed'> {
  const metrics = listCellMetrics(hasBook).map(({ name }) => name);
  return {
    cellsCsv: formatRows([['cell', 'point', ...paths, 'seed', 'failure', 'broken', ...metrics]]),
    statisticsCsv: formatRows([
      ['point', ...paths, 'slab', 'group', 'metric', 'unit', ...STATISTICS_COLUMNS],
    ]),
    proportionsCsv: formatRows([['point', ...paths, 'slab', 'name', 'hits', 'n', 'share', 'low', 'high']]),
  };
}

/** Whose numbers: those of the run (both null), of a slab, or of a group on all its slabs. */
interface Scope {
  slab: string | null;
  group: string | null;
}

function listScopes(result: CellResult | undefined): Scope[] {
  if (result === undefined) return [];
  const groups = result.groups.filter(({ slab }) => slab === null);
  return [
    { slab: null, group: null },
    ...result.slabs.map(({ slab }) => ({ slab, group: null })),
    ...groups.map(({ group }) => ({ slab: null, group })),
  ];
}

const columnOf =
  (results: readonly CellResult[], { group, slab }: Scope) =>
  (metric: string): MetricValue[] =>
    results.map((result) => pickMetric(result, metric, slab, group));

function formatCells({ cells, firstCell, hasBook, point, values }: SweepPoint): string {
  const labels = values.map(({ label }) => label);
  return formatRows(
    cells.map(({ failure, result, seed }, at) => {
      const metrics: MetricValues = result?.metrics ?? {};
      const numbers = listCellMetrics(hasBook).map(({ name }) => metrics[name] ?? null);
      const broken = result?.broken.length ?? null;
      return [firstCell + at, point, ...labels, seed, failure?.message ?? null, broken, ...numbers];
    }),
  );
}

function formatStatistics(
  head: readonly unknown[],
  results: readonly CellResult[],
  scopes: readonly Scope[],
) {
  return formatRows(
    scopes.flatMap((scope) => {
      const column = columnOf(results, scope);
      return (scope.group === null ? RUN_METRICS : ALL_GROUP_METRICS).flatMap(({ name, unit }) => {
        const statistics = calculateStatistics(column(name));
        if (statistics === null) return [];
        const numbers = STATISTICS_COLUMNS.map((key) => statistics[key]);
        return [[...head, scope.slab, scope.group, name, unit, ...numbers]];
      });
    }),
  );
}

function formatProportions(
  head: readonly unknown[],
  results: readonly CellResult[],
  scopes: readonly Scope[],
) {
  return formatRows(
    scopes
      .filter(({ group }) => group === null)
      .flatMap((scope) =>
        calculateProportions(columnOf(results, scope)).map(({ hits, interval, n, name, share }) => [
          ...head,
          scope.slab,
          name,
          hits,
          n,
          share,
          interval?.low ?? null,
          interval?.high ?? null,
        ]),
      ),
  );
}

/** Everything a sweep says of one point. Failed runs are listed and left out of the statistics. */
export function formatSweepPoint(
  sweepPoint: SweepPoint,
  expectations: readonly Expectation[],
): SweepPointOutput {
  const { cells, point, values } = sweepPoint;
  const results = cells.flatMap(({ result }) => result ?? []);
  const scopes = listScopes(results[0]);
  const head = [point, ...values.map(({ label }) => label)];
  const column = columnOf(results, { slab: null, group: null });
  const statistics = RUN_METRICS.map(({ name }) => [name, calculateStatistics(column(name))] as const);
  const judged = judgeExpectations(expectations, cells);
  return {
    cellsCsv: formatCells(sweepPoint),
    statisticsCsv: formatStatistics(head, results, scopes),
    proportionsCsv: formatProportions(head, results, scopes),
    summary: {
      point,
      values: Object.fromEntries(values.map(({ label, path }) => [path, label])),
      runs: cells.length,
      failed: cells.flatMap(({ failure, reproduce, seed }) =>
        failure === null ? [] : [{ seed, ...failure, reproduce }],
      ),
      broken: cells.flatMap(({ reproduce, result, seed }) =>
        result === null || result.broken.length === 0 ? [] : [{ seed, statements: result.broken, reproduce }],
      ),
      proportions: calculateProportions(column),
      expectations: judged,
      statistics: Object.fromEntries(statistics.filter(([, value]) => value !== null)),
    },
    missed: judged.filter(({ met }) => !met),
  };
}
