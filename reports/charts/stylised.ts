import { formatNumber, QUOTE } from '../format.ts';
import { calculateRunView, groupBy, splitBySlab } from '../metrics/definition.ts';
import { asksForFacts, calculateMarket, LAGS, type Market, NEAR_LAGS } from '../metrics/stylised.ts';
import {
  calculateExcessKurtosis,
  calculateHillIndex,
  fitPowerLaw,
  type ImpactPoint,
} from '../metrics/stylised_statistics.ts';
import { type Chart, type ChartInput, encodeSeries } from './chart.ts';
import type { Spec } from './render.ts';
import { spread } from './thin.ts';

/** Two lines a slab: more would be a tangle. */
const SLABS_SHOWN = 3;
const HEIGHT = 240;
/** Of a line, at most. */
const POINTS = 120;
const TABLE_ROWS = 20;

interface Point {
  name: string;
  x: number;
  y: number;
}

/** Slabs with a book that moved, with their returns. */
function listMarkets(input: ChartInput): (readonly [slab: string, market: Market])[] {
  return splitBySlab(calculateRunView(input.record))
    .flatMap((view) => {
      const market = calculateMarket(view);
      return market === null ? [] : [[view.slabs[0]!.slab, market] as const];
    })
    .slice(0, SLABS_SHOWN);
}

const axis = (title: string, scale: Spec = {}, format = '~s'): Spec => ({
  type: 'quantitative',
  axis: { title, format },
  scale,
});

function draw(points: readonly Point[], x: Spec, y: Spec, mark: Spec): Chart['draw'] {
  const names = [...new Set(points.map(({ name }) => name))];
  return (width) => ({
    width,
    height: HEIGHT,
    data: { values: points },
    mark,
    encoding: { x: { field: 'x', ...x }, y: { field: 'y', ...y }, ...encodeSeries(names, width) },
  });
}

const tabulate = (points: readonly Point[], columns: [string, string, string], digits: [number, number]) => ({
  columns,
  rows: [...groupBy(points, ({ name }) => name)].flatMap(([name, own]) =>
    spread(own, TABLE_ROWS).map(({ x, y }) => [name, formatNumber(x, digits[0]), formatNumber(y, digits[1])]),
  ),
});

const number = (value: number | null | undefined, digits = 2) =>
  value === null || value === undefined ? 'no value' : formatNumber(value, digits);

/** P(|Z| > x) of a standard normal Z. */
const NORMAL_TAIL = [
  [0.5, 0.6171],
  [1, 0.3173],
  [1.5, 0.1336],
  [2, 0.0455],
  [2.5, 0.01242],
  [3, 0.0027],
  [3.5, 0.000465],
  [4, 0.0000633],
] as const;
const TAIL_FROM = 0.5;

/** Share of the returns that are larger than so many standard deviations, those of the tail complete. */
function listTail(name: string, returns: readonly number[]): Point[] {
  const deviation = Math.sqrt(returns.reduce((sum, move) => sum + move * move, 0) / returns.length);
  if (deviation === 0) return [];
  const sizes = returns.map((move) => Math.abs(move) / deviation).sort((a, b) => b - a);
  const points = sizes.map((x, at) => ({ name, x, y: (at + 1) / sizes.length }));
  const shown = points.filter(({ x }) => x >= TAIL_FROM);
  return [...shown.slice(0, POINTS / 2), ...spread(shown.slice(POINTS / 2), POINTS / 2)];
}

type Markets = ReturnType<typeof listMarkets>;

