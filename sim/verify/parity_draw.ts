import type { Rng } from '../kernel/streams.ts';

const POWERS = Array.from({ length: 63 }, (_, bits) => Number(1n << BigInt(bits)));

/** Words at and beyond the bounds of the envelope and of the machine word, all exact as doubles. */
const EDGES = [
  0,
  1,
  -1,
  10_000,
  10_001,
  -10_001,
  POWERS[31]!,
  POWERS[32]!,
  POWERS[53]! - 1,
  1 - POWERS[53]!,
  POWERS[53]!,
  POWERS[53]! + 2,
  POWERS[62]!,
  -2 * POWERS[62]!,
];

/** Random choices of the generators, from one seeded stream. */
export class Draw {
  private readonly rng: Rng;

  constructor(rng: Rng) {
    this.rng = rng;
  }

  chance(probability: number): boolean {
    return this.rng() < probability;
  }

  /** An integer from min to max, both included. */
  int(min: number, max: number): number {
    const span = max - min + 1;
    const share = span > POWERS[31]! ? this.rng() + this.rng() / POWERS[32]! : this.rng();
    return Math.min(max, min + Math.floor(share * span));
  }

  /** An integer from 0 to max whose width, rather than its value, is uniform. */
  wide(max: number): number {
    let bits = 0;
    while (bits < 53 && POWERS[bits]! <= max) bits += 1;
    const width = this.int(0, bits);
    return width === 0 ? 0 : Math.min(max, this.int(POWERS[width - 1]!, POWERS[width]! - 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!;
  }

  /** A key of `weights`, as often as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let left = this.rng() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries[entries.length - 1]![0];
  }

  /** `value`, or now and then a word at an edge. */
  hostile(value: number, probability: number): number {
    return this.chance(probability) ? this.pick(EDGES) : value;
  }

  /** `value` or a neighbour of it, where off-by-one faults show. */
  near(value: number): number {
    return this.chance(0.5) ? value : value + this.int(-2, 2);
  }
}
