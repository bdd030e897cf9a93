import type { AccountRow } from '../../sim/record/types.ts';
import { lastSeriesRows, sum, type View } from './definition.ts';

/** One term of an identity, as a reader finds it in the CSV files. */
export interface IdentityTerm {
  name: string;
  /** CSV table and column. */
  source: string;
  atoms: number;
}

/** Σ left = Σ right, in exact integers. */
export interface Identity {
  slab: string;
  name: string;
  statement: string;
  left: IdentityTerm[];
  right: IdentityTerm[];
  /** Σ left − Σ right, exact; must be 0. */
  residueAtoms: number;
}

/**
 * The money identities. They hold to the atom whatever happened: every atom that entered is in the vault or left,
 * every atom a loser paid went to a winner or waits for one, every deficit has exactly one bearer. `losses` is
 * `wealth` before fees, `wealth` counts cash only (withdrawn + capital − deposited), not open positions.
 */
const IDENTITIES = [
  [
    'vault',
    'deposits + insurance paid in = withdrawals + vault',
    ['deposits', 'toppedUp'],
    ['withdrawals', 'vault'],
  ],
  [
    'contents',
    'vault = capital + insurance fund + residual',
    ['vault'],
    ['capital', 'insurance', 'residual'],
  ],
  [
    'insurance',
    'insurance paid in + fees = insurance fund + deficits it paid + rewards and rebates',
    ['toppedUp', 'fees'],
    ['insurance', 'spent', 'rewards'],
  ],
  [
    'losses',
    'losses paid + deficits insurance paid = gains converted + residual',
    ['lossesPaid', 'spent'],
    ['gainsConverted', 'residual'],
  ],
  [
    'deficits',
    'deficits = paid by insurance + shared through K + uninsured',
    ['deficits'],
    ['spent', 'socializedLong', 'socializedShort', 'uninsured'],
  ],
  [
    'wealth',
    'losses of accounts + insurance spent = gains of accounts + fees + residual',
    ['cashLosses', 'spent', 'rewards'],
    ['cashGains', 'fees', 'residual'],
  ],
] as const;

type TermKey = (typeof IDENTITIES)[number][2 | 3][number];

const cashChange = (account: AccountRow) =>
  account.withdrawnAtoms + account.capitalAtoms - account.depositedAtoms;

function calculateTerms(view: View): Record<TermKey, IdentityTerm> | null {
  const info = view.slabs[0];
  const last = lastSeriesRows(view)[0];
  if (!info || !last) return null;
  const term = (name: string, source: string, atoms: number) => ({ name, source, atoms });
  const accounts = (name: string, column: keyof AccountRow & `${string}Atoms`) =>
    term(
      name,
      `accounts.${column}`,
      sum(view.tables.accounts, (account) => account[column]),
    );
  const cash = (name: string, pick: (change: number) => number) =>
    term(
      name,
      'accounts: withdrawn + capital − deposited',
      sum(view.tables.accounts, (account) => Math.max(0, pick(cashChange(account)))),
    );
  return {
    deposits: accounts('deposits', 'depositedAtoms'),
    withdrawals: accounts('withdrawals', 'withdrawnAtoms'),
    capital: accounts('capital', 'capitalAtoms'),
    fees: accounts('fees', 'feesPaidAtoms'),
    lossesPaid: accounts('losses paid from capital', 'lossesPaidAtoms'),
    gainsConverted: accounts('gains converted into capital', 'gainsConvertedAtoms'),
    deficits: accounts('deficits', 'deficitAtoms'),
    cashLosses: cash('accounts that ended with less cash', (change) => -change),
    cashGains: cash('accounts that ended with more cash', (change) => change),
    toppedUp: term('insurance paid in', 'slabs.toppedUpAtoms', info.toppedUpAtoms),
    spent: term('deficits paid by insurance', 'slabs.insurancePaidAtoms', info.insurancePaidAtoms),
    rewards: term('rewards and rebates from insurance', 'slabs.rewardsPaidAtoms', info.rewardsPaidAtoms),
    vault: term('vault', 'slabs.vaultAtoms', info.vaultAtoms),
    insurance: term('insurance fund', 'series.insuranceAtoms (last)', last.insuranceAtoms),
    residual: term('residual, owed to open claims', 'series.residualAtoms (last)', last.residualAtoms),
    socializedLong: term(
      'shared through K by longs',
      'series.socializedLongAtoms (last)',
      last.socializedLongAtoms,
    ),
    socializedShort: term(
      'shared through K by shorts',
      'series.socializedShortAtoms (last)',
      last.socializedShortAtoms,
    ),
    uninsured: term('uninsured', 'series.uninsuredAtoms (last)', last.uninsuredAtoms),
  };
}

const exact = (terms: readonly IdentityTerm[]) =>
  terms.reduce((total, term) => total + BigInt(Math.round(term.atoms)), 0n);

/** The money identities of the view's one slab. */
export function calculateIdentities(view: View): Identity[] {
  const terms = calculateTerms(view);
  if (terms === null) return [];
  return IDENTITIES.map(([name, statement, leftKeys, rightKeys]) => {
    const left = leftKeys.map((key) => terms[key]);
    const right = rightKeys.map((key) => terms[key]);
    const residueAtoms = Number(exact(left) - exact(right));
    return { slab: view.slabs[0]!.slab, name, statement, left, right, residueAtoms };
  });
}
