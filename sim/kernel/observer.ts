import type { EventLog, Market, RiskInstruction } from '../../engine/risk/index.ts';
import type { Slab, SlabErrorName, SlabInstruction } from '../../engine/slab/index.ts';
import type { Action, AgentRole } from '../agents/agent.ts';
import type { Scenario, SlabSpec } from '../scenario/schema.ts';

/** Who asked for an instruction: an agent, or the slab itself (group `slab`: set-up and the accrual of each slot). */
export interface Origin {
  group: string;
  /** `group/17`; `lp` and `accrual` for the slab itself. */
  agent: string;
}

/** The accrual that begins each slot. */
export const ACCRUAL_ORIGIN: Origin = { group: 'slab', agent: 'accrual' };

/** Whose account it is. For attacks the group is the attack's name. */
export interface AccountOwner extends Origin {
  account: number;
  role: AgentRole | 'lp';
}

/** What a slab with a book executes beside the instructions of its risk engine, which it passes on. */
export type BookInstruction = Exclude<SlabInstruction, { op: 'risk' }>;

/** Why an action never became an instruction. */
export type Refusal =
  /** Nothing to withdraw, close or convert. */
  | 'NothingToDo'
  /** The liquidity provider offers nothing, or nothing within the limit price. */
  | 'NoLiquidity'
  /** A book action on a slab without a book. */
  | 'NoBook'
  /** It takes an account of one's own. */
  | 'NoAccount';

/**
 * Watches one slab (recorder, auditor). It may read the market, and probe it under `journal.mark` /
 * `journal.rollback`; whatever it does, the run stays the same.
 */
export interface SlabObserver {
  /** An instruction was executed (`error` null) or refused by the engine. The market is in the state after it. */
  onInstruction(
    slot: number,
    instruction: RiskInstruction | BookInstruction,
    error: SlabErrorName | null,
    origin: Origin,
  ): void;
  /** The events of the instruction just reported, in order; called when there are any. The log is cleared afterwards. */
  onEvents(log: EventLog): void;
  /** An action found nothing to execute and reached no instruction. */
  onRefusal?(slot: number, action: Action, reason: Refusal, origin: Origin): void;
  /** An action took part in the auction with a bid above 0, which is paid whatever becomes of the action. */
  onBid?(origin: Origin, feeBidAtoms: number): void;
  /** The run is over, `onEnd` comes next: what an agent holds outside of the venue is worth. */
  onOutside?(origin: Origin, atoms: number): void;
  /** All actions of the slot are done. Prices in quote atoms per base. */
  onSlotEnd(slot: number, fundamentalPrice: number, indexPrice: number): void;
  /** The run is over or was stopped; `slotsDone` slots are complete. */
  onEnd(slotsDone: number): void;
}

/** What an observer is made from, before the first instruction (index 0 is the LP's account, not yet funded). */
export interface SlabSetup {
  scenario: Scenario;
  slab: SlabSpec;
  seed: string;
  /** Run with the auditor and all invariants on. */
  check: boolean;
  market: Market;
  /** The slab around the market; null without an order book. */
  book: Slab | null;
  /** By account index; complete and constant. */
  owners: readonly AccountOwner[];
  /** Index price at slot 0, the market's initial price. */
  initialPrice: number;
}
