import { runScenario } from '../../../sim/run.ts';
import { loadFiles } from '../scenario/support.ts';

/** What a test changes of the plain book; everything as a scenario file would say it. */
export interface BookPlay {
  slots: number;
  price?: object;
  impact?: object;
  risk?: object;
  /** Of `matcher:`; its guards are all off unless named here. */
  book?: { guards?: object } & Record<string, unknown>;
  insurance?: string;
  population?: readonly object[];
  attacks?: readonly object[];
  seed?: string;
}

export const NO_GUARDS = {
  pending: false,
  jit_penalty: false,
  round_trip_tax: false,
} as const;

/**
 * Runs a tiny scenario with an order book in this process with all checks on: price 100, margins 10 % and 5 %, no fees,
 * no warmup, a tick of 0.01, a lot of 0.001, a batch a slot and no guards.
 */
export function playBook({
  attacks = [],
  book: { guards, ...book } = {},
  impact,
  insurance = '0 USDC',
  population = [],
  price = { kind: 'constant', price: '100 USDC' },
  risk,
  seed = '7',
  slots,
}: BookPlay) {
  const scenario = {
    schema: 'percolator-lab/1',
    title: 'A book',
    question: 'What happens on it?',
    time: { length: `${slots} slots` },
    underlyings: { BTC: { price, ...(impact === undefined ? {} : { impact }) } },
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
          kind: 'book',
          tick: '0.01 USDC',
          lot: '0.001 BTC',
          ...book,
          guards: { ...NO_GUARDS, ...guards },
        },
      },
    ],
    population,
    attacks,
  };
  // JSON is YAML.
  const loaded = loadFiles({ 'book.yaml': JSON.stringify(scenario) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues, null, 1));
  return runScenario({ scenario: loaded.scenario, seed, workers: 0, check: true, reproduce: 'test' });
}
