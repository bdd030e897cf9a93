import type { SlabObserver, SlabSetup } from '../kernel/observer.ts';
import type { AgentRegistry } from '../kernel/population.ts';
import type { SlabTables } from '../record/slab_summary.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { CoordinatorState } from './coordinator.ts';
import type { Failure } from './failure.ts';

/** One slab between two slots. */
export interface SlabState {
  /** Index in the scenario. */
  index: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A run, or the part of it in one shard, between two slots. */
export interface RunState {
  /** The next slot. */
  slot: number;
  /** First slot whose prices are not known yet. */
  end: number;
  /** Null but for the shard that has the coordinator. */
  coordinator: CoordinatorState | null;
  slabs: readonly SlabState[];
}

/** A run, apart from who runs which slab. */
export interface RunPlan {
  scenario: Scenario;
  seed: string;
  /** With the auditor and all invariants on. */
  check: boolean;
  /** Hands the state out before every slot that is a multiple of this, and when the run is stopped; default never. */
  checkpointEvery?: number | undefined;
  /** Where to go on; default at the beginning. */
  resume?: RunState | undefined;
}

/** How a run talks to whoever started it. */
export interface RunHooks {
  /** Slots that every slab has completed, now and then. */
  onProgress?: ((slotsDone: number, slots: number) => void) | undefined;
  /** Aborting stops the run at the next slot; what is complete is returned. */
  signal?: AbortSignal | undefined;
  /** Takes the whole run's state; no slab goes on before it returns. */
  onCheckpoint?: ((state: RunState) => void) | undefined;
}

export type SlabRecorder = SlabObserver & { finish(): SlabTables };

/** What a run is made of; the lab's own agents and recorder, except in tests. */
export interface Parts {
  registry: AgentRegistry;
  makeRecorder(setup: SlabSetup): SlabRecorder;
}

/** What a slab leaves behind. */
export interface SlabResult {
  slab: string;
  /** Complete slots; fewer than the scenario's if the run was stopped. */
  slotsDone: number;
  tables: SlabTables;
}

/** A slab's result with its index in the scenario. */
export interface PlacedResult {
  index: number;
  result: SlabResult;
}

/** What a worker is started with. */
export interface WorkerPlan extends RunPlan {
  shard: number;
  /** Indices of its slabs in the scenario. */
  slabs: readonly number[];
  parties: number;
  control: SharedArrayBuffer;
  board: SharedArrayBuffer;
  flows: SharedArrayBuffer;
}

/** What a worker says. */
export type WorkerReport =
  | { kind: 'results'; results: PlacedResult[] }
  /** Not done yet: its part of a checkpoint. */
  | { kind: 'checkpoint'; part: RunState }
  | { kind: 'failure'; failure: Failure }
  /** It stopped because another worker failed. */
  | { kind: 'poisoned' };
