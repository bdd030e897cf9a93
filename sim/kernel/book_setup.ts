import type { EventLog } from '../../engine/risk/index.ts';
import { DEFAULT_CAPACITIES, Slab, type SlabCapacities } from '../../engine/slab/index.ts';
import type { BookSpec } from '../scenario/book.ts';
import type { ImpactSpec } from '../scenario/impact.ts';
import type { SlabSpec } from '../scenario/schema.ts';
import { BookExecutor } from './book_executor.ts';
import { BookFlowMeter } from './book_flow.ts';
import type { ExecutorParts } from './executor.ts';
import { LiquidationCandidates } from './liquidation_candidates.ts';

const MIN_ORDERS = 64;
const SLICES_PER_HOLD = 4;
const TRADES = 1_000;

/**
 * Room of a slab with a book for so many accounts: what the scenario says, else as much as they may need, within the pools
 * of a full-size slab.
 */
export function calculateCapacities({ params, pools }: BookSpec, accounts: number): SlabCapacities {
  const atMost = (name: keyof SlabCapacities, wanted: number) =>
    Math.max(1, Math.min(DEFAULT_CAPACITIES[name], wanted));
  const maxHolds = pools.holds ?? atMost('maxHolds', accounts * params.maxHolds);
  return {
    maxSlots: accounts,
    maxOrders:
      pools.orders ?? atMost('maxOrders', Math.max(MIN_ORDERS, accounts * params.maxOrdersPerAccount)),
    maxHolds,
    maxSlices: pools.slices ?? atMost('maxSlices', SLICES_PER_HOLD * maxHolds),
    maxTrades: pools.trades ?? TRADES,
    maxAggressors: pools.aggressors ?? atMost('maxAggressors', accounts),
  };
}

/** The slab of a scenario with `matcher: {kind: book}`, empty. */
export function createBook(
  { risk }: SlabSpec,
  spec: BookSpec,
  accounts: number,
  initPrice: number,
  sink: EventLog,
): Slab {
  const capacities = calculateCapacities(spec, accounts);
  return new Slab({ params: risk, slabParams: spec.params, capacities, initSlot: 0, initPrice, sink });
}

/** The executor of such a slab, and the flow that moves its underlying's price. */
export function createBookExecutor(
  slab: Slab,
  parts: Omit<ExecutorParts, 'flow'>,
  impact: ImpactSpec | undefined,
): { executor: BookExecutor; flow: BookFlowMeter | null } {
  const { market, params } = slab;
  const flow = impact === undefined ? null : new BookFlowMeter(market, impact.forcedOnly);
  const { reduceBandBps } = params;
  const reducible = reduceBandBps === 0 ? null : new LiquidationCandidates(market, reduceBandBps);
  return { executor: new BookExecutor(slab, { ...parts, flow, reducible }), flow };
}
