import { z } from 'zod';
import { count, duration, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup, IndexDistortion } from '../agent.ts';
import { feeBid } from './position_params.ts';

/** Distortions are looked through slot by slot, so their number is bounded. */
const MAX_UPTICKS = 500;

import type { SlabTables } from '../../record/slab_summary.ts';

const params = z
  .strictObject({
    start: duration().prefault('0 slots').describe('When it begins, from the start of the run.'),
    length: duration(1).describe('How long it goes on.'),
    every: duration(1)
      .prefault('5 slots')
      .describe('Time between two touches; the index is up after every other one.'),
    uptick: percent(-100, 100)
      .prefault('1 bps')
      .describe('How far the index is nudged; negative is towards the profit of shorts, 0 leaves it alone.'),
    batch: count(1, 4_096).default(4_096).describe('Accounts it touches each time.'),
    fee_bid: feeBid,
  })
  .refine(({ length, every }) => length <= 2 * every * MAX_UPTICKS, {
    path: ['every'],
    error: `is too short: more than ${MAX_UPTICKS} upticks`,
  });
type WarmupStallerParams = z.output<typeof params>;

/**
 * Touches all open positions at the nudged and at the true index in turn: each return of the tiny gain restarts the
 * warmup of the whole reserve (design 01 §6). It owns nothing and earns nothing.
 */
class WarmupStaller implements Agent {
  readonly accounts: readonly number[] = [];
  private readonly params: WarmupStallerParams;

  constructor({ params }: AgentSetup<WarmupStallerParams>) {
    this.params = params;
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const { batch, every, fee_bid: bid, length, start } = this.params;
    if (context.slot >= start + length) return;
    context.wakeAt(context.slot + every);
    const candidates = context.venue
      .openAccounts()
      .slice(0, batch)
      .map((account) => [account, null] as const);
    if (candidates.length === 0) return;
    context.submit({ type: 'crank', candidates, maxRevalidations: candidates.length }, bid);
  }
}

/** Share of all profit on the slab that is still in reserve at its latest sample before `slot`; 0 without profit. */
function calculateLockedShare({ series }: SlabTables, slot: number): number {
  const sample = series.findLast((row) => row.slot < slot);
  if (sample === undefined || sample.pnlPositiveAtoms === 0) return 0;
  return (sample.pnlPositiveAtoms - sample.pnlMaturedAtoms) / sample.pnlPositiveAtoms;
}

export const warmupStaller: AgentModule<WarmupStallerParams> = {
  kind: 'warmup_staller',
  role: 'attacker',
  doc: 'Nudges the index by a basis point and touches all positions, again and again, so that reserves of others keep re-spreading.',
  params,
  hypothesis:
    'Tiny gains and frequent touches keep the profit of others locked; success is more than a tenth of all profit locked that would be free without it (e⁻¹ of a reserve after a whole warmup is possible). It earns nothing itself.',
  distortions: ({ start, length, every, uptick }): readonly IndexDistortion[] => {
    if (uptick === 0) return [];
    const windows: IndexDistortion[] = [];
    for (let from = start + every; from < start + length; from += 2 * every) {
      windows.push({ fromSlot: from, toSlot: from + every, bps: uptick });
    }
    return windows;
  },
  success: {
    figure: 'share of all profit locked when it ends, more than without the attack',
    unit: 'ratio',
    needed: () => 0.1,
    measure: ({ attacked, calm }, { length, start }) =>
      calculateLockedShare(attacked, start + length) - calculateLockedShare(calm, start + length),
  },
  create: (setup) => new WarmupStaller(setup),
};
