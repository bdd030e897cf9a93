import { describe, it } from 'vitest';
import { runTable } from './table.ts';

/** b is short 10 base against the longs a and c; the price then falls so far that a owes more than it has. */
const BANKRUPT = `
  deposit a 100     |
  deposit b 10_000  |
  deposit c 10_000  |
  trade a b 4M 100  |
  trade c b 6M 100  | long.oi=10M short.oi=10M long.stored=2 short.stored=1
  at 1 70           | 
`;

describe('enqueue_adl (design 01 §5)', () => {
  it('takes exposure off both sides and lets the winners carry the deficit through K', () => {
    runTable(
      {},
      `${BANKRUPT}
      liquidate a full | a.C=0 a.pnl=0 a.basis=0 long.oi=6M short.oi=6M short.A=600_000 short.K=28_000_000 short.dust=0
      settle b         | b.pnl=280 b.q=-6M b.basis=-10M
      settle c         | c.C=9_820 residual=280
      `,
      // a: pnl −120, C 100, so D = 20; Δ = ceil(20·10^6·10^6/10^7) = 2·10^6 off K_short = 30·10^6
      // A = floor(10^6·6/10) = 600 000; b: 10^7·28·10^6/10^12 = 280, which is a's 100 and c's 180
    );
  });

  it('lets insurance above its floor pay first', () => {
    runTable(
      { insuranceFloor: 5 },
      `${BANKRUPT}
      insure 17        |
      liquidate a full | I=5 short.K=29_200_000
      `,
      // 12 of 20 paid; Δ = 8·10^12/10^7 = 800 000
    );
    runTable({ insuranceFloor: 50 }, `${BANKRUPT}\n insure 17 |\n liquidate a full | I=17 short.K=28M`);
    runTable({}, `${BANKRUPT}\n insure 17 |\n insure 83 |\n liquidate a full | I=80 short.K=30M`);
  });

  it('rounds the deficit up against its carriers and leaves dust where A was rounded', () => {
    runTable(
      {},
      `
      deposit a 100   |
      deposit b 1_000 |
      deposit c 1_000 |
      trade a b 1M    |
      trade c b 2M    |
      seed a.feeCredits=-90 |
      at 1 3          |
      seed a.C=96 V=2_099 Ctot=2_096 I=3 |
      liquidate a full | a.C=0 a.debt=90 I=2 short.A=666_666 short.oi=2M short.dust=5 short.K=97M
      `,
      // a: −97 against C 96 leaves D 1, insurance pays it: nothing for K (97·10^6)
      // A = floor(10^6·2/3) = 666 666, remainder left: dust = 1 holder + ceil((3·10^6 + 1)/10^6) = 5
    );
    runTable(
      {},
      `
      deposit a 100   |
      deposit b 1_000 |
      deposit c 1_000 |
      trade a b 1M    |
      trade c b 2M    |
      at 1 3          |
      seed a.C=96 V=2_096 Ctot=2_096 |
      liquidate a full | a.C=0 short.K=96_666_666 residual=96
      `,
      // Δ = ceil(1·10^12/(3·10^6)) = ceil(333 333.3) = 333 334
    );
  });

  it('with the last exposure gone, resets both sides; the stale holder is paid at the frozen K', () => {
    runTable(
      {},
      `
      deposit a 100    |
      deposit b 1_000  |
      trade a b 10M    |
      at 1 94          |
      liquidate a full | a.C=40 long.oi=0 short.oi=0 long.mode=Normal long.epoch=1 short.mode=ResetPending short.stale=1
      expect           | short.stored=1 short.epoch=1 short.K=6M short.Kstart=6M short.A=1M b.q=0
      at 2 500         |
      settle b         | short.K=6M b.C=1_060 b.basis=0 short.mode=Normal short.stale=0 short.stored=0 residual=0
      trade a b 1      | long.oi=1 b.epoch=1
      `,
      // b earns 10^7·6·10^6/10^12 = 60, released at once (T = 0) and converted at h = 60/60
    );
  });

  it('leaves the deficit uninsured when the other side holds no open interest', () => {
    runTable(
      {},
      `${BANKRUPT}
      seed short.oi=0 long.oi=4M |
      liquidate a full | long.K=-30M short.K=0 long.epoch=1 short.epoch=1 residual=100
      `,
      // a's 100 of capital is all there is; nothing was taken off K_short
    );
  });

  it('takes the exposure off an opposite side that nobody holds', () => {
    // 3 of 10 base of orphaned shorts would be left: more than the dust allows
    runTable(
      {},
      `${BANKRUPT}
      seed short.stored=0 b.basis=0 short.dust=6_000_000 |
      liquidate a full | short.oi=0 long.oi=0 short.A=1M long.epoch=1 short.epoch=1 short.K=30M
      `,
    );
    runTable(
      {},
      `${BANKRUPT}
      seed short.stored=0 b.basis=0 short.dust=5_999_999 |
      liquidate a full | CorruptState
      `,
    );
    runTable({}, `${BANKRUPT}\n seed short.stored=0 short.oi=3_999_999 |\n liquidate a full | CorruptState`);
  });

  it('calls a side smaller than the position closed on it corrupt', () => {
    runTable({}, `${BANKRUPT}\n seed long.oi=3_999_999 |\n liquidate a full | CorruptState`);
    runTable({}, `${BANKRUPT}\n seed short.oi=3_999_999 |\n liquidate a full | CorruptState`);
  });

  it('leaves uninsured what K cannot hold', () => {
    runTable(
      {},
      `${BANKRUPT}
      settle b | 
      seed short.K=-170_141_183_460_469_231_731_687_303_715_884_105_727 |
      liquidate a full | short.K=-170_141_183_460_469_231_731_687_303_715_884_105_727 short.A=600_000
      `,
    );
    runTable(
      {},
      `${BANKRUPT}
      settle b | 
      seed short.K=-170_141_183_460_469_231_731_687_303_715_882_105_728 |
      liquidate a full | short.K=-170_141_183_460_469_231_731_687_303_715_884_105_728
      `,
    );
  });
});

