import { apply, type Market, type RiskInstruction } from '../../engine/risk/index.ts';
import {
  accountOffset,
  codeOf,
  encodeAccount,
  encodeGlobals,
  encodeInstruction,
  encodeMarket,
  encodeSide,
  errorOf,
  LAYOUT,
  MARKET,
  offsetOf,
  type RecordLayout,
  readWide,
  readWord,
} from '../../engine/wire/index.ts';
import { HOST_AUTHORITY, type HostStep, type ParityHost, readAnswers } from './parity_host.ts';
import type { ParityDifference, RecordedSequence } from './parity_suite.ts';

/** Every so many instructions all bytes are compared, not only the records that may have changed. */
export const FULL_EVERY = 64;

const STATE_START = offsetOf('globals');
const STATE_SIZE = MARKET.size - STATE_START;
const RECORDS: readonly (readonly [name: 'globals' | 'long' | 'short', layout: RecordLayout])[] = [
  ['globals', LAYOUT.globals],
  ['long', LAYOUT.side],
  ['short', LAYOUT.side],
];

/** What the TypeScript engine came to after one instruction. */
interface Expectation {
  code: number;
  op: string;
  /** Globals and sides. */
  state: Uint8Array;
  /** The accounts that the instruction names: it may change no other. */
  accounts: readonly (readonly [index: number, bytes: Uint8Array])[];
  /** All bytes, every `FULL_EVERY` instructions and at the end. */
  full: Uint8Array | null;
}

/** The account indices an instruction names, each once. */
export function listAccounts(instruction: RiskInstruction): number[] {
  const named: (number | undefined)[] = [];
  if ('account' in instruction) named.push(instruction.account);
  if ('keeper' in instruction) named.push(instruction.keeper);
  if (instruction.op === 'executeTrade') named.push(instruction.buyer, instruction.seller);
  if (instruction.op === 'keeperCrank') named.push(...instruction.candidates.map(([index]) => index));
  return [...new Set(named.filter((index) => index !== undefined))];
}

/** Applies instructions to the TypeScript engine and notes what the Rust one must come to. */
export class Recording implements RecordedSequence {
  readonly market: Market;
  readonly start: Uint8Array;
  readonly instructions: Uint8Array[] = [];
  private readonly expectations: Expectation[] = [];
  private readonly fullEvery: number;

  /** The market may have been used before; its state as it is now is where both engines start. */
  constructor(market: Market, fullEvery = FULL_EVERY) {
    this.market = market;
    this.fullEvery = fullEvery;
    this.start = encodeMarket(market, HOST_AUTHORITY);
  }

  /** Applies one more instruction. Returns its error's number. */
  apply(instruction: RiskInstruction): number {
    const { market } = this;
    const bytes = encodeInstruction(instruction);
    const code = codeOf(apply(market, instruction));
    const state = new Uint8Array(STATE_SIZE);
    const view = new DataView(state.buffer);
    encodeGlobals(view, 0, market.globals);
    encodeSide(view, offsetOf('long') - STATE_START, market.sides[0]);
    encodeSide(view, offsetOf('short') - STATE_START, market.sides[1]);
    const accounts = listAccounts(instruction)
      .filter((index) => index < market.maxSlots)
      .map((index) => [index, this.encodeOne(index)] as const);
    this.instructions.push(bytes);
    const isDue = this.instructions.length % this.fullEvery === 0;
    const full = isDue ? encodeMarket(market, HOST_AUTHORITY) : null;
    this.expectations.push({ code, op: instruction.op, state, accounts, full });
    return code;
  }

  /** Notes the final bytes. */
  finish(): void {
    const last = this.expectations.at(-1);
    if (last !== undefined) last.full ??= encodeMarket(this.market, HOST_AUTHORITY);
  }

  private encodeOne(index: number): Uint8Array {
    const bytes = new Uint8Array(LAYOUT.account.size);
    encodeAccount(new DataView(bytes.buffer), 0, this.market.accounts[index]);
    return bytes;
  }

  /** Runs the instructions on the host and returns the first difference, or null. */
  async compare(host: ParityHost): Promise<ParityDifference | null> {
    const { expectations, instructions, start } = this;
    const loading = host.load(start);
    const batches: { from: number; answer: Promise<Buffer>; snapshot: Promise<Buffer> | null }[] = [];
    let from = 0;
    expectations.forEach(({ full }, at) => {
      if (full === null && at !== expectations.length - 1) return;
      const answer = host.executeBytes(instructions.slice(from, at + 1));
      batches.push({ from, answer, snapshot: full === null ? null : host.snapshot() });
      from = at + 1;
    });
    // All requests are on their way; every answer must be taken even when an earlier one ends the comparison.
    const answers = await Promise.all(batches.map(({ answer }) => answer));
    const snapshots = await Promise.all(batches.map(({ snapshot }) => snapshot));
    const code = await loading;
    if (code !== 0) {
      return { ...nowhere(-1, 'load'), typescript: 'success', rust: describeCode(code) };
    }
    const mirror = start.slice();
    for (const [nth, batch] of batches.entries()) {
      const difference =
        this.compareSteps(readAnswers(answers[nth]!), batch.from, mirror) ??
        this.compareFull(snapshots[nth]!, batch.from + this.fullEvery, mirror);
      if (difference !== null) return difference;
    }
    return null;
  }

