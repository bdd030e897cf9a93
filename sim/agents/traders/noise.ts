import ln from '@stdlib/math-base-special-ln';
import { z } from 'zod';
import { mulDivFloor } from '../../../engine/math/index.ts';
import { BPS, POS_SCALE } from '../../../engine/risk/index.ts';
import { alignPrice, alignSize } from '../../kernel/book_grid.ts';
import type { Rng } from '../../kernel/streams.ts';
import { distribution, sampleDistribution } from '../../scenario/distributions.ts';
import { duration, leverage, money, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import type { BookAction, BookResult, OrderSide } from '../book.ts';
import { RestingOrders } from '../quoting/resting_orders.ts';
import { calculateMovedPrice, calculateOpeningSizeQ } from '../sizing.ts';
import { calculateStakeAtoms, isBroke } from '../target_position.ts';
import { TradingClock } from './trading_clock.ts';

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
  limit_share: percent()
    .prefault('0 %')
    .describe('Chance that an order is a limit order on the book, instead of a trade at once.'),
  limit_distance: distribution(percent(-9_999, 9_999))
    .prefault({ uniform: ['0 bps', '20 bps'] })
    .describe(
      'How far behind the best price of its own side a limit order is; below 0: into the spread or across it.',
    ),
  limit_life: duration(1)
    .prefault('250 slots')
    .describe('Mean time until a limit order is cancelled; the times are exponential.'),
  excitement: percent(0, BPS)
    .prefault('0 %')
    .describe(
      'Share of its activity that answers to volatility: it trades 1 − share + share × v times as often as `mean_gap` says, at most ten times; v is the variance of the mid that it remembers over the usual one. Without a book the index is watched.',
    ),
  usual_move: percent(1)
    .prefault('10 bps')
    .describe('Usual standard deviation over one `mean_gap`, for `excitement`.'),
  excitement_memory: distribution(duration(1))
    .prefault('1 min')
    .describe('How long each remembers moves, for `excitement`.'),
});
type NoiseParams = z.output<typeof params>;

/** Draws nothing where nothing excites. */
function createClock({ params, rng }: AgentSetup<NoiseParams>): TradingClock | null {
  const { excitement, excitement_memory: memory, mean_gap: gap, usual_move: usual } = params;
  if (excitement === 0) return null;
  const usualPerSlot = (usual * usual) / (BPS * BPS) / gap;
  return new TradingClock(excitement / BPS, usualPerSlot, sampleDistribution(memory, rng));
}

/** Trades at random times, in random directions, in random sizes: flow without an opinion. */
class Noise implements Agent {
  readonly accounts: readonly [number];
  private readonly params: NoiseParams;
  private readonly rng: Rng;
  private readonly capitalAtoms: number;
  private readonly resting: RestingOrders;
  /** Null if nothing excites it: then its time is that of the slots. */
  private readonly clock: TradingClock | null;
  /** Time of the next order on its clock, not rounded, so that the rate is exactly 1 / mean_gap. */
  private nextTime = 0;
  private wakeSlot = 0;

  constructor(setup: AgentSetup<NoiseParams>) {
    this.params = setup.params;
    this.rng = setup.rng;
    this.accounts = [setup.allocateAccount()];
    this.resting = new RestingOrders(this.accounts[0]);
    this.capitalAtoms = Math.max(
      setup.risk.minInitialDeposit,
      sampleDistribution(setup.params.capital, setup.rng),
    );
    this.clock = createClock(setup);
  }

  onStart(context: AgentContext): void {
    context.submit({ type: 'deposit', account: this.accounts[0], amountAtoms: this.capitalAtoms });
    this.nextTime = this.readTime(context) + this.drawGap();
    this.sleep(context);
  }

