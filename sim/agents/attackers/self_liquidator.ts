import { z } from 'zod';
import { duration, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { calculateMovedPrice } from '../sizing.ts';
import { PROFIT } from '../success.ts';
import { OppositePair } from './opposite_pair.ts';
import { positionParams } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  pull_every: duration(1)
    .prefault('25 slots')
    .describe('How often it takes out the margin that neither account needs.'),
  exit_move: percent(1, 9_999)
    .prefault('10 %')
    .describe('Move of the index, either way, at which it takes the winner out and leaves the loser behind.'),
});
type SelfLiquidatorParams = z.output<typeof params>;

/** Bets on a move, whichever way, with a loss that stops at the margin it left inside. */
class SelfLiquidator implements Agent {
  readonly accounts: readonly [number, number];
  private readonly params: SelfLiquidatorParams;
  private readonly pair: OppositePair;
  private phase: 'waiting' | 'open' | 'leaving' = 'waiting';
  private lowPrice = 0;
  private highPrice = Number.POSITIVE_INFINITY;
  private nextPullSlot = 0;

  constructor(setup: AgentSetup<SelfLiquidatorParams>) {
    this.params = setup.params;
    this.pair = new OppositePair(setup);
    this.accounts = this.pair.accounts;
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.open(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    if (this.phase === 'waiting') {
      this.open(context);
      return;
    }
    const { indexPrice, slot } = context;
    const hasMoved = indexPrice <= this.lowPrice || indexPrice >= this.highPrice;
    if (this.phase === 'open' && (hasMoved || this.pair.isBroken(context))) this.phase = 'leaving';
    if (this.phase === 'leaving') this.pair.leave(context);
    else if (slot >= this.nextPullSlot) {
      this.pair.pullMargin(context);
      this.schedulePull(context);
    }
  }

  private open(context: AgentContext): void {
    const { exit_move: move } = this.params;
    this.pair.open(context);
    this.lowPrice = calculateMovedPrice(context.indexPrice, -move);
    this.highPrice = calculateMovedPrice(context.indexPrice, move);
    context.wakeWhenPrice('below', this.lowPrice);
    context.wakeWhenPrice('above', this.highPrice);
    this.schedulePull(context);
    this.phase = 'open';
  }

  private schedulePull(context: AgentContext): void {
    this.nextPullSlot = context.slot + this.params.pull_every;
    context.wakeAt(this.nextPullSlot);
  }
}

export const selfLiquidator: AgentModule<SelfLiquidatorParams> = {
  kind: 'self_liquidator',
  role: 'attacker',
  doc: 'Holds two opposite positions, pulls out all margin it can, and after a large move takes the winner out and leaves the loser bankrupt.',
  params,
  hypothesis:
    'The loss of one of two paired accounts stops at its margin while the other wins the whole move, so the venue inherits the gap; success is more withdrawn and left than deposited.',
  success: PROFIT,
  create: (setup) => new SelfLiquidator(setup),
};
