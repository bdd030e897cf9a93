import { describe, expect, it } from 'vitest';
import { apply } from '../../../engine/risk/index.ts';
import { describeCanonically } from '../../../sim/verify/canonical.ts';
import { runTable, type Scene, step } from './table.ts';

const OPEN = `
  deposit a 1_000 |
  deposit b 1_000 |
  trade a b 10M   |
`;

const see = ({ market, log }: Scene) => `${describeCanonically(market)}${log.length}`;

describe('undo journal (design 05 §4)', () => {
  it('takes back accounts, sides, totals and events, and created accounts', () => {
    const scene = runTable({}, OPEN);
    const { journal } = scene.market;
    const before = see(scene);
    const mark = journal.mark();
    runTable(scene, 'at 1 1 |\n deposit c 500 |\n liquidate a full | c.C=500 a.basis=0');
    expect(see(scene)).not.toBe(before);
    journal.rollback(mark);
    expect(see(scene)).toBe(before);
    expect(scene.market.account(2)).toBeUndefined();
  });

  it('nests: an inner rollback keeps the outer changes, an inner release can still be taken back', () => {
    const scene = runTable({}, OPEN);
    const { journal } = scene.market;
    const start = see(scene);
    const outer = journal.mark();
    step(scene, 'deposit a 10');
    const middle = see(scene);
    const undone = journal.mark();
    runTable(scene, 'at 1 80 |\n settle a |\n settle b | b.pnl=200');
    journal.rollback(undone);
    expect(see(scene)).toBe(middle);
    const kept = journal.mark();
    runTable(scene, 'at 1 120 |\n settle a |\n deposit d 100 | a.pnl=200');
    journal.release(kept);
    const changed = see(scene);
    // A record written again after an inner release already has its image from before.
    const third = journal.mark();
    runTable(scene, 'deposit d 1 |\n settle b | b.C=800');
    journal.rollback(third);
    expect(see(scene)).toBe(changed);
    journal.rollback(outer);
    expect(see(scene)).toBe(start);
  });

  it('keeps what was released, and starts clean afterwards', () => {
    const scene = runTable({}, OPEN);
    const { journal } = scene.market;
    const mark = journal.mark();
    step(scene, 'deposit a 10');
    journal.release(mark);
    runTable(scene, 'expect | a.C=1_010');
    const again = journal.mark();
    step(scene, 'deposit a 5');
    journal.rollback(again);
    runTable(scene, 'expect | a.C=1_010 V=2_010');
  });

  it('closes savepoints in order only', () => {
    const { market } = runTable({}, OPEN);
    const outer = market.journal.mark();
    market.journal.mark();
    expect(() => market.journal.release(outer)).toThrow('innermost');
  });

  it('takes back a failed instruction also when the fault is the program’s', () => {
    const scene = runTable({}, OPEN);
    scene.market.globals.fundingRate = 1;
    const before = see(scene);
    const broken = {
      op: 'settleAccount',
      account: 0,
      oraclePrice: 100,
      nowSlot: Infinity,
      fundingRate: 0,
    } as const;
    expect(() => apply(scene.market, broken)).toThrow(RangeError);
    expect(see(scene)).toBe(before);
  });

  it('forgets the reset flags of an instruction that failed', () => {
    runTable(
      {},
      `${OPEN}
      at 1 1 10_001    |
      crank a:full     | Overflow
      at 1 100 0       |
      crank a:- b:-    | a.feeSlot=1 b.feeSlot=1
      `,
    );
  });
});
