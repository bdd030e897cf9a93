import type { RunExpectation } from '../check/run_outcome.ts';
import { html, type Markup } from './markup.ts';
import { renderPath, renderTable } from './parts.ts';

/** What the scenario expected of the run, misses first; null without expectations. */
export function renderExpectations(expectations: readonly RunExpectation[]): Markup | null {
  if (expectations.length === 0) return null;
  const missed = expectations.filter(({ met }) => !met);
  const rows = [...missed, ...expectations.filter(({ met }) => met)].map(
    ({ bound, found, group, met, metric, slab }) => [
      renderPath(metric),
      [slab, group].filter((part) => part !== null).join(', ') || 'whole run',
      bound,
      found,
      html`<span class="${met ? 'pass' : 'attention'}">${met ? '✓ met' : '! missed'}</span>`,
    ],
  );
  return html`<section aria-labelledby="expectations"><h2 id="expectations">Expectations</h2>
<p class="finding">${
    missed.length === 0
      ? `The run meets ${expectations.length === 1 ? 'the one expectation' : `all ${expectations.length} expectations`} of its scenario.`
      : `The run misses ${missed.length} of ${expectations.length} expectations of its scenario.`
  }</p>
${renderTable(
  'What the scenario says a healthy result shows, held against this one run. A statistic over runs is that of this run alone; check judges it over several seeds.',
  [
    { label: 'measure', width: 32 },
    { label: 'where', width: 13 },
    { label: 'expected', width: 21 },
    { label: 'found', width: 24 },
    { label: 'verdict', width: 10 },
  ],
  rows,
)}</section>
`;
}
