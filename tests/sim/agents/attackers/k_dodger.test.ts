import { describe, expect, it } from 'vitest';
import { kDodger } from '../../../../sim/agents/attackers/k_dodger.ts';
import type { RunRecord } from '../../../../sim/record/types.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';
import { accountOf, attackOf, gainOf, jump, liquidators, play, whale } from '../play.ts';

describe('k_dodger', () => {
  it('opens on time, sleeps until the trigger, then closes with its bid', () => {
    const context = new FakeContext();
    const params = {
      budget: '1_000 USDC',
      side: 'short',
      start: '5 slots',
      trigger: '8 %',
      fee_bid: '1 USDC',
    };
    const agent = createAgent(kDodger, params);
    agent.onStart(context);
    expect([context.sent, context.wakes]).toEqual([[], [5]]);
    expect(context.wake(agent, 5)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
      { type: 'trade', account: 7, sizeQ: -50_000_000 },
    ]);
    expect(context.alarms).toEqual([{ direction: 'below', price: 92_000_000 }]);
    context.views.set(7, createView(1_000_000_000, { positionQ: -50_000_000 }));
    expect(context.wake(agent, 6, 93_000_000)).toEqual([]);
    expect(context.wake(agent, 9, 92_000_000)).toEqual([{ type: 'close', account: 7, share: 1 }]);
    expect(context.sent.every(({ feeBidAtoms }) => feeBidAtoms === 1_000_000)).toBe(true);
    // It is on its way out, wherever the price goes.
    expect(context.wake(agent, 10, 99_000_000)).toEqual([{ type: 'close', account: 7, share: 1 }]);
  });

  // 100 long at 5x with 2 000; shorts of 30, 30 and the LP's 40 across. A fall of 30 % costs the long 3 000, so
  // 1 000 are missing and go to the shorts through K.
  const crash = (trigger: string) =>
    play({
      slots: 30,
      price: jump('-30 %', 10),
      population: [
        whale('bankrupt', { capital: '2_000 USDC', leverage: '5 x', side: 'long' }),
        whale('stayer', { capital: '1_000 USDC', leverage: '3 x', side: 'short' }),
        liquidators(),
      ],
      attacks: [
        {
          name: 'dodger',
          kind: 'k_dodger',
          params: { budget: '1_000 USDC', leverage: '3 x', side: 'short', trigger, fee_bid: '1 USDC' },
        },
      ],
    });
  const lossesOf = (record: RunRecord) =>
    ['dodger', 'stayer', 'lp'].map((group) => accountOf(record, group).lostThroughKAtoms);

  it('takes its whole profit, and those who stay carry the deficit', async () => {
    const record = await crash('20 %');
    expect(record.tables.liquidations).toMatchObject([{ group: 'bankrupt', socializedAtoms: 1_000_000_000 }]);
    // The LP took the dodger's 30 over: 30 and 70 of 100 are left to pay.
    expect(lossesOf(record)).toEqual([0, 300_000_000, 700_000_000]);
    expect(attackOf(record)).toMatchObject({
      success: true,
      netExtractedAtoms: 895_000_000,
      measured: 295_000_000,
    });
    // It escaped the 300 that its position would have cost.
    expect(attackOf(record).kLossAvoidedAtoms).toBe(300_000_000);
    // Deposit, trade, close, settlement of the others and withdrawal, with a bid of 1 each.
    expect(attackOf(record).bidsPaidAtoms).toBe(5_000_000);
    expect(attackOf(record).withdrawnAtoms).toBe(1_900_000_000);
  });

  it('carries its share if it is too late', async () => {
    const record = await crash('40 %');
    expect(lossesOf(record)).toEqual([300_000_000, 300_000_000, 400_000_000]);
    expect(gainOf(record)).toBe(600_000_000);
    // It escaped nothing, carried 300 and bid twice.
    expect(attackOf(record)).toMatchObject({ success: false, measured: -302_000_000 });
  });
});
