import type { AccountOwner } from '../kernel/observer.ts';
import { createStream } from '../kernel/streams.ts';
import type { BoundRow } from '../record/types.ts';

const RANDOM_SETS = 8;

/** A set of accounts that must not get more out than the bound of design 01 §11.5 allows. */
export interface AccountSet {
  name: string;
  accounts: readonly number[];
}

/** What the bound needs to know of one account, quote atoms. */
export interface AccountFlows {
  deposited: number;
  withdrawn: number;
  lossesPaid: number;
}

/** Each group, the attackers together, and random halves of all accounts drawn from the slab's own stream. */
export function createAccountSets(owners: readonly AccountOwner[], seed: string, slab: string): AccountSet[] {
  const groups = new Map<string, number[]>();
  const attackers: number[] = [];
  for (const owner of owners) {
    const members = groups.get(owner.group);
    if (members === undefined) groups.set(owner.group, [owner.account]);
    else members.push(owner.account);
    if (owner.role === 'attacker') attackers.push(owner.account);
  }
  const sets = [...groups].map(([group, accounts]) => ({ name: `group:${group}`, accounts }));
  if (attackers.length > 0) sets.push({ name: 'attackers', accounts: attackers });
  const rng = createStream(seed, `bounds/${slab}`);
  for (let n = 0; n < RANDOM_SETS; n += 1) {
    const accounts: number[] = [];
    for (const owner of owners) if (rng() < 0.5) accounts.push(owner.account);
    sets.push({ name: `random:${n}`, accounts });
  }
  return sets;
}

/**
 * slack = deposited + losses paid by everybody else + insurance spent − withdrawn, for each set and for the worst
 * single account (design 01 §11.5). Quote atoms; a negative slack is an engine bug.
 */
export function calculateBounds(
  slab: string,
  sets: readonly AccountSet[],
  accounts: readonly number[],
  flowsOf: (account: number) => AccountFlows | undefined,
  insuranceSpentAtoms: number,
): BoundRow[] {
  let allLosses = 0;
  for (const account of accounts) allLosses += flowsOf(account)?.lossesPaid ?? 0;
  const calculateRow = (set: string, members: readonly number[]): BoundRow => {
    let depositedAtoms = 0;
    let withdrawnAtoms = 0;
    let lossesPaidByOthersAtoms = allLosses;
    for (const member of members) {
      const flows = flowsOf(member);
      if (flows === undefined) continue;
      depositedAtoms += flows.deposited;
      withdrawnAtoms += flows.withdrawn;
      lossesPaidByOthersAtoms -= flows.lossesPaid;
    }
    const slackAtoms = depositedAtoms + lossesPaidByOthersAtoms + insuranceSpentAtoms - withdrawnAtoms;
    return {
      slab,
      set,
      withdrawnAtoms,
      depositedAtoms,
      lossesPaidByOthersAtoms,
      insuranceSpentAtoms,
      slackAtoms,
    };
  };
  const rows = sets.map((set) => calculateRow(set.name, set.accounts));
  // Of one account's slack, what differs from account to account.
  const calculateShare = (account: number) => {
    const flows = flowsOf(account);
    return flows === undefined ? 0 : flows.deposited - flows.lossesPaid - flows.withdrawn;
  };
  let worst: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const account of accounts) {
    const share = calculateShare(account);
    if (share < least) {
      least = share;
      worst = account;
    }
  }
  if (worst !== null) rows.push(calculateRow(`account:${worst}`, [worst]));
  return rows;
}
