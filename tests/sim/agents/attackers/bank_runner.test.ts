import { describe, expect, it } from 'vitest';
import { bankRunner } from '../../../../sim/agents/attackers/bank_runner.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';
import { accountOf, attackOf, crankers, gainOf, jump, liquidators, play, whale } from '../play.ts';

const close = { type: 'close', account: 7, share: 1 };

describe('bank_runner', () => {
  it.each([
    ['h', (context: FakeContext) => Object.assign(context.venue, { hStored: 0.9999 })],
    ['insurance', (context: FakeContext) => Object.assign(context.venue, { insuranceAtoms: 899_999 })],
    ['a fall', (context: FakeContext) => Object.assign(context, { indexPrice: 95_000_000 })],
    ['a rise', (context: FakeContext) => Object.assign(context, { indexPrice: 105_000_000 })],
  ])('runs at the first sign: %s', (_sign, happen) => {
    const context = new FakeContext();
    const params = { budget: '1_000 USDC', side: 'long', move: '5 %', fee_bid: '1 USDC' };
    const agent = createAgent(bankRunner, params);
    agent.onStart(context);
    context.views.set(7, createView(1_000_000_000, { positionQ: 50_000_000 }));
    expect(context.wake(agent, 1)).toEqual([]);
    happen(context);
    expect(context.wake(agent, 2, context.indexPrice)).toEqual([close]);
    expect(context.sent.every(({ feeBidAtoms }) => feeBidAtoms === 1_000_000)).toBe(true);
    context.views.set(7, createView(1_000_000_000));
    expect(context.wake(agent, 3, 100_000_000)).toEqual([
      { type: 'withdraw', account: 7, amountAtoms: 'max' },
    ]);
  });

  // A short of 100 with 2 000, two longs of 50 across it. +30 % at slot 10 costs it 3 000: 1 000 are missing.
  const run = async (socialize: boolean, keepers: readonly object[]) => {
    const capital = { capital: '1_000 USDC', leverage: '5 x' };
    const record = await play({
      slots: 60,
      price: jump('30 %', 10),
      risk: { socialize },
      population: [
        whale('bankrupt', { capital: '2_000 USDC', leverage: '5 x', side: 'short' }),
        whale('slow', { ...capital, side: 'long', exit_after: '20 slots', leave: true }),
        liquidators(),
        ...keepers,
      ],
      attacks: [
        {
          name: 'runner',
          kind: 'bank_runner',
          params: { budget: '1_000 USDC', side: 'long', move: '10 %', fee_bid: '1 USDC' },
        },
      ],
    });
    const { measured, success } = attackOf(record);
    return [gainOf(record), accountOf(record, 'slow').netAtoms, measured, success];
  };

  it('takes its whole profit if it closes before the bankrupt is liquidated', async () => {
    // The LP took its 50 over: it and the slow one carry 500 each. The slow one is paid before anybody has touched
    // the LP, at h = 500 / 1 000.
    // 2 000 were paid for claims of 2 500, so 1 200 was its part: 300, the 500 of K it escaped, and four bids.
    expect(await run(true, [])).toEqual([1_500_000_000, 500_000_000, 796_000_000, true]);
  });

  it('takes it from those behind where nobody settles them and the loss is left to h', async () => {
    expect(await run(false, [])).toEqual([1_500_000_000, 500_000_000, 496_000_000, true]);
  });

  it('is paid like everybody else where keepers settle profit early: h = 2 000 / 3 000', async () => {
    expect(await run(false, [crankers()])).toEqual([1_000_000_000, 1_000_000_000, -4_000_000, false]);
  });
});
