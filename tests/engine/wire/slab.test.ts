import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applySlab, DEFAULT_CAPACITIES, type SlabInstruction } from '../../../engine/slab/index.ts';
import {
  type AccountView,
  calculateSlabSize,
  createWordOffset,
  decodeSlab,
  decodeSlabInstruction,
  encodeInstruction,
  encodeSlab,
  encodeSlabChanges,
  encodeSlabInstruction,
  type InitializeSlab,
  LAYOUT,
  listAreas,
  processSlabInstruction,
  readSlabHeader,
  SLAB_LAYOUT,
  SLAB_PROGRAM_ID,
  writeWord,
} from '../../../engine/wire/index.ts';
import {
  CAPACITIES,
  createOptions,
  Driver,
  rulesArbitrary,
  stepsArbitrary,
} from '../../properties/slab_history.ts';

const KEYS = {
  authority: Uint8Array.from({ length: 32 }, (_, at) => at + 1),
  router: Uint8Array.from({ length: 32 }, (_, at) => 200 - at),
};
const OTHER = new Uint8Array(32).fill(9);
const RULES = { slab: { maxHolds: 2, routerOnly: true }, risk: {} };

/** A slab that went through a history. */
function createDriver(): Driver {
  const driver = new Driver(createOptions(RULES));
  for (const instruction of driver.open()) applySlab(driver.slab, instruction);
  return driver;
}

const { initPrice, initSlot, params, slabParams, capacities } = createOptions(RULES);
const INITIALIZE: InitializeSlab = { op: 'initialize', params, slabParams, capacities, initSlot, initPrice };

describe('the layout of a slab', () => {
  it('has its records one after the other', () => {
    const areas = listAreas(DEFAULT_CAPACITIES);
    areas.slice(1).forEach((area, at) => {
      const before = areas[at]!;
      expect(area.offset).toBe(before.offset + before.count * before.layout.size);
    });
    expect(areas.map(({ name, layout }) => [name, layout.size])).toEqual([
      ['header', 136],
      ['slabParams', 168],
      ['book', 256],
      ['quotes', 16],
      ['params', LAYOUT.params.size],
      ['globals', 128],
      ['long', 88],
      ['short', 88],
      ['accounts', 120],
      ['traders', 64],
      ['orders', 120],
      ['levels', 64],
      ['nodes', 32],
      ['holds', 112],
      ['slices', 56],
      ['trades', 64],
      ['aggressors', 48],
    ]);
  });
});

