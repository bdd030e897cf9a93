import type { EventSpec } from '../scenario/events.ts';

/** Slots `slot` ≤ s < `endSlot` in which a keeper does nothing. */
export interface Halt {
  slot: number;
  endSlot: number;
}

const NONE: readonly Halt[] = [];

/** The halts of a group; windows may overlap. */
export function listHalts(events: readonly EventSpec[], group: string): readonly Halt[] {
  const halts = events.filter((event) => event.kind === 'halt_keepers' && event.group === group);
  return halts.length === 0 ? NONE : (halts as Halt[]);
}

/** The end of a halt that covers the slot, null if there is none. Another halt may still cover that end. */
export function findHaltEnd(halts: readonly Halt[], slot: number): number | null {
  for (const halt of halts) if (slot >= halt.slot && slot < halt.endSlot) return halt.endSlot;
  return null;
}