  private compareSteps(steps: HostStep[], from: number, mirror: Uint8Array): ParityDifference | null {
    for (const [offset, step] of steps.entries()) {
      const at = from + offset;
      const expected = this.expectations[at]!;
      const difference = compareStep(expected, step, mirror);
      if (difference !== null) return { ...difference, instruction: at };
    }
    return null;
  }

  private compareFull(snapshot: Buffer | null, end: number, mirror: Uint8Array): ParityDifference | null {
    if (snapshot === null) return null;
    const at = Math.min(end, this.expectations.length) - 1;
    const { full, op } = this.expectations[at]!;
    const difference = findDifference(full!, snapshot) ?? findDifference(mirror, snapshot);
    return difference === null ? null : { instruction: at, op, ...difference };
  }
}

export const nowhere = (instruction: number, op: string) => ({
  instruction,
  op,
  record: 'outcome',
  field: 'error',
});

const describeCode = (code: number) => errorOf(code) ?? 'success';

/** Applies what the host says it changed to the mirror of its bytes, and compares. */
function compareStep(expected: Expectation, step: HostStep, mirror: Uint8Array): ParityDifference | null {
  const { accounts, code, op, state } = expected;
  if (code !== step.code) {
    return { ...nowhere(0, op), typescript: describeCode(code), rust: describeCode(step.code) };
  }
  for (const { record, bytes } of step.dirty) {
    mirror.set(bytes, typeof record === 'number' ? accountOffset(record) : offsetOf(record));
    if (typeof record === 'number' && !accounts.some(([index]) => index === record)) {
      return {
        instruction: 0,
        op,
        record: `account ${record}`,
        field: 'any',
        typescript: 'not named',
        rust: 'written',
      };
    }
  }
  if (Buffer.compare(state, mirror.subarray(STATE_START, MARKET.size)) !== 0) {
    for (const [name, layout] of RECORDS) {
      const at = offsetOf(name);
      const ours = state.subarray(at - STATE_START, at - STATE_START + layout.size);
      const field = compareRecord(layout, ours, mirror.subarray(at, at + layout.size));
      if (field !== null) return { instruction: 0, op, record: name, ...field };
    }
  }
  for (const [index, ours] of accounts) {
    const at = accountOffset(index);
    const field = compareRecord(LAYOUT.account, ours, mirror.subarray(at, at + LAYOUT.account.size));
    if (field !== null) return { instruction: 0, op, record: `account ${index}`, ...field };
  }
  return null;
}

export type FieldDifference = Pick<ParityDifference, 'field' | 'typescript' | 'rust'>;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** The first field in which two records differ. */
export function compareRecord(
  layout: RecordLayout,
  ours: Uint8Array,
  theirs: Uint8Array,
): FieldDifference | null {
  if (Buffer.compare(ours, theirs) === 0) return null;
  for (const { name, kind, offset, size } of layout.fields) {
    const [a, b] = [ours.subarray(offset, offset + size), theirs.subarray(offset, offset + size)];
    if (Buffer.compare(a, b) === 0) continue;
    const show = (bytes: Uint8Array) => {
      if (kind === 'word') return String(readWord(viewOf(bytes), 0));
      return kind === 'wide' ? String(readWide(viewOf(bytes), 0)) : Buffer.from(bytes).toString('hex');
    };
    return { field: name, typescript: show(a), rust: show(b) };
  }
  return null;
}

/** The first difference between the bytes of two markets of the same size. */
export function findDifference(
  ours: Uint8Array,
  theirs: Uint8Array,
): Omit<ParityDifference, 'instruction' | 'op'> | null {
  if (Buffer.compare(ours, theirs) === 0) return null;
  const named = [['header', LAYOUT.header], ['params', LAYOUT.params], ...RECORDS] as const;
  const slots = Math.floor((ours.length - MARKET.size) / LAYOUT.account.size);
  const places = [
    ...named.map(([name, layout]) => [name, layout, offsetOf(name)] as const),
    ...Array.from(
      { length: slots },
      (_, at) => [`account ${at}`, LAYOUT.account, accountOffset(at)] as const,
    ),
  ];
  for (const [record, layout, at] of places) {
    const field = compareRecord(
      layout,
      ours.subarray(at, at + layout.size),
      theirs.subarray(at, at + layout.size),
    );
    if (field !== null) return { record, ...field };
  }
  return { record: 'market', field: 'length', typescript: String(ours.length), rust: String(theirs.length) };
}
