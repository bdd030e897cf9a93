import { describe, expect, it } from 'vitest';
import { warmupStaller } from '../../../../sim/agents/attackers/warmup_staller.ts';
import { createAgent, FakeContext } from '../fake_context.ts';
import { accountOf, attackOf, crankers, jump, play, whale } from '../play.ts';

describe('warmup_staller', () => {
  it('nudges the index every other time and touches everybody at each', () => {
    const params = { start: '10 slots', length: '20 slots', every: '4 slots', batch: 2 };
    expect(warmupStaller.distortions?.(warmupStaller.params.parse(params))).toEqual([
      { fromSlot: 14, toSlot: 18, bps: 1 },
      { fromSlot: 22, toSlot: 26, bps: 1 },
    ]);
    expect(warmupStaller.distortions?.(warmupStaller.params.parse({ ...params, uptick: '0 %' }))).toEqual([]);
    const context = new FakeContext();
    context.open = [0, 3, 5];
    const agent = createAgent(warmupStaller, params);
    agent.onStart(context);
    expect([context.sent, context.wakes]).toEqual([[], [10]]);
    const candidates = [
      [0, null],
      [3, null],
    ];
    expect(context.wake(agent, 10)).toEqual([{ type: 'crank', candidates, maxRevalidations: 2 }]);
    expect(context.wake(agent, 30)).toEqual([]);
    expect(context.wakes).toEqual([10, 14]);
  });

  it('refuses more nudges than a run can look through', () => {
    const { error } = warmupStaller.params.safeParse({ length: '1_001 slots', every: '1 slots' });
    expect(error?.issues[0]?.message).toMatch(/more than 500 upticks/);
  });

  // A long of 100 gains 1 000 at slot 10; 200 slots of warmup later a keeper's touch has released it all.
  const hold = (uptick: string | null) =>
    play({
      slots: 212,
      price: jump('10 %', 10),
      risk: { warmup: '200 slots' },
      population: [whale('winner', { capital: '2_000 USDC', leverage: '5 x', side: 'long' }), crankers()],
      attacks:
        uptick === null
          ? []
          : [
              {
                name: 'staller',
                kind: 'warmup_staller',
                params: { start: '10 slots', length: '10 min', every: '2 slots', uptick },
              },
            ],
    });

  it('keeps about 1/e of a reserve locked that a calm market releases', async () => {
    expect(accountOf(await hold(null), 'winner').reservedAtoms).toBe(0);
    const record = await hold('1 bps');
    const locked = accountOf(record, 'winner').reservedAtoms / 1_000_000_000;
    expect(locked).toBeGreaterThan(0.3);
    expect(locked).toBeLessThan(0.4);
    // It costs and earns nothing inside the venue.
    expect(attackOf(record)).toMatchObject({ depositedAtoms: 0, netExtractedAtoms: 0, success: true });
    expect(attackOf(record).measured).toBeCloseTo(locked, 2);
  });

  it('does nothing by touching alone: the slope is kept while there is no new profit', async () => {
    const record = await hold('0 bps');
    expect(accountOf(record, 'winner').reservedAtoms).toBe(0);
    expect(attackOf(record)).toMatchObject({ success: false, measured: 0 });
  });
});
