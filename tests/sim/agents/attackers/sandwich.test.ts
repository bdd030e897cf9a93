import { describe, expect, it } from 'vitest';
import { sandwich } from '../../../../sim/agents/attackers/sandwich.ts';
import { actor, makeBook, makeBookSlab, order, playBook } from '../../kernel/book_stage.ts';
import { makeGroup, UNIT } from '../../kernel/harness.ts';

/**
 * Batches of four slots. A maker asks 1 at 100, 1 at 100.1 and 10 at 102, and bids 10 at 99; a victim wants 3 at up to
 * 100.5 in slot 5, which waits until the opening in slot 8.
 */
function attack(front: 'take' | 'wait', roundTripGuard: boolean, victimSize = 3, batchSlots = 4) {
  const heard: string[] = [];
  const maker = actor(
    'maker',
    {
      1: (context, account) => {
        order('sell', 100, 1)(context, account);
        order('sell', 100.1, 1)(context, account);
        order('sell', 102, 10)(context, account);
        order('buy', 99, 10)(context, account);
      },
    },
    [],
    { designatedLp: true },
  );
  const victim = actor('victim', { 5: order('buy', 100.5, victimSize) }, heard);
  const attacker = makeGroup({
    group: 'attacker',
    kind: 'sandwich',
    role: 'attacker',
    params: sandwich.params.parse({ budget: '1_000 USDC', min_victim: '100 USDC', front }),
  });
  const params = { batchSlots, pendingPromotion: true, roundTripGuard };
  const { witness } = playBook(makeBookSlab(makeBook(params)), [maker, victim, attacker], 12);
  const { book, market } = witness.setup;
  const [owned] = [market.account(3)!];
  return {
    heard: heard.filter((line) => line.includes('fill')),
    gained: owned.capital + owned.pnl - 1_000 * UNIT,
    position: owned.basisQ,
    insurance: market.globals.insurance - 500 * UNIT,
    left: book!.ordersOf(3).length,
    lines: witness.lines().filter((line) => line.includes('attacker')),
  };
}

describe('sandwich', () => {
  it('takes ahead in the batch before and sells to what is left of the victim', () => {
    const result = attack('take', false);
    // 2 for 200.1 and back for 201.
    expect(result.gained).toBe(0.9 * UNIT);
    expect([result.position, result.left, result.insurance]).toEqual([0, 0, 0]);
    // The maker's asks up to 100.5 are gone when the victim comes: it pays its limit.
    expect(result.heard).toEqual(['8 victim fill 2 at 100.5 maker of 5, left 1']);
  });

  it('is not taxed for that: the legs are in two batches', () => {
    expect(attack('take', true)).toEqual(attack('take', false));
  });

  it('with orders that wait from before the victim, both legs come at one opening and are taxed', () => {
    const free = attack('wait', false);
    expect(free.gained).toBe(0.9 * UNIT);
    expect(free.insurance).toBe(0);
    expect([free.position, free.left]).toEqual([0, 0]);

    const guarded = attack('wait', true);
    expect(guarded.gained).toBe(0);
    expect(guarded.insurance).toBe(0.9 * UNIT);
    expect(guarded.heard).toEqual(free.heard);
  });

  it('gives up what the victim did not take, at what others pay', () => {
    // The victim wants 1: the attacker takes 1 at 100, and the victim gets the other one at 100.1.
    const result = attack('take', false, 1);
    expect(result.heard).toEqual(['8 victim fill 1 at 100.1']);
    // Its offer at 100.5 found nobody: taken away, and sold to the bid of 99.
    expect(result.gained).toBe(-1 * UNIT);
    expect([result.position, result.left]).toEqual([0, 0]);
  });

  it('sees nothing where every slot is a batch, or nothing waits', () => {
    expect(attack('take', false, 3, 1).gained).toBe(0);
    expect(attack('wait', false, 3, 1).gained).toBe(0);
  });
});
