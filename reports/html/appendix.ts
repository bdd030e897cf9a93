import type { RunRecord } from '../../sim/record/types.ts';
import { formatAlike, formatAtoms, formatCount, formatNumber } from '../format.ts';
import type { Identity } from '../metrics/identities.ts';
import type { Summary } from '../metrics/index.ts';
import { html, type Markup } from './markup.ts';
import { renderPath, renderTable } from './parts.ts';

/** Identities of so many slabs are spelled out; the rest is in summary.json. */
const IDENTITY_SLABS = 4;

function renderIdentity(identity: Identity): Markup {
  const side = (name: string, terms: Identity['left']) =>
    terms.map((term) => [`${name} ${term.name}`, formatAtoms(term.atoms), term.source]);
  return renderTable(
    html`${identity.slab}: ${identity.statement}. Residue ${formatNumber(identity.residueAtoms)} atoms${identity.residueAtoms === 0 ? ' (exact)' : ' – must be 0'}.`,
    [{ label: 'term' }, { label: 'amount', kind: 'number' }, { label: 'where to find it' }],
    [...side('+', identity.left), ...side('=', identity.right)],
  );
}

/** The money identities, term by term, so that a reader can add them up from the CSV files. */
export function renderIdentities(summary: Summary): Markup {
  const slabs = summary.slabs.slice(0, IDENTITY_SLABS).map((slab) => slab.slab);
  const shown = slabs.map((slab) => {
    const identities = summary.identities.filter((identity) => identity.slab === slab);
    return html`<details><summary>${slab}: ${formatCount(identities.length, 'identity', 'identities')}</summary>${identities.map(renderIdentity)}</details>\n`;
  });
  const hidden = summary.slabs.length - slabs.length;
  return html`<h3>Where the money went</h3>
<p>Every atom is accounted for. Amounts are in quote tokens with all six decimals; the last column names the CSV column.${hidden > 0 && ` ${hidden} more slabs are in summary.json.`}</p>
${shown}`;
}

/** Published figures beside the run's. */
export function renderFit(summary: Summary): Markup | null {
  if (summary.fit.length === 0) return null;
  const rows = summary.fit.map((fit) => {
    const measured = fit.simulated === null ? [] : [fit.simulated];
    const [published, low, high, simulated] = formatAlike([fit.published, fit.low, fit.high], measured);
    return [
      html`${renderPath(fit.metric)}<br>${fit.unit}`,
      published!,
      fit.low === fit.high ? '–' : `${low} to ${high}`,
      simulated ?? 'no such number',
      fit.ratio === null ? '–' : formatNumber(fit.ratio, 3),
      fit.withinRange ? 'in range' : 'outside',
      fit.source,
    ];
  });
  return html`<h3>Fit to published figures</h3>${renderTable(
    'Targets of the calibration: what was published, the range that counts as met, what this run gave and its ratio to the published figure. Below each, where the figure comes from.',
    [
      { label: 'measure', width: 31 },
      { label: 'published', kind: 'number', width: 14 },
      { label: 'range', kind: 'number', width: 22 },
      { label: 'this run', kind: 'number', width: 13 },
      { label: 'ratio', kind: 'number', width: 9 },
      { label: 'verdict', width: 11 },
      { label: 'source', kind: 'below' },
    ],
    rows,
  )}`;
}

/** A value as it stands in the scenario file: {"a":1,"b":[2]} becomes "a: 1, b: (2)". */
function readable(value: string): string {
  if (!/^[[{]/.test(value)) return value;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return value;
  }
  const parts = (inner: unknown): string => {
    if (inner === null || typeof inner !== 'object') return String(inner);
    const entries = Array.isArray(inner)
      ? inner.map(parts)
      : Object.entries(inner).map(([key, part]) => `${key}: ${parts(part)}`);
    return `(${entries.join(', ')})`;
  };
  return parts(parsed).slice(1, -1);
}

const LABELS = {
  measured: 'from data',
  calibrated: 'chosen so that the run meets a published figure',
  assumed: 'neither measured nor calibrated',
} as const;

/** Parameters with their provenance, one table for each kind. */
export function renderLabels(record: RunRecord): Markup | null {
  if (record.labels.length === 0) return null;
  const tables = Object.entries(LABELS).map(([label, meaning]) => {
    const entries = record.labels.filter((entry) => entry.label === label);
    if (entries.length === 0) return null;
    return html`<details open><summary>${entries.length} ${label}</summary>${renderTable(
      html`${label}: ${meaning}`,
      [
        { label: 'parameter', width: 28 },
        { label: 'value', width: 28 },
        { label: 'source or reason', width: 44 },
      ],
      entries.map((entry) => [renderPath(entry.path), readable(entry.value), entry.note]),
    )}</details>
`;
  });
  return html`<h3>Where the parameters come from</h3>
${tables}`;
}

/** Refused instructions by group and error: normal life of a venue, but worth a look. */
export function renderRejections(record: RunRecord): Markup | null {
  const rows = record.tables.rejections
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 30)
    .map((row) => [row.slab, row.group, row.op, row.error, formatNumber(row.count)]);
  if (rows.length === 0) return null;
  return html`<h3>Instructions the engine refused</h3><details><summary>${formatCount(record.tables.rejections.length, 'kind')} of refusal</summary>${renderTable(
    'The most frequent refusals; all are in rejections.csv.',
    [
      { label: 'slab' },
      { label: 'group' },
      { label: 'instruction' },
      { label: 'error' },
      { label: 'count', kind: 'number' },
    ],
    rows,
  )}</details>`;
}

/** Seed, command, configuration and definitions. */
export function renderReproduction(record: RunRecord, summary: Summary): Markup {
  const definitions = summary.metrics.map((row) => [renderPath(row.name), row.unit, row.formula, row.source]);
  return html`<section aria-labelledby="reproduce"><h2 id="reproduce">Reproduce this run</h2>
<p>Seed <code>${record.seed}</code>, ${formatCount(record.slots, 'slot')} of ${record.slotMs} ms. The same version, scenario and seed give the same bytes; manifest.json holds the hashes.</p>
<pre><code>${record.reproduce}</code></pre>
<details><summary>Full configuration, as resolved</summary><pre tabindex="0"><code>${JSON.stringify(record.resolved, null, 2)}</code></pre></details>
<details><summary>Definitions of all ${definitions.length} measures</summary>${renderTable(
    'Column names refer to the CSV tables of the run directory. 1 000 000 atoms are one quote token.',
    [
      { label: 'measure', width: 28 },
      { label: 'unit', width: 10 },
      { label: 'formula', width: 44 },
      { label: 'source', width: 18 },
    ],
    definitions,
  )}</details></section>
`;
}
