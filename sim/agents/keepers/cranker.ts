import { z } from 'zod';
import { LONG, Mode, SHORT } from '../../../engine/risk/index.ts';
import { count, duration } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { findReturn } from './absence.ts';
import { Censor, listCensoredGroups } from './censorship.ts';
import { allocateKeeperAccount, keeperParams } from './keeper_params.ts';

const params = z.strictObject({
  every: duration(1).prefault('25 slots').describe('How often it acts.'),
  batch: count(1, 4_096).default(50).describe('Accounts it touches each time.'),
  order: z
    .enum(['as_listed', 'losers_first', 'winners_first'])
    .default('as_listed')
    .describe(
      'Who of a batch comes first: by index, least or most profit. Stale winners convert at the h that their ' +
        'touch finds, so it matters whether losers have paid before.',
    ),
  ...keeperParams,
});
type CrankerParams = z.output<typeof params>;

/** Touches accounts in turn, so that losses are paid and resets finish; stale accounts come first. */
class Cranker implements Agent {
  readonly accounts: readonly number[];
  private readonly params: CrankerParams;
  private readonly everySlots: number;
  private readonly censor: Censor;
  /** First account index the next crank looks at. */
  private cursor = 0;
  private startSlot = 0;

  constructor(setup: AgentSetup<CrankerParams>) {
    this.params = setup.params;
    this.everySlots = setup.params.every;
    this.accounts = allocateKeeperAccount(setup.params.deposit, setup.risk, setup.allocateAccount);
    this.censor = new Censor(setup);
  }

  onStart(context: AgentContext): void {
    const { deposit: amountAtoms, fee_bid: bid } = this.params;
    this.startSlot = context.slot;
    this.censor.learn(context);
    for (const account of this.accounts) context.submit({ type: 'deposit', account, amountAtoms }, bid);
    this.onWake(context);
  }

  onWake(context: AgentContext): void {
    const returnSlot = findReturn(this.params.absent, this.startSlot, context.slot);
    context.wakeAt(returnSlot ?? context.slot + this.everySlots);
    if (returnSlot !== null) return;
    const { batch, fee_bid: bid } = this.params;
    const isWanted = (account: number) => !this.censor.spares(account);
    const stale = this.findStale(context).filter(isWanted);
    if (stale.length > 0) {
      for (const account of this.sort(context, stale).slice(0, batch))
        context.submit({ type: 'settle', account }, bid);
      return;
    }
    const candidates = this.sort(context, this.takeTurn(context.venue.openAccounts().filter(isWanted)));
    if (candidates.length === 0) return;
    context.submit(
      {
        type: 'crank',
        candidates: candidates.map((account) => [account, null] as const),
        maxRevalidations: candidates.length,
      },
      bid,
    );
  }

  private findStale({ venue }: AgentContext): readonly number[] {
    return ([LONG, SHORT] as const)
      .filter((side) => venue.mode(side) === Mode.ResetPending)
      .flatMap((side) => venue.staleAccounts(side));
  }

  private sort(context: AgentContext, accounts: readonly number[]): readonly number[] {
    const { order } = this.params;
    if (order === 'as_listed') return accounts;
    const sign = order === 'losers_first' ? 1 : -1;
    return accounts
      .map((account) => ({ account, pnl: context.view(account)?.pnlAtoms ?? 0 }))
      .sort((a, b) => sign * (a.pnl - b.pnl) || a.account - b.account)
      .map(({ account }) => account);
  }

  /** The next `batch` open accounts from the cursor on, wrapping around. */
  private takeTurn(open: readonly number[]): readonly number[] {
    const start = open.findIndex((account) => account >= this.cursor);
    const ordered = start < 0 ? open : [...open.slice(start), ...open.slice(0, start)];
    const turn = ordered.slice(0, this.params.batch);
    this.cursor = (turn.at(-1) ?? -1) + 1;
    return turn;
  }
}

export const cranker: AgentModule<CrankerParams> = {
  kind: 'cranker',
  role: 'keeper',
  doc: 'Touches open accounts in turn so that losses are paid, and settles the stale accounts of a side that waits for its reset.',
  params,
  groups: listCensoredGroups,
  create: (setup) => new Cranker(setup),
};
