import type { SlabSetup } from '../kernel/observer.ts';
import { SlabRuntime } from '../kernel/slab_runtime.ts';
import type { Control } from './control.ts';
import { listUnderlyings } from './coordinator.ts';
import type { Failure } from './failure.ts';
import type { FlowBoard } from './flow_board.ts';
import type { Parts, PlacedResult, RunPlan, SlabRecorder } from './plan.ts';
import type { PriceBoard } from './price_board.ts';

export interface ShardSetup extends RunPlan, Parts {
  /** Number of this shard, and the indices of its slabs. */
  shard: number;
  slabs: readonly number[];
  board: PriceBoard;
  flows: FlowBoard;
  control: Control;
}

interface Place {
  /** Index in the scenario. */
  slab: number;
  underlying: number;
  runtime: SlabRuntime;
  recorder: SlabRecorder;
}

/** The slabs of one thread. */
export class Shard {
  private readonly setup: ShardSetup;
  private readonly places: Place[] = [];
  private slot = 0;
  private active: Place | null = null;
  private activeSlab: number | null = null;

  /** The prices of slot 0 must be on the board. */
  constructor(setup: ShardSetup) {
    this.setup = setup;
  }

  /** Builds the slabs. Apart from the constructor, so that `describe` can say which slab failed. */
  build(): void {
    const { board, check, makeRecorder, registry, scenario, seed, slabs } = this.setup;
    const underlyings = listUnderlyings(scenario);
    for (const index of slabs) {
      this.activeSlab = index;
      const slab = scenario.slabs[index]!;
      const underlying = underlyings.indexOf(slab.underlying);
      const initialPrice = board.read(0, underlying).index;
      let recorder: SlabRecorder | undefined;
      const makeObserver = (observed: SlabSetup) => {
        recorder = makeRecorder(observed);
        return recorder;
      };
      const runtime = new SlabRuntime({ scenario, slab, seed, check, registry, initialPrice, makeObserver });
      this.places.push({ slab: index, underlying, runtime, recorder: recorder! });
    }
    this.activeSlab = null;
  }

  /** Runs the slots `from` ≤ s < `to` of every slab. */
  runSlots(from: number, to: number): void {
    const { board, control, flows, shard } = this.setup;
    for (const place of this.places) {
      this.active = place;
      this.activeSlab = place.slab;
      control.setSlab(shard, place.slab);
      for (let slot = from; slot < to; slot += 1) {
        this.slot = slot;
        const { fundamental, index } = board.read(slot, place.underlying);
        place.runtime.runSlot(slot, fundamental, index);
      }
      flows.write(place.slab, place.runtime.takeFlow());
    }
    this.active = null;
    this.activeSlab = null;
    control.setSlotsDone(shard, to);
  }

  /** Ends all recordings; the results carry the slabs' indices in the scenario. */
  finish(slotsDone: number): PlacedResult[] {
    return this.places.map(({ slab: index, runtime, recorder }) => {
      this.activeSlab = index;
      recorder.onEnd(slotsDone);
      return { index, result: { slab: runtime.slab.id, slotsDone, tables: recorder.finish() } };
    });
  }

  /** Says where an error came from. */
  describe(error: unknown): Failure {
    const { scenario } = this.setup;
    const known = error instanceof Error ? error : new Error(String(error));
    return {
      kind: known.name,
      message: known.message,
      stack: known.stack ?? known.message,
      slab: this.activeSlab === null ? null : scenario.slabs[this.activeSlab]!.id,
      slot: this.slot,
      agent: this.active?.runtime.activeAgent ?? null,
    };
  }
}
