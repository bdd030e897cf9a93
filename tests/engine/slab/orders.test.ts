import { describe, expect, it } from 'vitest';
import { EventKind } from '../../../engine/risk/index.ts';
import { createSlabScene, runSlabTable } from './table.ts';

const RICH = `
  deposit a 100000
  deposit b 100000
  deposit c 100000
  deposit d 100000
`;

describe('limit orders', () => {
  it('rest by price, then by time, and are taken in that order', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      ask a 2@1010            | asks=2a@1010 seqno=1 open.a=1
      ask b 1@1005            | asks=1b@1005,2a@1010
      ask c 3@1010            | asks=1b@1005,2a@1010,3c@1010 levels=2
      ask a 1@1005            | asks=1b@1005,1a@1005,2a@1010,3c@1010 seqno=4
      bid d 3.5@1010          | filled=3.5 notional=3525 asks=0.5a@1010,3c@1010 bids=- seqno=5
      expect                  | position.d=3.5 position.a=-2.5 position.b=-1 position.c=0 open.b=0
      // 1 005 + 1 005 + 1.5 · 1 010 = 3 525; at index 1 000 that is 5 + 5 + 15 lost.
      expect                  | pnl.d=0 capital.d=99975 capital.b=100000 pnl.b=5 pnl.a=20
      `,
    );
  });

  it('take what crosses and rest the remainder', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      bid a 1@995
      bid b 1@990
      ask c 3@990             | filled=2 asks=1c@990 bids=- orders=1 levels=1
      bid a 1@990 post        | WouldCross
      bid a 1@985 post        | bids=1a@985 filled=0
      `,
    );
  });

  it('lose their place unless only their size shrinks', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      bid a 2@995             // #1
      bid b 2@995             // #2
      replace a #1 1@995      | bids=1a@995,2b@995 seqno=3
      replace a #1 2@995      | bids=2b@995,2a@995
      replace b #2 2@1000     | bids=2b@1000,2a@995
      expect                  | orders=2 open.a=1
      replace b #9 1@1000     | OrderNotFound
      replace c #4 1@1000     | Unauthorized
      replace b #4 1@1001     | InvalidPrice
      replace b #4 1.1@1000   | InvalidQuantity
      ask c 1@1005            // #5
      replace b #4 3@1005     | filled=1 bids=2b@1005,2a@995 asks=-
      `,
    );
  });

  it('keep their flags when they are replaced', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      bid a 2@990 post
      ask b 1@1000
      replace a #1 2@1000     | WouldCross bids=2a@990
      replace a #1 2@995      | bids=2a@995
      `,
    );
  });
});

describe('immediate orders', () => {
  it('fill what they can, all of it, or nothing', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      ask a 2@1010
      bid b 3@1010 fok        | NotFilled
      bid b 1@1010 fok        | filled=1 asks=1a@1010
      bid b 3@1010 ioc        | filled=1 asks=- bids=- seqno=3
      bid b 3@1010 ioc        | filled=0 seqno=3
      bid b 3@1010 fok        | NotFilled
      `,
    );
  });
});

describe('reduce-only orders', () => {
  it('are clamped to the position, whichever side they come from', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      bid a 2@1000 reduce     | NothingToReduce
      ask a 3@1000
      bid b 3@1000
      // b is long 3, a short 3
      bid c 9@1000
      ask b 5.1@1000 reduce   | filled=3 position.b=0 bids=6c@1000 asks=-
      ask b 1@1000 reduce     | NothingToReduce
      cancelall c
      // A resting one offers what it reduces, and leaves when it reduces nothing.
      bid a 2@995 reduce      | bids=2a@995
      bid a 2@990 reduce      | bids=2a@995,2a@990
      ask d 9@985 ioc         | filled=3 position.a=0 bids=1a@990
      ask d 9@985 ioc         | filled=0 bids=- position.d=-3
      `,
    );
  });

  it('need no whole lots', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      ask a 1@1000
      bid b 1@1000
      ask b 0.1@1000          | InvalidQuantity
      ask b 0.1@1000 reduce   | asks=0.1b@1000
      `,
    );
  });
});

describe('orders that meet their own account', () => {
  it('cancel what rests and go on', () => {
    const { log } = runSlabTable(
      createSlabScene(),
      `${RICH}
      ask a 1@1000            // #1
      ask b 1@1005
      bid a 2@1005            | filled=1 asks=- bids=1a@1005 position.a=1 seqno=3
      `,
    );
    const cancelled: number[][] = [];
    log.each((kind, account, id, q, reason) => {
      if (kind === EventKind.OrderCancelled) cancelled.push([account, id, q, reason]);
    });
    expect(cancelled).toEqual([[0, 1, 1_000_000, 1]]);
  });
});

describe('a party that cannot pay', () => {
  it('as a maker loses its order, and the taker goes on', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      deposit e 100           // enough for one unit at 10 %
      ask e 2@1000            // #1: fails
      ask e 1@1000            // #2: fits
      ask b 1@1000
      bid a 3@1000            | filled=2 asks=- bids=1a@1000 position.e=-1 position.b=-1 open.e=0
      `,
    );
  });

  it('as a taker keeps what it got, or fails with its error', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      deposit e 250
      ask a 2@1000
      ask b 2@1000
      // 2 units need 200, 4 need 400.
      bid e 4@1000            | filled=2 position.e=2 bids=- asks=2b@1000
      bid e 1@1000            | Undercollateralized
      bid e 1@1000 fok        | Undercollateralized
      bid e 4@1000 ioc        | Undercollateralized
      `,
    );
  });

  it('as a taker of everything or nothing undoes its fills', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      deposit e 250
      ask a 2@1000
      ask b 2@1000
      bid e 4@1000 fok        | NotFilled position.e=0 asks=2a@1000,2b@1000
      `,
    );
  });
});

