import { calculateRestoringPartial } from '../../engine/risk/index.ts';
import type { AccountView, Action, Agent, AgentContext, AgentRole } from '../agents/agent.ts';
import type { BookView } from '../agents/book.ts';
import type { Bid, Bidder } from './auction.ts';
import type { Executor } from './executor.ts';
import type { Halt } from './halts.ts';
import type { LiquidationCandidates } from './liquidation_candidates.ts';
import type { AccountOwner, Origin } from './observer.ts';
import type { Rng } from './streams.ts';
import { MarketView, readAccountView } from './views.ts';
import type { WakeUps } from './wake_ups.ts';

/** An agent at work in its slab. */
export interface Seat extends Bidder {
  agent: Agent;
  origin: Origin;
  role: AgentRole;
  latencySlots: number;
  isDesignatedLp: boolean;
  isStarted: boolean;
  halts: readonly Halt[];
  rng: Rng;
}

/** What agents see of a slab's order book. */
export interface BookWindow {
  /** The book as seen with a latency. */
  view(latencySlots: number): BookView;
  /** Up to `limit` accounts in the reduce band at this index, ascending. */
  findReducible(indexPrice: number, limit: number): readonly number[];
}

/** What `view` answered, and to what. */
interface Sight {
  account: number;
  executed: number;
  price: number;
  view: AccountView | undefined;
}

/** What the context needs of its slab. */
export interface ContextSetup {
  executor: Executor;
  candidates: LiquidationCandidates;
  /** By account index. */
  owners: readonly AccountOwner[];
  wakeUps: WakeUps;
  /** Null without an order book. */
  book: BookWindow | null;
  slab: {
    /** Index as seen with a latency. */
    observe(latencySlots: number): number;
    /** Collects the actions for the next auction. */
    queue(bid: Bid<Seat>): void;
  };
}

/** The one context of a slab; `serve` hands it to an agent for the length of one call. */
export class SlabContext implements AgentContext {
  readonly venue: MarketView;
  private readonly setup: ContextSetup;
  private seat: Seat | null = null;
  /** The latest view: an agent that looks twice before anything happens is not shown a new one. */
  private seen: Sight | null = null;

  constructor(setup: ContextSetup) {
    this.setup = setup;
    this.venue = new MarketView(setup.executor.market);
  }

  /** Name of the agent that is being called, for error messages; null between calls. */
  get activeAgent(): string | null {
    return this.seat?.origin.agent ?? null;
  }

  /** Calls an agent. When the call throws, `activeAgent` still names it. */
  serve(seat: Seat, call: (agent: Agent, context: AgentContext) => void): void {
    this.seat = seat;
    call(seat.agent, this);
    this.seat = null;
  }

  get slot(): number {
    return this.setup.executor.slot;
  }

  get indexPrice(): number {
    return this.setup.slab.observe(this.requireSeat().latencySlots);
  }

  get rng(): Rng {
    return this.requireSeat().rng;
  }

  view(account: number): AccountView | undefined {
    const { agent, role } = this.requireSeat();
    if (role !== 'keeper' && !agent.accounts.includes(account)) {
      throw new Error(`account ${account} is not the agent's own`);
    }
    const { executor } = this.setup;
    const { executed } = executor;
    const price = this.indexPrice;
    if (this.seen?.account === account && this.seen.executed === executed && this.seen.price === price) {
      return this.seen.view;
    }
    const view =
      executor.probeTouched(account, price, (touched) => readAccountView(executor.market, touched)) ??
      undefined;
    this.seen = { account, executed, price, view };
    return view;
  }

  liquidatable(limit: number): readonly number[] {
    this.requireKeeper();
    const { candidates, executor } = this.setup;
    const price = this.indexPrice;
    return executor.probeAccrued(price, () => candidates.find(limit)) ?? [];
  }

  restoringPartial(account: number, bufferAtoms: number): number | null {
    this.requireKeeper();
    const { executor } = this.setup;
    return executor.probeTouched(account, this.indexPrice, () =>
      calculateRestoringPartial(executor.market, account, bufferAtoms),
    );
  }

  get book(): BookView | undefined {
    return this.setup.book?.view(this.requireSeat().latencySlots);
  }

  reducible(limit: number): readonly number[] {
    this.requireKeeper();
    return this.setup.book?.findReducible(this.indexPrice, limit) ?? [];
  }

  accountsOf(group: string): readonly number[] {
    this.requireKeeper();
    return this.setup.owners.filter((owner) => owner.group === group).map(({ account }) => account);
  }

  submit(action: Action, feeBidAtoms = 0): void {
    const seat = this.requireSeat();
    if (!(Number.isSafeInteger(feeBidAtoms) && feeBidAtoms >= 0)) {
      throw new RangeError(`a fee bid must be a whole number of at least 0, got ${feeBidAtoms}`);
    }
    if (!isPermissionless(action) && !seat.agent.accounts.includes(action.account)) {
      throw new Error(`cannot ${action.type} for account ${action.account}, which is not the agent's own`);
    }
    this.setup.slab.queue({ action, bidder: seat, feeBidAtoms });
  }

  wakeAt(slot: number): void {
    const { index } = this.requireSeat();
    if (!Number.isSafeInteger(slot) || slot <= this.slot) {
      throw new RangeError(`can only wake in a later slot than ${this.slot}, got ${slot}`);
    }
    this.setup.wakeUps.addSlot(index, slot);
  }

  wakeWhenPrice(direction: 'below' | 'above', price: number): void {
    const { index, latencySlots } = this.requireSeat();
    if (!(price > 0)) throw new RangeError(`a price to wait for must be above 0, got ${price}`);
    this.setup.wakeUps.addPrice(index, latencySlots, direction, price);
  }

  private requireSeat(): Seat {
    if (this.seat === null) throw new Error('a context is valid only during the call it was handed to');
    return this.seat;
  }

  private requireKeeper(): void {
    if (this.requireSeat().role !== 'keeper') throw new Error('only keepers may ask for this');
  }
}

/** What anybody may do to any account. */
type Permissionless = Extract<
  Action,
  { type: 'settle' | 'liquidate' | 'crank' | 'reclaim' | 'releaseHold' | 'prune' | 'reduceBand' }
>;
const PERMISSIONLESS: ReadonlySet<Action['type']> = new Set<Permissionless['type']>([
  'settle',
  'liquidate',
  'crank',
  'reclaim',
  'releaseHold',
  'prune',
  'reduceBand',
]);

function isPermissionless(action: Action): action is Permissionless {
  return PERMISSIONLESS.has(action.type);
}
