import type { z } from 'zod';
import type { CrankCandidate, LiquidationPolicy, RiskParams, SideIndex } from '../../engine/risk/index.ts';
import type { Rng } from '../kernel/streams.ts';
import type { BookAction, BookResult, BookView } from './book.ts';
import type { SuccessCriterion } from './success.ts';

export type AgentRole = 'trader' | 'keeper' | 'attacker';

/**
 * What an agent may ask for. Sizes are resolved against the state at execution, because other agents of the
 * same slot may act first. Amounts are quote atoms, sizes q-units.
 */
export type Action =
  | { type: 'deposit'; account: number; amountAtoms: number }
  /** 'max': as much as the rules let out now. */
  | { type: 'withdraw'; account: number; amountAtoms: number | 'max' }
  /** Trade against the slab's liquidity; positive buys. Filled up to what the matcher offers within the limit. */
  | { type: 'trade'; account: number; sizeQ: number; limitPrice?: number }
  /** Reduce the position by this share (1 closes it). */
  | { type: 'close'; account: number; share: number; limitPrice?: number }
  /** Convert all released pnl of an account with an open position. */
  | { type: 'convert'; account: number }
  | { type: 'settle'; account: number }
  | { type: 'liquidate'; account: number; policy: LiquidationPolicy }
  | { type: 'crank'; candidates: readonly CrankCandidate[]; maxRevalidations: number }
  | { type: 'reclaim'; account: number }
  /** Slabs with an order book only; book.ts says how agents and book work together. */
  | BookAction;

/**
 * What an account's owner sees of it: as if it were touched now at the index price the agent observes. Marks are
 * settled, matured profit is released, and on a flat account it is already converted into capital.
 */
export interface AccountView {
  readonly capitalAtoms: number;
  readonly pnlAtoms: number;
  readonly reservedAtoms: number;
  readonly releasedAtoms: number;
  readonly feeDebtAtoms: number;
  /** Signed effective position. */
  readonly positionQ: number;
  /** eq_maint. */
  readonly equityAtoms: number;
  readonly maintenanceMarginAtoms: number;
  readonly initialMarginAtoms: number;
}

/** What everybody sees of a slab. */
export interface VenueView {
  params: RiskParams;
  hStored: number;
  vaultAtoms: number;
  capitalAtoms: number;
  insuranceAtoms: number;
  openInterestQ: number;
  /** Indices into SIDE_MODES. */
  mode: (side: SideIndex) => number;
  /** Accounts of an earlier epoch that still wait for settlement on this side (public chain state). */
  staleAccounts: (side: SideIndex) => readonly number[];
  /** Accounts with a stored position, in ascending index order (public chain state). */
  openAccounts: () => readonly number[];
}

export interface FillNotice {
  account: number;
  /** Signed: positive bought. */
  sizeQ: number;
  /** On a book the average of all fills of the action, rounded to the nearest atom. */
  executionPrice: number;
  /** A resting order of the agent was hit: its id, what is left of it, and the account that took. */
  maker?: { orderId: number; leftQ: number; taker: number };
}

/** What an agent is called with. Valid during the call only; an agent keeps ids, never references. */
export interface AgentContext {
  slot: number;
  /** The index as this agent sees it, `latencySlots` old. */
  indexPrice: number;
  rng: Rng;
  venue: VenueView;
  /** The slab's order book; undefined where a passive LP quotes. */
  readonly book: BookView | undefined;
  /**
   * View of one of the agent's own accounts, for keepers of any account; undefined before its first deposit and
   * after it was freed.
   */
  view(account: number): AccountView | undefined;
  /**
   * Keepers only: up to `limit` accounts whose maintenance equity is at or below their requirement at the observed
   * index, in ascending index order.
   */
  liquidatable(limit: number): readonly number[];
  /**
   * Keepers only: the smallest partial liquidation that leaves this account healthy with `bufferAtoms` to spare
   * (engine `calculateRestoringPartial` at the observed index); null if there is none.
   */
  restoringPartial(account: number, bufferAtoms: number): number | null;
  /**
   * Keepers only: the accounts that a group of the scenario (an attack, or `lp`) was given when the agents were seated, in
   * ascending index order. It never changes, and it is all that a keeper knows of who stands behind an account.
   */
  accountsOf(group: string): readonly number[];
  /**
   * Keepers only, on a book with a reduce band: up to `limit` accounts in the band (stage 1) at the observed index, in
   * ascending index order. Those that can be liquidated are among them.
   */
  reducible(limit: number): readonly number[];
  /** Queue an action for this slot's auction; higher `feeBidAtoms` goes first, ties are drawn by seed. */
  submit(action: Action, feeBidAtoms?: number): void;
  /** Call `onWake` in that (later) slot. */
  wakeAt(slot: number): void;
  /** Call `onWake` in the first later slot whose observed index is ≤ (below) or ≥ (above) the price. */
  wakeWhenPrice(direction: 'below' | 'above', price: number): void;
}

export interface Agent {
  /** Accounts this agent owns, allocated at creation. */
  readonly accounts: readonly number[];
  /** Its first call, in slot 0 or its group's start slot. */
  onStart(context: AgentContext): void;
  onWake(context: AgentContext): void;
  onFill?(context: AgentContext, fill: FillNotice): void;
  /** An action of this agent was refused by the engine; the error's name is part of the spec. */
  onReject?(context: AgentContext, action: Action, error: string): void;
  /**
   * What it holds outside of the venue, at this price: hedges and what they cost. No vault knows of it, and records of a
   * book show it apart.
   */
  calculateOutside?(price: number): number;
  /** A book action of this agent went through; called before the `onFill` of what it filled at once. */
  onDone?(context: AgentContext, action: BookAction, result: BookResult): void;
}

export interface AgentSetup<P> {
  /** `group/17`, unique in the scenario's slab. */
  name: string;
  params: P;
  rng: Rng;
  risk: RiskParams;
  /** First slot and number of slots of the run. */
  slots: number;
  /** Reserve the next account index of the slab for this agent. */
  allocateAccount(): number;
}

/** index = fundamental × (1 + bps/10 000) while fromSlot ≤ slot < toSlot. */
export interface IndexDistortion {
  fromSlot: number;
  toSlot: number;
  /** Signed; above −10 000. Windows that overlap add up. */
  bps: number;
}

/** A group, an attack or `lp`, named by a parameter of an agent. */
export interface GroupReference {
  /** Where it stands below `params`. */
  path: readonly (string | number)[];
  group: string;
}

/** One kind of agent: what the scenario schema, the docs and the kernel know of it. */
export interface AgentModule<P = unknown> {
  kind: string;
  role: AgentRole;
  /** One or two sentences for the docs and the JSON Schema. */
  doc: string;
  /** Parameters with units, ranges, defaults and a sentence each. */
  params: z.ZodType<P>;
  /** Attackers: the hypothesis under test, what counts as success. */
  hypothesis?: string;
  /** Attackers: how success is measured. */
  success?: SuccessCriterion<P>;
  /** Attackers: when and by how much the attack distorts the index (design 03 §1, phase 1). */
  distortions?(params: P): readonly IndexDistortion[];
  /** Whether it can only work where there is an order book; the loader refuses it elsewhere. */
  needsBook?(params: P): boolean;
  /** Groups that the parameters name; the loader refuses those that the scenario does not have. */
  groups?(params: P): readonly GroupReference[];
  create(setup: AgentSetup<P>): Agent;
}
