import { z } from 'zod';
import { count, duration, money } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { findReturn } from './absence.ts';
import { Censor, listCensoredGroups } from './censorship.ts';
import { allocateKeeperAccount, keeperParams } from './keeper_params.ts';

const params = z.strictObject({
  every: duration(1).prefault('1 slots').describe('How often it looks for accounts to liquidate.'),
  capacity: count(1, 4_096).default(20).describe('Liquidations it can send each time it acts.'),
  lag: duration().prefault('0 slots').describe('Time between seeing an account and its liquidation.'),
  policy: z
    .enum(['full', 'restoring_partial'])
    .default('full')
    .describe('Closes everything, or the smallest part that restores maintenance health where one exists.'),
  buffer: money().prefault('0 USDC').describe('Equity above maintenance that a partial liquidation leaves.'),
  order: z
    .enum(['as_listed', 'losers_first', 'winners_first', 'random'])
    .default('as_listed')
    .describe('Which of the eligible accounts come first: by index, least or most equity, or drawn.'),
  stage_1: z
    .boolean()
    .default(false)
    .describe(
      'On a book with a reduce band: also reduces accounts that are in it, as many again as its capacity. It needs a `deposit`, because the reward goes to an account of its own.',
    ),
  ...keeperParams,
});
type LiquidatorParams = z.output<typeof params>;

interface Shortlist {
  dueSlot: number;
  accounts: readonly number[];
}

/** Looks at the shortlist of accounts under water every few slots and sends liquidations, perhaps late. */
class Liquidator implements Agent {
  readonly accounts: readonly number[];
  private readonly params: LiquidatorParams;
  private readonly everySlots: number;
  private readonly pending: Shortlist[] = [];
  private readonly censor: Censor;
  private startSlot = 0;
  private nextLookSlot = 0;

  constructor(setup: AgentSetup<LiquidatorParams>) {
    const { allocateAccount, params, risk } = setup;
    this.params = params;
    this.everySlots = params.every;
    this.accounts = allocateKeeperAccount(params.deposit, risk, allocateAccount);
    if (params.stage_1 && params.deposit === 0) throw new RangeError('stage_1 needs a deposit');
    this.censor = new Censor(setup);
  }

  onStart(context: AgentContext): void {
    const { deposit: amountAtoms, fee_bid: bid } = this.params;
    this.startSlot = this.nextLookSlot = context.slot;
    this.censor.learn(context);
    for (const account of this.accounts) context.submit({ type: 'deposit', account, amountAtoms }, bid);
    this.onWake(context);
  }

  onWake(context: AgentContext): void {
    const returnSlot = findReturn(this.params.absent, this.startSlot, context.slot);
    if (returnSlot !== null) {
      this.nextLookSlot = returnSlot;
      context.wakeAt(returnSlot);
      return;
    }
    if (context.slot >= this.nextLookSlot) this.look(context);
    while (this.pending.length > 0 && this.pending[0]!.dueSlot <= context.slot) {
      for (const account of this.pending.shift()!.accounts) this.liquidate(context, account);
    }
  }

  private look(context: AgentContext): void {
    this.nextLookSlot = context.slot + this.everySlots;
    context.wakeAt(this.nextLookSlot);
    if (this.params.stage_1) this.reduce(context);
    const accounts = this.shortlist(context);
    if (accounts.length === 0) return;
    const dueSlot = context.slot + this.params.lag;
    this.pending.push({ dueSlot, accounts });
    if (dueSlot > context.slot) context.wakeAt(dueSlot);
  }

  /** Stage 1, at once: those who can still be saved, and not those who can already be liquidated. */
  private reduce(context: AgentContext): void {
    const { censor } = this;
    const { capacity, fee_bid: bid } = this.params;
    const beyond = new Set(context.liquidatable(context.venue.params.maxAccounts));
    const accounts = context
      .reducible(capacity + beyond.size + censor.size + 1)
      .filter((account) => !beyond.has(account) && !censor.spares(account) && account !== this.accounts[0]);
    for (const account of accounts.slice(0, capacity)) context.submit({ type: 'reduceBand', account }, bid);
  }

  private shortlist(context: AgentContext): readonly number[] {
    const { capacity, order, lag } = this.params;
    // A lagging keeper sees accounts again that it already has on the way.
    const known = new Set(lag > 0 ? this.pending.flatMap((list) => list.accounts) : []);
    const { censor } = this;
    const isWanted = (account: number) => !known.has(account) && !censor.spares(account);
    if (order === 'as_listed') {
      return context
        .liquidatable(capacity + known.size + censor.size)
        .filter(isWanted)
        .slice(0, capacity);
    }
    const sign = order === 'winners_first' ? -1 : 1;
    const keyOf = (account: number) =>
      order === 'random' ? context.rng() : sign * (context.view(account)?.equityAtoms ?? 0);
    return context
      .liquidatable(context.venue.params.maxAccounts)
      .filter(isWanted)
      .map((account) => ({ account, key: keyOf(account) }))
      .sort((a, b) => a.key - b.key || a.account - b.account)
      .slice(0, capacity)
      .map(({ account }) => account);
  }

  private liquidate(context: AgentContext, account: number): void {
    const { policy, buffer, fee_bid: bid } = this.params;
    const partialQ = policy === 'restoring_partial' ? context.restoringPartial(account, buffer) : null;
    context.submit({ type: 'liquidate', account, policy: partialQ ?? 'full' }, bid);
  }
}

export const liquidator: AgentModule<LiquidatorParams> = {
  kind: 'liquidator',
  role: 'keeper',
  doc: 'Liquidates accounts whose maintenance equity no longer covers their requirement, with a capacity, a lag, blind spots and absences.',
  params,
  groups: listCensoredGroups,
  needsBook: ({ stage_1: reduces }) => reduces,
  create: (setup) => new Liquidator(setup),
};
