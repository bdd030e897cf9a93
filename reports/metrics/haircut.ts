import { sampleRankCorrelation } from 'simple-statistics';
import type { AccountRow, ExitRow, SeriesRow } from '../../sim/record/types.ts';
import {
  calculateRatio,
  defineMetrics,
  groupBy,
  groupBySlab,
  maximum,
  minimum,
  oncePerView,
  sum,
  type View,
} from './definition.ts';
import { H_TARGET } from './thresholds.ts';
import {
  calculateTopShare,
  calculateWeightedGini,
  calculateWeightedJain,
  sortByWeight,
  type Weighted,
} from './weighted.ts';

/** Conversions of released pnl into capital, in time order (the table's order). */
export const conversions = oncePerView((view): readonly ExitRow[] =>
  view.tables.exits.filter((exit) => exit.kind === 'convert' && exit.amountAtoms > 0),
);

const payoutRatio = (exit: ExitRow) => exit.paidAtoms / exit.amountAtoms;

/** Each sample with the claim-time it stands for: matured claims × slots until the slab's next sample. */
function claimWeightedSamples(view: View): { row: SeriesRow; weight: number }[] {
  return [...groupBySlab(view.tables.series).values()].flatMap((rows) =>
    rows.map((row, at) => {
      const until = rows[at + 1]?.slot ?? Math.max(view.record.slotsDone, row.slot + 1);
      return { row, weight: row.pnlMaturedAtoms * (until - row.slot) };
    }),
  );
}

/** Haircut fraction of each winner, weighted by its claim: converted claims at what they were paid, released ones at the last stored h. */
export const winnerHaircuts = oncePerView((view): readonly Weighted[] => {
  const lastH = new Map<string, number>();
  for (const row of view.tables.series) lastH.set(row.slab, row.hStored);
  return view.tables.accounts.flatMap((account) => {
    const released = Math.max(account.pnlAtoms, 0) - account.reservedAtoms;
    const claim = account.releasedConsumedAtoms + released;
    if (claim <= 0) return [];
    const worth = account.gainsConvertedAtoms + released * (lastH.get(account.slab) ?? 1);
    return [{ x: Math.max(0, 1 - worth / claim), weight: claim }];
  });
});

const winnersBySize = oncePerView((view) => sortByWeight(winnerHaircuts(view)));

/**
 * Largest difference between the payout ratios of two conversions in one slot of one slab, beyond the atom that
 * flooring may take from each: max(paid ÷ released) − min((paid + 1) ÷ released), at least 0.
 */
function equalTreatmentError(view: View): number | null {
  const sameSlot = [...groupBySlab(conversions(view)).values()].flatMap((exits) => [
    ...groupBy(exits, (exit) => exit.slot).values(),
  ]);
  return maximum(sameSlot, (exits) => {
    if (exits.length < 2) return null;
    const low = maximum(exits, payoutRatio) ?? 0;
    const high = minimum(exits, (exit) => (exit.paidAtoms + 1) / exit.amountAtoms) ?? 0;
    return Math.max(0, low - high);
  });
}

/** Spearman correlation of exit slot and payout ratio; of several slabs the one farthest from 0. */
function firstComeAdvantage(view: View): number | null {
  let strongest: number | null = null;
  for (const exits of groupBySlab(conversions(view)).values()) {
    if (exits.length < 3) continue;
    const rho = sampleRankCorrelation(
      exits.map((exit) => exit.slot),
      exits.map(payoutRatio),
    );
    if (Number.isFinite(rho) && (strongest === null || Math.abs(rho) > Math.abs(strongest))) strongest = rho;
  }
  return strongest;
}

/** Payout ratio of the first tenth of each slab's converted claims (the conversion on the boundary in part), pooled. */
function decilePayout(view: View, end: 'first' | 'last'): number | null {
  let claims = 0;
  let paid = 0;
  for (const exits of groupBySlab(conversions(view)).values()) {
    let left = sum(exits, (exit) => exit.amountAtoms) / 10;
    for (const exit of end === 'first' ? exits : exits.toReversed()) {
      const part = Math.min(left, exit.amountAtoms);
      claims += part;
      paid += part * payoutRatio(exit);
      left -= part;
      if (left <= 0) break;
    }
  }
  return calculateRatio(paid, claims);
}

/** What an account that never held a position lost apart from fees; must be 0. */
const flatLoss = (account: AccountRow) =>
  Math.max(0, account.depositedAtoms - account.withdrawnAtoms - account.capitalAtoms - account.feesPaidAtoms);

