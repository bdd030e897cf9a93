import { mulDivFloor } from '../../engine/math/index.ts';
import { EventKind, type EventLog, type Market, POS_SCALE } from '../../engine/risk/index.ts';
import type { Flow } from './flow_meter.ts';

/**
 * Net flow of a slab with a book in the current slot, quote atoms at the index: what takers bought less what they sold.
 * Forced is what a liquidation closes (an order of that size that reaches no book) and what stage 1 sells on the book.
 */
export class BookFlowMeter implements Flow {
  /** See `encodeGraph`. */
  static readonly transient: readonly string[] = ['noteEvent'];
  /** The instruction whose events come reduces somebody else's position. */
  isForced = false;
  private readonly market: Market;
  private readonly forcedOnly: boolean;
  private flow = 0;
  private replacedSign = 0;
  private buyer = 0;

  constructor(market: Market, forcedOnly: boolean) {
    this.market = market;
    this.forcedOnly = forcedOnly;
  }

  noteEvents(log: EventLog): void {
    log.each(this.noteEvent);
  }

  private readonly noteEvent = (kind: EventKind, subject: number, x: number, y: number): void => {
    if (kind === EventKind.PositionSet) this.replacedSign = Math.sign(y);
    else if (kind === EventKind.Liquidated) this.add(-this.replacedSign, x);
    else if (kind === EventKind.Traded) this.buyer = subject;
    else if (kind === EventKind.OrderFilled && (this.isForced || !this.forcedOnly))
      this.add(this.buyer === subject ? -1 : 1, y);
  };

  private add(direction: number, sizeQ: number): void {
    this.flow += direction * mulDivFloor(sizeQ, this.market.globals.priceLast, POS_SCALE);
  }

  take(): number {
    const { flow } = this;
    this.flow = 0;
    return flow;
  }
}
