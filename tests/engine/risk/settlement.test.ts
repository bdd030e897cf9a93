import { describe, expect, it } from 'vitest';
import { MAX_FUNDING_DT } from '../../../engine/risk/index.ts';
import { createScene, runTable } from './table.ts';

const OPEN = `
  deposit a 1000 |
  deposit b 1000 |
  trade a b 10M  | long.oi=10M short.oi=10M long.stored=1 short.stored=1 a.basis=10M b.basis=-10M
`;

describe('mark to market (design 01 §4)', () => {
  it('moves K at once and accounts when they are touched', () => {
    runTable(
      {},
      `${OPEN}
      at 1 110 |
      settle a | long.K=10_000_000 short.K=-10_000_000 a.pnl=100 b.pnl=0 residual=0 h=0/100 price=110
      settle b | b.pnl=0 b.C=900 residual=100 h=100/100 b.K=-10_000_000
      settle b | b.C=900
      `,
      // ΔK = A·ΔP = 10^6·10; pnl = 10^7·10^7/(10^6·10^6) = 100
    );
  });

  it('rounds each settlement down, against its holder', () => {
    runTable(
      {},
      `
      deposit a 1000      |
      deposit b 1000      |
      trade a b 1_000_001 |
      at 1 101            |
      settle a            | a.pnl=1
      settle b            | b.C=998
      `,
      // ±1.000001 floors to 1 and −2
    );
  });

  it('leaves K alone while a side has no open interest', () => {
    runTable({}, 'deposit a 1000 |\n at 5 170 |\n settle a | long.K=0 short.K=0 price=170 slotLast=5');
  });

  it('refuses a K that leaves 128 bits, and a settled pnl outside the envelope', () => {
    runTable(
      {},
      `${OPEN}
      seed long.K=170_141_183_460_469_231_731_687_303_715_884_105_727 |
      at 1 101 |
      settle a | Overflow
      at 1 100 |
      settle a | Overflow
      settle b | b.pnl=0
      `,
    );
  });
});

describe('funding (design 01 §4, step 2)', () => {
  it('uses the rate and the price of the previous accrual', () => {
    runTable(
      {},
      `
      at 0 10_000 5  |
      deposit a 100_000 |
      deposit b 100_000 |
      trade a b 10M  | rate=5 price=10_000
      at 10 12_000 0 |
      settle a       | long.K=1_950_000_000 short.K=-1_950_000_000 a.pnl=19_500 rate=0
      at 20 12_000 0 |
      settle a       | long.K=1_950_000_000
      `,
      // mark 10^6·2000; f = floor(10 000·5·10/10 000) = 50, so K_long = 2·10^9 − 50·10^6
    );
  });

  it('floors each sub-step of at most 65 535 slots, remainder last', () => {
    // price 1, r 1: floor(65535/10000) = 6 twice, then floor(1/10000) = 0: 12, where one step would give 13
    const dt = 2 * MAX_FUNDING_DT + 1;
    const table = (rate: number, kLong: string, kShort: string) => `
      deposit a 1000 |
      deposit b 1000 |
      at 0 1 ${rate} |
      trade a b 10M  |
      at ${dt} 1     |
      settle b       | long.K=${kLong} short.K=${kShort}`;
    runTable(createScene({}, { initPrice: 1 }), table(1, '-12M', '12M'));
    // r −1: floor(−6.5535) = −7 twice and floor(−0.0001) = −1
    runTable(createScene({}, { initPrice: 1 }), table(-1, '15M', '-15M'));
  });

  it('pays nothing while one side is empty or no time passes', () => {
    runTable(
      {},
      `${OPEN}
      seed fundingRate=100 short.oi=0 long.oi=0 |
      at 9 100 |
      settle a | long.K=0 short.K=0
      `,
    );
    runTable({}, `${OPEN}\n seed fundingRate=100 |\n settle a | long.K=0 short.K=0`);
  });
});

