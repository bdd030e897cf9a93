import { describe, it } from 'vitest';
import { createSlabScene, runSlabTable } from './table.ts';

const BAND = { reduceBandBps: 800, reduceSlipBps: 100 };

/** a is long 10 at 1 000 against b with 1 200 of capital; c calls. */
const LONG = `
  deposit a 1200
  deposit b 100000
  deposit c 100000
  deposit d 100000
  ask b 10@1000
  bid a 10@1000               | position.a=10
`;

describe('reduceBand', () => {
  it('reduces a weak position to its initial margin, within the slip, against orders of the opening', () => {
    runSlabTable(
      createSlabScene({ ...BAND, reduceBandBps: 1_000 }),
      `${LONG}
      // At 950 equity is 700 of 9 500: 7.4 %. 7 000 of notional are carried: 7.36… units; the rest goes.
      bid d 1@945
      bid c 9@945
      bid d 9@940
      bid d 1@950
      reduce a by c           | NotReducible
      at 1 950
      open
      bid d 9@950             // after the opening
      // 10 − 7.368421 = 2.631579 to go: 1 at 950, 1 at 945 for 5 atoms; 940 is beyond 1 %, floor(9.5) = 9.
      reduce a by c           | filled=2 position.a=8
      expect                  | bids=9d@950,9c@945,9d@940 capital.a=695 position.d=2 position.c=0
      `,
    );
  });

  it('ends with what is wanted, and again when that left the account in the band', () => {
    runSlabTable(
      createSlabScene({ ...BAND, reduceBandBps: 1_000 }),
      `${LONG}
      bid d 20@945
      at 1 950
      open
      reduce a by c           | filled=2.631579 position.a=7.368421
      // Slippage took 13 atoms, floor(13.157895): equity 687 carries 7.231578 units.
      expect                  | capital.a=687
      reduce a by c           | filled=0.136843
      `,
    );
  });

  it('works for shorts', () => {
    runSlabTable(
      createSlabScene(BAND),
      `
      deposit a 1200
      deposit b 100000
      deposit c 100000
      bid b 10@1000
      ask a 10@1000
      ask b 3@1055
      ask b 9@1065
      at 1 1050
      open
      // Equity 700 of 10 500 is 6.7 %: 7 000 are carried, 6.666666 units; 3 at 1 055 cost 15, 1 065 is beyond 1 %.
      reduce a by c           | filled=3 position.a=-7 capital.a=685
      `,
    );
  });

  it('pays its caller out of the fee it makes', () => {
    runSlabTable(
      createSlabScene(
        { ...BAND, jitPenalty: true },
        { tradingFeeBps: 100, makerFeeBps: -40, keeperRewardBps: 8_000 },
      ),
      `
      deposit a 1300
      deposit b 100000
      deposit c 100000
      ask b 10@1000
      bid a 10@1000           | capital.a=1200 insurance=100
      bid b 5@950
      at 1 950
      open
      // 2.631579 at 950: notional 2 500, fee 25, rebate 10; 80 % of the fee is 20, but 15 is all there is.
      reduce a by c           | reward=15 capital.c=100015 insurance=100 capital.a=675
      `,
    );
  });

  it.each([
    ['reduce h by c', 'AccountNotFound'],
    ['reduce a by h', 'AccountNotFound'],
    ['reduce a by a', 'Unauthorized'],
    ['reduce d by c', 'NotReducible'],
    ['reduce b by c', 'NotReducible'],
    ['reduce a by c', 'NoLiquidity'],
  ])('%s: %s', (row, error) => {
    runSlabTable(createSlabScene(BAND), `${LONG}\nat 1 950\nopen\n${row} | ${error}`);
  });

  it('is off at 0, and stops at the edge of the band', () => {
    const table = `${LONG}\nbid d 9@945\nat 1 950\nopen\nreduce a by c`;
    runSlabTable(createSlabScene({ reduceSlipBps: 100 }), `${table} | NotReducible`);
    // 700 of 9 500 is 736.84 bps.
    runSlabTable(createSlabScene({ ...BAND, reduceBandBps: 736 }), `${table} | NotReducible`);
    runSlabTable(createSlabScene({ ...BAND, reduceBandBps: 737 }), `${table} | filled=2.631579`);
  });

  it('finds nothing to reduce when the initial margin is kept', () => {
    const scene = createSlabScene({ ...BAND, reduceBandBps: 2_000 });
    runSlabTable(scene, `${LONG}\nbid d 9@1000\nat 1 1000\nopen\nreduce a by c | NoLiquidity`);
  });

  it('passes makers that fail, and takes no own orders', () => {
    runSlabTable(
      createSlabScene(BAND),
      `${LONG}
      deposit e 100
      bid e 3@945             // cannot
      bid a 1@945             // own
      bid d 9@945
      at 1 950
      open
      reduce a by c           | filled=2.631579 bids=6.368421d@945 open.e=0 open.a=0
      `,
    );
  });
});
