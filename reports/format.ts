/** Numbers as a reader sees them. Spacing follows SI: a thin no-break space between thousands. */

const THIN = '\u202f';
/** Between a number and its unit. */
export const NBSP = '\u00a0';
/** Minus sign, as wide as a digit. */
const MINUS = '\u2212';
/** Quote atoms in one quote token (design 01 §1). */
export const ATOMS_PER_QUOTE = 1_000_000;
export const QUOTE = 'USDC';

/** 1234567.5 with 2 decimals → "1 234 567.50". */
export function formatNumber(value: number, decimals = 0): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, THIN) : whole;
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  const isZero = /^[0.]*$/.test(text);
  return value < 0 && !isZero ? `${MINUS}${text}` : text;
}

const SCALES = [
  [1e9, 'bn'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** Three significant digits and a magnitude: 45028665.7 → "45.0 M", 999.6 → "1.00 k", 0.5 → "0.50". */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  const [scale, suffix] = SCALES.find(([step]) => size >= step * 0.9995) ?? [1, ''];
  const scaled = value / scale;
  const decimals = scale === 1 && Number.isInteger(value) ? 0 : decimalsOf(Math.abs(scaled));
  return suffix === '' ? formatNumber(scaled, decimals) : `${formatNumber(scaled, decimals)}${NBSP}${suffix}`;
}

const countDecimals = (value: number) => String(value).split('.')[1]?.length ?? 0;

/**
 * Published figures with the digits they were published with, and measured ones beside them in the same magnitude;
 * above a million four digits of the smallest. [1168716816] and [1789607764] → "1.169 bn", "1.790 bn"; [163.84] and
 * [165.72004] → "163.84", "165.72".
 */
export function formatAlike(published: readonly number[], measured: readonly number[]): string[] {
  const values = [...published, ...measured];
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const smallest = sizes.length === 0 ? 0 : Math.min(...sizes);
  const [scale, suffix] = SCALES.find(([step]) => step >= 1e6 && smallest >= step) ?? [1, ''];
  const fourDigits = Math.max(0, 4 - String(Math.floor(smallest / scale)).length);
  const given = Math.min(4, Math.max(...published.map(countDecimals)));
  const decimals = scale > 1 || (given === 0 && !measured.every(Number.isInteger)) ? fourDigits : given;
  return values.map((value) => `${formatNumber(value / scale, decimals)}${suffix && `${NBSP}${suffix}`}`);
}

const decimalsOf = (size: number) => (size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);

/** Quote atoms → "45.0 M USDC"; amounts below a cent are shown in atoms so that nothing rounds to zero. */
export function formatMoney(atoms: number): string {
  const size = Math.abs(atoms);
  if (size > 0 && size < ATOMS_PER_QUOTE / 100) return `${formatNumber(atoms)}${NBSP}atoms`;
  return `${formatShort(atoms / ATOMS_PER_QUOTE)}${NBSP}${QUOTE}`;
}

/** Quote atoms, every digit: "45 028 665.724551". */
export function formatAtoms(atoms: number): string {
  const exact = BigInt(Math.round(atoms));
  const size = exact < 0n ? -exact : exact;
  const whole = String(size / 1_000_000n).replace(/\B(?=(\d{3})+$)/g, THIN);
  return `${exact < 0n ? MINUS : ''}${whole}.${String(size % 1_000_000n).padStart(6, '0')}`;
}

/** 0.4512 → "45.1 %"; never "100.0 %" or "0.0 %" for a share that is not exactly that. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (share > 0 && percent < 0.05) return `<${NBSP}0.1${NBSP}%`;
  if (share < 1 && percent > 99.95) return `>${NBSP}99.9${NBSP}%`;
  return `${formatNumber(percent, share === 0 || share === 1 ? 0 : 1)}${NBSP}%`;
}

/** h and other ratios: four decimals, six near 0 and 1, and never rounded to a 0 or 1 that they are not. */
export function formatRatio(value: number): string {
  if (value === 1 || value === 0) return String(value);
  if (value > 0.99995 && value < 1) return formatNumber(Math.floor(value * 1e6) / 1e6, 6);
  if (value > 0 && value < 0.00005) return formatNumber(Math.ceil(value * 1e6) / 1e6, 6);
  return formatNumber(value, 4);
}

/** Slots → "4 min 12 s", "3.2 s", "2 h 5 min". */
export function formatDuration(slots: number, slotMs: number): string {
  const seconds = (slots * slotMs) / 1000;
  if (seconds < 60) return `${formatNumber(seconds, Number.isInteger(seconds) ? 0 : 1)}${NBSP}s`;
  const [large, small, size] = seconds < 3600 ? ['min', 's', 60] : ['h', 'min', 3600];
  const whole = Math.floor(seconds / size);
  const rest = Math.floor(((seconds % size) * 60) / size);
  return rest === 0 ? `${whole}${NBSP}${large}` : `${whole}${NBSP}${large}${NBSP}${rest}${NBSP}${small}`;
}

/** "1 account", "2 accounts", "no accounts". */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count === 0 ? 'no' : formatNumber(count)} ${count === 1 ? noun : plural}`;
}
