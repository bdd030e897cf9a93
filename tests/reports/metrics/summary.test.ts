import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { calculateSummary, METRICS } from '../../../reports/metrics/index.ts';
import { makeCrashRecord } from '../crash_record.ts';
import { makeAccount, makeLiquidation, makeRecord, makeSeries, makeSlab, USD } from '../fixture.ts';

const summary = calculateSummary(makeCrashRecord());
const factOf = (id: string, from = summary) => from.verdict.facts.find((fact) => fact.id === id);

test('every metric has its own name, a formula and a source, and a row in the summary', () => {
  expect(new Set(METRICS.map((metric) => metric.name)).size).toBe(METRICS.length);
  for (const metric of METRICS) {
    expect(metric.formula.length, metric.name).toBeGreaterThan(4);
    expect(metric.source, metric.name).toMatch(/\.csv/);
  }
  expect(summary.metrics.map((row) => row.name)).toEqual(METRICS.map((metric) => metric.name));
  expect(Object.keys(summary.slabs[0]!.metrics)).toEqual(METRICS.map((metric) => metric.name));
});

test('every metric has a test of its own', () => {
  const folder = new URL('.', import.meta.url);
  const text = readdirSync(folder)
    .sort()
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  for (const metric of METRICS) expect(text, metric.name).toContain(`'${metric.name}'`);
});

test('the summary is plain data: writing and reading it changes nothing', () => {
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  expect(JSON.stringify(calculateSummary(makeCrashRecord()))).toBe(JSON.stringify(summary));
});

test('a run metric is the sum or the extreme of its slabs', () => {
  const row = (name: string) => summary.metrics.find((metric) => metric.name === name)?.value;
  const slabs = (name: string) => summary.slabs.map((slab) => slab.metrics[name]);
  expect(slabs('liquidations.deficit')).toEqual([4_000 * USD, 4_000 * USD]);
  expect(row('liquidations.deficit')).toBe(8_000 * USD);
  expect(slabs('manipulation.net_extracted')).toEqual([400 * USD, -150 * USD]);
  expect(row('manipulation.net_extracted_max')).toBe(400 * USD);
});

test('the answer is one sentence from the numbers, attacks first', () => {
  expect(summary.verdict.answer.replaceAll('\u00a0', ' ')).toBe(
    'Spike took up to 400 USDC, but nothing from a warmup of 10 min on; 80 bankruptcies among 80 liquidations left 8.00 k USDC of deficits (insurance paid 25.0 %, the other side carried 45.0 % through K, nobody paid 30.0 % (uninsured)); liquidations took 100 % of the shorts’ exposure (all in bankruptcies) off their holders; matured profit was backed to h = 0.9280 at worst and conversions were paid 92.2 % overall; sides left Normal 2 times and were all back after at most 2 min 4 s.',
  );
});

test('facts: what needs a reader first; engine promises pass, market outcomes ask for attention', () => {
  expect(summary.verdict.facts.map(({ id, status }) => [id, status])).toEqual([
    ['haircut', 'attention'],
    ['equal_treatment', 'attention'],
    ['principal_through_k', 'attention'],
    ['exposure_removed', 'attention'],
    ['attacks', 'attention'],
    ['attack_criteria', 'attention'],
    ['honest_wealth', 'attention'],
    ['accounting', 'pass'],
    ['flat_principal', 'pass'],
    ['extraction_bound', 'pass'],
    ['liveness', 'pass'],
    ['recovery', 'pass'],
    ['final_modes', 'pass'],
    ['fit', 'pass'],
  ]);
});

test('deficits of accounts that were closed before are told apart', () => {
  const record = makeCrashRecord();
  record.tables.liquidations[0]!.deficitAtoms = 0;
  expect(calculateSummary(record).verdict.answer.replaceAll('\u00a0', ' ')).toContain(
    '79 bankruptcies among 80 liquidations left 8.00 k USDC of deficits, 100 USDC of it by accounts already flat (',
  );
});

test('each attack is judged by its own warmups', () => {
  const record = makeCrashRecord();
  for (const attack of record.tables.attacks.slice(0, 2)) {
    record.tables.attacks.push({ ...attack, attack: 'stubborn', netExtractedAtoms: 7 * USD });
  }
  const { answer, findings } = calculateSummary(record).verdict;
  expect(answer.replaceAll('\u00a0', ' ')).toContain(
    'but nothing from a warmup of 10 min on; stubborn took 7 USDC at a warmup of 0 s and still 7 USDC at 10 min;',
  );
  expect(findings.manipulation.replaceAll('\u00a0', ' ')).toContain(
    'spike did not pay from a warmup of 10 min on; no tested warmup stopped stubborn,',
  );
});

