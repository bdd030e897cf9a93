import { type Finding, isInternal, listFindings, type ScenarioOutcome } from '../check/outcome.ts';

/** Characters that XML 1.0 does not allow, not even escaped: controls, lone surrogates and two others. */
const FORBIDDEN = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

const escapeXml = (text: string) =>
  text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"\n\r\t]/g, (character) => ESCAPES[character]!);

function formatCase(scenario: string, finding: Finding): string {
  const { expected, got, held, kind, reproduce, seed, what } = finding;
  const name = kind === 'expectation' ? `${what} ${expected}` : `${kind}: ${what}, seed ${seed}`;
  const open = `    <testcase classname="${escapeXml(scenario)}" name="${escapeXml(name)}"`;
  if (held) return `${open}/>`;
  const tag = isInternal(finding) ? 'error' : 'failure';
  const message = `expected ${expected}, got ${got}`;
  const body = `seed ${seed}: ${reproduce}`;
  return `${open}>\n      <${tag} message="${escapeXml(message)}" type="${kind}">${escapeXml(body)}</${tag}>\n    </testcase>`;
}

/** The outcomes as JUnit XML, as continuous integration reads it: a suite for each scenario, a case for each finding. */
export function formatJunit(outcomes: readonly ScenarioOutcome[]): string {
  const suites = outcomes.map((outcome) => {
    const findings = listFindings(outcome);
    // A suite without a case would look as if nothing had run.
    const ran: Finding = {
      kind: 'expectation',
      what: 'every run',
      expected: 'ends with a result',
      got: '',
      held: true,
      seed: '',
      reproduce: '',
    };
    const cases = outcome.cells.every(({ failure }) => failure === null) ? [ran, ...findings] : findings;
    const errors = cases.filter(isInternal).length;
    const failures = cases.filter(({ held }) => !held).length - errors;
    const name = escapeXml(outcome.scenario);
    const lines = cases.map((finding) => formatCase(outcome.scenario, finding));
    const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}"`;
    return [`  <testsuite name="${name}" ${counts}>`, ...lines, '  </testsuite>'].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="percolator-lab">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}
