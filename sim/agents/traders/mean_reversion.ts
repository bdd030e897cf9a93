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
 * Trades against the distance from an exponential average; a = every/window at most 1 of each new price enters it.
 * The deviation is measured before the price joins the average.
 */
export function createMeanReversionSignal({ enter, every, exit, window }: MeanReversionParams): Signal {
  const weight = Math.min(1, every / window);
  let average: number | null = null;
  let held: 1 | 0 | -1 = 0;
  return (indexPrice) => {
    if (average === null) {
      average = indexPrice;
      return null;
    }
    const deviationBps = ((indexPrice - average) * BPS) / average;
    average += weight * (indexPrice - average);
    if (Math.abs(deviationBps) >= enter) held = deviationBps > 0 ? -1 : 1;
    else if (-held * deviationBps <= exit) held = 0;
    return held;
  };
}

export const meanReversion: AgentModule<MeanReversionParams> = {
  kind: 'mean_reversion',
  role: 'trader',
  doc: 'Sells above and buys below a slow average of the index, and closes when the index is back.',
  params,
  create: (setup) => new SignalTrader(setup, createMeanReversionSignal(setup.params)),
};
