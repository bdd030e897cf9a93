import { z } from 'zod';
import { MAX_ORACLE_PRICE, MAX_POSITION_ABS_Q, POS_SCALE } from '../../engine/risk/constants.ts';

/**
 * Quantities with units as scenario files write them, each a zod type from text to the integer the lab works
 * with. Numbers may be grouped with `_`. Give defaults with `.prefault('10 min')` (the text), so that the
 * generated JSON Schema shows them, and a sentence with `.describe('…')`. Arguments are the smallest and largest
 * value allowed, inclusive, in the unit's own output (atoms, q-units, slots, bps).
 */

/** The quote token. One atom is 1e-6 of it. */
export const QUOTE = 'USDC';
export const ATOMS = 1_000_000;
const DEFAULT_SLOT_MS = 400;

/** What the reading of a unit depends on besides its text. */
export interface UnitContext {
  slotMs: number;
  /** Base symbols a size may be in; empty when any symbol will do. */
  bases: readonly string[];
  /** Text of a data file named in the scenario; throws an Error with a sentence if it cannot be read. */
  readData(file: string): string;
}

let current: UnitContext = {
  slotMs: DEFAULT_SLOT_MS,
  bases: [],
  readData: (file) => {
    throw new Error(`data file ${file} cannot be read outside a scenario file`);
  },
};

/**
 * Runs `parse` with units read in `context`. Zod offers no room for such a context in its own call, and a
 * parse is synchronous, so one variable does; it is restored whatever happens.
 */
export function withUnits<T>(context: Partial<UnitContext>, parse: () => T): T {
  const outer = current;
  current = { ...outer, ...context };
  try {
    return parse();
  } finally {
    current = outer;
  }
}

/** The context of the parse that is running (the defaults outside one: slots of 400 ms, any base). */
export function unitContext(): UnitContext {
  return current;
}

interface UnitInfo {
  min: number;
  max: number;
  integer: boolean;
}

/** Bounds of every unit type made here, so that a distribution can keep its draws inside them. */
const UNITS = z.registry<UnitInfo>();

/** Bounds of a unit type. Throws RangeError for a type that does not come from this module. */
export function unitInfo(unit: z.ZodType): UnitInfo {
  const info = UNITS.get(unit);
  if (info === undefined) throw new RangeError('not a unit type of sim/scenario/units.ts');
  return info;
}

export type Unit = z.ZodType<number, string>;

const NUMBER = String.raw`[+-]?\d[\d_]*(?:\.\d+)?`;

/** `text` × factor / divisor as an integer; undefined if it is not whole. The text matches NUMBER. */
function exactProduct(text: string, factor: number, divisor = 1): bigint | undefined {
  const [whole = '', fraction = ''] = text.replaceAll('_', '').split('.');
  const numerator = BigInt(whole.replace('+', '') + fraction) * BigInt(factor);
  const denominator = BigInt(divisor) * 10n ** BigInt(fraction.length);
  return numerator % denominator === 0n ? numerator / denominator : undefined;
}

interface UnitDefinition {
  /** `a price` – what the person should have written. */
  name: string;
  /** Alternatives for the unit behind the number, as a regular expression. */
  suffix: string;
  example: string;
  integer?: boolean;
  /** Reads a matching text; a string is the reason why it cannot be read. */
  read(number: string, suffix: string): number | string;
  /** Writes a bound in the unit, for messages. */
  write(value: number): string;
}

function createUnit(definition: UnitDefinition, min: number, max: number): Unit {
  const { name, suffix, example, read, write } = definition;
  const pattern = new RegExp(`^(${NUMBER}) ?(${suffix})$`);
  const needs = `needs ${name} such as \`${example}\``;
  const unit = z
    .string({
      error: (issue) => (typeof issue.input === 'number' ? `has no unit; ${needs}` : needs),
    })
    .regex(pattern, { error: needs })
    .transform((text, context) => {
      const [, number = '', unitText = ''] = pattern.exec(text) ?? [];
      const value = read(number, unitText);
      const refuse = (message: string) => {
        context.addIssue({ code: 'custom', message, input: text });
        return z.NEVER;
      };
      if (typeof value === 'string') return refuse(value);
      if (value < min) return refuse(`must be at least ${write(min)}`);
      if (value > max) return refuse(`must be at most ${write(max)}`);
      return value;
    });
  UNITS.add(unit, { min, max, integer: definition.integer ?? true });
  return unit;
}

