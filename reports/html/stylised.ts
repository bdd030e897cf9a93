import type { RunRecord } from '../../sim/record/types.ts';
import { formatNumber } from '../format.ts';
import type { MetricValue } from '../metrics/definition.ts';
import type { Summary } from '../metrics/index.ts';
import { asksForFacts, FACTS } from '../metrics/stylised.ts';
import { type Content, html, type Markup } from './markup.ts';
import { renderTable } from './parts.ts';
import { renderMetricTable } from './sections.ts';

const show = (value: MetricValue | undefined): string =>
  value === null || value === undefined ? '–' : formatNumber(value, 3);

/** The facts of each book beside what was published; null unless the scenario asks for them. */
export function renderStylisedSection(record: RunRecord, summary: Summary, figures: Content): Markup | null {
  if (!asksForFacts(record)) return null;
  const books = new Set(record.tables.books.map(({ slab }) => slab));
  const slabs = summary.slabs.filter(({ slab }) => books.has(slab));
  const rows = FACTS.flatMap(({ holds, metric, published, title }) =>
    slabs.map(({ metrics, slab }) => {
      const value = metrics[metric] ?? null;
      const isThere = value !== null && holds(value);
      return [
        title,
        slab,
        show(value),
        published,
        html`<span class="${isThere ? 'pass' : 'attention'}">${isThere ? '✓ shown' : '! not shown'}</span>`,
      ];
    }),
  );
  const seconds = formatNumber((sampleSlots(record) * record.slotMs) / 1000, 1);
  return html`<section aria-labelledby="stylised"><h2 id="stylised">Stylised facts</h2>
<p>Returns of the middle of each book from sample to sample, ${seconds} s apart. The mid does not bounce between bid and ask as trade prices do. What the index shows already was put in by the scenario; the rest is made by the book and those who trade on it.</p>
${renderTable(
  'Facts that hold on nearly all markets (Cont 2001, Quantitative Finance 1), and what each book shows. Published facts are of minutes to days; here a sample is the unit of time.',
  [
    { label: 'fact', width: 28 },
    { label: 'book', width: 14 },
    { label: 'found', width: 12 },
    { label: 'published', width: 32 },
    { label: 'verdict', width: 14 },
  ],
  rows,
)}${figures}${renderMetricTable(record, summary, 'stylised', 'Stylised facts')}</section>
`;
}

const sampleSlots = ({ resolved }: RunRecord): number =>
  (resolved as { measure: { sampleEverySlots: number } }).measure.sampleEverySlots;
