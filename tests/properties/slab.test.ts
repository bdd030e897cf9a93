import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, calculateEffectivePosition, EventKind, EventLog } from '../../engine/risk/index.ts';
import { Book } from '../../engine/slab/constants.ts';
import { applySlab, listHoldsOf, type Slab, type SlabInstruction } from '../../engine/slab/index.ts';
import { encodeSlab } from '../../engine/wire/index.ts';
import { assertSound } from '../engine/slab/soundness.ts';
import { ModelBook } from '../reference/model_book.ts';
import { assertAgrees } from './slab_agreement.ts';
import { CAPACITIES, createOptions, Driver, rulesArbitrary, stepsArbitrary } from './slab_history.ts';

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

  it('are taken back whole by a savepoint of the risk engine, however many instructions lie in it', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(rulesArbitrary, stepsArbitrary, fc.nat(20), (rules, steps, kept) => {
        const log = new EventLog();
        const driver = new Driver(createOptions(rules, log));
        const { slab } = driver;
        for (const instruction of driver.open()) applySlab(slab, instruction);
        for (const step of steps.slice(0, kept)) applySlab(slab, driver.next(step));
        const before = encodeSlab(slab, KEYS);
        const events = log.length;
        const mark = slab.market.journal.mark();
        for (const step of steps.slice(kept)) applySlab(slab, driver.next(step));
        slab.market.journal.rollback(mark);
        expect(Buffer.compare(encodeSlab(slab, KEYS), before)).toBe(0);
        expect(log.length).toBe(events);
        assertSound(slab);
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
  const used = Array.from({ length: CAPACITIES.maxSlots }, (_, account) => account).filter((account) =>
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
