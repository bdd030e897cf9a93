/** The properties of the engine over hostile courses. `npm test` samples them, `npm run deep` runs them by the clock. */
import fc from 'fast-check';
import {
  apply,
  calculateEffectivePosition,
  calculateResidual,
  EventKind,
  type EventLog,
  type Market,
  Mode,
  type RiskInstruction,
} from '../../engine/risk/index.ts';
import { describeCanonically } from '../../sim/verify/canonical.ts';
import { probeRecovery } from '../../sim/verify/probes.ts';
import type { Engine } from '../reference/bigint_engine.ts';
import {
  arbitraryCourse,
  arbitraryIntent,
  arbitrarySetup,
  runCourse,
  STORM,
  toInstruction,
  Watched,
  WEATHER,
} from './hostile.ts';

function assertEqual(got: string, expected: string, what: string): void {
  if (got !== expected) throw new Error(`${what}\n--- got\n${got}\n--- expected\n${expected}`);
}

function describeEvents(log: EventLog): string {
  const lines: string[] = [];
  log.each((...event) => lines.push(event.join(' ')));
  return lines.join('\n');
}

/** Everything an instruction may change, the extensions' fields included. */
function describeWholly(market: Market): string {
  const { warmupClock, warmupRemainder, warmupMultiplierBps, emaFast, emaSlow } = market.globals;
  const hedges = market.accounts.map((account) => `${account?.hedgeNet ?? 1}/${account?.hedgeGross ?? 1}`);
  const extensions = [warmupClock, warmupRemainder, warmupMultiplierBps, emaFast, emaSlow, ...hedges];
  return `${describeCanonically(market)}${extensions.join('|')}`;
}

/** Invariants 1–5 and 7 and the audit hold after every instruction, whatever happens. */
export const invariantsHold = (envelope: 'enforced' | 'open') =>
  fc.property(arbitraryCourse(arbitrarySetup(envelope), STORM), (course) => {
    runCourse(course);
  });

/**
 * A failed instruction, and one that succeeded but is rolled back with everything inside, leave state and events as
 * they were; one that is kept inside a savepoint ends as it would have without.
 */
export const failuresLeaveNoTrace = fc.property(
  arbitraryCourse(arbitrarySetup('open'), STORM),
  fc.array(arbitraryIntent(STORM), { minLength: 1, maxLength: 6 }),
  (course, detour) => {
    const { market, log } = new Watched(course.setup);
    for (const intent of course.intents) {
      const instruction = toInstruction(market, intent);
      const before = describeWholly(market);
      const eventsBefore = describeEvents(log);
      const outer = market.journal.mark();
      for (const [at, aside] of detour.entries()) {
        const inner = market.journal.mark();
        apply(market, toInstruction(market, aside));
        if (at % 2 === 0) market.journal.release(inner);
        else market.journal.rollback(inner);
      }
      market.journal.rollback(outer);
      assertEqual(describeWholly(market), before, 'after the rollback of a detour');
      assertEqual(describeEvents(log), eventsBefore, 'events after the rollback of a detour');
      if (apply(market, instruction) === null) continue;
      assertEqual(describeWholly(market), before, `after the failed ${JSON.stringify(instruction)}`);
      assertEqual(describeEvents(log), eventsBefore, `events after ${JSON.stringify(instruction)}`);
    }
  },
);

/** The engine and its BigInt build agree in every error, state and event. */
export const buildsAgree = (bigint: Engine) =>
  fc.property(arbitraryCourse(arbitrarySetup('open'), STORM), ({ setup, intents }) => {
    const { market, log } = new Watched(setup);
    const exactLog = new bigint.EventLog();
    const exact = new bigint.Market({ ...setup, sink: exactLog });
    for (const intent of intents) {
      const instruction = toInstruction(market, intent);
      const what = JSON.stringify(instruction);
      assertEqual(String(apply(market, instruction)), String(bigint.apply(exact, instruction)), what);
      // The two builds differ in the private part of Wide alone.
      assertEqual(describeWholly(market), describeWholly(exact as unknown as Market), what);
      assertEqual(describeEvents(log), describeEvents(exactLog as unknown as EventLog), what);
      log.clear();
      exactLog.clear();
    }
  });

/** Invariant 6, first half: whenever a side is ResetPending, permissionless instructions bring both back to Normal. */
export const resetsRecover = (found: () => void) =>
  fc.property(arbitraryCourse(arbitrarySetup('enforced'), WEATHER), (course) => {
    runCourse(course, ({ market }) => {
      if (market.sides.every((side) => side.mode !== Mode.ResetPending)) return;
      const { currentSlot, priceLast } = market.globals;
      if (probeRecovery(market, currentSlot, priceLast) === null) {
        throw new Error(`no permissionless way back to Normal from\n${describeCanonically(market)}`);
      }
      found();
    });
  });

/** The totals and what each account has; not positions: a reset may have begun before or after an account's touch. */
function describeBalances(market: Market): string {
  const { vault, insurance, cTot, pnlPosTot, pnlMaturedPosTot } = market.globals;
  const rows = market.accounts.map((account, index) =>
    account?.used ? [index, account.capital, account.pnl, account.reservedPnl, account.feeCredits] : [],
  );
  return [[vault, insurance, cTot, pnlPosTot, pnlMaturedPosTot], ...rows].join('\n');
}

/**
 * Invariant 7, second half: within one accrual, and without conversion, the order of touches changes nothing. No time
 * passes here, so no profit matures and none is converted, and nobody owes fees.
 */
