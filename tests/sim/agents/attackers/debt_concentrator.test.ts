import { describe, expect, it } from 'vitest';
import { debtConcentrator } from '../../../../sim/agents/attackers/debt_concentrator.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';
import { accountOf, attackOf, jump, liquidators, play, whale } from '../play.ts';

describe('debt_concentrator', () => {
  it('waits for insolvency, then sells all but a unit and has that liquidated', () => {
    const context = new FakeContext();
    const agent = createAgent(debtConcentrator, { budget: '1_000 USDC', side: 'long', leave_q: 2 });
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
      { type: 'trade', account: 7, sizeQ: 50_000_000 },
    ]);
    context.views.set(7, createView(1_000_000_000, { positionQ: 50_000_000 }));
    expect(context.wake(agent, 1)).toEqual([]);
    // 50 units, equity 1 000: it is gone after a fall of 20, and one atom more makes it negative.
    expect(context.alarms).toEqual([{ direction: 'below', price: 79_999_999 }]);
    context.views.set(7, createView(0, { positionQ: 50_000_000, equityAtoms: -250_000_000 }));
    expect(context.wake(agent, 9, 75_000_000)).toEqual([
      { type: 'trade', account: 7, sizeQ: -49_999_998 },
      { type: 'liquidate', account: 7, policy: 'full' },
    ]);
    context.views.set(7, createView(0, { positionQ: 2, equityAtoms: -250_000_000 }));
    expect(context.wake(agent, 14)).toEqual([{ type: 'liquidate', account: 7, policy: 'full' }]);
    context.views.set(7, createView(0));
    expect(context.wake(agent, 19)).toEqual([]);
  });

  // 100 long with 2 000, across it the LP with 99 and a small short of 1. A fall of 30 % leaves a debt of 1 000.
  const short = whale('victim', { capital: '1_000 USDC', leverage: '0.1 x', side: 'short' });
  const crash = (attacked: boolean, leaveQ = 1_000_000) =>
    play({
      slots: 30,
      price: jump('-30 %', 10),
      risk: { liquidation_fee: '50 bps' },
      population: [
        short,
        ...(attacked ? [] : [whale('debtor', { capital: '2_000 USDC', leverage: '5 x', side: 'long' })]),
        liquidators(),
      ],
      attacks: attacked
        ? [
            {
              name: 'debtor',
              kind: 'debt_concentrator',
              params: { budget: '2_000 USDC', side: 'long', leave_q: leaveQ, fee_bid: '1 USDC' },
            },
          ]
        : [],
    });

  it('puts on one small holder what the whole side would have shared', async () => {
    const plain = await crash(false);
    const share = accountOf(plain, 'victim').lostThroughKAtoms;
    expect(share).toBe(10_000_000);
    const record = await crash(true);
    expect(record.tables.liquidations).toMatchObject([
      { group: 'debtor', closedQ: 1_000_000, socializedAtoms: 1_000_000_000 },
    ]);
    expect(accountOf(record, 'lp').lostThroughKAtoms).toBe(0);
    expect(accountOf(record, 'victim').lostThroughKAtoms).toBe(1_000_000_000);
    // It gained 30 on its unit, and pays the rest with its principal.
    expect(accountOf(record, 'victim').netAtoms).toBe(-970_000_000);
    // The attacker gets nothing: the debt was never its to pay. It bid for four actions.
    expect(attackOf(record)).toMatchObject({ success: true, netExtractedAtoms: -2_004_000_000 });
    // 1 000 fell on one unit at 70.
    expect(attackOf(record).measured).toBeCloseTo(1_000 / 70, 9);
  });

  it('puts no more than its share on anybody if it leaves all of its position', async () => {
    const record = await crash(true, 100_000_000);
    expect(attackOf(record).success).toBe(false);
    expect(attackOf(record).measured).toBeCloseTo(1_000 / 7_000, 9);
  });
});
