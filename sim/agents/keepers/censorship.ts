import { z } from 'zod';
import { BPS } from '../../../engine/risk/index.ts';
import { percent } from '../../scenario/units.ts';
import type { AgentContext, AgentSetup, GroupReference } from '../agent.ts';

/** Parameters of a keeper with blind spots. */
export const censorParams = {
  censored_share: percent()
    .prefault('0 %')
    .describe('Share of all accounts, drawn by seed, that it leaves alone.'),
  censored_groups: z
    .array(z.string({ error: 'needs the name of a group' }))
    .default([])
    .describe('Groups of the population, attacks or `lp` whose accounts it leaves alone.'),
};

interface CensorSpec {
  censored_share: number;
  censored_groups: readonly string[];
}

/** The groups that a keeper's parameters name, for its module. */
export const listCensoredGroups = ({ censored_groups }: CensorSpec): GroupReference[] =>
  censored_groups.map((group, at) => ({ path: ['censored_groups', at], group }));

/** The accounts that a keeper leaves alone. */
export class Censor {
  private readonly groups: readonly string[];
  private readonly accounts = new Set<number>();

  constructor({ params, risk, rng }: AgentSetup<CensorSpec>) {
    this.groups = params.censored_groups;
    if (params.censored_share === 0) return;
    for (let account = 0; account < risk.maxAccounts; account += 1) {
      if (rng() * BPS < params.censored_share) this.accounts.add(account);
    }
  }

  /** Looks up the accounts of its groups; call once, in `onStart`. */
  learn(context: AgentContext): void {
    for (const group of this.groups)
      for (const account of context.accountsOf(group)) this.accounts.add(account);
  }

  /** How many accounts it leaves alone at most: so many more must be looked at to find as many others. */
  get size(): number {
    return this.accounts.size;
  }

  spares(account: number): boolean {
    return this.accounts.has(account);
  }
}
