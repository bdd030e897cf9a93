import type { RiskInstruction } from '../../engine/risk/index.ts';
import { decodeMarket, encodeMarket } from '../../engine/wire/index.ts';
import { AGENT_MODULES } from '../agents/index.ts';
import type { SlabSetup } from '../kernel/observer.ts';
import { createRecorder } from '../record/recorder.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { RunHooks, SlabRecorder } from '../shards/plan.ts';
import { runInProcess } from '../shards/run_in_process.ts';
import { HOST_AUTHORITY, type ParityHost } from './parity_host.ts';
import { FULL_EVERY, Recording } from './parity_lockstep.ts';
import type { ParityDifference } from './parity_suite.ts';

/** Instructions compared at a time. */
const CHUNK = 2_048;
/** Markets with more slots than this are compared whole less often: their bytes dominate the time. */
const SMALL_MARKET_SLOTS = 256;

/** Everything one slab executed in a run. */
interface SlabStream {
  slab: string;
  start: Uint8Array;
  instructions: RiskInstruction[];
}

export interface ScenarioParity {
  slab: string;
  instructions: number;
  /** Its instruction number counts within the slab. */
  difference: ParityDifference | null;
}

/** Runs the scenario and keeps each slab's instructions. */
async function recordScenario(scenario: Scenario, seed: string, hooks: RunHooks): Promise<SlabStream[]> {
  const streams: SlabStream[] = [];
  const makeRecorder = (setup: SlabSetup): SlabRecorder => {
    if (setup.book !== null) {
      throw new Error(`slab ${setup.slab.id} has an order book, whose instructions are not replayed`);
    }
    const recorder = createRecorder(setup);
    const stream = {
      slab: setup.slab.id,
      start: encodeMarket(setup.market, HOST_AUTHORITY),
      instructions: [] as RiskInstruction[],
    };
    streams.push(stream);
    return {
      onInstruction: (slot, instruction, error, origin) => {
        stream.instructions.push(instruction as RiskInstruction);
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
  const { instructions, slab, start } = stream;
  const market = decodeMarket(start);
  if (market === null) throw new Error(`the market of slab ${slab} cannot be read back from its bytes`);
  const fullEvery = market.maxSlots > SMALL_MARKET_SLOTS ? CHUNK : FULL_EVERY;
  for (let from = 0; from < instructions.length; from += CHUNK) {
    const recording = new Recording(market, fullEvery);
    for (const instruction of instructions.slice(from, from + CHUNK)) recording.apply(instruction);
    recording.finish();
    const difference = await recording.compare(host);
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
