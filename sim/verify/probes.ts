import type { Market, RiskInstruction } from '../../engine/risk/index.ts';
import { apply, calculateEffectivePosition, calculateResidual, Mode } from '../../engine/risk/index.ts';
import { settleOnPaper } from './paper_settlement.ts';

/** What a conversion took from the numerator (`paid`) and the denominator (`claimed`) of h, quote atoms. */
export interface Conversion {
  paid: number;
  claimed: number;
}

const NOTHING: Conversion = { paid: 0, claimed: 0 };

/**
 * h with every mark settled, losses paid and flat losses insured (design 04 §1), as it was before `taken`. Reads the
 * market only. Settling never takes from the residual, and under a warmup no claim grows by it: claims that are backed
 * as the market stands are backed in full, and nobody has to be looked at.
 */
export function probeCrankedHaircut(market: Market, { claimed, paid }: Conversion = NOTHING): number {
  const isBacked = calculateResidual(market) + paid >= market.globals.pnlMaturedPosTot + claimed;
  if (isBacked && market.params.warmupPeriodSlots > 0) return 1;
  const { residual, matured } = settleOnPaper(market);
  return calculateRatio(residual + paid, matured + claimed);
}

/** h = min(residual, matured)/matured; 1 when nothing has matured (design 01 §3). */
export function calculateRatio(residual: number, matured: number): number {
  return matured === 0 ? 1 : Math.min(residual, matured) / matured;
}

/**
 * Those of the accounts whose touch at (`slot`, `price`) answers Overflow: nobody can settle, close or pay them out (design
 * 01 §1). The market stays as it was.
 */
export function probeFrozen(
  market: Market,
  accounts: Iterable<number>,
  slot: number,
  price: number,
): number[] {
  const inputs = { oraclePrice: price, nowSlot: slot, fundingRate: market.globals.fundingRate };
  return [...accounts].filter((account) => {
    const mark = market.journal.mark();
    const error = apply(market, { op: 'settleAccount', account, ...inputs });
    market.journal.rollback(mark);
    return error === 'Overflow';
  });
}

const isRecovered = (market: Market) => market.sides.every((side) => side.mode === Mode.Normal);

/**
 * Counts the permissionless instructions that bring both sides to Normal at (`slot`, `price`): settle every stale
 * account and liquidate whoever may be liquidated (which drains both sides). 0 if both are Normal already; null if that
 * does not finish it, as for a DrainOnly side with healthy holders (design 01 §11.6). The market stays as it was.
 */
export function probeRecovery(market: Market, slot: number, price: number): number | null {
  const mark = market.journal.mark();
  const inputs = { oraclePrice: price, nowSlot: slot, fundingRate: market.globals.fundingRate };
  let instructions = 0;
  const attempt = (instruction: RiskInstruction): boolean => {
    if (apply(market, instruction) !== null) return false;
    instructions += 1;
    return true;
  };
  const helpRecovery = (account: number): boolean => {
    const held = market.account(account);
    if (held === undefined || held.basisQ === 0) return false;
    // Stale, or worn down to nothing by A: there is nothing to liquidate, a touch clears it.
    if (calculateEffectivePosition(market, held) === 0)
      return attempt({ op: 'settleAccount', account, ...inputs });
    return attempt({ op: 'liquidate', account, policy: 'full', ...inputs });
  };
  try {
    let progress = true;
    while (progress && !isRecovered(market)) {
      progress = false;
      for (let account = 0; account < market.maxSlots && !isRecovered(market); account += 1) {
        progress = helpRecovery(account) || progress;
      }
    }
    // A side that only waits to be finalized needs one instruction that ends (design 01 §5).
    if (!isRecovered(market)) attempt({ op: 'keeperCrank', candidates: [], maxRevalidations: 0, ...inputs });
    return isRecovered(market) ? instructions : null;
  } finally {
    market.journal.rollback(mark);
  }
}
