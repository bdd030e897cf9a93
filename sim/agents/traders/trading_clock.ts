import { VarianceEstimate } from '../quoting/variance_estimate.ts';

/** Without a bound a single leap of the price would have everybody trade in every slot. */
const FASTEST = 10;
/** Looks at the price at least this often. */
const LOOK_SLOTS = 5;

/**
 * Time that runs faster the more the price has moved of late: dt × (1 − share + share × variance ÷ usual variance). Orders
 * at a steady rate on this clock come in clusters on the wall: Clark (1973), "A subordinated stochastic process model with
 * finite variance", Econometrica 41. That moves bring about the orders that bring about moves is the feedback of Blanc,
 * Donier and Bouchaud (2017), "Quadratic Hawkes processes for financial prices", Quantitative Finance 17.
 */
export class TradingClock {
  private readonly share: number;
  private readonly usualPerSlot: number;
  private readonly variance: VarianceEstimate;
  private time: number | null = null;
  private slot = 0;
  private speed = 1;

  constructor(share: number, usualPerSlot: number, memorySlots: number) {
    this.share = share;
    this.usualPerSlot = usualPerSlot;
    this.variance = new VarianceEstimate(memorySlots, usualPerSlot);
  }

  /** The time in this slot; the price, null if there is none, sets the speed from here on. Slots must not go back. */
  read(slot: number, price: number | null): number {
    this.time = this.time === null ? slot : this.time + this.speed * (slot - this.slot);
    this.slot = slot;
    if (price !== null) this.variance.add(slot, price);
    const { share, usualPerSlot, variance } = this;
    this.speed = Math.min(FASTEST, 1 - share + (share * variance.perSlot) / usualPerSlot);
    return this.time;
  }

  /** When to look next on the way to a later time: there, if the speed stays, or sooner. */
  calculateLookSlot(nextTime: number): number {
    if (this.speed === 0) return this.slot + LOOK_SLOTS;
    return this.slot + Math.min(LOOK_SLOTS, (nextTime - this.time!) / this.speed);
  }
}
