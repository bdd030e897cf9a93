import { AGENT_MODULES } from '../agents/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { joinBookTables } from './book_tables.ts';
import { JoinedRows } from './fill_table.ts';
import type { AttackOutcome, SlabTables } from './slab_summary.ts';
import type { AttackRow, GroupRow, RunRecord } from './types.ts';

/** What a record says of the run besides its tables. */
export interface RunFacts {
  scenario: Scenario;
  seed: string;
  slotsDone: number;
  complete: boolean;
  checked: boolean;
  reproduce: string;
}

const sumNets = (slab: SlabTables, isCounted: (role: GroupRow['role']) => boolean): number =>
  slab.groups.reduce((sum, group) => (isCounted(group.role) ? sum + group.netAtoms : sum), 0);

const isLp = (role: GroupRow['role']) => role === 'lp';
const isHonest = (role: GroupRow['role']) => role !== 'attacker';

function compareGroups(slab: SlabTables, calm: SlabTables | undefined): GroupRow[] {
  return slab.groups.map((group) => {
    const before = calm?.groups.find((other) => other.group === group.group);
    // A keeper that did nothing worth a bid without the attack is in no row of that run.
    const isMissing = calm === undefined || group.role === 'attacker';
    return { ...group, netWithoutAttackAtoms: isMissing ? null : (before?.netAtoms ?? 0) };
  });
}

/** What an attack's own module makes of it. */
function judgeAttack(own: AttackOutcome, attacked: SlabTables, calm: SlabTables, scenario: Scenario) {
  const { success: criterion } = AGENT_MODULES[own.kind]!;
  if (criterion === undefined) throw new Error(`the attacker ${own.kind} does not say what success is`);
  const params = scenario.attacks.find(({ name }) => name === own.attack)?.params;
  const measured = criterion.measure({ own, attacked, calm, slots: scenario.slots }, params);
  const needed = criterion.needed(params);
  return {
    criterion: criterion.figure,
    measuredIn: criterion.unit,
    measured,
    needed,
    success: measured !== null && measured > needed,
  };
}

function compareAttacks(slab: SlabTables, calm: SlabTables, scenario: Scenario): AttackRow[] {
  const insuranceChangeAtoms = slab.insuranceAtoms - calm.insuranceAtoms;
  const lpWealthChangeAtoms = sumNets(slab, isLp) - sumNets(calm, isLp);
  const honestWealthChangeAtoms = sumNets(slab, isHonest) - sumNets(calm, isHonest) + insuranceChangeAtoms;
  return slab.attacks.map((attack) => ({
    ...attack,
    honestWealthChangeAtoms,
    lpWealthChangeAtoms,
    insuranceChangeAtoms,
    ...judgeAttack(attack, slab, calm, scenario),
  }));
}

/** One table of all slabs; that of a single slab as it is. */
const join = <Row>(slabs: readonly SlabTables[], pick: (slab: SlabTables) => Row[]): Row[] =>
  slabs.length === 1 ? pick(slabs[0]!) : slabs.flatMap(pick);

/**
 * Joins the slabs' tables in slab order. `withoutAttacks` are the same slabs in the same run without attacks, if there
 * was one and it finished; an attack is judged only against it, so without it the attack tables stay empty.
 */
export function createRunRecord(
  slabs: readonly SlabTables[],
  withoutAttacks: readonly SlabTables[] | null,
  facts: RunFacts,
): RunRecord {
  const { scenario, seed, slotsDone, complete, checked, reproduce } = facts;
  const calm = (at: number) => withoutAttacks?.[at];
  return {
    scenario: scenario.name,
    title: scenario.title,
    question: scenario.question,
    seed,
    slots: scenario.slots,
    slotMs: scenario.slotMs,
    slotsDone,
    complete,
    checked,
    slabs: slabs.map((slab) => slab.info),
    tables: {
      series: join(slabs, (slab) => slab.series),
      accounts: join(slabs, (slab) => slab.accounts),
      groups: slabs.flatMap((slab, at) => compareGroups(slab, calm(at))),
      fills: new JoinedRows(slabs.map((slab) => slab.fills)),
      liquidations: join(slabs, (slab) => slab.liquidations),
      resets: join(slabs, (slab) => slab.resets),
      exits: join(slabs, (slab) => slab.exits),
      attacks: slabs.flatMap((slab, at) => {
        const other = calm(at);
        return other === undefined ? [] : compareAttacks(slab, other, scenario);
      }),
      bounds: join(slabs, (slab) => slab.bounds),
      rejections: join(slabs, (slab) => slab.rejections),
      ...joinBookTables(slabs),
    },
    labels: scenario.labels,
    fit: scenario.fit,
    resolved: scenario,
    reproduce,
  };
}
