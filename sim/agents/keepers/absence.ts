import { z } from 'zod';
import { duration } from '../../scenario/units.ts';

/** A keeper that is away for a while: parameter of every keeper. */
export const absent = z
  .array(
    z
      .strictObject({
        from: duration().describe('When it goes, from the start of its group.'),
        to: duration(1).describe('When it is back.'),
      })
      .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be later than `from`' }),
  )
  .default([])
  .describe('Times in which it does nothing at all.');

/** The slot of its return if a keeper that started in `startSlot` is away in `slot`, else null. */
export function findReturn(windows: z.output<typeof absent>, startSlot: number, slot: number): number | null {
  let back = slot;
  for (const { from, to } of windows.toSorted((a, b) => a.from - b.from)) {
    if (back >= startSlot + from && back < startSlot + to) back = startSlot + to;
  }
  return back > slot ? back : null;
}
