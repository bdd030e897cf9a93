import { MAX_ORACLE_PRICE } from '../../engine/risk/index.ts';
import type { IndexDistortion } from '../agents/agent.ts';
import type { AgentRegistry } from '../kernel/population.ts';
import {
  isOutage,
  listDistortions,
  listOutages,
  PriceLimitError,
  sumDistortions,
} from '../prices/distortion.ts';
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

/** Whether prices depend on what is traded, and so need the flow of a slot before the next can be prepared. */
export function hasImpact(scenario: Scenario): boolean {
  return Object.values(scenario.underlyings).some(({ impact }) => impact !== undefined);
}

/** The price if an engine can take it; throws `PriceLimitError` otherwise. */
function requirePrice(underlying: string, price: number, slot: number): number {
  if (price >= 1 && price <= MAX_ORACLE_PRICE) return price;
  throw new PriceLimitError(`the price of ${underlying}`, price, slot, 'out of what an engine can take');
}

/** index = round(fundamental × (1 + Σ bps / 10 000)) over the windows that are open. */
export function calculateIndex(
  fundamental: number,
  slot: number,
  distortions: readonly IndexDistortion[],
): number {
  const bps = sumDistortions(slot, distortions);
  return bps === 0 ? fundamental : movePrice(fundamental, bps);
}

interface Feed {
  underlying: string;
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
    underlying,
    process: createUnderlyingPrice(scenario, seed, underlying),
    distortions: listDistortions(scenario, underlying, registry),
    impact: impact === undefined ? null : new Impact(impact),
    slabs: scenario.slabs.flatMap((slab, index) => (slab.underlying === underlying ? [index] : [])),
    outages: listOutages(scenario, underlying),
    index: 0,
  };
}

/** A coordinator between two slots, as plain data. */
export interface CoordinatorState {
  from: number;
  to: number;
  /** Of the slots `from` ≤ s < `to`, by underlying. */
  quotes: Quote[][];
  feeds: { flow: number; index: number }[];
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

  /** What the slots from `from` on depend on, when the prices of the slots before `to` are known. */
  save(from: number, to: number): CoordinatorState {
    const quotes: Quote[][] = [];
    for (let slot = from; slot < to; slot += 1) {
      quotes.push(this.feeds.map((_, underlying) => this.board.read(slot, underlying)));
    }
    const feeds = this.feeds.map(({ impact, index }) => ({ flow: impact?.flow ?? 0, index }));
    return { from, to, quotes, feeds };
  }

  /** Brings a coordinator that has prepared slot 0 alone to a saved state. */
  restore({ feeds, from, quotes, to }: CoordinatorState): void {
    this.feeds.forEach((feed, underlying) => {
      // A price process depends on nothing but the seed, so it is run again instead of being saved.
      for (let slot = 1; slot < to; slot += 1) feed.process.next(slot);
      const { flow, index } = feeds[underlying]!;
      feed.index = index;
      if (feed.impact !== null) feed.impact.flow = flow;
      quotes.forEach((quote, at) => {
        this.board.write(from + at, underlying, quote[underlying]!);
      });
    });
  }

  private quote(feed: Feed, slot: number): Quote {
    const { distortions, impact, outages, process, slabs, underlying } = feed;
    const calm = process.next(slot);
    const bps = impact === null || slot === 0 ? 0 : impact.next(this.flows.sum(slabs));
    const fundamental = bps === 0 ? calm : requirePrice(underlying, movePrice(calm, bps), slot);
    if (!isOutage(slot, outages)) {
      feed.index = requirePrice(underlying, calculateIndex(fundamental, slot, distortions), slot);
    }
    return { fundamental, index: feed.index };
  }
}
