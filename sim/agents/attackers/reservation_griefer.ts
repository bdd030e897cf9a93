import { z } from 'zod';
import { mulDivFloor } from '../../../engine/math/index.ts';
import { POS_SCALE } from '../../../engine/risk/index.ts';
import { alignSize } from '../../kernel/book_grid.ts';
import { count, duration, money } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import type { OrderSide } from '../book.ts';
import { Departure } from '../departure.ts';
import { LOCKED_DEPTH, successAbove } from './book_success.ts';
import { feeBid, shareBudget } from './position_params.ts';

const params = z.strictObject({
  budget: money(1).describe('What it deposits: the bonds that it loses come out of it.'),
  size: money(1).describe('Value that it locks on each side.'),
  levels: count(1, 16).default(16).describe('How many levels from the best one it locks at most.'),
  sides: z.enum(['both', 'buy', 'sell']).default('both').describe('What it pretends to want to do.'),
  ttl: duration(1).optional().describe('How long it holds each time; by default as long as the book allows.'),
  start: duration().prefault('0 slots').describe('When it begins, from the start of the run.'),
  length: duration(1).optional().describe('Leaves the venue this long after its start.'),
  every: duration(1)
    .prefault('1 slots')
    .describe('How often it looks whether its holds have ended; a hold that ends is renewed.'),
  fee_bid: feeBid,
  success_above: successAbove,
});
type ReservationGrieferParams = z.output<typeof params>;

const OPPOSITE = { buy: 'sell', sell: 'buy' } as const;

/** Reserves the best of the book and never commits. */
class ReservationGriefer implements Agent {
  readonly accounts: readonly [number];
  private readonly params: ReservationGrieferParams;
  private readonly sides: readonly OrderSide[];
  private readonly depositAtoms: number;
  private readonly departure: Departure;
  private readonly endSlot: number;
  private isInside = false;

  constructor({ allocateAccount, params, risk }: AgentSetup<ReservationGrieferParams>) {
    this.params = params;
    this.sides = params.sides === 'both' ? ['buy', 'sell'] : [params.sides];
    this.depositAtoms = shareBudget(params.budget, 1, risk);
    this.accounts = [allocateAccount()];
    this.departure = new Departure(this.accounts[0]);
    this.endSlot = params.length === undefined ? Number.POSITIVE_INFINITY : params.start + params.length;
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const { every, fee_bid: bid } = this.params;
    const [account] = this.accounts;
    const book = context.book!;
    if (!this.isInside) {
      this.isInside = true;
      context.submit({ type: 'deposit', account, amountAtoms: this.depositAtoms }, bid);
    } else if (context.slot >= this.endSlot) {
      for (const { ref } of book.ownHolds(account))
        context.submit({ type: 'cancelHold', account, hold: ref }, bid);
      this.departure.step(context, bid);
      return;
    } else {
      this.renew(context);
    }
    context.wakeAt(Math.min(this.endSlot, context.slot + every));
  }

  private renew(context: AgentContext): void {
    const book = context.book!;
    const [account] = this.accounts;
    const { fee_bid: bid, levels, size, ttl = book.params.maxHoldSlots } = this.params;
    const ttlSlots = Math.min(ttl, book.params.maxHoldSlots);
    const held = new Set(book.ownHolds(account).map(({ side }) => side));
    // Its first hold of a slot moves the book on by one.
    let { seqno } = book;
    for (const side of this.sides) {
      const limit = book.depth(OPPOSITE[side], levels).at(-1);
      if (held.has(side) || limit === undefined) continue;
      const qtyQ = alignSize(mulDivFloor(size, POS_SCALE, context.indexPrice), book.params.lotQ);
      if (qtyQ === 0) continue;
      const limitPriceAtoms = limit.price;
      context.submit({ type: 'reserve', account, side, qtyQ, limitPriceAtoms, ttlSlots, seqno }, bid);
      seqno += 1;
    }
  }
}

export const reservationGriefer: AgentModule<ReservationGrieferParams> = {
  kind: 'reservation_griefer',
  role: 'attacker',
  doc: 'Reserves the best of a book on both sides, lets the holds expire, and reserves again.',
  params,
  hypothesis:
    'A hold is a cheap way to take liquidity away from everybody else; success is a share of the depth near the mid, above `success_above`, that takers do not have. It earns nothing itself and loses its bonds.',
  success: LOCKED_DEPTH,
  needsBook: () => true,
  create: (setup) => new ReservationGriefer(setup),
};
