/** Why a run ended, as plain data that crosses threads. */
export interface Failure {
  /** Class of the error, such as `InvariantViolation`. */
  kind: string;
  message: string;
  stack: string;
  slab: string | null;
  slot: number;
  agent: string | null;
}

/** A simulation that could not go on. The message says where and how to see it again. */
export class SimulationError extends Error {
  readonly failure: Failure;
  readonly seed: string;

  constructor(failure: Failure, seed: string) {
    const where = [
      failure.slab === null ? null : `slab ${failure.slab}`,
      `slot ${failure.slot}`,
      failure.agent === null ? null : `agent ${failure.agent}`,
      `seed ${seed}`,
    ];
    super(`${failure.message} (${where.filter((part) => part !== null).join(', ')})`);
    this.name = 'SimulationError';
    this.failure = failure;
    this.seed = seed;
    // The place that failed is in another thread; this one's stack would mislead.
    this.stack = failure.stack;
  }
}
