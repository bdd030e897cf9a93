import type { RiskInstruction } from '../../engine/risk/index.ts';
import type { Slab, SlabInstruction } from '../../engine/slab/index.ts';
import { decodeMarket, encodeMarket } from '../../engine/wire/index.ts';
import { decodeSlab, encodeSlab } from '../../engine/wire/slab_account.ts';
import { AGENT_MODULES } from '../agents/index.ts';
import type { BookInstruction, SlabSetup } from '../kernel/observer.ts';
import { createRecorder } from '../record/recorder.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { RunHooks, SlabRecorder } from '../shards/plan.ts';
import { runInProcess } from '../shards/run_in_process.ts';
import { HOST_AUTHORITY, type ParityHost } from './parity_host.ts';
import { FULL_EVERY, Recording } from './parity_lockstep.ts';
import { SlabRecording } from './parity_slab_lockstep.ts';
import type { ParityDifference, ProgramName, RecordedSequence } from './parity_suite.ts';

/** Instructions compared at a time. */
const CHUNK = 2_048;
/** Markets with more slots than this are compared whole less often: their bytes dominate the time. */
const SMALL_MARKET_SLOTS = 256;
/** So many words of a book weigh like one account of a market. */
const WORDS_PER_SLOT = 32;

type Executed = RiskInstruction | BookInstruction;

/** Everything one slab executed in a run. */
interface SlabStream {
  slab: string;
  program: ProgramName;
  instructions: Executed[];
  /** Applies instructions from where the last ones ended, first from the slab's start, and notes what came of them. */
  record(instructions: readonly Executed[]): RecordedSequence;
}

export interface ScenarioParity {
  slab: string;
  instructions: number;
  /** Its instruction number counts within the slab. */
  difference: ParityDifference | null;
}

/** What the slabs of a book execute themselves; all else is an instruction of the risk engine. */
const BOOK_OPS: Readonly<Record<BookInstruction['op'], true>> = {
  setDlp: true,
  placeOrder: true,
  cancelOrder: true,
  cancelAll: true,
  replaceOrder: true,
  batchOpen: true,
  reserve: true,
  commit: true,
  cancelHold: true,
  releaseHold: true,
  prune: true,
  reduceBand: true,
};

const isOfBook = (instruction: Executed): instruction is BookInstruction => instruction.op in BOOK_OPS;
const calculateFullEvery = (slots: number) => (slots > SMALL_MARKET_SLOTS ? CHUNK : FULL_EVERY);

/** A slab without an order book: its market, as its bytes are at the start. */
function createMarketStream({ market, slab }: SlabSetup): SlabStream {
  const replayed = decodeMarket(encodeMarket(market, HOST_AUTHORITY));
  if (replayed === null) throw new Error(`the market of slab ${slab.id} cannot be read back from its bytes`);
  const record = (instructions: readonly Executed[]): RecordedSequence => {
    const recording = new Recording(replayed, calculateFullEvery(replayed.maxSlots));
    for (const instruction of instructions) {
      if (isOfBook(instruction)) throw new Error(`slab ${slab.id} has no order book for ${instruction.op}`);
      recording.apply(instruction);
    }
    recording.finish();
    return recording;
  };
  return { slab: slab.id, program: 'risk', instructions: [], record };
}

/** A slab with an order book, as its bytes are at the start. */
function createBookStream({ owners, slab }: SlabSetup, book: Slab): SlabStream {
  const replayed = decodeSlab(encodeSlab(book, { authority: HOST_AUTHORITY, router: HOST_AUTHORITY }));
  if (replayed === null) throw new Error(`slab ${slab.id} cannot be read back from its bytes`);
  const record = (instructions: readonly Executed[]): RecordedSequence => {
    const fullEvery = calculateFullEvery(replayed.words.length / WORDS_PER_SLOT);
    const recording = new SlabRecording(replayed, owners.length, fullEvery);
    for (const instruction of instructions) {
      const executed: SlabInstruction = isOfBook(instruction) ? instruction : { op: 'risk', instruction };
      recording.apply(executed);
    }
    recording.finish();
    return recording;
  };
  return { slab: slab.id, program: 'slab', instructions: [], record };
}

/** Runs the scenario and keeps each slab's instructions. */
async function recordScenario(scenario: Scenario, seed: string, hooks: RunHooks): Promise<SlabStream[]> {
  const streams: SlabStream[] = [];
  const makeRecorder = (setup: SlabSetup): SlabRecorder => {
    const recorder = createRecorder(setup);
    const stream = setup.book === null ? createMarketStream(setup) : createBookStream(setup, setup.book);
    streams.push(stream);
    return {
      onInstruction: (slot, instruction, error, origin) => {
        stream.instructions.push(instruction);
        recorder.onInstruction(slot, instruction, error, origin);
      },
      onEvents: (log) => recorder.onEvents(log),
      onRefusal: (slot, action, reason, origin) => recorder.onRefusal?.(slot, action, reason, origin),
      onSlotEnd: (slot, fundamental, index) => recorder.onSlotEnd(slot, fundamental, index),
      onEnd: (slotsDone) => recorder.onEnd(slotsDone),
      finish: () => recorder.finish(),
    };
  };
  await runInProcess({ scenario, seed, check: false }, hooks, { registry: AGENT_MODULES, makeRecorder });
  return streams;
}

async function compareStream(host: ParityHost, stream: SlabStream): Promise<ScenarioParity> {
  const { instructions, program, slab } = stream;
  await host.use(program);
  for (let from = 0; from < instructions.length; from += CHUNK) {
    const difference = await stream.record(instructions.slice(from, from + CHUNK)).compare(host);
    if (difference !== null) {
      const instruction = from + difference.instruction;
      return { slab, instructions: instruction, difference: { ...difference, instruction } };
    }
  }
  return { slab, instructions: instructions.length, difference: null };
}

/**
 * Runs a whole simulation, then both engines through every instruction it executed, slab by slab. A stopped run is compared
 * as far as it came.
 */
export async function compareScenario(
  host: ParityHost,
  scenario: Scenario,
  seed: string,
  hooks: RunHooks = {},
): Promise<ScenarioParity[]> {
  const results: ScenarioParity[] = [];
  for (const stream of await recordScenario(scenario, seed, hooks)) {
    results.push(await compareStream(host, stream));
  }
  return results;
}
