import { keepShape } from '../../engine/math/shape.ts';
import type { AgentContext } from './agent.ts';

/**
 * At most one live price alarm in each direction. The kernel's alarms cannot be cancelled, so an alarm is only
 * set when its level changed or the last one fired; an owner must expect wakes from levels it gave up.
 */
export class PriceAlarm {
  private below: number | null = null;
  private above: number | null = null;

  /** Forgets alarms that the observed index has reached; call first in every wake. */
  drop(context: AgentContext): void {
    if (this.below !== null && context.indexPrice <= this.below) this.below = null;
    if (this.above !== null && context.indexPrice >= this.above) this.above = null;
  }

  /** Wakes the agent at or below `price` (quote atoms per base). */
  setBelow(context: AgentContext, price: number): void {
    if (this.below === price) return;
    this.below = price;
    context.wakeWhenPrice('below', price);
  }

  /** Wakes the agent at or above `price` (quote atoms per base). */
  setAbove(context: AgentContext, price: number): void {
    if (this.above === price) return;
    this.above = price;
    context.wakeWhenPrice('above', price);
  }
}

keepShape(Object.assign(new PriceAlarm(), { below: 0.5, above: 0.5 }));
