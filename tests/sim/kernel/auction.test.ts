import { describe, expect, it } from 'vitest';
import { type Bid, type Bidder, sortBids } from '../../../sim/kernel/auction.ts';

function makeBidder(index: number, draws: number[]): Bidder {
  const left = [...draws];
  return { index, ties: () => left.shift()!, tieDraw: 0, tieSlot: -1 };
}

const bid = (bidder: Bidder, feeBidAtoms: number, account = 0): Bid => ({
  action: { type: 'settle', account },
  bidder,
  feeBidAtoms,
});

const order = (bids: Bid[]) =>
  bids.map(({ action, bidder }) => `${bidder.index}:${'account' in action ? action.account : ''}`);

describe('the auction of a slot', () => {
  it('puts higher bids first and settles ties by draw', () => {
    const a = makeBidder(0, [0.9]);
    const b = makeBidder(1, [0.1]);
    const c = makeBidder(2, [0.5]);
    const bids = [bid(a, 10), bid(b, 10), bid(c, 11), bid(c, 10)];
    expect(order(sortBids(bids, 0))).toEqual(['2:0', '1:0', '2:0', '0:0']);
  });

  it("keeps an agent's own equal bids as submitted, with one draw a slot", () => {
    const a = makeBidder(0, [0.5, 0.9]);
    const b = makeBidder(1, [0.7, 0.1]);
    const submit = () => [bid(b, 0, 1), bid(a, 0, 1), bid(a, 0, 2), bid(b, 0, 2), bid(a, 3, 3)];
    expect(order(sortBids(submit(), 0))).toEqual(['0:3', '0:1', '0:2', '1:1', '1:2']);
    expect(order(sortBids(submit(), 1))).toEqual(['0:3', '1:1', '1:2', '0:1', '0:2']);
  });

  it('falls back on the index of the agents when even the draws are equal', () => {
    const bids = [bid(makeBidder(2, [0.5]), 0), bid(makeBidder(1, [0.5]), 0)];
    expect(order(sortBids(bids, 0))).toEqual(['1:0', '2:0']);
  });
});
