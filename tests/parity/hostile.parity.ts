import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountView,
  calculateSize,
  codeOf,
  decodeMarket,
  encodeInstruction,
  encodeMarket,
  errorOf,
  PROGRAM_ID,
  processInstruction,
} from '../../engine/wire/index.ts';
import { buildHost, ParityHost } from '../../sim/verify/parity_host.ts';
import { AUTHORITY, createMarket, instructions } from '../engine/wire/fixtures.ts';

let host: ParityHost;
beforeAll(() => {
  host = new ParityHost(buildHost());
});
afterAll(() => host.close());

/** `npm run deep` fuzzes each decoder for a time and from a seed of its own. */
const seconds = Number(process.env.FUZZ_SECONDS ?? 0);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const RUNS =
  seconds > 0
    ? {
        numRuns: 1_000_000_000,
        interruptAfterTimeLimit: seconds * 1_000,
        markInterruptAsFailure: false,
        seed,
      }
    : { numRuns: 6_000 };
const TIMEOUT = 120_000 + seconds * 1_000;

const KEYS = [PROGRAM_ID, AUTHORITY, new Uint8Array(32).fill(9), new Uint8Array(32)];
const key = fc.constantFrom(...KEYS);
const marketBytes = encodeMarket(createMarket(), AUTHORITY);
const headerSize = 64;

/** Right most of the time, so that later checks are reached too. */
const mostly = <T>(right: T, wrong: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(right) }, wrong);

/** Bytes of a market, of none, or of one with a damaged header or length. */
const accountData = mostly(
  marketBytes,
  fc.oneof(
    fc.constant(new Uint8Array(calculateSize(8))),
    fc.constant(new Uint8Array(calculateSize(3))),
    fc.nat({ max: marketBytes.length }).map((length) => marketBytes.slice(0, length)),
    fc.uint8Array({ maxLength: 200 }).map((extra) => Uint8Array.of(...marketBytes, ...extra)),
    fc
      .tuple(fc.nat({ max: headerSize - 1 }), fc.nat({ max: 255 }))
      .map(([at, byte]) => marketBytes.with(at, byte)),
    fc.uint8Array({ maxLength: 700 }),
  ),
);

const accountLists = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        fc.record({
          key,
          owner: mostly(PROGRAM_ID, key),
          isSigner: fc.boolean(),
          isWritable: mostly(true, fc.constant(false)),
          data: accountData,
        }),
        fc.record({
          key: mostly(AUTHORITY, key),
          owner: key,
          isSigner: mostly(true, fc.constant(false)),
          isWritable: fc.boolean(),
          data: fc.constant(new Uint8Array(0)),
        }),
      )
      .map((accounts): AccountView[] => accounts),
  },
  fc.constantFrom<AccountView[]>(
    [],
    [{ key: AUTHORITY, owner: PROGRAM_ID, isSigner: true, isWritable: true, data: marketBytes }],
  ),
);

/** Instruction bytes: whole, cut, extended, with a byte changed, or none at all. */
const instructionBytes = fc.oneof(
  { weight: 4, arbitrary: instructions.map(encodeInstruction) },
  fc.tuple(instructions, fc.nat()).map(([ix, cut]) => {
    const bytes = encodeInstruction(ix);
    return bytes.slice(0, cut % bytes.length);
  }),
  fc
    .tuple(instructions, fc.uint8Array({ minLength: 1, maxLength: 20 }))
    .map(([ix, more]) => Uint8Array.of(...encodeInstruction(ix), ...more)),
  fc.tuple(instructions, fc.nat(), fc.nat({ max: 255 })).map(([ix, at, byte]) => {
    const bytes = encodeInstruction(ix);
    return bytes.with(at % bytes.length, byte);
  }),
  fc.uint8Array({ maxLength: 120 }),
);

describe('hostile bytes', () => {
  it(
    'meet the same error on both sides and change the same nothing',
    async () => {
      let tried = 0;
      const met = new Set<string>();
      const property = fc.asyncProperty(
        mostly(PROGRAM_ID, key),
        accountLists,
        instructionBytes,
        async (program, accounts, data) => {
          const copies = accounts.map((account) => ({ ...account, data: account.data.slice() }));
          const error = processInstruction(program, copies, data);
          const { after, code } = await host.process(program, accounts, data);
          met.add(String(error));
          tried += 1;
          expect(errorOf(code)).toBe(error);
          after.forEach((bytes, at) => {
            expect(Buffer.compare(bytes, copies[at]!.data)).toBe(0);
          });
          if (error !== null) {
            copies.forEach(({ data: bytes }, at) => {
              expect(Buffer.compare(bytes, accounts[at]!.data)).toBe(0);
            });
          }
        },
      );
      await fc.assert(property, RUNS);
      console.log(`instruction decoder: ${tried} inputs`);
      for (const error of [
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
      ]) {
        expect(met).toContain(error);
      }
    },
    TIMEOUT,
  );

  it(
    'are refused as account data alike',
    async () => {
      const damage = fc.array(fc.tuple(fc.nat({ max: marketBytes.length - 1 }), fc.nat({ max: 255 })), {
        minLength: 1,
        maxLength: 3,
      });
      let tried = 0;
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(damage, async (changes) => {
          const bytes = marketBytes.slice();
          for (const [at, byte] of changes) bytes[at] = byte;
          const isMarket = decodeMarket(bytes) !== null;
          if (isMarket) accepted += 1;
          tried += 1;
          expect(await host.load(bytes)).toBe(codeOf(isMarket ? null : 'InvalidAccountData'));
        }),
        RUNS,
      );
      console.log(`account decoder: ${tried} inputs, ${accepted} of them a market`);
      expect(accepted).toBeGreaterThan(100);
    },
    TIMEOUT,
  );
});
