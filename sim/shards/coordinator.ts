import { BPS, MAX_ORACLE_PRICE } from '../../engine/risk/index.ts';
import type { IndexDistortion } from '../agents/agent.ts';
import { type AgentRegistry, findModule } from '../kernel/population.ts';
import { createUnderlyingPrice, type PriceProcess } from '../prices/process.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Control } from './control.ts';
import type { PriceBoard, Quote } from './price_board.ts';

/** The names of a scenario's underlyings in the order of the price board, which the file's order does not change. */
export function listUnderlyings(scenario: Scenario): string[] {
  return Object.keys(scenario.underlyings).sort();
}

/** All distortions of an underlying: each attack once, on however many slabs it trades. */
function listDistortions(scenario: Scenario, underlying: string, registry: AgentRegistry): IndexDistortion[] {
  const slabs = new Set(scenario.slabs.filter((slab) => slab.underlying === underlying).map(({ id }) => id));
  return scenario.attacks
    .filter((attack) => attack.slabs.some((id) => slabs.has(id)))
    .flatMap(({ kind, params }) => findModule(registry, kind).distortions?.(params) ?? []);
}

/** index = round(fundamental × (1 + Σ bps / 10 000)) over the windows that are open, within 1 … MAX_ORACLE_PRICE. */
export function calculateIndex(
  fundamental: number,
  slot: number,
  distortions: readonly IndexDistortion[],
): number {
  let bps = 0;
  for (const window of distortions) if (slot >= window.fromSlot && slot < window.toSlot) bps += window.bps;
  if (bps === 0) return fundamental;
  return Math.min(MAX_ORACLE_PRICE, Math.max(1, Math.round((fundamental * (BPS + bps)) / BPS)));
}

interface Feed {
  process: PriceProcess;
  distortions: IndexDistortion[];
}

/**
 * What is common to all slabs: the prices of each slot and the decision to end early. Runs in the first shard's thread;
 * whatever it writes in slot n is about slot n + 1 and becomes visible at the barrier between them.
 */
export class Coordinator {
  private readonly feeds: Feed[];
  private readonly board: PriceBoard;
  private readonly control: Control;

  constructor(
    scenario: Scenario,
    seed: string,
    registry: AgentRegistry,
    board: PriceBoard,
    control: Control,
  ) {
    this.board = board;
    this.control = control;
    this.feeds = listUnderlyings(scenario).map((underlying) => ({
      process: createUnderlyingPrice(scenario, seed, underlying),
      distortions: listDistortions(scenario, underlying, registry),
    }));
  }

  /** Writes the prices of `slot`; call once for each slot, in order from 0. */
  prepare(slot: number): void {
    this.feeds.forEach(({ process, distortions }, underlying) => {
      const fundamental = process.next(slot);
      const quote: Quote = { fundamental, index: calculateIndex(fundamental, slot, distortions) };
      this.board.write(slot, underlying, quote);
    });
    if (this.control.isStopRequested()) this.control.endSlot = Math.min(slot, this.control.endSlot);
  }
}
