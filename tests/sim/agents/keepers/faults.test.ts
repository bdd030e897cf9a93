import { describe, expect, it } from 'vitest';
import { liquidators, play, whale } from '../play.ts';

// 100 long at 8x with 1 250; the price falls by 1 a slot from slot 10 on, to 60. At 92 the equity of 450 no longer
// covers the 460 required; at 87 it is negative by 50, and by 100 more each slot after that.
const fall = (params: object) =>
  play({
    slots: 60,
    price: { kind: 'ramp', from: '100 USDC', to: '60 USDC', start: '10 slots', over: '40 slots' },
    population: [
      whale('long', { capital: '1_250 USDC', leverage: '8 x', side: 'long' }),
      liquidators(params),
    ],
  });

describe('what a fault of a liquidator costs', () => {
  it('nothing when it is at work: the account is closed while it can pay', async () => {
    const { tables } = await fall({});
    expect(tables.liquidations).toMatchObject([{ slot: 18, deficitAtoms: 0 }]);
  });

  it.each([
    ['late', { lag: '10 slots' }],
    ['absent', { absent: [{ from: '15 slots', to: '28 slots' }] }],
  ])('%s by ten slots: what the price fell beyond the margin meanwhile', async (_fault, params) => {
    const { tables } = await fall(params);
    expect(tables.liquidations).toMatchObject([{ slot: 28, deficitAtoms: 550_000_000 }]);
  });

  it('censoring everybody: the account is never closed', async () => {
    const { tables } = await fall({ censored_share: '100 %' });
    expect(tables.liquidations).toEqual([]);
  });

  it('censoring a group: its accounts are never closed, those of others are', async () => {
    const names = ['long', 'friend'];
    const { tables } = await play({
      slots: 60,
      price: { kind: 'ramp', from: '100 USDC', to: '60 USDC', start: '10 slots', over: '40 slots' },
      population: [
        // Seated before those it knows by their group.
        liquidators({ censored_groups: ['friend'] }),
        ...names.map((name) => whale(name, { capital: '1_250 USDC', leverage: '8 x', side: 'long' })),
      ],
    });
    expect(tables.liquidations).toMatchObject([{ slot: 18, group: 'long' }]);
  });

  it('a group that the scenario lacks is refused, with the nearest name', () => {
    expect(() => fall({ censored_groups: ['lnog'] })).toThrow(
      /censored_groups\.0.*there is no such group; known: long, liquidators, lp.*"nearest": "long"/s,
    );
  });

  it('a keeper with a deposit earns the rewards of the slab', async () => {
    const { tables } = await play({
      slots: 60,
      price: { kind: 'ramp', from: '100 USDC', to: '60 USDC', start: '10 slots', over: '40 slots' },
      risk: { liquidation_fee: '50 bps', keeper_reward: '20 %' },
      population: [
        whale('long', { capital: '1_250 USDC', leverage: '8 x', side: 'long' }),
        liquidators({ deposit: '10 USDC' }),
      ],
    });
    // 100 units closed at 92: a fee of 46, a fifth of it for the keeper.
    const keeper = tables.accounts.find(({ group }) => group === 'liquidators');
    expect(keeper).toMatchObject({ role: 'keeper', rewardsAtoms: 9_200_000, netAtoms: 9_200_000 });
  });
});
