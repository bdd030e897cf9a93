import pow from '@stdlib/math-base-special-pow';
import { BPS } from '../../engine/risk/index.ts';
import type { ImpactSpec } from '../scenario/impact.ts';

/** The square-root law of `ImpactSpec`, slot by slot. */
export class Impact {
  private readonly spec: ImpactSpec;
  private readonly decay: number;
  /** What of all flows so far still counts, quote atoms. */
  flow = 0;

  constructor(spec: ImpactSpec) {
    this.spec = spec;
    this.decay = pow(2, -2 / spec.halfLifeSlots);
  }

  /** Takes in the net flow of a slot (quote atoms); the move of the price it leaves, in bps. */
  next(flow: number): number {
    const { coefficientBps, maxBps, volumeAtoms } = this.spec;
    this.flow = this.flow * this.decay + flow;
    const size = coefficientBps * Math.sqrt(Math.abs(this.flow) / volumeAtoms);
    return Math.sign(this.flow) * Math.min(maxBps, size);
  }
}

/** A price moved by `bps`, rounded: price × (1 + bps/10 000). */
export const movePrice = (price: number, bps: number): number => Math.round((price * (BPS + bps)) / BPS);
