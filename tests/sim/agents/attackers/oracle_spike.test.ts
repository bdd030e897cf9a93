import { describe, expect, it } from 'vitest';
import { oracleSpike } from '../../../../sim/agents/attackers/oracle_spike.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const base = {
  budget: '1_000 USDC',
  leverage: '5 x',
  distortion: '20 %',
  start: '100 slots',
  length: '4 slots',
  fee_bid: '2 USDC',
};
const withdraw = { type: 'withdraw', account: 7, amountAtoms: 'max' };
const close = { type: 'close', account: 7, share: 1 };

describe('oracle_spike', () => {
  it('declares the window it distorts', () => {
    expect(oracleSpike.distortions?.(oracleSpike.params.parse(base))).toEqual([
      { fromSlot: 100, toSlot: 104, bps: 2_000 },
    ]);
  });

  it('deposits and opens in the direction of the distortion, just before it', () => {
    const context = new FakeContext();
    const agent = createAgent(oracleSpike, base);
    agent.onStart(context);
    expect(context.sent).toEqual([]);
    expect(context.wakes).toEqual([95]);
    expect(context.wake(agent, 95)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
      { type: 'trade', account: 7, sizeQ: 50_000_000 },
    ]);
    expect(context.sent.every(({ feeBidAtoms }) => feeBidAtoms === 2_000_000)).toBe(true);
    expect(context.wakes).toEqual([95, 100]);

    const short = new FakeContext();
    createAgent(oracleSpike, { ...base, distortion: '-20 %', start: '3 slots' }).onStart(short);
    expect(short.sent[1]?.action).toEqual({ type: 'trade', account: 7, sizeQ: -50_000_000 });
    expect(short.wakes).toEqual([3]);
  });

  it('exit close: closes at the false price, withdraws, and keeps trying after the correction', () => {
    const context = new FakeContext();
    const agent = createAgent(oracleSpike, { ...base, retry_every: '10 slots' });
    agent.onStart(context);
    context.wake(agent, 95);
    context.views.set(7, createView(1_000_000_000, { positionQ: 50_000_000, equityAtoms: 2_000_000_000 }));
    expect(context.wake(agent, 100, 120_000_000)).toEqual([close]);
    // The profit of 1 000 USDC is reserved: capital leaves, then what has matured every 10 slots.
    const reserve = { pnlAtoms: 1_000_000_000, reservedAtoms: 1_000_000_000 };
    context.views.set(7, createView(1_000_000_000, { ...reserve, equityAtoms: 2_000_000_000 }));
    expect(context.wake(agent, 101)).toEqual([withdraw]);
    expect(context.wakes.at(-1)).toBe(111);
    context.views.set(7, createView(125_000_000, { pnlAtoms: 875_000_000, reservedAtoms: 875_000_000 }));
    expect(context.wake(agent, 111, 100_000_000)).toEqual([withdraw]);
    context.views.set(7, createView(0));
    const asked = context.wakes.length;
    expect(context.wake(agent, 121)).toEqual([]);
    expect(context.wakes.length).toBe(asked);
  });

  it('exit convert: keeps the position, settles all, converts what is released, leaves after the window', () => {
    const context = new FakeContext();
    const agent = createAgent(oracleSpike, { ...base, exit: 'convert', retry_every: '3 slots' });
    agent.onStart(context);
    context.wake(agent, 95);
    const held = { positionQ: 50_000_000, pnlAtoms: 1_000_000_000, equityAtoms: 2_000_000_000 };
    context.views.set(7, createView(1_000_000_000, { ...held, reservedAtoms: 1_000_000_000 }));
    expect(context.wake(agent, 100)).toEqual([{ type: 'settle', account: 7 }, withdraw]);
    expect(context.wakes.at(-1)).toBe(103);
    context.views.set(7, createView(500_000_000, { ...held, releasedAtoms: 37_500_000 }));
    context.open = [0, 3, 7];
    const candidates = [
      [0, null],
      [3, null],
      [7, null],
    ];
    expect(context.wake(agent, 103)).toEqual([
      { type: 'crank', candidates, maxRevalidations: 3 },
      { type: 'convert', account: 7 },
      withdraw,
    ]);
    expect(context.wakes.at(-1)).toBe(104);
    expect(context.wake(agent, 104)).toEqual([close]);
  });
});
