import { describe, expect, it } from 'vitest';
import { washWinner } from '../../../../sim/agents/attackers/wash_winner.ts';
import { createAgent, FakeContext } from '../fake_context.ts';
import { accountOf, attackOf, gainOf, liquidators, play } from '../play.ts';

describe('wash_winner', () => {
  it('declares the window it distorts, and opens both ways just before it', () => {
    const params = { budget: '2_000 USDC', distortion: '20 %', start: '50 slots', length: '4 slots' };
    expect(washWinner.distortions?.(washWinner.params.parse(params))).toEqual([
      { fromSlot: 50, toSlot: 54, bps: 2_000 },
    ]);
    const context = new FakeContext();
    const agent = createAgent(washWinner, params);
    agent.onStart(context);
    expect(context.wakes).toEqual([45]);
    expect(context.wake(agent, 45).filter(({ type }) => type === 'trade')).toEqual([
      { type: 'trade', account: 7, sizeQ: 50_000_000 },
      { type: 'trade', account: 8, sizeQ: -50_000_000 },
    ]);
    expect(context.wakes).toEqual([45, 50]);
  });

  const wash = (insurance: string, distortion: string, risk: object = {}) =>
    play({
      slots: 60,
      insurance,
      risk,
      population: [liquidators()],
      attacks: [
        {
          name: 'wash',
          kind: 'wash_winner',
          params: {
            budget: '2_000 USDC',
            leverage: '9 x',
            distortion,
            start: '10 slots',
            length: '4 slots',
            fee_bid: '1 USDC',
          },
        },
      ],
    });

  it('is paid by insurance, whatever the warmup: the profit is realised and the price may return', async () => {
    // 90 units and +30 %: the long wins 2 700, the short has 1 000.
    const record = await wash('5_000 USDC', '30 %', { warmup: '25 slots' });
    expect(attackOf(record)).toMatchObject({
      success: true,
      insuranceChangeAtoms: -1_700_000_000,
      lpWealthChangeAtoms: 0,
    });
    expect(gainOf(record)).toBe(1_700_000_000);
  });

  it('is paid by the LP, which took over the winning position, when there is no insurance', async () => {
    const record = await wash('0 USDC', '30 %');
    expect(attackOf(record)).toMatchObject({
      success: true,
      // K is rounded against its holders.
      lpWealthChangeAtoms: -1_700_000_001,
    });
    expect(gainOf(record)).toBe(1_700_000_000);
    expect(accountOf(record, 'lp').lostThroughKAtoms).toBe(1_700_000_000);
  });

  it('only pays fees while its loser can pay: it wins from itself', async () => {
    const record = await wash('5_000 USDC', '8 %', { trading_fee: '5 bps' });
    const { feesPaidAtoms, success } = attackOf(record);
    expect(success).toBe(false);
    // 2 × 90 units opened at 100 and closed at 108, 5 bps each.
    expect(feesPaidAtoms).toBe(18_720_000);
    expect(gainOf(record)).toBe(-feesPaidAtoms);
  });
});
