import type { RunRecord } from '../../sim/record/types.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatRatio } from '../format.ts';
import type { MetricValue } from './definition.ts';
import type { FitRow } from './fit.ts';
import type { Identity } from './identities.ts';
import { EQUAL_TREATMENT_TARGET, H_TARGET } from './thresholds.ts';

/** fail: the engine or the lab broke a promise. attention: the market did something a committee must know. */
export type FactStatus = 'pass' | 'attention' | 'fail' | 'note';

export interface Fact {
  id: string;
  status: FactStatus;
  /** One sentence with the number and its threshold. */
  statement: string;
}

export interface Verdict {
  /** The answer to the scenario's question, from the numbers. */
  answer: string;
  facts: Fact[];
  /** One sentence to act on for each of the three sections. */
  findings: { haircut: string; manipulation: string; recovery: string };
}

/** What the verdict is written from. */
export interface VerdictInput {
  record: RunRecord;
  metrics: Readonly<Record<string, MetricValue>>;
  identities: readonly Identity[];
  fit: readonly FitRow[];
}

const value = (input: VerdictInput, name: string): number => input.metrics[name] ?? 0;
const sides = (input: VerdictInput) => input.record.slabs.length * 2;
const duration = (input: VerdictInput, slots: number) => formatDuration(slots, input.record.slotMs);

/** Who carried the deficits: "insurance paid 60 %, …". */
function describeBearers(input: VerdictInput): string {
  const deficits = value(input, 'totals.deficits');
  const share = (name: string) => formatPercent(value(input, name) / deficits);
  return [
    `insurance paid ${share('totals.insurance_spent')}`,
    `the other side carried ${share('totals.socialized')} through K`,
    `${share('totals.uninsured')} stayed uninsured`,
  ].join(', ');
}

function describeLosses(input: VerdictInput): string {
  const liquidations = value(input, 'liquidations.count');
  if (value(input, 'totals.deficits') === 0) {
    return liquidations === 0
      ? 'no position was liquidated'
      : `${formatCount(liquidations, 'liquidation')} left no deficit`;
  }
  const bankrupt = value(input, 'liquidations.bankrupt');
  return `${formatCount(bankrupt, 'bankruptcy', 'bankruptcies')} among ${formatCount(liquidations, 'liquidation')} left ${formatMoney(
    value(input, 'totals.deficits'),
  )} of deficits (${describeBearers(input)})`;
}

function describeHaircut(input: VerdictInput): string {
  const h = value(input, 'haircut.h_stored_min');
  if (h === 1) return 'matured profit was backed in full throughout (h = 1)';
  const payout = input.metrics['haircut.payout_ratio'] ?? null;
  const paid =
    payout === null ? 'nothing was converted' : `conversions were paid ${formatPercent(payout)} overall`;
  return `matured profit was backed to h = ${formatRatio(h)} at worst and ${paid}`;
}

function describeRecovery(input: VerdictInput): string {
  const episodes = value(input, 'recovery.episodes');
  if (episodes === 0) return `all ${sides(input)} sides stayed Normal`;
  const unfinished = value(input, 'recovery.sides_not_normal_end');
  const left = `sides left Normal ${formatCount(episodes, 'time')}`;
  if (unfinished > 0) return `${left} and ${unfinished} of ${sides(input)} were not Normal at the end`;
  return `${left} and were all back after at most ${duration(input, value(input, 'recovery.episode_slots_max'))}`;
}

function describeAttacks(input: VerdictInput): string | null {
  const attacks = value(input, 'manipulation.attacks');
  if (attacks === 0) return null;
  const profitable = value(input, 'manipulation.attacks_profitable');
  if (profitable === 0) return `none of ${formatCount(attacks, 'attack')} ended with a profit`;
  const best = formatMoney(value(input, 'manipulation.net_extracted_max'));
  const breakeven = input.metrics['manipulation.breakeven_warmup'] ?? null;
  const from =
    breakeven === null
      ? 'no tested warmup stopped it'
      : `none with a warmup of ${duration(input, breakeven)} or more`;
  return `${profitable} of ${formatCount(attacks, 'attack')} ended with a profit, the best with ${best}; ${from}`;
}

