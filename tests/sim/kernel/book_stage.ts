import type { RiskParams } from '../../../engine/risk/index.ts';
import { calculateDefaultSlabParams, type SlabParams } from '../../../engine/slab/index.ts';
import type { Action, AgentContext } from '../../../sim/agents/agent.ts';
import type { OrderKind, OrderSide } from '../../../sim/agents/book.ts';
import type { BookSpec } from '../../../sim/scenario/book.ts';
import type { GroupSpec, Scenario, SlabSpec } from '../../../sim/scenario/schema.ts';
import { deposit, makeScenario, makeSlab, RISK, type Script, scripted, setStage, UNIT } from './harness.ts';

/** Ticks of 0.1, lots of 0.001, guards off, batches of one slot; 5 % slippage. */
export function makeBook(params: Partial<SlabParams> = {}, more: Partial<BookSpec> = {}): BookSpec {
  return {
    kind: 'book',
    params: { ...calculateDefaultSlabParams(UNIT / 10, UNIT / 1_000), maxOrdersPerAccount: 8, ...params },
    pools: {},
    maxSlippageBps: 500,
    depthBandBps: 100,
    ...more,
  };
}

export const makeBookSlab = (book: BookSpec, risk: Partial<RiskParams> = {}): SlabSpec =>
  makeSlab({ matcher: book, risk: { ...RISK, ...risk } });

/** What an agent does in a slot after that of its deposit. */
export type Act = (context: AgentContext, account: number) => void;

/** Deposits 1 000 in slot 0, then does what is listed for a slot, and writes down what it hears. */
export function actor(
  name: string,
  acts: Readonly<Record<number, Act>>,
  heard: string[],
  more: Partial<GroupSpec> = {},
): GroupSpec {
  const say = (context: AgentContext, what: string) => heard.push(`${context.slot} ${name} ${what}`);
  const script: Script = {
    onStart(context, account) {
      deposit(context, account, 1_000);
      context.wakeAt(1);
    },
    onWake(context, account) {
      acts[context.slot]?.(context, account);
      context.wakeAt(context.slot + 1);
    },
    onDone: (context, action, { filledQ, order, hold }) => {
      const left = order === null ? '' : ` order ${order.id}`;
      say(context, `${action.type} done ${filledQ / UNIT}${left}${hold === null ? '' : ` hold ${hold.id}`}`);
    },
    onFill: (context, { sizeQ, executionPrice, maker }) => {
      const rest = maker === undefined ? '' : ` maker of ${maker.orderId}, left ${maker.leftQ / UNIT}`;
      say(context, `fill ${sizeQ / UNIT} at ${executionPrice / UNIT}${rest}`);
    },
    onReject: (context, action, error) => say(context, `${action.type} ${error}`),
  };
  return scripted(name, script, more);
}

/** Submits an order; price and size in units. */
export const order =
  (side: OrderSide, price: number, size: number, kind: OrderKind = 'limit', reduceOnly = false): Act =>
  (context, account) =>
    context.submit({
      type: 'placeOrder',
      account,
      side,
      kind,
      priceAtoms: Math.round(price * UNIT),
      qtyQ: Math.round(size * UNIT),
      reduceOnly,
    });

export const trade =
  (size: number, limit?: number): Act =>
  (context, account) =>
    context.submit({
      type: 'trade',
      account,
      sizeQ: Math.round(size * UNIT),
      ...(limit === undefined ? {} : { limitPrice: Math.round(limit * UNIT) }),
    });

export const ask =
  (make: (context: AgentContext, account: number) => Action): Act =>
  (context, account) =>
    context.submit(make(context, account));

/** Plays `slots` slots at 100, or at the prices given. */
export function playBook(
  slab: SlabSpec,
  population: GroupSpec[],
  slots: number,
  prices: readonly number[] = [],
  changes: Partial<Scenario> = {},
) {
  const stage = setStage(makeScenario(population, { slabs: [slab], ...changes }));
  for (let slot = 0; slot < slots; slot += 1) stage.step((prices[slot] ?? 100) * UNIT);
  return stage;
}
