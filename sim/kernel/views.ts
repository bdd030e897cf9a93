import {
  type Account,
  calculateEffectivePosition,
  calculateEquityMaintenance,
  calculateFeeDebt,
  calculateHaircutNumerator,
  calculateInitialMargin,
  calculateMaintenanceMargin,
  calculateReleased,
  LONG,
  type Market,
  type RiskParams,
  type SideIndex,
} from '../../engine/risk/index.ts';
import type { AccountView, VenueView } from '../agents/agent.ts';

/** What is seen of an account that has just been touched at the observed price. */
export function readAccountView(market: Market, touched: Account): AccountView {
  const positionQ = calculateEffectivePosition(market, touched);
  return {
    capitalAtoms: touched.capital,
    pnlAtoms: touched.pnl,
    reservedAtoms: touched.reservedPnl,
    releasedAtoms: calculateReleased(touched),
    feeDebtAtoms: calculateFeeDebt(touched),
    positionQ,
    equityAtoms: calculateEquityMaintenance(touched),
    maintenanceMarginAtoms: calculateMaintenanceMargin(market, touched, positionQ),
    initialMarginAtoms: calculateInitialMargin(market, touched, positionQ),
  };
}

/** The public state of a slab, read when asked for. */
export class MarketView implements VenueView {
  private readonly market: Market;

  constructor(market: Market) {
    this.market = market;
  }

  get params(): RiskParams {
    return this.market.params;
  }

  get hStored(): number {
    const matured = this.market.globals.pnlMaturedPosTot;
    return matured === 0 ? 1 : calculateHaircutNumerator(this.market) / matured;
  }

  get vaultAtoms(): number {
    return this.market.globals.vault;
  }

  get capitalAtoms(): number {
    return this.market.globals.cTot;
  }

  get insuranceAtoms(): number {
    return this.market.globals.insurance;
  }

  /** Of the long side; the short side's is the same after every instruction. */
  get openInterestQ(): number {
    return this.market.sides[LONG].oiEff;
  }

  mode(side: SideIndex): number {
    return this.market.sides[side].mode;
  }

  openAccounts(): readonly number[] {
    return this.select((account) => account.basisQ !== 0);
  }

  staleAccounts(side: SideIndex): readonly number[] {
    const { epoch, stalePositions } = this.market.sides[side];
    if (stalePositions === 0) return [];
    const isOnSide = (basisQ: number) => (side === LONG ? basisQ > 0 : basisQ < 0);
    return this.select(({ basisQ, epochSnap }) => isOnSide(basisQ) && epochSnap !== epoch);
  }

  private select(isWanted: (account: Account) => boolean): number[] {
    const { accounts, globals } = this.market;
    const selected: number[] = [];
    for (let index = 0, left = globals.usedAccounts; left > 0 && index < accounts.length; index += 1) {
      const account = accounts[index];
      if (!account?.used) continue;
      left -= 1;
      if (isWanted(account)) selected.push(index);
    }
    return selected;
  }
}