const hMetrics = defineMetrics('haircut', [
  {
    name: 'h_stored_min',
    unit: 'ratio',
    formula: 'smallest hStored among samples with pnlMaturedAtoms > 0; 1 if nothing ever matured',
    source: 'series.csv',
    calculate: (view) =>
      minimum(view.tables.series, (row) => (row.pnlMaturedAtoms > 0 ? row.hStored : null)) ?? 1,
  },
  {
    name: 'h_stored_mean',
    unit: 'ratio',
    formula:
      'Σ hStored·pnlMaturedAtoms·slots ÷ Σ pnlMaturedAtoms·slots: mean h, weighted by the matured claims it applies to',
    source: 'series.csv',
    calculate: (view) => {
      const samples = claimWeightedSamples(view);
      return calculateRatio(
        sum(samples, ({ row, weight }) => row.hStored * weight),
        sum(samples, ({ weight }) => weight),
      );
    },
  },
  {
    name: 'h_below_target_share',
    unit: 'ratio',
    formula: `share of pnlMaturedAtoms·slots at hStored < ${H_TARGET}; denominator Σ pnlMaturedAtoms·slots`,
    source: 'series.csv',
    calculate: (view) => {
      const samples = claimWeightedSamples(view);
      const below = samples.filter(({ row }) => row.hStored < H_TARGET);
      return calculateRatio(
        sum(below, ({ weight }) => weight),
        sum(samples, ({ weight }) => weight),
      );
    },
  },
  {
    name: 'h_cranked_min',
    unit: 'ratio',
    formula: 'smallest hCranked: h on a copy where every account is settled, nothing converted or matured',
    source: 'series.csv',
    calculate: (view) => minimum(view.tables.series, (row) => row.hCranked),
  },
  {
    name: 'staleness_gap_over_max',
    unit: 'ratio',
    formula: 'largest hStored − hCranked, at least 0: how much too much an exit could be paid before a crank',
    source: 'series.csv',
    calculate: (view) =>
      maximum(view.tables.series, (row) =>
        row.hCranked === null ? null : Math.max(0, row.hStored - row.hCranked),
      ),
  },
  {
    name: 'staleness_gap_under_max',
    unit: 'ratio',
    formula:
      'largest hCranked − hStored, at least 0: how much too little an exit could be paid before a crank',
    source: 'series.csv',
    calculate: (view) =>
      maximum(view.tables.series, (row) =>
        row.hCranked === null ? null : Math.max(0, row.hCranked - row.hStored),
      ),
  },
]);

const exitMetrics = defineMetrics('haircut', [
  {
    name: 'exits',
    unit: 'count',
    formula: 'conversions of released pnl into capital',
    source: 'exits.csv (kind = convert)',
    calculate: (view) => conversions(view).length,
  },
  {
    name: 'claims_converted',
    unit: 'atoms',
    formula: 'Σ amountAtoms: released pnl consumed by conversions',
    source: 'exits.csv (kind = convert)',
    calculate: (view) => sum(conversions(view), (exit) => exit.amountAtoms),
  },
  {
    name: 'haircut_taken',
    unit: 'atoms',
    formula: 'Σ amountAtoms − Σ paidAtoms: released pnl that conversions did not pay',
    source: 'exits.csv (kind = convert)',
    calculate: (view) => sum(conversions(view), (exit) => exit.amountAtoms - exit.paidAtoms),
  },
  {
    name: 'payout_ratio',
    unit: 'ratio',
    formula: 'Σ paidAtoms ÷ Σ amountAtoms (denominator: released pnl consumed)',
    source: 'exits.csv (kind = convert)',
    calculate: (view) => {
      const exits = conversions(view);
      return calculateRatio(
        sum(exits, (exit) => exit.paidAtoms),
        sum(exits, (exit) => exit.amountAtoms),
      );
    },
  },
  {
    name: 'payout_ratio_min',
    unit: 'ratio',
    formula: 'smallest paidAtoms ÷ amountAtoms of one conversion',
    source: 'exits.csv (kind = convert)',
    calculate: (view) => minimum(conversions(view), payoutRatio),
  },
  {
    name: 'equal_treatment_error_max',
    unit: 'ratio',
    formula:
      'over conversions in the same slot: max(paidAtoms ÷ amountAtoms) − min((paidAtoms + 1) ÷ amountAtoms), at least 0; the atom is what flooring may take',
    source: 'exits.csv (kind = convert)',
    calculate: equalTreatmentError,
  },
  {
    name: 'first_come_advantage',
    unit: 'ratio',
    formula:
      'Spearman rank correlation of slot and payout ratio; below 0 the first out were paid better; of several slabs the one farthest from 0',
    source: 'exits.csv (kind = convert)',
    calculate: firstComeAdvantage,
  },
  {
    name: 'payout_first_decile',
    unit: 'ratio',
    formula: 'paid ÷ released of the first tenth of the converted claims, by time, per slab and pooled',
    source: 'exits.csv (kind = convert)',
    calculate: (view) => decilePayout(view, 'first'),
  },
  {
    name: 'payout_last_decile',
    unit: 'ratio',
    formula: 'paid ÷ released of the last tenth of the converted claims, by time, per slab and pooled',
    source: 'exits.csv (kind = convert)',
    calculate: (view) => decilePayout(view, 'last'),
  },
]);

