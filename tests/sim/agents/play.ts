import type { RunRecord } from '../../../sim/record/types.ts';
import { runScenario } from '../../../sim/run.ts';
import { loadFiles } from '../scenario/support.ts';

/** What a test changes of the plain venue; everything as a scenario file would say it. */
export interface Play {
  slots: number;
  price?: object;
  risk?: object;
  lp?: object;
  insurance?: string;
  population?: readonly object[];
  attacks?: readonly object[];
  /** Data files beside the scenario, by name. */
  files?: Readonly<Record<string, string>>;
}

/**
 * Runs a tiny scenario in this process with all checks on. One slab: price 100, margins 10 % and 5 %, no fees, no
 * warmup, no insurance, an LP of 1 000 000 without a spread: what happens can be followed by hand.
 */
export function play({
  attacks = [],
  files,
  insurance = '0 USDC',
  lp,
  population = [],
  price,
  risk,
  slots,
}: Play) {
  const scenario = {
    schema: 'percolator-lab/1',
    title: 'An attack',
    question: 'Does it pay?',
    time: { length: `${slots} slots` },
    underlyings: { BTC: { price: price ?? { kind: 'constant', price: '100 USDC' } } },
    slabs: [
      {
        id: 'a',
        underlying: 'BTC',
        insurance,
        risk: {
          warmup: '0 s',
          trading_fee: '0 %',
          maintenance_margin: '5 %',
          initial_margin: '10 %',
          liquidation_fee: '0 %',
          max_price: '10_000 USDC',
          ...risk,
        },
        matcher: {
          kind: 'passive_lp',
          capital: '1_000_000 USDC',
          spread: '0 %',
          max_trade: '1_000_000 BTC',
          max_position: '1_000_000 BTC',
          ...lp,
        },
      },
    ],
    population,
    attacks,
    measure: { cranked_every: '1 slots' },
  };
  // JSON is YAML.
  const loaded = loadFiles({ 'attack.yaml': JSON.stringify(scenario), ...files });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues, null, 1));
  return runScenario({ scenario: loaded.scenario, seed: '7', workers: 0, check: true, reproduce: 'test' });
}

/** The index jumps by `by` at `slot` and stays there. */
export const jump = (by: string, slot: number) => ({
  kind: 'spike',
  base: '100 USDC',
  by,
  start: `${slot} slots`,
  for: '1_000_000 slots',
});

/** The accounts of one group, in index order. */
export const accountsOf = ({ tables }: RunRecord, group: string) =>
  tables.accounts.filter((row) => row.group === group);

/** The only account of a group. */
export function accountOf(record: RunRecord, group: string) {
  const [row, ...more] = accountsOf(record, group);
  if (row === undefined || more.length > 0) throw new Error(`${group} has not exactly one account`);
  return row;
}

/** The one attack of a run. */
export const attackOf = ({ tables }: RunRecord) => tables.attacks[0]!;

/** What the attacker won or lost inside the venue, atoms: its bids are another matter. */
export function gainOf(record: RunRecord): number {
  const { bidsPaidAtoms, netExtractedAtoms } = attackOf(record);
  return netExtractedAtoms + bidsPaidAtoms;
}

export const whale = (group: string, params: object) => ({ group, kind: 'whale', params });
export const liquidators = (params: object = {}) => ({ group: 'liquidators', kind: 'liquidator', params });
export const crankers = (params: object = { every: '1 slots' }) => ({
  group: 'crankers',
  kind: 'cranker',
  params,
});
