import { describe, expect, it } from 'vitest';
import { accountsOf, crankers, liquidators, play } from '../play.ts';

const group = (kind: string, params: object, count = 5) => ({ group: kind, kind, count, params });
const capital = '1_000 USDC';

describe('the traders of one venue', () => {
  // From 100 down to 80 between slots 100 and 300, back up to 96 by slot 500.
  const start = () =>
    play({
      slots: 800,
      price: {
        kind: 'crash_bounce',
        from: '100 USDC',
        fall: '20 %',
        start: '100 slots',
        over: '200 slots',
        bounce: '16 %',
        bounce_over: '200 slots',
      },
      population: [
        group('noise', { capital, mean_gap: '20 slots', max_leverage: '2 x' }),
        group('momentum', { capital, every: '10 slots', lookback: '50 slots', enter: '2 %' }),
        group('mean_reversion', { capital, every: '10 slots', window: '200 slots', enter: '5 %' }),
        group('value', { capital, estimate: { uniform: ['94 USDC', '96 USDC'] }, edge: '10 %' }),
        liquidators(),
        crankers({ every: '10 slots' }),
      ],
    });
  let run: ReturnType<typeof play> | undefined;
  // Made by the first test that needs it, because files may only be made inside one.
  const venue = () => {
    run ??= start();
    return run;
  };
  const fillsOf = async (name: string) =>
    [...(await venue()).tables.fills]
      .filter((fill) => fill.buyerGroup === name || fill.sellerGroup === name)
      .map((fill) => ({ slot: fill.slot, isBuy: fill.buyerGroup === name }));
  const netOf = async (name: string) => accountsOf(await venue(), name).map((row) => row.netAtoms);

  it('are not refused anything', async () => {
    expect((await venue()).tables.rejections).toEqual([]);
  });

  it('noise trades all the time, in both directions', async () => {
    const fills = await fillsOf('noise');
    // 5 traders, 800 slots, one order in 20 slots each: 200.
    expect(Math.abs(fills.length - 200)).toBeLessThan(60);
    const buys = fills.filter(({ isBuy }) => isBuy).length;
    expect(Math.abs(buys / fills.length - 0.5)).toBeLessThan(0.15);
  });

  it('momentum sells the fall, turns in the recovery and gains from both', async () => {
    const fills = await fillsOf('momentum');
    expect(fills.filter(({ slot }) => slot < 300).every(({ isBuy }) => !isBuy)).toBe(true);
    expect(fills.filter(({ slot }) => slot > 300 && slot < 500).every(({ isBuy }) => isBuy)).toBe(true);
    expect(Math.min(...(await netOf('momentum')))).toBeGreaterThan(0);
  });

  it('mean reversion buys the fall', async () => {
    const fills = await fillsOf('mean_reversion');
    expect(fills.filter(({ slot }) => slot < 300).every(({ isBuy }) => isBuy)).toBe(true);
    expect(fills.length).toBeGreaterThanOrEqual(5);
  });

  it('value buys 10 % below what it believes in, sells there, and trades no more', async () => {
    const fills = await fillsOf('value');
    expect(fills.map(({ isBuy }) => isBuy).sort()).toEqual([...Array(5).fill(false), ...Array(5).fill(true)]);
    // 85.5 ± 0.9 is reached around slot 245, 95 ± 1 around slot 488.
    for (const { isBuy, slot } of fills) {
      expect(Math.abs(slot - (isBuy ? 245 : 488))).toBeLessThan(40);
    }
    // 2x from 85.5 to 95: 22 % of the capital.
    for (const net of await netOf('value')) expect(Math.abs(net / 1_000_000_000 - 0.222)).toBeLessThan(0.02);
  });
});
