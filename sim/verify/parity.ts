import type { RiskInstruction } from '../../engine/risk/index.ts';
import { apply, EventKind, EventLog, SIDE_MODES } from '../../engine/risk/index.ts';
import {
  type DecodedInstruction,
  decodeInstruction,
  decodeMarket,
  errorOf,
} from '../../engine/wire/index.ts';
import { createStream } from '../kernel/streams.ts';
import { Draw } from './parity_draw.ts';
import { Generator } from './parity_generator.ts';
import type { ParityHost } from './parity_host.ts';
import { Recording } from './parity_lockstep.ts';
import {
  type Coverage,
  count,
  type ParityDifference,
  type ParitySuite,
  packBytes,
  type RecordedSequence,
  type SavedSequence,
  toHex,
  unpackBytes,
} from './parity_suite.ts';
import { corrupt, drawWorld, WORLDS } from './parity_worlds.ts';

export interface ParityOptions {
  /** Of which program; the host must be working on it. */
  suite: ParitySuite;
  seed: string;
  sequences: number;
  length: number;
  /** Called after each sequence. */
  onProgress?(done: number): void;
}

export interface ParityResult {
  sequences: number;
  instructions: number;
  coverage: Coverage;
  /** Number of the sequence that differs first, where, and the least instructions that still show it. */
  failure: { sequence: number; difference: ParityDifference; shrunk: SavedSequence } | null;
}

const EVENT_NAMES = new Map<number, string>(Object.entries(EventKind).map(([name, kind]) => [kind, name]));

/** Counts what the events of one instruction say about the rules it went through. */
export function countEvents(coverage: Coverage, log: EventLog): void {
  log.each((kind, _, x, y) => {
    const detail = kind === EventKind.ModeChanged ? ` ${SIDE_MODES[x]} → ${SIDE_MODES[y]}` : '';
    count(coverage, `event ${EVENT_NAMES.get(kind)}${detail}`);
  });
  log.clear();
}

/** Sequence `number` of a seed: a world and `length` instructions for it, run on the TypeScript engine. */
export function recordSequence(seed: string, number: number, length: number, coverage: Coverage): Recording {
  const draw = new Draw(createStream(seed, `parity/${number}`));
  const log = new EventLog();
  const world = drawWorld(draw, WORLDS[number % WORLDS.length]!, log);
  const generator = new Generator(draw, world);
  if (world.kind === 'corrupt') {
    for (let nth = 0; nth < length; nth += 1) apply(world.market, generator.next());
    corrupt(draw, world.market);
    log.clear();
  }
  const recording = new Recording(world.market);
  for (let nth = 0; nth < length; nth += 1) {
    const instruction = generator.next();
    const code = recording.apply(instruction);
    count(coverage, `${instruction.op} ${errorOf(code) ?? 'success'}`);
    countEvents(coverage, log);
  }
  recording.finish();
  return recording;
}

/** Replays a kept sequence on the TypeScript engine. Throws if its bytes are not what they should be. */
export function recordSaved(saved: SavedSequence): Recording {
  const market = decodeMarket(unpackBytes(saved));
  if (market === null) throw new Error('the saved start is not a market of this layout');
  const recording = new Recording(market);
  for (const text of saved.instructions) {
    const instruction = decodeInstruction(Buffer.from(text, 'hex'));
    if (!isRiskInstruction(instruction)) throw new Error(`a saved instruction is none: ${text}`);
    recording.apply(instruction);
  }
  recording.finish();
  return recording;
}

function isRiskInstruction(instruction: DecodedInstruction | null): instruction is RiskInstruction {
  return instruction !== null && instruction.op !== 'initialize';
}

/** The risk program's sequences. */
export const RISK_SUITE: ParitySuite = { program: 'risk', record: recordSequence, replay: recordSaved };

/** Generates sequences and compares both engines on each until one differs; that one is shrunk. */
export async function runParity(host: ParityHost, options: ParityOptions): Promise<ParityResult> {
  const { length, onProgress, seed, sequences, suite } = options;
  const coverage: Coverage = new Map();
  await host.use(suite.program);
  const fail = async (sequence: number, recording: RecordedSequence, difference: ParityDifference) => {
    const shrunk = await shrink(host, saveUntil(recording, difference), suite);
    const failure = { sequence, difference: shrunk.difference ?? difference, shrunk: shrunk.saved };
    return { sequences: sequence, instructions: sequence * length, coverage, failure };
  };
  // One sequence is generated while the host still works on the one before.
  let before: { recording: RecordedSequence; comparison: Promise<ParityDifference | null> } | null = null;
  for (let sequence = 0; sequence <= sequences; sequence += 1) {
    const recording = sequence < sequences ? suite.record(seed, sequence, length, coverage) : null;
    const difference = await before?.comparison;
    if (difference) return fail(sequence - 1, before!.recording, difference);
    if (sequence > 0) onProgress?.(sequence);
    if (recording !== null) before = { recording, comparison: recording.compare(host) };
  }
  return { sequences, instructions: sequences * length, coverage, failure: null };
}

/** The sequence up to the instruction that differs. */
function saveUntil(recording: RecordedSequence, difference: ParityDifference): SavedSequence {
  const { instructions, start } = recording;
  return {
    start: packBytes(start),
    size: start.length,
    instructions: instructions.slice(0, difference.instruction + 1).map(toHex),
  };
}

/**
 * Leaves out instructions, in ever smaller runs, while the engines still differ (any difference will do: one that appears
 * on the way is as good). Returns the shortest sequence found and how it differs.
 */
export async function shrink(
  host: ParityHost,
  saved: SavedSequence,
  suite: ParitySuite = RISK_SUITE,
): Promise<{ saved: SavedSequence; difference: ParityDifference | null }> {
  let best = saved;
  let difference = await suite.replay(best).compare(host);
  let run = Math.max(1, Math.floor(best.instructions.length / 2));
  while (difference !== null) {
    let removed = false;
    for (let at = 0; at < best.instructions.length; ) {
      const shorter = { ...best, instructions: best.instructions.toSpliced(at, run) };
      const recording = suite.replay(shorter);
      const still = await recording.compare(host);
      if (still === null) {
        at += run;
        continue;
      }
      best = saveUntil(recording, still);
      difference = still;
      removed = true;
    }
    if (run === 1 && !removed) break;
    run = Math.max(1, Math.floor(run / 2));
  }
  return { saved: best, difference };
}
