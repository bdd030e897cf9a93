import type { RunRecord, SlabInfo } from '../../sim/record/types.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatRatio } from '../format.ts';
import { groupBy } from './definition.ts';
import {
  capitalise,
  describeAttacks,
  describeExposure,
  describeHaircut,
  describeLosses,
  describeRecovery,
  isExposureMaterial,
  sides,
  type VerdictInput,
  value,
} from './describe.ts';
import { breakevenWarmup } from './manipulation.ts';
import { EQUAL_TREATMENT_TARGET, EXPOSURE_TARGET, H_TARGET } from './thresholds.ts';

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

/** One sentence from the numbers; attacks come first where there are any. */
function describeAnswer(input: VerdictInput): string {
  const { complete, slotMs, slots, slotsDone, tables } = input.record;
  const attacks = tables.attacks.length === 0 ? null : describeAttacks(tables.attacks, slotMs);
  const clauses = [
    describeLosses(input),
    ...(isExposureMaterial(input) ? [describeExposure(input)] : []),
    describeHaircut(input),
    describeRecovery(input),
  ];
  const calm =
    value(input, 'liquidations.count') === 0 &&
    value(input, 'haircut.h_stored_min') === 1 &&
    value(input, 'recovery.episodes') === 0;
  const body = calm && attacks === null ? `nothing broke: ${clauses.join(', ')}` : clauses.join('; ');
  const whole = capitalise(attacks === null ? body : `${attacks}; ${body}`);
  return complete
    ? `${whole}.`
    : `Up to slot ${slotsDone} of ${slots}, where the run was interrupted: ${whole}.`;
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

/** "sol (short DrainOnly)" */
function describeStuck({ finalModeLong, finalModeShort, slab }: SlabInfo): string {
  const modes = [
    ['long', finalModeLong],
    ['short', finalModeShort],
  ].filter(([, mode]) => mode !== 'Normal');
  return `${slab} (${modes.map((side) => side.join(' ')).join(', ')})`;
}

/**
 * Anybody must be able to finish what a reset began, with permissionless instructions (design 01 §11). A side that healthy
 * holders keep in DrainOnly is told as well: nobody can end that against their will.
 */
function checkRecovery({ record }: VerdictInput): Fact {
  const stuck = record.slabs.filter((info) => info.recoveryInstructions === null);
  return {
    id: 'recovery',
    status: stuck.length === 0 ? 'pass' : 'fail',
    statement:
      stuck.length === 0
        ? 'Permissionless instructions finish every recovery that the end of the run left open (must be all).'
        : `Permissionless instructions do not finish the recovery of ${stuck.map(describeStuck).join(', ')} (must finish all).`,
  };
}

/** Promises of the engine: a miss is a bug, not a market outcome. */
function checkPromises(input: VerdictInput): Fact[] {
  const flat = input.metrics['haircut.flat_principal_lost_max'] ?? null;
  const slack = input.metrics['manipulation.extraction_slack_min'] ?? null;
  const frozen = value(input, 'totals.frozen_accounts');
  const missed = value(input, 'totals.missed_accruals');
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
      status: frozen === 0 && missed === 0 ? 'pass' : 'fail',
      statement: `${capitalise(formatCount(frozen, 'account'))} froze on an arithmetic overflow (must be 0)${missed === 0 ? '' : `, and markets could not move to the new price in ${formatCount(missed, 'slot')} (must be 0)`}.`,
    },
    checkRecovery(input),
  ];
}

/** Whether what is still owed at the end could be paid. Nothing to say where nobody has a claim. */
function checkOpenClaims(input: VerdictInput): Fact[] {
  const claims = value(input, 'haircut.open_claims');
  const unbacked = value(input, 'haircut.open_claims_unbacked');
  if (claims === 0) return [];
  const target = `at most ${formatPercent(1 - H_TARGET)}`;
  return [
    {
      id: 'open_claims',
      status: unbacked <= claims * (1 - H_TARGET) ? 'pass' : 'attention',
      statement:
        unbacked === 0
          ? `Open claims of ${formatMoney(claims)} at the end are backed in full (target: all but ${target}).`
          : `Open claims of ${formatMoney(claims)} at the end exceed what backs them by ${formatMoney(unbacked)}, ${formatPercent(unbacked / claims)} (target: ${target}).`,
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
      statement:
        h >= H_TARGET
          ? `The lowest stored h is ${formatRatio(h)} (target: at least ${H_TARGET}).`
          : `The lowest stored h is ${formatRatio(h)}; it was below its target of ${H_TARGET} for ${formatPercent(value(input, 'haircut.h_below_target_share'))} of matured claims over time.`,
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
      id: 'exposure_removed',
      status: isExposureMaterial(input) ? 'attention' : 'pass',
      statement: `${capitalise(describeExposure(input))} (target: at most ${formatPercent(EXPOSURE_TARGET)} of a side).`,
    },
    ...checkOpenClaims(input),
    {
      id: 'final_modes',
      status: abnormal === 0 ? 'pass' : 'attention',
      statement:
        abnormal === 0
          ? `All ${sides(input)} sides were Normal at the end (target: all).`
          : `${abnormal} of ${sides(input)} sides ${abnormal === 1 ? 'was' : 'were'} not Normal at the end (target: all Normal).`,
    },
  ];
}