describe('DrainOnly and ResetPending (design 01 §5)', () => {
  const DRAINED = `
    deposit a 100         |
    deposit b 1_000       |
    deposit c 1_000       |
    trade a b 9_995_000   |
    trade c b 5_000       |
    at 1 94               |
    liquidate a full      | short.A=500 short.mode=DrainOnly short.oi=5_000 long.oi=5_000 b.q=-5_000 long.mode=Normal
  `;

  it('goes from DrainOnly over ResetPending to Normal as its holders leave', () => {
    runTable(
      {},
      `${DRAINED}
      deposit d 1_000       |
      trade c d 1_000       | SideBlocked
      trade d c 1_000       | d.basis=1_000 c.basis=4_000
      trade b d 500         | b.basis=-4_500 b.A=500 short.oi=4_500
      trade b c 4_000       | short.mode=DrainOnly long.oi=500 c.basis=0
      trade b d 500         | long.oi=0 short.oi=0 short.mode=Normal short.epoch=1 short.A=1M long.epoch=0 long.mode=Normal
      trade c d 1_000       | short.oi=1_000
      `,
    );
  });

  it('blocks opening on a ResetPending side until the stale holders are settled', () => {
    runTable(
      {},
      `
      deposit a 100    |
      deposit b 1_000  |
      deposit c 1_000  |
      trade a b 10M    |
      at 1 94          |
      liquidate a full | short.mode=ResetPending
      trade c a 1M     | SideBlocked
      settle b         | short.mode=Normal
      trade b c 1M     | short.oi=1M c.epoch=1
      `,
    );
  });

  it('finalizes a ready side before it refuses an increase', () => {
    runTable(
      {},
      `
      deposit a 100    |
      deposit b 1_000  |
      trade a b 10M    |
      at 1 94          |
      liquidate a full | short.mode=ResetPending
      trade b a 1M     | b.basis=1M a.basis=-1M short.mode=Normal
      `,
      // touching b settles the last stale short, so the side is ready when a opens on it
    );
  });

  it('drains both sides when A has no precision left', () => {
    runTable(
      {},
      `
      deposit a 100         |
      deposit b 1_000       |
      deposit c 1_000       |
      trade a b 9_999_999   |
      trade c b 1           |
      at 1 94               |
      liquidate a full      | long.oi=0 short.oi=0 long.mode=ResetPending short.mode=ResetPending long.stale=1 short.stale=1
      crank b:full c:full   | long.mode=Normal short.mode=Normal b.basis=0 c.basis=0
      `,
      // A' = floor(10^6·1/10^7) = 0 with 1 q left
    );
  });

  it('keeps A at one part of its precision and not below', () => {
    // A' = floor(10^6·10/10^7) = 1
    runTable(
      {},
      `
      deposit a 100         |
      deposit b 1_000       |
      deposit c 1_000       |
      trade a b 9_999_990   |
      trade c b 10          |
      at 1 94               |
      liquidate a full      | short.A=1 short.oi=10 b.q=-10 short.mode=DrainOnly short.dust=0
      `,
    );
  });

  it('stays Normal at A = 1 000 and drains below', () => {
    const shrink = (rest: number) => `
      deposit a 100         |
      deposit b 1_000       |
      deposit c 1_000       |
      trade a b ${10_000_000 - rest} |
      trade c b ${rest}     |
      at 1 94               |`;
    runTable({}, `${shrink(10_000)}\n liquidate a full | short.A=1_000 short.mode=Normal`);
    runTable({}, `${shrink(9_999)}\n liquidate a full | short.A=999 short.mode=DrainOnly`);
  });
});

