import type { AttackRow } from '../../sim/record/types.ts';
import {
  calculateRatio,
  defineMetrics,
  groupBySlab,
  type MetricValue,
  maximum,
  minimum,
  sum,
  type View,
} from './definition.ts';

/** Slots from the first distorted price to the attacker's first withdrawal; null if either never happened. */
export function slotsToWithdrawal(attack: AttackRow): MetricValue {
  const { firstDistortionSlot, firstWithdrawalSlot } = attack;
  if (firstDistortionSlot === null || firstWithdrawalSlot === null) return null;
  return firstWithdrawalSlot - firstDistortionSlot;
}

/** Smallest tested warmup at and above which no attack ended with more than it brought in. */
export function breakevenWarmup(attacks: readonly AttackRow[]): MetricValue {
  const worst = maximum(attacks, (attack) =>
    attack.netExtractedAtoms > 0 ? attack.warmupPeriodSlots : null,
  );
  return minimum(attacks, (attack) => {
    const warmup = attack.warmupPeriodSlots;
    return worst === null || warmup > worst ? warmup : null;
  });
}

/** Profit in reserve, averaged over the run's slots and summed over slabs. */
function meanLockedProfit(view: View): MetricValue {
  let total: MetricValue = null;
  for (const rows of groupBySlab(view.tables.series).values()) {
    let locked = 0;
    let slots = 0;
    rows.forEach((row, at) => {
      const until = rows[at + 1]?.slot ?? Math.max(view.record.slotsDone, row.slot + 1);
      locked += (row.pnlPositiveAtoms - row.pnlMaturedAtoms) * (until - row.slot);
      slots += until - row.slot;
    });
    total = (total ?? 0) + locked / slots;
  }
  return total;
}

const attacks = (view: View) => view.tables.attacks;
/** Σ over attacks; null without any. */
const total = (view: View, pick: (attack: AttackRow) => number) =>
  attacks(view).length === 0 ? null : sum(attacks(view), pick);

const moneyMetrics = defineMetrics('manipulation', [
  {
    name: 'attacks',
    unit: 'count',
    formula: 'rows: one per attack and slab',
    source: 'attacks.csv',
    calculate: (view) => attacks(view).length,
  },
  {
    name: 'attacks_profitable',
    unit: 'count',
    formula: 'rows with netExtractedAtoms > 0; empty without attacks',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => Number(attack.netExtractedAtoms > 0)),
  },
  {
    name: 'attacks_successful',
    unit: 'count',
    formula:
      'rows with success: measured > needed, by the criterion of the kind of attack; empty without attacks',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => Number(attack.success)),
  },
  {
    name: 'capital_in',
    unit: 'atoms',
    formula: 'Σ depositedAtoms of the attackers',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => attack.depositedAtoms),
  },
  {
    name: 'capital_out',
    unit: 'atoms',
    formula: 'Σ withdrawnAtoms of the attackers',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => attack.withdrawnAtoms),
  },
  {
    name: 'net_extracted',
    unit: 'atoms',
    formula:
      'Σ netExtractedAtoms: withdrawn + left inside (undistorted price, what h pays) − deposited − bids',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => attack.netExtractedAtoms),
  },
  {
    name: 'bids_paid',
    unit: 'atoms',
    formula: 'Σ bidsPaidAtoms of the attackers',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => attack.bidsPaidAtoms),
  },
  {
    name: 'net_extracted_max',
    unit: 'atoms',
    formula: 'largest netExtractedAtoms of one attack on one slab',
    source: 'attacks.csv',
    calculate: (view) => maximum(attacks(view), (attack) => attack.netExtractedAtoms),
  },
  {
    name: 'return_max',
    unit: 'ratio',
    formula: 'largest netExtractedAtoms ÷ depositedAtoms of one attack on one slab',
    source: 'attacks.csv',
    calculate: (view) =>
      maximum(attacks(view), (attack) => calculateRatio(attack.netExtractedAtoms, attack.depositedAtoms)),
  },
  {
    name: 'slots_to_first_withdrawal_min',
    unit: 'slots',
    formula: 'smallest firstWithdrawalSlot − firstDistortionSlot',
    source: 'attacks.csv',
    calculate: (view) => minimum(attacks(view), slotsToWithdrawal),
  },
  {
    name: 'peak_reserved_max',
    unit: 'atoms',
    formula: 'largest peakReservedAtoms: attacker profit that the warmup held back at once',
    source: 'attacks.csv',
    calculate: (view) => maximum(attacks(view), (attack) => attack.peakReservedAtoms),
  },
]);

const honestMetrics = defineMetrics('manipulation', [
  {
    name: 'honest_wealth_change',
    unit: 'atoms',
    formula:
      'Σ honestWealthChangeAtoms: wealth of everybody else with the attack − without it (same seed, undistorted price)',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => attack.honestWealthChangeAtoms),
  },
  {
    name: 'honest_wealth_change_min',
    unit: 'atoms',
    formula: 'smallest honestWealthChangeAtoms of one slab',
    source: 'attacks.csv',
    calculate: (view) => minimum(attacks(view), (attack) => attack.honestWealthChangeAtoms),
  },
  {
    name: 'lp_wealth_change',
    unit: 'atoms',
    formula: 'Σ lpWealthChangeAtoms: the part of it that liquidity providers carried',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => attack.lpWealthChangeAtoms),
  },
  {
    name: 'insurance_change',
    unit: 'atoms',
    formula: 'Σ insuranceChangeAtoms: insurance fund with the attack − without it',
    source: 'attacks.csv',
    calculate: (view) => total(view, (attack) => attack.insuranceChangeAtoms),
  },
  {
    name: 'breakeven_warmup',
    unit: 'slots',
    formula:
      'smallest tested warmupPeriodSlots at and above which every netExtractedAtoms ≤ 0; empty if none',
    source: 'attacks.csv',
    calculate: (view) => breakevenWarmup(attacks(view)),
  },
  {
    name: 'locked_profit_mean',
    unit: 'atoms',
    formula:
      'Σ (pnlPositiveAtoms − pnlMaturedAtoms)·slots ÷ slots, summed over slabs: profit that the warmup keeps from its owners, the price of the defence',
    source: 'series.csv',
    calculate: meanLockedProfit,
  },
  {
    name: 'extraction_slack_min',
    unit: 'atoms',
    formula:
      'smallest slackAtoms over all sets: deposited + losses of others + insurance spent − withdrawn; below 0 is an engine bug',
    source: 'bounds.csv',
    calculate: (view) => minimum(view.tables.bounds, (bound) => bound.slackAtoms),
  },
]);

export const manipulationMetrics = [...moneyMetrics, ...honestMetrics];
