import { describe, expect, it } from 'vitest';
import { warmupFarmer } from '../../../../sim/agents/attackers/warmup_farmer.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';
import { attackOf, play } from '../play.ts';

const deposit = (account: number) => ({ type: 'deposit', account, amountAtoms: 1_000_000_000 });
const buy = (account: number) => ({ type: 'trade', account, sizeQ: 50_000_000 });
const withdraw = (account: number) => ({ type: 'withdraw', account, amountAtoms: 'max' });

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

  it('in turn: closes, takes its capital along and opens in the next account, and harvests all so far', () => {
    const context = new FakeContext();
    const params = { budget: '1_000 USDC', side: 'long', accounts: 2, every: '30 slots', hold: '40 slots' };
    const agent = createAgent(warmupFarmer, { ...params, plan: 'in_turn' });
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([deposit(7), buy(7)]);
    expect(context.wake(agent, 20)).toEqual([
      { type: 'close', account: 7, share: 1 },
      withdraw(7),
      deposit(8),
      buy(8),
    ]);
    expect(context.wake(agent, 30)).toEqual([withdraw(7), withdraw(8)]);
    context.views.set(7, createView(0, { pnlAtoms: 60, reservedAtoms: 60 }));
    context.views.set(8, createView(1_000_000_000, { positionQ: 50_000_000 }));
    expect(context.wake(agent, 40)).toEqual([withdraw(7), { type: 'close', account: 8, share: 1 }]);
    expect(context.wakes).toEqual([20, 30, 40, 70, 41]);
  });

  // The index climbs from 100 to 120 while the warmup runs once.
  const farm = async (accounts: number, plan: string) => {
    const record = await play({
      slots: 300,
      price: { kind: 'ramp', from: '100 USDC', to: '120 USDC', start: '0 slots', over: '100 slots' },
      risk: { warmup: '100 slots', trading_fee: '5 bps' },
      attacks: [
        {
          name: 'farm',
          kind: 'warmup_farmer',
          params: { budget: '1_000 USDC', side: 'long', accounts, plan, every: '5 slots', hold: '105 slots' },
        },
      ],
    });
    const flows = (slot: number) =>
      record.tables.exits
        .filter((exit) => exit.kind === 'convert' && exit.slot <= slot)
        .reduce((sum, exit) => sum + exit.paidAtoms, 0);
    return { attack: attackOf(record), early: flows(104) / flows(299) };
  };

  it('gets nothing earlier from ten accounts that hold at once, and pays no less', async () => {
    const [one, ten] = [await farm(1, 'together'), await farm(10, 'together')];
    expect(Math.abs(ten.early - one.early)).toBeLessThan(0.000_01);
    expect(ten.attack.feesPaidAtoms).toBeGreaterThanOrEqual(one.attack.feesPaidAtoms);
    expect(Math.abs(ten.attack.measured!)).toBeLessThan(0.03);
    expect(ten.attack.success).toBe(false);
  });

  it('gets a half instead of 1/e by the end of a steady rise when accounts take turns, for the fees of each turn', async () => {
    const [one, turns] = [await farm(1, 'together'), await farm(10, 'in_turn')];
    // Touched throughout, R' = p − R/T leaves 1 − 1/e of the profit locked at T; aged apart, each part loses (T − t)/T.
    expect(Math.abs(one.early - 0.368)).toBeLessThan(0.03);
    expect(Math.abs(turns.early - 0.5)).toBeLessThan(0.03);
    expect(Math.abs(turns.attack.measured! - (turns.early - one.early))).toBeLessThan(0.03);
    expect([one.attack.success, turns.attack.success]).toEqual([false, true]);
    expect(turns.attack.feesPaidAtoms).toBeGreaterThan(5 * one.attack.feesPaidAtoms);
    expect(turns.attack.netExtractedAtoms).toBeLessThan(one.attack.netExtractedAtoms);
  });
});