const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** One sentence from the numbers; attacks come first where there are any. */
function describeAnswer(input: VerdictInput): string {
  const attacks = describeAttacks(input);
  const clauses = [describeLosses(input), describeHaircut(input), describeRecovery(input)];
  const calm =
    value(input, 'liquidations.count') === 0 &&
    value(input, 'haircut.h_stored_min') === 1 &&
    value(input, 'recovery.episodes') === 0;
  const body = calm && attacks === null ? `nothing broke: ${clauses.join(', ')}` : clauses.join('; ');
  const whole = capitalise(attacks === null ? body : `${attacks}; ${body}`);
  return input.record.complete
    ? `${whole}.`
    : `Up to slot ${input.record.slotsDone} of ${input.record.slots}, where the run was interrupted: ${whole}.`;
}

function checkAccounting({ identities }: VerdictInput): Fact {
  const broken = identities.filter((identity) => identity.residueAtoms !== 0);
  const worst = broken[0];
  return {
    id: 'accounting',
    status: worst ? 'fail' : 'pass',
    statement: worst
      ? `${broken.length} of ${identities.length} money identities do not close; first: ${worst.slab}, ${worst.statement}, residue ${worst.residueAtoms} atoms (must be 0).`
      : `All ${identities.length} money identities close to the atom (residue 0, must be 0).`,
  };
}

/** Promises of the engine: a miss is a bug, not a market outcome. */
function checkPromises(input: VerdictInput): Fact[] {
  const flat = input.metrics['haircut.flat_principal_lost_max'] ?? null;
  const slack = input.metrics['manipulation.extraction_slack_min'] ?? null;
  const frozen = value(input, 'totals.frozen_accounts');
  return [
    {
      id: 'flat_principal',
      status: flat === null ? 'note' : flat === 0 ? 'pass' : 'fail',
      statement:
        flat === null
          ? 'No account was flat throughout, so principal protection of flat accounts was not put to the test.'
          : `The largest loss of an account that was flat throughout is ${formatMoney(flat)} (must be 0).`,
    },
    {
      id: 'extraction_bound',
      status: slack === null ? 'note' : slack >= 0 ? 'pass' : 'fail',
      statement:
        slack === null
          ? 'The extraction bound was not evaluated.'
          : `The extraction bound holds with ${formatMoney(slack)} to spare for the tightest set of accounts (must be ≥ 0).`,
    },
    {
      id: 'liveness',
      status: frozen === 0 ? 'pass' : 'fail',
      statement: `${capitalise(formatCount(frozen, 'account'))} froze on an arithmetic overflow (must be 0).`,
    },
  ];
}

/** Outcomes a committee sets limits for. */
function checkOutcomes(input: VerdictInput): Fact[] {
  const h = value(input, 'haircut.h_stored_min');
  const error = input.metrics['haircut.equal_treatment_error_max'] ?? null;
  const principal = value(input, 'haircut.principal_lost_through_k');
  const abnormal = value(input, 'recovery.sides_not_normal_end');
  return [
    {
      id: 'haircut',
      status: h >= H_TARGET ? 'pass' : 'attention',
      statement: `The lowest stored h is ${formatRatio(h)} (target: at least ${H_TARGET}).`,
    },
    {
      id: 'equal_treatment',
      status: error === null ? 'note' : error <= EQUAL_TREATMENT_TARGET ? 'pass' : 'attention',
      statement:
        error === null
          ? 'No two conversions fell into one slot, so equal treatment was not put to the test.'
          : `Conversions of one slot differ by at most ${formatRatio(error)} in payout ratio (target: at most ${EQUAL_TREATMENT_TARGET}).`,
    },
    {
      id: 'principal_through_k',
      status: principal === 0 ? 'pass' : 'attention',
      statement: `Accounts with positions lost ${formatMoney(principal)} of principal to bankrupt accounts of the other side (target: 0).`,
    },
    {
      id: 'final_modes',
      status: abnormal === 0 ? 'pass' : 'attention',
      statement: `${capitalise(formatCount(abnormal, 'side'))} of ${sides(input)} ${abnormal === 1 ? 'was' : 'were'} not Normal at the end (target: 0).`,
    },
  ];
}

