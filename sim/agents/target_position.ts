import type { AccountView, AgentContext } from './agent.ts';
import { calculateMovedPrice, calculateOpeningSizeQ } from './sizing.ts';

/** What trading can count on: losses are paid from capital first, profit in reserve carries no new risk. */
export function calculateStakeAtoms({ capitalAtoms, feeDebtAtoms }: AccountView): number {
  return Math.max(0, capitalAtoms - feeDebtAtoms);
}

/** No position, nothing to open one with, and no profit to wait for. */
export function isBroke(view: AccountView): boolean {
  return view.positionQ === 0 && calculateStakeAtoms(view) === 0 && view.pnlAtoms <= 0;
}

export interface Turn {
  direction: 1 | 0 | -1;
  leverage: number;
  /** Worst price, from the observed index; default: what the slab allows. */
  maxSlippageBps?: number | undefined;
  feeBidAtoms?: number;
}

/**
 * Asks for the one trade that leads from the held position to `direction` × `leverage`. A position that already points
 * there is left alone, whatever its size.
 */
export function submitTurn(context: AgentContext, account: number, view: AccountView, turn: Turn): void {
  const { positionQ } = view;
  const { direction, feeBidAtoms, leverage, maxSlippageBps } = turn;
  if (Math.sign(positionQ) === direction) return;
  const { indexPrice, venue } = context;
  const within = (sign: number) =>
    maxSlippageBps === undefined
      ? {}
      : { limitPrice: calculateMovedPrice(indexPrice, sign * maxSlippageBps) };
  if (direction === 0) {
    context.submit({ type: 'close', account, share: 1, ...within(-Math.sign(positionQ)) }, feeBidAtoms);
    return;
  }
  const wantedQ = calculateOpeningSizeQ(calculateStakeAtoms(view), leverage, indexPrice, venue.params);
  const sizeQ = direction * wantedQ - positionQ;
  if (sizeQ === 0) return;
  context.submit({ type: 'trade', account, sizeQ, ...within(Math.sign(sizeQ)) }, feeBidAtoms);
}
