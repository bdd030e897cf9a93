import { describe, expect, it } from 'vitest';
import { EventKind } from '../../../engine/risk/index.ts';
import { createSlabScene, runSlabTable } from './table.ts';

const BOOK = `
  deposit a 100000
  deposit b 100000
  deposit c 100000
  deposit d 100000
  ask a 2@1000            // #1
  ask b 2@1000            // #2
  ask a 3@1010            // #3
`;

describe('reserve', () => {
  it('locks the best of the book for its taker, against a bond', () => {
    const scene = createSlabScene({ holdFeeBps: 2 }, { tradingFeeBps: 10 });
    runSlabTable(
      scene,
      `${BOOK}
      at 3 1000
      // 4 units at 1 000 and 1 at 1 010: 5 010; 2 bps a slot for 9 slots: 9.018; fees 2 + 2 + 2.
      reserve c buy 5@1010    | filled=5 notional=5010 worst=1010 charge=6 lockedBond=10 seqno=4
      expect                  | asks=2/2a@1000,2/2b@1000,3/1a@1010 holds=1 slices=3
      expect                  | bond.c=10 held.c=1 reserved.a=3010 reserved.b=2000 capital.c=100000
      // What is locked is not there for others; nobody waits behind it either.
      bid d 5@1010            | filled=2 asks=2/2a@1000,2/2b@1000,1/1a@1010 bids=-
      reserve d buy 1@1010    | NoLiquidity
      `,
    );
    expect(scene.slab.hold(0)).toMatchObject({ id: 1, route: 7, expirySlot: 12, mark: 1_000, bond: 10 });
  });

  it('rounds each slice up', () => {
    runSlabTable(
      createSlabScene({ tickAtoms: 1 }),
      `deposit a 1000\ndeposit b 1000\nask a 0.25@1001\nask a 0.25@1002
      // ceil(250.25) + ceil(250.5)
      reserve b buy 0.5@1002  | notional=502 reserved.a=502`,
    );
  });

  it('skips own, reduce-only and frozen orders and cancels none', () => {
    runSlabTable(
      createSlabScene({ freezeSlots: 3, freezeLevels: 1, batchSlots: 4 }),
      `${BOOK}
      at 4 1000
      open
      bid d 1@1000            // d is long 1
      ask d 1@1010 reduce
      at 8
      open
      ask b 1@995             // frozen
      reserve a buy 9@1010    | filled=2 asks=1b@995,1a@1000,2/2b@1000,3a@1010,1d@1010
      `,
    );
  });

  it.each([
    ['reserve h buy 0@0 route=-1', 'AccountNotFound'],
    ['reserve c buy 0@0 route=-1', 'Overflow'],
    ['reserve c buy 0@0 route=9007199254740992', 'Overflow'],
    ['reserve c buy 0@0', 'InvalidPrice'],
    ['reserve c buy 0.1@1001', 'InvalidPrice'],
    ['reserve c buy 0.1@1000', 'InvalidQuantity'],
    ['reserve c buy 1@1000 ttl=0 seqno=0', 'InvalidQuantity'],
    ['reserve c buy 1@1000 ttl=101 seqno=0', 'InvalidQuantity'],
    ['reserve c buy 1@1000 seqno=2', 'StaleSeqno'],
    ['reserve c buy 1@1000 seqno=4', 'StaleSeqno'],
    ['reserve c buy 1@995', 'NoLiquidity'],
    ['reserve c sell 1@995', 'NoLiquidity'],
    ['reserve e buy 4@1000', 'InsufficientBalance'],
  ])('%s: %s', (row, error) => {
    const table = `${BOOK}\ndeposit e 100\n${row} | ${error}`;
    runSlabTable(createSlabScene({ holdFeeBps: 50 }), table);
  });

  it('has limits for an account, the slab and its slices', () => {
    const take = 'reserve c buy 0.5@1010';
    runSlabTable(createSlabScene({ maxHolds: 1 }), `${BOOK}\n${take}\n${take} | TooManyHolds`);
    runSlabTable(createSlabScene({ maxHolds: 0 }), `${BOOK}\n${take} | TooManyHolds`);
    runSlabTable(
      createSlabScene({}, {}, { maxHolds: 1 }),
      `${BOOK}\n${take}\nreserve d buy 1@1010 | HoldsFull`,
    );
    runSlabTable(
      createSlabScene({}, {}, { maxSlices: 2 }),
      `${BOOK}\nreserve c buy 7@1010 | SlicesFull slices=0 holds=0\nreserve c buy 4@1010 | slices=2`,
    );
  });

  it('needs capital for all bonds together', () => {
    // 2 000 · 50 bps · 9 = 90 for each.
    runSlabTable(
      createSlabScene({ holdFeeBps: 50 }),
      `${BOOK}
      deposit e 180
      reserve e buy 2@1000    | lockedBond=90
      reserve e buy 2@1000    | bond.e=180
      reserve e buy 0.25@1010 | InsufficientBalance
      `,
    );
  });
});

