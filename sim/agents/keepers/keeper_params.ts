import type { RiskParams } from '../../../engine/risk/index.ts';
import { ATOMS, money, QUOTE, writeDecimal } from '../../scenario/units.ts';
import { absent } from './absence.ts';
import { censorParams } from './censorship.ts';

/** Parameters of every keeper. */
export const keeperParams = {
  ...censorParams,
  absent,
  deposit: money()
    .prefault('0 USDC')
    .describe(
      'Put into an account of its own, which earns the rewards of the slab. Without one it works unpaid.',
    ),
  fee_bid: money()
    .prefault('0 USDC')
    .describe(
      'Priority bid of each of its actions in the auction of a slot; it is paid, whatever becomes of them.',
    ),
};

/** The accounts of a keeper: one if it deposits. Throws a RangeError if the venue would not take the deposit. */
export function allocateKeeperAccount(
  depositAtoms: number,
  { minInitialDeposit }: RiskParams,
  allocateAccount: () => number,
): readonly number[] {
  if (depositAtoms === 0) return [];
  if (depositAtoms < minInitialDeposit) {
    throw new RangeError(
      `deposit is less than the smallest one of ${writeDecimal(minInitialDeposit, ATOMS)} ${QUOTE}`,
    );
  }
  return [allocateAccount()];
}
