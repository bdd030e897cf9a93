import { describe, expect, it } from 'vitest';
import { calculateSummary } from '../../../reports/metrics/index.ts';
import type { RunRecord } from '../../../sim/record/types.ts';
import { attackOf, crankers, liquidators, play, whale } from './play.ts';

// The long of 100 is liquidated at 92 in slot 18 for a fee of 46, a fifth of it for the keeper.
const fall = (attacks: readonly object[] = [], cranker: object = {}) =>
  play({
    slots: 60,
    price: { kind: 'ramp', from: '100 USDC', to: '60 USDC', start: '10 slots', over: '40 slots' },
    risk: { liquidation_fee: '50 bps', keeper_reward: '20 %' },
    population: [
      whale('long', { capital: '1_250 USDC', leverage: '8 x', side: 'long' }),
      liquidators({ deposit: '10 USDC', fee_bid: '2 USDC' }),
      crankers({ every: '20 slots', ...cranker }),
    ],
    attacks,
  });
const groupOf = ({ tables }: RunRecord, name: string) => tables.groups.find(({ group }) => group === name);

describe('bids in the auction', () => {
  it('cost a keeper: its net is rewards − bids', async () => {
    const record = await fall();
    // Its deposit and one liquidation.
    expect(groupOf(record, 'liquidators')).toMatchObject({
      role: 'keeper',
      accounts: 1,
      bidsPaidAtoms: 4_000_000,
      netAtoms: 9_200_000 - 4_000_000,
    });
    // Without an account and without bids there is nothing to say.
    expect(groupOf(record, 'crankers')).toBeUndefined();
  });

  it('cost a keeper without an account as well', async () => {
    const record = await fall([], { fee_bid: '0.5 USDC' });
    const bids = groupOf(record, 'crankers')!;
    expect(bids).toMatchObject({ role: 'keeper', accounts: 0, depositedAtoms: 0 });
    expect(bids.netAtoms).toBe(-bids.bidsPaidAtoms);
  });

  it('leave the venue: what it holds still adds up, and no account knows of them', async () => {
    const record = await fall();
    const { identities, metrics } = calculateSummary(record);
    expect(identities.length).toBeGreaterThan(0);
    expect(identities.every(({ residueAtoms }) => residueAtoms === 0)).toBe(true);
    expect(metrics.find(({ name }) => name === 'totals.bids')!.value).toBe(4_000_000);
    const nets = record.tables.accounts.reduce((sum, { netAtoms }) => sum + netAtoms, 0);
    const groups = record.tables.groups.reduce((sum, { netAtoms }) => sum + netAtoms, 0);
    expect(nets - groups).toBe(4_000_000);
  });

  it('are paid for actions that are refused, and are part of what an attack costs', async () => {
    // Two deposits and two trades.
    const attack = { name: 'dust', kind: 'dust_griefer' };
    const params = { accounts: 2, side: 'short', size_q: 1, fee_bid: '3 USDC' };
    const record = await fall([{ ...attack, params }]);
    expect(attackOf(record)).toMatchObject({ bidsPaidAtoms: 12_000_000 });
    const { depositedAtoms, leftInsideAtoms, netExtractedAtoms, withdrawnAtoms } = attackOf(record);
    expect(netExtractedAtoms).toBe(withdrawnAtoms + leftInsideAtoms - depositedAtoms - 12_000_000);
    // More than they can carry: both trades are refused, and paid for all the same.
    const refused = await fall([{ ...attack, params: { ...params, size_q: 1e15 } }]);
    expect(refused.tables.rejections.some(({ group }) => group === 'dust')).toBe(true);
    expect(attackOf(refused).bidsPaidAtoms).toBe(12_000_000);
  });
});
