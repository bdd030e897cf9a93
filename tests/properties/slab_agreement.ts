import assert from 'node:assert/strict';
import { Aggressor, Book, Level, Order, Trade } from '../../engine/slab/constants.ts';
import { listPendingOrders, type Slab } from '../../engine/slab/index.ts';
import type { ModelBook } from '../reference/model_book.ts';
import type { ModelOrder } from '../reference/model_state.ts';
import { CAPACITIES } from './slab_history.ts';

/** The slab says of everything what the model says. */
export function assertAgrees(slab: Slab, model: ModelBook): void {
  const { state } = model;
  const show = (order: ModelOrder) => ({
    id: order.id,
    account: order.account,
    side: order.side,
    price: order.price,
    qty: order.qty,
    reservedQ: model.reserved(order),
    isPending: order.isPending,
    isReduceOnly: order.reduceOnly,
    isPostOnly: order.postOnly,
    epoch: order.epoch,
  });
  const places = Array.from({ length: CAPACITIES.maxOrders }, (_, index) => slab.order(index));
  const orders = places.flatMap((order) => {
    if (order === undefined) return [];
    const { index: _, ...rest } = order;
    return [rest];
  });
  const byId = <T extends { id: number }>(list: T[]) => list.sort((a, b) => a.id - b.id);
  assert.deepEqual(byId(orders), byId(state.orders.map(show)));
  for (const side of [0, 1] as const)
    assert.deepEqual(
      listQueue(slab, slab.bestLevel(side)),
      model.queue(side).map(({ id }) => id),
    );
  assert.deepEqual(
    listPendingOrders(slab).map((index) => slab.order(index)!.id),
    byId(state.orders.filter(({ isPending }) => isPending)).map(({ id }) => id),
  );
  const holds = Array.from({ length: CAPACITIES.maxHolds }, (_, index) => slab.hold(index)).flatMap((hold) =>
    hold === undefined
      ? []
      : [
          {
            ...{ id: hold.id, route: hold.route, account: hold.account, side: hold.side, bond: hold.bond },
            ...{ expirySlot: hold.expirySlot, mark: hold.mark, worstPrice: hold.worstPrice },
            notional: hold.notional,
            locks: hold.slices.map(({ order, qty }) => ({ order: slab.order(order)!.id, qty })),
          },
        ],
  );
  const modelled = state.holds.map((hold) => ({ ...hold, notional: model.holdNotional(hold) }));
  assert.deepEqual(byId(holds), byId(modelled));
  for (let account = 0; account < CAPACITIES.maxSlots; account += 1) {
    assert.deepEqual(slab.trader(account), {
      openOrders: state.orders.filter((order) => order.account === account).length,
      isDlp: state.dlps.includes(account),
      holds: state.holds.filter((hold) => hold.account === account).length,
      reservedNotional: model.reservedNotional(account),
      lockedBond: model.lockedBond(account),
    });
  }
  assert.deepEqual(
    [slab.seqno, slab.batchEpoch, slab.batchSlot, slab.fundingRate],
    [...[state.seqno, state.epoch, state.batchSlot, state.fundingRate]],
  );
  assert.deepEqual(listTrades(slab), state.trades.slice(-CAPACITIES.maxTrades));
  assert.deepEqual(listLedger(slab), state.ledger);
  assert.deepEqual(slab.market.globals, model.market.globals);
  assert.deepEqual(slab.market.sides, model.market.sides);
  for (let account = 0; account < CAPACITIES.maxSlots; account += 1) {
    assert.deepEqual(slab.market.account(account), model.market.account(account));
  }
}

/** Ids of a side's orders in the order of matching. */
function listQueue({ levels, orders, words }: Slab, best: number): number[] {
  const ids: number[] = [];
  for (let level = best; level !== 0; level = words[levels.at(level) + Level.next]!) {
    for (let link = words[levels.at(level) + Level.head]!; link !== 0; ) {
      ids.push(words[orders.at(link) + Order.id]!);
      link = words[orders.at(link) + Order.next]!;
    }
  }
  return ids;
}

/** The trades that the ring still has, oldest first. */
function listTrades(slab: Slab) {
  const { words } = slab;
  const count = words[Book.tradeCount]!;
  const first = Math.max(0, count - CAPACITIES.maxTrades);
  return Array.from({ length: count - first }, (_, nth) => {
    const at = slab.tradeAt(((first + nth) % CAPACITIES.maxTrades) + 1);
    assert.equal(words[at + Trade.seq], first + nth);
    return {
      price: words[at + Trade.price],
      qty: words[at + Trade.qty],
      maker: words[at + Trade.maker],
      taker: words[at + Trade.taker],
      makerOrder: words[at + Trade.makerOrder],
    };
  });
}

/** The rows of this batch's ledger. */
function listLedger(slab: Slab) {
  const { words } = slab;
  return Array.from({ length: words[Book.aggressorsUsed]! }, (_, nth) => {
    const at = slab.aggressorAt(nth + 1);
    const row = {
      buyQ: words[at + Aggressor.buyQ],
      buyNotional: words[at + Aggressor.buyNotional],
      sellQ: words[at + Aggressor.sellQ],
      sellNotional: words[at + Aggressor.sellNotional],
      taxed: words[at + Aggressor.taxed],
    };
    return [words[at + Aggressor.account], row];
  });
}
