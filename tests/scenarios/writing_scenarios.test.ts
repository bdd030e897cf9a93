import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AGENT_MODULES } from '../../sim/agents/index.ts';
import { BOOK_KEYS } from '../../sim/scenario/book.ts';
import { loadScenario } from '../../sim/scenario/load.ts';
import { scenarioFolder } from '../../sim/scenario/sources.ts';

const text = readFileSync(new URL('../../docs/writing-scenarios.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'percolator-lab-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The first block of the page that opens with these words. */
function findBlock(opening: string): string {
  const start = text.indexOf(`\`\`\`${opening}\n`);
  return text.slice(start + opening.length + 4, text.indexOf('```', start + 3));
}

function load(yaml: string) {
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, yaml);
  const result = loadScenario(file);
  if (!result.ok) throw new Error(result.issues.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return result.scenario;
}

describe('docs/writing-scenarios.md', () => {
  it('shows a scenario that can be loaded', () => {
    const scenario = load(findBlock('yaml'));
    expect(scenario.slots).toBe(750);
    expect(scenario.slabs.map(({ id }) => id)).toEqual(['eth']);
    expect(scenario.population.map(({ kind }) => kind)).toEqual(['retail_levered', 'liquidator', 'cranker']);
  });

  it('shows an order book with every key it has', () => {
    const whole = findBlock('yaml');
    const start = whole.indexOf('    matcher:');
    const withBook =
      whole.slice(0, start) + findBlock('yaml book') + whole.slice(whole.indexOf('  - group: longs'));
    const { population, slabs } = load(withBook);
    expect(slabs[0]!.matcher).toMatchObject({ kind: 'book', params: { tickAtoms: 100_000, batchSlots: 5 } });
    expect(population[0]).toMatchObject({ group: 'desks', designatedLp: true });
    const written = [...findBlock('yaml book').matchAll(/(\w+):/g)].map(([, key]) => key);
    const keys = Object.values(BOOK_KEYS).flat();
    expect(keys.filter((key) => !written.includes(key))).toEqual([]);
  });

  it('shows how one slab becomes several', () => {
    const varied = findBlock('yaml').replace('population:', `${findBlock('yaml fragment')}population:`);
    const { slabs } = load(varied);
    expect(slabs.map(({ risk }) => risk.warmupPeriodSlots)).toEqual([0, 150, 1_500]);
    expect(new Set(slabs.map(({ streamName }) => streamName)).size).toBe(1);
  });

  it('shows how a scenario extends another', () => {
    const extension = findBlock('yaml extension').replace(
      'first-look.yaml',
      join(scenarioFolder(), 'first-look.yaml'),
    );
    const { slabs, title } = load(extension);
    expect(title).toMatch(/ten minutes/);
    expect(slabs.map(({ risk }) => [risk.warmupPeriodSlots, risk.tradingFeeBps])).toEqual([
      [1_500, 5],
      [1_500, 5],
    ]);
  });

  it('names every kind of agent', () => {
    const [, table = ''] = text.split('## Agents');
    const named = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind).toSorted();
    expect(named).toEqual(Object.keys(AGENT_MODULES));
  });
});
