import { z } from 'zod';
import type { SlabTables } from '../../record/slab_summary.ts';
import { count, duration, money } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { ROUNDING_ATOMS } from '../success.ts';
import { feeBid } from './position_params.ts';

const params = z.strictObject({
  start: duration().prefault('0 slots').describe('When it begins, from the start of the run.'),
  length: duration(1).describe('How long it goes on.'),
  every: duration(1).prefault('1 slots').describe('How often it looks.'),
  residual_below: money(1)
    .optional()
    .describe('Touches only while less than this backs profit (vault − capital − insurance).'),
  batch: count(1, 4_096).default(100).describe('Flat accounts it touches each time, in turn.'),
  fee_bid: feeBid,
});
type ForcedConverterParams = z.output<typeof params>;

/** Touches accounts that have closed, at moments when nothing backs their profit. It owns and earns nothing. */
class ForcedConverter implements Agent {
  readonly accounts: readonly number[] = [];
  private readonly params: ForcedConverterParams;
  /** Every account it has seen with a position: those without one now may hold profit that warms up. */
  private readonly known = new Set<number>();
  private cursor = 0;

  constructor({ params }: AgentSetup<ForcedConverterParams>) {
    this.params = params;
  }

  onStart(context: AgentContext): void {
    this.onWake(context);
  }

  onWake(context: AgentContext): void {
    const { batch, every, fee_bid: bid, length, residual_below: limit, start } = this.params;
    if (context.slot >= start + length) return;
    context.wakeAt(context.slot + every);
    const { capitalAtoms, insuranceAtoms, vaultAtoms } = context.venue;
    const open = new Set(context.venue.openAccounts());
    for (const account of open) this.known.add(account);
    const residual = vaultAtoms - capitalAtoms - insuranceAtoms;
    if (context.slot < start || (limit !== undefined && residual >= limit)) return;
    const flat = [...this.known].filter((account) => !open.has(account)).sort((a, b) => a - b);
    const from = flat.findIndex((account) => account >= this.cursor);
    const turn = [...flat.slice(Math.max(0, from)), ...flat.slice(0, Math.max(0, from))].slice(0, batch);
    for (const account of turn) context.submit({ type: 'settle', account }, bid);
    this.cursor = (turn.at(-1) ?? -1) + 1;
  }
}

/** Released profit of others that their conversions did not pay. */
const sumDestroyed = ({ exits }: SlabTables) =>
  exits.reduce(
    (sum, { amountAtoms, kind, paidAtoms }) => (kind === 'convert' ? sum + amountAtoms - paidAtoms : sum),
    0,
  );

export const forcedConverter: AgentModule<ForcedConverterParams> = {
  kind: 'forced_converter',
  role: 'attacker',
  doc: 'Touches flat winners while their counterparties are unsettled, so that matured profit converts at a transient h.',
  params,
  hypothesis:
    'A touch at the wrong moment destroys profit of a solvent market for good; success is a winner paid less than its profit although all losses are paid later. It earns nothing itself.',
  success: {
    figure: 'profit that conversions did not pay, more than without the attack',
    unit: 'atoms',
    needed: () => ROUNDING_ATOMS,
    measure: ({ attacked, calm }) => sumDestroyed(attacked) - sumDestroyed(calm),
  },
  create: (setup) => new ForcedConverter(setup),
};
