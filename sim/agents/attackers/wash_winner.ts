import { z } from 'zod';
import { duration, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup, IndexDistortion } from '../agent.ts';
import { PROFIT } from '../success.ts';
import { OppositePair } from './opposite_pair.ts';
import { positionParams } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  distortion: percent(-9_999, 100_000).describe(
    'By how much the index is moved away from the fundamental price.',
  ),
  start: duration().describe('When the distortion begins, from the start of the run.'),
  length: duration(1).describe('How long the distortion lasts.'),
  open_before: duration(1)
    .prefault('5 slots')
    .describe('How long before the distortion it opens both positions.'),
});
type WashWinnerParams = z.output<typeof params>;

/** Wins against itself at a false price, by more than its losing account can pay. */
class WashWinner implements Agent {
  readonly accounts: readonly [number, number];
  private readonly params: WashWinnerParams;
  private readonly pair: OppositePair;
  private readonly openSlot: number;
  private isOpen = false;

  constructor(setup: AgentSetup<WashWinnerParams>) {
    this.params = setup.params;
    this.pair = new OppositePair(setup);
    this.accounts = this.pair.accounts;
    this.openSlot = Math.max(0, setup.params.start - setup.params.open_before);
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.openSlot) this.open(context);
    else context.wakeAt(this.openSlot);
  }

  onWake(context: AgentContext): void {
    if (this.isOpen) this.pair.leave(context);
    else this.open(context);
  }

  private open(context: AgentContext): void {
    this.isOpen = true;
    this.pair.open(context);
    context.wakeAt(Math.max(this.params.start, context.slot + 1));
  }
}

export const washWinner: AgentModule<WashWinnerParams> = {
  kind: 'wash_winner',
  role: 'attacker',
  doc: 'Trades against itself, has the index distorted until one of its accounts is bankrupt, and takes the winnings of the other out.',
  params,
  hypothesis:
    'Insurance and the other holders pay a winner what its own bankrupt account does not; success is more withdrawn and left than deposited.',
  success: PROFIT,
  distortions: ({ start, length, distortion }): readonly IndexDistortion[] => [
    { fromSlot: start, toSlot: start + length, bps: distortion },
  ],
  create: (setup) => new WashWinner(setup),
};
