import type { BookSeriesRow, FillRow, Rows, RunRecord } from '../../sim/record/types.ts';
import {
  defineMetrics,
  type MetricDefinition,
  type MetricValue,
  oncePerView,
  type View,
} from './definition.ts';
import {
  calculateAutocorrelations,
  calculateExcessKurtosis,
  calculateHillIndex,
  calculateImpact,
  calculateReturns,
  type Flow,
  fitPowerLaw,
  type ImpactPoint,
} from './stylised_statistics.ts';

/** Lags that autocorrelations are calculated for, in samples. */
export const LAGS = 100;
/** Up to here correlation may be left over from the trading itself: bounce, queues, orders in slices. */
export const NEAR_LAGS = 10;

/** The returns of one book and of its index over the same intervals. */
export interface Market {
  mid: number[];
  index: number[];
  /** Of the latest trade: with the bounce between bid and ask that the mid does not have. */
  trade: number[];
  midLags: number[];
  midSizeLags: number[];
  indexSizeLags: number[];
  impact: ImpactPoint[];
}

type Midded = BookSeriesRow & { midPrice: number };
const hasMid = (row: BookSeriesRow): row is Midded => row.midPrice !== null;

/** Notional bought less sold by takers between each two samples, with the move over it. */
function calculateFlows(rows: readonly Midded[], fills: Rows<FillRow>, moves: readonly number[]): Flow[] {
  let next = 0;
  // What traded up to the first sample moved nothing that is known.
  while (next < fills.length && fills.at(next)!.slot <= rows[0]!.slot) next += 1;
  return moves.map((move, at) => {
    const { slot } = rows[at + 1]!;
    let net = 0;
    for (let fill = fills.at(next); fill !== undefined && fill.slot <= slot; fill = fills.at(next)) {
      const { executionPrice, maker, sizeQ } = fill;
      next += 1;
      net += (maker === 'seller' ? 1 : -1) * sizeQ * executionPrice;
    }
    return { net, move };
  });
}

/** What the facts are calculated from; null unless the view holds one book with at least two mids. */
export const calculateMarket = oncePerView(({ tables }: View): Market | null => {
  if (tables.books.length !== 1) return null;
  const rows = tables.bookSeries.filter(hasMid);
  if (rows.length < 2) return null;
  const mid = calculateReturns(rows.map(({ midPrice }) => midPrice));
  const index = calculateReturns(rows.map(({ indexPrice }) => indexPrice));
  const traded = tables.bookSeries.flatMap(({ lastPrice }) => (lastPrice === null ? [] : [lastPrice]));
  // News move index and mid alike; what is left of the mid's move is the flow's.
  const moves = mid.map((move, at) => move - index[at]!);
  const impact = calculateImpact(calculateFlows(rows, tables.fills, moves));
  return {
    mid,
    index,
    trade: calculateReturns(traded),
    midLags: calculateAutocorrelations(mid, LAGS),
    midSizeLags: calculateAutocorrelations(mid.map(Math.abs), LAGS),
    indexSizeLags: calculateAutocorrelations(index.map(Math.abs), LAGS),
    impact,
  };
});

/** Whether the scenario asks for the facts. */
export const asksForFacts = ({ resolved }: RunRecord): boolean =>
  (resolved as { measure?: { stylisedFacts?: boolean } } | null)?.measure?.stylisedFacts === true;

const ofMarket =
  (calculate: (market: Market) => MetricValue) =>
  (view: View): MetricValue => {
    const market = calculateMarket(view);
    return market === null ? null : calculate(market);
  };

const meanOf = (values: readonly number[]): MetricValue =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const SERIES = 'book_series.csv';
const RETURN = 'return: midPrice ÷ the one of the sample before − 1, samples without a mid left out';

