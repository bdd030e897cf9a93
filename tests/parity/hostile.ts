import fc from 'fast-check';
import { expect } from 'vitest';
import type { AccountView } from '../../engine/wire/index.ts';
import type { ParityHost } from '../../sim/verify/parity_host.ts';
import { AUTHORITY } from '../engine/wire/fixtures.ts';

/** `FUZZ_SECONDS=600 npm run test:parity -- hostile` fuzzes each decoder for that long instead. */
export const seconds = Number(process.env.FUZZ_SECONDS ?? 0);
export const RUNS =
  seconds > 0
    ? { numRuns: 1_000_000_000, interruptAfterTimeLimit: seconds * 1_000, markInterruptAsFailure: false }
    : { numRuns: 6_000 };
export const TIMEOUT = 120_000 + seconds * 1_000;

/** Right most of the time, so that later checks are reached too. */
export const mostly = <T>(right: T, wrong: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(right) }, wrong);

/** What a program is fuzzed with. */
export interface HostileTarget {
  programId: Uint8Array;
  /** Bytes of an account that it owns. */
  bytes: Uint8Array;
  headerSize: number;
  /** Sizes of accounts that are all zeros: the right one, others. */
  sizes: readonly number[];
  /** Whole instructions. */
  instructions: fc.Arbitrary<Uint8Array>;
  process(programId: Uint8Array, accounts: readonly AccountView[], data: Uint8Array): string | null;
  nameOf(code: number): string | null;
  host: ParityHost;
}

const keys = (target: HostileTarget) =>
  fc.constantFrom(target.programId, AUTHORITY, new Uint8Array(32).fill(9), new Uint8Array(32));

/** Bytes of an account, of none, or of one with a damaged header or length. */
function accountData({ bytes, headerSize, sizes }: HostileTarget) {
  return mostly(
    bytes,
    fc.oneof(
      ...sizes.map((size) => fc.constant(new Uint8Array(size))),
      fc.nat({ max: bytes.length }).map((length) => bytes.slice(0, length)),
      fc.uint8Array({ maxLength: 200 }).map((extra) => Uint8Array.of(...bytes, ...extra)),
      fc
        .tuple(fc.nat({ max: headerSize - 1 }), fc.nat({ max: 255 }))
        .map(([at, byte]) => bytes.with(at, byte)),
      fc.uint8Array({ maxLength: 700 }),
    ),
  );
}

function accountLists(target: HostileTarget): fc.Arbitrary<AccountView[]> {
  const key = keys(target);
  const none = fc.constant(new Uint8Array(0));
  const account = fc.record({
    key,
    owner: mostly(target.programId, key),
    isSigner: fc.boolean(),
    isWritable: mostly(true, fc.constant(false)),
    data: accountData(target),
  });
  const signer = fc.record({
    key: mostly(AUTHORITY, key),
    owner: key,
    isSigner: mostly(true, fc.constant(false)),
    isWritable: fc.boolean(),
    data: none,
  });
  const third = fc.record({
    key,
    owner: key,
    isSigner: fc.boolean(),
    isWritable: fc.boolean(),
    data: none,
  });
  return fc.oneof(
    { weight: 9, arbitrary: fc.tuple(account, signer, third).map((list): AccountView[] => list) },
    { weight: 2, arbitrary: fc.tuple(account, signer).map((list): AccountView[] => list) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.constant<AccountView[]>([]),
        account.map((one): AccountView[] => [one]),
      ),
    },
  );
}

/** Instruction bytes: whole, cut, extended, with a byte changed, or none at all. */
function instructionBytes({ instructions }: HostileTarget): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 4, arbitrary: instructions },
    fc.tuple(instructions, fc.nat()).map(([bytes, cut]) => bytes.slice(0, cut % bytes.length)),
    fc
      .tuple(instructions, fc.uint8Array({ minLength: 1, maxLength: 20 }))
      .map(([bytes, more]) => Uint8Array.of(...bytes, ...more)),
    fc
      .tuple(instructions, fc.nat(), fc.nat({ max: 255 }))
      .map(([bytes, at, byte]) => bytes.with(at % bytes.length, byte)),
    fc.uint8Array({ maxLength: 120 }),
  );
}

/** What every program refuses before it reads state; each must have been met. */
export const ENTRY_ERRORS = [
  'null',
  'InvalidInstruction',
  'MissingAccount',
  'WrongOwner',
  'ReadOnlyAccount',
  'MissingSigner',
  'InvalidAccountData',
  'AlreadyInitialized',
  'WrongAuthority',
  'InvalidParameters',
];

/** Calls both programs with hostile accounts and bytes: the same error, the same bytes afterwards; none on an error. */
export async function fuzzEntry(target: HostileTarget): Promise<void> {
  const met = new Set<string>();
  const property = fc.asyncProperty(
    mostly(target.programId, keys(target)),
    accountLists(target),
    instructionBytes(target),
    async (program, accounts, data) => {
      const copies = accounts.map((account) => ({ ...account, data: account.data.slice() }));
      const error = target.process(program, copies, data);
      const { after, code } = await target.host.process(program, accounts, data);
      met.add(String(error));
      expect(target.nameOf(code)).toBe(error);
      after.forEach((bytes, at) => {
        expect(Buffer.compare(bytes, copies[at]!.data)).toBe(0);
      });
      if (error === null) return;
      copies.forEach(({ data: bytes }, at) => {
        expect(Buffer.compare(bytes, accounts[at]!.data)).toBe(0);
      });
    },
  );
  await fc.assert(property, RUNS);
  expect([...met]).toEqual(expect.arrayContaining(ENTRY_ERRORS));
}

/** Damages account bytes: both sides accept or refuse them alike. */
export async function fuzzLoad(
  { bytes, host, nameOf }: HostileTarget,
  isValid: (bytes: Uint8Array) => boolean,
): Promise<void> {
  const damage = fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  let accepted = 0;
  const property = fc.asyncProperty(damage, async (changes) => {
    const damaged = bytes.slice();
    for (const [at, byte] of changes) damaged[at] = byte;
    const valid = isValid(damaged);
    if (valid) accepted += 1;
    expect(nameOf(await host.load(damaged))).toBe(valid ? null : 'InvalidAccountData');
  });
  await fc.assert(property, RUNS);
  expect(accepted).toBeGreaterThan(100);
}
