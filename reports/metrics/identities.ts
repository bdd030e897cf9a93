import { lastSeriesRows, type View } from './definition.ts';

/** One term of an identity; `atoms` carries its sign. */
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

const exact = (terms: readonly IdentityTerm[]) =>
  terms.reduce((total, term) => total + BigInt(Math.round(term.atoms)), 0n);

function build(
  slab: string,
  name: string,
  statement: string,
  left: IdentityTerm[],
  right: IdentityTerm[],
): Identity {
  return { slab, name, statement, left, right, residueAtoms: Number(exact(left) - exact(right)) };
}

/**
 * The money identities of one slab. They hold to the atom whatever happened: every atom that entered is in the
 * vault or left, every atom a loser paid went to a winner or waits for one, every deficit has exactly one bearer.
 */
export function calculateIdentities(view: View): Identity[] {
  const info = view.slabs[0];
  const last = lastSeriesRows(view)[0];
  if (!info || !last) return [];
  const column = (pick: (account: View['tables']['accounts'][number]) => number) =>
    view.tables.accounts.reduce((total, account) => total + pick(account), 0);
  const term = (name: string, source: string, atoms: number): IdentityTerm => ({ name, source, atoms });
  const residual = term('residual, owed to open claims', 'series.residualAtoms', last.residualAtoms);
  const insurancePaid = term(
    'deficits paid by insurance',
    'slabs.insurancePaidAtoms',
    info.insurancePaidAtoms,
  );
  const vault = term('vault', 'slabs.vaultAtoms', info.vaultAtoms);
  return [
    build(
      info.slab,
      'vault',
      'deposits + insurance paid in − withdrawals = vault',
      [
        term(
          'deposits',
          'accounts.depositedAtoms',
          column((account) => account.depositedAtoms),
        ),
        term('insurance paid in', 'slabs.toppedUpAtoms', info.toppedUpAtoms),
        term('withdrawals', 'accounts.withdrawnAtoms', 0 - column((account) => account.withdrawnAtoms)),
      ],
      [vault],
    ),
    build(
      info.slab,
      'contents',
      'vault = capital + insurance fund + residual',
      [vault],
      [
        term(
          'capital',
          'accounts.capitalAtoms',
          column((account) => account.capitalAtoms),
        ),
        term('insurance fund', 'series.insuranceAtoms', last.insuranceAtoms),
        residual,
      ],
    ),
    build(
      info.slab,
      'losses',
      'losses paid + deficits paid by insurance = gains converted + residual',
      [
        term(
          'losses paid',
          'accounts.lossesPaidAtoms',
          column((account) => account.lossesPaidAtoms),
        ),
        insurancePaid,
      ],
      [
        term(
          'gains converted',
          'accounts.gainsConvertedAtoms',
          column((account) => account.gainsConvertedAtoms),
        ),
        residual,
      ],
    ),
    build(
      info.slab,
      'deficits',
      'deficits = paid by insurance + shared through K + uninsured',
      [
        term(
          'deficits',
          'accounts.deficitAtoms',
          column((account) => account.deficitAtoms),
        ),
      ],
      [
        insurancePaid,
        term('shared through K by longs', 'series.socializedLongAtoms', last.socializedLongAtoms),
        term('shared through K by shorts', 'series.socializedShortAtoms', last.socializedShortAtoms),
        term('uninsured', 'series.uninsuredAtoms', last.uninsuredAtoms),
      ],
    ),
  ];
}

/**
 * Who ended richer and who poorer, in cash: Σ losses of accounts + insurance spent and rewards = Σ gains + fees kept
 * by insurance + residual. It follows from the vault and contents identities, so it holds whenever they do.
 */
export function calculateMoneyMap(view: View): Identity[] {
  const info = view.slabs[0];
  const last = lastSeriesRows(view)[0];
  if (!info || !last) return [];
  let losses = 0;
  let gains = 0;
  for (const account of view.tables.accounts) {
    const change = account.withdrawnAtoms + account.capitalAtoms - account.depositedAtoms;
    if (change < 0) losses -= change;
    else gains += change;
  }
  const spent = info.insurancePaidAtoms + info.rewardsPaidAtoms;
  return [
    build(
      info.slab,
      'money map',
      'losses of accounts + insurance spent = gains of accounts + fees + residual',
      [
        { name: 'accounts that ended with less', source: 'accounts', atoms: losses },
        { name: 'insurance spent on deficits, rewards and rebates', source: 'slabs', atoms: spent },
      ],
      [
        { name: 'accounts that ended with more', source: 'accounts', atoms: gains },
        {
          name: 'fees (and dust of reclaimed accounts) kept by insurance',
          source: 'series.insuranceAtoms, slabs',
          atoms: last.insuranceAtoms - info.toppedUpAtoms + spent,
        },
        { name: 'residual, owed to open claims', source: 'series.residualAtoms', atoms: last.residualAtoms },
      ],
    ),
  ];
}
