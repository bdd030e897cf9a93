import type { AccountRow } from '../../sim/record/types.ts';
import { defineMetrics, lastSeriesRows, splitBySlab, sum, type View } from './definition.ts';

/** Pnl of an account as if it were settled at the undistorted price. */
const settledPnl = (account: AccountRow) => account.pnlAtoms + account.unsettledPnlAtoms;
const claim = (account: AccountRow) => Math.max(0, settledPnl(account));
const loss = (account: AccountRow) => Math.max(0, -settledPnl(account));

const sumClaims = (view: View) => sum(view.tables.accounts, claim);

/**
 * What is there for the claims of one slab once everybody is settled (design 01 §3, §7): the residual, what losers can
 * pay from capital, and what insurance above its floor pays for accounts that are flat and cannot.
 */
function calculateBacking(view: View): number {
  const last = lastSeriesRows(view)[0];
  if (last === undefined) return 0;
  const paid = sum(view.tables.accounts, (account) => Math.min(account.capitalAtoms, loss(account)));
  const flat = view.tables.accounts.filter((account) => account.positionQ === 0);
  const missing = sum(flat, (account) => Math.max(0, loss(account) - account.capitalAtoms));
  const insurance = Math.max(0, last.insuranceAtoms - view.slabs[0]!.insuranceFloorAtoms);
  return last.residualAtoms + paid + Math.min(missing, insurance);
}

/** What is still owed when the run ends, matured or not, and whether it could be paid. */
export const openClaimsMetrics = defineMetrics('haircut', [
  {
    name: 'open_claims',
    unit: 'atoms',
    formula: 'Σ max(0, pnlAtoms + unsettledPnlAtoms): unpaid profit at the end, matured or not',
    source: 'accounts.csv',
    calculate: sumClaims,
  },
  {
    name: 'open_claims_unbacked',
    unit: 'atoms',
    formula:
      'Σ over slabs of open claims − last residualAtoms − Σ min(capitalAtoms, loss) − min(Σ (loss − capitalAtoms) of accounts with positionQ = 0, last insuranceAtoms − insuranceFloorAtoms), each at least 0; loss = −(pnlAtoms + unsettledPnlAtoms)',
    source: 'accounts.csv, series.csv, slabs.csv',
    calculate: (view) =>
      sum(splitBySlab(view), (slab) => Math.max(0, sumClaims(slab) - calculateBacking(slab))),
  },
]);