function chartTails(markets: Markets): Chart {
  const least = Math.min(...markets.map(([, { mid }]) => 1 / mid.length));
  const normal = NORMAL_TAIL.filter(([, y]) => y >= least).map(([x, y]) => ({ name: 'normal', x, y }));
  const points = [...markets.flatMap(([slab, { mid }]) => listTail(slab, mid)), ...normal];
  const found = markets.map(
    ([slab, { mid }]) =>
      `${slab} has a tail index of ${number(calculateHillIndex(mid))} and an excess kurtosis of ${number(calculateExcessKurtosis(mid), 1)}`,
  );
  return {
    id: 'tails',
    finding: `Large moves: ${found.join('; ')}`,
    alt: 'Line chart with two logarithmic axes: the share of returns larger than a number of standard deviations, for each book and for a normal distribution. A line that falls more slowly than the normal one is a fat tail.',
    draw: draw(
      points,
      axis('standard deviations', { type: 'log', nice: false }),
      axis('share of returns that are larger', { type: 'log' }, '~g'),
      { type: 'line' },
    ),
    table: tabulate(points, ['series', 'standard deviations', 'share of returns'], [2, 4]),
    csv: 'book_series.csv',
  };
}

function chartLags(markets: Markets): Chart {
  const points = markets.flatMap(([slab, { midLags, midSizeLags }]) => [
    ...midSizeLags.map((y, at) => ({ name: `${slab} size of returns`, x: at + 1, y })),
    ...midLags.map((y, at) => ({ name: `${slab} returns`, x: at + 1, y })),
  ]);
  const mean = (lags: readonly number[]) =>
    number(lags.length === 0 ? null : lags.reduce((sum, lag) => sum + lag, 0) / lags.length, 3);
  const found = markets.map(
    ([slab, { midLags, midSizeLags }]) =>
      `${slab} ${mean(midSizeLags.slice(0, NEAR_LAGS))} and later ${mean(midSizeLags.slice(NEAR_LAGS))} (returns themselves ${mean(midLags.slice(NEAR_LAGS))})`,
  );
  return {
    id: 'lags',
    finding: `Memory of the size of moves, mean autocorrelation up to a lag of ${NEAR_LAGS} samples: ${found.join('; ')}`,
    alt: `Line chart of the autocorrelation of returns and of their sizes at lags of 1 to ${LAGS} samples. Sizes above 0 for long are clusters of volatility; returns should be at 0.`,
    draw: draw(
      points,
      axis('lag, samples', { domain: [0, LAGS], nice: false }),
      axis('autocorrelation', {}, '.2~f'),
      { type: 'line' },
    ),
    table: tabulate(points, ['series', 'lag', 'autocorrelation'], [0, 3]),
    csv: 'book_series.csv',
  };
}

/** Atoms × q-units of a flow to quote tokens. */
const FLOW_UNIT = 1e12;

function chartImpact(markets: Markets): Chart[] {
  const isDrawn = ({ move, size }: ImpactPoint) => move > 0 && size > 0;
  const points = markets.flatMap(([name, { impact }]) =>
    impact.filter(isDrawn).map(({ move, size }) => ({ name, x: size / FLOW_UNIT, y: move * 10_000 })),
  );
  if (points.length === 0) return [];
  const found = markets.map(([slab, { impact }]) => `${slab} ${number(fitPowerLaw(impact)?.exponent)}`);
  return [
    {
      id: 'impact',
      finding: `The move of the mid beyond its index grows with the flow behind it to the power of: ${found.join('; ')}`,
      alt: 'Points with two logarithmic axes: mean move of the mid in the direction of the flow against the size of the flow, ten classes a book. A slope below 1 is a concave impact.',
      draw: draw(
        points,
        axis(`net flow of takers in a sample, ${QUOTE}`, { type: 'log' }),
        axis('move, bps', { type: 'log' }, '~g'),
        { type: 'line', point: true },
      ),
      table: tabulate(points, ['series', `net flow, ${QUOTE}`, 'move, bps'], [0, 2]),
      csv: 'fills.csv',
    },
  ];
}

/** Tails, memory and impact; nothing unless the scenario asks for them. */
export function chartStylisedFacts(input: ChartInput): Chart[] {
  const markets = asksForFacts(input.record) ? listMarkets(input) : [];
  return markets.length === 0 ? [] : [chartTails(markets), chartLags(markets), ...chartImpact(markets)];
}
