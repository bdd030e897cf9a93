import { z } from 'zod';
import { MAX_ACCOUNTS, MAX_OI_SIDE_Q, POS_SCALE } from '../../engine/risk/constants.ts';
import type { RiskParams } from '../../engine/risk/params.ts';
import type { AgentModule, AgentRole } from '../agents/agent.ts';
import { type PriceSpec, priceSpec } from '../prices/spec.ts';
import type { FitTarget, LabelledParameter } from '../record/types.ts';
import { type BookSpec, bookType } from './book.ts';
import { type CorrelationSpec, correlationType } from './correlation.ts';
import { type EventSpec, eventType } from './events.ts';
import { type CheckSpec, checkType, type ExpectSpec, expectType } from './expect.ts';
import { type ImpactSpec, impactType } from './impact.ts';
import { type PassiveLpSpec, passiveLpType } from './passive_lp.ts';
import { type SweepSpec, sweepType } from './sweep.ts';
import { count, duration, milliseconds, money, percent, price, ratio, size } from './units.ts';

/** The version of the scenario language that this lab reads. */
export const SCENARIO_SCHEMA = 'percolator-lab/1';

/** The group name under which the LP accounts appear in the results. */
export const LP_GROUP = 'lp';

export type MatcherSpec = PassiveLpSpec | BookSpec;

/** One slab after `count` and `vary` were expanded. */
export interface SlabSpec {
  /** Unique, e.g. `btc`, `btc/2`, `btc/warmup=10min`. */
  id: string;
  /** The `id` in the file that it came from. */
  template: string;
  /** The id without what varies: slabs that differ only by `vary` share it, and so may share random streams. */
  streamName: string;
  underlying: string;
  risk: RiskParams;
  insuranceAtoms: number;
  /** Funding rate handed to the engine with every instruction, bps per slot; positive: longs pay. */
  fundingRateBps: number;
  matcher: MatcherSpec;
}

/** A group of agents of one kind, `count` on each of its slabs. */
export interface GroupSpec {
  group: string;
  kind: string;
  role: AgentRole;
  /** Ids of slabs, in the order of `Scenario.slabs`. */
  slabs: string[];
  count: number;
  startSlot: number;
  /** What the agents see is this old. */
  latencySlots: number;
  /** Their orders rest at once on slabs with a book. */
  designatedLp?: true;
  /** Output of the agent module's own schema. */
  params: unknown;
}

/** An attacker, one on each of its slabs. */
export interface AttackSpec {
  name: string;
  kind: string;
  slabs: string[];
  latencySlots: number;
  params: unknown;
}

export interface MeasureSpec {
  sampleEverySlots: number;
  crankedEverySlots: number;
  /** Present, and true, if the scenario asks for the facts that every real market shows. */
  stylisedFacts?: true;
}

export interface UnderlyingSpec {
  price: PriceSpec;
  impact?: ImpactSpec;
}

/** A data file the scenario uses: path relative to the scenario file, and SHA-256 of its bytes in hex. */
export interface DataFile {
  file: string;
  sha256: string;
}

/** A scenario as resolved: every quantity an integer in atoms, q-units, bps or slots. Plain data. */
export interface Scenario {
  schema: typeof SCENARIO_SCHEMA;
  /** Name of the file without `.yaml`. */
  name: string;
  title: string;
  question: string;
  notes: string;
  slotMs: number;
  slots: number;
  underlyings: Record<string, UnderlyingSpec>;
  correlation: CorrelationSpec | null;
  slabs: SlabSpec[];
  population: GroupSpec[];
  attacks: AttackSpec[];
  /** In the order of their slots; those of one slot in the order of the file. */
  events: EventSpec[];
  measure: MeasureSpec;
  check: CheckSpec;
  /** Empty unless the loader was told which metrics there are. */
  expect: ExpectSpec[];
  sweep: SweepSpec | null;
  fit: FitTarget[];
  labels: LabelledParameter[];
  dataFiles: DataFile[];
}

const name = (what: string) =>
  z.string({ error: `needs ${what}` }).regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, {
    error: `needs ${what} of letters, digits, - and _`,
  });

const sentence = (what: string) =>
  z
    .string({ error: `needs ${what}` })
    .trim()
    .min(1, { error: `needs ${what}` });

