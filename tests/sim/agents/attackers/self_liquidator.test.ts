import { describe, expect, it } from 'vitest';
import { selfLiquidator } from '../../../../sim/agents/attackers/self_liquidator.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';
import { accountOf, accountsOf, attackOf, gainOf, jump, liquidators, play } from '../play.ts';

describe('self_liquidator', () => {
  it('opens both ways, pulls margin, and leaves a bankrupt account after the winner has closed', () => {
    const context = new FakeContext();
    const params = { budget: '2_000 USDC', leverage: '8 x', pull_every: '10 slots', exit_move: '20 %' };
    const agent = createAgent(selfLiquidator, params);
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
      { type: 'trade', account: 7, sizeQ: 80_000_000 },
      { type: 'deposit', account: 8, amountAtoms: 1_000_000_000 },
      { type: 'trade', account: 8, sizeQ: -80_000_000 },
    ]);
    expect(context.alarms).toEqual([
      { direction: 'below', price: 80_000_000 },
      { direction: 'above', price: 120_000_000 },
    ]);
    const see = (account: number, overrides: object) =>
      context.views.set(account, createView(1_000_000_000, overrides));
    see(7, { positionQ: 80_000_000, releasedAtoms: 5 });
    see(8, { positionQ: -80_000_000 });
    context.open = [0];
    expect(context.wake(agent, 10)).toEqual([
      { type: 'crank', candidates: [[0, null]], maxRevalidations: 1 },
      { type: 'convert', account: 7 },
      { type: 'withdraw', account: 7, amountAtoms: 'max' },
      { type: 'withdraw', account: 8, amountAtoms: 'max' },
    ]);
    see(8, { positionQ: -80_000_000, equityAtoms: -600_000_000 });
    expect(context.wake(agent, 17, 120_000_000)).toEqual([
      { type: 'close', account: 7, share: 1 },
      { type: 'liquidate', account: 8, policy: 'full' },
    ]);
  });

  it('leaves with both accounts when somebody else has closed one', () => {
    const context = new FakeContext();
    const agent = createAgent(selfLiquidator, { budget: '2_000 USDC', pull_every: '10 slots' });
    agent.onStart(context);
    context.views.set(7, createView(1_000_000_000, { positionQ: 50_000_000 }));
    context.views.set(8, createView(3_000_000));
    expect(context.wake(agent, 10, 104_000_000)).toEqual([
      { type: 'close', account: 7, share: 1 },
      { type: 'withdraw', account: 8, amountAtoms: 'max' },
    ]);
  });

  const attack = (params: object = {}) => [
    {
      name: 'pair',
      kind: 'self_liquidator',
      params: { budget: '2_000 USDC', leverage: '9 x', exit_move: '20 %', fee_bid: '1 USDC', ...params },
    },
  ];

  it('gains the part of a gap that its margin does not cover: insurance first, then the LP pays', async () => {
    const record = await play({
      slots: 40,
      price: jump('30 %', 10),
      insurance: '500 USDC',
      risk: { warmup: '20 slots' },
      population: [liquidators()],
      attacks: attack(),
    });
    // 90 units: the long wins 2 700, the short pays its 1 000 and leaves 1 700.
    expect(record.tables.liquidations).toMatchObject([
      { group: 'pair', deficitAtoms: 1_700_000_000, insurancePaidAtoms: 500_000_000 },
    ]);
    expect(attackOf(record)).toMatchObject({
      success: true,
      insuranceChangeAtoms: -500_000_000,
    });
    expect(gainOf(record)).toBe(1_700_000_000);
    // The winner sold to the LP, which is now the only long and pays through K.
    expect(accountOf(record, 'lp').lostThroughKAtoms).toBe(1_200_000_000);
    // All of it was released and withdrawn in the 20 slots of the warmup: waiting does not stop this plan.
    expect(attackOf(record).withdrawnAtoms).toBe(3_700_000_000);
  });

  it('loses its fees when the price moves in steps and keepers are at work', async () => {
    const record = await play({
      slots: 60,
      price: { kind: 'ramp', from: '100 USDC', to: '130 USDC', start: '5 slots', over: '30 slots' },
      risk: { trading_fee: '5 bps', liquidation_fee: '50 bps' },
      population: [liquidators()],
      attacks: attack(),
    });
    const [attacked] = record.tables.liquidations;
    expect(attacked).toMatchObject({ group: 'pair', deficitAtoms: 0 });
    expect(attackOf(record).success).toBe(false);
    const fees = accountsOf(record, 'pair').reduce((sum, row) => sum + row.feesPaidAtoms, 0);
    expect(gainOf(record)).toBe(-fees);
    // The short is closed when the index reaches about 106; the long leaves at the next pull, higher up.
    expect(fees).toBeGreaterThan(0);
  });
});
