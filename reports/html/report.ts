import type { RunRecord } from '../../sim/record/types.ts';
import { type Chart, calculateCharts } from '../charts/index.ts';
import type { RunExpectation } from '../check/run_outcome.ts';
import { formatCount, formatDuration, formatNumber } from '../format.ts';
import type { Summary } from '../metrics/index.ts';
import { asksForFacts } from '../metrics/stylised.ts';
import {
  renderFit,
  renderIdentities,
  renderLabels,
  renderRejections,
  renderReproduction,
} from './appendix.ts';
import { renderBookSection } from './book.ts';
import { renderExpectations } from './expectations.ts';
import { html, Markup } from './markup.ts';
import { renderFigure } from './parts.ts';
import { renderDetailTables, renderHypotheses, renderSection, renderVerdict } from './sections.ts';
import { STYLE } from './style.ts';
import { renderStylisedSection } from './stylised.ts';

/** The page may load nothing, run nothing, send nothing: whatever a scenario file smuggles in stays text. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const NAVIGATION: readonly (readonly [id: string, title: string])[] = [
  ['verdict', 'Verdict'],
  ['expectations', 'Expectations'],
  ['shock', 'What happened'],
  ['haircut', 'Haircut fairness'],
  ['manipulation', 'Oracle manipulation'],
  ['recovery', 'Reset recovery'],
  ['book', 'Book quality'],
  ['stylised', 'Stylised facts'],
  ['details', 'Details'],
  ['reproduce', 'Reproduce'],
];

/** One after the other: Vega drawings of a report are small, and the order of work stays the same. */
async function renderFigures(charts: readonly Chart[]): Promise<Markup[]> {
  const figures: Markup[] = [];
  for (const chart of charts) figures.push(await renderFigure(chart));
  return figures;
}

function renderHeader(record: RunRecord, sections: typeof NAVIGATION): Markup {
  const length = formatDuration(record.slotsDone, record.slotMs);
  return html`<header class="top"><h1>${record.title}</h1>
<p class="meta">Scenario <code>${record.scenario}</code>, seed <code>${record.seed}</code>: ${length} of market time in ${formatCount(record.slotsDone, 'slot')}, ${formatCount(record.slabs.length, 'slab')}, ${formatNumber(record.tables.accounts.length)} accounts.</p>
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav></header>
`;
}

/**
 * The report of a run: one self-contained page that needs no network and no JavaScript. The same text for the same
 * results. Charts link to the CSV files beside it in the run directory. Without expectations,
 * an order book, or a wish for stylised facts, there is no section of them.
 */
export async function renderReport(
  record: RunRecord,
  summary: Summary,
  expectations: readonly RunExpectation[] = [],
): Promise<string> {
  const hidden = [
    ...(expectations.length > 0 ? [] : ['expectations']),
    ...(record.tables.books.length > 0 ? [] : ['book']),
    ...(asksForFacts(record) ? [] : ['stylised']),
  ];
  const isShown = ([id]: readonly [string, string]) => !hidden.includes(id);
  const charts = calculateCharts(record, summary);
  const shock = await renderFigures(charts.shock);
  const haircut = await renderFigures(charts.haircut);
  const manipulation = await renderFigures(charts.manipulation);
  const recovery = await renderFigures(charts.recovery);
  const book = await renderFigures(charts.book);
  const stylised = await renderFigures(charts.stylised);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><link rel="icon" href="data:,">
<title>${record.title} – percolator-lab</title><style>${new Markup(STYLE)}</style></head><body>
${renderHeader(record, NAVIGATION.filter(isShown))}<main>
${renderVerdict(record, summary)}${renderExpectations(expectations)}<section aria-labelledby="shock"><h2 id="shock">What happened</h2>
${shock}</section>
${renderSection(record, summary, 'haircut', 'Haircut fairness', haircut)}${renderSection(
  record,
  summary,
  'manipulation',
  'Oracle-manipulation defence',
  html`${renderHypotheses(record)}${manipulation}`,
)}${renderSection(record, summary, 'recovery', 'Reset recovery', recovery)}${renderBookSection(record, summary, book)}${renderStylisedSection(record, summary, stylised)}<section aria-labelledby="details"><h2 id="details">Details</h2>
${renderFit(summary)}${renderLabels(record)}${renderIdentities(summary)}${renderDetailTables(record, summary)}${renderRejections(record)}</section>
${renderReproduction(record, summary)}</main>
<footer>Made by percolator-lab from recorded results. Amounts are in quote tokens unless they say otherwise; h, A and K are explained in docs/reading-reports.md.</footer>
</body></html>
`;
  return page.text;
}