const symbolType = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9]*$/, { error: 'needs a symbol of letters and digits' });

const timeType = z.strictObject({
  slot: milliseconds(1, 60_000).prefault('400 ms').describe('Length of a slot.'),
  length: duration(1, 10_000_000).describe('Length of the run.'),
});

const adaptiveWarmupType = z
  .strictObject({
    fast_window: duration(1).prefault('5 min').describe('Averaging time of the fast drain measure.'),
    slow_window: duration(1).prefault('1 h').describe('Averaging time of the slow drain measure.'),
    max_slowdown: percent(10_000, 10_000_000)
      .prefault('1_000 %')
      .describe('Largest slowdown; 100 % is none.'),
    saturation: percent(1).prefault('30 %').describe('Drain of capital at which the slowdown is largest.'),
    freeze: percent(1).prefault('25 %').describe('Drain from which the warmup clock stands still.'),
    hysteresis: percent(1).prefault('30 %').describe('Largest fall of the slowdown per update.'),
  })
  .transform((raw) => ({
    fastWindowSlots: raw.fast_window,
    slowWindowSlots: raw.slow_window,
    maxMultiplierBps: raw.max_slowdown,
    saturationBps: raw.saturation,
    freezeBps: raw.freeze,
    hysteresisBps: raw.hysteresis,
  }));

/** The key under `risk:` that sets each engine parameter. */
export const RISK_KEYS: Readonly<Record<keyof RiskParams, string>> = {
  warmupPeriodSlots: 'warmup',
  tradingFeeBps: 'trading_fee',
  maintenanceBps: 'maintenance_margin',
  initialBps: 'initial_margin',
  liquidationFeeBps: 'liquidation_fee',
  liquidationFeeCap: 'liquidation_fee_max',
  minLiquidationAbs: 'liquidation_fee_min',
  minInitialDeposit: 'min_deposit',
  minNonzeroMmReq: 'min_maintenance',
  minNonzeroImReq: 'min_initial',
  insuranceFloor: 'insurance_floor',
  maxAccounts: 'max_accounts',
  maxPrice: 'max_price',
  maxOiQ: 'max_open_interest',
  makerFeeBps: 'maker_fee',
  keeperRewardBps: 'keeper_reward',
  maxHedgeCreditMmBps: 'hedge_credit_max',
  fundingScale: 'funding_scale',
  socialize: 'socialize',
  adaptiveWarmup: 'adaptive_warmup',
};

/** The most open interest that the 53-bit envelope leaves a market with this price limit (design 01 §1). */
function calculateLargestOiQ(maxPrice: number): number {
  const envelope = BigInt(Number.MAX_SAFE_INTEGER) * BigInt(POS_SCALE);
  const largest = Number(envelope / BigInt(maxPrice));
  return Math.min(MAX_OI_SIDE_Q, largest);
}

