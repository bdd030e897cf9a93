import { BPS } from '../../engine/risk/constants.ts';
import { type RiskParams, validateParams } from '../../engine/risk/params.ts';
import type { AgentModule, AgentSetup, IndexDistortion } from '../agents/agent.ts';
import { checkBook, checkBookAgents, checkDesignatedLps } from './check_book.ts';
import { findNearest, type ScenarioIssue } from './issues.ts';
import type { Draft, PriceReach, Resolved } from './resolve.ts';
import { type AgentModules, LP_GROUP, RISK_KEYS, type SlabSpec } from './schema.ts';
import { ATOMS, QUOTE, writeDecimal } from './units.ts';
import { issueAt } from './zod_issues.ts';

function checkParams({ spec, node, path }: Resolved<RiskParams>): ScenarioIssue[] {
  return validateParams(spec).map(({ field, message }) =>
    issueAt(node, ['risk', RISK_KEYS[field]], path, `the engine refuses it: ${message}`),
  );
}

function checkFunds({ spec, node, path }: Resolved<SlabSpec>): ScenarioIssue[] {
  if (spec.matcher.kind === 'book') return [];
  const { capitalAtoms } = spec.matcher;
  const key = ['matcher', 'capital'];
  if (capitalAtoms < spec.risk.minInitialDeposit)
    return [issueAt(node, key, path, 'is less than `risk.min_deposit`')];
  return Number.isSafeInteger(capitalAtoms + spec.insuranceAtoms)
    ? []
    : [
        issueAt(
          node,
          key,
          path,
          'and the insurance together are more than a vault can hold (2^53 − 1 atoms)',
        ),
      ];
}

/** Largest upward and downward distortion that is in force at one time, in bps. */
function calculateReach(windows: readonly IndexDistortion[]): { up: number; down: number } {
  const sums = windows.map(({ fromSlot }) =>
    windows
      .filter((window) => window.fromSlot <= fromSlot && fromSlot < window.toSlot)
      .reduce((sum, { bps }) => sum + bps, 0),
  );
  return { up: Math.max(0, ...sums), down: Math.min(0, ...sums) };
}

/** All distortions of an underlying inside the run: each attack once, on however many slabs it trades. */
function listDistortions(draft: Draft, underlying: string, modules: AgentModules): IndexDistortion[] {
  const slabs = draft.slabs.filter(({ spec }) => spec.underlying === underlying).map(({ spec }) => spec.id);
  return draft.attacks
    .filter(({ spec }) => spec.slabs.some((id) => slabs.includes(id)))
    .flatMap(({ spec }) => modules[spec.kind]?.distortions?.(spec.params) ?? [])
    .filter(({ fromSlot }) => fromSlot < draft.slots);
}

function checkPrice(
  slab: Resolved<SlabSpec>,
  price: PriceReach,
  windows: readonly IndexDistortion[],
): ScenarioIssue[] {
  const { spec, node, path } = slab;
  const { up, down } = calculateReach(windows);
  const { impactBps } = price;
  const highest = Math.round((Math.round((price.max * (BPS + impactBps)) / BPS) * (BPS + up)) / BPS);
  const lowest = Math.round((Math.round((price.min * (BPS - impactBps)) / BPS) * (BPS + down)) / BPS);
  const causes = [
    ...(impactBps === 0 ? [] : ['with its impact']),
    ...(windows.length === 0 ? [] : ['under the attacks on it']),
  ];
  const moved = causes.map((cause) => ` ${cause}`).join('');
  const issues: ScenarioIssue[] = [];
  if (highest > spec.risk.maxPrice) {
    const message = `the price of ${spec.underlying} can reach ${writeDecimal(highest, ATOMS)} ${QUOTE}${moved}`;
    issues.push(issueAt(node, ['risk', 'max_price'], path, message));
  }
  if (lowest < 1) {
    const message = `the price of ${spec.underlying} can fall below one atom${moved}`;
    issues.push(issueAt(node, ['underlying'], path, message));
  }
  return issues;
}

