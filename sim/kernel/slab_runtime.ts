import { EventLog, Market } from '../../engine/risk/index.ts';
import type { Deposit, TopUpInsurance } from '../../engine/risk/instructions.ts';
import type { Agent, AgentRole } from '../agents/agent.ts';
import { PriceLimitError } from '../prices/distortion.ts';
import type { SetLpEvent } from '../scenario/events.ts';
import type { PassiveLpSpec } from '../scenario/passive_lp.ts';
import type { Scenario, SlabSpec } from '../scenario/schema.ts';
import { type Bid, sortBids } from './auction.ts';
import { isBookWish } from './book_actions.ts';
import { BookDesk } from './book_desk.ts';
import { createBook, createBookExecutor } from './book_setup.ts';
import { Executor } from './executor.ts';
import { type Flow, FlowMeter } from './flow_meter.ts';
import { findHaltEnd, listHalts } from './halts.ts';
import { LiquidationCandidates } from './liquidation_candidates.ts';
import {
  ACCRUAL_ORIGIN,
  type AccountOwner,
  type Origin,
  type SlabObserver,
  type SlabSetup,
} from './observer.ts';
import { type AgentRegistry, findModule, listAgents } from './population.ts';
import { calculateWithdrawable, LP_ACCOUNT, resolveAction } from './resolve_action.ts';
import { type Seat, SlabContext } from './slab_context.ts';
import { createStream } from './streams.ts';
import { WakeUps } from './wake_ups.ts';

const LP_ORIGIN: Origin = { group: 'slab', agent: 'lp' };

/** What a slab is made from. */
export interface RuntimeSetup {
  scenario: Scenario;
  slab: SlabSpec;
  seed: string;
  check: boolean;
  registry: AgentRegistry;
  /** Index price at slot 0. */
  initialPrice: number;
  makeObserver(setup: SlabSetup): SlabObserver;
}

/**
 * One slab with everything local to it: market, LP, agents, wake-ups, auction. `runSlot` is phases 2 and 4 of design 03
 * §1. Its course is a function of (scenario, seed, prices) alone.
 */
export class SlabRuntime {
  /** See `encodeGraph`. */
  static readonly transient: readonly string[] = ['observe'];
  readonly slab: SlabSpec;
  readonly observer: SlabObserver;
  private readonly executor: Executor;
  private readonly context: SlabContext;
  private readonly wakeUps = new WakeUps();
  private readonly seats: Seat[] = [];
  /** Recent index prices by slot modulo its length, as far back as the largest latency. */
  private readonly recentPrices: Float64Array;
  readonly observe = (latencySlots: number): number => {
    const slot = Math.max(0, this.executor.slot - latencySlots);
    return this.recentPrices[slot % this.recentPrices.length]!;
  };
  private readonly flow: Flow | null;
  /** Null where a passive LP quotes. */
  private readonly book: BookDesk | null;
  /** Changes of the LP that are still to come, in the order of their slots. */
  private readonly lpEvents: SetLpEvent[];
  /** Null where there is an order book. */
  private lp: PassiveLpSpec | null;
  private fundamentalPrice = 0;
  private bids: Bid<Seat>[] = [];
  private acting: Seat | null = null;

  constructor(setup: RuntimeSetup) {
    const { scenario, slab, seed, initialPrice } = setup;
    this.slab = slab;
    const { matcher } = slab;
    this.lp = matcher.kind === 'book' ? null : matcher;
    this.lpEvents = scenario.events.filter(
      (event) => event.kind === 'set_lp' && event.slab === slab.id,
    ) as SetLpEvent[];
    const log = new EventLog();
    const owners = this.seatAgents(setup);
    const book = matcher.kind === 'book' ? createBook(slab, matcher, owners.length, initialPrice, log) : null;
    const market =
      book?.market ?? new Market({ params: slab.risk, initSlot: 0, initPrice: initialPrice, sink: log });
    this.recentPrices = new Float64Array(1 + Math.max(0, ...this.seats.map((seat) => seat.latencySlots)));
    const { check } = setup;
    this.observer = setup.makeObserver({ scenario, slab, seed, check, market, book, owners, initialPrice });
    const candidates = new LiquidationCandidates(market);
    const impact = scenario.underlyings[slab.underlying]?.impact;
    const { observer, seats, wakeUps } = this;
    const parts = { market, log, observer, candidates, fundingRateBps: slab.fundingRateBps };
    if (book !== null && matcher.kind === 'book') {
      const { executor, flow } = createBookExecutor(book, parts, impact);
      this.book = new BookDesk({ executor, spec: matcher, observer, seats });
      this.executor = executor;
      this.flow = flow;
    } else {
      this.book = null;
      this.flow = impact === undefined ? null : new FlowMeter(market, impact.forcedOnly);
      this.executor = new Executor({ ...parts, flow: this.flow });
    }
    this.executor.indexPrice = initialPrice;
    const { executor } = this;
    this.context = new SlabContext({ executor, candidates, owners, wakeUps, book: this.book, slab: this });
  }

