import type { AttackRow, RunRecord } from '../../sim/record/types.ts';
import { formatMoney, formatPercent, NBSP } from '../format.ts';
import { groupBy, type MetricValue, type Section } from '../metrics/definition.ts';
import type { MetricRow, Summary } from '../metrics/index.ts';
import { describeChecking, type FactStatus } from '../metrics/verdict.ts';
import { type Content, html, type Markup } from './markup.ts';
import { renderTable, renderTiles, renderValue } from './parts.ts';

const STATUS: Record<FactStatus, string> = {
  pass: '✓ PASS',
  attention: '! ATTENTION',
  fail: '✗ FAIL',
  note: '· NOTE',
};

/** The question, the answer, and the facts behind it: the top of the report. */
export function renderVerdict(record: RunRecord, summary: Summary): Markup {
  const facts = [...summary.verdict.facts, describeChecking(record)].map(
    (fact) =>
      html`<li><span class="status ${fact.status}">${STATUS[fact.status]}</span><span>${fact.statement}</span></li>\n`,
  );
  const banner = record.complete
    ? null
    : html`<p class="banner">Incomplete run: it was interrupted after ${record.slotsDone} of ${record.slots} slots. Every number below covers that part only.</p>`;
  return html`${banner}<section aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<p class="question">${record.question}</p>
<p class="answer">${summary.verdict.answer}</p>
<ul class="facts">${facts}</ul>
${renderNotes(record)}</section>
`;
}

/** Text of a scenario file as paragraphs: a blank line parts them, backticks mark code, thousands stay together. */
function renderParagraphs(text: string): Markup[] {
  const mark = (paragraph: string) =>
    paragraph
      .split('`')
      .map((part, at) =>
        at % 2 === 1 ? html`<code>${part}</code>` : part.replace(/(?<=\d) (?=\d{3}\b)/g, NBSP),
      );
  return text
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => html`<p>${mark(paragraph.trim())}</p>\n`);
}

/** What the author of the scenario has to say; open at first, because it tells how far the verdict reaches. */
function renderNotes({ resolved }: RunRecord): Markup | null {
  const notes = (resolved as { notes?: unknown } | null)?.notes;
  if (typeof notes !== 'string' || notes.trim() === '') return null;
  return html`<details class="notes" open><summary>Notes on this scenario</summary>
${renderParagraphs(notes)}</details>`;
}

/** What each metric of a section is called in the tables, where its name alone would not do. */
const humanise = (name: string) => name.slice(name.indexOf('.') + 1).replaceAll('_', ' ');

const rowsOf = (summary: Summary, section: Section) =>
  summary.metrics.filter((row) => row.section === section);

/** Every metric of a section, for the run and for each slab where there are few enough to read. */
export function renderMetricTable(
  record: RunRecord,
  summary: Summary,
  section: Section,
  title: string,
): Markup {
  const slabs = summary.slabs.length > 1 && summary.slabs.length <= SLAB_COLUMNS ? summary.slabs : [];
  const columns = [
    { label: 'measure' },
    { label: 'whole run', kind: 'number' as const },
    ...slabs.map((slab) => ({ label: slab.slab, kind: 'number' as const })),
  ];
  const show = (value: MetricValue, row: MetricRow) => renderValue(value, row.unit, record.slotMs);
  const rows = rowsOf(summary, section).map((row) => [
    humanise(row.name),
    show(row.value, row),
    ...slabs.map((slab) => show(slab.metrics[row.name] ?? null, row)),
  ]);
  const caption = html`${title}. Definitions are at the end; summary.json holds every slab with all digits.`;
  return html`<details><summary>All ${rows.length} measures of this section</summary>${renderTable(caption, columns, rows)}</details>
`;
}

/** More slabs than this are left to summary.json. */
const SLAB_COLUMNS = 6;