function checkAttacks(input: VerdictInput): Fact[] {
  const attacks = value(input, 'manipulation.attacks');
  if (attacks === 0) return [];
  const profitable = value(input, 'manipulation.attacks_profitable');
  const honest = value(input, 'manipulation.honest_wealth_change_min');
  return [
    {
      id: 'attacks',
      status: profitable === 0 ? 'pass' : 'attention',
      statement: `${capitalise(formatCount(profitable, 'attack'))} of ${attacks} ended with a profit, the best result being ${formatMoney(
        value(input, 'manipulation.net_extracted_max'),
      )} (target: none above 0).`,
    },
    {
      id: 'honest_wealth',
      status: honest >= 0 ? 'pass' : 'attention',
      statement: `On the slab hit hardest, honest participants ended with ${formatMoney(honest)} against the same run without the attack (target: not below 0).`,
    },
  ];
}

function checkFit({ fit }: VerdictInput): Fact[] {
  if (fit.length === 0) return [];
  const inRange = fit.filter((row) => row.withinRange).length;
  return [
    {
      id: 'fit',
      status: inRange === fit.length ? 'pass' : 'attention',
      statement: `${inRange} of ${fit.length} published figures are met within their range.`,
    },
  ];
}

function describeChecking({ record }: VerdictInput): Fact {
  return {
    id: 'checked',
    status: record.checked ? 'pass' : 'note',
    statement: record.checked
      ? 'An independent auditor and the engine’s invariants were checked at every slot.'
      : 'Invariants were not checked slot by slot in this run; `run --check` does it.',
  };
}

function findManipulation(input: VerdictInput): string {
  if (value(input, 'manipulation.attacks') === 0) {
    return 'This scenario has no attacker, so it says nothing about manipulation; the extraction bound (slack must be ≥ 0) was still evaluated.';
  }
  const change = value(input, 'manipulation.honest_wealth_change');
  const breakeven = input.metrics['manipulation.breakeven_warmup'] ?? null;
  const advice =
    breakeven === null
      ? 'raise the warmup above the longest one tested, or defend the oracle otherwise'
      : `a warmup of at least ${duration(input, breakeven)} made every tested attack unprofitable`;
  return `Honest participants ended ${formatMoney(Math.abs(change))} ${change < 0 ? 'poorer' : 'richer'} in total than without the attacks (threshold: no attack may end above 0): ${advice}.`;
}

/** Everything above the charts: the answer, the facts behind it and a sentence for each section. */
export function calculateVerdict(input: VerdictInput): Verdict {
  const h = value(input, 'haircut.h_stored_min');
  const gap = value(input, 'haircut.staleness_gap_over_max');
  return {
    answer: describeAnswer(input),
    facts: [
      checkAccounting(input),
      ...checkPromises(input),
      ...checkOutcomes(input),
      ...checkAttacks(input),
      ...checkFit(input),
      describeChecking(input),
    ],
    findings: {
      haircut: `${capitalise(describeHaircut(input))}, ${h >= H_TARGET ? 'inside' : 'outside'} the target of h ≥ ${H_TARGET}; stored h overstated what a full crank would pay by at most ${formatRatio(gap)}.`,
      manipulation: findManipulation(input),
      recovery: `${capitalise(describeRecovery(input))} (threshold: every side Normal at the end); ${describeLosses(input)}.`,
    },
  };
}
