import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  apply,
  calculateEffectivePosition,
  calculateEquityMaintenance,
  EventKind,
  EventLog,
  POS_SCALE,
} from '../../engine/risk/index.ts';
import { Book } from '../../engine/slab/constants.ts';
import {
  applySlab,
  BUY,
  listHoldsOf,
  SELL,
  type Slab,
  type SlabInstruction,
} from '../../engine/slab/index.ts';
import { encodeSlab } from '../../engine/wire/index.ts';
import { assertSound } from '../engine/slab/soundness.ts';
import { ModelBook } from '../reference/model_book.ts';
import { assertAgrees } from './slab_agreement.ts';
import { ACCOUNTS, createOptions, Driver, rulesArbitrary, stepsArbitrary } from './slab_history.ts';

const KEYS = { authority: new Uint8Array(32), router: new Uint8Array(32) };

describe('histories of a slab', () => {
  it('agree with the model book on every error, order, hold, trade and atom', { timeout: 180_000 }, () => {
    fc.assert(
      fc.property(rulesArbitrary, stepsArbitrary, (rules, steps) => {
        const options = createOptions(rules);
        const driver = new Driver(options);
        const model = new ModelBook(options);
        const check = (instruction: SlabInstruction) => {
          const error = applySlab(driver.slab, instruction);
          expect(`${instruction.op}: ${error}`).toBe(`${instruction.op}: ${model.apply(instruction)}`);
          assertSound(driver.slab);
          assertAgrees(driver.slab, model);
        };
        for (const instruction of driver.open()) check(instruction);
        for (const step of steps) check(driver.next(step));
      }),
      { numRuns: 100 },
    );
  });

  it('change nothing by an error, events included', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(rulesArbitrary, stepsArbitrary, (rules, steps) => {
        const log = new EventLog();
        const driver = new Driver(createOptions(rules, log));
        const { slab } = driver;
        for (const instruction of driver.open()) applySlab(slab, instruction);
        for (const step of steps) {
          const before = encodeSlab(slab, KEYS);
          const events = log.length;
          const instruction = driver.next(step);
          if (applySlab(slab, instruction) === null) continue;
          expect(Buffer.compare(encodeSlab(slab, KEYS), before)).toBe(0);
          expect(log.length).toBe(events);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('can be wound down: every pool is full again and the vault holds what went in less what went out', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(rulesArbitrary, stepsArbitrary, (rules, steps) => {
        const log = new EventLog();
        const driver = new Driver(createOptions(rules, log));
        const { slab } = driver;
        for (const instruction of driver.open()) applySlab(slab, instruction);
        for (const step of steps) {
          const instruction = driver.next(step);
          // A liquidation leaves a rest of open interest that only its side's end clears.
          const isLiquidation = instruction.op === 'risk' && instruction.instruction.op === 'liquidate';
          if (!isLiquidation) applySlab(slab, instruction);
        }
        windDown(driver);
        assertSound(slab);
        for (const pool of [slab.orders, slab.levels, slab.nodes, slab.holds, slab.slices]) {
          expect(slab.words[pool.used]).toBe(0);
        }
        const { cTot, insurance, pnlPosTot, usedAccounts, vault } = slab.market.globals;
        expect({ cTot, pnlPosTot, usedAccounts }).toEqual({ cTot: 0, pnlPosTot: 0, usedAccounts: 0 });
        expect(vault).toBe(sumVault(log));
        expect(vault).toBeGreaterThanOrEqual(insurance);
      }),
      { numRuns: 60 },
    );
  });
});

/** What the vault must hold by the events alone. */
function sumVault(log: EventLog): number {
  let vault = 0;
  log.each((kind, _, x, y) => {
    if (kind === EventKind.Deposited || kind === EventKind.InsuranceToppedUp) vault += x;
    if (kind === EventKind.FeeDebtPaid && y === 0) vault += x;
    if (kind === EventKind.Withdrawn) vault -= x;
  });
  return vault;
}

function must(slab: Slab, instruction: SlabInstruction): void {
  expect(`${instruction.op}: ${applySlab(slab, instruction)}`).toBe(`${instruction.op}: null`);
}

/** Ends everything: holds, orders, positions, accounts. */
function windDown(driver: Driver): void {
  const { slab } = driver;
  const { market } = slab;
  const used = Array.from({ length: ACCOUNTS }, (_, account) => account).filter((account) =>
    market.account(account),
  );
  for (const account of used) {
    const deposit = { op: 'deposit', account, amount: 1_000_000, nowSlot: driver.slot } as const;
    must(slab, { op: 'risk', instruction: deposit });
    for (const hold of listHoldsOf(slab, account)) {
      must(slab, { op: 'cancelHold', account, hold, id: slab.hold(hold)!.id, nowSlot: driver.slot });
    }
  }
  for (const account of used) must(slab, { op: 'cancelAll', account, nowSlot: driver.slot });
  flatten(driver, used);
  driver.slot += 100;
  for (const account of used) {
    const instruction = { op: 'closeAccount', account, ...driver.inputs, fundingRate: 0 } as const;
    must(slab, { op: 'risk', instruction });
  }
}

/** Longs sell to shorts at the index until nobody has a position; the raw engine does, the book is closed. */
function flatten({ inputs, slab }: Driver, used: readonly number[]): void {
  const { market } = slab;
  const position = (account: number) => calculateEffectivePosition(market, market.account(account)!);
  const fundingRate = slab.words[Book.fundingRate]!;
  for (const buyer of used) {
    for (const seller of used) {
      const sizeQ = Math.min(0 - position(buyer), position(seller));
      if (sizeQ <= 0) continue;
      const trade = { op: 'executeTrade', buyer, seller, sizeQ, executionPrice: inputs.oraclePrice } as const;
      expect(apply(market, { ...trade, ...inputs, fundingRate })).toBe(null);
    }
  }
}

/** Makers on both sides of 1 000, and takers: everybody rich enough for every trade. */
function openMarket(slab: { roundTripGuard?: boolean; reduceBandBps?: number }, lots: number): Driver {
  const options = createOptions({ slab: { ...slab, reduceSlipBps: 300 }, risk: { keeperRewardBps: 5_000 } });
  const driver = new Driver({ ...options, slabParams: { ...options.slabParams, lotQ: lots, tickAtoms: 1 } });
  for (let account = 0; account < ACCOUNTS; account += 1) {
    const deposit = { op: 'deposit', account, amount: 1_000_000, nowSlot: 0 } as const;
    must(driver.slab, { op: 'risk', instruction: deposit });
  }
  return driver;
}

const place = (
  driver: Driver,
  account: number,
  side: 0 | 1,
  kind: 0 | 1 | 2,
  price: number,
  qty: number,
): SlabInstruction => ({
  op: 'placeOrder',
  account,
  side,
  kind,
  price,
  qty,
  reduceOnly: false,
  ...driver.inputs,
});

const equityOf = ({ slab }: Driver, account: number) =>
  calculateEquityMaintenance(slab.market.account(account)!);

/** Orders of makers 1 … 3 and immediate ones of account 0, whatever prices they meet. */
const flowArbitrary = fc.array(
  fc.record({
    isTaking: fc.boolean(),
    side: fc.constantFrom<0 | 1>(BUY, SELL),
    maker: fc.integer({ min: 1, max: 3 }),
    price: fc.integer({ min: 950, max: 1_050 }),
    lots: fc.integer({ min: 1, max: 9 }),
  }),
  { minLength: 4, maxLength: 40, size: 'max' },
);

describe('an aggressor who goes round within a batch', () => {
  const goRound = (
    lotQ: number,
    flow: readonly { isTaking: boolean; side: 0 | 1; maker: number; price: number; lots: number }[],
  ) => {
    const driver = openMarket({ roundTripGuard: true }, lotQ);
    const { slab } = driver;
    const start = equityOf(driver, 0);
    let fills = 0;
    for (const { isTaking, lots, maker, price, side } of flow) {
      if (isTaking) must(slab, place(driver, 0, side, 2, side === BUY ? 2_000 : 1, lots * lotQ));
      else applySlab(slab, place(driver, maker, side, 1, price, lots * lotQ));
      fills = slab.words[Book.tradeCount]!;
    }
    const position = calculateEffectivePosition(slab.market, slab.market.account(0)!);
    // Whatever is left goes back at the index, which neither gains nor loses.
    const side = position > 0 ? BUY : SELL;
    const taken = Math.abs(position);
    if (taken > 0) {
      const trade = side === BUY ? { buyer: 4, seller: 0 } : { buyer: 0, seller: 4 };
      const inputs = { ...driver.inputs, executionPrice: driver.price, fundingRate: 0 };
      expect(apply(slab.market, { op: 'executeTrade', ...trade, sizeQ: taken, ...inputs })).toBe(null);
    }
    return { profit: equityOf(driver, 0) - start, isFlat: taken === 0, fills };
  };

  it('never profits by it', () => {
    let closed = 0;
    fc.assert(
      fc.property(flowArbitrary, (flow) => {
        const { isFlat, profit } = goRound(POS_SCALE, flow);
        if (!isFlat) return;
        closed += 1;
        expect(profit).toBeLessThanOrEqual(0);
      }),
      { numRuns: 400 },
    );
    expect(closed).toBeGreaterThan(10);
  });

  it('gains less than an atom a fill by rounding when lots are fractions of a base unit', () => {
    fc.assert(
      fc.property(flowArbitrary, (flow) => {
        const { fills, isFlat, profit } = goRound(123_457, flow);
        if (isFlat) expect(profit).toBeLessThanOrEqual(fills);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a forced reduction', () => {
  it('takes no more from its account than slippage and fees, and never turns it round', () => {
    let reduced = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom<0 | 1>(BUY, SELL),
        fc.integer({ min: 5, max: 25 }),
        fc.integer({ min: 0, max: 90 }),
        fc.array(fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: 1, max: 30 })), {
          maxLength: 8,
        }),
        (money, side, lots, fall, makers) => {
          const driver = openMarket({ reduceBandBps: 2_000 }, 100_000);
          const { slab } = driver;
          const victim = 0;
          const contra = side === BUY ? SELL : BUY;
          const size = lots * 100_000;
          must(slab, place(driver, 1, contra, 1, 1_000, size));
          must(slab, place(driver, victim, side, 2, 1_000, size));
          const rest = Math.floor((size * 1_000) / POS_SCALE / 10) + money;
          const withdraw = { op: 'withdraw', account: victim, ...driver.inputs, fundingRate: 0 } as const;
          const capital = slab.market.account(victim)!.capital;
          must(slab, { op: 'risk', instruction: { ...withdraw, amount: capital - Math.max(rest, 100) } });
          driver.price = 1_000 + (side === BUY ? 0 - fall : fall);
          for (const [away, count] of makers) {
            applySlab(slab, place(driver, 2, side, 1, driver.price + away, count * 100_000));
          }
          driver.slot = 5;
          must(slab, { op: 'batchOpen', ...driver.inputs });
          const settle = { op: 'settleAccount', account: victim, ...driver.inputs, fundingRate: 0 } as const;
          must(slab, { op: 'risk', instruction: settle });
          const before = equityOf(driver, victim);
          const slipAtoms = Math.floor((driver.price * 300) / 10_000);
          if (applySlab(slab, { op: 'reduceBand', account: victim, caller: 3, ...driver.inputs }) !== null)
            return;
          reduced += 1;
          const { filledQ } = slab.lastResult;
          const position = calculateEffectivePosition(slab.market, slab.market.account(victim)!);
          expect(Math.abs(position)).toBe(size - filledQ);
          expect(Math.sign(position) * (side === BUY ? 1 : -1)).toBeGreaterThanOrEqual(0);
          const slip = Math.ceil((filledQ * slipAtoms) / POS_SCALE);
          // Each fill rounds up to an atom against its taker.
          expect(before - equityOf(driver, victim)).toBeLessThanOrEqual(slip + makers.length);
        },
      ),
      { numRuns: 300 },
    );
    expect(reduced).toBeGreaterThan(20);
  });
});
