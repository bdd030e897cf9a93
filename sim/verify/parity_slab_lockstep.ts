import { applySlab, SLAB_ERRORS, type Slab, type SlabInstruction } from '../../engine/slab/index.ts';
import {
  encodeAccount,
  encodeGlobals,
  encodeSide,
  LAYOUT,
  type RecordLayout,
} from '../../engine/wire/index.ts';
import { createWordOffset, encodeSlab } from '../../engine/wire/slab_account.ts';
import { encodeSlabInstruction } from '../../engine/wire/slab_codec.ts';
import { listAreas, type SlabArea, type SlabCapacities } from '../../engine/wire/slab_layout.ts';
import { writeWord } from '../../engine/wire/words.ts';
import { HOST_AUTHORITY, type ParityHost } from './parity_host.ts';
import { compareRecord, FULL_EVERY } from './parity_lockstep.ts';
import type { ParityDifference, RecordedSequence } from './parity_suite.ts';

/** Slabs with more words than this are not looked through after every instruction. */
const SCANNED_WORDS = 16_384;
const KEYS = { authority: HOST_AUTHORITY, router: HOST_AUTHORITY };

export const describeSlabCode = (code: number) =>
  code === 0 ? 'success' : (SLAB_ERRORS[code - 1] ?? `error ${code}`);
export const codeOfSlab = (error: (typeof SLAB_ERRORS)[number] | null) =>
  error === null ? 0 : SLAB_ERRORS.indexOf(error) + 1;

/** A record of the account at this offset, as one of the engines left it. */
interface Change {
  offset: number;
  bytes: Uint8Array;
}

/** What an engine came to after one instruction. */
interface Step {
  code: number;
  changes: Change[];
}

/** Records of an account by their offsets. */
class Places {
  readonly areas: readonly SlabArea[];
  readonly offsetOfWord: (address: number) => number;
  readonly globalsAt: number;
  readonly longAt: number;
  readonly shortAt: number;
  readonly accountsAt: number;

  constructor(capacities: SlabCapacities) {
    this.areas = listAreas(capacities);
    this.offsetOfWord = createWordOffset(capacities);
    const offsetOf = (name: string) => this.areas.find((area) => area.name === name)!.offset;
    this.globalsAt = offsetOf('globals');
    this.longAt = offsetOf('long');
    this.shortAt = offsetOf('short');
    this.accountsAt = offsetOf('accounts');
  }

  /** The record in which a byte stands. */
  recordAt(byte: number): { name: string; offset: number; layout: RecordLayout } {
    const { areas } = this;
    let at = areas.length - 1;
    while (areas[at]!.offset > byte) at -= 1;
    const { count, layout, name, offset } = areas[at]!;
    const place = Math.floor((byte - offset) / layout.size);
    return {
      name: count === 1 ? name : `${name} ${place}`,
      offset: offset + place * layout.size,
      layout,
    };
  }

  /** The steps in the host's answer to `execute`. */
  readAnswers(answer: Buffer): Step[] {
    const steps: Step[] = [];
    for (let at = 0; at < answer.length; ) {
      const code = answer.readUInt32LE(at);
      const changes: Change[] = [];
      const count = answer.readUInt32LE(at + 4);
      at += 8;
      for (let nth = 0; nth < count; nth += 1) {
        const number = answer.readUInt32LE(at);
        const { count: records, layout, name, offset } = this.areas[number >>> 24]!;
        const size = name === 'quotes' ? records * layout.size : layout.size;
        const bytes = answer.subarray(at + 4, at + 4 + size);
        changes.push({ offset: offset + (number & 0xff_ffff) * layout.size, bytes });
        at += 4 + size;
      }
      steps.push({ code, changes });
    }
    return steps;
  }
}

/** What the TypeScript engine came to after one instruction. */
interface Expectation extends Step {
  op: string;
  /** All bytes, every `fullEvery` instructions and at the end. */
  full: Uint8Array | null;
}

