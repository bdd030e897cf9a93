import { BinaryHeap } from './binary_heap.ts';

/** Price triggers of the agents that see the index with the same latency. */
interface Triggers {
  latencySlots: number;
  /** Keyed by −price: the highest trigger fires first. */
  below: BinaryHeap;
  above: BinaryHeap;
}

/** Who is to be called when. An agent that waits for nothing costs nothing (design 03 §2). */
export class WakeUps {
  private readonly bySlot = new BinaryHeap();
  private readonly byPrice: Triggers[] = [];

  /** Wakes the agent in the given slot. */
  addSlot(agent: number, slot: number): void {
    this.bySlot.push(slot, agent);
  }

  /** Wakes the agent once, when the index it observes reaches the price from above (`below`) or from below (`above`). */
  addPrice(agent: number, latencySlots: number, direction: 'below' | 'above', price: number): void {
    let triggers = this.byPrice.find((entry) => entry.latencySlots === latencySlots);
    if (triggers === undefined) {
      triggers = { latencySlots, below: new BinaryHeap(), above: new BinaryHeap() };
      this.byPrice.push(triggers);
    }
    if (direction === 'below') triggers.below.push(-price, agent);
    else triggers.above.push(price, agent);
  }

  /**
   * Removes all wake-ups due in `slot` and returns their agents, ascending and without repetition. `observe` gives the
   * index as seen with a latency.
   */
  takeDue(slot: number, observe: (latencySlots: number) => number): number[] {
    const due: number[] = [];
    while (this.bySlot.minKey <= slot) due.push(this.bySlot.pop());
    for (const { latencySlots, below, above } of this.byPrice) {
      const price = observe(latencySlots);
      while (below.minKey <= -price) due.push(below.pop());
      while (above.minKey <= price) due.push(above.pop());
    }
    if (due.length < 2) return due;
    due.sort((a, b) => a - b);
    return due.filter((agent, at) => at === 0 || agent !== due[at - 1]);
  }
}
