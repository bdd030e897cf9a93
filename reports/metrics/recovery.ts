import type { ModeName, SeriesRow, SideName } from '../../sim/record/types.ts';
import {
  defineMetrics,
  groupBySlab,
  type MetricValue,
  maximum,
  minimum,
  sum,
  type View,
} from './definition.ts';

export const SIDES: readonly SideName[] = ['long', 'short'];

/** A side was in `mode` from slot `from` up to, not including, slot `to`. */
export interface ModeSpan {
  slab: string;
  side: SideName;
  mode: ModeName;
  from: number;
  to: number;
  /** True if the run ended before the mode did. */
  open: boolean;
}

/** A side left Normal at `from` and was Normal again at `to`; `censored` if the run ended first. */
export interface Episode {
  slab: string;
  side: SideName;
  from: number;
  to: number;
  censored: boolean;
}

/** The modes of every side of the view's slabs, in time order; spans of no length are kept out. */
export function calculateModeSpans(view: View): ModeSpan[] {
  const changes = groupBySlab(view.tables.resets);
  const end = view.record.slotsDone;
  return view.slabs.flatMap(({ slab }) =>
    SIDES.flatMap((side) => {
      const spans: ModeSpan[] = [];
      let mode: ModeName = 'Normal';
      let from = 0;
      for (const change of changes.get(slab) ?? []) {
        if (change.side !== side) continue;
        spans.push({ slab, side, mode, from, to: change.slot, open: false });
        mode = change.to;
        from = change.slot;
      }
      spans.push({ slab, side, mode, from, to: end, open: true });
      return spans.filter((span) => span.to > span.from || span.open);
    }),
  );
}

/** Time of each side outside Normal, from the mode changes. */
export function calculateEpisodes(view: View): Episode[] {
  const changes = groupBySlab(view.tables.resets);
  return view.slabs.flatMap(({ slab }) =>
    SIDES.flatMap((side) => {
      const episodes: Episode[] = [];
      let from: number | null = null;
      for (const change of changes.get(slab) ?? []) {
        if (change.side !== side) continue;
        if (change.to === 'Normal' && from !== null) {
          episodes.push({ slab, side, from, to: change.slot, censored: false });
          from = null;
        } else if (from === null && change.to !== 'Normal') {
          from = change.slot;
        }
      }
      if (from !== null) episodes.push({ slab, side, from, to: view.record.slotsDone, censored: true });
      return episodes;
    }),
  );
}

const longestEpisode = (view: View) =>
  calculateEpisodes(view).reduce<Episode | null>(
    (longest, episode) =>
      longest === null || episode.to - episode.from > longest.to - longest.from ? episode : longest,
    null,
  );

const slotsIn = (view: View, mode: ModeName) =>
  sum(
    calculateModeSpans(view).filter((span) => span.mode === mode),
    (span) => span.to - span.from,
  );

const stale = (row: SeriesRow) => row.staleLong + row.staleShort;

/** Largest fall of the insurance fund from an earlier sample of the same slab. */
function insuranceDrawdown(view: View): number {
  let largest = 0;
  for (const rows of groupBySlab(view.tables.series).values()) {
    let peak = 0;
    for (const { insuranceAtoms } of rows) {
      peak = Math.max(peak, insuranceAtoms);
      largest = Math.max(largest, peak - insuranceAtoms);
    }
  }
  return largest;
}

/** Σ over slabs; null as soon as one slab's recovery did not finish. */
function recoveryInstructions(view: View): MetricValue {
  const counts = view.slabs.map((info) => info.recoveryInstructions);
  return counts.includes(null) ? null : sum(counts, (count) => count ?? 0);
}

const modeMetrics = defineMetrics(
  'recovery',
  (
    [
      ['Normal', 'normal'],
      ['DrainOnly', 'drain_only'],
      ['ResetPending', 'reset_pending'],
    ] as const
  ).map(([mode, name]) => ({
    name: `slots_${name}`,
    unit: 'slab sides × slots',
    formula: `slots that sides spent in ${mode}, summed over sides and slabs`,
    source: 'resets.csv',
    calculate: (view) => slotsIn(view, mode),
  })),
);

const episodeMetrics = defineMetrics('recovery', [
  {
    name: 'resets',
    unit: 'count',
    formula: 'changes to ResetPending',
    source: 'resets.csv',
    calculate: (view) => view.tables.resets.filter((reset) => reset.to === 'ResetPending').length,
  },
  {
    name: 'episodes',
    unit: 'count',
    formula: 'times a side left Normal',
    source: 'resets.csv',
    calculate: (view) => calculateEpisodes(view).length,
  },
  {
    name: 'episodes_unfinished',
    unit: 'count',
    formula: 'of them, those the run ended before (censored)',
    source: 'resets.csv',
    calculate: (view) => calculateEpisodes(view).filter((episode) => episode.censored).length,
  },
  {
    name: 'episode_slots_max',
    unit: 'slots',
    formula: 'longest time from leaving Normal to Normal again; a lower bound if that episode is unfinished',
    source: 'resets.csv',
    calculate: (view) => {
      const longest = longestEpisode(view);
      return longest === null ? null : longest.to - longest.from;
    },
  },
  {
    name: 'sides_not_normal_end',
    unit: 'count',
    formula: 'sides whose final mode is not Normal',
    source: 'slabs.csv',
    calculate: (view) =>
      sum(
        view.slabs,
        (info) => Number(info.finalModeLong !== 'Normal') + Number(info.finalModeShort !== 'Normal'),
      ),
  },
  {
    name: 'recovery_instructions',
    unit: 'count',
    formula:
      'permissionless instructions that finished recovery on a copy of the final state; empty if it did not finish',
    source: 'slabs.csv',
    calculate: recoveryInstructions,
  },
  {
    name: 'refused_opens',
    unit: 'count',
    formula: 'instructions refused with SideBlocked',
    source: 'rejections.csv',
    calculate: (view) =>
      sum(
        view.tables.rejections.filter((row) => row.error === 'SideBlocked'),
        (row) => row.count,
      ),
  },
]);

const depthMetrics = defineMetrics('recovery', [
  {
    name: 'stale_accounts_max',
    unit: 'count',
    formula: 'largest staleLong + staleShort of one slab',
    source: 'series.csv',
    calculate: (view) => maximum(view.tables.series, stale),
  },
  {
    name: 'a_min',
    unit: 'ratio',
    formula: 'smallest aLong or aShort ÷ 1 000 000: what is left of a position held since the last reset',
    source: 'series.csv',
    calculate: (view) => minimum(view.tables.series, (row) => Math.min(row.aLong, row.aShort) / 1_000_000),
  },
  {
    name: 'insurance_drawdown_max',
    unit: 'atoms',
    formula: 'largest fall of insuranceAtoms from an earlier sample of the same slab',
    source: 'series.csv',
    calculate: insuranceDrawdown,
  },
]);

export const recoveryMetrics = [...modeMetrics, ...episodeMetrics, ...depthMetrics];
