import alea, { type Alea, type AleaState } from 'seedrandom/lib/alea.js';

/** A seeded stream of floats in [0, 1). */
export type Rng = () => number;

/** Where a stream is: only its seed until it is first drawn from. Plain data. */
export interface StreamState {
  seed: string;
  generator: AleaState | null;
}

/** What one stream holds; seeding costs more than hundreds of draws, so it waits for the first one. */
interface Source {
  seed: string;
  generator: Alea | null;
}

interface Stream extends Rng {
  source?: Source;
}

function createRng(source: Source): Rng {
  const rng: Stream = () => {
    source.generator ??= alea(source.seed, { state: true });
    return source.generator();
  };
  rng.source = source;
  return rng;
}

/**
 * The random stream of one named consumer (an agent, a price process, a slab's tie draw). Streams are derived
 * from the root seed by name alone, so adding a consumer disturbs no other stream (design 03 §1).
 */
export function createStream(rootSeed: string, name: string): Rng {
  return createRng({ seed: `${rootSeed}\u0000${name}`, generator: null });
}

/** Where a stream is; null for a function that is no stream. */
export function saveStream(rng: () => unknown): StreamState | null {
  const { source } = rng as Stream;
  if (source === undefined) return null;
  return { seed: source.seed, generator: source.generator?.state() ?? null };
}

/** A stream that goes on where `saveStream` saw one. */
export function restoreStream({ seed, generator }: StreamState): Rng {
  return createRng({ seed, generator: generator === null ? null : alea('', { state: generator }) });
}
