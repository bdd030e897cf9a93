import { apply, type RiskInstruction, SIDE_MODES } from '../../engine/risk/index.ts';
import {
  addFlows,
  Before,
  checkExtraction,
  checkRecovery,
  checkState,
  type Flows,
  type Violation,
} from './modelcheck_checks.ts';
import { hashState } from './modelcheck_state.ts';
import type { TinyWorld } from './modelcheck_worlds.ts';

export interface ModelcheckResult {
  world: string;
  /** Every sequence up to this length was walked. */
  depth: number;
  states: number;
  transitions: number;
  /** How often which instruction ended how: `liquidate success`, `withdraw Undercollateralized`. */
  outcomes: Map<string, number>;
  /** States by the modes of both sides. */
  modes: Map<string, number>;
  /** The first broken invariant and the instructions that lead to it. */
  failure: (Violation & { path: RiskInstruction[] }) | null;
}

class Stop extends Error {}

/** Walks every sequence of a world's instructions to a depth, once from each state that differs in what matters. */
class Walk {
  readonly result: ModelcheckResult;
  private readonly world: TinyWorld;
  private readonly isTimeUp: () => boolean;
  /** Steps that were walked from a state. */
  private readonly walked = new Map<number, number>();
  private readonly path: RiskInstruction[] = [];

  constructor(world: TinyWorld, depth: number, isTimeUp: () => boolean) {
    this.world = world;
    this.isTimeUp = isTimeUp;
    this.result = {
      world: world.name,
      depth,
      states: 0,
      transitions: 0,
      outcomes: new Map(),
      modes: new Map(),
      failure: null,
    };
  }

  /** False if time ran out. */
  run(): boolean {
    const { depth } = this.result;
    const { market, players } = this.world;
    // What the accounts hold at the start counts as paid in.
    const none = () => Array.from({ length: players }, () => 0);
    const { vault } = market.globals;
    const flows = { deposited: none().fill(vault), withdrawn: none(), lost: none(), insuranceSpent: 0 };
    try {
      this.visit(depth, flows);
      return true;
    } catch (error) {
      if (error instanceof Stop) return this.result.failure !== null;
      throw error;
    }
  }

  private fail(violation: Violation | null): void {
    if (violation === null) return;
    this.result.failure = { ...violation, path: [...this.path] };
    throw new Stop();
  }

  private visit(left: number, flows: Flows): void {
    const { market, players } = this.world;
    const key = hashState(market, players);
    const walked = this.walked.get(key);
    if (walked === undefined) {
      this.result.states += 1;
      const modes = market.sides.map((side) => SIDE_MODES[side.mode]).join('/');
      this.result.modes.set(modes, (this.result.modes.get(modes) ?? 0) + 1);
      this.fail(checkState(market, players));
      this.fail(checkRecovery(market, players));
      this.world.log.clear();
    }
    if (walked !== undefined && walked >= left) return;
    this.walked.set(key, left);
    if (left === 0) return;
    if (this.isTimeUp()) throw new Stop();
    const before = new Before(market, players);
    for (const instruction of this.world.list()) this.step(instruction, before, left, flows);
  }

  private step(instruction: RiskInstruction, before: Before, left: number, flows: Flows): void {
    const { log, market } = this.world;
    log.clear();
    const mark = market.journal.mark();
    this.path.push(instruction);
    try {
      const error = apply(market, instruction);
      this.count(`${instruction.op} ${error ?? 'success'}`);
      if (error === 'CorruptState')
        this.fail({ invariant: 3, message: 'the engine found the state corrupt' });
      if (error !== null) return;
      this.fail(before.checkSettlements(instruction, log));
      this.fail(before.checkFlatAccounts(market, log));
      const after = addFlows(flows, log);
      this.fail(checkExtraction(after));
      this.visit(left - 1, after);
    } finally {
      this.path.pop();
      market.journal.rollback(mark);
    }
  }

  private count(outcome: string): void {
    const { result } = this;
    result.transitions += 1;
    result.outcomes.set(outcome, (result.outcomes.get(outcome) ?? 0) + 1);
  }
}

/**
 * Walks a world to `depth`, then deeper while there is time; at least the first depth is walked whole, whatever it takes.
 * Returns the deepest walk that was completed, or the one that found a violation.
 */
export function checkWorld(world: TinyWorld, depth: number, isTimeUp: () => boolean): ModelcheckResult {
  const always = () => false;
  let best: ModelcheckResult | null = null;
  for (let deeper = depth; ; deeper += 1) {
    const walk = new Walk(world, deeper, best === null ? always : isTimeUp);
    const isComplete = walk.run();
    if (!isComplete) return best!;
    best = walk.result;
    if (best.failure !== null || isTimeUp()) return best;
  }
}
