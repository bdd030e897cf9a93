/** The public API of percolator-lab: the engine, and the interface of custom agents. */
export * from './engine/risk/index.ts';
export type {
  Action,
  Agent,
  AgentContext,
  AgentModule,
  AgentSetup,
  VenueView,
} from './sim/agents/agent.ts';
export type { RunRecord, Tables } from './sim/record/types.ts';
