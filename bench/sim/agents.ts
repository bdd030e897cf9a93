import { z } from 'zod';
import { POS_SCALE } from '../../engine/risk/index.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../../sim/agents/agent.ts';
import { AGENT_MODULES } from '../../sim/agents/index.ts';
import { createRecorder } from '../../sim/record/recorder.ts';
import { duration, money } from '../../sim/scenario/units.ts';
import type { Parts } from '../../sim/shards/plan.ts';

const params = z.strictObject({
  capital: money(1),
  every: duration().describe('Time between two trades; 0 slots: one, and then sleep.'),
});
type Params = z.output<typeof params>;

/** Opens a small position, then trades it back and forth at a steady pace: activity that can be dosed. */
class Metronome implements Agent {
  readonly accounts: readonly [number];
  private readonly params: Params;
  private readonly phase: number;
  private direction: 1 | -1;

  constructor({ allocateAccount, params: given, rng }: AgentSetup<Params>) {
    this.params = given;
    this.accounts = [allocateAccount()];
    this.phase = Math.floor(rng() * Math.max(1, given.every));
    this.direction = rng() < 0.5 ? 1 : -1;
  }

  onStart(context: AgentContext): void {
    const { capital, every } = this.params;
    context.submit({ type: 'deposit', account: this.accounts[0], amountAtoms: capital });
    this.trade(context);
    if (every > 0) context.wakeAt(context.slot + 1 + this.phase);
  }

  onWake(context: AgentContext): void {
    context.wakeAt(context.slot + this.params.every);
    // What a trader looks at before it decides.
    const view = context.view(this.accounts[0]);
    if (view !== undefined && view.equityAtoms > 2 * view.initialMarginAtoms) this.direction *= -1;
    this.trade(context);
  }

  private trade(context: AgentContext): void {
    const sizeQ = Math.floor((this.params.capital / context.indexPrice) * POS_SCALE);
    context.submit({ type: 'trade', account: this.accounts[0], sizeQ: sizeQ * this.direction });
  }
}

const metronome: AgentModule<Params> = {
  kind: 'metronome',
  role: 'trader',
  doc: 'Trades at a steady pace.',
  params,
  create: (setup) => new Metronome(setup),
};

/** A run with the lab's agents and the bench's. */
export const BENCH_PARTS: Parts = {
  registry: { ...AGENT_MODULES, metronome: metronome as AgentModule },
  makeRecorder: createRecorder,
};