describe('settle, dust and attach (design 01 §2 and §4)', () => {
  it('moves only the snapshot while the position lives, so flooring never compounds', () => {
    runTable(
      {},
      `${OPEN}
      seed long.A=333_333 |
      at 1 103 |
      settle a | a.basis=10_000_000 a.A=1_000_000 a.q=3_333_330 a.K=999_999 a.pnl=9
      at 2 100 |
      settle a | a.basis=10_000_000 a.q=3_333_330 a.pnl=0 a.C=999
      `,
      // ΔK = 333 333·3; 10^7·999 999/10^12 = 9.99999 → 9; back down −9.99999 → −10: 9 of it from pnl, 1 from capital
    );
  });

  it('turns a position that rounds to nothing into a canonical zero and one unit of dust', () => {
    runTable(
      {},
      `
      deposit a 1000 |
      deposit b 1000 |
      trade a b 1    | long.stored=1
      seed long.A=999_999 |
      settle a       | a.basis=0 a.A=1_000_000 a.K=0 a.epoch=0 long.stored=0 long.dust=0 long.mode=Normal long.epoch=1
      `,
      // dust 1 ≥ oi 1, so the end of the instruction cleared it and reset both sides
    );
  });

  it('adds dust when a basis with a broken scaled size is replaced', () => {
    // 3 000 001·500 000 mod 10^6 = 500 000 ≠ 0; 10^7·500 000 is whole
    runTable(
      {},
      `
      deposit a 1000 |
      deposit b 1000 |
      trade a b 3_000_001 |
      seed long.A=500_000 |
      trade a b 1_000_000 | a.basis=2_500_000 a.A=500_000 long.dust=1 short.dust=0
      `,
    );
    runTable(
      {},
      `${OPEN}
      seed long.A=500_000 |
      trade a b 1_000_000 | a.basis=6_000_000 long.dust=0 long.oi=11_000_000`,
    );
  });

  it('counts a stored position once, also through a flip', () => {
    runTable(
      {},
      `${OPEN}
      trade b a 25M | a.basis=-15_000_000 b.basis=15_000_000 long.stored=1 short.stored=1 long.oi=15_000_000
      trade a b 15M | a.basis=0 b.basis=0 long.stored=0 short.stored=0 long.oi=0 a.A=1_000_000 a.epoch=0
      `,
    );
  });

  // 10^7·4·10^6/10^12 = 40, which the touch converts at once: T = 0 and the residual holds it.
  it('settles a position one epoch behind at the start of the epoch, and calls any other gap corrupt', () => {
    const stale = `${OPEN}
      seed long.epoch=1 long.mode=ResetPending long.oi=0 short.oi=0 long.stale=1 long.kEpochStart=4_000_000 V=2_040 |`;
    runTable({}, `${stale}\n settle a | a.pnl=0 a.basis=0 a.C=1040 long.stale=0 long.stored=0 residual=0`);
    runTable({}, `${stale}\n seed long.mode=Normal |\n settle a | CorruptState`);
    runTable({}, `${stale}\n seed long.mode=DrainOnly |\n settle a | CorruptState`);
    runTable({}, `${stale}\n seed long.epoch=2 |\n settle a | CorruptState`);
    runTable({}, `${stale}\n seed long.stale=0 |\n settle a | CorruptState`);
    // An account ahead of its side was never possible either.
    runTable({}, `${OPEN}\n seed a.epoch=1 |\n settle a | CorruptState`);
  });

  it('calls a position that its side does not count corrupt, however it would leave', () => {
    const seeds = 'seed long.epoch=1 long.mode=ResetPending long.oi=0 short.oi=0 long.stale=1';
    runTable({}, `${OPEN}\n ${seeds} long.stored=0 |\n settle a | CorruptState`);
    runTable({}, `${OPEN}\n seed a.basis=1 long.A=999_999 long.stored=0 |\n settle a | CorruptState`);
    runTable({}, `${OPEN}\n seed long.stored=0 |\n trade b a 10M | CorruptState`);
    runTable({}, `${OPEN}\n seed short.stored=0 |\n trade a b 1 | CorruptState`);
  });
});

it('keeps a zero what it is: no negative zero reaches the state', () => {
  const { market } = runTable(
    {},
    `${OPEN}\n at 1 90 |\n settle a |\n settle b |\n at 2 100 |\n settle a |\n trade b a 10M |\n settle a |\n settle b |`,
  );
  const values = [market.globals, ...market.sides, ...market.accounts.slice(0, 2)].flatMap((record) =>
    Object.values(record as object),
  );
  expect(values.filter((value) => Object.is(value, -0))).toEqual([]);
});