/** Headline numbers of a section: label and metric. */
const TILES: Partial<Record<Section, readonly (readonly [string, string])[]>> = {
  haircut: [
    ['lowest stored h', 'haircut.h_stored_min'],
    ['lowest h with everybody settled', 'haircut.h_cranked_min'],
    ['profit converted', 'haircut.claims_converted'],
    ['not paid of it', 'haircut.haircut_taken'],
    ['principal lost through K', 'haircut.principal_lost_through_k'],
    ['exposure removed by bankruptcies', 'haircut.exposure_removed_bankrupt'],
    ['exposure removed by other liquidations', 'haircut.exposure_removed_ordinary'],
    ['share of the longs’ exposure removed', 'haircut.exposure_removed_share_long'],
    ['share of the shorts’ exposure removed', 'haircut.exposure_removed_share_short'],
    ['open claims without backing', 'haircut.open_claims_unbacked'],
    ['most a flat account lost', 'haircut.flat_principal_lost_max'],
  ],
  manipulation: [
    ['best attack extracted', 'manipulation.net_extracted_max'],
    ['attacks with a profit', 'manipulation.attacks_profitable'],
    ['attacks that met their criterion', 'manipulation.attacks_successful'],
    ['honest wealth, all slabs', 'manipulation.honest_wealth_change'],
    ['of it LPs', 'manipulation.lp_wealth_change'],
    ['warmup that stopped all attacks', 'manipulation.breakeven_warmup'],
    ['profit locked on average', 'manipulation.locked_profit_mean'],
    ['tightest extraction bound', 'manipulation.extraction_slack_min'],
  ],
  recovery: [
    ['times a side left Normal', 'recovery.episodes'],
    ['longest time outside Normal', 'recovery.episode_slots_max'],
    ['least left of a position (A)', 'recovery.a_min'],
    ['most accounts waiting', 'recovery.stale_accounts_max'],
    ['opens refused', 'recovery.refused_opens'],
    ['sides not Normal at the end', 'recovery.sides_not_normal_end'],
    ['instructions to finish recovery', 'recovery.recovery_instructions'],
    ['insurance drawdown', 'recovery.insurance_drawdown_max'],
  ],
};

/** One of the three sections: the sentence to act on, headline numbers, charts, all measures. */
export function renderSection(
  record: RunRecord,
  summary: Summary,
  section: 'haircut' | 'manipulation' | 'recovery',
  title: string,
  body: Content,
): Markup {
  const tiles = (TILES[section] ?? []).flatMap(([label, name]) => {
    const row = summary.metrics.find((metric) => metric.name === name);
    return row === undefined || row.value === null
      ? []
      : [[label, renderValue(row.value, row.unit, record.slotMs)] as const];
  });
  return html`<section aria-labelledby="${section}"><h2 id="${section}">${title}</h2>
<p class="finding">${summary.verdict.findings[section]}</p>
${renderTiles(tiles)}${body}${renderMetricTable(record, summary, section, title)}</section>
`;
}

/** The metric tables of the remaining sections. */
export const renderDetailTables = (record: RunRecord, summary: Summary): Markup =>
  html`${(
    [
      ['liquidations', 'Liquidations'],
      ['market', 'Market'],
      ['totals', 'Totals'],
    ] as const
  ).map(([section, title]) => html`<h3>${title}</h3>${renderMetricTable(record, summary, section, title)}`)}`;

/** Each attack's hypothesis, what it calls success, and what was measured on each slab. */
export function renderHypotheses(record: RunRecord): Markup {
  return html`${[...groupBy(record.tables.attacks, (attack) => attack.attack)].map(([name, rows]) => {
    const [first] = rows as [AttackRow];
    const won = rows.filter(({ success }) => success).length;
    const show = (row: AttackRow, value: number | null) => renderValue(value, row.measuredIn, record.slotMs);
    return html`<p><strong>${name}</strong> (<code>${first.kind}</code>) – hypothesis: ${first.hypothesis} It succeeded on ${won} of ${rows.length} slabs (${formatPercent(won / rows.length)}).</p>
<details><summary>Success of ${name}, slab by slab</summary>${renderTable(
      html`What counts: ${first.criterion}; more than ${show(first, first.needed)}.`,
      [
        { label: 'slab' },
        { label: 'measured', kind: 'number' },
        { label: 'needed', kind: 'number' },
        { label: 'net extracted', kind: 'number' },
        { label: 'of it bids', kind: 'number' },
        { label: 'success' },
      ],
      rows.map((row) => [
        row.slab,
        show(row, row.measured),
        html`&gt; ${show(row, row.needed)}`,
        formatMoney(row.netExtractedAtoms),
        formatMoney(-row.bidsPaidAtoms),
        row.success ? 'yes' : 'no',
      ]),
    )}</details>
`;
  })}`;
}
