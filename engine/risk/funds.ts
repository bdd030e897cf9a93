import { addInsurance, calculateFeeDebt, calculateReleased, setCapital } from './bookkeeping.ts';
import type { RiskErrorName } from './errors.ts';
import { EventKind } from './events.ts';
import type {
  ConvertReleased,
  Deposit,
  DepositFeeCredits,
  TopUpInsurance,
  Withdraw,
} from './instructions.ts';
import { createAccount } from './lifecycle.ts';
import { touchAccount } from './liquidation.ts';
import { convertReleased, settleLosses, sweepFeeDebt } from './losses_and_fees.ts';
import { isInitialHealthy, isMaintenanceHealthy } from './margin.ts';
import { calculateEffectivePosition } from './side_index.ts';
import type { Market } from './state.ts';
import { addVault, end, isTimeValid, openOwn, payOut, setCurrentSlot } from './steps.ts';

// Amounts arrive as unsigned words on chain; a negative one is out of bounds.

/** Money into an account, which its first deposit creates. */
export function applyDeposit(market: Market, ix: Deposit): RiskErrorName | null {
  const { account: index, amount, nowSlot } = ix;
  if (!(amount >= 0) || !isTimeValid(market, nowSlot)) return 'Overflow';
  const missing = market.account(index) === undefined;
  if (missing) {
    if (amount < market.params.minInitialDeposit) return 'InsufficientBalance';
    if (!(index >= 0 && index < market.maxSlots)) return 'AccountNotFound';
    if (market.globals.usedAccounts >= market.params.maxAccounts) return 'Overflow';
  }
  addVault(market, amount);
  setCurrentSlot(market, nowSlot);
  const account = market.journal.accountMut(index);
  if (missing) createAccount(market, account);
  setCapital(market, account, account.capital + amount);
  market.sink?.emit(EventKind.Deposited, index, amount, missing ? 1 : 0);
  settleLosses(market, index, account);
  if (account.basisQ === 0 && account.pnl >= 0) sweepFeeDebt(market, index, account);
  return null;
}

/** Money against fee debt alone; what exceeds the debt stays with the payer. */
export function applyDepositFeeCredits(market: Market, ix: DepositFeeCredits): RiskErrorName | null {
  if (!(ix.amount >= 0)) return 'Overflow';
  const found = market.account(ix.account);
  if (found === undefined || ix.nowSlot < market.globals.currentSlot) return 'Unauthorized';
  const paid = Math.min(ix.amount, calculateFeeDebt(found));
  if (paid === 0) return null;
  addVault(market, paid);
  addInsurance(market, paid);
  market.journal.accountMut(ix.account).feeCredits += paid;
  setCurrentSlot(market, ix.nowSlot);
  market.sink?.emit(EventKind.FeeDebtPaid, ix.account, paid, 0);
  return null;
}

/** Money into the insurance fund. */
export function applyTopUp(market: Market, { amount, nowSlot }: TopUpInsurance): RiskErrorName | null {
  if (!(amount >= 0) || nowSlot < market.globals.currentSlot) return 'Overflow';
  addVault(market, amount);
  addInsurance(market, amount);
  setCurrentSlot(market, nowSlot);
  market.sink?.emit(EventKind.InsuranceToppedUp, -1, amount);
  return null;
}

/** Capital out of the vault, as far as initial margin allows. */
export function applyWithdraw(market: Market, ix: Withdraw): RiskErrorName | null {
  const { account: index, amount } = ix;
  if (!(amount >= 0)) return 'Overflow';
  const refused = openOwn(market, index, ix);
  if (refused !== null) return refused;
  const account = touchAccount(market, index);
  if (amount > account.capital) return 'InsufficientBalance';
  const rest = account.capital - amount;
  if (rest !== 0 && rest < market.params.minInitialDeposit) return 'InsufficientBalance';
  const position = calculateEffectivePosition(market, account);
  // h does not move: V and C_tot fall together, so only the capital is missing afterwards.
  if (position !== 0 && !isInitialHealthy(market, account, position, amount)) return 'Undercollateralized';
  payOut(market, index, account, amount);
  return end(market, ix.fundingRate);
}

/** Released profit into capital, at the haircut. */
export function applyConvert(market: Market, ix: ConvertReleased): RiskErrorName | null {
  const refused = openOwn(market, ix.account, ix);
  if (refused !== null) return refused;
  const account = touchAccount(market, ix.account);
  if (account.basisQ !== 0) {
    if (!(ix.amount > 0 && ix.amount <= calculateReleased(account))) return 'Overflow';
    convertReleased(market, ix.account, account, ix.amount, 0);
    sweepFeeDebt(market, ix.account, account);
    const position = calculateEffectivePosition(market, account);
    if (!isMaintenanceHealthy(market, account, position)) return 'Undercollateralized';
  }
  return end(market, ix.fundingRate);
}