describe('account bytes of a slab', () => {
  it('come back as the same slab, after any history', () => {
    fc.assert(
      fc.property(rulesArbitrary, stepsArbitrary, (rules, steps) => {
        const driver = new Driver(createOptions(rules));
        for (const instruction of driver.open()) applySlab(driver.slab, instruction);
        for (const step of steps) applySlab(driver.slab, driver.next(step));
        const bytes = encodeSlab(driver.slab, KEYS);
        const again = decodeSlab(bytes)!;
        expect(again.words).toEqual(driver.slab.words);
        expect(again.params).toEqual(driver.slab.params);
        expect(encodeSlab(again, KEYS)).toEqual(bytes);
        // What comes after goes on alike.
        for (const step of steps.slice(0, 20)) {
          const instruction = driver.next(step);
          expect(applySlab(again, instruction)).toBe(applySlab(driver.slab, instruction));
        }
        expect(encodeSlab(again, KEYS)).toEqual(encodeSlab(driver.slab, KEYS));
      }),
      { numRuns: 40 },
    );
  });

  it('follow each instruction by what it changed', () => {
    fc.assert(
      fc.property(rulesArbitrary, stepsArbitrary, (rules, steps) => {
        const driver = new Driver(createOptions(rules));
        const { slab } = driver;
        const bytes = encodeSlab(slab, KEYS);
        const all = Array.from({ length: CAPACITIES.maxSlots }, (_, account) => account);
        const follow = (instruction: SlabInstruction) => {
          applySlab(slab, instruction);
          encodeSlabChanges(slab, bytes, all);
          expect(Buffer.compare(bytes, encodeSlab(slab, KEYS))).toBe(0);
        };
        for (const instruction of driver.open()) follow(instruction);
        for (const step of steps) follow(driver.next(step));
      }),
      { numRuns: 20 },
    );
  });

  it('are refused when a word lies outside its range, a flag is none or a length does not fit', () => {
    const bytes = encodeSlab(createDriver().slab, KEYS);
    expect(decodeSlab(bytes)).not.toBeNull();
    expect(decodeSlab(bytes.subarray(8))).toBeNull();
    expect(decodeSlab(bytes.subarray(0, 100))).toBeNull();
    let refused = 0;
    for (const { count, layout, name, offset } of listAreas(capacities)) {
      for (const field of layout.fields) {
        if (field.kind !== 'word') continue;
        for (const word of [field.min - 1, field.max + 1]) {
          const broken = bytes.slice();
          const at = offset + (count - 1) * layout.size + field.offset;
          writeWord(new DataView(broken.buffer), at, word);
          expect(`${name}.${field.name} ${word}: ${decodeSlab(broken)}`).toBe(
            `${name}.${field.name} ${word}: null`,
          );
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(250);
  });

  it('say where each word of the engine stands', () => {
    const { slab } = createDriver();
    const offsetOf = createWordOffset(capacities);
    const areas = new Map(listAreas(capacities).map((area) => [area.name, area.offset]));
    expect(offsetOf(0)).toBe(areas.get('book'));
    expect(offsetOf(slab.traderAt(0))).toBe(areas.get('traders'));
    expect(offsetOf(slab.orders.at(1))).toBe(areas.get('orders'));
    expect(offsetOf(slab.aggressorAt(1))).toBe(areas.get('aggressors'));
    expect(SLAB_LAYOUT.order.at.slices).toBe(14);
  });
});

const index = fc.nat({ max: 0xffff_ffff });
const word = fc.maxSafeInteger();
const inputs = { oraclePrice: word, nowSlot: word };
const side = fc.constantFrom<0 | 1>(0, 1);
const of = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(shape);

const instructionArbitrary: fc.Arbitrary<SlabInstruction> = fc.oneof(
  of({ op: fc.constant('setDlp' as const), account: index, flag: fc.boolean() }),
  of({
    op: fc.constant('placeOrder' as const),
    account: index,
    side,
    kind: fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
    price: word,
    qty: word,
    reduceOnly: fc.boolean(),
    ...inputs,
  }),
  of({ op: fc.constant('cancelOrder' as const), account: index, order: index, id: word, nowSlot: word }),
  of({ op: fc.constant('cancelAll' as const), account: index, nowSlot: word }),
  of({
    op: fc.constant('replaceOrder' as const),
    account: index,
    order: index,
    id: word,
    price: word,
    qty: word,
    ...inputs,
  }),
  of({ op: fc.constant('batchOpen' as const), ...inputs }),
  of({
    op: fc.constant('reserve' as const),
    route: word,
    account: index,
    side,
    qty: word,
    limit: word,
    ttl: index,
    seqno: word,
    ...inputs,
  }),
  of({ op: fc.constant('commit' as const), account: index, hold: index, id: word, ...inputs }),
  of({ op: fc.constant('cancelHold' as const), account: index, hold: index, id: word, nowSlot: word }),
  of({ op: fc.constant('releaseHold' as const), hold: index, id: word, nowSlot: word }),
  of({ op: fc.constant('prune' as const), hold: index, id: word, order: index, orderId: word, ...inputs }),
  of({ op: fc.constant('reduceBand' as const), account: index, caller: index, ...inputs }),
  of({ account: index, amount: word, nowSlot: word }).map((rest) => ({
    op: 'risk' as const,
    instruction: { op: 'deposit' as const, ...rest },
  })),
);

describe('instruction bytes of a slab', () => {
  it('come back as the same instruction, and not with a byte more or less', () => {
    fc.assert(
      fc.property(instructionArbitrary, (instruction) => {
        const bytes = encodeSlabInstruction(instruction);
        expect(decodeSlabInstruction(bytes)).toEqual(instruction);
        expect(decodeSlabInstruction(bytes.subarray(0, bytes.length - 1))).toBeNull();
        expect(decodeSlabInstruction(Uint8Array.of(...bytes, 0))).toBeNull();
      }),
      { numRuns: 400 },
    );
    expect(decodeSlabInstruction(encodeSlabInstruction(INITIALIZE))).toEqual(INITIALIZE);
  });

  it('stand as docs/slab.md says', () => {
    const order: SlabInstruction = {
      ...{ op: 'placeOrder', account: 258, side: 1, kind: 3, price: 5, qty: -1, reduceOnly: true },
      ...{ oraclePrice: 7, nowSlot: 8 },
    };
    const zeros = [0, 0, 0, 0, 0, 0, 0];
    expect([...encodeSlabInstruction(order)]).toEqual([
      ...[3, 2, 1, 0, 0, 1, 3, 5, ...zeros, ...[255, 255, 255, 255, 255, 255, 255, 255], 1],
      ...[7, ...zeros, 8, ...zeros],
    ]);
    const tags = ['setDlp', 'placeOrder', 'cancelOrder', 'cancelAll', 'replaceOrder', 'batchOpen'] as const;
    fc.assert(
      fc.property(instructionArbitrary, (instruction) => {
        const all = [
          'initialize',
          'risk',
          ...tags,
          'reserve',
          'commit',
          'cancelHold',
          'releaseHold',
          'prune',
        ];
        expect(encodeSlabInstruction(instruction)[0]).toBe([...all, 'reduceBand'].indexOf(instruction.op));
      }),
    );
  });

  it.each([
    ['nothing', []],
    ['an unknown tag', [14]],
    ['a side that is none', [3, 0, 0, 0, 0, 2]],
    ['a flag that is none', [2, 0, 0, 0, 0, 2]],
    ['a risk instruction that is none', [1, 99]],
    ['no risk instruction', [1]],
  ])('are refused for %s', (_, bytes) => {
    expect(decodeSlabInstruction(Uint8Array.from([...bytes, ...new Uint8Array(33)].slice(0, 38)))).toBeNull();
  });

  it('hide no other initialisation in a risk instruction', () => {
    const inner = encodeInstruction({
      ...{ op: 'initialize', params, maxSlots: 8, initSlot: 0, initPrice: 1, enforceEnvelope: true },
    });
    expect(decodeSlabInstruction(Uint8Array.of(1, ...inner))).toBeNull();
  });
});

describe('the entry of the slab program', () => {
  const deposit: SlabInstruction = {
    op: 'risk',
    instruction: { op: 'deposit', account: 2, amount: 5_000, nowSlot: 7 },
  };
  const slabView = (data: Uint8Array): AccountView => ({
    ...{ key: OTHER, owner: SLAB_PROGRAM_ID, isSigner: false, isWritable: true, data },
  });
  const signer = (key: Uint8Array): AccountView => ({
    ...{ key, owner: OTHER, isSigner: true, isWritable: false, data: new Uint8Array(0) },
  });
  const bytesOf = () => encodeSlab(createDriver().slab, KEYS);
  const process = (accounts: readonly AccountView[], instruction: SlabInstruction | InitializeSlab) =>
    processSlabInstruction(SLAB_PROGRAM_ID, accounts, encodeSlabInstruction(instruction));

  it('makes a slab out of a zeroed account', () => {
    const account = slabView(new Uint8Array(calculateSlabSize(capacities)));
    const accounts = [account, signer(KEYS.authority), signer(KEYS.router)];
    expect(process(accounts.slice(0, 2), INITIALIZE)).toBe('MissingAccount');
    expect(process(accounts, { ...INITIALIZE, initPrice: 0 })).toBe('InvalidParameters');
    const tight = { ...INITIALIZE, capacities: { ...capacities, maxOrders: 0 } };
    expect(process(accounts, tight)).toBe('InvalidParameters');
    const loose = { ...params, maxPrice: 1_000_000_000_000, maxOiQ: 100_000_000_000_000 };
    expect(process(accounts, { ...INITIALIZE, params: loose })).toBe('InvalidParameters');
    const larger = { ...INITIALIZE, capacities: { ...capacities, maxOrders: 15 } };
    expect(process(accounts, larger)).toBe('InvalidAccountData');
    expect(process([slabView(new Uint8Array(100)), ...accounts.slice(1)], INITIALIZE)).toBe(
      'InvalidAccountData',
    );
    expect(process(accounts, INITIALIZE)).toBeNull();
    expect(readSlabHeader(account.data)).toEqual({ capacities, keys: KEYS, isRouterOnly: true });
    expect(encodeSlab(decodeSlab(account.data)!, KEYS)).toEqual(account.data);
    expect(process(accounts, INITIALIZE)).toBe('AlreadyInitialized');
  });

  it('applies an instruction, or leaves the bytes alone', () => {
    const account = slabView(bytesOf());
    const before = account.data.slice();
    expect(process([account, signer(KEYS.authority)], deposit)).toBeNull();
    expect(account.data).not.toEqual(before);
    const after = account.data.slice();
    const late: SlabInstruction = { op: 'cancelAll', account: 0, nowSlot: 1 };
    expect(process([account, signer(KEYS.authority)], late)).toBe('Overflow');
    expect(account.data).toEqual(after);
  });

  it('wants the authority, and the router for reservations of a slab that is its alone', () => {
    const commit: SlabInstruction = {
      ...{ op: 'commit', account: 0, hold: 0, id: 1, oraclePrice: 1_000, nowSlot: 0 },
    };
    const drop: SlabInstruction = { op: 'cancelHold', account: 0, hold: 0, id: 1, nowSlot: 0 };
    const account = slabView(bytesOf());
    expect(process([account, signer(KEYS.router)], deposit)).toBe('WrongAuthority');
    expect(process([account, signer(OTHER)], deposit)).toBe('WrongAuthority');
    expect(process([account, signer(KEYS.authority)], commit)).toBe('WrongAuthority');
    expect(process([account, signer(KEYS.router)], commit)).toBe('HoldNotFound');
    expect(process([account, signer(KEYS.router)], drop)).toBeNull();
    const open = new Driver(createOptions({ slab: {}, risk: {} })).slab;
    expect(process([slabView(encodeSlab(open, KEYS)), signer(KEYS.authority)], commit)).toBe('HoldNotFound');
  });

  it('refuses accounts that are not what it needs, before it reads them', () => {
    const account = slabView(new Uint8Array(3));
    const owner = signer(KEYS.authority);
    const data = encodeSlabInstruction(deposit);
    const run = (accounts: readonly AccountView[], bytes = data) =>
      processSlabInstruction(SLAB_PROGRAM_ID, accounts, bytes);
    expect(run([account])).toBe('MissingAccount');
    expect(run([{ ...account, owner: OTHER }, owner])).toBe('WrongOwner');
    expect(run([{ ...account, isWritable: false }, owner])).toBe('ReadOnlyAccount');
    expect(run([account, { ...owner, isSigner: false }])).toBe('MissingSigner');
    expect(run([account, owner], data.subarray(1))).toBe('InvalidInstruction');
    expect(run([account, owner])).toBe('InvalidAccountData');
    const broken = bytesOf();
    broken[listAreas(capacities).at(-1)!.offset + 7] = 255;
    expect(run([slabView(broken), owner])).toBe('InvalidAccountData');
    expect(run([slabView(broken), signer(OTHER)])).toBe('WrongAuthority');
  });
});
