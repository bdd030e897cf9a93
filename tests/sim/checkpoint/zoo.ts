import { z } from 'zod';
import { AGENT_MODULES } from '../../../sim/agents/index.ts';
import { priceSpec } from '../../../sim/prices/spec.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { loadValid } from '../scenario/support.ts';

const capital = { uniform: ['5_000 USDC', '50_000 USDC'] };
const attack = { budget: '2_000_000 USDC', leverage: '5 x', start: '10 slots' };
const maker = { capital: '1_000_000 USDC', size: '5_000 USDC' };

/** Parameters with which an agent of each kind has something to do. */
export const AGENTS: Readonly<Record<string, object>> = {
  bank_runner: { ...attack, side: 'long', move: '5 %', check_every: '3 slots' },
  cranker: { every: '4 slots', batch: 7, order: 'losers_first' },
  debt_concentrator: { ...attack, side: 'long', leverage: '9 x' },
  dust_griefer: { accounts: 5, side: 'long', start: '5 slots' },
  forced_converter: { length: '200 slots', every: '3 slots', batch: 9 },
  hedged_lp: { ...maker, spread: '10 bps' },
  jit_sniper: { ...attack, trigger: '500 USDC' },
  k_dodger: { ...attack, side: 'short', trigger: '8 %' },
  liquidation_hunter: { ...attack, side: 'short', push_over: '10 slots', hunt_for: '30 slots' },
  liquidator: {
    every: '2 slots',
    lag: '3 slots',
    order: 'random',
    censored_share: '5 %',
    policy: 'restoring_partial',
  },
  market_maker: { ...maker, quit_above: '5 %', widening: '50 %', refill: '3 slots' },
  mean_reversion: { capital, every: '3 slots', window: '20 slots', enter: '1 %' },
  momentum: { capital, every: '3 slots', lookback: '12 slots', enter: '50 bps' },
  noise: { capital, mean_gap: '6 slots' },
  oracle_spike: {
    budget: '500_000 USDC',
    leverage: '5 x',
    distortion: '6 %',
    start: '30 slots',
    length: '10 slots',
  },
  quote_stuffer: { budget: '1_000 USDC', accounts: 5, pool: 'holds', start: '10 slots', length: '60 slots' },
  replay: { file: 'actions.csv' },
  reservation_griefer: { budget: '1_000 USDC', size: '2_000 USDC', start: '10 slots', ttl: '5 slots' },
  reset_staller: { ...attack, side: 'long', accounts: 4, every: '5 slots' },
  retail_levered: {
    capital,
    leverage: { uniform: ['2 x', '9 x'] },
    entry: { uniform: ['0 slots', '60 slots'] },
    stop_loss: '3 %',
    take_profit: '4 %',
    panic: '60 %',
    top_up: { when: '30 %', amount: '40 %' },
    reentry_share: '50 %',
    reentry_after: '5 slots',
    leave_share: '60 %',
    patience: { min_h: '90 %', at_most: '20 slots' },
  },
  sandwich: { budget: '100_000 USDC', front: 'wait', min_victim: '100 USDC' },
  self_liquidator: { ...attack, pull_every: '4 slots', exit_move: '4 %' },
  toxic_taker: { budget: '100_000 USDC', edge: '1 bps', exit: 'rest' },
  value: { capital, estimate: { uniform: ['85 USDC', '110 USDC'] }, edge: '2 %', retry: '3 slots' },
  warmup_farmer: {
    ...attack,
    side: 'short',
    accounts: 3,
    every: '4 slots',
    plan: 'in_turn',
    hold: '80 slots',
  },
  warmup_staller: { start: '20 slots', length: '60 slots' },
  wash_winner: { ...attack, distortion: '-5 %', start: '50 slots', length: '8 slots' },
  whale: {
    capital: '400_000 USDC',
    leverage: '4 x',
    side: 'long',
    open_over: '40 slots',
    open_slices: 8,
    exit_below: '90 USDC',
    exit_over: '30 slots',
    exit_slices: 6,
    leave: true,
  },
  withdrawer: { capital, position: { side: 'long', leverage: '2 x' }, h_below: '95 %', reaction: '3 slots' },
};

/** What some of them do on a book only. */
const ON_BOOK = {
  liquidator: { stage_1: true, deposit: '1_000 USDC' },
  noise: {
    capital,
    mean_gap: '3 slots',
    limit_share: '60 %',
    limit_distance: '-10 bps',
    limit_life: '9 slots',
    excitement: '60 %',
  },
  value: { capital, estimate: { uniform: ['85 USDC', '110 USDC'] }, edge: '2 %', rest: true },
};
/** The price whose slab has a book. */
const BOOK = 'gbm';

const from = '100 USDC';
const walk = { from, volatility: '900 %', min: '50 USDC', max: '200 USDC' };

/** A price of each kind that moves within the length of the zoo. */
export const PRICES: Readonly<Record<string, object>> = {
  constant: { price: from },
  crash_bounce: { from, fall: '25 %', start: '20 slots', over: '50 slots', bounce: '15 %', noise: '30 bps' },
  csv: { file: 'prices.csv', time: 'at', time_unit: 's', price: 'close', step: '20 s', resample: 'linear' },
  gbm: walk,
  hawkes_jumps: { ...walk, jump_every: '9 slots', jump_sd: '1 %', branching: 0.5, half_life: '5 slots' },
  jump_diffusion: { ...walk, jump_every: '15 slots', jump_mean: '-1 %', jump_sd: '2 %' },
  ramp: { from, to: '80 USDC', start: '10 slots', over: '100 slots' },
  spike: { base: from, by: '-12 %', start: '40 slots', for: '15 slots' },
  squeeze: { from, rise: '40 %', start: '20 slots', over: '60 slots', noise: '20 bps' },
  staircase: { from, step: '-5 %', steps: 4, every: '20 slots' },
  v_shape: { from, fall: '18 %', start: '20 slots', over: '40 slots', noise: '10 bps' },
};

