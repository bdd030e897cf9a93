import { createHash } from 'node:crypto';
import { LONG, type Market, SHORT, SIDE_MODES, type Side } from '../../engine/risk/index.ts';

/** Names of the globals in the order of the canonical text; a full dump uses the same names. */
const GLOBAL_FIELDS: readonly (readonly [string, (market: Market) => string])[] = [
  ['V', (m) => String(m.globals.vault)],
  ['I', (m) => String(m.globals.insurance)],
  ['I_floor', (m) => String(m.params.insuranceFloor)],
  ['current_slot', (m) => String(m.globals.currentSlot)],
  ['P_last', (m) => String(m.globals.priceLast)],
  ['slot_last', (m) => String(m.globals.slotLast)],
  ['r_last', (m) => String(m.globals.fundingRate)],
  ['fund_px_last', (m) => String(m.globals.fundingPriceLast)],
  ...bothSides('A', (side) => String(side.a)),
  ...bothSides('K', (side) => String(side.k.toBigInt())),
  ...bothSides('epoch', (side) => String(side.epoch)),
  ...bothSides('K_epoch_start', (side) => String(side.kEpochStart.toBigInt())),
  ...bothSides('OI_eff', (side) => String(side.oiEff)),
  ...bothSides('mode', (side) => SIDE_MODES[side.mode]),
  ...bothSides('stored_pos_count', (side) => String(side.storedPositions)),
  ...bothSides('stale_account_count', (side) => String(side.stalePositions)),
  ['phantom_dust_bound_long_q', (m) => String(m.sides[LONG].phantomDustQ)],
  ['phantom_dust_bound_short_q', (m) => String(m.sides[SHORT].phantomDustQ)],
  ['C_tot', (m) => String(m.globals.cTot)],
  ['PNL_pos_tot', (m) => String(m.globals.pnlPosTot)],
  ['PNL_matured_pos_tot', (m) => String(m.globals.pnlMaturedPosTot)],
  ['materialized_account_count', (m) => String(m.globals.usedAccounts)],
];

function bothSides(
  name: string,
  read: (side: Side) => string,
): (readonly [string, (market: Market) => string])[] {
  return [
    [`${name}_long`, (m) => read(m.sides[LONG])],
    [`${name}_short`, (m) => read(m.sides[SHORT])],
  ];
}

/** Names of an account's fields in the order of the canonical text. */
export const ACCOUNT_FIELDS = [
  'C',
  'PNL',
  'R',
  'basis_pos_q',
  'a_basis',
  'k_snap',
  'epoch_snap',
  'fee_credits',
  'last_fee_slot',
  'w_start',
  'w_slope',
] as const;

/** The market's globals by the names of the trace format, as base-10 text. */
export function describeGlobals(market: Market): Map<string, string> {
  return new Map(GLOBAL_FIELDS.map(([name, read]) => [name, read(market)]));
}

/** The fields of each used account, by index. */
export function describeAccounts(market: Market): Map<number, string[]> {
  const accounts = new Map<number, string[]>();
  market.accounts.forEach((account, index) => {
    if (!account?.used) return;
    const values = [
      account.capital,
      account.pnl,
      account.reservedPnl,
      account.basisQ,
      account.aBasis,
      account.kSnap.toBigInt(),
      account.epochSnap,
      account.feeCredits,
      account.lastFeeSlot,
      account.warmupStart,
      account.warmupSlope,
    ];
    accounts.set(index, values.map(String));
  });
  return accounts;
}

/** The canonical text of a market: one G line, one A line per used account, each ended by a newline. */
export function describeCanonically(market: Market, withFeeSlots = true): string {
  const lines = [['G', ...describeGlobals(market).values()].join('|')];
  for (const [index, fields] of describeAccounts(market)) {
    const shown = withFeeSlots ? fields : fields.with(ACCOUNT_FIELDS.indexOf('last_fee_slot'), '-');
    lines.push(['A', index, ...shown].join('|'));
  }
  return `${lines.join('\n')}\n`;
}

/** First 16 hex digits of the SHA-256 of the canonical text. */
export function hashMarket(market: Market, withFeeSlots = true): string {
  const text = describeCanonically(market, withFeeSlots);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