describe('cancelling', () => {
  it('takes one order or all of an account', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      bid a 1@995             // #1
      bid a 1@990             // #2
      bid b 1@995             // #3
      cancel b #1             | Unauthorized
      cancel a #7             | OrderNotFound
      cancel a #1             | bids=1b@995,1a@990 seqno=4
      cancel a #1             | OrderNotFound
      bid a 1@995             | bids=1b@995,1a@995,1a@990
      cancelall a             | bids=1b@995 open.a=0 seqno=6
      cancelall a             | seqno=6
      cancelall h             | AccountNotFound
      `,
    );
  });

  it('is needed before an account can be closed by anything else than its own rule', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      bid a 1@995
      close a                 | capital.a=none bids=- open.a=0
      deposit a 100
      expect                  | open.a=0
      `,
    );
  });
});

describe('the checks of placeOrder come in their order', () => {
  it.each([
    ['bid h 0@0', 'AccountNotFound'],
    ['bid a 0@0', 'InvalidPrice'],
    ['bid a 0@1000005', 'InvalidPrice'],
    ['bid a 0@1001', 'InvalidPrice'],
    ['bid a 0@1000', 'InvalidQuantity'],
    ['bid a 0.1@1000', 'InvalidQuantity'],
    ['bid a 100000001@1000', 'InvalidQuantity'],
    ['bid a 1@1000', 'TooManyOrders'],
    ['bid a 1@1000 post', 'TooManyOrders'],
  ])('%s: %s', (row, error) => {
    const scene = createSlabScene({ maxOrdersPerAccount: 1 });
    runSlabTable(scene, `${RICH}\nbid a 1@900\n${row} | ${error}\nbid a 1@1000 ioc\nbid b 1@1000`);
  });

  it('time and price of the oracle before anything else', () => {
    const scene = runSlabTable(
      createSlabScene(),
      `${RICH}\nat 5\nbid a 1@1000\nat 4\nbid h 1@1000 | Overflow`,
    );
    runSlabTable(scene, 'at 5 0\nbid h 1@1000 | Overflow\nat 5 1000001\nbid h 1@1000 | Overflow');
    runSlabTable(scene, 'at 9007199254740992 1000\nbid h 1@1000 | Overflow\ncancelall h | Overflow');
    runSlabTable(scene, 'at 9 1000\ncancelall b | slot=9\nat 8\ncancelall b | Overflow');
  });
});

describe('pools', () => {
  it('run out without a trace and hand out first what came back last', () => {
    const scene = createSlabScene({}, {}, { maxOrders: 3 });
    runSlabTable(
      scene,
      `${RICH}
      bid a 1@900
      bid a 1@905
      bid a 1@910
      bid b 1@915             | OrdersFull
      ask b 1@910             | filled=1 orders=2
      cancel a #1             | orders=1
      bid b 1@920             // #4: what was taken or refused got no id
      `,
    );
    expect(scene.slab.order(0)).toMatchObject({ id: 4, account: 1 });
    runSlabTable(scene, 'bid b 1@925 | bids=1b@925,1b@920,1a@905');
    expect(scene.slab.order(2)).toMatchObject({ id: 5, price: 925 });
  });
});

describe('the quote cache', () => {
  it('shows the best sixteen levels and follows what leaves them', () => {
    const scene = createSlabScene({}, {}, { maxOrders: 40 });
    const prices = Array.from({ length: 18 }, (_, at) => 1_000 + 5 * at);
    const rows = prices.map((price) => `ask a 1@${price}`).join('\n');
    // `assertSound` compares the cache with the levels after every row.
    runSlabTable(scene, `${RICH}\n${rows}\ncancel a #18\nreplace a #17 2@1080\nbid b 3@1010 ioc | filled=3`);
    runSlabTable(scene, 'replace a #9 0.5@1040 | levels=14');
  });
});

describe('instructions of the risk engine', () => {
  it('go through, except trades', () => {
    runSlabTable(
      createSlabScene(),
      `${RICH}
      trade                   | InvalidInstruction
      withdraw a 1000         | capital.a=99000
      withdraw a 99001        | InsufficientBalance
      reclaim a               | Undercollateralized
      `,
    );
  });
});
