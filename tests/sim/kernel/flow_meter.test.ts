import { describe, expect, it } from 'vitest';
import { EventKind, EventLog, Market } from '../../../engine/risk/index.ts';
import { FlowMeter } from '../../../sim/kernel/flow_meter.ts';
import { RISK, UNIT } from './harness.ts';

/** At 100 a base: a long of 5 loses 3 to a liquidation, a short of 2 all of it; two fills with the LP, one without. */
function makeLog(): EventLog {
  const log = new EventLog();
  log.emit(EventKind.PositionSet, 7, 2 * UNIT, 5 * UNIT, 0);
  log.emit(EventKind.Liquidated, 7, 3 * UNIT, 0, 0);
  log.emit(EventKind.ExposureReduced, 1, 3 * UNIT, 900_000, 0);
  log.emit(EventKind.PositionSet, 8, 0, -2 * UNIT, 0);
  log.emit(EventKind.Liquidated, 8, 2 * UNIT, 0, 1);
  log.emit(EventKind.Traded, 7, 10 * UNIT, 0, 123 * UNIT);
  log.emit(EventKind.Traded, 0, 4 * UNIT, 9, 123 * UNIT);
  log.emit(EventKind.Traded, 5, 50 * UNIT, 6, 100 * UNIT);
  return log;
}

describe('the flow meter', () => {
  const market = new Market({ params: RISK, initSlot: 0, initPrice: 100 * UNIT });

  it.each([
    { forcedOnly: true, flow: (-3 + 2) * 100 * UNIT },
    { forcedOnly: false, flow: (-3 + 2 + 10 - 4) * 100 * UNIT },
  ])('counts what is bought at the index, forcedOnly $forcedOnly', ({ forcedOnly, flow }) => {
    const meter = new FlowMeter(market, forcedOnly);
    meter.noteEvents(makeLog());
    expect(meter.take()).toBe(flow);
    expect(meter.take()).toBe(0);
  });
});
