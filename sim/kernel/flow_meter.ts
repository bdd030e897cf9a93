import { mulDivFloor } from '../../engine/math/index.ts';
import { EventKind, type EventLog, type Market, POS_SCALE } from '../../engine/risk/index.ts';
import { LP_ACCOUNT } from './resolve_action.ts';

/** What a slab's trades add up to. */
export interface Flow {
  /** Takes in what an instruction did. */
  noteEvents(log: EventLog): void;
  /** The flow since the last call. */
  take(): number;
}

/**
 * Net flow of one slab in the current slot, quote atoms at the index (bought > 0). What a liquidation closes counts as
 * an order of that size. The exposure that A then takes from the other side does not: it reaches no market, and it
 * would cancel every liquidation.
 */
export class FlowMeter implements Flow {
  private readonly market: Market;
  private readonly forcedOnly: boolean;
  private flow = 0;
  /** Sign of the position that the latest `PositionSet` replaced; a liquidation emits one just before its own event. */
  private replacedSign = 0;

  constructor(market: Market, forcedOnly: boolean) {
    this.market = market;
    this.forcedOnly = forcedOnly;
  }

  noteEvents(log: EventLog): void {
    for (let at = 0; at < log.length; at += 1) {
      const kind = log.kind(at);
      if (kind === EventKind.PositionSet) {
        this.replacedSign = Math.sign(log.y(at));
      } else if (kind === EventKind.Liquidated) {
        this.add(-this.replacedSign, log.x(at));
      } else if (kind === EventKind.Traded && !this.forcedOnly) {
        if (log.y(at) === LP_ACCOUNT) this.add(1, log.x(at));
        else if (log.subject(at) === LP_ACCOUNT) this.add(-1, log.x(at));
      }
    }
  }

  private add(direction: number, sizeQ: number): void {
    this.flow += direction * mulDivFloor(sizeQ, this.market.globals.priceLast, POS_SCALE);
  }

  take(): number {
    const { flow } = this;
    this.flow = 0;
    return flow;
  }
}
