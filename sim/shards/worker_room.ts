import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';

/** Two runs of 2 000 accounts fit. */
const MOST_MB = 384;
/** V8's own. */
const LEAST_MB = 48;
/** Share of the machine's memory that all workers together may use for young objects. */
const SHARE = 1 / 8;

/**
 * Room for each worker's young objects. With V8's own a quarter of a run goes into copying what lives as long as the run,
 * its accounts and agents, out of the young generation.
 */
export function limitWorker(workers: number): ResourceLimits {
  const fairMb = (totalmem() * SHARE) / workers / 1_048_576;
  return { maxYoungGenerationSizeMb: Math.round(Math.min(MOST_MB, Math.max(LEAST_MB, fairMb))) };
}

/**
 * Lets the workers started from now on `collectYoung`. A worker cannot be given the option of node for it, but a new context
 * reads V8's flag (nodejs/node, issue 16595).
 */
export function allowCollecting(): void {
  setFlagsFromString('--expose-gc');
  // The other cores have runs of their own: helpers would take more of their time than they save here.
  setFlagsFromString('--no-parallel-scavenge');
}

/**
 * Collects this thread's young objects. Between two runs hardly any of them lives; left to itself the collector comes in
 * the middle of a run and copies what that run still needs. Does nothing where it was not allowed.
 */
export function collectYoung(): void {
  globalThis.gc?.({ type: 'minor', execution: 'sync' });
}