/** The facts of Cont (2001), and the same of the index, which the market did not make. */
export const STYLISED_METRICS: readonly MetricDefinition[] = defineMetrics('stylised', [
  {
    name: 'returns',
    unit: 'count',
    formula: `returns of the mid; ${RETURN}; empty unless there is one book`,
    source: SERIES,
    calculate: ofMarket(({ mid }) => mid.length),
  },
  {
    name: 'return_sd',
    unit: 'bps',
    formula: 'root of the mean square return of the mid × 10 000',
    source: SERIES,
    calculate: ofMarket(({ mid }) => Math.sqrt(meanOf(mid.map((move) => move * move)) ?? 0) * 10_000),
  },
  {
    name: 'excess_kurtosis',
    unit: 'ratio',
    formula: 'm4 ÷ m2² − 3 of the returns of the mid, central moments; 0 is normal',
    source: SERIES,
    calculate: ofMarket(({ mid }) => calculateExcessKurtosis(mid)),
  },
  {
    name: 'excess_kurtosis_index',
    unit: 'ratio',
    formula: 'the same of indexPrice',
    source: SERIES,
    calculate: ofMarket(({ index }) => calculateExcessKurtosis(index)),
  },
  {
    name: 'tail_index',
    unit: 'ratio',
    formula: 'Hill: k ÷ Σ ln(|r| ÷ |r of rank k + 1|) over the k = 5 % largest |returns| of the mid',
    source: SERIES,
    calculate: ofMarket(({ mid }) => calculateHillIndex(mid)),
  },
  {
    name: 'tail_index_index',
    unit: 'ratio',
    formula: 'the same of indexPrice',
    source: SERIES,
    calculate: ofMarket(({ index }) => calculateHillIndex(index)),
  },
  {
    name: 'return_acf_1',
    unit: 'ratio',
    formula: 'autocorrelation of the returns of the mid at a lag of one sample',
    source: SERIES,
    calculate: ofMarket(({ midLags }) => midLags[0] ?? null),
  },
  {
    name: 'return_acf_far',
    unit: 'ratio',
    formula: 'mean autocorrelation of the returns of the mid at the lags 11 to 100',
    source: SERIES,
    calculate: ofMarket(({ midLags }) => meanOf(midLags.slice(NEAR_LAGS))),
  },
  {
    name: 'return_acf_most',
    unit: 'ratio',
    formula: 'largest |autocorrelation| of the returns of the mid at the lags 3 to 100',
    source: SERIES,
    calculate: ofMarket(({ midLags }) =>
      midLags.length === 0 ? null : Math.max(...midLags.slice(2).map(Math.abs)),
    ),
  },
  {
    name: 'trade_acf_1',
    unit: 'ratio',
    formula: 'autocorrelation of the returns of lastPrice at a lag of one sample: with the bid-ask bounce',
    source: SERIES,
    calculate: ofMarket(({ trade }) => calculateAutocorrelations(trade, 1)[0] ?? null),
  },
  {
    name: 'size_acf_near',
    unit: 'ratio',
    formula: 'mean autocorrelation of |returns| of the mid at the lags 1 to 10',
    source: SERIES,
    calculate: ofMarket(({ midSizeLags }) => meanOf(midSizeLags.slice(0, NEAR_LAGS))),
  },
  {
    name: 'size_acf_far',
    unit: 'ratio',
    formula: 'the same at the lags 11 to 100',
    source: SERIES,
    calculate: ofMarket(({ midSizeLags }) => meanOf(midSizeLags.slice(NEAR_LAGS))),
  },
  {
    name: 'size_acf_far_index',
    unit: 'ratio',
    formula: 'the same of indexPrice',
    source: SERIES,
    calculate: ofMarket(({ indexSizeLags }) => meanOf(indexSizeLags.slice(NEAR_LAGS))),
  },
  {
    name: 'impact_exponent',
    unit: 'ratio',
    formula:
      'slope of ln(mean move in the direction of the flow) over ln(mean |flow|), of ten classes of sample intervals by |flow| those that moved so, each weighed by (mean move ÷ its standard error)²; move: return of the mid − that of the index; flow: notional takers bought less sold',
    source: 'book_series.csv, fills.csv',
    calculate: ofMarket(({ impact }) => fitPowerLaw(impact)?.exponent ?? null),
  },
]);

/** A fact as it was published, and when a number shows it. */
export interface Fact {
  title: string;
  metric: string;
  published: string;
  holds(value: number): boolean;
}

/**
 * Cont (2001), "Empirical properties of asset returns: stylized facts and statistical issues", Quantitative Finance 1,
 * 223–236; of impact Bouchaud, Farmer, Lillo (2009), "How markets slowly digest changes in supply and demand".
 * A bound of 0.05 is what chance alone stays within: a mean of ninety autocorrelations of a thousand returns.
 */
export const FACTS: readonly Fact[] = [
  {
    title: 'Fat tails: excess kurtosis',
    metric: 'stylised.excess_kurtosis',
    published: 'above 0 (Cont)',
    holds: (value) => value > 1,
  },
  {
    title: 'Fat tails: tail index',
    metric: 'stylised.tail_index',
    published: 'above 2, below 5 (Cont)',
    holds: (value) => value >= 2 && value <= 5,
  },
  {
    title: 'No memory of returns: lags 11 to 100',
    metric: 'stylised.return_acf_far',
    published: 'none, but for the shortest lags (Cont)',
    holds: (value) => Math.abs(value) <= 0.05,
  },
  {
    title: 'Clusters of volatility: lags 1 to 10',
    metric: 'stylised.size_acf_near',
    published: 'above 0 (Cont)',
    holds: (value) => value > 0.05,
  },
  {
    title: 'Slow decay of clusters: lags 11 to 100',
    metric: 'stylised.size_acf_far',
    published: 'above 0, decaying slowly as a power of the lag (Cont)',
    holds: (value) => value > 0.02,
  },
  {
    title: 'Concave impact: exponent',
    metric: 'stylised.impact_exponent',
    published: 'concave, about 0.4 to 0.8 (Bouchaud et al.)',
    holds: (value) => value >= 0.4 && value <= 0.8,
  },
];