/** Accounts that one agent opens, or why it cannot be created. */
function countAccounts(module: AgentModule, params: unknown, slab: SlabSpec, slots: number): number | string {
  let accounts = 0;
  const setup: AgentSetup<unknown> = {
    name: 'validation/0',
    params,
    rng: () => 0.5,
    risk: slab.risk,
    slots,
    allocateAccount: () => accounts++,
  };
  try {
    module.create(setup);
  } catch (error) {
    return (error as Error).message;
  }
  return accounts;
}

function checkAccounts(draft: Draft, slab: Resolved<SlabSpec>, modules: AgentModules): ScenarioIssue[] {
  const groups = [
    ...draft.population.map(({ spec, node, path }) => ({ ...spec, node, path })),
    ...draft.attacks.map(({ spec, node, path }) => ({ ...spec, node, path, count: 1 })),
  ].filter(({ slabs }) => slabs.includes(slab.spec.id));
  const issues: ScenarioIssue[] = [];
  let total = 1;
  for (const { kind, params, count, node, path } of groups) {
    const accounts = countAccounts(modules[kind]!, params, slab.spec, draft.slots);
    if (typeof accounts === 'number') total += accounts * count;
    else issues.push(issueAt(node, ['params'], path, `the ${kind} refuses it: ${accounts}`));
  }
  const { maxAccounts } = slab.spec.risk;
  if (total > maxAccounts) {
    const message = `the LP and the agents of this slab need ${total} accounts, it has room for ${maxAccounts}`;
    issues.push(issueAt(slab.node, ['risk', 'max_accounts'], slab.path, message));
  }
  return issues;
}

function checkNames(draft: Draft): ScenarioIssue[] {
  const seen = new Set([LP_GROUP]);
  const named = [
    ...draft.population.map(({ spec, node, path }) => ({ name: spec.group, key: 'group', node, path })),
    ...draft.attacks.map(({ spec, node, path }) => ({ name: spec.name, key: 'name', node, path })),
  ];
  return named.flatMap(({ name, key, node, path }) => {
    const taken = seen.has(name);
    seen.add(name);
    return taken
      ? [issueAt(node, [key], path, 'is taken: names of groups and attacks must differ, and `lp` is the LP')]
      : [];
  });
}

function checkArrivals({ population, slots }: Draft): ScenarioIssue[] {
  return population
    .filter(({ spec }) => spec.startSlot >= slots)
    .map(({ node, path }) =>
      issueAt(node, ['start'], path, `is not before the end of the run (${slots} slots)`),
    );
}

/** Groups that parameters of agents name must be there. */
function checkGroupReferences(draft: Draft, modules: AgentModules): ScenarioIssue[] {
  const known = [
    ...draft.population.map(({ spec }) => spec.group),
    ...draft.attacks.map(({ spec }) => spec.name),
    LP_GROUP,
  ];
  return [...draft.population, ...draft.attacks].flatMap(({ spec, node, path }) =>
    (modules[spec.kind]?.groups?.(spec.params) ?? [])
      .filter(({ group }) => !known.includes(group))
      .map((reference): ScenarioIssue => {
        const message = `there is no such group; known: ${known.join(', ')}`;
        const nearest = findNearest(reference.group, known);
        const issue = issueAt(node, ['params', ...reference.path], path, message);
        return nearest === undefined ? issue : { ...issue, nearest };
      }),
  );
}

/** What only shows when several parts of a scenario are looked at together. */
export function checkDraft(draft: Draft, modules: AgentModules): ScenarioIssue[] {
  const issues = [
    ...checkNames(draft),
    ...checkArrivals(draft),
    ...checkGroupReferences(draft, modules),
    ...checkDesignatedLps(draft),
    ...checkBookAgents(draft, modules),
    ...draft.risks.flatMap(checkParams),
  ];
  for (const slab of draft.slabs) {
    const { underlying } = slab.spec;
    const price = draft.prices.get(underlying);
    issues.push(...checkFunds(slab), ...checkBook(slab), ...checkAccounts(draft, slab, modules));
    if (price !== undefined)
      issues.push(...checkPrice(slab, price, listDistortions(draft, underlying, modules)));
  }
  return issues;
}
