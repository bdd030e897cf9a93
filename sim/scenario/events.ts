import { z } from 'zod';
import { duration, exposure, money, percent } from './units.ts';

/**
 * Keepers of a group do nothing in slots `slot` ≤ s < `endSlot`: they are not called, what they queued before is
 * dropped, and wake-ups that fall due meanwhile reach them once in `endSlot`. Windows of a group may overlap; it works
 * only outside all of them. `resume_keepers` has already shortened `endSlot`, and a halt without an end has the length
 * of the run.
 */
export interface HaltKeepersEvent {
  kind: 'halt_keepers';
  slot: number;
  endSlot: number;
  group: string;
}

/**
 * From the beginning of `slot` on, before any agent acts, the LP of a slab quotes with these values; what is absent
 * stays. Then it withdraws `withdrawAtoms`, or as much of that as the rules let out at the time.
 */
export interface SetLpEvent {
  kind: 'set_lp';
  slot: number;
  slab: string;
  spreadBps?: number;
  skewBps?: number;
  maxTradeQ?: number;
  maxPositionQ?: number;
  /** 0: nothing. 'max': all that the rules let out. */
  withdrawAtoms: number | 'max';
}

/**
 * The index of an underlying stands still in slots `slot` ≤ s < `endSlot`, at its value of the slot before (in slot 0:
 * at that slot's own). The fundamental goes on, and impact and attacks go on behind the frozen index.
 */
export interface OracleOutageEvent {
  kind: 'oracle_outage';
  slot: number;
  endSlot: number;
  underlying: string;
}

/** Something that happens at a slot. One of the file that concerns several groups or slabs is one for each of them. */
export type EventSpec = HaltKeepersEvent | SetLpEvent | OracleOutageEvent;

const at = () => duration().describe('When, from the beginning of the run.');

const groups = (what: string) =>
  z
    .union([z.literal('all'), z.array(z.string()).min(1)], { error: 'needs `all` or a list of groups' })
    .prefault('all')
    .describe(`Groups of keepers that ${what}, or \`all\`.`);

const haltKeepers = z
  .strictObject({
    kind: z.literal('halt_keepers'),
    at: at(),
    groups: groups('stop'),
    for: duration(1).optional().describe('How long. Default: until they are resumed, or to the end.'),
  })
  .describe('Keepers stop working.');

const resumeKeepers = z
  .strictObject({ kind: z.literal('resume_keepers'), at: at(), groups: groups('go on') })
  .describe('Keepers that were halted go on.');

const setLp = z
  .strictObject({
    kind: z.literal('set_lp'),
    at: at(),
    slabs: z
      .union([z.literal('all'), z.array(z.string()).min(1)], { error: 'needs `all` or a list of slab ids' })
      .prefault('all')
      .describe('Slabs whose LP changes.'),
    spread: percent().optional().describe('New spread.'),
    skew: percent().optional().describe('New skew.'),
    max_trade: exposure()
      .optional()
      .describe('New largest fill; money is turned into base at the first price.'),
    max_position: exposure()
      .optional()
      .describe('New largest inventory; money is turned into base at the first price.'),
    withdraw: z
      .union([z.literal('max'), money(1)], { error: 'needs an amount of money or `max`' })
      .optional()
      .describe('Capital that the LP takes out, as far as the rules let it.'),
  })
  .describe("A slab's liquidity changes.");

const oracleOutage = z
  .strictObject({
    kind: z.literal('oracle_outage'),
    at: at(),
    underlying: z.string().describe('Symbol whose index stands still.'),
    for: duration(1).describe('How long.'),
  })
  .describe('An index stands still while the market goes on.');

/** One entry of the `events` section. */
export const eventType = z.discriminatedUnion('kind', [haltKeepers, resumeKeepers, setLp, oracleOutage]);
export type RawEvent = z.output<typeof eventType>;
