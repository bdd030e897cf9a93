import { applySlab, type Slab } from '../../engine/slab/index.ts';
import { decodeSlab, encodeSlab } from '../../engine/wire/slab_account.ts';
import { listAreas, type SlabArea } from '../../engine/wire/slab_layout.ts';
import { writeWord } from '../../engine/wire/words.ts';
import { createStream } from '../../sim/kernel/streams.ts';
import { Draw } from '../../sim/verify/parity_draw.ts';
import { HOST_AUTHORITY } from '../../sim/verify/parity_host.ts';
import { SlabGenerator } from '../../sim/verify/parity_slab_generator.ts';
import { SlabRecording } from '../../sim/verify/parity_slab_lockstep.ts';
import { drawSlabWorld, SLAB_WORLDS } from '../../sim/verify/parity_slab_worlds.ts';

/** Records whose words are broken: all that the slab keeps beside the risk engine. */
const BROKEN = ['book', 'quotes', 'traders', 'orders', 'levels', 'nodes', 'holds', 'slices', 'aggressors'];
/** How many slabs are broken in the course of one sequence, and how many instructions each then meets. */
const BREAKS = 12;
const STEPS = 12;

/** Another word for a field, inside its range: mostly a link somewhere else. */
function drawWord(draw: Draw, area: SlabArea, min: number, max: number): number {
  const near = draw.int(-2, area.count + 1);
  const word = draw.pick([0, 1, draw.int(0, 4), near, near, 0 - near, draw.int(min, max)]);
  return Math.min(max, Math.max(min, word));
}

/** Breaks a few words of the first records of their areas, which are those in use. */
function breakWords(draw: Draw, slab: Slab, bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const areas = listAreas(slab.capacities).filter(({ name }) => BROKEN.includes(name));
  return Array.from({ length: draw.pick([1, 1, 2, 3, 8]) }, () => {
    const area = draw.pick(areas);
    const record = draw.int(0, Math.min(area.count - 1, draw.pick([2, 6, area.count])));
    const field = draw.pick(area.layout.fields);
    const word = drawWord(draw, area, field.min, field.max);
    writeWord(view, area.offset + record * area.layout.size + field.offset, word);
    return `${area.name} ${record}.${field.name} = ${word}`;
  });
}

/** A slab that was broken, and what TypeScript makes of instructions that its sound twin finds interesting. */
export interface BrokenRecording {
  recording: SlabRecording;
  /** What was broken. */
  words: string[];
  codes: number[];
}

/** Breaks the slab of a drawn sequence again and again on its way. */
export function* recordBroken(seed: string, number: number): Generator<BrokenRecording> {
  const draw = new Draw(createStream(seed, `broken/${number}`));
  const world = drawSlabWorld(draw, SLAB_WORLDS[number % SLAB_WORLDS.length]!, {
    emit() {},
    mark: () => 0,
    rollback() {},
  });
  const generator = new SlabGenerator(draw, world);
  const keys = { authority: HOST_AUTHORITY, router: HOST_AUTHORITY };
  for (let nth = 0; nth < 60; nth += 1) applySlab(world.slab, generator.next());
  for (let turn = 0; turn < BREAKS; turn += 1) {
    const bytes = encodeSlab(world.slab, keys);
    const words = breakWords(draw, world.slab, bytes);
    const slab = decodeSlab(bytes);
    if (slab === null) continue;
    const recording = new SlabRecording(slab, slab.capacities.maxSlots);
    const codes = Array.from({ length: STEPS }, () => {
      const instruction = generator.next();
      applySlab(world.slab, instruction);
      return recording.apply(instruction);
    });
    recording.finish();
    yield { recording, words, codes };
  }
}
