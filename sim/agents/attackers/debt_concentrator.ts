import { z } from 'zod';
import { POS_SCALE } from '../../../engine/risk/index.ts';
import { count } from '../../scenario/units.ts';
import type { AccountView, Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { RETRY_SLOTS } from '../departure.ts';
import { PriceAlarm } from '../price_alarm.ts';
import { calculateEquityPrice } from '../sizing.ts';
import { directionOf, positionParams, shareBudget, sideParam, submitOpening } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  side: sideParam,
  leave_q: count(1)
    .default(1)
    .describe('What it leaves of the position for the liquidation, in q-units (a millionth of the base).'),
});
type DebtConcentratorParams = z.output<typeof params>;

/** Once insolvent, sells all of its position but a unit, and has that unit liquidated with the whole debt. */
class DebtConcentrator implements Agent {
  readonly accounts: readonly [number];
  private readonly params: DebtConcentratorParams;
  private readonly depositAtoms: number;
  private readonly alarm = new PriceAlarm();
  private isOpen = false;

  constructor({ allocateAccount, params, risk }: AgentSetup<DebtConcentratorParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, 1, risk);
    this.accounts = [allocateAccount()];
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.open(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    if (!this.isOpen) {
      this.open(context);
      return;
    }
    this.alarm.drop(context);
    const view = context.view(this.accounts[0]);
    if (view === undefined || view.positionQ === 0) return;
    if (view.equityAtoms < 0) this.concentrate(context, view);
    else this.watch(context, view);
  }

  private open(context: AgentContext): void {
    const { fee_bid: feeBidAtoms, leverage, side } = this.params;
    const direction = directionOf(side);
    submitOpening(context, this.accounts[0], {
      depositAtoms: this.depositAtoms,
      leverage,
      direction,
      feeBidAtoms,
    });
    this.isOpen = true;
    context.wakeAt(context.slot + 1);
  }

  private watch(context: AgentContext, view: AccountView): void {
    const price = calculateEquityPrice(view, context.indexPrice, -1);
    if (view.positionQ > 0) this.alarm.setBelow(context, price);
    else this.alarm.setAbove(context, price);
  }

  private concentrate(context: AgentContext, { positionQ }: AccountView): void {
    const { fee_bid: bid, leave_q: leaveQ } = this.params;
    const [account] = this.accounts;
    const excessQ = Math.max(0, Math.abs(positionQ) - leaveQ);
    if (excessQ > 0) context.submit({ type: 'trade', account, sizeQ: -Math.sign(positionQ) * excessQ }, bid);
    context.submit({ type: 'liquidate', account, policy: 'full' }, bid);
    context.wakeAt(context.slot + RETRY_SLOTS);
  }
}

export const debtConcentrator: AgentModule<DebtConcentratorParams> = {
  kind: 'debt_concentrator',
  role: 'attacker',
  doc: 'Shrinks its insolvent position to one unit and has that liquidated, so that all of its debt falls on what little is left on the other side.',
  params,
  hypothesis:
    'The bad debt of a large position can be put on whoever still holds the other side of a tiny one; success is that they lose more than the whole value of what they hold.',
  success: {
    figure: 'largest part of its debt that K put on others ÷ value of the positions that carried it',
    unit: 'ratio',
    needed: () => 1,
    measure: ({ attacked, own }) => {
      const burdens = attacked.liquidations.flatMap(({ carriedByQ, group, indexPrice, socializedAtoms }) =>
        group !== own.attack || carriedByQ === null
          ? []
          : [(socializedAtoms / Math.max(1, carriedByQ) / indexPrice) * POS_SCALE],
      );
      return burdens.length === 0 ? null : Math.max(...burdens);
    },
  },
  create: (setup) => new DebtConcentrator(setup),
};
