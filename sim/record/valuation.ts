import { mulDivFloor } from '../../engine/math/index.ts';
import { keepShape } from '../../engine/math/shape.ts';
import { calculateFeeDebt, type Market } from '../../engine/risk/index.ts';
import { atPrice, type SettledAccount, settleOnPaper } from '../verify/paper_settlement.ts';

/** What one account is worth at a price (see `AccountRow.netAtoms`), quote atoms. */
export interface AccountValue extends SettledAccount {
  worth: number;
}

keepShape<AccountValue>({ unsettled: 0.5, capital: 0.5, pnl: 0.5, released: 0.5, worth: 0.5 });

export interface MarketValue {
  accounts: ReadonlyMap<number, AccountValue>;
  /** Insurance left after it paid for the flat losses. */
  insurance: number;
  /** Σ profit of all accounts, and what of it could be paid. */
  claims: number;
  backed: number;
}

/**
 * Values every account at (`slot`, `price`) as if all were settled and all profit had matured: profit is paid at
 * h = min(residual, Σ profit)/Σ profit, rounded down, and nobody owes more than the account holds.
 */
export function valueAccounts(market: Market, slot: number, price: number): MarketValue {
  return atPrice(market, slot, price, () => {
    const accounts = new Map<number, AccountValue>();
    const { residual, positive, insurance } = settleOnPaper(
      market,
      (index, { unsettled, capital, pnl, released }) => {
        accounts.set(index, { unsettled, capital, pnl, released, worth: 0 });
      },
    );
    const backed = Math.min(residual, positive);
    for (const [index, value] of accounts) {
      const profit = value.pnl > 0 ? mulDivFloor(value.pnl, backed, positive) : value.pnl;
      const feeDebt = calculateFeeDebt(market.account(index)!);
      value.worth = Math.max(0, value.capital + profit - feeDebt);
    }
    return { accounts, insurance, claims: positive, backed };
  });
}
