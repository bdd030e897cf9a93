import { describe, expect, it } from 'vitest';
import { forcedConverter } from '../../../../sim/agents/attackers/forced_converter.ts';
import { createAgent, FakeContext } from '../fake_context.ts';
import { accountOf, attackOf, crankers, jump, play, whale } from '../play.ts';

const settle = (account: number) => ({ type: 'settle', account });

describe('forced_converter', () => {
  it('touches in turn those that it has seen open and that are flat now', () => {
    const context = new FakeContext();
    const params = { start: '2 slots', length: '10 slots', batch: 2 };
    const agent = createAgent(forcedConverter, params);
    context.open = [0, 9, 4, 5, 6];
    agent.onStart(context);
    context.open = [0];
    expect(context.wake(agent, 1)).toEqual([]);
    expect(context.wake(agent, 2)).toEqual([settle(4), settle(5)]);
    context.open = [0, 5];
    expect(context.wake(agent, 3)).toEqual([settle(6), settle(9)]);
    expect(context.wake(agent, 4)).toEqual([settle(4), settle(6)]);
    expect(context.wake(agent, 12)).toEqual([]);
    expect(context.wakes).toEqual([1, 2, 3, 4, 5]);
  });

  it('waits for a moment at which little backs profit', () => {
    const context = new FakeContext();
    const agent = createAgent(forcedConverter, { length: '10 slots', residual_below: '5 USDC' });
    context.open = [4];
    agent.onStart(context);
    context.open = [];
    // vault − capital − insurance: 105 − 99 − 1 = 5 USDC.
    Object.assign(context.venue, { vaultAtoms: 105_000_000, capitalAtoms: 99_000_000 });
    expect(context.wake(agent, 1)).toEqual([]);
    Object.assign(context.venue, { capitalAtoms: 99_000_001 });
    expect(context.wake(agent, 2)).toEqual([settle(4)]);
  });

  // A long of 100 and a short of 100, the LP flat between them. +10 % at slot 10; the long closes at slot 20 with 1 000
  // in reserve, while the short has not been touched: nothing backs it, although the short can pay.
  const close = (attacked: boolean, keepers: readonly object[]) =>
    play({
      slots: 120,
      price: jump('10 %', 10),
      risk: { warmup: '20 slots' },
      population: [
        whale('winner', { capital: '5_000 USDC', leverage: '2 x', side: 'long', exit_after: '20 slots' }),
        whale('loser', { capital: '5_000 USDC', leverage: '2 x', side: 'short' }),
        ...keepers,
      ],
      attacks: attacked ? [{ name: 'converter', kind: 'forced_converter', params: { length: '1 min' } }] : [],
    });

  it('destroys the profit of a solvent market', async () => {
    const calm = await close(false, []);
    expect(accountOf(calm, 'winner').netAtoms).toBe(1_000_000_000);
    const record = await close(true, []);
    const { gainsConvertedAtoms, netAtoms, releasedConsumedAtoms } = accountOf(record, 'winner');
    expect(releasedConsumedAtoms).toBe(1_000_000_000);
    expect([gainsConvertedAtoms, netAtoms]).toEqual([0, 0]);
    expect(attackOf(record)).toMatchObject({ success: true, measured: 1_000_000_000 });
    // The loser pays all the same; the money stays in the vault and belongs to nobody.
    expect(accountOf(record, 'loser').netAtoms).toBe(-1_000_000_000);
  });

  it('does no harm where keepers settle losers first', async () => {
    const record = await close(true, [crankers()]);
    expect(accountOf(record, 'winner').netAtoms).toBe(1_000_000_000);
    expect(attackOf(record)).toMatchObject({ success: false, measured: 0 });
  });
});
