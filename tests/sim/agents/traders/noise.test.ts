import { describe, expect, it } from 'vitest';
import { noise } from '../../../../sim/agents/traders/noise.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

/** Wakes the agent whenever it asks to, with a view that never changes; the sizes of its orders. */
function trade(params: object, slots: number, positionQ = 0): number[] {
  const context = new FakeContext();
  const agent = createAgent(noise, { capital: '1_000 USDC', ...params });
  agent.onStart(context);
  context.views.set(7, createView(1_000_000_000, { positionQ }));
  while (context.wakes.at(-1)! <= slots) context.wake(agent, context.wakes.at(-1)!);
  return context.sent.flatMap(({ action }) => (action.type === 'trade' ? [action.sizeQ] : []));
}

describe('noise', () => {
  it('sends orders at the declared rate, whatever the slot', () => {
    // Poisson: 2 000 expected in 4 000 slots, standard deviation 45; several may fall into one slot.
    const fast = trade({ mean_gap: '2 slots', size: '1 USDC', max_leverage: '9 x' }, 4_000);
    expect(Math.abs(fast.length - 2_000)).toBeLessThan(180);
    const rare = trade({ mean_gap: '200 slots', size: '1 USDC' }, 100_000);
    expect(Math.abs(rare.length - 500)).toBeLessThan(90);
  });

  it('buys with its chance and draws sizes from its distribution', () => {
    // 1 USDC at 100 USDC a unit.
    const orders = trade({ mean_gap: '5 slots', size: '1 USDC', buy_share: '80 %' }, 20_000);
    expect(new Set(orders.map(Math.abs))).toEqual(new Set([10_000]));
    const bought = orders.filter((sizeQ) => sizeQ > 0).length / orders.length;
    expect(Math.abs(bought - 0.8)).toBeLessThan(0.03);

    // Pareto with exponent 1.5: 1 − 2^−1.5 = 64.6 % of the orders are below twice the minimum of 10 USDC.
    const heavy = trade({ mean_gap: '2 slots', max_leverage: '9 x' }, 4_000).map(Math.abs);
    const small = heavy.filter((sizeQ) => sizeQ < 200_000).length / heavy.length;
    expect(Math.abs(small - 0.646)).toBeLessThan(0.05);
    expect(Math.max(...heavy)).toBeGreaterThan(2_000_000);
  });

  it('keeps its position within its leverage', () => {
    // 3 000 USDC at 100 USDC a unit: 30 units at most either way, from 29 long.
    const orders = trade({ mean_gap: '5_000 slots', size: '50_000 USDC' }, 100_000, 29_000_000);
    expect(new Set(orders)).toEqual(new Set([1_000_000, -59_000_000]));
  });

  it('stops when it has nothing left', () => {
    const context = new FakeContext();
    const agent = createAgent(noise, { capital: '1_000 USDC' });
    agent.onStart(context);
    context.views.set(7, createView(0));
    expect(context.wake(agent, context.wakes[0]!)).toEqual([]);
    expect(context.wakes.length).toBe(1);
  });
});
