import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  calculateDefaultSlabParams,
  Slab,
  type SlabCapacities,
  type SlabInstruction,
} from '../../engine/slab/index.ts';
import { decodeSlab, encodeSlab } from '../../engine/wire/slab_account.ts';
import { encodeSlabInstruction, type SlabProgramInstruction } from '../../engine/wire/slab_codec.ts';
import { calculateSlabSize, SLAB_LAYOUT } from '../../engine/wire/slab_layout.ts';
import { processSlabInstruction, SLAB_PROGRAM_ID } from '../../engine/wire/slab_process.ts';
import { buildHost, ParityHost } from '../../sim/verify/parity_host.ts';
import { recordSlabSequence } from '../../sim/verify/parity_slab.ts';
import { codeOfSlab, describeSlabCode } from '../../sim/verify/parity_slab_lockstep.ts';
import { AUTHORITY, PARAMS, instructions as riskInstructions } from '../engine/wire/fixtures.ts';
import { fuzzEntry, fuzzLoad, type HostileTarget, seconds, TIMEOUT } from './hostile.ts';
import { recordBroken } from './slab_broken.ts';

let host: ParityHost;
beforeAll(async () => {
  host = new ParityHost(buildHost());
  await host.use('slab');
});
afterAll(() => host.close());

const CAPACITIES: SlabCapacities = {
  maxSlots: 4,
  maxOrders: 4,
  maxHolds: 2,
  maxSlices: 4,
  maxTrades: 2,
  maxAggressors: 2,
};
const KEYS = { authority: AUTHORITY, router: AUTHORITY };
const PLAIN = { ...PARAMS, maxPrice: 1_000_000_000 };
const SLAB_PARAMS = { ...calculateDefaultSlabParams(10, 1), routerOnly: true, maxHolds: 2, maxHoldSlots: 9 };

const index = fc.nat({ max: 0xffff_ffff });
const word = fc.maxSafeInteger();
const inputs = { oraclePrice: word, nowSlot: word };
const side = fc.constantFrom<0 | 1>(0, 1);
const order = { order: index, id: word };
const hold = { hold: index, id: word };

/** The fields of each instruction, any words of the envelope. */
const FIELDS: { [Op in Exclude<SlabInstruction['op'], 'risk'>]: Record<string, fc.Arbitrary<unknown>> } = {
  setDlp: { account: index, flag: fc.boolean() },
  placeOrder: {
    account: index,
    side,
    kind: fc.constantFrom(0, 1, 2, 3),
    price: word,
    qty: word,
    reduceOnly: fc.boolean(),
    ...inputs,
  },
  cancelOrder: { account: index, ...order, nowSlot: word },
  cancelAll: { account: index, nowSlot: word },
  replaceOrder: { account: index, ...order, price: word, qty: word, ...inputs },
  batchOpen: inputs,
  reserve: { route: word, account: index, side, qty: word, limit: word, ttl: index, seqno: word, ...inputs },
  commit: { account: index, ...hold, ...inputs },
  cancelHold: { account: index, ...hold, nowSlot: word },
  releaseHold: { ...hold, nowSlot: word },
  prune: { ...hold, order: index, orderId: word, ...inputs },
  reduceBand: { account: index, caller: index, ...inputs },
};

const initialize = fc
  .record({ initPrice: fc.constantFrom(5_000, 0, -1), maxOrders: fc.constantFrom(4, 4, 0, 65_536) })
  .map(
    ({ initPrice, maxOrders }): SlabProgramInstruction => ({
      op: 'initialize',
      params: PLAIN,
      slabParams: SLAB_PARAMS,
      capacities: { ...CAPACITIES, maxOrders },
      initSlot: 7,
      initPrice,
    }),
  );

const risk = riskInstructions.map((instruction) => ({ op: 'risk', instruction }) as SlabProgramInstruction);

const instructions = fc.oneof(
  { weight: 3, arbitrary: initialize },
  { weight: 3, arbitrary: risk },
  ...Object.entries(FIELDS).map(([op, fields]) =>
    fc.record({ op: fc.constant(op), ...fields }).map((drawn) => drawn as unknown as SlabProgramInstruction),
  ),
);

const createTarget = (bytes: Uint8Array): HostileTarget => ({
  programId: SLAB_PROGRAM_ID,
  bytes,
  headerSize: SLAB_LAYOUT.header.size,
  sizes: [calculateSlabSize(CAPACITIES), calculateSlabSize({ ...CAPACITIES, maxOrders: 5 })],
  instructions: instructions.map(encodeSlabInstruction),
  process: processSlabInstruction,
  nameOf: (code) => (code === 0 ? null : describeSlabCode(code)),
  host,
});

const createSlab = () =>
  new Slab({
    params: PLAIN,
    slabParams: SLAB_PARAMS,
    capacities: CAPACITIES,
    initSlot: 7,
    initPrice: 5_000,
  });

describe('hostile bytes of the slab program', () => {
  it(
    'meet the same error on both sides and change the same nothing',
    () =>
      fuzzEntry(
        createTarget(encodeSlab(createSlab(), { authority: AUTHORITY, router: new Uint8Array(32).fill(9) })),
      ),
    TIMEOUT,
  );

  it(
    'are refused as account data alike, of a slab in use',
    async () => {
      const recording = recordSlabSequence('hostile', 3, 120, new Map());
      const bytes = encodeSlab(recording.slab, KEYS);
      await fuzzLoad(createTarget(bytes), (damaged) => decodeSlab(damaged) !== null);
    },
    TIMEOUT,
  );

  it(
    'whose words are in range and lie meet the same errors and end as the same bytes, in range',
    async () => {
      const end = performance.now() + seconds * 1_000;
      const met = new Map<number, number>();
      for (let number = 0; number < 160 || performance.now() < end; number += 1) {
        for (const { codes, recording, words } of recordBroken(process.env.FUZZ_SEED ?? 'hostile', number)) {
          for (const code of codes) met.set(code, (met.get(code) ?? 0) + 1);
          const difference = await recording.compare(host);
          const isInRange = decodeSlab(encodeSlab(recording.slab, KEYS)) !== null;
          expect({ number, words, difference, isInRange }).toMatchObject({
            difference: null,
            isInRange: true,
          });
        }
      }
      expect(met.get(0)).toBeGreaterThan(10_000);
      expect(met.get(codeOfSlab('CorruptState'))).toBeGreaterThan(200);
    },
    TIMEOUT,
  );
});
