import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AGENT_MODULES } from '../../../sim/agents/index.ts';

const entries = Object.entries(AGENT_MODULES);

/** Paths of the properties of a JSON Schema object that nobody explained. */
function findUndescribed(schema: z.core.JSONSchema.BaseSchema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    if (typeof value === 'boolean') return [];
    const at = `${path}.${key}`;
    return [...(value.description ? [] : [at]), ...findUndescribed(value, at)];
  });
}

describe('AGENT_MODULES', () => {
  it('lists every kind under its own name, in alphabetical order', () => {
    const kinds = entries.map(([kind]) => kind);
    expect(kinds).toContain('retail_levered');
    expect(kinds).toEqual(kinds.toSorted());
    for (const [kind, module] of entries) expect(module.kind).toBe(kind);
  });

  it.each(entries)('%s explains itself and each of its parameters', (kind, module) => {
    expect(module.doc).toMatch(/^[A-Z].*\.$/);
    const schema = z.toJSONSchema(module.params, { io: 'input' });
    expect(findUndescribed(schema, kind)).toEqual([]);
  });

  it.each(entries)('%s refuses a parameter it does not know', (_kind, module) => {
    const { error } = module.params.safeParse({ capitol: '1 USDC' });
    expect(error?.issues.some((issue) => issue.code === 'unrecognized_keys')).toBe(true);
  });

  it('asks every attacker for a hypothesis and for what success is', () => {
    const attackers = entries.filter(([, { role }]) => role === 'attacker').map(([, module]) => module);
    expect(attackers.length).toBeGreaterThan(0);
    for (const { hypothesis, success } of attackers) {
      expect(hypothesis).toMatch(/success/);
      expect(success?.figure).toMatch(/^[a-zK]/);
    }
  });
});
