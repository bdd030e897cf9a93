import type { RunRecord } from '../../sim/record/types.ts';
import type { Summary } from '../metrics/index.ts';
import { chartDepth, chartQuotes } from './book.ts';
import { type Chart, prepareCharts } from './chart.ts';
import { chartBearers, chartGroups, chartHaircut, chartPayouts } from './haircut.ts';
import { chartAttacks, chartReserve } from './manipulation.ts';
import { chartInsurance, chartModes, chartMultiplier, chartStale } from './recovery.ts';
import { chartLiquidations, chartOpenInterest, chartPrices } from './shock.ts';
import { chartStylisedFacts } from './stylised.ts';

export type { Chart } from './chart.ts';

/** The charts of each part of the report; a chart with nothing to show is left out. */
export interface ReportCharts {
  shock: Chart[];
  haircut: Chart[];
  manipulation: Chart[];
  recovery: Chart[];
  /** Empty without an order book. */
  book: Chart[];
  /** Empty unless the scenario asks for them. */
  stylised: Chart[];
}

export function calculateCharts(record: RunRecord, summary: Summary): ReportCharts {
  const input = prepareCharts(record, summary);
  return {
    shock: [...chartPrices(input), ...chartLiquidations(input), ...chartOpenInterest(input)],
    haircut: [...chartHaircut(input), ...chartPayouts(input), ...chartBearers(input), ...chartGroups(input)],
    manipulation: [...chartAttacks(input), ...chartReserve(input)],
    recovery: [
      ...chartModes(input),
      ...chartMultiplier(input),
      ...chartStale(input),
      ...chartInsurance(input),
    ],
    book: [...chartQuotes(input), ...chartDepth(input)],
    stylised: chartStylisedFacts(input),
  };
}
