import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ScenarioIssue } from '../../../sim/scenario/issues.ts';
import { type LoadOptions, loadScenario } from '../../../sim/scenario/load.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';

/** A small valid scenario; line numbers of the tests count in it. */
export const VALID = `schema: percolator-lab/1
title: A small test
question: Does it load?
time: {slot: 400 ms, length: 10 min}
underlyings:
  BTC:
    price: {kind: constant, price: 100_000 USDC}
slabs:
  - id: btc
    underlying: BTC
    insurance: 1_000_000 USDC
    risk:
      warmup: 1 min
      trading_fee: 5 bps
      maintenance_margin: 5 %
      initial_margin: 10 %
      liquidation_fee: 50 bps
      max_price: 200_000 USDC
    matcher:
      kind: passive_lp
      capital: 50_000_000 USDC
      spread: 2 bps
      max_trade: 5 BTC
      max_position: 10_000_000 USDC
population:
  - group: savers
    kind: withdrawer
    count: 3
    params: {capital: 1_000 USDC}
attacks:
  - name: spike
    kind: oracle_spike
    params: {budget: 1_000_000 USDC, leverage: 5 x, distortion: 20 %, start: 1 min, length: 8 s}
labels:
  slabs.btc.risk.warmup: {label: assumed, note: for the test}
`;

/** Writes files into a fresh folder that goes when the test ends; returns the folder. */
export function writeFiles(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'percolator-scenario-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export function loadFiles(files: Readonly<Record<string, string>>, options: LoadOptions = {}) {
  const folder = writeFiles(files);
  return loadScenario(join(folder, Object.keys(files)[0]!), options);
}

/** The scenario, or an error that lists the issues. */
export function loadValid(files: Readonly<Record<string, string>> | string, options?: LoadOptions): Scenario {
  const result = loadFiles(typeof files === 'string' ? { 'test.yaml': files } : files, options);
  if (!result.ok) throw new Error(JSON.stringify(result.issues, null, 1));
  return result.scenario;
}

/** Issues as `file:line:column path: found; message; nearest`, with the bare name of the file. */
export function listIssues(
  files: Readonly<Record<string, string>> | string,
  options?: LoadOptions,
): string[] {
  const result = loadFiles(typeof files === 'string' ? { 'test.yaml': files } : files, options);
  const write = ({ file, line, column, path, found, message, nearest }: ScenarioIssue) =>
    `${file.split('/').at(-1)}:${line}:${column} ${path}: ${[found, message, nearest].filter(Boolean).join('; ')}`;
  return result.ok ? [] : result.issues.map(write);
}

/** VALID with one text replaced; fails if it is not there. */
export function change(from: string, to: string, text = VALID): string {
  if (!text.includes(from)) throw new Error(`no ${from} in the scenario`);
  return text.replace(from, to);
}
