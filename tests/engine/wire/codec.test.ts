import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeInstruction, encodeInstruction } from '../../../engine/wire/index.ts';
import { instructions, PARAMS } from './fixtures.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('instruction bytes', () => {
  it('are a tag and little-endian fields', () => {
    expect(hex(encodeInstruction({ op: 'deposit', account: 3, amount: 258, nowSlot: 1 }))).toBe(
      '01' + '03000000' + '0201000000000000' + '0100000000000000',
    );
    expect(hex(encodeInstruction({ op: 'reclaim', account: 65_536 }))).toBe('0a' + '00000100');
    const crank = {
      op: 'keeperCrank' as const,
      candidates: [
        [1, null],
        [2, 'full'],
        [3, 7],
      ] as const,
      maxRevalidations: 9,
      keeper: 4,
      oraclePrice: 5,
      nowSlot: 6,
      fundingRate: -1,
    };
    expect(hex(encodeInstruction(crank))).toBe(
      '09' +
        '0300' +
        '01000000' +
        '00' +
        '0000000000000000' +
        '02000000' +
        '01' +
        '0000000000000000' +
        '03000000' +
        '02' +
        '0700000000000000' +
        '09000000' +
        '04000000' +
        '0500000000000000' +
        '0600000000000000' +
        'ffffffffffffffff',
    );
  });

  it('decode to what was encoded', () => {
    fc.assert(
      fc.property(instructions, (instruction) => {
        expect(decodeInstruction(encodeInstruction(instruction))).toEqual(instruction);
      }),
      { numRuns: 2_000 },
    );
  });

  it('carry an adaptive warmup', () => {
    const adaptiveWarmup = {
      fastWindowSlots: 750,
      slowWindowSlots: 9_000,
      maxMultiplierBps: 100_000,
      saturationBps: 3_000,
      freezeBps: 2_500,
      hysteresisBps: 3_000,
    };
    const instruction = {
      op: 'initialize' as const,
      params: { ...PARAMS, adaptiveWarmup, socialize: false },
      maxSlots: 4,
      initSlot: 0,
      initPrice: 1,
      enforceEnvelope: false,
    };
    expect(decodeInstruction(encodeInstruction(instruction))).toEqual(instruction);
  });

  it('are refused with one byte more or less, for every instruction', () => {
    fc.assert(
      fc.property(instructions, fc.nat({ max: 400 }), (instruction, cut) => {
        const bytes = encodeInstruction(instruction);
        expect(decodeInstruction(bytes.subarray(0, cut % bytes.length))).toBeNull();
        expect(decodeInstruction(Uint8Array.of(...bytes, 0))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing', ''],
    ['an unknown tag', '0d'],
    ['an unknown maker', `07 ${'00'.repeat(24)} 03 ${'00'.repeat(24)}`],
    ['a liquidation without a policy', `08 00000000 00 ${'00'.repeat(8)} ffffffff ${'00'.repeat(24)}`],
    ['a full close with a quantity', `08 00000000 01 01${'00'.repeat(7)} ffffffff ${'00'.repeat(24)}`],
    ['more candidates announced than sent', `09 ffff ${'00'.repeat(13)}`],
  ])('refuse %s', (_, text) => {
    expect(decodeInstruction(bytesOf(text))).toBeNull();
  });

  it('never throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const decoded = decodeInstruction(bytes);
        // What decodes has one encoding only, as long as its words are in the envelope.
        if (decoded !== null && decoded.op === 'reclaim') {
          expect(encodeInstruction(decoded)).toEqual(bytes);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('read a word beyond the envelope as the nearest double, which is beyond it too', () => {
    const bytes = bytesOf('03 ffffffffffffff7f 0000000000000080');
    expect(decodeInstruction(bytes)).toEqual({
      op: 'topUpInsurance',
      amount: Number(1n << 63n),
      nowSlot: -Number(1n << 63n),
    });
  });
});
