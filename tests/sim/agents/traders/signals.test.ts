import { describe, expect, it } from 'vitest';
import { MeanReversionSignal, meanReversion } from '../../../../sim/agents/traders/mean_reversion.ts';
import { MomentumSignal, momentum } from '../../../../sim/agents/traders/momentum.ts';
import { createAgent, createView, FakeContext } from '../fake_context.ts';

const CAPITAL = { capital: '1_000 USDC' };

describe('momentum signal', () => {
  const signal = (overrides: object) =>
    new MomentumSignal(momentum.params.parse({ ...CAPITAL, every: '10 slots', ...overrides }));

  it('compares with the price one lookback ago, and is silent before that', () => {
    const trend = signal({ lookback: '20 slots', enter: '5 %' });
    // 104 against 100 is 4 %, 106 against 100 6 %, 108 against 104 3.8 % (kept), 100 against 106 −5.7 %.
    expect([100, 100, 104, 106, 108, 100].map((price) => trend.read(price))).toEqual([
      null,
      null,
      0,
      1,
      1,
      -1,
    ]);
  });

  it('lets go once the move in its direction is no more than `exit`', () => {
    const trend = signal({ lookback: '10 slots', enter: '5 %', exit: '1 %' });
    // +6 %, then +0.94 %; −5.6 %, then −2 % (more than 1 %), then +1 %.
    expect([100, 106, 107, 101, 99, 100].map((price) => trend.read(price))).toEqual([null, 1, 0, -1, -1, 0]);
  });
});

describe('mean reversion signal', () => {
  it('trades against the distance from the average before the price joins it', () => {
    const trend = new MeanReversionSignal(
      meanReversion.params.parse({
        ...CAPITAL,
        every: '5 slots',
        window: '10 slots',
        enter: '10 %',
        exit: '2 %',
      }),
    );
    // Averages before each price: 100, 100, 105 (+3.8 %: kept), 107 (+0.9 %: out), 107.5, 98.75 (−8.9 %: kept).
    expect([100, 110, 109, 108, 90, 90].map((price) => trend.read(price))).toEqual([null, -1, -1, 0, 1, 1]);
  });
});

describe('a trader that follows a signal', () => {
  const params = { ...CAPITAL, every: '10 slots', lookback: '10 slots', enter: '5 %' };

  it('looks every so often, turns in one trade, and leaves a position that points the right way', () => {
    const context = new FakeContext();
    const agent = createAgent(momentum, params);
    agent.onStart(context);
    expect(context.sent[0]?.action).toEqual({ type: 'deposit', account: 7, amountAtoms: 1_000_000_000 });
    const first = context.wakes[0]!;
    expect(first).toBeGreaterThanOrEqual(1);
    expect(first).toBeLessThanOrEqual(10);
    context.views.set(7, createView(1_000_000_000));
    expect(context.wake(agent, first)).toEqual([]);
    // 2 000 USDC at 125 USDC a unit.
    expect(context.wake(agent, first + 10, 125_000_000)).toEqual([
      { type: 'trade', account: 7, sizeQ: 16_000_000 },
    ]);
    context.views.set(7, createView(1_000_000_000, { positionQ: 15_000_000 }));
    expect(context.wake(agent, first + 20, 150_000_000)).toEqual([]);
    // 900 USDC less 100 of fee debt at 2x and 100 USDC: 16 units short, from 15 long.
    context.views.set(7, createView(900_000_000, { positionQ: 15_000_000, feeDebtAtoms: 100_000_000 }));
    expect(context.wake(agent, first + 30, 100_000_000)).toEqual([
      { type: 'trade', account: 7, sizeQ: -31_000_000 },
    ]);
    context.views.set(7, createView(900_000_000, { positionQ: -16_000_000 }));
    expect(context.wake(agent, first + 40, 100_000_000)).toEqual([{ type: 'close', account: 7, share: 1 }]);
    expect(context.wakes).toEqual([0, 10, 20, 30, 40, 50].map((later) => first + later));
  });

  it('names the worst price it takes if it has one', () => {
    const context = new FakeContext();
    const agent = createAgent(momentum, { ...params, max_slippage: '2 %' });
    agent.onStart(context);
    const first = context.wakes[0]!;
    context.views.set(7, createView(1_000_000_000));
    context.wake(agent, first);
    expect(context.wake(agent, first + 10, 125_000_000)).toEqual([
      { type: 'trade', account: 7, sizeQ: 16_000_000, limitPrice: 127_500_000 },
    ]);
    context.views.set(7, createView(1_000_000_000, { positionQ: 16_000_000 }));
    expect(context.wake(agent, first + 20, 125_000_000)).toEqual([
      { type: 'close', account: 7, share: 1, limitPrice: 122_500_000 },
    ]);
  });

  it.each([
    ['was refused', undefined],
    ['has nothing left', createView(0)],
  ])('that %s never looks again', (_why, view) => {
    const context = new FakeContext();
    const agent = createAgent(meanReversion, { ...CAPITAL, every: '1 slots' });
    agent.onStart(context);
    if (view !== undefined) context.views.set(7, view);
    context.wake(agent, 1);
    context.wake(agent, 2);
    expect(context.wakes).toEqual([1, 2]);
  });
});
