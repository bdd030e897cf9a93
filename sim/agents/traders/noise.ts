import ln from '@stdlib/math-base-special-ln';
import { z } from 'zod';
import { mulDivFloor } from '../../../engine/math/index.ts';
import { BPS, POS_SCALE } from '../../../engine/risk/index.ts';
import type { Rng } from '../../kernel/streams.ts';
import { distribution, sampleDistribution } from '../../scenario/distributions.ts';
import { duration, leverage, money, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { calculateOpeningSizeQ } from '../sizing.ts';
import { calculateStakeAtoms, isBroke } from '../target_position.ts';

const params = z.strictObject({
  capital: distribution(money()).describe('What each trader deposits.'),
  mean_gap: duration(1)
    .prefault('100 slots')
    .describe('Mean time between two of its orders; the gaps are exponential.'),
  size: distribution(money(1))
    .prefault({ pareto_truncated: { min: '10 USDC', max: '100_000 USDC', alpha: 1.5 } })
    .describe('Value of an order at the index; heavy-tailed by default.'),
  buy_share: percent().prefault('50 %').describe('Chance that an order buys.'),
  max_leverage: leverage()
    .prefault('3 x')
    .describe('An order is cut so that the position stays within this multiple of the capital.'),
});
type NoiseParams = z.output<typeof params>;

/** Trades at random times, in random directions, in random sizes: flow without an opinion. */
class Noise implements Agent {
  readonly accounts: readonly [number];
  private readonly params: NoiseParams;
  private readonly rng: Rng;
  private readonly capitalAtoms: number;
  /** Time of the next order in slots, not rounded, so that the rate is exactly 1 / mean_gap. */
  private nextTime = 0;

  constructor(setup: AgentSetup<NoiseParams>) {
    this.params = setup.params;
    this.rng = setup.rng;
    this.accounts = [setup.allocateAccount()];
    this.capitalAtoms = Math.max(
      setup.risk.minInitialDeposit,
      sampleDistribution(setup.params.capital, setup.rng),
    );
  }

  onStart(context: AgentContext): void {
    context.submit({ type: 'deposit', account: this.accounts[0], amountAtoms: this.capitalAtoms });
    this.nextTime = context.slot + this.drawGap();
    this.sleep(context);
  }

  onWake(context: AgentContext): void {
    const view = context.view(this.accounts[0]);
    if (view === undefined || isBroke(view)) return;
    const { indexPrice, venue } = context;
    const { max_leverage: most } = this.params;
    const limitQ = calculateOpeningSizeQ(calculateStakeAtoms(view), most, indexPrice, venue.params);
    let heldQ = view.positionQ;
    for (; this.nextTime <= context.slot; this.nextTime += this.drawGap()) {
      const wantedQ = heldQ + this.drawOrder(indexPrice);
      const sizeQ = Math.min(limitQ, Math.max(-limitQ, wantedQ)) - heldQ;
      if (sizeQ !== 0) context.submit({ type: 'trade', account: this.accounts[0], sizeQ });
      heldQ += sizeQ;
    }
    this.sleep(context);
  }

  /** Exponential by inversion: −mean · ln(1 − u). */
  private drawGap(): number {
    return -this.params.mean_gap * ln(1 - this.rng());
  }

  private drawOrder(indexPrice: number): number {
    const sizeQ = mulDivFloor(sampleDistribution(this.params.size, this.rng), POS_SCALE, indexPrice);
    return this.rng() * BPS < this.params.buy_share ? sizeQ : -sizeQ;
  }

  private sleep(context: AgentContext): void {
    context.wakeAt(Math.max(context.slot + 1, Math.ceil(this.nextTime)));
  }
}

export const noise: AgentModule<NoiseParams> = {
  kind: 'noise',
  role: 'trader',
  doc: 'Zero-intelligence flow: orders at exponential gaps, in random directions, with heavy-tailed sizes.',
  params,
  create: (setup) => new Noise(setup),
};