  onWake(context: AgentContext): void {
    this.resting.cancelDue(context);
    // Woken for a resting order only.
    if (context.slot < this.wakeSlot) return;
    const time = this.readTime(context);
    if (this.nextTime > time) {
      this.sleep(context);
      return;
    }
    const view = context.view(this.accounts[0]);
    if (view === undefined || isBroke(view)) return;
    const { indexPrice, venue } = context;
    const { limit_share: limits, max_leverage: most } = this.params;
    const limitQ = calculateOpeningSizeQ(calculateStakeAtoms(view), most, indexPrice, venue.params);
    let heldQ = view.positionQ;
    for (; this.nextTime <= time; this.nextTime += this.drawGap()) {
      const drawnQ = this.drawOrder(indexPrice);
      if (limits > 0 && this.rng() * BPS < limits) {
        this.placeLimit(context, drawnQ, limitQ - Math.sign(drawnQ) * heldQ);
        continue;
      }
      const sizeQ = Math.min(limitQ, Math.max(-limitQ, heldQ + drawnQ)) - heldQ;
      if (sizeQ !== 0) context.submit({ type: 'trade', account: this.accounts[0], sizeQ });
      heldQ += sizeQ;
    }
    this.sleep(context);
  }

  onDone(context: AgentContext, action: BookAction, { order }: BookResult): void {
    if (action.type !== 'placeOrder' || order === null) return;
    const life = Math.ceil(this.drawExponential(this.params.limit_life));
    this.resting.add(context, order, context.slot + Math.max(1, life));
  }

  /** A limit order of at most `roomQ`, all its orders of that side together. */
  private placeLimit(context: AgentContext, drawnQ: number, roomQ: number): void {
    const side: OrderSide = drawnQ > 0 ? 'buy' : 'sell';
    const distanceBps = sampleDistribution(this.params.limit_distance, this.rng);
    const [account] = this.accounts;
    const book = context.book!;
    const { lotQ, maxOrdersPerAccount, tickAtoms } = book.params;
    const own = book.ownOrders(account);
    const openQ = own.reduce((sum, order) => sum + (order.side === side ? order.qtyQ : 0), 0);
    const qtyQ = alignSize(Math.min(Math.abs(drawnQ), roomQ - openQ), lotQ);
    if (qtyQ <= 0 || own.length >= maxOrdersPerAccount) return;
    const touch = (side === 'buy' ? book.bestBid : book.bestAsk) || context.indexPrice;
    const wanted = calculateMovedPrice(touch, side === 'buy' ? -distanceBps : distanceBps);
    const priceAtoms = alignPrice(wanted, side, tickAtoms);
    context.submit({ type: 'placeOrder', account, side, kind: 'limit', priceAtoms, qtyQ });
  }

  private drawGap(): number {
    return this.drawExponential(this.params.mean_gap);
  }

  /** By inversion: −mean · ln(1 − u). */
  private drawExponential(mean: number): number {
    return -mean * ln(1 - this.rng());
  }

  private drawOrder(indexPrice: number): number {
    const sizeQ = mulDivFloor(sampleDistribution(this.params.size, this.rng), POS_SCALE, indexPrice);
    return this.rng() * BPS < this.params.buy_share ? sizeQ : -sizeQ;
  }

  private readTime({ book, indexPrice, slot }: AgentContext): number {
    return this.clock === null
      ? slot
      : this.clock.read(slot, book === undefined ? indexPrice : book.midPrice);
  }

  private sleep(context: AgentContext): void {
    const due = this.clock === null ? this.nextTime : this.clock.calculateLookSlot(this.nextTime);
    this.wakeSlot = Math.max(context.slot + 1, Math.ceil(due));
    context.wakeAt(this.wakeSlot);
  }
}

export const noise: AgentModule<NoiseParams> = {
  kind: 'noise',
  role: 'trader',
  doc: 'Zero-intelligence flow: orders at exponential gaps, in random directions, with heavy-tailed sizes; on a book some of them rest.',
  params,
  needsBook: ({ limit_share: limits }) => limits > 0,
  create: (setup) => new Noise(setup),
};
