import type { AttackRow, RunRecord } from '../../sim/record/types.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatRatio } from '../format.ts';
import { groupBy, type MetricValue, maximum } from './definition.ts';
import type { FitRow } from './fit.ts';
import type { Identity } from './identities.ts';
import { breakevenWarmup } from './manipulation.ts';
import { EXPOSURE_TARGET } from './thresholds.ts';

/** What the words of a report are made from. */
export interface VerdictInput {
  record: RunRecord;
  metrics: Readonly<Record<string, MetricValue>>;
  identities: readonly Identity[];
  fit: readonly FitRow[];
}

export const value = (input: VerdictInput, name: string): number => input.metrics[name] ?? 0;
export const sides = (input: VerdictInput) => input.record.slabs.length * 2;
const duration = (input: VerdictInput, slots: number) => formatDuration(slots, input.record.slotMs);

/** Who carried the deficits: "insurance paid 60.0 %, nobody paid 40.0 % (uninsured)". */
function describeBearers(input: VerdictInput): string {
  const deficits = value(input, 'totals.deficits');
  const share = (name: string) => formatPercent(value(input, name) / deficits);
  const clauses = [
    ['totals.insurance_spent', 'insurance paid', ''],
    ['totals.socialized', 'the other side carried', ' through K'],
    ['totals.uninsured', 'nobody paid', ' (uninsured)'],
  ] as const;
  return clauses
    .filter(([name]) => value(input, name) > 0)
    .map(([name, before, after]) => `${before} ${share(name)}${after}`)
    .join(', ');
}

/** What liquidations left behind. */
export function describeLosses(input: VerdictInput): string {
  const liquidations = value(input, 'liquidations.count');
  if (value(input, 'totals.deficits') === 0) {
    return liquidations === 0
      ? 'no position was liquidated'
      : `${formatCount(liquidations, 'liquidation')} left no deficit`;
  }
  const deficits = value(input, 'totals.deficits');
  const flat = deficits - value(input, 'liquidations.deficit');
  const bankrupt = formatCount(value(input, 'liquidations.bankrupt'), 'bankruptcy', 'bankruptcies');
  const ofFlat = flat > 0 ? `, ${formatMoney(flat)} of it by accounts already flat` : '';
  return `${bankrupt} among ${formatCount(liquidations, 'liquidation')} left ${formatMoney(deficits)} of deficits${ofFlat} (${describeBearers(input)})`;
}

const HOLDERS = ['longs', 'shorts'] as const;
/** Share of open interest that liquidations of the other side took, by metrics of haircut.ts. */
const removedShare = (input: VerdictInput, holders: (typeof HOLDERS)[number], bankrupt: '' | '_bankrupt') =>
  value(input, `haircut.exposure_removed${bankrupt}_share_${holders.slice(0, -1)}`);

/** Whether liquidations took enough of either side off its holders to be named. */
export const isExposureMaterial = (input: VerdictInput): boolean =>
  HOLDERS.some((holders) => removedShare(input, holders, '') > EXPOSURE_TARGET);

/** Whose positions shrank because the other side was liquidated: what deleveraging is elsewhere. */
export function describeExposure(input: VerdictInput): string {
  const clauses = HOLDERS.flatMap((holders) => {
    const share = removedShare(input, holders, '');
    if (share === 0) return [];
    const bankrupt = removedShare(input, holders, '_bankrupt');
    const part = bankrupt === share ? 'all' : formatPercent(bankrupt);
    const ofBankrupt = bankrupt === 0 ? '' : ` (${part} in bankruptcies)`;
    return [`${formatPercent(share)} of the ${holders}’ exposure${ofBankrupt}`];
  });
  return clauses.length === 0
    ? 'liquidations took no exposure off the other side'
    : `liquidations took ${clauses.join(' and ')} off their holders`;
}

/** How well matured profit was backed, and what those who converted got. */
export function describeHaircut(input: VerdictInput): string {
  if ((input.metrics['haircut.h_stored_mean'] ?? null) === null)
    return 'no profit matured, so h was not put to the test';
  const h = value(input, 'haircut.h_stored_min');
  const backed =
    h === 1
      ? 'matured profit was backed in full throughout (h = 1)'
      : `matured profit was backed to h = ${formatRatio(h)} at worst`;
  const payout = input.metrics['haircut.payout_ratio'] ?? null;
  if (payout === null) return `${backed}, but nobody converted any`;
  return payout === 1 && h === 1
    ? backed
    : `${backed} and conversions were paid ${formatPercent(payout)} overall`;
}

/** Whether sides left Normal and came back. */
export function describeRecovery(input: VerdictInput): string {
  const episodes = value(input, 'recovery.episodes');
  if (episodes === 0) return `all ${sides(input)} sides stayed Normal`;
  const unfinished = value(input, 'recovery.sides_not_normal_end');
  const left = `sides left Normal ${formatCount(episodes, 'time')}`;
  if (unfinished > 0) return `${left} and ${unfinished} of ${sides(input)} were not Normal at the end`;
  return `${left} and were all back after at most ${duration(input, value(input, 'recovery.episode_slots_max'))}`;
}

export const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** "409 k USDC at a warmup of 0 s and still 12 k USDC at 10 min" */
function describeEnds(rows: readonly AttackRow[], slotMs: number): string {
  const sorted = rows.toSorted((a, b) => a.warmupPeriodSlots - b.warmupPeriodSlots);
  const [shortest, longest] = [sorted[0]!, sorted.at(-1)!];
  const at = (row: AttackRow) => formatDuration(row.warmupPeriodSlots, slotMs);
  return `${formatMoney(shortest.netExtractedAtoms)} at a warmup of ${at(shortest)} and still ${formatMoney(longest.netExtractedAtoms)} at ${at(longest)}`;
}

/** "spike took up to 409 k USDC, but nothing from a warmup of 10 min on" */
function describeAttack(name: string, rows: readonly AttackRow[], slotMs: number): string {
  const best = maximum(rows, (attack) => attack.netExtractedAtoms) ?? 0;
  if (best <= 0) return `${name} never made a profit`;
  const breakeven = breakevenWarmup(rows);
  const warmups = new Set(rows.map((attack) => attack.warmupPeriodSlots)).size;
  if (warmups === 1) return `${name} took ${formatMoney(best)}`;
  return breakeven === null
    ? `${name} took ${describeEnds(rows, slotMs)}`
    : `${name} took up to ${formatMoney(best)}, but nothing from a warmup of ${formatDuration(breakeven, slotMs)} on`;
}

/** What each attack took, and the warmup that stopped it. */
export function describeAttacks(attacks: readonly AttackRow[], slotMs: number): string {
  const byName = groupBy(attacks, (attack) => attack.attack);
  return [...byName].map(([name, rows]) => describeAttack(name, rows, slotMs)).join('; ');
}
