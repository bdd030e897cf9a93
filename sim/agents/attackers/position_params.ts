import { z } from 'zod';
import type { RiskParams } from '../../../engine/risk/index.ts';
import { ATOMS, duration, leverage, money, QUOTE, writeDecimal } from '../../scenario/units.ts';
import type { AgentContext } from '../agent.ts';
import { calculateOpeningSizeQ } from '../sizing.ts';

export const feeBid = money()
  .prefault('0 USDC')
  .describe(
    'Priority bid of each of its actions in the auction of a slot; it is paid, whatever becomes of them.',
  );

/** Parameters of an attacker that opens a position. */
export const positionParams = {
  budget: money(1).describe('What the attacker deposits: all it can lose inside the venue.'),
  leverage: leverage().prefault('5 x').describe('Position value over capital when it opens.'),
  start: duration().prefault('0 slots').describe('When it opens, from the start of the run.'),
  fee_bid: feeBid,
};

export const sideParam = z.enum(['long', 'short']).describe('Direction of the position.');

/** For attackers that only want to do harm. */
export const successAfter = duration()
  .prefault('1 min')
  .describe('It counts as success if a side is blocked for more than this longer than without the attack.');

export const directionOf = (side: z.output<typeof sideParam>): 1 | -1 => (side === 'long' ? 1 : -1);

/** An equal share of the budget, atoms. Throws a RangeError if the venue would not take it as a first deposit. */
export function shareBudget(budgetAtoms: number, accounts: number, risk: RiskParams): number {
  const shareAtoms = Math.floor(budgetAtoms / accounts);
  if (shareAtoms < risk.minInitialDeposit) {
    const smallest = `${writeDecimal(risk.minInitialDeposit, ATOMS)} ${QUOTE}`;
    throw new RangeError(`budget / accounts (${accounts}) is less than the smallest deposit of ${smallest}`);
  }
  return shareAtoms;
}

/** Deposits into an account and opens a position at the observed index, one after the other in this slot's auction. */
export function submitOpening(
  context: AgentContext,
  account: number,
  opening: { depositAtoms: number; leverage: number; direction: 1 | -1; feeBidAtoms: number },
): void {
  const { depositAtoms, direction, feeBidAtoms, leverage: wanted } = opening;
  const sizeQ = calculateOpeningSizeQ(depositAtoms, wanted, context.indexPrice, context.venue.params);
  context.submit({ type: 'deposit', account, amountAtoms: depositAtoms }, feeBidAtoms);
  if (sizeQ > 0) context.submit({ type: 'trade', account, sizeQ: direction * sizeQ }, feeBidAtoms);
}