const WINNERS =
  'winner: account with claim = releasedConsumedAtoms + released pnl at the end > 0; haircut = 1 − (gainsConvertedAtoms + released·last hStored) ÷ claim';

const fairnessMetrics = defineMetrics('haircut', [
  {
    name: 'winners',
    unit: 'count',
    formula: WINNERS,
    source: 'accounts.csv, series.csv',
    calculate: (view) => winnerHaircuts(view).length,
  },
  {
    name: 'gini',
    unit: 'ratio',
    formula: `Gini index of haircuts, weighted by claim; 0 is equal treatment (${WINNERS})`,
    source: 'accounts.csv, series.csv',
    calculate: (view) => calculateWeightedGini(winnerHaircuts(view)),
  },
  {
    name: 'jain',
    unit: 'ratio',
    formula: `Jain index of haircuts, weighted by claim; 1 is equal treatment (${WINNERS})`,
    source: 'accounts.csv, series.csv',
    calculate: (view) => calculateWeightedJain(winnerHaircuts(view)),
  },
  ...([0.01, 0.1] as const).flatMap((share) => {
    const percent = share === 0.01 ? 1 : 10;
    const topShare = oncePerView((view) => calculateTopShare(winnersBySize(view), share));
    return [
      {
        name: `loss_share_top_${percent}`,
        unit: 'ratio' as const,
        formula: `share of all haircut losses borne by the ${percent} % of winners with the largest claims`,
        source: 'accounts.csv, series.csv',
        calculate: (view: View) => topShare(view).loss,
      },
      {
        name: `claim_share_top_${percent}`,
        unit: 'ratio' as const,
        formula: `share of all claims held by the ${percent} % of winners with the largest claims`,
        source: 'accounts.csv, series.csv',
        calculate: (view: View) => topShare(view).claim,
      },
    ];
  }),
]);

const principalMetrics = defineMetrics('haircut', [
  {
    name: 'flat_principal_lost_max',
    unit: 'atoms',
    formula:
      'over accounts with alwaysFlat: largest depositedAtoms − withdrawnAtoms − capitalAtoms − feesPaidAtoms; must be 0',
    source: 'accounts.csv',
    calculate: (view) =>
      maximum(view.tables.accounts, (account) => (account.alwaysFlat ? flatLoss(account) : null)),
  },
  {
    name: 'pnl_lost_through_k',
    unit: 'atoms',
    formula: 'Σ lostThroughKAtoms: deficits of the other side that accounts with positions carried',
    source: 'accounts.csv',
    calculate: (view) => sum(view.tables.accounts, (account) => account.lostThroughKAtoms),
  },
  {
    name: 'principal_lost_through_k',
    unit: 'atoms',
    formula: 'Σ principalLostThroughKAtoms: the part of it that came out of principal',
    source: 'accounts.csv',
    calculate: (view) => sum(view.tables.accounts, (account) => account.principalLostThroughKAtoms),
  },
  {
    name: 'principal_lost_through_k_share',
    unit: 'ratio',
    formula: 'Σ principalLostThroughKAtoms ÷ Σ depositedAtoms',
    source: 'accounts.csv',
    calculate: (view) =>
      calculateRatio(
        sum(view.tables.accounts, (account) => account.principalLostThroughKAtoms),
        sum(view.tables.accounts, (account) => account.depositedAtoms),
      ),
  },
]);

export const haircutMetrics = [...hMetrics, ...exitMetrics, ...fairnessMetrics, ...principalMetrics];
