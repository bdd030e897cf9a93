/**
 * Colours are CSS variables of the report, so one SVG serves light, dark and print. The two palettes behind them
 * (html/style.ts) are told apart by all common kinds of colour blindness; series differ in dash as well.
 */
export const PALETTE = [
  'var(--s1)',
  'var(--s2)',
  'var(--s3)',
  'var(--s4)',
  'var(--s5)',
  'var(--s6)',
] as const;
export const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [1, 3],
  [10, 4],
] as const;
/** Charts draw at most this many slabs; the tables hold all. */
export const SLABS_MAX = 6;

const FONT = 'Helvetica, Arial, sans-serif';
const INK = 'var(--ink)';
const MUTED = 'var(--muted)';

/** Vega-Lite configuration of every chart. */
export const CHART_CONFIG = {
  font: FONT,
  background: null,
  aria: false,
  view: { stroke: null },
  axis: {
    labelColor: MUTED,
    titleColor: INK,
    domainColor: MUTED,
    tickColor: MUTED,
    gridColor: 'var(--grid)',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: 150,
    tickCount: 5,
  },
  axisX: { grid: false },
  // Above the axis instead of beside it: readable without turning the head, and it costs no width.
  axisYQuantitative: {
    titleAngle: 0,
    titleAlign: 'left',
    titleAnchor: 'end',
    titleBaseline: 'bottom',
    titleX: -30,
    titleY: -8,
  },
  legend: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 12,
    labelLimit: 280,
    symbolStrokeWidth: 2.5,
    symbolSize: 120,
    orient: 'top',
    // Leaves room for the title above the y axis.
    offset: 26,
    title: null,
  },
  header: { labelColor: INK, labelFontSize: 12, title: null, labelAnchor: 'start' },
  line: { strokeWidth: 2 },
  text: { fill: MUTED, fontSize: 12 },
  rule: { color: MUTED },
};
