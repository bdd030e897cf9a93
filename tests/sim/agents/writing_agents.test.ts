import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dipBuyer } from './dip_buyer.ts';
import { createAgent, FakeContext } from './fake_context.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('docs/writing-agents.md', () => {
  it('shows the very agent that is tested here', () => {
    const [, shown] = /```ts\n([\s\S]*?)```/.exec(read('../../../docs/writing-agents.md')) ?? [];
    const asPlaced = read('./dip_buyer.ts')
      .replaceAll("'../../../sim/scenario/", "'../../scenario/")
      .replaceAll("'../../../sim/agents/", "'../");
    expect(shown).toBe(asPlaced);
  });

  it('whose agent buys once, after the fall', () => {
    const context = new FakeContext();
    const agent = createAgent(dipBuyer, { capital: '1_000 USDC', leverage: '2 x' });
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
    ]);
    expect(context.alarms).toEqual([{ direction: 'below', price: 90_000_000 }]);
    // 2 000 USDC at 80 USDC a unit.
    expect(context.wake(agent, 9, 80_000_000)).toEqual([{ type: 'trade', account: 7, sizeQ: 25_000_000 }]);
    expect(context.wake(agent, 10, 80_000_000)).toEqual([]);
  });
});
