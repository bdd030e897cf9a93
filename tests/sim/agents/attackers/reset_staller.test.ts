import { describe, expect, it } from 'vitest';
import { Mode } from '../../../../engine/risk/index.ts';
import { resetStaller } from '../../../../sim/agents/attackers/reset_staller.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';
import { accountsOf, attackOf, crankers, jump, liquidators, play, whale } from '../play.ts';

describe('reset_staller', () => {
  it('waits until others have settled it and its side is Normal, then opens again', () => {
    const context = new FakeContext();
    const params = { budget: '2_000 USDC', side: 'short', accounts: 2, leverage: '2 x', fee_bid: '1 USDC' };
    const agent = createAgent(resetStaller, params);
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual(
      [7, 8].flatMap((account) => [
        { type: 'deposit', account, amountAtoms: 1_000_000_000 },
        { type: 'trade', account, sizeQ: -20_000_000 },
      ]),
    );
    context.views.set(7, createView(1_000_000_000));
    context.views.set(8, createView(1_000_000_000, { positionQ: -20_000_000 }));
    context.modes = [Mode.Normal, Mode.ResetPending];
    expect(context.wake(agent, 25)).toEqual([]);
    context.modes = [Mode.ResetPending, Mode.Normal];
    expect(context.wake(agent, 50)).toEqual([{ type: 'trade', account: 7, sizeQ: -20_000_000 }]);
    expect(context.sent.every(({ feeBidAtoms }) => feeBidAtoms === 1_000_000)).toBe(true);
    expect(context.wakes).toEqual([25, 50, 75]);
  });

  // The only long, 1 000 units, is liquidated whole: open interest is gone and all shorts are stale.
  const crash = (keepers: readonly object[]) =>
    play({
      slots: 60,
      price: jump('-30 %', 10),
      population: [
        whale('bankrupt', { capital: '20_000 USDC', leverage: '5 x', side: 'long' }),
        liquidators(),
        ...keepers,
      ],
      attacks: [
        {
          name: 'staller',
          kind: 'reset_staller',
          params: {
            budget: '2_000 USDC',
            side: 'short',
            accounts: 20,
            leverage: '2 x',
            every: '100 slots',
            success_after: '30 slots',
          },
        },
      ],
    });
  const blockedSlots = (record: Awaited<ReturnType<typeof crash>>) => {
    const shorts = record.tables.resets.filter(({ side }) => side === 'short');
    const at = (mode: string) => shorts.find(({ to }) => to === mode)?.slot;
    return { from: at('ResetPending'), to: at('Normal') };
  };

  it('blocks the side for as long as nobody settles its accounts', async () => {
    const record = await crash([]);
    expect(record.slabs[0]).toMatchObject({ finalModeShort: 'ResetPending' });
    expect(blockedSlots(record)).toEqual({ from: 10, to: undefined });
    // 20 accounts and the LP: as many permissionless touches end it.
    expect(record.slabs[0]?.recoveryInstructions).toBe(21);
    expect(accountsOf(record, 'staller').every((row) => row.withdrawnAtoms === 0)).toBe(true);
    // Without it the LP, which nobody settles either, blocks the side for as long.
    expect(attackOf(record)).toMatchObject({ success: false, measured: 0 });
  });

  it('delays a working cranker by accounts over capacity, no more', async () => {
    // 21 stale accounts, 5 every 3 slots from slot 12 on: 12, 15, 18, 21, 24.
    const record = await crash([crankers({ every: '3 slots', batch: 5 })]);
    expect(blockedSlots(record)).toEqual({ from: 10, to: 24 });
    expect(record.slabs[0]).toMatchObject({ finalModeShort: 'Normal', recoveryInstructions: 0 });
    // Without it the cranker is done in slot 12.
    expect(attackOf(record)).toMatchObject({ success: false, measured: 12 });
  });

  it('succeeds against a cranker that it outnumbers', async () => {
    const record = await crash([crankers({ every: '3 slots', batch: 1 })]);
    expect(attackOf(record)).toMatchObject({ success: true, measured: 48, measuredIn: 'slots', needed: 30 });
  });
});