/** The instruction's name, with that of the risk engine's inside. */
export function nameOf(instruction: SlabInstruction): string {
  return instruction.op === 'risk' ? `risk.${instruction.instruction.op}` : instruction.op;
}

/** Applies instructions to the TypeScript engine and notes what the Rust one must come to. */
export class SlabRecording implements RecordedSequence {
  readonly slab: Slab;
  readonly start: Uint8Array;
  readonly instructions: Uint8Array[] = [];
  private readonly expectations: Expectation[] = [];
  private readonly places: Places;
  private readonly fullEvery: number;
  /** Accounts at or above this are left to the next full comparison. */
  private readonly players: number;
  /** The slab's words and bytes after the last instruction. */
  private readonly words: Float64Array;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly scratch = new DataView(new ArrayBuffer(LAYOUT.globals.size));

  /** The slab may have been used before; its state as it is now is where both engines start. */
  constructor(slab: Slab, players: number, fullEvery = FULL_EVERY) {
    this.slab = slab;
    this.players = Math.min(players, slab.capacities.maxSlots);
    this.fullEvery = fullEvery;
    this.places = new Places(slab.capacities);
    this.start = encodeSlab(slab, KEYS);
    this.words = slab.words.slice();
    this.bytes = this.start.slice();
    this.view = new DataView(this.bytes.buffer);
  }

  /** Applies one more instruction. Returns its error's number. */
  apply(instruction: SlabInstruction): number {
    const { expectations, instructions, slab } = this;
    instructions.push(encodeSlabInstruction(instruction));
    const code = codeOfSlab(applySlab(slab, instruction));
    const changes = [...this.findWords(), ...this.findRisk()];
    const isDue = instructions.length % this.fullEvery === 0;
    expectations.push({
      code,
      changes,
      op: nameOf(instruction),
      full: isDue ? encodeSlab(slab, KEYS) : null,
    });
    return code;
  }

  /** Notes the final bytes. */
  finish(): void {
    const last = this.expectations.at(-1);
    if (last !== undefined) last.full ??= encodeSlab(this.slab, KEYS);
  }

  /**
   * The records of words that are no longer what they were. All words of a small slab are looked at, so that no write can
   * hide from the log of changes; of a large one those in the log, and the rest at the next full comparison.
   */
  private findWords(): Change[] {
    const { places, slab, words } = this;
    const { words: now } = slab;
    const records = new Map<number, number>();
    const note = (at: number): void => {
      if (words[at] === now[at]) return;
      words[at] = now[at]!;
      const byte = places.offsetOfWord(at);
      writeWord(this.view, byte, now[at]!);
      const { layout, offset } = places.recordAt(byte);
      records.set(offset, layout.size);
    };
    if (now.length > SCANNED_WORDS) slab.eachChange(note);
    else for (let at = 0; at < now.length; at += 1) if (words[at] !== now[at]) note(at);
    return Array.from(records, ([offset, size]) => ({
      offset,
      bytes: this.bytes.slice(offset, offset + size),
    }));
  }

  /** The records of the risk engine that are no longer what they were. */
  private findRisk(): Change[] {
    const { places, scratch } = this;
    const { accounts, globals, sides } = this.slab.market;
    const changes: Change[] = [];
    encodeGlobals(scratch, 0, globals);
    this.keep(places.globalsAt, LAYOUT.globals.size, changes);
    encodeSide(scratch, 0, sides[0]);
    this.keep(places.longAt, LAYOUT.side.size, changes);
    encodeSide(scratch, 0, sides[1]);
    this.keep(places.shortAt, LAYOUT.side.size, changes);
    const { size } = LAYOUT.account;
    for (let index = 0; index < this.players; index += 1) {
      encodeAccount(scratch, 0, accounts[index]);
      this.keep(places.accountsAt + index * size, size, changes);
    }
    return changes;
  }

