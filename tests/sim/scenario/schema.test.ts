import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { AGENT_MODULES } from '../../../sim/agents/index.ts';
import { renderJsonSchema } from '../../../sim/scenario/json_schema.ts';
import { findPackageRoot } from '../../../sim/scenario/root.ts';
import { listScenarios, scenarioFolder } from '../../../sim/scenario/sources.ts';
import { change, VALID } from './support.ts';

const text = renderJsonSchema(AGENT_MODULES);
const schema = z.fromJSONSchema(JSON.parse(text));
const accepts = (yaml: string) => schema.safeParse(parse(yaml)).success;

describe('the generated JSON Schema', () => {
  it('is the committed one (npx percolator-lab schema > scenarios/schema.json)', () => {
    expect(readFileSync(join(scenarioFolder(), 'schema.json'), 'utf8')).toBe(text);
  });

  it('accepts every shipped scenario as it is written', () => {
    for (const name of listScenarios()) {
      const result = schema.safeParse(parse(readFileSync(join(scenarioFolder(), `${name}.yaml`), 'utf8')));
      expect(result.error?.issues, name).toBeUndefined();
    }
  });

  it('accepts variables anywhere, and nothing that the loader refuses by its form', () => {
    expect(accepts(VALID)).toBe(true);
    expect(accepts(change('warmup: 1 min', 'warmup: $wait'))).toBe(true);
    expect(accepts(change('{capital: 1_000 USDC}', '$savers'))).toBe(true);
    expect(accepts(change('count: 3', 'count: $n'))).toBe(true);
    for (const [from, to] of [
      ['title: A small test', 'titel: x'],
      ['warmup: 1 min', 'warmup: 600'],
      ['warmup: 1 min', 'warmup: 600 sloths'],
      ['max_price:', 'max_prize:'],
      ['count: 3', 'count: 2.5'],
      ['kind: withdrawer', 'kind: withdrwer'],
      ['capital: 1_000 USDC', 'capital: {lognorml: 1}'],
    ] as const) {
      expect(accepts(change(from, to)), to).toBe(false);
    }
  });

  it('accepts a file that extends another and changes a little', () => {
    const change =
      'slabs:\n  - {id: btc, risk: {warmup: 5 s}}\npopulation:\n  - {group: a, params: {lag: 1 s}}';
    expect(accepts(`extends: x\n${change}`)).toBe(true);
    expect(accepts(`extends: x\n${change.replace('warmup', 'warmpu')}`)).toBe(false);
  });

  it('carries the sentence of every agent and section', () => {
    for (const { doc } of Object.values(AGENT_MODULES))
      expect(text).toContain(JSON.stringify(doc).slice(1, -1));
  });
});

describe('findPackageRoot', () => {
  it('finds the package from any folder inside it, and says so elsewhere', () => {
    const root = findPackageRoot();
    expect(findPackageRoot(join(root, 'dist'))).toBe(root);
    expect(findPackageRoot(join(root, 'sim', 'scenario'))).toBe(root);
    expect(() => findPackageRoot('/')).toThrow('no package.json of percolator-lab above /');
  });
});