describe('end of instruction (design 01 §5)', () => {
  it('clears what nobody holds once the dust bound explains it', () => {
    runTable(
      {},
      `
      deposit a 100        |
      deposit b 1_000      |
      deposit c 1_000      |
      trade a b 1M         |
      trade c b 2M         |
      seed a.C=3 V=2_003 Ctot=2_003 |
      liquidate a full     | short.A=666_666 short.dust=5 b.q=-1_999_998 short.oi=2M
      trade b c 1_999_998  | b.basis=0 long.oi=0 short.oi=0 short.mode=Normal short.epoch=1 long.mode=ResetPending long.stale=1
      settle c             | c.basis=0 long.mode=Normal
      `,
      // 2 q of open interest are left on both sides; nobody is short and the short dust is 5
    );
  });

  const orphans = (text: string) => `
    deposit a 1_000 |
    deposit b 1_000 |
    trade a b 10    |
    seed ${text}    |
  `;
  const nobody = 'a.basis=0 b.basis=0 long.stored=0 short.stored=0';

  it.each([
    [
      'both empty, dust on both together',
      `${nobody} long.dust=4 short.dust=6`,
      'long.epoch=1 short.epoch=1 long.oi=0',
    ],
    ['both empty, one more than the dust', `${nobody} long.dust=4 short.dust=5`, 'CorruptState'],
    ['both empty, unequal', `${nobody} long.oi=9 long.dust=10 short.dust=10`, 'CorruptState'],
    [
      'both empty, only dust left',
      `${nobody} long.oi=0 short.oi=0 long.dust=1`,
      'long.epoch=1 short.epoch=1 long.dust=0',
    ],
    ['both empty, nothing left', `${nobody} long.oi=0 short.oi=0`, 'long.epoch=0 short.epoch=0'],
    [
      'longs gone, their dust explains it',
      'a.basis=0 long.stored=0 long.dust=10',
      'long.epoch=1 short.mode=ResetPending',
    ],
    ['longs gone, dust of the other side does not', 'a.basis=0 long.stored=0 short.dust=10', 'CorruptState'],
    ['longs gone, unequal', 'a.basis=0 long.stored=0 long.oi=9 long.dust=10', 'CorruptState'],
    [
      'longs gone, dust but no open interest',
      'a.basis=0 long.stored=0 long.oi=0 short.oi=0 long.dust=1',
      'long.epoch=1 short.epoch=1 short.stale=1',
    ],
    [
      'shorts gone, their dust explains it',
      'b.basis=0 short.stored=0 short.dust=10',
      'short.epoch=1 long.mode=ResetPending',
    ],
    ['shorts gone, one more than the dust', 'b.basis=0 short.stored=0 short.dust=9', 'CorruptState'],
    ['nobody gone, unequal', 'long.oi=9', 'CorruptState'],
  ])('%s', (_name, seeds, expected) => {
    runTable({}, `${orphans(seeds)}\n crank | ${expected}`);
  });

  it('resets a DrainOnly side without open interest, and leaves a ResetPending one in its epoch', () => {
    const empty = 'seed a.basis=0 b.basis=0 long.stored=0 short.stored=0 long.oi=0 short.oi=0';
    runTable(
      {},
      `${orphans('long.dust=0')}\n ${empty} long.mode=DrainOnly |\n crank | long.mode=Normal long.epoch=1`,
    );
    runTable(
      {},
      `${orphans('long.dust=0')}\n ${empty} long.mode=ResetPending |\n crank | long.mode=Normal long.epoch=0`,
    );
    runTable(
      {},
      `${orphans('long.dust=0')}
      seed b.basis=0 short.stored=0 long.oi=0 short.oi=0 long.epoch=1 long.stale=1 long.mode=ResetPending short.dust=3 |
      crank | long.mode=ResetPending long.epoch=1 long.stale=1 short.mode=Normal short.epoch=1`,
    );
  });

  it('ends a crank at the first reset flag', () => {
    runTable(
      {},
      `
      deposit a 100    |
      deposit b 1_000  |
      deposit c 1_000  |
      trade a b 10M    |
      at 1 94          |
      crank a:full b:- c:- | short.mode=ResetPending b.basis=-10M c.feeSlot=0 a.feeSlot=1
      `,
    );
  });
});
