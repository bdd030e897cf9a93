import { calculateNeutralExtensions, type RiskParams } from '../../../engine/risk/index.ts';
import type {
  AccountView,
  Action,
  Agent,
  AgentContext,
  AgentModule,
  VenueView,
} from '../../../sim/agents/agent.ts';
import type { BookView } from '../../../sim/agents/book.ts';
import { createStream } from '../../../sim/kernel/streams.ts';

/** Initial margin 10 %, maintenance 5 %, fee 5 bps, warmup 80 slots, smallest deposit 1 USDC. */
export const RISK: RiskParams = {
  ...calculateNeutralExtensions(5),
  warmupPeriodSlots: 80,
  tradingFeeBps: 5,
  maintenanceBps: 500,
  initialBps: 1_000,
  liquidationFeeBps: 50,
  liquidationFeeCap: 1_000_000_000,
  minLiquidationAbs: 0,
  minInitialDeposit: 1_000_000,
  minNonzeroMmReq: 1,
  minNonzeroImReq: 2,
  insuranceFloor: 0,
  maxAccounts: 100,
  maxPrice: 1_000_000_000,
  maxOiQ: 1_000_000_000_000,
};

export interface Sent {
  slot: number;
  action: Action;
  feeBidAtoms: number;
}

/** A stage for one agent: the test sets what it sees and calls it, and reads what it asked for. */
export class FakeContext implements AgentContext {
  slot = 0;
  indexPrice = 100_000_000;
  rng = createStream('test', 'context');
  views = new Map<number, AccountView>();
  eligible: number[] = [];
  groups = new Map<string, number[]>();
  partials = new Map<number, number>();
  modes: [number, number] = [0, 0];
  stale: [number[], number[]] = [[], []];
  open: number[] = [];
  venue: VenueView = {
    params: RISK,
    hStored: 1,
    vaultAtoms: 0,
    capitalAtoms: 0,
    insuranceAtoms: 1_000_000,
    openInterestQ: 0,
    mode: (side) => this.modes[side],
    staleAccounts: (side) => this.stale[side],
    openAccounts: () => this.open,
  };
  book: BookView | undefined = undefined;
  inBand: number[] = [];
  sent: Sent[] = [];
  wakes: number[] = [];
  alarms: { direction: 'below' | 'above'; price: number }[] = [];

  view(account: number): AccountView | undefined {
    return this.views.get(account);
  }
  liquidatable(limit: number): readonly number[] {
    return this.eligible.slice(0, limit);
  }
  restoringPartial(account: number): number | null {
    return this.partials.get(account) ?? null;
  }
  reducible(limit: number): readonly number[] {
    return this.inBand.slice(0, limit);
  }
  accountsOf(group: string): readonly number[] {
    return this.groups.get(group) ?? [];
  }
  submit(action: Action, feeBidAtoms = 0): void {
    this.sent.push({ slot: this.slot, action, feeBidAtoms });
  }
  wakeAt(slot: number): void {
    if (slot <= this.slot) throw new RangeError(`wakeAt(${slot}) in slot ${this.slot} is not later`);
    this.wakes.push(slot);
  }
  wakeWhenPrice(direction: 'below' | 'above', price: number): void {
    this.alarms.push({ direction, price });
  }

  /** Moves to a slot (and price) and wakes the agent there; returns only what it submitted now. */
  wake(agent: Agent, slot: number, indexPrice = this.indexPrice): Action[] {
    this.slot = slot;
    this.indexPrice = indexPrice;
    const before = this.sent.length;
    agent.onWake(this);
    return this.sent.slice(before).map(({ action }) => action);
  }
}

/** A healthy flat account with this capital, and whatever the test overrides. */
export function createView(capitalAtoms: number, overrides: Partial<AccountView> = {}): AccountView {
  return {
    capitalAtoms,
    pnlAtoms: 0,
    reservedAtoms: 0,
    releasedAtoms: 0,
    feeDebtAtoms: 0,
    positionQ: 0,
    equityAtoms: capitalAtoms,
    maintenanceMarginAtoms: 0,
    initialMarginAtoms: 0,
    ...overrides,
  };
}

/** Makes an agent of a module from parameters as a scenario file writes them; its accounts are 7, 8, … */
export function createAgent<P>(module: AgentModule<P>, params: unknown, seed = 'seed'): Agent {
  let next = 7;
  return module.create({
    name: 'group/0',
    params: module.params.parse(params),
    rng: createStream(seed, 'group/0'),
    risk: RISK,
    slots: 10_000,
    allocateAccount: () => next++,
  });
}
