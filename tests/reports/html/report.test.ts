import { describe, expect, test } from 'vitest';
import { escapeHtml, html, Markup } from '../../../reports/html/markup.ts';
import { renderReport } from '../../../reports/html/report.ts';
import { calculateSummary } from '../../../reports/metrics/index.ts';
import type { RunRecord } from '../../../sim/record/types.ts';
import { makeCrashRecord } from '../crash_record.ts';
import { makeRecord, makeSlab } from '../fixture.ts';

const render = (record: RunRecord) => renderReport(record, calculateSummary(record));
const page = await render(makeCrashRecord());

describe('markup', () => {
  test('escapes text and attributes, keeps markup, joins lists, drops null and false', () => {
    expect(escapeHtml(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
    const value = html`<p title="${'"'}">${'<b>'}${new Markup('<i>')}${[1, html`<u>`]}${null}${false}${0}</p>`;
    expect(value.text).toBe('<p title="&quot;">&lt;b&gt;<i>1<u>0</p>');
  });
});

describe('the page', () => {
  test('asks nobody for anything: no script, no outside address, a policy that forbids both', () => {
    expect(page).not.toMatch(/<script|javascript:|@import|\son[a-z]+=/i);
    const addresses = [...page.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')>\s]+)/g)].map(
      (match) => match[1]!,
    );
    expect(addresses.filter((address) => !/^(#|data:,|[a-z]+\.csv$)/.test(address))).toEqual([]);
    expect(page).toContain(
      'content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:"',
    );
  });

  test('every local link and id fits: links have targets, ids are unique', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...page.matchAll(/(?:href="|url\()#([^")]+)/g)].map((match) => match[1]!);
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
  });

  test('puts question, answer and facts first, then the three sections, details and reproduction', () => {
    const order = [
      'id="verdict"',
      'What happens to winners',
      'id="shock"',
      'id="haircut"',
      'id="manipulation"',
      'id="recovery"',
      'id="details"',
      'id="reproduce"',
    ];
    const places = order.map((text) => page.indexOf(text));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('holds labels, fit, identities, refusals, configuration, command and definitions', () => {
    for (const text of [
      '1 measured',
      '1 assumed',
      'were checked at every slot',
      'in range',
      'Residue 0 atoms (exact)',
      'SideBlocked',
      '&quot;title&quot;: &quot;A synthetic crash&quot;',
      'npx percolator-lab run fixture --seed 1',
      'Spearman rank correlation',
    ]) {
      expect(page, text).toContain(text);
    }
  });

  test('is the same text for the same results, and small', async () => {
    expect(await render(makeCrashRecord())).toBe(page);
    expect(page.length).toBeLessThan(1_000_000);
  });
});

test('expectations have a section of their own, misses first; without any it is not there', async () => {
  const record = makeCrashRecord();
  const row = { slab: null, group: null, value: 1 };
  const text = await renderReport(record, calculateSummary(record), [
    { ...row, metric: 'totals.fees', bound: '>= 0 USDC', found: '5 USDC', met: true },
    {
      ...row,
      metric: 'group.net',
      slab: 'btc',
      group: '<b>',
      bound: '== 0 USDC',
      found: '7 USDC',
      met: false,
    },
  ]);
  expect(text).toContain('<a href="#expectations">');
  const section = text.slice(text.indexOf('id="expectations"'), text.indexOf('id="shock"'));
  expect(section).toContain('The run misses 1 of 2 expectations');
  const cells = [...section.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell]) =>
    cell!.replace(/<[^>]+>/g, ''),
  );
  expect(cells).toEqual([
    ...['btc, &lt;b&gt;', '== 0 USDC', '7 USDC', '! missed'],
    ...['whole run', '&gt;= 0 USDC', '5 USDC', '✓ met'],
  ]);
  expect(page).not.toContain('#expectations');
});

test('whatever a scenario file holds stays text', async () => {
  const evil = '</style></code><script>alert(1)</script><img src=x onerror=y>"\'';
  const record = makeCrashRecord();
  Object.assign(record, {
    title: evil,
    question: evil,
    scenario: evil,
    seed: evil,
    reproduce: evil,
    resolved: { [evil]: evil, notes: evil },
  });
  record.labels = [{ path: evil, value: `{"${'x'}":"${'<script>'}"}`, label: 'assumed', note: evil }];
  record.fit = [{ metric: evil, unit: evil, published: 1, low: 1, high: 1, source: evil }];
  for (const table of [record.tables.groups, record.tables.rejections]) {
    for (const row of table) row.group = evil;
  }
  for (const attack of record.tables.attacks)
    Object.assign(attack, { attack: evil, kind: evil, hypothesis: evil });
  const hostile = await render(record);
  expect(hostile).not.toMatch(/<script|<img/i);
  expect(hostile).toContain('&lt;script&gt;');
});

test('an interrupted run says so before anything else', async () => {
  const record = makeRecord({ slabs: [makeSlab('btc')], complete: false, slotsDone: 40 });
  const text = await render(record);
  expect(text.indexOf('Incomplete run: it was interrupted after 40 of 900 slots')).toBeLessThan(
    text.indexOf('id="verdict"'),
  );
  expect(page).not.toContain('Incomplete run');
});

test('a run without attackers says that it proves nothing about them', async () => {
  const text = await render(makeRecord({ slabs: [makeSlab('btc')] }));
  expect(text).toContain('This scenario has no attacker');
});

test('a label value reads like the scenario file, and odd ones are left alone', async () => {
  const record = makeCrashRecord();
  record.labels = [
    { path: 'a', value: '{"kind":"ramp","range":[1,2]}', label: 'assumed', note: '' },
    { path: 'b', value: '[not json', label: 'assumed', note: '' },
  ];
  const text = await render(record);
  expect(text).toContain('kind: ramp, range: (1, 2)');
  expect(text).toContain('[not json');
});

test('the author’s notes follow the facts as paragraphs; without any there is no place for them', async () => {
  const record = makeCrashRecord();
  record.resolved = { notes: 'One line,\nand 4 096 more.\n\nRun `--set a=1`.\n' };
  const text = await render(record);
  expect(text).toContain('<p>One line,\nand 4\u00a0096 more.</p>\n<p>Run <code>--set a=1</code>.</p>');
  const places = ['class="facts"', 'Notes on this scenario', 'id="shock"'].map((part) => text.indexOf(part));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(page).not.toContain('Notes on this scenario');
});

test('a run that was not checked says so on the page', async () => {
  const text = await render({ ...makeCrashRecord(), checked: false });
  expect(text).toContain('Invariants were not checked slot by slot');
});

test('a published figure keeps its digits, and its source stands below it', async () => {
  const record = makeCrashRecord();
  record.fit = [
    { metric: 'haircut.exits', unit: 'count', published: 164.96, low: 2, high: 9, source: 'a paper' },
  ];
  expect((await render(record)).replaceAll('<wbr>', '')).toContain(
    '<tr><th scope="row" rowspan="2"><code>haircut.exits</code><br>count</th><td class="number" data-label="published">164.96</td><td class="number" data-label="range">2.00 to 9.00</td><td class="number" data-label="this run">6.00</td><td class="number" data-label="ratio">0.036</td><td class="" data-label="verdict">in range</td></tr>\n<tr class="below"><td colspan="5" data-label="source">a paper</td></tr>',
  );
});
