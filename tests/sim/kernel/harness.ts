import { z } from 'zod';
import {
  calculateNeutralExtensions,
  type RiskInstruction,
  type RiskParams,
} from '../../../engine/risk/index.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../../../sim/agents/agent.ts';
import { AGENT_MODULES } from '../../../sim/agents/index.ts';
import type { AccountOwner, Origin, Refusal, SlabObserver, SlabSetup } from '../../../sim/kernel/observer.ts';
import type { AgentRegistry } from '../../../sim/kernel/population.ts';
import { SlabRuntime } from '../../../sim/kernel/slab_runtime.ts';
import type { AttackSpec, GroupSpec, Scenario, SlabSpec } from '../../../sim/scenario/schema.ts';

/** One quote unit in atoms, and one base unit in q-units. */
export const UNIT = 1_000_000;

/** Margins 10 % and 5 %, no fees, no warmup: numbers that can be followed by hand. */
export const RISK: RiskParams = {
  warmupPeriodSlots: 0,
  tradingFeeBps: 0,
  maintenanceBps: 500,
  initialBps: 1_000,
  liquidationFeeBps: 0,
  liquidationFeeCap: 0,
  minLiquidationAbs: 0,
  minInitialDeposit: 1_000,
  minNonzeroMmReq: 0,
  minNonzeroImReq: 1,
  insuranceFloor: 0,
  maxAccounts: 64,
  maxPrice: 1_000_000_000,
  maxOiQ: 1_000_000_000_000,
  ...calculateNeutralExtensions(0),
};

export function makeSlab(changes: Partial<SlabSpec> = {}): SlabSpec {
  return {
    id: 'a',
    template: 'a',
    streamName: 'a',
    underlying: 'BTC',
    risk: RISK,
    insuranceAtoms: 500 * UNIT,
    fundingRateBps: 0,
    matcher: {
      kind: 'passive_lp',
      capitalAtoms: 1_000_000 * UNIT,
      spreadBps: 0,
      skewBps: 0,
      maxTradeQ: 1_000 * UNIT,
      maxPositionQ: 10_000 * UNIT,
    },
    ...changes,
  };
}

export function makeGroup(changes: Partial<GroupSpec> & Pick<GroupSpec, 'group'>): GroupSpec {
  return {
    kind: 'scripted',
    role: 'trader',
    slabs: ['a'],
    count: 1,
    startSlot: 0,
    latencySlots: 0,
    params: undefined,
    ...changes,
  };
}

export function makeScenario(
  population: GroupSpec[],
  changes: Partial<Scenario> & { attacks?: AttackSpec[] } = {},
): Scenario {
  return {
    schema: 'percolator-lab/1',
    name: 'test',
    title: 'test',
    question: 'test?',
    notes: '',
    slotMs: 400,
    slots: 100,
    underlyings: { BTC: { price: { kind: 'constant', price: 100 * UNIT } } },
    slabs: [makeSlab()],
    correlation: null,
    population,
    attacks: [],
    events: [],
    expect: [],
    sweep: null,
    measure: { sampleEverySlots: 10, crankedEverySlots: 25 },
    check: { seeds: 1 },
    fit: [],
    labels: [],
    dataFiles: [],
    ...changes,
  };
}

/** What a scripted agent does; `account` is its one account. */
export interface Script {
  onStart?(context: AgentContext, account: number, setup: AgentSetup<Script>): void;
  onWake?(context: AgentContext, account: number): void;
  onFill?: NonNullable<Agent['onFill']>;
  onReject?: NonNullable<Agent['onReject']>;
  onDone?: NonNullable<Agent['onDone']>;
}

const SCRIPTED: AgentModule<Script> = {
  kind: 'scripted',
  role: 'trader',
  doc: '',
  params: z.custom<Script>(),
  create(setup) {
    const account = setup.allocateAccount();
    const { onDone, onFill, onReject } = setup.params;
    return {
      accounts: [account],
      onStart: (context) => setup.params.onStart?.(context, account, setup),
      onWake: (context) => setup.params.onWake?.(context, account),
      ...(onFill === undefined ? {} : { onFill }),
      ...(onReject === undefined ? {} : { onReject }),
      ...(onDone === undefined ? {} : { onDone }),
    };
  },
};

export const REGISTRY: AgentRegistry = {
  ...AGENT_MODULES,
  scripted: SCRIPTED as AgentModule,
  scripted_keeper: { ...SCRIPTED, kind: 'scripted_keeper', role: 'keeper' } as AgentModule,
};

/** What an observer was told, one line each. */
export interface Seen {
  slot: number;
  agent: string;
  instruction: RiskInstruction | null;
  outcome: string;
}

/** Keeps everything but the slab's own accruals. */
export class Witness implements SlabObserver {
  readonly seen: Seen[] = [];
  readonly setup: SlabSetup;
  events = 0;

  constructor(setup: SlabSetup) {
    this.setup = setup;
  }

  onInstruction(slot: number, instruction: RiskInstruction, error: string | null, origin: Origin): void {
    if (origin.agent !== 'accrual')
      this.seen.push({ slot, agent: origin.agent, instruction, outcome: error ?? 'ok' });
  }

  onEvents(): void {
    this.events += 1;
  }

  onRefusal(slot: number, _action: unknown, reason: Refusal, origin: Origin): void {
    this.seen.push({ slot, agent: origin.agent, instruction: null, outcome: reason });
  }

  onSlotEnd(): void {}

  onEnd(): void {}

  /** `slot agent op outcome` of everything the agents did. */
  lines(): string[] {
    return this.seen
      .filter(({ agent }) => agent !== 'lp')
      .map(
        ({ slot, agent, instruction, outcome }) => `${slot} ${agent} ${instruction?.op ?? '-'} ${outcome}`,
      );
  }
}

export interface Stage {
  runtime: SlabRuntime;
  witness: Witness;
  owners: readonly AccountOwner[];
  /** Runs the next slot at this index. */
  step(indexPrice?: number): void;
}

/** The first slab of a scenario, to be run by hand. */
export function setStage(scenario: Scenario, seed = 'seed', initialPrice = 100 * UNIT): Stage {
  let witness: Witness | undefined;
  const runtime = new SlabRuntime({
    scenario,
    slab: scenario.slabs[0]!,
    seed,
    check: false,
    registry: REGISTRY,
    initialPrice,
    makeObserver: (setup) => {
      witness = new Witness(setup);
      return witness;
    },
  });
  let slot = 0;
  return {
    runtime,
    witness: witness!,
    owners: witness!.setup.owners,
    step(indexPrice = initialPrice) {
      runtime.runSlot(slot, indexPrice, indexPrice);
      slot += 1;
    },
  };
}

/** A group of one scripted agent. */
export const scripted = (group: string, params: Script, more: Partial<GroupSpec> = {}) =>
  makeGroup({ group, params, ...more });

export const deposit = (context: AgentContext, account: number, amount = 100) =>
  context.submit({ type: 'deposit', account, amountAtoms: amount * UNIT });

/** Deposits 100 in slot 0, then acts once in slot 1. */
export const actingOnce = (
  act: (context: AgentContext, account: number) => void,
  more: Partial<Script> = {},
): Script => ({
  onStart(context, account) {
    deposit(context, account);
    context.wakeAt(1);
  },
  onWake: act,
  ...more,
});
