import { POS_SCALE } from '../../engine/risk/index.ts';

/** Slots after a fill at which its price is compared with the index. */
export const HORIZONS = [0, 1, 5, 25, 125] as const;
const DEPTH = HORIZONS[HORIZONS.length - 1]! + 1;

/** What one party bought (negative: sold) and what that cost, quote atoms. */
interface Flow {
  sizeQ: number;
  costAtoms: number;
}

interface SlotFlows {
  slot: number;
  flows: Map<string, Flow>;
}

/** Gains of fills against the index later on, by party, quote atoms: Σ over fills of q·(index − price), q signed. */
export class Markouts {
  /** Fills of the slots that a horizon still waits for, by slot modulo their number. */
  private readonly recent: SlotFlows[] = [];
  private readonly gains = HORIZONS.map(() => new Map<string, number>());
  private readonly total = new Map<string, Flow>();
  private slot = 0;
  private indexPrice = 0;

  /** A fill of the current slot; `sizeQ` > 0 bought. */
  add(party: string, slot: number, sizeQ: number, price: number): void {
    const at = slot % DEPTH;
    if (this.recent[at]?.slot !== slot) this.recent[at] = { slot, flows: new Map() };
    const costAtoms = (sizeQ * price) / POS_SCALE;
    for (const flows of [this.recent[at]!.flows, this.total]) {
      const flow = flows.get(party);
      if (flow === undefined) flows.set(party, { sizeQ, costAtoms });
      else {
        flow.sizeQ += sizeQ;
        flow.costAtoms += costAtoms;
      }
    }
  }

  /** The slot is over: fills of `horizon` slots ago are compared with its index. */
  endSlot(slot: number, indexPrice: number): void {
    this.slot = slot;
    this.indexPrice = indexPrice;
    HORIZONS.forEach((horizon, at) => {
      if (slot >= horizon) this.compare(slot - horizon, at);
    });
  }

  private compare(slot: number, horizon: number): void {
    const found = this.recent[slot % DEPTH];
    if (found?.slot !== slot) return;
    const gains = this.gains[horizon]!;
    for (const [party, flow] of found.flows) {
      gains.set(party, (gains.get(party) ?? 0) + calculateGain(flow, this.indexPrice));
    }
  }

  /** The run is over: what still waits is compared with its last index. Call once. */
  end(): void {
    HORIZONS.forEach((horizon, at) => {
      for (let slot = this.slot - horizon + 1; slot <= this.slot; slot += 1)
        if (slot >= 0) this.compare(slot, at);
    });
  }

  /** The party's gain at `HORIZONS[at]`, rounded to the nearest atom. */
  read(party: string, at: number): number {
    return Math.round(this.gains[at]!.get(party) ?? 0);
  }

  /** What all of the party's fills are worth at a price, less what they cost. */
  valueAt(party: string, price: number): number {
    const flow = this.total.get(party);
    return flow === undefined ? 0 : Math.round(calculateGain(flow, price));
  }
}

const calculateGain = ({ sizeQ, costAtoms }: Flow, price: number) => (sizeQ * price) / POS_SCALE - costAtoms;
