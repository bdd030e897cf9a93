import { describe, expect, it } from 'vitest';
import { warmupFarmer } from '../../../../sim/agents/attackers/warmup_farmer.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';
import { attackOf, play } from '../play.ts';

describe('warmup_farmer', () => {
  it('splits its budget, harvests every account, and leaves with all of them', () => {
    const context = new FakeContext();
    const params = { budget: '2_000 USDC', side: 'long', accounts: 2, every: '10 slots', hold: '15 slots' };
    const agent = createAgent(warmupFarmer, params);
    agent.onStart(context);
    expect(agent.accounts).toEqual([7, 8]);
    expect(context.sent.map(({ action }) => action)).toEqual(
      [7, 8].flatMap((account) => [
        { type: 'deposit', account, amountAtoms: 1_000_000_000 },
        { type: 'trade', account, sizeQ: 50_000_000 },
      ]),
    );
    context.views.set(7, createView(1_000_000_000, { positionQ: 50_000_000, releasedAtoms: 3 }));
    context.views.set(8, createView(1_000_000_000, { positionQ: 50_000_000 }));
    context.open = [0, 7, 8];
    const candidates = context.open.map((account) => [account, null]);
    expect(context.wake(agent, 10)).toEqual([
      { type: 'crank', candidates, maxRevalidations: 3 },
      { type: 'convert', account: 7 },
      { type: 'withdraw', account: 7, amountAtoms: 'max' },
      { type: 'withdraw', account: 8, amountAtoms: 'max' },
    ]);
    expect(context.wake(agent, 15)).toEqual([
      { type: 'close', account: 7, share: 1 },
      { type: 'close', account: 8, share: 1 },
    ]);
    expect(context.wakes).toEqual([10, 15, 16, 16]);
  });

  const farm = (accounts: number) =>
    play({
      slots: 120,
      price: { kind: 'ramp', from: '100 USDC', to: '120 USDC', start: '5 slots', over: '20 slots' },
      risk: { warmup: '100 slots', trading_fee: '5 bps' },
      attacks: [
        {
          name: 'farm',
          kind: 'warmup_farmer',
          params: { budget: '1_000 USDC', side: 'long', accounts, every: '5 slots', hold: '110 slots' },
        },
      ],
    });

  it('gets nothing earlier from ten accounts than from one, and pays no less', async () => {
    const withdrawals = async (accounts: number) => {
      const record = await farm(accounts);
      const bySlot = new Map<number, number>();
      for (const { kind, paidAtoms, slot } of record.tables.exits) {
        if (kind === 'withdraw') bySlot.set(slot, (bySlot.get(slot) ?? 0) + paidAtoms);
      }
      return { attack: attackOf(record), bySlot: [...bySlot] };
    };
    const [one, ten] = [await withdrawals(1), await withdrawals(10)];
    expect(ten.bySlot.length).toBeGreaterThan(10);
    expect(ten.bySlot.map(([slot]) => slot)).toEqual(one.bySlot.map(([slot]) => slot));
    // Splitting costs at most a few atoms of rounding at each harvest of each account.
    ten.bySlot.forEach(([, atoms], at) => {
      expect(Math.abs(atoms - one.bySlot[at]![1])).toBeLessThan(1_000);
    });
    expect(ten.attack.feesPaidAtoms).toBeGreaterThanOrEqual(one.attack.feesPaidAtoms);
  });
});
