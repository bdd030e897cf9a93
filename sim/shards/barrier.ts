const ARRIVED = 0;
const GENERATION = 1;
const POISON = 2;
/** Words of shared memory a barrier needs. */
export const BARRIER_WORDS = 3;

/** Spinning longer than this loses more to the other party's core than a wake-up costs (design 05 §4). */
const SPINS = 200;
/** A wait ends at the latest after this, to look at the poison word. */
const WAIT_MS = 100;

/** Thrown to every party once the barrier is poisoned: another party is gone, so nobody may wait for it. */
export class PoisonedBarrier extends Error {
  constructor() {
    super('another worker failed');
    this.name = 'PoisonedBarrier';
  }
}

/** A reusable barrier of threads on shared words. Everything written before `wait` is seen by all after it. */
export class Barrier {
  private readonly words: Int32Array;
  private readonly parties: number;

  constructor(words: Int32Array, parties: number) {
    this.words = words;
    this.parties = parties;
  }

  /** Blocks until all parties have arrived; throws `PoisonedBarrier`. Never call it on the main thread. */
  wait(): void {
    const { words } = this;
    const generation = Atomics.load(words, GENERATION);
    if (Atomics.add(words, ARRIVED, 1) + 1 === this.parties) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.add(words, GENERATION, 1);
      Atomics.notify(words, GENERATION);
    } else {
      for (let spin = 0; spin < SPINS && Atomics.load(words, GENERATION) === generation; spin += 1);
      while (Atomics.load(words, GENERATION) === generation && Atomics.load(words, POISON) === 0) {
        Atomics.wait(words, GENERATION, generation, WAIT_MS);
      }
    }
    if (Atomics.load(words, POISON) !== 0) throw new PoisonedBarrier();
  }

  /** Blocks until a shared word has a value; throws `PoisonedBarrier`. Never call it on the main thread. */
  waitForWord(word: number, value: number): void {
    const { words } = this;
    for (let now = Atomics.load(words, word); now !== value; now = Atomics.load(words, word)) {
      if (Atomics.load(words, POISON) !== 0) throw new PoisonedBarrier();
      Atomics.wait(words, word, now, WAIT_MS);
    }
  }

  /** Makes this and every later wait of all parties throw. Safe from any thread. */
  poison(): void {
    Atomics.store(this.words, POISON, 1);
    Atomics.notify(this.words, GENERATION);
  }
}
