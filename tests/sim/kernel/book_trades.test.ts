import { expect, it } from 'vitest';
import type { AgentContext } from '../../../sim/agents/agent.ts';
import { actor, makeBook, makeBookSlab, order, playBook, trade } from './book_stage.ts';
import { UNIT } from './harness.ts';

/** What the market shows of its trades since a slot, to an agent with a latency. */
it('trades are public: as old as the latency, oldest first, as far as they are kept', () => {
  const heard: string[] = [];
  const look =
    (fromSlot: number) =>
    ({ book, slot }: AgentContext) => {
      const trades = book!.trades(fromSlot).map((seen) => {
        const { maker, price, qtyQ, takerSide, taker } = seen;
        return `${seen.slot}: ${taker} ${takerSide}s ${qtyQ / UNIT} from ${maker} at ${price / UNIT}`;
      });
      heard.push(`${slot} since ${fromSlot} ${trades.join(', ')}`);
    };
  const maker = actor('maker', { 1: order('sell', 100, 9), 2: order('buy', 99, 9) }, []);
  const taker = actor('taker', { 3: trade(1), 4: trade(-2), 5: trade(3) }, []);
  const watcher = actor('watcher', { 4: look(0), 5: look(4), 6: look(0) }, heard);
  const late = actor('late', { 5: look(0), 6: look(0) }, heard, { latencySlots: 2 });
  playBook(makeBookSlab(makeBook({}, { pools: { trades: 2 } })), [maker, taker, watcher, late], 7);
  const first = '3: 2 buys 1 from 1 at 100';
  const second = '4: 2 sells 2 from 1 at 99';
  expect(heard).toEqual([
    `4 since 0 ${first}`,
    `5 since 4 ${second}`,
    // What agents saw when they were called in slot 3: nothing had been traded yet.
    '5 since 0 ',
    // Two are kept: the third trade took the place of the first.
    `6 since 0 ${second}, 5: 2 buys 3 from 1 at 100`,
    // In slot 4 the first trade was there; it is no longer kept.
    '6 since 0 ',
  ]);
});