const MAX = Number.MAX_SAFE_INTEGER;

/** An exact product as a number, or why it is none. */
function toInteger(value: bigint | undefined, finest: string): number | string {
  if (value === undefined) return `is finer than ${finest}`;
  if (value > BigInt(MAX) || value < -BigInt(MAX))
    return 'is beyond what the lab can count exactly (2^53 − 1)';
  return Number(value);
}

/** A value over its scale as scenario files group digits: `1_000_000.5`. */
export function writeDecimal(value: number, scale: number): string {
  const [whole = '', fraction] = String(value / scale).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, '_');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Money in quote atoms: `money()` reads `25_000_000 USDC` as 25 000 000 000 000. Default from 0 on. */
export function money(min = 0, max = MAX): Unit {
  const definition: UnitDefinition = {
    name: 'an amount of money',
    suffix: QUOTE,
    example: `25_000_000 ${QUOTE}`,
    read: (number) => toInteger(exactProduct(number, ATOMS), `one atom (0.000001 ${QUOTE})`),
    write: (value) => `${writeDecimal(value, ATOMS)} ${QUOTE}`,
  };
  return createUnit(definition, min, max);
}

/** Price in quote atoms per base: `price()` reads `112_000 USDC` as 112 000 000 000. Above 0, at most 1e12. */
export function price(min = 1, max = MAX_ORACLE_PRICE): Unit {
  const definition: UnitDefinition = {
    name: 'a price in quote per base',
    suffix: QUOTE,
    example: `112_000 ${QUOTE}`,
    read: (number) => toInteger(exactProduct(number, ATOMS), `one atom (0.000001 ${QUOTE})`),
    write: (value) => `${writeDecimal(value, ATOMS)} ${QUOTE}`,
  };
  return createUnit(definition, min, max);
}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds: reads `400 ms`. Only for the length of a slot; everything else is a `duration`. */
export function milliseconds(min = 1, max = 86_400_000): Unit {
  const definition: UnitDefinition = {
    name: 'a time',
    suffix: 'ms|s|min|h|d',
    example: '400 ms',
    read: (number, unit) => toInteger(exactProduct(number, MS[unit] ?? 1), '1 ms'),
    write: (value) => `${writeDecimal(value, 1)} ms`,
  };
  return createUnit(definition, min, max);
}

/**
 * A length of time in slots: `duration()` reads `10 min` as 1 500 (slots of 400 ms) and `600 slots` as 600.
 * Times are rounded to the nearest slot (half up); a time above zero that would round to nothing is refused.
 * Default from 0 on.
 */
export function duration(min = 0, max = MAX): Unit {
  const definition: UnitDefinition = {
    name: 'a duration',
    suffix: 'ms|s|min|h|d|slots?',
    example: '10 min` or `600 slots',
    read: (number, unit) => {
      if (unit.startsWith('slot')) return toInteger(exactProduct(number, 1), 'one slot');
      const ms = toInteger(exactProduct(number, MS[unit] ?? 1), '1 ms');
      if (typeof ms === 'string') return ms;
      const slots = Math.floor(ms / current.slotMs + 0.5);
      return slots === 0 && ms !== 0 ? `is less than half a slot of ${current.slotMs} ms` : slots;
    },
    write: (value) => `${writeDecimal(value, 1)} slots`,
  };
  return createUnit(definition, min, max);
}

