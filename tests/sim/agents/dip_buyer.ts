import { z } from 'zod';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../../../sim/agents/agent.ts';
import { calculateMovedPrice, calculateOpeningSizeQ } from '../../../sim/agents/sizing.ts';
import { leverage, money, percent } from '../../../sim/scenario/units.ts';

const params = z.strictObject({
  capital: money(1).describe('What it deposits when it arrives.'),
  leverage: leverage().prefault('1 x').describe('Position value over capital when it buys.'),
  fall: percent(1, 9_999)
    .prefault('10 %')
    .describe('Buys when the index has fallen this far since it arrived.'),
});
type DipBuyerParams = z.output<typeof params>;

/** Buys once, after a fall. */
class DipBuyer implements Agent {
  readonly accounts: readonly [number];
  private readonly params: DipBuyerParams;
  private bought = false;

  constructor(setup: AgentSetup<DipBuyerParams>) {
    this.params = setup.params;
    this.accounts = [setup.allocateAccount()];
  }

  onStart(context: AgentContext): void {
    const { capital, fall } = this.params;
    context.submit({ type: 'deposit', account: this.accounts[0], amountAtoms: capital });
    context.wakeWhenPrice('below', calculateMovedPrice(context.indexPrice, -fall));
  }

  onWake(context: AgentContext): void {
    if (this.bought) return;
    this.bought = true;
    const { capital, leverage: wanted } = this.params;
    const sizeQ = calculateOpeningSizeQ(capital, wanted, context.indexPrice, context.venue.params);
    if (sizeQ > 0) context.submit({ type: 'trade', account: this.accounts[0], sizeQ });
  }
}

export const dipBuyer: AgentModule<DipBuyerParams> = {
  kind: 'dip_buyer',
  role: 'trader',
  doc: 'A depositor that buys once the index has fallen far enough.',
  params,
  create: (setup) => new DipBuyer(setup),
};
