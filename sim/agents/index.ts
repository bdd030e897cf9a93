import type { AgentModule } from './agent.ts';
import { bankRunner } from './attackers/bank_runner.ts';
import { debtConcentrator } from './attackers/debt_concentrator.ts';
import { dustGriefer } from './attackers/dust_griefer.ts';
import { forcedConverter } from './attackers/forced_converter.ts';
import { jitSniper } from './attackers/jit_sniper.ts';
import { kDodger } from './attackers/k_dodger.ts';
import { liquidationHunter } from './attackers/liquidation_hunter.ts';
import { oracleSpike } from './attackers/oracle_spike.ts';
import { quoteStuffer } from './attackers/quote_stuffer.ts';
import { reservationGriefer } from './attackers/reservation_griefer.ts';
import { resetStaller } from './attackers/reset_staller.ts';
import { sandwich } from './attackers/sandwich.ts';
import { selfLiquidator } from './attackers/self_liquidator.ts';
import { toxicTaker } from './attackers/toxic_taker.ts';
import { warmupFarmer } from './attackers/warmup_farmer.ts';
import { warmupStaller } from './attackers/warmup_staller.ts';
import { washWinner } from './attackers/wash_winner.ts';
import { cranker } from './keepers/cranker.ts';
import { liquidator } from './keepers/liquidator.ts';
import { hedgedLp } from './traders/hedged_lp.ts';
import { marketMaker } from './traders/market_maker.ts';
import { meanReversion } from './traders/mean_reversion.ts';
import { momentum } from './traders/momentum.ts';
import { noise } from './traders/noise.ts';
import { replay } from './traders/replay.ts';
import { retailLevered } from './traders/retail_levered.ts';
import { value } from './traders/value.ts';
import { whale } from './traders/whale.ts';
import { withdrawer } from './traders/withdrawer.ts';

const MODULES = [
  bankRunner,
  cranker,
  debtConcentrator,
  dustGriefer,
  forcedConverter,
  hedgedLp,
  jitSniper,
  kDodger,
  liquidationHunter,
  liquidator,
  marketMaker,
  meanReversion,
  momentum,
  noise,
  oracleSpike,
  quoteStuffer,
  replay,
  reservationGriefer,
  resetStaller,
  retailLevered,
  sandwich,
  selfLiquidator,
  toxicTaker,
  value,
  warmupFarmer,
  warmupStaller,
  washWinner,
  whale,
  withdrawer,
];

/** Every kind of agent by its name in a scenario file, in alphabetical order. */
export const AGENT_MODULES: Readonly<Record<string, AgentModule>> = Object.fromEntries(
  // Each module's parameters were parsed by its own schema, which the registry's common type cannot express.
  MODULES.map((module) => [module.kind, module as AgentModule]),
);
