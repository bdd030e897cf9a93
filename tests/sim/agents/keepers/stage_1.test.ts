import { expect, it } from 'vitest';
import { playBook } from '../play_book.ts';

/** Longs at 9x while the index falls by 4 %: their equity falls from 11 % of the position to less than 8 %, not to 5 %. */
const run = (stage1: boolean) =>
  playBook({
    slots: 200,
    risk: { trading_fee: '5 bps', keeper_reward: '50 %' },
    insurance: '1_000 USDC',
    price: { kind: 'ramp', from: '100 USDC', to: '96 USDC', start: '50 slots', over: '100 slots' },
    book: { guards: { reduce_band: '8 %' } },
    population: [
      {
        group: 'makers',
        kind: 'market_maker',
        params: { capital: '1_000_000 USDC', size: '20_000 USDC', risk_aversion: 0 },
      },
      {
        group: 'longs',
        kind: 'retail_levered',
        count: 5,
        params: { capital: '1_000 USDC', leverage: '9 x', long_share: '100 %', entry: '10 slots' },
      },
      {
        group: 'liquidators',
        kind: 'liquidator',
        params: { deposit: '10 USDC', ...(stage1 ? { stage_1: true } : {}) },
      },
    ],
  });

it('stage 1 sells part of a position on the book before it can be liquidated, for a reward', async () => {
  const { tables } = await run(true);
  expect(tables.liquidations).toEqual([]);
  const [book] = tables.books;
  // Each of the five goes back to 10 % of what is left once it is below 8 %: it sells about a fifth.
  expect(book!.reductions).toBeGreaterThanOrEqual(5);
  expect(book!.reducedQ / 1e6).toBeGreaterThan(5 * 90 * 0.15);
  expect(book!.reducedQ / 1e6).toBeLessThan(5 * 90 * 0.5);
  const own = tables.bookOrders.find(({ group }) => group === 'liquidators')!;
  expect(own.reductionRewardAtoms).toBeGreaterThan(0);
  // Half of the taker fee of 5 bps.
  expect(own.reductionRewardAtoms / (book!.reducedQ * 97)).toBeCloseTo(2.5e-4, 5);
  const held = tables.accounts.filter(({ group }) => group === 'longs').map(({ positionQ }) => positionQ);
  expect(Math.max(...held)).toBeLessThan(80e6);
});

it('without it nobody is reduced', async () => {
  const { tables } = await run(false);
  expect(tables.books[0]!.reductions).toBe(0);
  expect(tables.liquidations).toEqual([]);
});