export const AGENT_KINDS = Object.keys(AGENT_MODULES).sort();

const listPriceKinds = () => {
  const { anyOf, oneOf } = z.toJSONSchema(priceSpec, { io: 'input', unrepresentable: 'any' });
  return (anyOf ?? oneOf ?? []).map((option) => {
    const { kind } = (option as z.core.JSONSchema.ObjectSchema).properties!;
    return String((kind as z.core.JSONSchema.BaseSchema).const);
  });
};
export const PRICE_KINDS = listPriceKinds().sort();

const makeFiles = (underlying: string) => ({
  'actions.csv': [
    'time,account,action,value',
    '0 slots,ann,deposit,50_000 USDC',
    `2 slots,ann,trade,900 ${underlying}`,
    '3 slots,bob,deposit,20_000 USDC',
    '50 slots,ann,close,50 %',
    '90 slots,bob,withdraw,max',
    '120 slots,ann,withdraw,max',
  ].join('\n'),
  'prices.csv': `at,close\n${[100, 97, 103, 88, 95].map((price, at) => `${20 * at},${price}`).join('\n')}\n`,
});

/** A symbol has letters and digits only. */
const symbolOf = (kind: string) => kind.replaceAll('_', '').toUpperCase();

const lp = {
  kind: 'passive_lp',
  capital: '5_000_000 USDC',
  spread: '4 bps',
  max_trade: '10_000_000 USDC',
  max_position: '100_000_000 USDC',
};
const book = {
  kind: 'book',
  tick: '0.01 USDC',
  lot: `0.001 ${symbolOf(BOOK)}`,
  batch: '4 slots',
  guards: { kill_band: '2 %', freeze: '1 slots', reduce_band: '8 %' },
};

const slab = (kind: string) => ({
  id: kind.replaceAll('_', '-'),
  underlying: symbolOf(kind),
  insurance: '50_000 USDC',
  ...(kind === BOOK ? {} : { funding_rate: '1 bps' }),
  risk: {
    warmup: '20 slots',
    trading_fee: '5 bps',
    maintenance_margin: '5 %',
    initial_margin: '10 %',
    liquidation_fee: '50 bps',
    max_price: '10_000 USDC',
  },
  matcher: kind === BOOK ? book : lp,
});

/** The slabs of a kind of agent; a recording is in the base of one slab. */
function listSlabs(kind: string, prices: readonly string[]): 'all' | string[] {
  const module = AGENT_MODULES[kind]!;
  if (module.needsBook?.(module.params.parse(AGENTS[kind])) === true) return [slab(BOOK).id];
  return kind === 'replay' ? [slab(prices.find((price) => price !== BOOK)!).id] : 'all';
}

/** A slab of each kind of price, one of them with a book; agents of every kind where they can be. `impact` has what is traded move all prices. */
export function loadZoo(slots: number, impact: boolean, prices: readonly string[] = PRICE_KINDS): Scenario {
  const isAttacker = (kind: string) => AGENT_MODULES[kind]!.role === 'attacker';
  const law = {
    kind: 'sqrt',
    coefficient: '2 %',
    volume: '5_000_000 USDC',
    half_life: '20 slots',
    max: '30 %',
  };
  const scenario = {
    schema: 'percolator-lab/1',
    title: 'A zoo',
    question: 'Does everything go on?',
    time: { length: `${slots} slots` },
    underlyings: Object.fromEntries(
      prices.map((kind) => [
        symbolOf(kind),
        { price: { kind, ...PRICES[kind] }, ...(impact ? { impact: { ...law, forced_only: false } } : {}) },
      ]),
    ),
    slabs: prices.map(slab),
    population: [
      ...AGENT_KINDS.filter((kind) => !isAttacker(kind)).map((kind) => ({
        group: `${kind}s`,
        kind,
        slabs: listSlabs(kind, prices),
        count: AGENT_MODULES[kind]!.role === 'trader' && kind !== 'replay' ? 4 : 1,
        latency: kind === 'momentum' || kind === 'market_maker' ? '2 slots' : '0 slots',
        ...(kind === 'hedged_lp' ? { designated_lp: true } : {}),
        params: AGENTS[kind],
      })),
      ...Object.entries(ON_BOOK).map(([kind, params]) => ({
        group: `${kind}s_on_book`,
        kind,
        slabs: [slab(BOOK).id],
        count: kind === 'noise' ? 9 : 1,
        params,
      })),
    ],
    attacks: AGENT_KINDS.filter(isAttacker).map((kind) => ({
      name: `an_${kind}`,
      kind,
      slabs: listSlabs(kind, prices),
      params: AGENTS[kind],
    })),
    events: [{ kind: 'halt_keepers', at: '30 slots', groups: ['liquidators'], for: '10 slots' }],
    measure: { sample_every: '5 slots', cranked_every: '25 slots' },
  };
  // JSON is YAML.
  return loadValid({
    'zoo.yaml': JSON.stringify(scenario),
    ...makeFiles(symbolOf(prices.find((price) => price !== BOOK)!)),
  });
}
