import type { AccountView, AgentContext } from './agent.ts';
import { calculateOpeningSizeQ } from './sizing.ts';

/** What trading can count on: losses are paid from capital first, profit in reserve carries no new risk. */
export function calculateStakeAtoms({ capitalAtoms, feeDebtAtoms }: AccountView): number {
  return Math.max(0, capitalAtoms - feeDebtAtoms);
}

/** No position, nothing to open one with, and no profit to wait for. */
export function isBroke(view: AccountView): boolean {
  return view.positionQ === 0 && calculateStakeAtoms(view) === 0 && view.pnlAtoms <= 0;
}

/**
 * Asks for the one trade that leads from the held position to `direction` (1, 0 or −1) × `leverage`. A position that
 * already points there is left alone, whatever its size.
 */
export function submitTurn(
  context: AgentContext,
  account: number,
  view: AccountView,
  direction: 1 | 0 | -1,
  leverage: number,
  feeBidAtoms = 0,
): void {
  const { positionQ } = view;
  if (Math.sign(positionQ) === direction) return;
  if (direction === 0) {
    context.submit({ type: 'close', account, share: 1 }, feeBidAtoms);
    return;
  }
  const { indexPrice, venue } = context;
  const wantedQ = calculateOpeningSizeQ(calculateStakeAtoms(view), leverage, indexPrice, venue.params);
  const sizeQ = direction * wantedQ - positionQ;
  if (sizeQ !== 0) context.submit({ type: 'trade', account, sizeQ }, feeBidAtoms);
}
