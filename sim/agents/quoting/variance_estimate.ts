/**
 * Variance of relative price moves per slot, from looks at irregular times: Σ move² / Σ slots, both fading with
 * `memorySlots`. A ratio of sums is not distorted by looks that come because the price moved, as a mean of ratios
 * would be. It starts from an assumption that weighs as much as one memory.
 */
export class VarianceEstimate {
  private readonly memorySlots: number;
  private squares: number;
  private slots: number;
  private lastPrice: number | null = null;
  private lastSlot = 0;

  constructor(memorySlots: number, assumedPerSlot: number) {
    this.memorySlots = memorySlots;
    this.slots = memorySlots;
    this.squares = assumedPerSlot * memorySlots;
  }

  /** Takes a price seen in a slot; slots must not go back. */
  add(slot: number, price: number): void {
    const { lastPrice, lastSlot } = this;
    const passed = slot - lastSlot;
    this.lastPrice = price;
    this.lastSlot = slot;
    if (lastPrice === null || passed === 0) return;
    const kept = Math.max(0, 1 - passed / this.memorySlots);
    const move = (price - lastPrice) / lastPrice;
    this.squares = kept * this.squares + move * move;
    this.slots = kept * this.slots + passed;
  }

  get perSlot(): number {
    return this.squares / this.slots;
  }
}