describe('a maker whose orders are reserved', () => {
  it('may only take back the rest', () => {
    runSlabTable(
      createSlabScene(),
      `${BOOK}
      reserve c buy 4.5@1010
      cancel b #2             | OrderReserved
      cancel a #3             | asks=2/2a@1000,2/2b@1000,0.5/0.5a@1010
      replace a #1 1@1000     | OrderReserved
      replace a #1 2@1000     | OrderReserved
      replace a #1 2@1005     | OrderReserved
      bid d 9@1010            | filled=0 bids=-
      cancelall b             | open.b=1
      // Released, it is offered again: the order was never gone.
      drop c h1               | asks=2a@1000,2b@1000,0.5a@1010 slices=0 holds=0 reserved.a=0
      `,
    );
  });

  it('cannot withdraw the margin of it, nor close its account', () => {
    runSlabTable(
      createSlabScene(),
      `${BOOK}
      reserve c buy 2@1000
      // a's 2 000 need 200.
      withdraw a 99801        | ReservedMargin
      withdraw a 99800        | capital.a=200
      close a                 | HasOrders
      close c                 | HasOrders
      withdraw b 100000       | capital.b=0
      `,
    );
  });

  it('keeps what bonds lock', () => {
    runSlabTable(
      createSlabScene({ holdFeeBps: 50 }),
      `${BOOK}
      reserve c buy 4@1000    | bond.c=180
      withdraw c 99821        | ReservedMargin
      withdraw c 99820        | capital.c=180
      `,
    );
  });
});

describe('commit', () => {
  it('fills the slices at their prices, whatever came since', () => {
    const { log } = runSlabTable(
      createSlabScene({ holdFeeBps: 2 }),
      `${BOOK}
      reserve c buy 5@1010    | bond.c=10
      ask d 9@995
      cancelall a
      commit c h1             | filled=5 notional=5010 asks=9d@995 holds=0 slices=0 bond.c=0 held.c=0
      expect                  | position.c=5 position.a=-3 position.b=-2 reserved.a=0 reserved.b=0 seqno=7
      expect                  | insurance=0
      commit c h1             | HoldNotFound
      `,
    );
    const closed: number[][] = [];
    log.each((kind, account, id, end, forfeited) => {
      if (kind === EventKind.HoldClosed) closed.push([account, id, end, forfeited]);
    });
    expect(closed).toEqual([[2, 1, 0, 0]]);
  });

  it('checks hold, owner, expiry and kill band in this order', () => {
    runSlabTable(
      createSlabScene({ killBandBps: 100 }),
      `${BOOK}
      reserve c buy 1@1000 ttl=3
      at 3 1010
      reserve d buy 1@1000 ttl=3
      at 4 1100
      commit d h3             | HoldNotFound
      commit d h1             | Unauthorized
      commit c h1             | HoldExpired
      commit d h2             | KillBand
      // 1 % of 1 010 is 10.1: the band goes by the mark of the reservation, not of the opening.
      at 4 1021
      commit d h2             | KillBand
      at 4 1020
      commit d h2             | filled=1
      `,
    );
  });

  it('changes nothing if anybody fails', () => {
    runSlabTable(
      createSlabScene(),
      `
      deposit a 100
      deposit b 100000
      deposit c 150
      ask b 1@1000            // #1
      ask a 2@1000            // #2
      reserve c buy 2@1000
      // One unit needs 100: a can make one but not the second; c can take one but not the second.
      commit c h1             | Undercollateralized
      deposit c 1000
      commit c h1             | filled=2 position.a=-1
      reserve c buy 1@1000
      commit c h2             | MakerMargin position.a=-1
      `,
    );
  });

  it('is taxed like taking', () => {
    runSlabTable(
      createSlabScene({ roundTripGuard: true }),
      `${BOOK}
      reserve c buy 1@1000
      commit c h1
      cancelall a
      cancelall b
      bid b 1@1020
      ask c 1@1020            | tax=20
      bid b 1@1030
      reserve c sell 1@1030
      // Bought 1 for 1 000, sold 2 for 2 050, which is 1 025 each: 25, of which 20 were taxed.
      commit c h2             | tax=5
      ask b 1@1020
      reserve c buy 1@1020
      // Bought 2 for 2 020: 30, of which 25 were taxed.
      commit c h3             | tax=5
      `,
    );
  });
});