const riskType = z
  .strictObject({
    warmup: duration().describe('Warmup period T: new profit becomes withdrawable over this time.'),
    trading_fee: percent().describe('Fee on the notional of a fill, charged to both sides.'),
    maker_fee: percent(-10_000)
      .optional()
      .describe("The maker's fee; negative is a rebate. Default: trading_fee."),
    maintenance_margin: percent().describe('Equity below this share of the notional is liquidated.'),
    initial_margin: percent().describe('Equity needed to open, as a share of the notional.'),
    liquidation_fee: percent().describe('Fee on the notional closed by a liquidation.'),
    liquidation_fee_min: money().prefault('0 USDC').describe('Smallest liquidation fee.'),
    liquidation_fee_max: money().prefault('1_000_000 USDC').describe('Largest liquidation fee.'),
    min_deposit: money(1).prefault('10 USDC').describe('Smallest first deposit of an account.'),
    min_maintenance: money()
      .prefault('1 USDC')
      .describe('Smallest maintenance requirement of an open position.'),
    min_initial: money(1).prefault('2 USDC').describe('Smallest initial requirement of an open position.'),
    insurance_floor: money().prefault('0 USDC').describe('Insurance that deficits never touch.'),
    max_accounts: count(1, MAX_ACCOUNTS).default(MAX_ACCOUNTS).describe('Accounts in use at a time.'),
    max_price: price().describe('Largest oracle price the market takes.'),
    max_open_interest: size(1)
      .optional()
      .describe('Largest open interest of a side. Default: what max_price leaves room for in 53 bits.'),
    keeper_reward: percent().prefault('0 %').describe('Share of a liquidation fee paid to the keeper.'),
    hedge_credit_max: percent().prefault('0 %').describe('Largest margin relief of a hedged leg.'),
    funding_scale: count(1).default(1).describe('Divides the funding rate; realistic markets use 1 000 000.'),
    socialize: z.boolean().default(true).describe('false: deficits stop at the haircut and never move K.'),
    adaptive_warmup: adaptiveWarmupType.optional().describe('Slows the warmup while capital drains out.'),
  })
  .transform(
    (raw): RiskParams => ({
      warmupPeriodSlots: raw.warmup,
      tradingFeeBps: raw.trading_fee,
      maintenanceBps: raw.maintenance_margin,
      initialBps: raw.initial_margin,
      liquidationFeeBps: raw.liquidation_fee,
      liquidationFeeCap: raw.liquidation_fee_max,
      minLiquidationAbs: raw.liquidation_fee_min,
      minInitialDeposit: raw.min_deposit,
      minNonzeroMmReq: raw.min_maintenance,
      minNonzeroImReq: raw.min_initial,
      insuranceFloor: raw.insurance_floor,
      maxAccounts: raw.max_accounts,
      maxPrice: raw.max_price,
      maxOiQ: raw.max_open_interest ?? calculateLargestOiQ(raw.max_price),
      makerFeeBps: raw.maker_fee ?? raw.trading_fee,
      keeperRewardBps: raw.keeper_reward,
      maxHedgeCreditMmBps: raw.hedge_credit_max,
      fundingScale: raw.funding_scale,
      socialize: raw.socialize,
      adaptiveWarmup: raw.adaptive_warmup ?? null,
    }),
  );

const matcherType = z.discriminatedUnion('kind', [passiveLpType, bookType]);

/** Fields of a slab that decide which slabs it becomes. */
export const slabHeadType = z.object({
  id: name('an id'),
  count: count(1, 1_000).default(1).describe('Copies of this slab, named id/1, id/2, …'),
  underlying: name('the name of an underlying'),
  vary: z
    .record(
      z.string(),
      z
        .union([z.array(z.unknown()), z.record(z.string(), z.unknown())], {
          error: 'needs a list, or names with their values',
        })
        .refine((values) => Object.keys(values).length > 0, 'needs at least 1 of them'),
    )
    .optional()
    .describe(
      'Path inside the slab → values, listed or named; one slab for each (for each combination, if there are more paths).',
    ),
});

/** The rest of a slab, read once for each slab it becomes. */
export const slabBodyType = z.object({
  insurance: money().prefault('0 USDC').describe('Put into the insurance fund before the first slot.'),
  funding_rate: percent(-10_000, 10_000)
    .prefault('0 %')
    .describe('Funding per slot, before `funding_scale` divides it; positive: longs pay.'),
  risk: riskType.describe('Parameters of the risk engine.'),
  matcher: matcherType.describe('Where liquidity comes from.'),
});

export const slabType = z.strictObject({ ...slabHeadType.shape, ...slabBodyType.shape });

const slabRefsType = z
  .union([z.literal('all'), z.array(z.string()).min(1)], { error: 'needs `all` or a list of slab ids' })
  .prefault('all')
  .describe('`all`, or ids of slabs; the id of a slab with count or vary stands for all it becomes.');

const measureType = z.strictObject({
  sample_every: duration(1).prefault('1 slots').describe('Distance between two rows of the time series.'),
  cranked_every: duration(1)
    .prefault('25 slots')
    .describe('Distance between two measurements of the cranked h.'),
  stylised_facts: z
    .boolean()
    .default(false)
    .describe(
      'Holds the returns of each order book against the facts that every real market shows; a sample is the unit of time.',
    ),
});

const fitType = z
  .strictObject({
    metric: sentence('the name of a metric of summary.json'),
    unit: sentence('a unit'),
    published: ratio(-Number.MAX_SAFE_INTEGER).describe('The published figure.'),
    low: ratio(-Number.MAX_SAFE_INTEGER).optional().describe('Smallest figure, if sources differ.'),
    high: ratio(-Number.MAX_SAFE_INTEGER).optional().describe('Largest figure, if sources differ.'),
    source: sentence('a source'),
  })
  .transform((raw): FitTarget => ({ ...raw, low: raw.low ?? raw.published, high: raw.high ?? raw.published }))
  .refine((fit) => fit.low <= fit.published && fit.published <= fit.high, {
    path: ['published'],
    error: 'must be between low and high',
  });

