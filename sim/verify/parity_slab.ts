import { EventLog } from '../../engine/risk/index.ts';
import { decodeSlab } from '../../engine/wire/slab_account.ts';
import { decodeSlabInstruction } from '../../engine/wire/slab_codec.ts';
import { createStream } from '../kernel/streams.ts';
import { countEvents } from './parity.ts';
import { Draw } from './parity_draw.ts';
import { SlabGenerator } from './parity_slab_generator.ts';
import { describeSlabCode, nameOf, SlabRecording } from './parity_slab_lockstep.ts';
import { drawSlabWorld, SLAB_WORLDS } from './parity_slab_worlds.ts';
import { type Coverage, count, type ParitySuite, type SavedSequence, unpackBytes } from './parity_suite.ts';

/** Sequence `number` of a seed: a slab and `length` instructions for it, run on the TypeScript engine. */
export function recordSlabSequence(
  seed: string,
  number: number,
  length: number,
  coverage: Coverage,
): SlabRecording {
  const draw = new Draw(createStream(seed, `parity-slab/${number}`));
  const log = new EventLog();
  const world = drawSlabWorld(draw, SLAB_WORLDS[number % SLAB_WORLDS.length]!, log);
  const generator = new SlabGenerator(draw, world);
  const recording = new SlabRecording(world.slab, world.slab.capacities.maxSlots);
  for (let nth = 0; nth < length; nth += 1) {
    const instruction = generator.next();
    const code = recording.apply(instruction);
    count(coverage, `${nameOf(instruction)} ${describeSlabCode(code)}`);
    countEvents(coverage, log);
  }
  recording.finish();
  return recording;
}

/** Replays a kept sequence on the TypeScript engine. Throws if its bytes are not what they should be. */
export function recordSavedSlab(saved: SavedSequence): SlabRecording {
  const slab = decodeSlab(unpackBytes(saved));
  if (slab === null) throw new Error('the saved start is not a slab of this layout');
  const recording = new SlabRecording(slab, slab.capacities.maxSlots);
  for (const text of saved.instructions) {
    const instruction = decodeSlabInstruction(Buffer.from(text, 'hex'));
    if (instruction === null || instruction.op === 'initialize') {
      throw new Error(`a saved instruction is none: ${text}`);
    }
    recording.apply(instruction);
  }
  recording.finish();
  return recording;
}

/** The slab program's sequences. */
export const SLAB_SUITE: ParitySuite = {
  program: 'slab',
  record: recordSlabSequence,
  replay: recordSavedSlab,
};
