import { describe, expect, it } from 'vitest';
import { apply } from '../../../engine/risk/index.ts';
import {
  accountOffset,
  calculateSize,
  decodeMarket,
  encodeMarket,
  LAYOUT,
  MARKET,
  offsetOf,
  readHeader,
  readWord,
  writeWord,
} from '../../../engine/wire/index.ts';
import { AUTHORITY, createMarket } from './fixtures.ts';

function createTraded() {
  const market = createMarket();
  for (const account of [0, 5]) apply(market, { op: 'deposit', account, amount: 1_000_000, nowSlot: 8 });
  const inputs = { oraclePrice: 5_000_000, nowSlot: 9, fundingRate: -3 };
  expect(
    apply(market, {
      op: 'executeTrade',
      buyer: 0,
      seller: 5,
      sizeQ: 400_000,
      executionPrice: 5_000_000,
      ...inputs,
    }),
  ).toBeNull();
  apply(market, { op: 'settleAccount', account: 5, ...inputs, oraclePrice: 5_100_000, nowSlot: 20 });
  return market;
}

/** The bytes of a traded market with one word of them changed. */
function tamper(at: number, value: number): Uint8Array {
  const bytes = encodeMarket(createTraded(), AUTHORITY);
  writeWord(new DataView(bytes.buffer), at, value);
  return bytes;
}

const fieldAt = (record: keyof typeof LAYOUT, field: string) =>
  LAYOUT[record].fields.find(({ name }) => name === field)!.offset;

describe('account bytes of a market', () => {
  it('have the sizes that design 02 §1 allows', () => {
    expect([MARKET.size, LAYOUT.account.size]).toEqual([576, 120]);
    expect(calculateSize(4_096)).toBe(576 + 4_096 * 120);
    for (const layout of [MARKET, ...Object.values(LAYOUT)]) expect(layout.size % 8).toBe(0);
  });

  it('hold the words where the layout says', () => {
    const bytes = encodeMarket(createTraded(), AUTHORITY);
    const view = new DataView(bytes.buffer);
    const word = (at: number) => readWord(view, at);
    expect(Buffer.from(bytes.subarray(0, 8)).toString()).toBe('PERCRISK');
    expect(word(offsetOf('globals') + fieldAt('globals', 'vault'))).toBe(2_000_000);
    expect(word(offsetOf('globals') + fieldAt('globals', 'fundingRate'))).toBe(-3);
    expect(word(offsetOf('long') + fieldAt('side', 'oiEff'))).toBe(400_000);
    expect(word(accountOffset(5) + fieldAt('account', 'basisQ'))).toBe(-400_000);
    // 10 bps of 400 000 · 5 = 2 000 000 atoms is 2 000; the move of 0.1 on 0.4 base costs the short 40 000; funding pays
    // it floor(5 000 000 · −3 · 11/10 000) = −16 500 per base, so −6 600 for 0.4.
    expect(word(accountOffset(5) + fieldAt('account', 'capital'))).toBe(1_000_000 - 2_000 - 40_000 - 6_600);
    expect(view.getBigInt64(offsetOf('long') + fieldAt('side', 'k'), true)).toBe(116_500_000_000n);
    const unused = bytes.subarray(accountOffset(1), accountOffset(2));
    expect(unused.every((byte) => byte === 0)).toBe(true);
  });

  it('decode to a market that goes on like the one encoded', () => {
    const market = createTraded();
    const decoded = decodeMarket(encodeMarket(market, AUTHORITY))!;
    const inputs = { oraclePrice: 4_000_000, nowSlot: 30, fundingRate: 1 };
    for (const each of [market, decoded]) {
      apply(each, { op: 'keeperCrank', candidates: [[0, 'full']], maxRevalidations: 1, ...inputs });
    }
    expect(encodeMarket(decoded, AUTHORITY)).toEqual(encodeMarket(market, AUTHORITY));
    expect(readHeader(encodeMarket(decoded, AUTHORITY))).toEqual({ maxSlots: 8, authority: AUTHORITY });
  });

  it('keep all 128 bits of K', () => {
    const market = createMarket();
    for (const value of [-1n, 1n << 64n, -(1n << 64n), (1n << 127n) - 1n, -(1n << 127n)]) {
      market.sides[0].k.setBigInt(value);
      expect(decodeMarket(encodeMarket(market, AUTHORITY))!.sides[0].k.toBigInt()).toBe(value);
    }
  });

  it.each([
    ['another magic', 0, 0],
    ['another version', fieldAt('header', 'version'), 2],
    ['more slots than bytes', fieldAt('header', 'maxSlots'), 9],
    ['another size', fieldAt('header', 'size'), 576],
    ['a parameter out of range', offsetOf('params') + fieldAt('params', 'initialBps'), 10_001],
    [
      'parameters that contradict each other',
      offsetOf('params') + fieldAt('params', 'maintenanceBps'),
      5_000,
    ],
    ['words of an adaptive warmup that is off', offsetOf('params') + fieldAt('params', 'freezeBps'), 1],
    ['an insurance fund below 0', offsetOf('globals') + fieldAt('globals', 'insurance'), -1],
    ['a mode that is none', offsetOf('short') + fieldAt('side', 'mode'), 3],
    ['an account with a positive fee debt', accountOffset(0) + fieldAt('account', 'feeCredits'), 1],
    ['more reserve than profit', accountOffset(5) + fieldAt('account', 'reservedPnl'), 1],
    ['a used account without a multiplier', accountOffset(0) + fieldAt('account', 'aBasis'), 0],
    ['a free slot that is not empty', accountOffset(1) + fieldAt('account', 'capital'), 1],
  ])('are refused with %s', (_, at, value) => {
    expect(decodeMarket(tamper(at, value))).toBeNull();
  });

  it('are refused with an account beyond the envelope, truncated or oversized', () => {
    const bytes = encodeMarket(createTraded(), AUTHORITY);
    expect(
      decodeMarket(tamper(accountOffset(0) + fieldAt('account', 'capital'), 2 * Number.MAX_SAFE_INTEGER)),
    ).toBeNull();
    expect(decodeMarket(bytes.subarray(0, bytes.length - 1))).toBeNull();
    expect(decodeMarket(bytes.subarray(0, 100))).toBeNull();
    expect(decodeMarket(Uint8Array.of(...bytes, 0))).toBeNull();
    expect(decodeMarket(new Uint8Array(0))).toBeNull();
  });
});