/** A share in whole basis points: `percent()` reads `5 %` as 500 and `250 bps` as 250. Default from 0 to 100 %. */
export function percent(min = 0, max = 10_000): Unit {
  const definition: UnitDefinition = {
    name: 'a share',
    suffix: '%|bps',
    example: '5 %` or `250 bps',
    read: (number, unit) => toInteger(exactProduct(number, unit === '%' ? 100 : 1), '1 bps (0.01 %)'),
    write: (value) => `${writeDecimal(value, 100)} %`,
  };
  return createUnit(definition, min, max);
}

/** Why `symbol` cannot be the base of a size here; undefined if it can. */
function refuseBase(symbol: string): string | undefined {
  const { bases } = current;
  if (symbol === QUOTE) return `is in ${QUOTE}; a size is in base units such as \`2.5 ${bases[0] ?? 'BTC'}\``;
  if (bases.length > 1) {
    return `is in ${symbol}, but the slabs here trade ${bases.join(' and ')}; use one group per underlying`;
  }
  return bases.length === 0 || bases[0] === symbol
    ? undefined
    : `is in ${symbol}, but the slab trades ${bases[0]}`;
}

const readSize = (number: string, symbol: string) =>
  refuseBase(symbol) ?? toInteger(exactProduct(number, POS_SCALE), `one q-unit (0.000001 ${symbol})`);

const SYMBOL = '[A-Za-z][A-Za-z0-9]*';

/** A size in q-units: `size()` reads `2.5 BTC` as 2 500 000; the symbol must be the slab's underlying. From 0 on. */
export function size(min = 0, max = MAX_POSITION_ABS_Q): Unit {
  const definition: UnitDefinition = {
    name: 'a size in base units',
    suffix: SYMBOL,
    example: '2.5 BTC',
    read: readSize,
    write: (value) => `${writeDecimal(value, POS_SCALE)} of the base`,
  };
  return createUnit(definition, min, max);
}

/** A size given in base units (q-units) or as what it is worth (quote atoms). */
export type Exposure = { sizeQ: number } | { valueAtoms: number };

/** `exposure()` reads `500 BTC` as {sizeQ: 500 000 000} and `25_000_000 USDC` as {valueAtoms: 25e12}. Above 0. */
export function exposure(): z.ZodType<Exposure, string> {
  const inMoney = money(1);
  const inBase = size(1);
  const needs = `needs an exposure such as \`500 BTC\` or \`25_000_000 ${QUOTE}\``;
  return z
    .string({ error: needs })
    .regex(new RegExp(`^${NUMBER} ?${SYMBOL}$`), { error: needs })
    .transform((text, context) => {
      const worth = text.endsWith(QUOTE);
      const parsed = (worth ? inMoney : inBase).safeParse(text);
      if (parsed.success) return worth ? { valueAtoms: parsed.data } : { sizeQ: parsed.data };
      for (const { message } of parsed.error.issues)
        context.addIssue({ code: 'custom', message, input: text });
      return z.NEVER;
    });
}

/** A multiple: `leverage()` reads `10 x` or `2.5x` as 10 and 2.5 (not rounded). Above 0, at most 1 000. */
export function leverage(min = 0.001, max = 1_000): Unit {
  const definition: UnitDefinition = {
    name: 'a multiple',
    suffix: 'x',
    example: '10 x',
    integer: false,
    read: (number) => Number(number.replaceAll('_', '')),
    write: (value) => `${value} x`,
  };
  return createUnit(definition, min, max);
}

/** A plain whole number: `count()` reads 40. Default from 0 on. */
export function count(min = 0, max = MAX): z.ZodType<number, number> {
  const needs = `needs a whole number from ${min}${max === MAX ? '' : ` to ${max}`}`;
  const type = z.int({ error: needs }).min(min, { error: needs }).max(max, { error: needs });
  UNITS.add(type, { min, max, integer: true });
  return type;
}

/** A plain number without a unit: `ratio(0, 1)` reads 0.25. */
export function ratio(min = 0, max = MAX): z.ZodType<number, number> {
  const needs = `needs a number from ${min}${max === MAX ? '' : ` to ${max}`}`;
  const type = z.number({ error: needs }).min(min, { error: needs }).max(max, { error: needs });
  UNITS.add(type, { min, max, integer: false });
  return type;
}
