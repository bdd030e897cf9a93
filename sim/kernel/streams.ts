import alea from 'seedrandom/lib/alea.js';

/** A seeded stream of floats in [0, 1). */
export type Rng = () => number;

/**
 * The random stream of one named consumer (an agent, a price process, a slab's tie draw). Streams are derived
 * from the root seed by name alone, so adding a consumer disturbs no other stream (design 03 §1).
 */
export function createStream(rootSeed: string, name: string): Rng {
  return alea(`${rootSeed}\u0000${name}`);
}

/** The same stream, seeded when it is first drawn from: seeding costs more than hundreds of draws. */
export function createLazyStream(rootSeed: string, name: string): Rng {
  let stream: Rng | undefined;
  return () => {
    stream ??= createStream(rootSeed, name);
    return stream();
  };
}
