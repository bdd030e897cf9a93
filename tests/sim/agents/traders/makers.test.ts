import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../sim/record/types.ts';
import { play } from '../play.ts';
import { playBook } from '../play_book.ts';

const netOf = ({ tables }: RunRecord, name: string) =>
  tables.groups.find(({ group }) => group === name)!.netAtoms;
const makerParams = { capital: '100_000 USDC', size: '1_000 USDC', levels: 2 };

describe('makers of a book', () => {
  const run = (kind: string, params: object, more: object = {}) =>
    playBook({
      slots: 400,
      price: { kind: 'ramp', from: '100 USDC', to: '95 USDC', start: '50 slots', over: '300 slots' },
      population: [
        { group: 'makers', kind, params: { ...makerParams, ...params }, ...more },
        {
          group: 'seller',
          kind: 'whale',
          params: {
            capital: '50_000 USDC',
            leverage: '1 x',
            side: 'short',
            open_over: '100 slots',
            open_slices: 50,
          },
        },
      ],
    });

  it('a hedged LP keeps its edge: what it loses on its inventory, its hedge has made', async () => {
    const record = await run('hedged_lp', { hedge_cost: '1 bps' }, { designated_lp: true });
    const { bookOrders, bookTrading } = record.tables;
    const fills = bookTrading.find(({ group, liquidity }) => group === 'makers' && liquidity === 'maker')!;
    const { outsideAtoms } = bookOrders.find(({ group }) => group === 'makers')!;
    const net = netOf(record, 'makers');
    // 50 000 USDC bought at 5 bps below the index and 95 at the end.
    expect(fills.notionalAtoms / 1e6).toBeGreaterThan(49_000);
    expect(net).toBeLessThan(-1_000e6);
    // Hedged a slot later, in which the index falls by 1.7 bps at most, for 1 bps.
    const perNotional = (net + outsideAtoms) / fills.notionalAtoms;
    expect(perNotional).toBeGreaterThan((5 - 1 - 1.8) * 1e-4);
    expect(perNotional).toBeLessThan(5e-4);
  });

  it('one that is averse to risk sells its inventory off at a lower price than one that is not', async () => {
    const last = async (riskAversion: number) => {
      const record = await run('market_maker', { risk_aversion: riskAversion });
      return record.tables.bookTrading.find(({ liquidity }) => liquidity === 'maker')!;
    };
    const [bold, averse] = [await last(0), await last(200)];
    // Both are sold the same; the averse one bids less for each further order.
    expect(averse.edgeAtoms / averse.notionalAtoms).toBeGreaterThan(bold.edgeAtoms / bold.notionalAtoms);
  });

  it('are refused where there is no book, and so are other agents that would use one', async () => {
    const refused = (kind: string, params: object) =>
      expect(() => play({ slots: 10, population: [{ group: 'g', kind, params }] })).toThrow(
        `such a ${kind} needs an order book, and slab a has none`,
      );
    refused('market_maker', makerParams);
    refused('hedged_lp', makerParams);
    refused('noise', { capital: '1_000 USDC', limit_share: '1 %' });
    refused('value', { capital: '1_000 USDC', estimate: '100 USDC', rest: true });
    refused('liquidator', { stage_1: true, deposit: '10 USDC' });
  });
});
