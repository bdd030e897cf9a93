import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calculateEffectivePosition,
  calculateEquityMaintenance,
  POS_SCALE,
  type RiskParams,
} from '../../engine/risk/index.ts';
import { Book } from '../../engine/slab/constants.ts';
import {
  applySlab,
  type BookSide,
  BUY,
  calculateDefaultSlabParams,
  OrderKind,
  SELL,
  type SlabInstruction,
  type SlabParams,
} from '../../engine/slab/index.ts';
import { assertSound } from '../engine/slab/soundness.ts';
import { ModelBook } from '../reference/model_book.ts';
import { assertAgrees } from './slab_agreement.ts';
import { ACCOUNTS, createOptions, Driver } from './slab_history.ts';

/** Nobody can take value out of a slab's rules: what a guard is for, as a property. */

/** A slab in which everybody is rich, and the model beside it. */
class Table extends Driver {
  readonly model: ModelBook;

  constructor(slab: Partial<SlabParams>, risk: Partial<RiskParams> = {}) {
    const options = createOptions({ slab: {}, risk });
    const slabParams = { ...calculateDefaultSlabParams(1, 1), maxOrdersPerAccount: 14, ...slab };
    super({ ...options, slabParams });
    this.model = new ModelBook({ ...options, slabParams });
    for (let account = 0; account < ACCOUNTS; account += 1) {
      this.must({ op: 'risk', instruction: { op: 'deposit', account, amount: 1_000_000, nowSlot: 0 } });
    }
  }

  /** Applies it to both, which must agree on its outcome. */
  try(instruction: SlabInstruction): string | null {
    const error = applySlab(this.slab, instruction);
    expect(`${instruction.op}: ${error}`).toBe(`${instruction.op}: ${this.model.apply(instruction)}`);
    return error;
  }

  must(instruction: SlabInstruction): void {
    expect(`${instruction.op}: ${this.try(instruction)}`).toBe(`${instruction.op}: null`);
  }

  order(account: number, side: BookSide, kind: OrderKind, price: number, qty: number): SlabInstruction {
    return { op: 'placeOrder', account, side, kind, price, qty, reduceOnly: false, ...this.inputs };
  }

  /** Leaves an account with this much capital. */
  strip(account: number, rest: number): void {
    const amount = this.slab.market.account(account)!.capital - rest;
    this.must({
      op: 'risk',
      instruction: { op: 'withdraw', account, amount, ...this.inputs, fundingRate: 0 },
    });
  }

  settle(account: number): void {
    this.must({ op: 'risk', instruction: { op: 'settleAccount', account, ...this.inputs, fundingRate: 0 } });
  }

  position(account: number): number {
    return calculateEffectivePosition(this.slab.market, this.slab.market.account(account)!);
  }

  equity(account: number): number {
    return calculateEquityMaintenance(this.slab.market.account(account)!);
  }
}

const sideArbitrary = fc.constantFrom<BookSide>(BUY, SELL);

/** Orders of makers 1 … 3 and immediate ones of account 0, whatever prices they meet. */
const flowArbitrary = fc.array(
  fc.record({
    isTaking: fc.boolean(),
    side: sideArbitrary,
    maker: fc.integer({ min: 1, max: 3 }),
    price: fc.integer({ min: 950, max: 1_050 }),
    lots: fc.integer({ min: 1, max: 9 }),
  }),
  { minLength: 4, maxLength: 40, size: 'max' },
);
type Flow = typeof flowArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** What account 0 gains by a flow in one batch; null unless it ends where it began. */
function goRound(flow: Flow, lotQ: number): { profit: number; fills: number } | null {
  const table = new Table({ roundTripGuard: true });
  for (const { isTaking, lots, maker, price, side } of flow) {
    const limit = side === BUY ? 2_000 : 1;
    if (isTaking) table.must(table.order(0, side, OrderKind.Ioc, limit, lots * lotQ));
    else table.try(table.order(maker, side, OrderKind.PostOnly, price, lots * lotQ));
  }
  const position = table.position(0);
  if (position !== 0) {
    // Somebody far away closes it, if only to let most flows count.
    const side = position > 0 ? SELL : BUY;
    table.must({ op: 'cancelAll', account: 4, nowSlot: 0 });
    table.try(table.order(4, side === SELL ? BUY : SELL, OrderKind.PostOnly, 1_000, Math.abs(position)));
    table.must(table.order(0, side, OrderKind.Ioc, side === BUY ? 2_000 : 1, Math.abs(position)));
  }
  const fills = table.slab.words[Book.tradeCount]!;
  return table.position(0) === 0 ? { profit: table.equity(0) - 1_000_000, fills } : null;
}

