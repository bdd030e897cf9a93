import type { IndexDistortion } from '../agents/agent.ts';
import type { AgentRegistry } from '../kernel/population.ts';
import type { OracleOutageEvent } from '../scenario/events.ts';
import type { Scenario } from '../scenario/schema.ts';

/** All distortions of an underlying: each attack once, on however many slabs it trades. */
export function listDistortions(
  scenario: Scenario,
  underlying: string,
  registry: AgentRegistry,
): IndexDistortion[] {
  const slabs = new Set(scenario.slabs.filter((slab) => slab.underlying === underlying).map(({ id }) => id));
  return scenario.attacks
    .filter((attack) => attack.slabs.some((id) => slabs.has(id)))
    .flatMap(({ kind, params }) => registry[kind]?.distortions?.(params) ?? []);
}

/** Sum of the distortions in force, bps. */
export function sumDistortions(slot: number, distortions: readonly IndexDistortion[]): number {
  let bps = 0;
  for (const window of distortions) if (slot >= window.fromSlot && slot < window.toSlot) bps += window.bps;
  return bps;
}

/** The oracle outages of an underlying. */
export const listOutages = (scenario: Scenario, underlying: string): OracleOutageEvent[] =>
  scenario.events.filter(
    (event): event is OracleOutageEvent => event.kind === 'oracle_outage' && event.underlying === underlying,
  );

/** Whether the index stands still; in slot 0 there is nothing it could stand at. */
export const isOutage = (slot: number, outages: readonly OracleOutageEvent[]): boolean =>
  slot > 0 && outages.some((outage) => slot >= outage.slot && slot < outage.endSlot);

/** A price that an engine cannot take. The loader refuses scenarios that could get there, so their bounds are wrong. */
export class PriceLimitError extends Error {
  constructor(what: string, atoms: number, slot: number, limit: string) {
    super(
      `${what} is ${atoms} atoms per base in slot ${slot}, ${limit}; ` +
        "lower the impact's `max` or the attack's distortion, or raise `risk.max_price`",
    );
    this.name = 'PriceLimitError';
  }
}
