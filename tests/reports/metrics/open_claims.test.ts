import { expect, test } from 'vitest';
import type { AccountRow } from '../../../sim/record/types.ts';
import { makeAccount, makeSeries, makeSlab } from '../fixture.ts';
import { measure, SLAB } from './measure.ts';

function account(slab: string, row: Partial<AccountRow>): AccountRow {
  return { ...makeAccount(slab, { account: 0, group: 'a', role: 'trader' }), positionQ: 1, ...row };
}

// Claims 70 + 30 (of 50 one loses 20). The residual is 60, losers pay 10 and 5 of what they have.
const accounts = [
  account(SLAB, { pnlAtoms: 40, unsettledPnlAtoms: 30 }),
  account(SLAB, { pnlAtoms: 50, unsettledPnlAtoms: -20 }),
  account(SLAB, { capitalAtoms: 100, unsettledPnlAtoms: -10 }),
  account(SLAB, { capitalAtoms: 5, unsettledPnlAtoms: -12 }),
];
const series = [
  makeSeries(SLAB, 0, { residualAtoms: 999 }),
  makeSeries(SLAB, 5, { residualAtoms: 60, insuranceAtoms: 8 }),
];

test('open claims count what is not settled yet, and nobody’s loss', () => {
  expect(measure('haircut.open_claims', { accounts, series })).toBe(70 + 30);
});

test('backed by the residual and by what losers can still pay', () => {
  expect(measure('haircut.open_claims_unbacked', { accounts, series })).toBe(100 - 60 - 10 - 5);
});

test('insurance pays above its floor, and only for losers without a position', () => {
  const flat = accounts.map((row) => (row.capitalAtoms === 5 ? { ...row, positionQ: 0 } : row));
  const unbacked = (insuranceFloorAtoms: number) =>
    measure('haircut.open_claims_unbacked', { accounts: flat, series }, [
      makeSlab(SLAB, { insuranceFloorAtoms }),
    ]);
  // 7 are missing; 8, 2 and nothing are above the floors.
  expect([0, 6, 9].map(unbacked)).toEqual([25 - 7, 25 - 2, 25]);
});

test('what one slab has too much does not back the other', () => {
  const slabs = [makeSlab(SLAB), makeSlab('rich')];
  const rich = [account('rich', { pnlAtoms: 1 })];
  const rows = [...series, makeSeries('rich', 5, { residualAtoms: 500 })];
  expect(
    measure('haircut.open_claims_unbacked', { accounts: [...accounts, ...rich], series: rows }, slabs),
  ).toBe(25);
});
