import {
  calculateEffectivePosition,
  calculateEquityInitial,
  calculateInitialMargin,
  calculateReleased,
  type RiskInstruction,
} from '../../engine/risk/index.ts';
import type { Action } from '../agents/agent.ts';
import type { PassiveLpSpec } from '../scenario/passive_lp.ts';
import type { Executor } from './executor.ts';
import type { Refusal } from './observer.ts';
import { calculateOffer } from './passive_lp.ts';

/** Account index of the slab's liquidity provider. */
export const LP_ACCOUNT = 0;

/** Where and on whose behalf an action is resolved. */
export interface Desk {
  executor: Executor;
  /** Null on a slab with a book, which takes trades itself. */
  lp: PassiveLpSpec | null;
  /** The acting agent's own account that earns keeper rewards, if it has an open one. */
  keeper: number | undefined;
}

/**
 * Turns an action into the instruction that the state of this moment allows: amounts for `max`, the size of a share,
 * what the LP offers. A refusal means that there is nothing to execute. Throws RangeError on a malformed action.
 */
export function resolveAction(action: Action, desk: Desk): RiskInstruction | Refusal {
  const { executor } = desk;
  const inputs = executor.inputs();
  const keeper = desk.keeper === undefined ? {} : { keeper: desk.keeper };
  switch (action.type) {
    case 'deposit':
      requireInteger('amountAtoms', action.amountAtoms, 1);
      return { op: 'deposit', account: action.account, amount: action.amountAtoms, nowSlot: executor.slot };
    case 'withdraw': {
      const amount =
        action.amountAtoms === 'max' ? calculateWithdrawable(executor, action.account) : action.amountAtoms;
      if (amount === 0) return 'NothingToDo';
      requireInteger('amountAtoms', amount, 1);
      return { op: 'withdraw', account: action.account, amount, ...inputs };
    }
    case 'trade':
      requireInteger('sizeQ', Math.abs(action.sizeQ), 1);
      return resolveTrade(desk, action.account, action.sizeQ, action.limitPrice);
    case 'close':
      return resolveClose(desk, action);
    case 'convert':
      return resolveConvert(executor, action.account);
    case 'settle':
      return { op: 'settleAccount', account: action.account, ...inputs };
    case 'liquidate':
      return { op: 'liquidate', account: action.account, policy: action.policy, ...keeper, ...inputs };
    case 'crank': {
      const { candidates, maxRevalidations } = action;
      return { op: 'keeperCrank', candidates, maxRevalidations, ...keeper, ...inputs };
    }
    case 'reclaim':
      return { op: 'reclaim', account: action.account };
    default:
      return 'NoBook';
  }
}

/** Throws RangeError unless the agent's number is an integer of at least `min`. */
export function requireInteger(name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new RangeError(`${name} must be an integer of at least ${min}, got ${value}`);
  }
}

/** The most the rules let out after a touch: all of a flat account, else what initial margin leaves (design 01 §10). */
export function calculateWithdrawable(executor: Executor, account: number): number {
  const { indexPrice, market } = executor;
  const amount = executor.probeTouched(account, indexPrice, (touched) => {
    const position = calculateEffectivePosition(market, touched);
    if (position === 0) return touched.capital;
    const free = calculateEquityInitial(market, touched) - calculateInitialMargin(market, touched, position);
    const most = Math.min(touched.capital, free);
    // What stays must be nothing or at least the smallest deposit.
    const { minInitialDeposit } = market.params;
    return most === touched.capital ? most : Math.min(most, touched.capital - minInitialDeposit);
  });
  return Math.max(0, amount ?? 0);
}

function resolveConvert(executor: Executor, account: number): RiskInstruction | Refusal {
  const { indexPrice } = executor;
  const state = executor.probeTouched(account, indexPrice, (touched) => ({
    isFlat: touched.basisQ === 0,
    released: calculateReleased(touched),
  }));
  if (state === null || (!state.isFlat && state.released === 0)) return 'NothingToDo';
  // The touch converts all of a flat account by itself, whatever the amount.
  return { op: 'convertReleased', account, amount: Math.max(1, state.released), ...executor.inputs() };
}

function resolveClose(desk: Desk, action: Action & { type: 'close' }): RiskInstruction | Refusal {
  const { account, share, limitPrice } = action;
  if (!(share > 0 && share <= 1)) throw new RangeError(`share must be above 0 and at most 1, got ${share}`);
  const position = readPosition(desk.executor, account);
  const sizeQ = share === 1 ? Math.abs(position) : Math.floor(Math.abs(position) * share);
  if (sizeQ === 0) return 'NothingToDo';
  return resolveTrade(desk, account, position > 0 ? -sizeQ : sizeQ, limitPrice);
}

/** The signed effective position as of now; 0 without an account. */
export function readPosition(executor: Executor, account: number): number {
  const { indexPrice, market } = executor;
  return (
    executor.probeTouched(account, indexPrice, (touched) => calculateEffectivePosition(market, touched)) ?? 0
  );
}

/** A trade with the LP at its quote, `sizeQ` > 0 buying. */
function resolveTrade(
  { executor, lp }: Desk,
  account: number,
  sizeQ: number,
  limitPrice: number | undefined,
): RiskInstruction | Refusal {
  if (lp === null) return 'NoLiquidity';
  const { indexPrice, market } = executor;
  const state = executor.probeTouched(LP_ACCOUNT, indexPrice, (touched) => ({
    positionQ: calculateEffectivePosition(market, touched),
    initialEquityAtoms: calculateEquityInitial(market, touched),
  }));
  if (state === null) return 'NoLiquidity';
  const direction = sizeQ > 0 ? 1 : -1;
  const offer = calculateOffer(lp, market.params, state, direction, Math.abs(sizeQ), indexPrice);
  const isBeyondLimit = limitPrice !== undefined && direction * (offer.price - limitPrice) > 0;
  if (offer.sizeQ === 0 || isBeyondLimit) return 'NoLiquidity';
  const { fundingRate, nowSlot, oraclePrice } = executor.inputs();
  return {
    op: 'executeTrade',
    buyer: direction > 0 ? account : LP_ACCOUNT,
    seller: direction > 0 ? LP_ACCOUNT : account,
    sizeQ: offer.sizeQ,
    executionPrice: offer.price,
    maker: direction > 0 ? 'seller' : 'buyer',
    oraclePrice,
    nowSlot,
    fundingRate,
  };
}