  /** Takes an action into the next auction. */
  queue(bid: Bid<Seat>): void {
    this.bids.push(bid);
  }

  /** Name of the agent being served or executed, for error messages; null between them. */
  get activeAgent(): string | null {
    return this.context.activeAgent ?? this.acting?.origin.agent ?? null;
  }

  /** Creates all agents, the LP's account first. Each has its own stream, derived by name. */
  private seatAgents({ scenario, slab, seed, registry }: RuntimeSetup): AccountOwner[] {
    const owners: AccountOwner[] = [{ account: LP_ACCOUNT, group: 'lp', agent: 'lp', role: 'lp' }];
    for (const plan of listAgents(scenario, slab, registry)) {
      const { group, kind, isDesignatedLp, latencySlots, name, params, role, startSlot } = plan;
      const origin: Origin = { group, agent: name };
      const rng = createStream(seed, `slab/${slab.streamName}/agent/${name}`);
      const allocateAccount = () => addOwner(owners, origin, role, slab);
      const { risk } = slab;
      const { slots } = scenario;
      const create = () =>
        findModule(registry, kind).create({ name, params, rng, risk, slots, allocateAccount });
      const agent = createAgent(name, create);
      const index = this.seats.length;
      const ties = createStream(seed, `slab/${slab.streamName}/ties/${name}`);
      this.seats.push({
        index,
        agent,
        origin,
        role,
        latencySlots,
        isDesignatedLp,
        isStarted: false,
        halts: listHalts(scenario.events, group),
        rng,
        ties,
        tieDraw: 0,
        tieSlot: -1,
      });
      if (startSlot < scenario.slots) this.wakeUps.addSlot(index, startSlot);
    }
    return owners;
  }

  /** Runs one slot; slots must come in order from 0. Prices in quote atoms per base. */
  runSlot(slot: number, fundamentalPrice: number, indexPrice: number): void {
    const { executor, recentPrices } = this;
    const { maxPrice } = this.slab.risk;
    if (indexPrice > maxPrice) {
      const limit = `above the ${maxPrice} of slab ${this.slab.id}`;
      throw new PriceLimitError(`the index of ${this.slab.underlying}`, indexPrice, slot, limit);
    }
    executor.slot = slot;
    executor.indexPrice = indexPrice;
    this.fundamentalPrice = fundamentalPrice;
    recentPrices[slot % recentPrices.length] = indexPrice;
    if (slot === 0) this.fund();
    const accrual = { candidates: [], maxRevalidations: 0, ...executor.inputs() };
    executor.execute({ op: 'keeperCrank', ...accrual }, ACCRUAL_ORIGIN);
    this.book?.openSlot(this.context);
    while (this.lpEvents[0]?.slot === slot) this.changeLp(this.lpEvents.shift()!);
    for (const index of this.wakeUps.takeDue(slot, this.observe)) this.wake(this.seats[index]!, slot);
    this.runAuction(slot);
    this.observer.onSlotEnd(slot, fundamentalPrice, indexPrice);
  }

  /** The LP's capital, if there is one, and the insurance fund, before anybody acts. */
  private fund(): void {
    const { insuranceAtoms } = this.slab;
    const nowSlot = this.executor.slot;
    const { lp } = this;
    if (lp !== null) this.pay({ op: 'deposit', account: LP_ACCOUNT, amount: lp.capitalAtoms, nowSlot });
    if (insuranceAtoms > 0) this.pay({ op: 'topUpInsurance', amount: insuranceAtoms, nowSlot });
  }

  private pay(instruction: Deposit | TopUpInsurance): void {
    const error = this.executor.execute(instruction, LP_ORIGIN);
    if (error !== null) throw new Error(`${instruction.op} of ${instruction.amount} atoms refused: ${error}`);
  }

