import { readDataTable, throwProblems } from '../scenario/data_table.ts';
import { price, QUOTE, unitContext } from '../scenario/units.ts';

export interface PricePoint {
  /** Milliseconds since the first row. */
  ms: number;
  /** Quote atoms per base. */
  price: number;
}

export interface PriceTableSpec {
  file: string;
  time: string;
  time_unit: 'iso' | 's' | 'ms';
  price: string;
  /** Distance between rows in milliseconds. */
  step: number;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?(?:Z|\+00:00)$/;

/** Days from 1970-01-01 in the Gregorian calendar, for years from 1 on; months are counted from March. */
function countDays(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return 365 * shifted + leapDays + dayOfYear - 719_468;
}

/** Milliseconds since 1970 of a time in a table, or undefined if it is not written as `unit` says. */
export function readTime(text: string, unit: PriceTableSpec['time_unit']): number | undefined {
  if (unit !== 'iso') {
    const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    const ms = unit === 's' ? Math.round(value * 1_000) : value;
    return Number.isSafeInteger(ms) ? ms : undefined;
  }
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const nextMonth = countDays(year + Math.floor(month / 12), (month % 12) + 1, 1);
  const lastDay = nextMonth - countDays(year, month, 1);
  const real =
    month >= 1 && month <= 12 && day >= 1 && day <= lastDay && hour < 24 && minute < 60 && second < 60;
  if (!real) return undefined;
  const ms = Number((parts[7] ?? '').padEnd(3, '0'));
  return (((countDays(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + ms;
}

/** What is wrong with the distance between two rows; undefined if it is `step`. */
function judgeDistance(distance: number, step: number): string | undefined {
  if (distance === step) return undefined;
  if (distance === 0) return 'has the same time as the row before it (duplicate)';
  if (distance < 0) return 'is earlier than the row before it (out of order)';
  return distance > step
    ? `comes ${distance} ms after the row before it: a gap, rows are ${step} ms apart`
    : `comes ${distance} ms after the row before it; rows are ${step} ms apart`;
}

/** Reads a recorded price. Throws an Error with a sentence that names file and lines if the table does not fit. */
export function readPriceTable(spec: PriceTableSpec): PricePoint[] {
  const { file, time_unit: unit, step } = spec;
  const rows = readDataTable(file, unitContext().readData(file), [spec.time, spec.price]);
  const problems: string[] = [];
  const points: PricePoint[] = [];
  const priceType = price();
  let first: number | undefined;
  let previous: number | undefined;
  for (const { line, cells } of rows) {
    const [timeText = '', priceText = ''] = cells;
    const ms = readTime(timeText, unit);
    const value = priceType.safeParse(`${priceText} ${QUOTE}`);
    if (ms === undefined) problems.push(`${file}:${line}: time ${timeText} is not in ${unit}`);
    if (!value.success) {
      problems.push(`${file}:${line}: price ${priceText} ${value.error.issues[0]?.message ?? ''}`);
    }
    if (ms === undefined) continue;
    const complaint = previous === undefined ? undefined : judgeDistance(ms - previous, step);
    if (complaint !== undefined) problems.push(`${file}:${line}: time ${timeText} ${complaint}`);
    first ??= ms;
    previous = ms;
    if (value.success) points.push({ ms: ms - first, price: value.data });
  }
  throwProblems(problems);
  return points;
}
