import type { AgentModule } from './agent.ts';
import { oracleSpike } from './attackers/oracle_spike.ts';
import { cranker } from './keepers/cranker.ts';
import { liquidator } from './keepers/liquidator.ts';
import { meanReversion } from './traders/mean_reversion.ts';
import { momentum } from './traders/momentum.ts';
import { noise } from './traders/noise.ts';
import { replay } from './traders/replay.ts';
import { retailLevered } from './traders/retail_levered.ts';
import { value } from './traders/value.ts';
import { whale } from './traders/whale.ts';
import { withdrawer } from './traders/withdrawer.ts';

const MODULES = [
  cranker,
  liquidator,
  meanReversion,
  momentum,
  noise,
  oracleSpike,
  replay,
  retailLevered,
  value,
  whale,
  withdrawer,
];

/** Every kind of agent by its name in a scenario file, in alphabetical order. */
export const AGENT_MODULES: Readonly<Record<string, AgentModule>> = Object.fromEntries(
  // Each module's parameters were parsed by its own schema, which the registry's common type cannot express.
  MODULES.map((module) => [module.kind, module as AgentModule]),
);