test('a broken promise fails', () => {
  const record = makeCrashRecord();
  record.tables.accounts[0]!.depositedAtoms += 1;
  record.tables.accounts[2]!.capitalAtoms -= 5;
  record.tables.bounds[0]!.slackAtoms = -3;
  record.slabs[0]!.frozenAccounts = 1;
  const broken = calculateSummary(record);
  for (const id of ['accounting', 'flat_principal', 'extraction_bound', 'liveness']) {
    expect(factOf(id, broken)?.status, id).toBe('fail');
  }
  expect(factOf('accounting', broken)?.statement).toContain('residue');
});

test('when nothing happens the answer says so', () => {
  const record = makeRecord({ slabs: [makeSlab('btc')] });
  record.tables.series.push(makeSeries('btc', 0));
  const calm = calculateSummary(record);
  expect(calm.verdict.answer).toBe(
    'Nothing broke: no position was liquidated, no profit matured, so h was not put to the test, all 2 sides stayed Normal.',
  );
  expect(calm.verdict.facts.filter((fact) => fact.status === 'attention' || fact.status === 'fail')).toEqual(
    [],
  );
});

test('an interrupted run says how far it came', () => {
  const record = makeRecord({ slabs: [makeSlab('btc')], complete: false, slotsDone: 40 });
  expect(calculateSummary(record).verdict.answer).toMatch(
    /^Up to slot 40 of 900, where the run was interrupted: /,
  );
});

test('checking a run changes nothing in the summary', () => {
  const summarize = (checked: boolean) => calculateSummary({ ...makeCrashRecord(), checked });
  expect(summarize(true)).toEqual(summarize(false));
});

test('exposure that liquidations removed is named from 1 % of a side on, bankruptcies apart', () => {
  const answerFor = (longs: number[], shorts: number[]) => {
    const record = makeRecord({ slabs: [makeSlab('btc')] });
    record.tables.series.push(makeSeries('btc', 0, { openInterestQ: 1_000 }));
    const close = (side: 'long' | 'short') => (closedQ: number, deficitAtoms: number) =>
      record.tables.liquidations.push(makeLiquidation('btc', 1, { side, closedQ, deficitAtoms }));
    longs.forEach(close('long'));
    shorts.forEach(close('short'));
    const { answer, facts } = calculateSummary(record).verdict;
    const fact = facts.find(({ id }) => id === 'exposure_removed')!;
    return [answer.includes(' took '), fact.status, fact.statement.replaceAll('\u00a0', ' ')];
  };
  expect(answerFor([], [])).toEqual([
    false,
    'pass',
    'Liquidations took no exposure off the other side (target: at most 1.0 % of a side).',
  ]);
  expect(answerFor([10], [])).toEqual([
    false,
    'pass',
    'Liquidations took 1.0 % of the shorts’ exposure off their holders (target: at most 1.0 % of a side).',
  ]);
  // The second of each list has a deficit.
  expect(answerFor([250, 150], [11])).toEqual([
    true,
    'attention',
    'Liquidations took 1.1 % of the longs’ exposure and 40.0 % of the shorts’ exposure (15.0 % in bankruptcies) off their holders (target: at most 1.0 % of a side).',
  ]);
});

test('open claims that nothing backs are weighed against all of them', () => {
  const factFor = (residualAtoms: number) => {
    const record = makeRecord({ slabs: [makeSlab('btc')] });
    record.tables.series.push(makeSeries('btc', 0, { residualAtoms }));
    record.tables.accounts.push(
      makeAccount('btc', { account: 0, group: 'a', role: 'trader', pnlAtoms: 1_000 * USD }),
    );
    const fact = factOf('open_claims', calculateSummary(record))!;
    return [fact.status, fact.statement.replaceAll('\u00a0', ' ')];
  };
  expect(factFor(1_000 * USD)).toEqual([
    'pass',
    'Open claims of 1.00 k USDC at the end are backed in full (target: all but at most 1.0 %).',
  ]);
  expect(factFor(991 * USD)).toEqual([
    'pass',
    'Open claims of 1.00 k USDC at the end exceed what backs them by 9 USDC, 0.9 % (target: at most 1.0 %).',
  ]);
  expect(factFor(989 * USD)[0]).toBe('attention');
  expect(factOf('open_claims')).toBeUndefined();
});
