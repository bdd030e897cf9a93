import { z } from 'zod';
import { duration, leverage, money, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup, IndexDistortion } from '../agent.ts';
import { Departure, submitSettlement } from '../departure.ts';
import { calculateOpeningSizeQ } from '../sizing.ts';
import { PROFIT } from '../success.ts';
import { feeBid } from './position_params.ts';

const params = z.strictObject({
  budget: money().describe('What the attacker deposits: all it can lose inside the venue.'),
  leverage: leverage().describe('Position value over budget when it opens.'),
  distortion: percent(-9_999, 100_000).describe(
    'By how much the index is moved away from the fundamental price.',
  ),
  start: duration().describe('When the distortion begins, from the start of the run.'),
  length: duration().describe('How long the distortion lasts.'),
  open_before: duration()
    .prefault('5 slots')
    .describe('How long before the distortion it opens its position.'),
  exit: z
    .enum(['close', 'convert'])
    .default('close')
    .describe(
      'Closes at the distorted price and withdraws, or keeps the position and converts profit as it is released.',
    ),
  retry_every: duration(1).prefault('1 slots').describe('How often it asks for what has matured.'),
  fee_bid: feeBid,
});
type OracleSpikeParams = z.output<typeof params>;

/** Opens before a distortion of the index it controls and takes the paper profit out as early as it can. */
class OracleSpike implements Agent {
  readonly accounts: readonly [number];
  private readonly params: OracleSpikeParams;
  private readonly departure: Departure;
  private readonly openSlot: number;
  private readonly endSlot: number;

  constructor(setup: AgentSetup<OracleSpikeParams>) {
    const { start, length, open_before: before } = setup.params;
    this.params = setup.params;
    this.accounts = [setup.allocateAccount()];
    this.departure = new Departure(this.accounts[0], { instalmentSlots: setup.params.retry_every });
    this.openSlot = Math.max(0, start - before);
    this.endSlot = start + length;
  }

  onStart(context: AgentContext): void {
    if (context.slot === this.openSlot) this.open(context);
    else context.wakeAt(this.openSlot);
  }

  onWake(context: AgentContext): void {
    const { exit, fee_bid: bid } = this.params;
    if (context.slot === this.openSlot) this.open(context);
    else if (context.slot < this.endSlot && exit === 'convert') this.milk(context);
    else this.departure.step(context, bid);
  }

  private open(context: AgentContext): void {
    const { budget, leverage: wanted, distortion, fee_bid: bid } = this.params;
    const [account] = this.accounts;
    const sizeQ = calculateOpeningSizeQ(budget, wanted, context.indexPrice, context.venue.params);
    const signedQ = distortion > 0 ? sizeQ : -sizeQ;
    context.submit({ type: 'deposit', account, amountAtoms: budget }, bid);
    context.submit({ type: 'trade', account, sizeQ: signedQ }, bid);
    context.wakeAt(Math.max(this.params.start, context.slot + 1));
  }

  /**
   * Keeps the position: converts what the warmup has released and withdraws what margin leaves free. Everybody
   * else is settled first, because h pays only out of losses that were paid (design 01 §3).
   */
  private milk(context: AgentContext): void {
    const [account] = this.accounts;
    const bid = this.params.fee_bid;
    if ((context.view(account)?.releasedAtoms ?? 0) > 0) {
      submitSettlement(context, bid);
      context.submit({ type: 'convert', account }, bid);
    } else {
      context.submit({ type: 'settle', account }, bid);
    }
    context.submit({ type: 'withdraw', account, amountAtoms: 'max' }, bid);
    context.wakeAt(Math.min(this.endSlot, context.slot + this.params.retry_every));
  }
}

export const oracleSpike: AgentModule<OracleSpikeParams> = {
  kind: 'oracle_spike',
  role: 'attacker',
  doc: 'Opens a position, has the index distorted in its favour for a while, and takes the paper profit out as early as it can.',
  params,
  hypothesis:
    'Profit made on a short-lived false price can be withdrawn before the price is corrected; success is more withdrawn than deposited.',
  success: PROFIT,
  distortions: ({ start, length, distortion }): readonly IndexDistortion[] => [
    { fromSlot: start, toSlot: start + length, bps: distortion },
  ],
  create: (setup) => new OracleSpike(setup),
};
