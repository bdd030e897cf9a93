import { z } from 'zod';
import type { SlabParams } from '../../engine/slab/index.ts';
import { count, duration, percent, price, size } from './units.ts';

/** Entries of the pools; what is absent follows from the number of accounts. */
export interface BookPools {
  orders?: number;
  holds?: number;
  slices?: number;
  trades?: number;
  aggressors?: number;
}

/** A slab with an order book, resolved to integers. */
export interface BookSpec {
  kind: 'book';
  params: SlabParams;
  pools: BookPools;
  /** Trades without a limit of their own go this far from the index. */
  maxSlippageBps: number;
  /** Depth is recorded within this distance of the mid. */
  depthBandBps: number;
}

const POOL_MAX = 65_535;

const guardsType = z
  .strictObject({
    pending: z
      .boolean()
      .default(true)
      .describe('Orders wait for the next batch, except those of designated LPs.'),
    kill_band: percent()
      .prefault('0 %')
      .describe(
        'A take or commit is refused when the mark moved further since the batch or hold began; 0: off.',
      ),
    freeze: duration(0, 4_294_967_296)
      .prefault('0 slots')
      .describe(
        'So long after an opening, the best levels fill only from orders that were live at it; 0: off.',
      ),
    freeze_levels: count(0, POOL_MAX).default(1).describe('How many levels that are.'),
    jit_penalty: z
      .boolean()
      .default(true)
      .describe('An order placed after the opening earns no rebate in its batch.'),
    round_trip_tax: z
      .boolean()
      .default(true)
      .describe('What an account gains by taking both ways in one batch goes to insurance.'),
    reduce_band: percent()
      .prefault('0 %')
      .describe(
        'Below this share of equity to notional anybody may reduce a position through the book; 0: off.',
      ),
    reduce_slip: percent().prefault('1 %').describe('How far from the index such a reduction may trade.'),
  })
  .describe('Rules against toxic flow; each can be switched off.');

const holdsType = z
  .strictObject({
    fee: percent()
      .prefault('1 bps')
      .describe('Bond per notional and slot of its time, lost unless committed.'),
    max: count(0, POOL_MAX).default(8).describe('Most at a time for an account; 0: no reservations.'),
    max_duration: duration(1, POOL_MAX).prefault('50 slots').describe('Longest time of a hold.'),
  })
  .describe('Reservations of liquidity.');

const markType = z
  .strictObject({
    band: percent().prefault('1 %').describe('The mark stays within this distance of the index.'),
    window: duration(1, 4_294_967_296)
      .prefault('1 min')
      .describe('Averaging time of the premium of the book.'),
  })
  .describe('Mark price: the index and the average premium of the mid over it.');

const fundingType = z
  .strictObject({
    share: percent(0, 1_000_000).prefault('0 %').describe('Of the premium, paid over the horizon; 0: none.'),
    horizon: duration(1, 1_000_000_000).prefault('8 h').describe('Time over which that share is paid.'),
    max: percent().prefault('100 %').describe('Largest rate per slot, before `funding_scale` divides it.'),
  })
  .describe('Funding: longs pay while the mark is above the index.');

const pool = (what: string) => count(1, POOL_MAX).optional().describe(`${what} Default: by the accounts.`);

const poolsType = z
  .strictObject({
    orders: pool('Orders on the book.'),
    holds: pool('Reservations.'),
    slices: pool('Parts of orders that reservations lock.'),
    trades: pool('Latest trades kept.'),
    aggressors: pool('Accounts that take in one batch, while the round-trip tax is on.'),
  })
  .describe('Room of the slab; when a pool is full, what needs it is refused.');

/** The matcher `kind: book`, as the file has it. */
export const bookType = z
  .strictObject({
    kind: z.literal('book'),
    tick: price().describe('Prices are multiples of this.'),
    lot: size(1).describe('Sizes are multiples of this.'),
    batch: duration(1, 4_294_967_296).prefault('1 slots').describe('Time between two openings.'),
    max_orders: count(1, POOL_MAX).default(64).describe('Most resting orders of an account.'),
    max_slippage: percent()
      .prefault('5 %')
      .describe('How far from the index agents trade that name no limit price.'),
    depth_within: percent(1).prefault('1 %').describe('Depth is recorded within this distance of the mid.'),
    guards: guardsType.prefault({}),
    holds: holdsType.prefault({}),
    mark: markType.prefault({}),
    funding: fundingType.prefault({}),
    pools: poolsType.prefault({}),
  })
  .transform(
    (raw): BookSpec => ({
      kind: raw.kind,
      params: {
        tickAtoms: raw.tick,
        lotQ: raw.lot,
        batchSlots: raw.batch,
        pendingPromotion: raw.guards.pending,
        freezeSlots: raw.guards.freeze,
        freezeLevels: raw.guards.freeze_levels,
        killBandBps: raw.guards.kill_band,
        reduceBandBps: raw.guards.reduce_band,
        reduceSlipBps: raw.guards.reduce_slip,
        jitPenalty: raw.guards.jit_penalty,
        roundTripGuard: raw.guards.round_trip_tax,
        routerOnly: false,
        holdFeeBps: raw.holds.fee,
        maxHolds: raw.holds.max,
        maxHoldSlots: raw.holds.max_duration,
        maxOrdersPerAccount: raw.max_orders,
        markBandBps: raw.mark.band,
        markWindowSlots: raw.mark.window,
        fundingKBps: raw.funding.share,
        fundingHorizonSlots: raw.funding.horizon,
        fundingCap: raw.funding.max,
      },
      pools: raw.pools as BookPools,
      maxSlippageBps: raw.max_slippage,
      depthBandBps: raw.depth_within,
    }),
  )
  .describe('An order book: agents quote and take, and nobody else does.');

/** The key under `matcher:` that sets each parameter of the book. */
export const BOOK_KEYS: Readonly<Record<keyof SlabParams, readonly string[]>> = {
  tickAtoms: ['tick'],
  lotQ: ['lot'],
  batchSlots: ['batch'],
  pendingPromotion: ['guards', 'pending'],
  freezeSlots: ['guards', 'freeze'],
  freezeLevels: ['guards', 'freeze_levels'],
  killBandBps: ['guards', 'kill_band'],
  reduceBandBps: ['guards', 'reduce_band'],
  reduceSlipBps: ['guards', 'reduce_slip'],
  jitPenalty: ['guards', 'jit_penalty'],
  roundTripGuard: ['guards', 'round_trip_tax'],
  routerOnly: [],
  holdFeeBps: ['holds', 'fee'],
  maxHolds: ['holds', 'max'],
  maxHoldSlots: ['holds', 'max_duration'],
  maxOrdersPerAccount: ['max_orders'],
  markBandBps: ['mark', 'band'],
  markWindowSlots: ['mark', 'window'],
  fundingKBps: ['funding', 'share'],
  fundingHorizonSlots: ['funding', 'horizon'],
  fundingCap: ['funding', 'max'],
};
