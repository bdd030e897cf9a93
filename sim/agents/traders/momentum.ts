import { z } from 'zod';
import { BPS } from '../../../engine/risk/index.ts';
import { duration, percent } from '../../scenario/units.ts';
import type { AgentModule } from '../agent.ts';
import { type Signal, SignalTrader, signalParams } from './signal_trader.ts';

const params = z.strictObject({
  ...signalParams,
  lookback: duration(1)
    .prefault('250 slots')
    .describe('The move is measured over this time, rounded to whole looks.'),
  enter: percent(1, 100_000).prefault('1 %').describe('Follows a move of at least this much.'),
  exit: percent().prefault('0 %').describe('Closes once the move in its direction is at most this.'),
});
type MomentumParams = z.output<typeof params>;

/** Follows the move over the last `lookback`; says nothing until it has seen that much. */
export class MomentumSignal implements Signal {
  private readonly enterBps: number;
  private readonly exitBps: number;
  private readonly looks: number;
  private readonly seen: number[] = [];
  private held: 1 | 0 | -1 = 0;

  constructor({ enter, every, exit, lookback }: MomentumParams) {
    this.enterBps = enter;
    this.exitBps = exit;
    this.looks = Math.max(1, Math.round(lookback / every));
  }

  read(indexPrice: number): 1 | 0 | -1 | null {
    const before = this.seen.length === this.looks ? this.seen.shift()! : null;
    this.seen.push(indexPrice);
    if (before === null) return null;
    const moveBps = ((indexPrice - before) * BPS) / before;
    if (Math.abs(moveBps) >= this.enterBps) this.held = moveBps > 0 ? 1 : -1;
    else if (this.held * moveBps <= this.exitBps) this.held = 0;
    return this.held;
  }
}

export const momentum: AgentModule<MomentumParams> = {
  kind: 'momentum',
  role: 'trader',
  doc: 'Buys what has risen and sells what has fallen over a lookback, and closes when the move is over.',
  params,
  create: (setup) => new SignalTrader(setup, new MomentumSignal(setup.params)),
};
