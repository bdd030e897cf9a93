import { distribution, sampleDistribution } from '../../scenario/distributions.ts';
import { duration, leverage, money, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentSetup } from '../agent.ts';
import { isBroke, submitTurn } from '../target_position.ts';

/** Parameters of every trader that looks at the index now and then and follows a signal. */
export const signalParams = {
  capital: distribution(money()).describe('What each trader deposits.'),
  leverage: distribution(leverage()).prefault('2 x').describe('Position value over capital when it trades.'),
  every: duration(1).prefault('25 slots').describe('How often it looks at the index.'),
  max_slippage: percent(1, 9_999)
    .optional()
    .describe('Worst price it trades at, from the index that it sees. Default: whatever the slab allows.'),
};

export interface SignalSetup {
  capital: Parameters<typeof sampleDistribution>[0];
  leverage: Parameters<typeof sampleDistribution>[0];
  every: number;
  max_slippage?: number | undefined;
}

/** Plain fields only, like every agent's own state. */
export interface Signal {
  /** Takes one observed index price; the direction wanted now, or null to keep what there is. */
  read(indexPrice: number): 1 | 0 | -1 | null;
}

/** Looks every few slots and turns its one position where the signal points. */
export class SignalTrader implements Agent {
  readonly accounts: readonly [number];
  private readonly signal: Signal;
  private readonly capitalAtoms: number;
  private readonly leverage: number;
  private readonly everySlots: number;
  private readonly maxSlippageBps: number | undefined;
  /** Spreads the looks of a group over the period. */
  private readonly firstLookSlots: number;

  constructor({ allocateAccount, params, risk, rng }: AgentSetup<SignalSetup>, signal: Signal) {
    this.accounts = [allocateAccount()];
    this.signal = signal;
    this.capitalAtoms = Math.max(risk.minInitialDeposit, sampleDistribution(params.capital, rng));
    this.leverage = sampleDistribution(params.leverage, rng);
    this.everySlots = params.every;
    this.maxSlippageBps = params.max_slippage;
    this.firstLookSlots = 1 + Math.floor(rng() * params.every);
  }

  onStart(context: AgentContext): void {
    context.submit({ type: 'deposit', account: this.accounts[0], amountAtoms: this.capitalAtoms });
    context.wakeAt(context.slot + this.firstLookSlots);
  }

  onWake(context: AgentContext): void {
    const direction = this.signal.read(context.indexPrice);
    const view = direction === null ? null : context.view(this.accounts[0]);
    // Who has nothing left, or was refused a deposit, never looks again.
    if (view === undefined || (view !== null && isBroke(view))) return;
    context.wakeAt(context.slot + this.everySlots);
    if (view !== null && direction !== null) {
      const { leverage, maxSlippageBps } = this;
      submitTurn(context, this.accounts[0], view, { direction, leverage, maxSlippageBps });
    }
  }
}
