import { describe, expect, it } from 'vitest';
import { dustGriefer } from '../../../../sim/agents/attackers/dust_griefer.ts';
import { createAgent, FakeContext } from '../fake_context.ts';
import { accountOf, accountsOf, attackOf, crankers, jump, liquidators, play, whale } from '../play.ts';

describe('dust_griefer', () => {
  it('opens once, with at least the smallest deposit, and never again', () => {
    const context = new FakeContext();
    const params = { accounts: 2, deposit: '0.5 USDC', size_q: 3, side: 'short', start: '4 slots' };
    const agent = createAgent(dustGriefer, params);
    agent.onStart(context);
    expect([context.sent, context.wakes]).toEqual([[], [4]]);
    expect(context.wake(agent, 4)).toEqual(
      [7, 8].flatMap((account) => [
        { type: 'deposit', account, amountAtoms: 1_000_000 },
        { type: 'trade', account, sizeQ: -3 },
      ]),
    );
    expect(context.wakes).toEqual([4]);
  });

  // A long of 10 000 units is liquidated whole: the LP's short shrinks to what the griefer's longs leave of it.
  const crash = (attacks: readonly object[]) =>
    play({
      slots: 60,
      price: jump('-30 %', 10),
      population: [
        whale('bankrupt', { capital: '200_000 USDC', leverage: '5 x', side: 'long' }),
        // Wants to buy after the crash, and tries until the end.
        {
          group: 'buyer',
          kind: 'whale',
          start: '20 slots',
          params: {
            capital: '1_000 USDC',
            leverage: '2 x',
            side: 'long',
            open_over: '30 slots',
            open_slices: 10,
          },
        },
        liquidators(),
        crankers(),
      ],
      attacks,
    });
  const dust = (side: string, size: number) => [
    {
      name: 'dust',
      kind: 'dust_griefer',
      params: { accounts: 3, side, size_q: size, success_after: '30 slots' },
    },
  ];

  it('keeps a side in DrainOnly with three positions of 10 USDC, against all keepers', async () => {
    const calm = await crash([]);
    expect(calm.slabs[0]).toMatchObject({ finalModeLong: 'Normal', finalModeShort: 'Normal' });
    expect(accountOf(calm, 'buyer').positionQ).toBeGreaterThan(0);
    // 0.3 of 10 000.3 units are left: A = 29, below its minimum of 1 000.
    const record = await crash(dust('long', 100_000));
    expect(record.slabs[0]).toMatchObject({ finalModeShort: 'DrainOnly', recoveryInstructions: null });
    expect(accountOf(record, 'buyer').positionQ).toBe(0);
    // From slot 10 to the end at 60, less the slot that the reset takes without it; it cost what 0.3 units lost.
    expect(attackOf(record)).toMatchObject({ success: true, measured: 49, needed: 30 });
    expect(attackOf(record)).toMatchObject({ depositedAtoms: 30_000_000, netExtractedAtoms: -9_000_000 });
  });

  it('fails with less: the precision of A is exhausted, and both sides drain at once', async () => {
    const record = await crash(dust('long', 10));
    expect(record.slabs[0]).toMatchObject({ finalModeLong: 'Normal', finalModeShort: 'Normal' });
    expect(accountOf(record, 'buyer').positionQ).toBeGreaterThan(0);
    expect(attackOf(record).success).toBe(false);
  });

  it('cannot pin anything with positions that round away: phantom dust covers them', async () => {
    const record = await crash(dust('short', 1));
    expect(record.slabs[0]).toMatchObject({ finalModeLong: 'Normal', finalModeShort: 'Normal' });
    expect(accountsOf(record, 'dust').map((row) => row.positionQ)).toEqual([0, 0, 0]);
    expect(accountOf(record, 'buyer').positionQ).toBeGreaterThan(0);
  });
});