  /** Takes over what stands in the scratch record if it is another than before. */
  private keep(offset: number, size: number, changes: Change[]): void {
    const { scratch, view } = this;
    for (let at = 0; at < size; at += 4) {
      if (scratch.getInt32(at) === view.getInt32(offset + at)) continue;
      const bytes = new Uint8Array(scratch.buffer.slice(0, size));
      this.bytes.set(bytes, offset);
      changes.push({ offset, bytes });
      return;
    }
  }

  /** Runs the instructions on the host and returns the first difference, or null. */
  async compare(host: ParityHost): Promise<ParityDifference | null> {
    const { expectations, instructions, places, start } = this;
    const loading = host.load(start);
    const batches: {
      from: number;
      end: number;
      answer: Promise<Buffer>;
      snapshot: Promise<Buffer> | null;
    }[] = [];
    let from = 0;
    expectations.forEach(({ full }, at) => {
      if (full === null && at !== expectations.length - 1) return;
      const answer = host.executeBytes(instructions.slice(from, at + 1));
      batches.push({ from, end: at, answer, snapshot: full === null ? null : host.snapshot() });
      from = at + 1;
    });
    // All requests are on their way; every answer must be taken even when an earlier one ends the comparison.
    const answers = await Promise.all(batches.map(({ answer }) => answer));
    const snapshots = await Promise.all(batches.map(({ snapshot }) => snapshot));
    const code = await loading;
    if (code !== 0) return { ...outcome(0, code), instruction: -1, op: 'load' };
    const [ours, theirs] = [start.slice(), start.slice()];
    for (const [nth, batch] of batches.entries()) {
      const steps = places.readAnswers(answers[nth]!);
      for (const [offset, step] of steps.entries()) {
        const expected = expectations[batch.from + offset]!;
        const difference = this.compareStep(expected, step, ours, theirs);
        if (difference !== null) return { ...difference, instruction: batch.from + offset, op: expected.op };
      }
      const snapshot = snapshots[nth];
      if (snapshot === null || snapshot === undefined) continue;
      const { full, op } = expectations[batch.end]!;
      const difference = this.findDifference(full!, snapshot) ?? this.findDifference(theirs, snapshot);
      if (difference !== null) return { ...difference, instruction: batch.end, op };
    }
    return null;
  }

  /** Applies what both sides changed to their mirrors, and compares the records that either touched. */
  private compareStep(
    expected: Expectation,
    step: Step,
    ours: Uint8Array,
    theirs: Uint8Array,
  ): Finding | null {
    if (expected.code !== step.code) return outcome(expected.code, step.code);
    for (const { bytes, offset } of expected.changes) ours.set(bytes, offset);
    for (const { bytes, offset } of step.changes) theirs.set(bytes, offset);
    for (const { bytes, offset } of [...expected.changes, ...step.changes]) {
      const end = offset + bytes.length;
      if (Buffer.compare(ours.subarray(offset, end), theirs.subarray(offset, end)) !== 0) {
        return this.findDifference(ours, theirs, offset, end);
      }
    }
    return null;
  }

  /** The first difference between the bytes of two accounts of this size, between two offsets. */
  private findDifference(ours: Uint8Array, theirs: Uint8Array, from = 0, to = ours.length): Finding | null {
    if (Buffer.compare(ours.subarray(from, to), theirs.subarray(from, to)) === 0) return null;
    let at = from;
    while (ours[at] === theirs[at]) at += 1;
    const { layout, name, offset } = this.places.recordAt(at);
    const end = offset + layout.size;
    return {
      record: name,
      ...compareRecord(layout, ours.subarray(offset, end), theirs.subarray(offset, end))!,
    };
  }
}

type Finding = Omit<ParityDifference, 'instruction' | 'op'>;

const outcome = (ours: number, theirs: number): Finding => ({
  record: 'outcome',
  field: 'error',
  typescript: describeSlabCode(ours),
  rust: describeSlabCode(theirs),
});