export const touchesCommute = fc.property(
  arbitraryCourse(
    arbitrarySetup('enforced').map((setup) => ({
      ...setup,
      params: {
        ...setup.params,
        warmupPeriodSlots: 10,
        adaptiveWarmup: null,
        tradingFeeBps: 0,
        makerFeeBps: 0,
        liquidationFeeBps: 0,
        minLiquidationAbs: 0,
      },
    })),
    { ...WEATHER, dts: [0] },
  ),
  fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
  fc.constantFrom(...WEATHER.moves),
  (course, order, move) => {
    const { market } = runCourse(course);
    const intent = { ...course.intents[0]!, move };
    const touchAll = (accounts: readonly number[]) => {
      const mark = market.journal.mark();
      const { oraclePrice, nowSlot } = toInstruction(market, {
        ...intent,
        op: 'settle',
      }) as RiskInstruction & {
        op: 'settleAccount';
      };
      for (const account of accounts) {
        apply(market, { op: 'settleAccount', account, oraclePrice, nowSlot, fundingRate: 0 });
      }
      const text = describeBalances(market);
      market.journal.rollback(mark);
      return text;
    };
    assertEqual(touchAll(order), touchAll([0, 1, 2, 3, 4, 5]), `touched in the order ${order}`);
  },
);

/** What residual gained and lost by the events of design 01: losses and insurance paid in, conversions paid out. */
class ResidualLedger {
  expected = 0;

  read(log: EventLog): void {
    log.each((kind, _subject, x, y) => {
      if (kind === EventKind.LossPaid || kind === EventKind.InsurancePaid) this.expected += x;
      else if (kind === EventKind.Converted) this.expected -= y;
    });
  }
}

/** Everybody closes what he holds against whoever holds the other side; the bankrupt are liquidated. */
function closePositions(market: Market, run: (instruction: RiskInstruction) => string | null): void {
  const { priceLast, currentSlot } = market.globals;
  const inputs = { oraclePrice: priceLast, nowSlot: currentSlot, fundingRate: 0 };
  const indices = Array.from({ length: market.maxSlots }, (_, at) => at);
  const positionOf = (index: number) => {
    const account = market.account(index);
    return account === undefined ? 0 : calculateEffectivePosition(market, account);
  };
  const settleAll = () => {
    for (const account of indices)
      if (market.account(account)) run({ op: 'settleAccount', account, ...inputs });
  };
  const liquidateOne = (account: number) =>
    positionOf(account) !== 0 && run({ op: 'liquidate', account, policy: 'full', ...inputs }) === null;
  for (let round = 0; round < 50; round += 1) {
    settleAll();
    // One bankruptcy may bring the next, through K.
    while (indices.some(liquidateOne)) settleAll();
    const buyer = indices.find((index) => positionOf(index) < 0);
    const seller = indices.find((index) => positionOf(index) > 0);
    if (buyer === undefined || seller === undefined) return;
    const sizeQ = Math.min(-positionOf(buyer), positionOf(seller));
    const error = run({ op: 'executeTrade', buyer, seller, sizeQ, executionPrice: priceLast, ...inputs });
    if (error !== null)
      throw new Error(`closing ${sizeQ} q failed: ${error}\n${describeCanonically(market)}`);
  }
  throw new Error(`positions are left\n${describeCanonically(market)}`);
}

/** Invariant 6, second half, and the end of all things: everybody closes and leaves, and the vault holds what the rules say. */
export const everybodyCanLeave = fc.property(
  arbitraryCourse(
    // Fees below the maintenance margin: whoever is healthy can afford to close.
    arbitrarySetup('enforced').map((setup) => ({
      ...setup,
      params: {
        ...setup.params,
        tradingFeeBps: 5,
        makerFeeBps: -3,
        maintenanceBps: 500,
        initialBps: 1_000,
        maxHedgeCreditMmBps: 0,
        minNonzeroMmReq: 10,
        minNonzeroImReq: 20,
        minInitialDeposit: 100,
        adaptiveWarmup: null,
      },
    })),
    WEATHER,
  ),
  ({ setup, intents }) => {
    const watched = new Watched(setup);
    const { market } = watched;
    const ledger = new ResidualLedger();
    const run = (instruction: RiskInstruction) => watched.apply(instruction, (log) => ledger.read(log));
    for (const intent of intents) run(toInstruction(market, intent));
    closePositions(market, run);
    const { priceLast, currentSlot } = market.globals;
    const nowSlot = currentSlot + 2 * market.params.warmupPeriodSlots;
    for (let account = 0; account < market.maxSlots; account += 1) {
      if (market.account(account) === undefined) continue;
      const inputs = { oraclePrice: priceLast, nowSlot, fundingRate: 0 };
      const error = run({ op: 'closeAccount', account, ...inputs });
      if (error !== null)
        throw new Error(`account ${account} cannot leave: ${error}\n${describeCanonically(market)}`);
    }
    const { vault, insurance, cTot, pnlPosTot, pnlMaturedPosTot, usedAccounts } = market.globals;
    const left = [cTot, pnlPosTot, pnlMaturedPosTot, usedAccounts, calculateResidual(market)];
    assertEqual(left.join(' '), `0 0 0 0 ${ledger.expected}`, 'capital, claims, accounts and residual left');
    assertEqual(String(vault), String(insurance + ledger.expected), 'the vault');
    for (const side of market.sides) {
      assertEqual(`${side.mode} ${side.oiEff}`, `${Mode.Normal} 0`, 'mode and open interest left');
    }
  },
);