describe('holds that are not committed', () => {
  it('cost their bond, cancelled by their owner or released by anybody once expired', () => {
    runSlabTable(
      createSlabScene({ holdFeeBps: 2 }),
      `${BOOK}
      reserve c buy 5@1010    | bond.c=10
      drop d h1               | Unauthorized
      drop c h1               | insurance=10 capital.c=99990 bond.c=0 asks=2a@1000,2b@1000,3a@1010
      at 2
      drop c h1               | slot=2 seqno=5
      reserve c buy 5@1010 ttl=4   | bond.c=5
      at 6
      release h1              | HoldNotFound
      release h2              | HoldNotExpired
      commit d h2             | Unauthorized
      at 7
      commit c h2             | HoldExpired
      release h2              | insurance=15 holds=0 slices=0 asks=2a@1000,2b@1000,3a@1010
      `,
    );
  });

  it('owe what capital no longer has', () => {
    runSlabTable(
      createSlabScene({ holdFeeBps: 50 }),
      `${BOOK}
      deposit e 190
      reserve e buy 2@1000    | bond.e=90
      bid e 1@1000            | filled=1
      at 1 880
      settle e                | capital.e=70
      drop e h1               | capital.e=0 debt.e=20 insurance=70
      `,
    );
  });
});

describe('prune', () => {
  it('takes out an order whose maker cannot fill it, of every hold, and frees their bonds', () => {
    runSlabTable(
      createSlabScene({ holdFeeBps: 2 }, { tradingFeeBps: 10 }),
      `
      deposit a 200
      deposit b 100000
      deposit c 100000
      deposit d 100000
      ask a 4@1000            // #1: a can make less than two
      ask b 2@1005            // #2
      reserve c buy 3@1005    | bond.c=6
      reserve d buy 2@1005    | bond.d=4 asks=4/4a@1000,2/1b@1005
      expect                  | reserved.a=4000 reserved.b=1005
      prune h1 #2             | OrderNotFound
      prune h2 #2             | NotPrunable
      prune h1 #9             | OrderNotFound
      prune h9 #1             | HoldNotFound
      commit c h1             | MakerMargin
      prune h1 #1             | asks=2/1b@1005 holds=1 slices=1 reserved.a=0 open.a=0
      expect                  | bond.c=0 bond.d=0 held.c=0 held.d=1
      commit d h2             | filled=1 position.b=-1
      `,
    );
  });

  it('leaves what the other slices make of a hold', () => {
    const scene = createSlabScene({ holdFeeBps: 2 }, { tradingFeeBps: 10 });
    runSlabTable(
      scene,
      `
      deposit a 150
      deposit b 100000
      deposit d 100000
      ask b 1@1000            // #1
      ask a 2@1000            // #2
      ask b 1@1005            // #3
      reserve d buy 4@1005    | notional=4005 charge=5
      prune h1 #2             | slices=2
      `,
    );
    expect(scene.slab.hold(0)).toMatchObject({ qty: 2_000_000, notional: 2_005, maxCharge: 3, bond: 0 });
    expect(scene.slab.hold(0)!.slices.map(({ order }) => order)).toEqual([0, 2]);
  });

  it('needs the maker to be the one that fails', () => {
    runSlabTable(
      createSlabScene(),
      `
      deposit a 100000
      deposit c 100
      ask a 4@1000            // #1
      reserve c buy 4@1000
      commit c h1             | Undercollateralized
      prune h1 #1             | NotPrunable
      `,
    );
  });

  it('tries all slices of the maker one after the other', () => {
    runSlabTable(
      createSlabScene(),
      `
      deposit a 150
      deposit c 100000
      ask a 1@1000            // #1: fits
      ask a 1@1005            // #2: not beside the first
      reserve c buy 2@1005
      prune h1 #1             | asks=1/1a@1005 slices=1
      prune h1 #2             | NotPrunable
      commit c h1             | filled=1
      `,
    );
  });
});
