import { expect, it } from 'vitest';
import { PriceAlarm } from '../../../sim/agents/price_alarm.ts';
import { FakeContext } from './fake_context.ts';

it.each([
  ['below', 99, 101],
  ['above', 101, 99],
] as const)('%s: the same level is set again only after it fired', (direction, level, elsewhere) => {
  const context = new FakeContext();
  const alarm = new PriceAlarm();
  const set = () => (direction === 'below' ? alarm.setBelow(context, level) : alarm.setAbove(context, level));
  set();
  set();
  context.indexPrice = elsewhere;
  alarm.drop(context);
  set();
  expect(context.alarms).toEqual([{ direction, price: level }]);
  context.indexPrice = level;
  alarm.drop(context);
  set();
  expect(context.alarms.length).toBe(2);
});
