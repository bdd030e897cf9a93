/** The long fuzz: engine/math against BigInt by the case, then the properties of the engine by the clock. */
import fc from 'fast-check';
import { createStream } from '../../sim/kernel/streams.ts';
import {
  buildsAgree,
  everybodyCanLeave,
  failuresLeaveNoTrace,
  invariantsHold,
  resetsRecover,
  touchesCommute,
} from '../properties/properties.ts';
import type { Engine } from '../reference/bigint_engine.ts';
import { MATH_CHECKS } from './math_cases.ts';

/** Courses between two looks at the clock. */
const BATCH = 100;

const elapsed = (since: number) => (performance.now() - since) / 1_000;

/** At least `cases` cases of engine/math, evenly over the helpers. Throws at the first difference. */
function fuzzMath(cases: number, seed: string): void {
  const each = Math.ceil(cases / Object.keys(MATH_CHECKS).length);
  let total = 0;
  const start = performance.now();
  for (const [name, check] of Object.entries(MATH_CHECKS)) {
    const random = createStream(seed, name);
    for (let at = 0; at < each; at += 1) check(random);
    total += each;
    console.log(
      `math  ${name.padEnd(20)} ${String(total).padStart(10)} cases  ${elapsed(start).toFixed(0)} s`,
    );
  }
}

interface Sample {
  numRuns: number;
  seed: number;
}

/** Samples one property for `seconds`. Throws with the shrunk course and the seed that finds it. */
function fuzzProperty(name: string, assert: (sample: Sample) => void, seconds: number, seed: number): void {
  const start = performance.now();
  let courses = 0;
  while (elapsed(start) < seconds) {
    assert({ numRuns: BATCH, seed: seed + courses });
    courses += BATCH;
  }
  console.log(`risk  ${name.padEnd(20)} ${String(courses).padStart(10)} courses`);
}

export interface Budget {
  /** Cases of engine/math. */
  cases: number;
  /** Seconds of the properties together. */
  seconds: number;
  seed: string;
}

/** Runs arithmetic and properties; returns the exit code. `bigint` is the engine on the BigInt build. */
export function main({ cases, seconds, seed }: Budget, bigint: Engine): number {
  const properties: Record<string, (sample: Sample) => void> = {
    'invariants, bounded': (sample) => fc.assert(invariantsHold('enforced'), sample),
    'invariants, open': (sample) => fc.assert(invariantsHold('open'), sample),
    'no trace of failures': (sample) => fc.assert(failuresLeaveNoTrace, sample),
    'builds agree': (sample) => fc.assert(buildsAgree(bigint), sample),
    'resets recover': (sample) =>
      fc.assert(
        resetsRecover(() => {}),
        sample,
      ),
    'touches commute': (sample) => fc.assert(touchesCommute, sample),
    'everybody can leave': (sample) => fc.assert(everybodyCanLeave, sample),
  };
  const share = seconds / Object.keys(properties).length;
  try {
    fuzzMath(cases, seed);
    for (const [name, assert] of Object.entries(properties)) {
      fuzzProperty(name, assert, share, Number(seed));
    }
    return 0;
  } catch (error) {
    const { message, cause } = error as Error;
    console.error(`--seed ${seed}: ${message}\n${cause ?? ''}`);
    return 1;
  }
}