const labelType = z.strictObject({
  label: z.enum(['measured', 'calibrated', 'assumed']),
  note: sentence('a note: the source, the target of the calibration, or the reason'),
});

export const titleType = z.strictObject({
  schema: z.literal(SCENARIO_SCHEMA),
  title: sentence('a title'),
  question: sentence('the question that the run answers'),
  notes: z.string().default(''),
  extends: z.string().optional().describe('A scenario file whose sections this one changes.'),
  vars: z.record(z.string(), z.unknown()).optional().describe('Values that `$name` stands for elsewhere.'),
});

export type AgentModules = Readonly<Record<string, AgentModule>>;

const groupType = (module: AgentModule) =>
  z
    .strictObject({
      group: name('a name for the group'),
      kind: z.literal(module.kind),
      slabs: slabRefsType,
      count: count(1, MAX_ACCOUNTS).default(1).describe('Agents on each slab.'),
      start: duration().prefault('0 slots').describe('When they arrive.'),
      latency: duration().prefault('0 slots').describe('How old what they see is.'),
      designated_lp: z
        .boolean()
        .default(false)
        .describe('Slabs with a book: their orders rest at once, inside the batch.'),
      params: module.params.prefault({}),
    })
    .describe(module.doc);

const attackType = (module: AgentModule) =>
  z
    .strictObject({
      name: name('a name for the attack'),
      kind: z.literal(module.kind),
      slabs: slabRefsType,
      latency: duration().prefault('0 slots').describe('How old what it sees is.'),
      params: module.params.prefault({}),
    })
    .describe(module.hypothesis === undefined ? module.doc : `${module.doc} ${module.hypothesis}`);

/** The scenario language for a library of agents: one definition for the loader, the types and the JSON Schema. */
export function buildScenarioSchema(modules: AgentModules) {
  const kinds = Object.values(modules).sort((a, b) => (a.kind < b.kind ? -1 : 1));
  const groups = kinds.filter((module) => module.role !== 'attacker').map(groupType);
  const attackers = kinds.filter((module) => module.role === 'attacker').map(attackType);
  type Groups = [ReturnType<typeof groupType>, ...ReturnType<typeof groupType>[]];
  type Attackers = [ReturnType<typeof attackType>, ...ReturnType<typeof attackType>[]];
  const group = z.discriminatedUnion('kind', groups as Groups);
  const attack = z.discriminatedUnion('kind', attackers as Attackers);
  const sections = {
    time: timeType.describe('The clock.'),
    underlyings: z
      .record(symbolType, z.strictObject({ price: priceSpec, impact: impactType.optional() }))
      .describe('Symbol → how its undistorted price moves, by itself and by what is traded.'),
    correlation: correlationType
      .default({})
      .describe('Pair of underlyings, such as `BTC/ETH` → correlation of their random walks.'),
    slabs: z.array(slabType).min(1).describe('Markets, each with its own risk engine.'),
    population: z.array(group).default([]).describe('Traders and keepers.'),
    attacks: z
      .array(attack)
      .default([])
      .describe('Attackers. A run with attacks is compared with one without.'),
    events: z.array(eventType).default([]).describe('What happens at which slot.'),
    expect: z
      .array(expectType)
      .default([])
      .describe('What a healthy result shows; `run`, `sweep` and `check` judge it.'),
    check: checkType.prefault({}).describe('How `check` runs it, where the command line does not say.'),
    sweep: sweepType.optional().describe('Parameters and seeds that `sweep` runs.'),
    measure: measureType.prefault({}).describe('What is sampled how often.'),
    fit: z.array(fitType).default([]).describe('Published figures the result is held against.'),
    labels: z
      .record(z.string(), labelType)
      .default({})
      .describe('Path of a parameter → where its value comes from.'),
  };
  const file = z.strictObject({ ...titleType.shape, ...sections });
  return { file, group, attack };
}

export type ScenarioSchema = ReturnType<typeof buildScenarioSchema>;
