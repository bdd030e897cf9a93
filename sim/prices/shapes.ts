import { BPS } from '../../engine/risk/constants.ts';
import type { PriceSpec } from './spec.ts';

type Shape<Kind extends PriceSpec['kind']> = Extract<PriceSpec, { kind: Kind }>;

/** `price` moved by a share of it, rounded to whole atoms. */
export const shift = (price: number, bps: number) => Math.round((price * (BPS + bps)) / BPS);

const calculateElapsed = (start: number, over: number, at: number) => Math.min(over, Math.max(0, at - start));

/** The straight line from `from` to `to` that begins at `start` and lasts `over`, level outside it. */
export function calculateLine(from: number, to: number, start: number, over: number, at: number): number {
  return Math.round(from + ((to - from) * calculateElapsed(start, over, at)) / over);
}

export function calculateCrash(spec: Shape<'crash_bounce'>, slot: number): number {
  const low = shift(spec.from, -spec.fall);
  const lowSlot = spec.start + spec.over;
  return slot <= lowSlot
    ? calculateLine(spec.from, low, spec.start, spec.over, slot)
    : calculateLine(low, shift(spec.from, spec.bounce - spec.fall), lowSlot, spec.bounce_over, slot);
}

/** The price before the first step and after each: every step is a share of the price it starts from. */
export function calculateLevels({
  from,
  step,
  steps,
}: {
  from: number;
  step: number;
  steps: number;
}): number[] {
  const levels = [from];
  for (let at = 0; at < steps; at++) levels.push(shift(levels[at]!, step));
  return levels;
}

export function calculateStaircase(
  spec: Shape<'staircase'>,
  levels: readonly number[],
  slot: number,
): number {
  if (slot < spec.start) return spec.from;
  const step = Math.min(spec.steps - 1, Math.floor((slot - spec.start) / spec.every));
  return calculateLine(levels[step]!, levels[step + 1]!, spec.start + step * spec.every, spec.over, slot);
}

export function calculateV(spec: Shape<'v_shape'>, slot: number): number {
  const low = shift(spec.from, -spec.fall);
  const backSlot = spec.start + spec.over + spec.hold;
  return slot < backSlot
    ? calculateLine(spec.from, low, spec.start, spec.over, slot)
    : calculateLine(low, spec.from, backSlot, spec.back, slot);
}

/** Up with the square of time, as if each squeezed short brought the next one closer; down in a straight line. */
export function calculateSqueeze(spec: Shape<'squeeze'>, slot: number): number {
  const peak = shift(spec.from, spec.rise);
  const peakSlot = spec.start + spec.over;
  if (slot > peakSlot) {
    const end = Math.round(peak - ((peak - spec.from) * spec.give_back) / BPS);
    return calculateLine(peak, end, peakSlot, spec.back_over, slot);
  }
  const share = calculateElapsed(spec.start, spec.over, slot) / spec.over;
  return Math.round(spec.from + (peak - spec.from) * share * share);
}
