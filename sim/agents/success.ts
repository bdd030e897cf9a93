import type { AttackOutcome, SlabTables } from '../record/slab_summary.ts';
import type { AttackRow } from '../record/types.ts';

/** What an attack on one slab is judged by, once the run and the same run without attacks are over. */
export interface AttackFacts {
  /** Its flows and costs; its name is the group of its accounts. */
  own: AttackOutcome;
  attacked: SlabTables;
  /** The same slab and seed without any attack of the scenario. */
  calm: SlabTables;
  slots: number;
}

/** What counts as success of an attack: a figure that is measured and has to be larger than `needed`. */
export interface SuccessCriterion<P> {
  /** What is measured, for reports: completes "Success: … of more than x". */
  figure: string;
  unit: AttackRow['measuredIn'];
  needed(params: P): number;
  /** null if nothing happened that it could be measured on. */
  measure(facts: AttackFacts, params: P): number | null;
}

/** What floors may take from many conversions, atoms: not worth calling a success. */
export const ROUNDING_ATOMS = 1_000_000;

/** The attacker has more than it brought in. */
export const PROFIT: SuccessCriterion<unknown> = {
  figure: 'withdrawn + left inside − deposited − bids',
  unit: 'atoms',
  needed: () => 0,
  measure: ({ own }) => own.netExtractedAtoms,
};

/** Slots that both sides of a slab were not Normal, added. */
function countBlockedSlots({ resets }: SlabTables, slots: number): number {
  return (['long', 'short'] as const).reduce((total, side) => {
    let since: number | null = null;
    let blocked = 0;
    for (const { side: changed, slot, to } of resets) {
      if (changed !== side) continue;
      if (to !== 'Normal') since ??= slot;
      else if (since !== null) {
        blocked += slot - since;
        since = null;
      }
    }
    return total + blocked + (since === null ? 0 : slots - since);
  }, 0);
}

/** A side was closed to newcomers for longer than without the attack. */
export const BLOCKED_SIDES: SuccessCriterion<{ success_after: number }> = {
  figure: 'slots that a side was not Normal, more than without the attack',
  unit: 'slots',
  needed: ({ success_after }) => success_after,
  measure: ({ attacked, calm, slots }) => countBlockedSlots(attacked, slots) - countBlockedSlots(calm, slots),
};
