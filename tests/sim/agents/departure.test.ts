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
    // Warmup of 80 slots: the first instalment is due after 10, with 10 of the 80 matured and converted.
    expect(step(departure, context, 11, closed)).toEqual([false, withdraw, 21]);
    expect(step(departure, context, 15, createView(4, { reservedAtoms: 76, pnlAtoms: 76 }))).toEqual([
      false,
      undefined,
      undefined,
    ]);
    const instalment = createView(10, { pnlAtoms: 70, reservedAtoms: 70, equityAtoms: 80 });
    expect(step(departure, context, 21, instalment)).toEqual([false, withdraw, 31]);
    expect(step(departure, context, 31, createView(70))).toEqual([false, withdraw, 32]);
    expect(step(departure, context, 32, createView(0))).toEqual([true, undefined, undefined]);
  });

  it('collects as often as its owner wants', () => {
    const context = new FakeContext();
    const waiting = createView(2, { pnlAtoms: 80, reservedAtoms: 80, equityAtoms: 82 });
    expect(step(new Departure(7, { instalmentSlots: 3 }), context, 11, waiting)).toEqual([
      false,
      withdraw,
      14,
    ]);
  });

  it('waits for a better h if it is patient, but not for ever', () => {
    const context = new FakeContext();
    const reserve = createView(20, { pnlAtoms: 60, reservedAtoms: 60 });
    const patience = { minHBps: 9_500, slots: 25 };
    const patient = new Departure(7, { patience });
    context.venue.hStored = 0.94;
    expect(step(patient, context, 100, reserve)).toEqual([false, undefined, 110]);
    context.venue.hStored = 0.95;
    expect(step(patient, context, 110, reserve)).toEqual([false, withdraw, 120]);
    context.venue.hStored = 0.5;
    expect(step(patient, context, 120, reserve)).toEqual([false, undefined, 130]);
    // 25 slots after it was first seen flat it takes what there is.
    expect(step(patient, context, 130, reserve)).toEqual([false, withdraw, 140]);

    const closing = new Departure(7, { patience });
    expect(step(closing, context, 100, createView(20, { positionQ: 3 }))).toEqual([false, close, 101]);
    // Nothing warms up: it looks again soon, then at leisure.
    expect(step(closing, context, 101, createView(20))).toEqual([false, undefined, 102]);
    expect(step(closing, context, 102, createView(20))).toEqual([false, undefined, 102 + RETRY_SLOTS]);
  });

  it('has everybody settled before it withdraws, if it wants that', () => {
    const context = new FakeContext();
    context.open = [0, 4];
    const careful = new Departure(7, { settlesOthers: true });
    expect(step(careful, context, 10, createView(500, { positionQ: 90 }))).toEqual([false, close, 11]);
    step(careful, context, 11, createView(500));
    const candidates = [
      [0, null],
      [4, null],
    ];
    expect(context.sent.slice(1).map(({ action }) => action)).toEqual([
      { type: 'crank', candidates, maxRevalidations: 2 },
      withdraw,
    ]);
    context.open = [];
    step(careful, context, 12, createView(400));
    expect(context.sent.slice(3).map(({ action }) => action)).toEqual([withdraw]);
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

  it('is done where there is no account or nothing but debt', () => {
    const context = new FakeContext();
    expect(step(new Departure(7), context, 3)[0]).toBe(true);
    expect(step(new Departure(7), context, 3, createView(0, { feeDebtAtoms: 4, equityAtoms: -4 }))[0]).toBe(
      true,
    );
  });
});
