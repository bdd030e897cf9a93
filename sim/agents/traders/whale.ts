import { z } from 'zod';
import { count, duration, leverage, money, price } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { Departure, RETRY_SLOTS } from '../departure.ts';
import { calculateOpeningSizeQ, calculateSliceSlot } from '../sizing.ts';

const params = z.strictObject({
  capital: money().describe('What it deposits when it arrives.'),
  leverage: leverage().describe('Position value over capital when it opens.'),
  side: z.enum(['long', 'short']).describe('Direction of the position.'),
  open_over: duration().prefault('0 slots').describe('Time over which the position is built.'),
  open_slices: count(1, 1_000).default(1).describe('Equal orders the position is built with.'),
  exit_after: duration().optional().describe('Starts to close this long after it arrived.'),
  exit_below: price().optional().describe('Starts to close when the index is at or below this price.'),
  exit_above: price().optional().describe('Starts to close when the index is at or above this price.'),
  exit_over: duration().prefault('0 slots').describe('Time over which the position is closed.'),
  exit_slices: count(1, 1_000).default(1).describe('Equal orders the position is closed with.'),
  leave: z.boolean().default(false).describe('Withdraws everything after the position is closed.'),
});
type WhaleParams = z.output<typeof params>;

type Phase = 'opening' | 'holding' | 'closing' | 'leaving' | 'done';

/** One large position, opened and closed in slices. */
class Whale implements Agent {
  readonly accounts: readonly [number];
  private readonly params: WhaleParams;
  private readonly departure: Departure;
  private phase: Phase = 'opening';
  private targetQ = 0;
  private slicesLeft: number;
  /** First slot and span of the running sequence of slices, and the slot of its next one. */
  private from = 0;
  private nextSlot = 0;
  private exitSlot = Number.POSITIVE_INFINITY;

  constructor(setup: AgentSetup<WhaleParams>) {
    this.params = setup.params;
    this.accounts = [setup.allocateAccount()];
    this.departure = new Departure(this.accounts[0]);
    this.slicesLeft = setup.params.open_slices;
  }

  onStart(context: AgentContext): void {
    const { params, accounts } = this;
    context.submit({ type: 'deposit', account: accounts[0], amountAtoms: params.capital });
    const sizeQ = calculateOpeningSizeQ(
      params.capital,
      params.leverage,
      context.indexPrice,
      context.venue.params,
    );
    this.targetQ = params.side === 'long' ? sizeQ : -sizeQ;
    this.from = context.slot;
    this.open(context);
    if (params.exit_after !== undefined) {
      this.exitSlot = context.slot + Math.max(1, params.exit_after);
      context.wakeAt(this.exitSlot);
    }
    if (params.exit_below !== undefined) context.wakeWhenPrice('below', params.exit_below);
    if (params.exit_above !== undefined) context.wakeWhenPrice('above', params.exit_above);
  }

  onWake(context: AgentContext): void {
    if (this.phase === 'leaving') {
      if (this.departure.step(context)) this.phase = 'done';
      return;
    }
    if (this.wantsOut(context)) {
      this.phase = 'closing';
      this.from = this.nextSlot = context.slot;
      this.slicesLeft = this.params.exit_slices;
    }
    if (context.slot < this.nextSlot) return;
    if (this.phase === 'opening') this.open(context);
    else if (this.phase === 'closing') this.close(context);
  }

  private wantsOut(context: AgentContext): boolean {
    if (this.phase !== 'opening' && this.phase !== 'holding') return false;
    const { exit_below: below, exit_above: above } = this.params;
    return (
      context.slot >= this.exitSlot ||
      (below !== undefined && context.indexPrice <= below) ||
      (above !== undefined && context.indexPrice >= above)
    );
  }

  private open(context: AgentContext): void {
    const held = context.view(this.accounts[0])?.positionQ ?? 0;
    // Later slices make up for what earlier ones did not get.
    const sizeQ = Math.trunc((this.targetQ - held) / this.slicesLeft);
    if (sizeQ !== 0) context.submit({ type: 'trade', account: this.accounts[0], sizeQ });
    this.slicesLeft -= 1;
    if (this.slicesLeft === 0) {
      this.phase = 'holding';
      return;
    }
    const { open_over: over, open_slices: slices } = this.params;
    this.wake(context, calculateSliceSlot(this.from, over, slices, slices - this.slicesLeft));
  }

  private close(context: AgentContext): void {
    if ((context.view(this.accounts[0])?.positionQ ?? 0) === 0) {
      this.phase = this.params.leave ? 'leaving' : 'done';
      if (this.phase === 'leaving' && this.departure.step(context)) this.phase = 'done';
      return;
    }
    context.submit({ type: 'close', account: this.accounts[0], share: 1 / this.slicesLeft });
    if (this.slicesLeft === 1) {
      this.wake(context, context.slot + RETRY_SLOTS);
      return;
    }
    this.slicesLeft -= 1;
    const { exit_over: over, exit_slices: slices } = this.params;
    this.wake(context, calculateSliceSlot(this.from, over, slices, slices - this.slicesLeft));
  }

  private wake(context: AgentContext, slot: number): void {
    this.nextSlot = Math.max(slot, context.slot + 1);
    context.wakeAt(this.nextSlot);
  }
}

export const whale: AgentModule<WhaleParams> = {
  kind: 'whale',
  role: 'trader',
  doc: 'One large position at a leverage, opened in slices and closed in slices at a time or a price.',
  params,
  create: (setup) => new Whale(setup),
};
