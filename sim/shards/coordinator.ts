import { MAX_ORACLE_PRICE } from '../../engine/risk/index.ts';
import type { IndexDistortion } from '../agents/agent.ts';
import { type AgentRegistry, findModule } from '../kernel/population.ts';
import { createUnderlyingPrice, type PriceProcess } from '../prices/process.ts';
import type { OracleOutageEvent } from '../scenario/events.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Control } from './control.ts';
import type { FlowBoard } from './flow_board.ts';
import { Impact, movePrice } from './impact.ts';
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

/** Whether prices depend on what is traded, and so need the flow of a slot before the next can be prepared. */
export function hasImpact(scenario: Scenario): boolean {
  return Object.values(scenario.underlyings).some(({ impact }) => impact !== undefined);
}

/** Within the prices an engine can take. */
const clampPrice = (price: number) => Math.min(MAX_ORACLE_PRICE, Math.max(1, price));

/** index = round(fundamental × (1 + Σ bps / 10 000)) over the windows that are open, within 1 … MAX_ORACLE_PRICE. */
export function calculateIndex(
  fundamental: number,
  slot: number,
  distortions: readonly IndexDistortion[],
): number {
  let bps = 0;
  for (const window of distortions) if (slot >= window.fromSlot && slot < window.toSlot) bps += window.bps;
  if (bps === 0) return fundamental;
  return clampPrice(movePrice(fundamental, bps));
}

interface Feed {
  process: PriceProcess;
  distortions: IndexDistortion[];
  impact: Impact | null;
  /** Indices of its slabs in the scenario. */
  slabs: number[];
  outages: OracleOutageEvent[];
  /** Of the latest slot. */
  index: number;
}

function createFeed(scenario: Scenario, seed: string, registry: AgentRegistry, underlying: string): Feed {
  const { impact } = scenario.underlyings[underlying]!;
  return {
    process: createUnderlyingPrice(scenario, seed, underlying),
    distortions: listDistortions(scenario, underlying, registry),
    impact: impact === undefined ? null : new Impact(impact),
    slabs: scenario.slabs.flatMap((slab, index) => (slab.underlying === underlying ? [index] : [])),
    outages: scenario.events.filter(
      (event) => event.kind === 'oracle_outage' && event.underlying === underlying,
    ) as OracleOutageEvent[],
    index: 0,
  };
}

/** What a coordinator is made from. */
export interface CoordinatorSetup {
  scenario: Scenario;
  seed: string;
  registry: AgentRegistry;
  board: PriceBoard;
  flows: FlowBoard;
  control: Control;
}

/**
 * What is common to all slabs: the prices of each slot and the decision to end early. Runs in the first shard's thread;
 * whatever it writes while a block of slots runs is about the next block, and becomes visible at the barrier between them
 * (the second of two where prices depend on flows).
 */
export class Coordinator {
  private readonly feeds: Feed[];
  private readonly board: PriceBoard;
  private readonly flows: FlowBoard;
  private readonly control: Control;

  constructor({ board, control, flows, registry, scenario, seed }: CoordinatorSetup) {
    this.board = board;
    this.flows = flows;
    this.control = control;
    this.feeds = listUnderlyings(scenario).map((underlying) =>
      createFeed(scenario, seed, registry, underlying),
    );
  }

  /**
   * Writes the prices of the slots `from` ≤ s < `to`; call in order, for each slot once. With flows that is one slot, and
   * the flows are those of the slot before. A run that is to stop ends before `from`.
   */
  prepare(from: number, to: number): void {
    for (let slot = from; slot < to; slot += 1) {
      this.feeds.forEach((feed, underlying) => {
        this.board.write(slot, underlying, this.quote(feed, slot));
      });
    }
    if (this.control.isStopRequested()) this.control.endSlot = Math.min(from, this.control.endSlot);
  }

  private quote(feed: Feed, slot: number): Quote {
    const { distortions, impact, outages, process, slabs } = feed;
    const calm = process.next(slot);
    const bps = impact === null || slot === 0 ? 0 : impact.next(this.flows.sum(slabs));
    const fundamental = bps === 0 ? calm : clampPrice(movePrice(calm, bps));
    const isFrozen = slot > 0 && outages.some((outage) => slot >= outage.slot && slot < outage.endSlot);
    if (!isFrozen) feed.index = calculateIndex(fundamental, slot, distortions);
    return { fundamental, index: feed.index };
  }
}