  private changeLp({ spreadBps, skewBps, maxTradeQ, maxPositionQ, withdrawAtoms }: SetLpEvent): void {
    const lp = this.lp!;
    this.lp = {
      ...lp,
      spreadBps: spreadBps ?? lp.spreadBps,
      skewBps: skewBps ?? lp.skewBps,
      maxTradeQ: maxTradeQ ?? lp.maxTradeQ,
      maxPositionQ: maxPositionQ ?? lp.maxPositionQ,
    };
    if (withdrawAtoms === 0) return;
    const { executor } = this;
    const most = calculateWithdrawable(executor, LP_ACCOUNT);
    const amount = withdrawAtoms === 'max' ? most : Math.min(withdrawAtoms, most);
    if (amount > 0) {
      executor.execute({ op: 'withdraw', account: LP_ACCOUNT, amount, ...executor.inputs() }, LP_ORIGIN);
    } else {
      const action = { type: 'withdraw', account: LP_ACCOUNT, amountAtoms: withdrawAtoms } as const;
      this.observer.onRefusal?.(executor.slot, action, 'NothingToDo', LP_ORIGIN);
    }
  }

  /** Net flow since the last call, quote atoms; 0 where it moves no price. */
  takeFlow(): number {
    return this.flow?.take() ?? 0;
  }

  /** Tells the observer what agents hold elsewhere; call once, when the run is over. */
  reportOutside(): void {
    for (const { agent, origin } of this.seats) {
      const atoms = agent.calculateOutside?.(this.fundamentalPrice);
      if (atoms !== undefined) this.observer.onOutside?.(origin, atoms);
    }
  }

  private wake(seat: Seat, slot: number): void {
    const haltEnd = findHaltEnd(seat.halts, slot);
    if (haltEnd !== null) {
      this.wakeUps.addSlot(seat.index, haltEnd);
      return;
    }
    this.context.serve(seat, (agent, context) => {
      if (seat.isStarted) {
        agent.onWake(context);
      } else {
        seat.isStarted = true;
        agent.onStart(context);
      }
    });
  }

  /** Executes what was submitted, in order. What callbacks submit takes part in the next slot's auction. */
  private runAuction(slot: number): void {
    const bids = sortBids(this.bids, slot);
    this.bids = [];
    for (const { action, bidder, feeBidAtoms } of bids) {
      if (findHaltEnd(bidder.halts, slot) !== null) continue;
      if (feeBidAtoms > 0) this.observer.onBid?.(bidder.origin, feeBidAtoms);
      this.acting = bidder;
      this.execute({ action, bidder });
    }
    this.acting = null;
  }

  private execute({ action, bidder }: Pick<Bid<Seat>, 'action' | 'bidder'>): void {
    const { book, context, executor, lp } = this;
    const { agent, origin } = bidder;
    const own = agent.accounts[0];
    const keeper = own !== undefined && executor.market.account(own) !== undefined ? own : undefined;
    if (book !== null && isBookWish(action)) {
      book.execute(action, bidder, keeper, context);
      return;
    }
    const resolved = resolveAction(book?.prepare(action) ?? action, { executor, lp, keeper });
    if (typeof resolved === 'string') {
      this.observer.onRefusal?.(executor.slot, action, resolved, origin);
      context.serve(bidder, (served) => served.onReject?.(context, action, resolved));
      return;
    }
    const error = executor.execute(resolved, origin);
    if (error !== null) {
      context.serve(bidder, (served) => served.onReject?.(context, action, error));
    } else if (resolved.op === 'executeTrade') {
      const isBuy = resolved.seller === LP_ACCOUNT;
      const account = isBuy ? resolved.buyer : resolved.seller;
      const sizeQ = isBuy ? resolved.sizeQ : -resolved.sizeQ;
      const { executionPrice } = resolved;
      context.serve(bidder, (served) => served.onFill?.(context, { account, sizeQ, executionPrice }));
    } else if (resolved.op === 'deposit') {
      book?.designate(bidder, resolved.account);
    }
  }
}

/** An error while an agent is made says which one: nobody is being served yet. */
function createAgent(name: string, create: () => Agent): Agent {
  try {
    return create();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`agent ${name} could not be created: ${reason}`, { cause: error });
  }
}

/** Reserves the next account index for an agent. */
function addOwner(owners: AccountOwner[], origin: Origin, role: AgentRole, slab: SlabSpec): number {
  const account = owners.length;
  if (account >= slab.risk.maxAccounts) {
    throw new Error(`slab ${slab.id} has more accounts than the ${slab.risk.maxAccounts} it allows`);
  }
  const { agent, group } = origin;
  owners.push({ account, group, agent, role });
  return account;
}
