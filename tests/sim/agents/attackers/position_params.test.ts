import { describe, expect, it } from 'vitest';
import { shareBudget } from '../../../../sim/agents/attackers/position_params.ts';
import { resetStaller } from '../../../../sim/agents/attackers/reset_staller.ts';
import { selfLiquidator } from '../../../../sim/agents/attackers/self_liquidator.ts';
import { createAgent, RISK } from '../fake_context.ts';

describe('shareBudget', () => {
  it('is the budget over the accounts, at least the smallest deposit (1 USDC here)', () => {
    expect(shareBudget(10_000_001, 10, RISK)).toBe(1_000_000);
    expect(() => shareBudget(9_999_999, 10, RISK)).toThrow(
      'budget / accounts (10) is less than the smallest deposit of 1 USDC',
    );
  });

  it('refuses an attacker that could not begin, before the run', () => {
    expect(() => createAgent(selfLiquidator, { budget: '1.5 USDC' })).toThrow(/smallest deposit/);
    expect(() => createAgent(resetStaller, { budget: '15 USDC', side: 'long' })).toThrow(/smallest deposit/);
  });
});