describe('an aggressor who goes round within a batch', () => {
  it('never profits by it', () => {
    let closed = 0;
    fc.assert(
      fc.property(flowArbitrary, (flow) => {
        const round = goRound(flow, POS_SCALE);
        if (round === null) return;
        closed += round.fills > 1 ? 1 : 0;
        expect(round.profit).toBeLessThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
    expect(closed).toBeGreaterThan(50);
  });

  it('gains less than an atom a fill by rounding when lots are fractions of a base unit', () => {
    fc.assert(
      fc.property(flowArbitrary, (flow) => {
        const round = goRound(flow, 123_457);
        if (round !== null) expect(round.profit).toBeLessThanOrEqual(round.fills);
      }),
      { numRuns: 200 },
    );
  });

  it('would profit without the guard', () => {
    const table = new Table({ roundTripGuard: false });
    table.must(table.order(1, SELL, OrderKind.PostOnly, 1_000, POS_SCALE));
    table.must(table.order(0, BUY, OrderKind.Ioc, 1_000, POS_SCALE));
    table.must(table.order(1, BUY, OrderKind.PostOnly, 1_040, POS_SCALE));
    table.must(table.order(0, SELL, OrderKind.Ioc, 1_040, POS_SCALE));
    expect(table.equity(0) - 1_000_000).toBe(40);
  });
});

describe('a forced reduction', () => {
  const caseArbitrary = fc.record({
    /** Equity beyond the initial margin, in atoms. */
    spare: fc.integer({ min: 1, max: 200 }),
    side: sideArbitrary,
    lots: fc.integer({ min: 5, max: 25 }),
    /** Against the account. */
    move: fc.integer({ min: 15, max: 90 }),
    makers: fc.array(
      fc.record({
        account: fc.integer({ min: 0, max: 4 }),
        away: fc.integer({ min: -40, max: 40 }),
        lots: fc.integer({ min: 1, max: 30 }),
        reduceOnly: fc.boolean(),
      }),
      { minLength: 2, maxLength: 8 },
    ),
    tradingFeeBps: fc.constantFrom(0, 30),
    makerFeeBps: fc.constantFrom(0, 10, -15),
    keeperRewardBps: fc.constantFrom(0, 4_000, 10_000),
  });

  it('takes no more than slippage and fees, never turns its account round, and agrees with the model', () => {
    let reduced = 0;
    fc.assert(
      fc.property(caseArbitrary, ({ lots, makers, move, side, spare, ...risk }) => {
        const table = new Table({ reduceBandBps: 2_000, reduceSlipBps: 300 }, risk);
        const size = lots * 100_000;
        const contra = side === BUY ? SELL : BUY;
        table.must(table.order(1, contra, OrderKind.PostOnly, 1_000, size));
        table.must(table.order(0, side, OrderKind.Ioc, 1_000, size));
        table.strip(0, Math.max(100, Math.floor((size * 100) / POS_SCALE) + spare));
        // Account 4 can hardly make anything.
        table.strip(4, 150);
        table.price = 1_000 + (side === BUY ? 0 - move : move);
        for (const { account, away, lots: count, reduceOnly } of makers) {
          const order = table.order(account, side, OrderKind.PostOnly, table.price + away, count * 100_000);
          table.try({ ...order, reduceOnly } as SlabInstruction);
        }
        table.slot = 5;
        table.must({ op: 'batchOpen', ...table.inputs });
        table.settle(0);
        const before = table.equity(0);
        const [callerBefore, insurance] = [table.equity(3), table.slab.market.globals.insurance];
        if (table.try({ op: 'reduceBand', account: 0, caller: 3, ...table.inputs }) !== null) return;
        assertSound(table.slab);
        assertAgrees(table.slab, table.model);
        reduced += 1;
        const { filledQ, rewardAtoms } = table.slab.lastResult;
        expect(Math.abs(table.position(0))).toBe(size - filledQ);
        expect(table.position(0) * (side === BUY ? 1 : -1)).toBeGreaterThanOrEqual(0);
        const worst = table.price + Math.floor((table.price * 300) / 10_000);
        const slip = Math.ceil((filledQ * (worst - table.price)) / POS_SCALE);
        const fees = Math.ceil((filledQ * worst * risk.tradingFeeBps) / POS_SCALE / 10_000);
        // Each fill rounds its slippage and its fee up to an atom.
        expect(before - table.equity(0)).toBeLessThanOrEqual(slip + fees + 2 * makers.length);
        // The reward comes out of those fees.
        expect(table.equity(3) - callerBefore).toBe(rewardAtoms);
        expect(table.slab.market.globals.insurance).toBeGreaterThanOrEqual(insurance);
      }),
      { numRuns: 300 },
    );
    expect(reduced).toBeGreaterThan(50);
  });
});
