import { SavedState } from '../checkpoint/saved_state.ts';
import type { SlabSetup } from '../kernel/observer.ts';
import { SlabRuntime } from '../kernel/slab_runtime.ts';
import type { Control } from './control.ts';
import { listUnderlyings } from './coordinator.ts';
import type { Failure } from './failure.ts';
import type { FlowBoard } from './flow_board.ts';
import type { Parts, PlacedResult, RunPlan, SlabRecorder, SlabState } from './plan.ts';
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
  /** Where checkpoints may be asked for. */
  state: SavedState | null;
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
    const { board, check, checkpointEvery, makeRecorder, registry, resume, scenario, seed, slabs } =
      this.setup;
    const hasState = checkpointEvery !== undefined || resume !== undefined;
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
      const state = hasState ? new SavedState({ runtime, recorder: recorder! }, scenario) : null;
      this.places.push({ slab: index, underlying, runtime, recorder: recorder!, state });
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

  /** The state of all slabs. */
  save(): SlabState[] {
    const states = this.places.map(({ slab: index, state }) => {
      this.activeSlab = index;
      return { index, bytes: state!.save() };
    });
    this.activeSlab = null;
    return states;
  }

  /** Brings the slabs, as they were built, to a saved state. */
  restore(states: readonly SlabState[]): void {
    const bytes = new Map(states.map((state) => [state.index, state.bytes]));
    for (const { slab: index, state } of this.places) {
      this.activeSlab = index;
      const saved = bytes.get(index);
      if (saved === undefined) throw new Error('the checkpoint does not have this slab');
      state!.restore(saved);
    }
    this.activeSlab = null;
  }

  /** Ends all recordings; the results carry the slabs' indices in the scenario. */
  finish(slotsDone: number): PlacedResult[] {
    return this.places.map(({ slab: index, runtime, recorder }) => {
      this.activeSlab = index;
      runtime.reportOutside();
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
