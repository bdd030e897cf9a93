import type { Scenario } from '../../../sim/scenario/schema.ts';
import { loadValid } from '../scenario/support.ts';

/**
 * Three slabs of one falling market whose price answers what is traded: two with an order book, one with all guards and
 * one with none, and one with a passive LP. Makers with latency, traders of the usual kinds, keepers.
 */
export function loadBookScenario(slots = 120): Scenario {
  const slab = (id: string, matcher: string) => `
  - id: ${id}
    underlying: ETH
    insurance: 100_000 USDC
    risk:
      warmup: 40 slots
      trading_fee: 5 bps
      maker_fee: -1 bps
      maintenance_margin: 5 %
      initial_margin: 10 %
      liquidation_fee: 50 bps
      keeper_reward: 20 %
      max_price: 20_000 USDC
    matcher: ${matcher}`;
  const guards =
    '{pending: true, kill_band: 3 %, freeze: 1 slots, jit_penalty: true, round_trip_tax: true, reduce_band: 8 %}';
  const off = '{pending: false, jit_penalty: false, round_trip_tax: false}';
  const book = (rest: string) => `{kind: book, tick: 0.1 USDC, lot: 0.001 ETH, ${rest}}`;
  return loadValid({
    'books.yaml': `
schema: percolator-lab/1
title: Books
question: Is a book the same book on every thread?
time: {length: ${slots} slots}
underlyings:
  ETH:
    price: {kind: crash_bounce, from: 4_000 USDC, fall: 12 %, start: 40 slots, over: 60 slots, noise: 20 bps}
    impact: {kind: sqrt, coefficient: 1 %, volume: 20_000_000 USDC, half_life: 50 slots, forced_only: false}
slabs:${slab('guarded', book(`batch: 3 slots, guards: ${guards}, funding: {share: 100 %, horizon: 1 h}`))}${slab('open', book(`guards: ${off}`))}${slab('quoted', '{kind: passive_lp, capital: 2_000_000 USDC, spread: 4 bps, max_trade: 500_000 USDC, max_position: 5_000_000 USDC}')}
population:
  - group: desks
    kind: market_maker
    slabs: [guarded, open]
    count: 2
    latency: 2 slots
    designated_lp: true
    params: {capital: 500_000 USDC, size: 10_000 USDC}
  - group: outsiders
    kind: market_maker
    slabs: [guarded, open]
    count: 2
    params: {capital: 100_000 USDC, size: 4_000 USDC}
  - group: noise
    kind: noise
    count: 20
    params: {capital: 50_000 USDC, mean_gap: 15 slots, size: {uniform: [100 USDC, 5_000 USDC]}}
  - group: longs
    kind: retail_levered
    count: 40
    params: {capital: 2_000 USDC, leverage: {uniform: [5 x, 9 x]}, long_share: 90 %, entry: {uniform: [0 slots, 40 slots]}}
  - group: trend
    kind: momentum
    count: 5
    latency: 1 slots
    params: {capital: 20_000 USDC, every: 3 slots, lookback: 12 slots, enter: 50 bps}
  - group: keepers
    kind: liquidator
    slabs: [guarded]
    params: {deposit: 1_000 USDC, stage_1: true}
  - group: others
    kind: liquidator
    slabs: [open, quoted]
  - group: crankers
    kind: cranker
`,
  });
}
