import { type Account, LONG, type Market, SHORT, type Side } from '../../engine/risk/index.ts';

const WORD = 4_294_967_296;

/** Two independent 32-bit mixers: together 53 bits tell states apart. */
class Hash {
  private a = 0x9e37_79b9;
  private b = 0x85eb_ca6b;

  add(value: number): void {
    this.addHalf(value >>> 0);
    this.addHalf(Math.floor(value / WORD) >>> 0);
  }

  private addHalf(half: number): void {
    this.a = Math.imul(this.a ^ half, 0x01_00_01_93);
    this.a ^= this.a >>> 15;
    this.b = Math.imul(this.b ^ half, 0xc2b2_ae35);
    this.b = (this.b << 13) | (this.b >>> 19);
  }

  /** 53 bits as an integer. */
  get value(): number {
    return (this.a >>> 0) * 2_097_152 + ((this.b >>> 0) & 2_097_151);
  }
}

/** What a holder's settlement will see: K moved so far since its snapshot, in the epoch it belongs to. */
function calculateKGap(side: Side, account: Account): number {
  const k = account.epochSnap === side.epoch ? side.k : side.kEpochStart;
  return Number(k.toBigInt() - account.kSnap.toBigInt());
}

function hashAccount(market: Market, account: Account): number {
  const hash = new Hash();
  const clock = market.globals.currentSlot;
  for (const value of [
    account.capital,
    account.pnl,
    account.reservedPnl,
    account.basisQ,
    account.feeCredits,
  ]) {
    hash.add(value);
  }
  // The age of a warmup that has nothing to release does not matter.
  hash.add(account.reservedPnl === 0 ? 0 : clock - account.warmupStart);
  hash.add(account.warmupSlope);
  hash.add(account.hedgeNet);
  hash.add(account.hedgeGross);
  if (account.basisQ !== 0) {
    const side = market.sides[account.basisQ > 0 ? LONG : SHORT];
    hash.add(account.aBasis);
    hash.add(calculateKGap(side, account));
    hash.add(side.epoch - account.epochSnap);
  }
  return hash.value;
}

/**
 * A 53-bit fingerprint of what decides a market's future: K, slots and epochs only grow, so differences stand for them
 * (K − k_snap, ages, epoch gaps), and accounts are interchangeable, so their order does not count.
 */
export function hashState(market: Market, players: number): number {
  const hash = new Hash();
  const g = market.globals;
  for (const value of [g.vault, g.insurance, g.cTot, g.pnlPosTot, g.pnlMaturedPosTot]) hash.add(value);
  for (const value of [g.currentSlot - g.slotLast, g.priceLast, g.fundingPriceLast, g.fundingRate])
    hash.add(value);
  for (const side of market.sides) {
    for (const value of [side.a, side.oiEff, side.mode, side.storedPositions]) hash.add(value);
    hash.add(side.stalePositions);
    hash.add(side.phantomDustQ);
  }
  const accounts: number[] = [];
  for (let index = 0; index < players; index += 1) {
    const account = market.account(index);
    if (account !== undefined) accounts.push(hashAccount(market, account));
  }
  for (const value of accounts.sort((x, y) => x - y)) hash.add(value);
  return hash.value;
}
