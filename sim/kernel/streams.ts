import alea, { type Alea, type AleaState } from 'seedrandom/lib/alea.js';

/** A seeded stream of floats in [0, 1). */
export type Rng = () => number;

/** Where a stream is: only its root seed and name until it is first drawn from. Plain data. */
export interface StreamState {
  root: string;
  name: string;
  generator: AleaState | null;
}

/** What one stream holds; most of a slab's streams are drawn from late or never, so the generator waits for it. */
interface Source {
  root: string;
  name: string;
  generator: Alea | null;
}

interface Stream extends Rng {
  source?: Source;
}

const TWO_TO_32 = 4_294_967_296;
/** Odd constants: two of the rounds and both of the finalizer of MurmurHash3 (Austin Appleby), and 2^32 ÷ the golden ratio. */
const ROUND = [0xcc9e2d51, 0x1b873593, 0x9e3779b1] as const;
const FINAL = [0x85ebca6b, 0xc2b2ae35] as const;

let rootSeed: string | null = null;
let rootWords: readonly [number, number, number] = [0, 0, 0];

/** Three 32-bit words that the library's generator draws from a root seed. Most calls are for the latest root. */
function drawRoot(root: string): readonly [number, number, number] {
  if (root !== rootSeed) {
    const generator = alea(root, { state: true });
    const draw = () => (generator() * TWO_TO_32) | 0;
    rootWords = [draw(), draw(), draw()];
    rootSeed = root;
  }
  return rootWords;
}

/** Spreads every bit of a word over all (MurmurHash3's finalizer); in [0, 1). */
function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), FINAL[0]);
  mixed = Math.imul(mixed ^ (mixed >>> 13), FINAL[1]);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / TWO_TO_32;
}

/**
 * Where the stream of a name begins: the name hashed from the words of its root. The library's own seeding from a text
 * takes ten times as long, a fifth of a sweep over thousands of agents.
 */
function calculateStart(root: string, name: string): AleaState {
  let [a, b, c] = drawRoot(root);
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    a = Math.imul(a ^ code, ROUND[0]);
    b = Math.imul(b ^ code, ROUND[1]);
    c = Math.imul(c ^ code, ROUND[2]);
    // The upper bits, which a product mixes best, go into the next word. Each step can be undone, so nothing is lost.
    b ^= a >>> 15;
    c ^= b >>> 13;
    a ^= c >>> 16;
  }
  return { c: 1, s0: finish(a), s1: finish(b), s2: finish(c) };
}

function createRng(source: Source): Rng {
  const rng: Stream = () => {
    source.generator ??= alea('', { state: calculateStart(source.root, source.name) });
    return source.generator();
  };
  rng.source = source;
  return rng;
}

/**
 * The random stream of one named consumer (an agent, a price process, a slab's tie draw). Streams are derived
 * from the root seed by name alone, so adding a consumer disturbs no other stream (design 03 §1).
 */
export function createStream(root: string, name: string): Rng {
  return createRng({ root, name, generator: null });
}

/** Where a stream is; null for a function that is no stream. */
export function saveStream(rng: () => unknown): StreamState | null {
  const { source } = rng as Stream;
  if (source === undefined) return null;
  return { root: source.root, name: source.name, generator: source.generator?.state() ?? null };
}

/** A stream that goes on where `saveStream` saw one. */
export function restoreStream({ root, name, generator }: StreamState): Rng {
  return createRng({ root, name, generator: generator === null ? null : alea('', { state: generator }) });
}
