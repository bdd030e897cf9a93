import type { Action } from '../agents/agent.ts';
import type { Rng } from './streams.ts';

/** What the auction knows of a bidder. */
export interface Bidder {
  /** Position in the slab's list of agents. */
  index: number;
  /** Draws this agent's place among equal bids; its own, so that no other agent's presence moves it. */
  ties: Rng;
  /** The draw, and the slot it was made for. */
  tieDraw: number;
  tieSlot: number;
}

/** One submitted action. */
export interface Bid<B extends Bidder = Bidder> {
  action: Action;
  bidder: B;
  feeBidAtoms: number;
}

/**
 * Sorts the actions of one slot in place (design 03 §1): higher fee bids first; equal bids by a seeded draw that each of
 * their agents makes once a slot; an agent's own equal bids stay in the order of submission, as the sort is stable.
 */
export function sortBids<B extends Bidder>(bids: Bid<B>[], slot: number): Bid<B>[] {
  for (const { bidder } of bids) {
    if (bidder.tieSlot === slot) continue;
    bidder.tieSlot = slot;
    bidder.tieDraw = bidder.ties();
  }
  return bids.sort(
    (a, b) =>
      b.feeBidAtoms - a.feeBidAtoms || a.bidder.tieDraw - b.bidder.tieDraw || a.bidder.index - b.bidder.index,
  );
}
