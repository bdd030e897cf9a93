import { describe, expect, it } from 'vitest';
import { withdrawer } from '../../../../sim/agents/traders/withdrawer.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const base = { capital: '1_000 USDC' };
const withdraw = { type: 'withdraw', account: 7, amountAtoms: 'max' };
const close = { type: 'close', account: 7, share: 1 };

/** Starts an agent that already has its flat account. */
function start(params: Record<string, unknown>) {
  const context = new FakeContext();
  const agent = createAgent(withdrawer, { ...base, ...params });
  agent.onStart(context);
  context.views.set(7, createView(1_000_000_000));
  return { context, agent };
}

describe('withdrawer', () => {
  it('deposits, stays flat and sleeps when it has no reason to leave', () => {
    const { context } = start({});
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
    ]);
    expect(context.wakes).toEqual([]);
    expect(context.alarms).toEqual([]);
  });

  it('leaves when h falls below its level, looking every few slots, after its reaction time', () => {
    const { context, agent } = start({ h_below: '99 %', check_every: '20 slots', reaction: '7 slots' });
    expect(context.wakes).toEqual([20]);
    context.venue.hStored = 0.99;
    expect(context.wake(agent, 20)).toEqual([]);
    context.venue.hStored = 0.9899;
    expect(context.wake(agent, 40)).toEqual([]);
    expect(context.wakes).toEqual([20, 40, 47]);
    context.venue.hStored = 1;
    expect(context.wake(agent, 47)).toEqual([withdraw]);
    context.views.set(7, createView(0));
    expect(context.wake(agent, 48)).toEqual([]);
    expect(context.wakes.at(-1)).toBe(48);
  });

  it('measures the insurance fund against what it was on arrival', () => {
    const { context, agent } = start({ insurance_below: '50 %' });
    context.venue.insuranceAtoms = 500_000;
    expect(context.wake(agent, 10)).toEqual([]);
    context.venue.insuranceAtoms = 499_999;
    expect(context.wake(agent, 20)).toEqual([withdraw]);
  });

  it('leaves at a price or a time without looking in between', () => {
    const { context, agent } = start({ price_below: '90 USDC', price_above: '110 USDC', after: '300 slots' });
    expect(context.alarms).toEqual([
      { direction: 'below', price: 90_000_000 },
      { direction: 'above', price: 110_000_000 },
    ]);
    expect(context.wakes).toEqual([300]);
    expect(context.wake(agent, 50, 90_000_001)).toEqual([]);
    expect(context.wake(agent, 51, 90_000_000)).toEqual([withdraw]);
    const late = start({ after: '300 slots' });
    expect(late.context.wake(late.agent, 300)).toEqual([withdraw]);
  });

  it('opens a position on arrival and closes it first', () => {
    const { context, agent } = start({ position: { side: 'short', leverage: '5 x' }, after: '10 slots' });
    expect(context.sent[1]?.action).toEqual({ type: 'trade', account: 7, sizeQ: -50_000_000 });
    context.views.set(7, createView(1_000_000_000, { positionQ: -50_000_000 }));
    expect(context.wake(agent, 10)).toEqual([close]);
    context.views.set(7, createView(990_000_000));
    expect(context.wake(agent, 11)).toEqual([withdraw]);
  });

  it('never deposits less than the slab takes', () => {
    const { context } = start({ capital: '0.5 USDC' });
    expect(context.sent[0]?.action).toMatchObject({ amountAtoms: 1_000_000 });
  });
});
