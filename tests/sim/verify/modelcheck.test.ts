import { describe, expect, it } from 'vitest';
import type { Market } from '../../../engine/risk/index.ts';
import { checkWorld } from '../../../sim/verify/modelcheck.ts';
import { checkRecovery } from '../../../sim/verify/modelcheck_checks.ts';
import { hashState } from '../../../sim/verify/modelcheck_state.ts';
import { findWorld, findWorlds, type TinyWorld } from '../../../sim/verify/modelcheck_worlds.ts';

const never = () => false;
const always = () => true;

describe('the walk over tiny worlds', () => {
  it.each([2, 4])(
    'finds all invariants hold in every state two instructions away, %i accounts',
    (players) => {
      const results = findWorlds(players, 'test').map((world) => checkWorld(world, 2, always));
      expect(results.map(({ failure }) => failure)).toEqual(results.map(() => null));
      expect(results.length).toBe(8);
      const modes = new Set(
        results.flatMap((result) => [...result.modes.keys()].flatMap((both) => both.split('/'))),
      );
      expect([...modes].sort()).toEqual(['DrainOnly', 'Normal', 'ResetPending']);
      for (const { states, transitions } of results) {
        expect(states).toBeGreaterThan(20);
        expect(transitions).toBeGreaterThan(states);
      }
    },
  );

  it('goes on to the next depth while there is time, and keeps the last complete one', () => {
    const world = findWorld('open positions', 2, 'test');
    let asked = 0;
    const isTimeUp = () => {
      asked += 1;
      return asked > 40;
    };
    const { depth, failure } = checkWorld(world, 1, isTimeUp);
    expect(failure).toBeNull();
    expect(depth).toBeGreaterThan(1);
    expect(depth).toBeLessThan(5);
  });

  it('leaves the market as it was', () => {
    const world = findWorld('open positions', 2, 'test');
    const before = hashState(world.market, 2);
    checkWorld(world, 2, always);
    expect(hashState(world.market, 2)).toBe(before);
  });
});

describe('states', () => {
  const world = findWorld('open positions', 2, 'states');
  const { market } = world;

  it('are the same with accounts exchanged, later and at another K', () => {
    const before = hashState(market, 2);
    const { accounts, globals, sides } = market;
    [accounts[0], accounts[1]] = [accounts[1], accounts[0]];
    globals.currentSlot += 5;
    globals.slotLast += 5;
    for (const account of accounts) if (account?.used) account.warmupStart += 5;
    for (const side of sides) {
      side.k.addBigInt(12_345n);
      side.kEpochStart.addBigInt(12_345n);
    }
    for (const account of accounts)
      if (account?.used && account.basisQ !== 0) account.kSnap.addBigInt(12_345n);
    expect(hashState(market, 2)).toBe(before);
  });

  it('differ in one atom', () => {
    const before = hashState(market, 2);
    market.globals.insurance += 1;
    expect(hashState(market, 2)).not.toBe(before);
    market.globals.insurance -= 1;
  });
});

/** A state that breaks one invariant; the walk must say which. */
const LIES: readonly (readonly [number, string, (market: Market) => void])[] = [
  [1, 'capital that no total counts', (m) => (m.globals.cTot -= 1)],
  [1, 'a vault that does not cover', (m) => (m.globals.vault = 0)],
  [2, 'open interest on one side only', (m) => (m.sides[0].oiEff += 1)],
  [3, 'a position of a forgotten epoch', (m) => (m.sides[0].epoch += 1)],
  [3, 'a position that the side does not count', (m) => (m.sides[1].storedPositions += 1)],
];

describe('a broken state', () => {
  it.each(LIES)('breaks invariant %i: %s', (invariant, _, lie) => {
    const world = findWorld('open positions', 2, 'lies');
    lie(world.market);
    expect(checkWorld(world, 1, never).failure?.invariant).toBe(invariant);
  });

  /** The same world, where one of its instructions does something the rules do not. */
  function tamperAfter(world: TinyWorld, tamper: (market: Market) => void): TinyWorld {
    const list = () => {
      const instructions = world.list();
      const settles = instructions.filter(({ op }) => op === 'settleAccount');
      tamper(world.market);
      return settles;
    };
    return { ...world, list };
  }

  it('breaks invariant 7 when K moves without a price', () => {
    const world = findWorld('open positions', 2, 'lies');
    const moved = tamperAfter(world, (m) => {
      for (const side of m.sides) side.k.addBigInt(10n ** 12n);
    });
    expect(checkWorld(moved, 1, never).failure?.invariant).toBe(7);
  });

  it('breaks invariant 6 when a stale account is lost', () => {
    const { market } = findWorld('stale accounts', 2, 'lies');
    expect(checkRecovery(market, 2)).toBeNull();
    const side = market.sides.find(({ stalePositions }) => stalePositions > 0)!;
    side.stalePositions += 1;
    side.storedPositions += 1;
    expect(checkRecovery(market, 2)?.invariant).toBe(6);
  });
});
