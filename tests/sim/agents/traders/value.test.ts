import { describe, expect, it } from 'vitest';
import { value } from '../../../../sim/agents/traders/value.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

describe('value', () => {
  it('buys below its estimate, closes there, sells above; sleeps on alarms in between', () => {
    const context = new FakeContext();
    const agent = createAgent(value, { capital: '1_000 USDC', estimate: '100 USDC', edge: '10 %' });
    agent.onStart(context);
    expect(context.wakes).toEqual([1]);
    const hold = (positionQ: number) => context.views.set(7, createView(1_000_000_000, { positionQ }));
    hold(0);
    expect(context.wake(agent, 1)).toEqual([]);
    expect(context.alarms).toEqual([
      { direction: 'below', price: 90_000_000 },
      { direction: 'above', price: 110_000_000 },
    ]);
    // 2 000 USDC at 80 USDC a unit.
    expect(context.wake(agent, 50, 80_000_000)).toEqual([{ type: 'trade', account: 7, sizeQ: 25_000_000 }]);
    expect(context.wakes.at(-1)).toBe(75);
    hold(25_000_000);
    // The position is there: nothing but the alarm at the estimate.
    expect(context.wake(agent, 75, 85_000_000)).toEqual([]);
    expect(context.alarms.slice(2)).toEqual([
      { direction: 'below', price: 90_000_000 },
      { direction: 'above', price: 100_000_000 },
    ]);
    expect(context.wake(agent, 90, 101_000_000)).toEqual([{ type: 'close', account: 7, share: 1 }]);
    // Not filled by the time the index is far above: it turns at once, 25 units out and 16 short.
    expect(context.wake(agent, 115, 125_000_000)).toEqual([
      { type: 'trade', account: 7, sizeQ: -41_000_000 },
    ]);
    hold(-16_000_000);
    expect(context.wake(agent, 140, 120_000_000)).toEqual([]);
    expect(context.alarms.at(-2)).toEqual({ direction: 'below', price: 100_000_000 });
    expect(context.wake(agent, 150, 100_000_000)).toEqual([{ type: 'close', account: 7, share: 1 }]);
  });

  it('draws its own estimate, and stays away once it has nothing left', () => {
    const alarmsOf = (seed: string) => {
      const context = new FakeContext();
      const params = { capital: '1_000 USDC', estimate: { uniform: ['90 USDC', '110 USDC'] }, edge: '20 %' };
      const agent = createAgent(value, params, seed);
      agent.onStart(context);
      context.views.set(7, createView(5));
      context.wake(agent, 1);
      return context.alarms.map(({ price }) => price);
    };
    const [low = 0, high = 0] = alarmsOf('one');
    expect(low / 0.8).toBeCloseTo(high / 1.2, -2);
    expect(alarmsOf('two')).not.toEqual([low, high]);

    const context = new FakeContext();
    const agent = createAgent(value, { capital: '1_000 USDC', estimate: '100 USDC' });
    agent.onStart(context);
    context.views.set(7, createView(0));
    expect(context.wake(agent, 1, 50_000_000)).toEqual([]);
    expect(context.alarms).toEqual([]);
  });
});
