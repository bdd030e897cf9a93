export { renderReport } from './html/report.ts';
export { calculateSummary, METRICS, type Summary } from './metrics/index.ts';
