import { describe, expect, it } from 'vitest';
import { hedgedLp } from '../../../../sim/agents/traders/hedged_lp.ts';
import { FakeBook } from '../fake_book.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const base = { capital: '1_000 USDC', size: '100 USDC', levels: 1 };

function setStage(params: object = {}) {
  const context = new FakeContext();
  context.book = new FakeBook();
  const agent = createAgent(hedgedLp, { ...base, ...params });
  agent.onStart(context);
  const quote = (slot: number, positionQ: number, indexPrice?: number) => {
    context.views.set(7, createView(1_000_000_000, { positionQ }));
    return context
      .wake(agent, slot, indexPrice)
      .map((action) =>
        action.type === 'placeOrder' ? `${action.side} ${action.qtyQ} at ${action.priceAtoms}` : action.type,
      );
  };
  return { agent, context, quote };
}

describe('hedged_lp', () => {
  it('quotes its spread around the index, whatever it holds', () => {
    const { quote } = setStage();
    expect(quote(1, 0)).toEqual(['buy 1000000 at 99950000', 'sell 1000000 at 100050000']);
    expect(quote(26, 5_000_000)).toEqual(['buy 1000000 at 99950000', 'sell 1000000 at 100050000']);
  });

  it('or with a skew that brings it back', () => {
    // The limit is 20; 5 long shifts a quarter of 20 bps.
    expect(setStage({ skew: '20 bps' }).quote(1, 5_000_000)).toEqual([
      'buy 1000000 at 99900000',
      'sell 1000000 at 100000000',
    ]);
  });

  it('holds the opposite of its position elsewhere, for what it costs there', () => {
    const { agent, quote } = setStage({ hedge_cost: '2 bps' });
    quote(1, 0);
    expect(agent.calculateOutside?.(100_000_000)).toBe(0);
    // Sells 2 at 100 for a cost of 0.04.
    quote(2, 2_000_000);
    expect(agent.calculateOutside?.(100_000_000)).toBe(-40_000);
    expect(agent.calculateOutside?.(101_000_000)).toBe(-2_040_000);
    // 3 short here: buys 5 at 101, which costs 0.101 more; it has lost 2 on what it had sold.
    quote(3, -3_000_000, 101_000_000);
    expect(agent.calculateOutside?.(101_000_000)).toBe(-2_141_000);
    expect(agent.calculateOutside?.(103_000_000)).toBe(-2_141_000 + 6_000_000);
    // Nothing changed, nothing traded.
    quote(30, -3_000_000, 101_000_000);
    expect(agent.calculateOutside?.(101_000_000)).toBe(-2_141_000);
  });
});
