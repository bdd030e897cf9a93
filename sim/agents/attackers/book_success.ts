import type { SlabTables } from '../../record/slab_summary.ts';
import { percent } from '../../scenario/units.ts';
import type { AttackFacts, SuccessCriterion } from '../success.ts';

const FULL_POOLS = ['OrdersFull', 'HoldsFull', 'SlicesFull', 'AggressorsFull'];

/** For attackers of a book that only want to do harm. */
export const successAbove = percent()
  .prefault('10 %')
  .describe('It counts as success if the share that it measures is above this.');

const add = <T>(rows: readonly T[], read: (row: T) => number) =>
  rows.reduce((sum, row) => sum + read(row), 0);

/** Of the orders and reservations of others, the share that a full pool refused; null if they wanted none. */
function calculateRefusedShare({ bookOrders, rejections }: SlabTables, attack: string): number | null {
  const others = bookOrders.filter(({ group }) => group !== attack);
  const done = add(others, ({ holds, placed, taking }) => holds + placed + taking);
  const refused = add(
    rejections.filter(({ error, group }) => group !== attack && FULL_POOLS.includes(error)),
    ({ count }) => count,
  );
  return done + refused === 0 ? null : refused / (done + refused);
}

/** Others are refused because a pool of the slab is full. */
export const REFUSED_OTHERS: SuccessCriterion<{ success_above: number }> = {
  figure:
    'share of the orders and reservations of others that a full pool refused, more than without the attack',
  unit: 'ratio',
  needed: ({ success_above: above }) => above / 10_000,
  measure({ attacked, calm, own }: AttackFacts) {
    const share = calculateRefusedShare(attacked, own.attack);
    return share === null ? null : share - (calculateRefusedShare(calm, own.attack) ?? 0);
  },
};

/** Depth of both sides added over the samples, q-units. */
const sumDepth = ({ bookSeries }: SlabTables) =>
  add(bookSeries, ({ askDepthQ, bidDepthQ }) => askDepthQ + bidDepthQ);

/** Others find less on the book. */
export const LOCKED_DEPTH: SuccessCriterion<{ success_above: number }> = {
  figure:
    'share of the depth near the mid, averaged over the run, that takers did not have because of the attack',
  unit: 'ratio',
  needed: ({ success_above: above }) => above / 10_000,
  measure({ attacked, calm }: AttackFacts) {
    const there = sumDepth(calm);
    return there === 0 ? null : 1 - sumDepth(attacked) / there;
  },
};
