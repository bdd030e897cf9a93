import { describe, expect, it } from 'vitest';
import { Departure, RETRY_SLOTS } from '../../../sim/agents/departure.ts';
import { createView, FakeContext } from './fake_context.ts';

const close = { type: 'close', account: 7, share: 1 };
const withdraw = { type: 'withdraw', account: 7, amountAtoms: 'max' };

/** Steps at a slot with a view and returns [done, action or undefined, slots until the next wake]. */
function step(departure: Departure, context: FakeContext, slot: number, view = context.view(7)) {
  context.slot = slot;
  if (view !== undefined) context.views.set(7, view);
  const [sent, wakes] = [context.sent.length, context.wakes.length];
  const done = departure.step(context);
  return [done, context.sent.slice(sent).map((entry) => entry.action)[0], context.wakes.slice(wakes)[0]];
}

describe('Departure', () => {
  it('closes, withdraws, and returns for the reserve in eighths of the warmup', () => {
    const context = new FakeContext();
    const departure = new Departure(7);
    expect(step(departure, context, 10, createView(500, { positionQ: 90 }))).toEqual([false, close, 11]);
    const closed = createView(500, { pnlAtoms: 80, reservedAtoms: 80, equityAtoms: 580 });
    expect(step(departure, context, 11, closed)).toEqual([false, withdraw, 12]);
    const waiting = createView(0, { pnlAtoms: 80, reservedAtoms: 80, equityAtoms: 80 });
    // Warmup of 80 slots: the next instalment is due after 10.
    expect(step(departure, context, 12, waiting)).toEqual([false, withdraw, 22]);
    expect(step(departure, context, 15, waiting)).toEqual([false, undefined, undefined]);
    const last = createView(0, { pnlAtoms: 70, reservedAtoms: 70, equityAtoms: 70 });
    expect(step(departure, context, 22, last)).toEqual([false, withdraw, 32]);
    expect(step(departure, context, 32, createView(0))).toEqual([true, undefined, undefined]);
  });

  it('tries again at leisure when nothing was achieved', () => {
    const context = new FakeContext();
    const departure = new Departure(7);
    const stuck = createView(500, { positionQ: 90 });
    expect(step(departure, context, 10, stuck)).toEqual([false, close, 11]);
    expect(step(departure, context, 11, stuck)).toEqual([false, close, 11 + RETRY_SLOTS]);
    const smaller = createView(500, { positionQ: 40 });
    expect(step(departure, context, 11 + RETRY_SLOTS, smaller)).toEqual([false, close, 12 + RETRY_SLOTS]);
  });

  it('settles a stale position even if all its worth is unsettled gain', () => {
    const context = new FakeContext();
    expect(step(new Departure(7), context, 3, createView(0, { equityAtoms: 25 }))).toEqual([
      false,
      withdraw,
      4,
    ]);
  });

  it('is done where there is no account or nothing but debt', () => {
    const context = new FakeContext();
    expect(step(new Departure(7), context, 3)[0]).toBe(true);
    expect(step(new Departure(7), context, 3, createView(0, { feeDebtAtoms: 4, equityAtoms: -4 }))[0]).toBe(
      true,
    );
  });
});
