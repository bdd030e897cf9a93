import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { schemaCommand } from '../../../cli/schema.ts';
import { validateCommand } from '../../../cli/validate.ts';
import { AGENT_MODULES } from '../../../sim/agents/index.ts';
import { renderJsonSchema } from '../../../sim/scenario/json_schema.ts';
import { listScenarios } from '../../../sim/scenario/sources.ts';
import { change, VALID, writeFiles } from './support.ts';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

function validate(scenarios: string[], set: string[] = []) {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {});
  const err = vi.spyOn(console, 'error').mockImplementation(() => {});
  validateCommand.handler({ scenarios, set, _: [], $0: '' });
  return { out: out.mock.calls.flat(), err: err.mock.calls.flat(), code: process.exitCode };
}

describe('validate', () => {
  it('accepts every shipped scenario when none is named', () => {
    const { out, err, code } = validate([]);
    expect(err).toEqual([]);
    expect(out).toHaveLength(listScenarios().length);
    expect(code).toBeUndefined();
  });

  it('prints every issue of every file and ends with 2', () => {
    const folder = writeFiles({ 'good.yaml': VALID, 'bad.yaml': change('count: 3', 'count: none') });
    const [good, bad] = ['good.yaml', 'bad.yaml'].map((name) => join(folder, name)) as [string, string];
    const { out, err, code } = validate([bad, good]);
    expect(out).toEqual([`${good}: valid (1 slabs, 1 groups, 1 attacks, 1500 slots)`]);
    expect(err).toEqual([
      expect.stringMatching(/bad\.yaml:28:12: population\.savers\.count: found `none`; needs a whole number/),
      `${bad}: 1 issue`,
    ]);
    expect(code).toBe(2);
  });

  it('takes overrides', () => {
    const folder = writeFiles({ 'good.yaml': VALID });
    expect(validate([join(folder, 'good.yaml')], ['time.length=20 min']).out[0]).toContain('3000 slots');
  });

  it('knows the metrics of summary.json', () => {
    const folder = writeFiles({
      'good.yaml': `${VALID}expect: [{metric: haircut.h_stored_min, comparator: '>=', value: 99 %}]\n`,
      'bad.yaml': `${VALID}expect: [{metric: haircut.h_stored_mn, comparator: '>=', value: 99 %}]\n`,
    });
    const { out, err } = validate(['good.yaml', 'bad.yaml'].map((name) => join(folder, name)));
    expect(out).toHaveLength(1);
    expect(err[0]).toMatch(/there is no such metric; .*; did you mean `haircut\.h_stored_min`\?/);
  });

  it('names the nearest shipped scenario', () => {
    const [name = ''] = listScenarios();
    const { err, code } = validate([`${name}x`]);
    expect(err[0]).toMatch(
      new RegExp(`${name}x\\.yaml:1:1: there is no such file; .* did you mean \`${name}\`\\?`),
    );
    expect(code).toBe(2);
  });
});

describe('schema', () => {
  it('prints the JSON Schema', () => {
    const write = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    schemaCommand.handler({ _: [], $0: '' });
    expect(write.mock.calls.flat()).toEqual([renderJsonSchema(AGENT_MODULES)]);
  });
});
