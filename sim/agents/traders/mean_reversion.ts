import { z } from 'zod';
import { BPS } from '../../../engine/risk/index.ts';
import { duration, percent } from '../../scenario/units.ts';
import type { AgentModule } from '../agent.ts';
import { type Signal, SignalTrader, signalParams } from './signal_trader.ts';

const params = z.strictObject({
  ...signalParams,
  window: duration(1)
    .prefault('500 slots')
    .describe('Averaging time of the price that it expects the index to return to.'),
  enter: percent(1).prefault('2 %').describe('Trades against a deviation of at least this much.'),
  exit: percent().prefault('0 %').describe('Closes once the deviation is at most this.'),
});
type MeanReversionParams = z.output<typeof params>;

/**
 * Trades against the distance from an exponential average; every/window, at most 1, of each new price enters it. The
 * deviation is measured before the price joins the average.
 */
export class MeanReversionSignal implements Signal {
  private readonly enterBps: number;
  private readonly exitBps: number;
  private readonly weight: number;
  private average: number | null = null;
  private held: 1 | 0 | -1 = 0;

  constructor({ enter, every, exit, window }: MeanReversionParams) {
    this.enterBps = enter;
    this.exitBps = exit;
    this.weight = Math.min(1, every / window);
  }

  read(indexPrice: number): 1 | 0 | -1 | null {
    if (this.average === null) {
      this.average = indexPrice;
      return null;
    }
    const deviationBps = ((indexPrice - this.average) * BPS) / this.average;
    this.average += this.weight * (indexPrice - this.average);
    if (Math.abs(deviationBps) >= this.enterBps) this.held = deviationBps > 0 ? -1 : 1;
    else if (-this.held * deviationBps <= this.exitBps) this.held = 0;
    return this.held;
  }
}

export const meanReversion: AgentModule<MeanReversionParams> = {
  kind: 'mean_reversion',
  role: 'trader',
  doc: 'Sells above and buys below a slow average of the index, and closes when the index is back.',
  params,
  create: (setup) => new SignalTrader(setup, new MeanReversionSignal(setup.params)),
};
