import type { AgentModule, AgentRole } from '../agents/agent.ts';
import type { Scenario, SlabSpec } from '../scenario/schema.ts';

/** One agent of a slab before it is created. */
export interface AgentPlan {
  /** `group/17`, unique in the slab. */
  name: string;
  group: string;
  kind: string;
  role: AgentRole;
  params: unknown;
  startSlot: number;
  latencySlots: number;
  isDesignatedLp: boolean;
}

export type AgentRegistry = Readonly<Record<string, AgentModule>>;

/** The module of an agent kind; the loader has already refused unknown ones. */
export function findModule(registry: AgentRegistry, kind: string): AgentModule {
  const module = registry[kind];
  if (module === undefined) throw new Error(`no agent of kind ${kind}`);
  return module;
}

/**
 * The agents of one slab in the order they are created: groups of the population as listed, then attacks, so that an
 * attack leaves all account indices of the others as they are.
 */
export function listAgents(scenario: Scenario, slab: SlabSpec, registry: AgentRegistry): AgentPlan[] {
  const plans: AgentPlan[] = [];
  for (const spec of scenario.population) {
    if (!spec.slabs.includes(slab.id)) continue;
    const {
      group,
      kind,
      count,
      startSlot,
      params,
      latencySlots,
      designatedLp: isDesignatedLp = false,
    } = spec;
    const { role } = findModule(registry, kind);
    for (let number = 0; number < count; number += 1) {
      const name = `${group}/${number}`;
      plans.push({ name, group, kind, role, params, startSlot, latencySlots, isDesignatedLp });
    }
  }
  for (const { name, kind, slabs, params, latencySlots } of scenario.attacks) {
    if (!slabs.includes(slab.id)) continue;
    plans.push({
      name: `${name}/0`,
      group: name,
      kind,
      role: 'attacker',
      params,
      startSlot: 0,
      latencySlots,
      isDesignatedLp: false,
    });
  }
  return plans;
}