function checkAttacks(input: VerdictInput): Fact[] {
  const attacks = value(input, 'manipulation.attacks');
  if (attacks === 0) return [];
  const profitable = value(input, 'manipulation.attacks_profitable');
  const successful = value(input, 'manipulation.attacks_successful');
  const honest = value(input, 'manipulation.honest_wealth_change_min');
  return [
    {
      id: 'attacks',
      status: profitable === 0 ? 'pass' : 'attention',
      statement: `${profitable} of ${formatCount(attacks, 'attack')} ended with a profit, the best result being ${formatMoney(
        value(input, 'manipulation.net_extracted_max'),
      )} (target: none above 0).`,
    },
    {
      id: 'attack_criteria',
      status: successful === 0 ? 'pass' : 'attention',
      statement: `${successful} of ${formatCount(attacks, 'attack')} reached what ${attacks === 1 ? 'it calls' : 'they call'} success (target: none).`,
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

/** Whether the run was checked. Not among the facts of the verdict: checking may not change a result (summary.json). */
export function describeChecking({ checked }: RunRecord): Fact {
  return {
    id: 'checked',
    status: checked ? 'pass' : 'note',
    statement: checked
      ? 'An independent auditor and the engine’s invariants were checked at every slot.'
      : 'Invariants were not checked slot by slot in this run; run --check does it.',
  };
}

function findHaircut(input: VerdictInput): string {
  const h = value(input, 'haircut.h_stored_min');
  const over = value(input, 'haircut.staleness_gap_over_max');
  const under = value(input, 'haircut.staleness_gap_under_max');
  const gap =
    over === 0 && under === 0
      ? 'settling everybody first would never have changed it'
      : `against a market in which everybody is settled, an exit could get at most ${formatPercent(over)} of its claim too much or ${formatPercent(under)} too little`;
  return `${capitalise(describeHaircut(input))}: ${h >= H_TARGET ? 'inside' : 'outside'} the target of h ≥ ${H_TARGET}; ${gap}.`;
}

/** Which attacks the warmup alone stops, and from what length on. */
function adviseOnAttacks({ slotMs, tables }: RunRecord): string {
  const attacks = [...groupBy(tables.attacks, (attack) => attack.attack)];
  const breakevens = attacks.map(([name, rows]) => ({ name, warmup: breakevenWarmup(rows) }));
  const unstopped = breakevens.filter(({ warmup }) => warmup === null).map(({ name }) => name);
  const stopped = breakevens.flatMap(({ name, warmup }) =>
    warmup === null ? [] : [`${name} did not pay from a warmup of ${formatDuration(warmup, slotMs)} on`],
  );
  if (unstopped.length > 0) {
    stopped.push(
      `no tested warmup stopped ${unstopped.join(' and ')}, which takes another defence of the oracle`,
    );
  }
  return stopped.join('; ');
}

function findManipulation(input: VerdictInput): string {
  if (value(input, 'manipulation.attacks') === 0) {
    return 'This scenario has no attacker, so it says nothing about manipulation; the extraction bound (slack must be ≥ 0) was still evaluated.';
  }
  const change = value(input, 'manipulation.honest_wealth_change');
  const advice = adviseOnAttacks(input.record);
  return `Honest participants ended ${formatMoney(Math.abs(change))} ${change < 0 ? 'poorer' : 'richer'} in total than without the attacks (threshold: no attack may end above 0): ${advice}.`;
}

const SEVERITY: readonly FactStatus[] = ['fail', 'attention', 'pass', 'note'];

/** Broken promises of the engine or the lab: such a result cannot be trusted, whatever else it shows. */
export const listBrokenPromises = ({ facts }: Verdict): string[] =>
  facts.filter(({ status }) => status === 'fail').map(({ statement }) => statement);

/** What needs a reader first; otherwise in the order given. */
const sortFacts = (facts: Fact[]): Fact[] =>
  facts.toSorted((a, b) => SEVERITY.indexOf(a.status) - SEVERITY.indexOf(b.status));

/** Everything above the charts: the answer, the facts behind it and a sentence for each section. */
export function calculateVerdict(input: VerdictInput): Verdict {
  return {
    answer: describeAnswer(input),
    facts: sortFacts([
      checkAccounting(input),
      ...checkPromises(input),
      ...checkOutcomes(input),
      ...checkAttacks(input),
      ...checkFit(input),
    ]),
    findings: {
      haircut: findHaircut(input),
      manipulation: findManipulation(input),
      recovery: `${capitalise(describeRecovery(input))} (threshold: every side Normal at the end); ${describeLosses(input)}.`,
    },
  };
}
