import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../sim/scenario/root.ts';
import { runLab } from '../cli/lab.ts';

const run = (...args: string[]) => runLab(args, findPackageRoot());

describe('npx percolator-lab parity', () => {
  it('says what it compared, and how often each rule was met', async () => {
    const { code, out } = await run(
      'parity',
      '--sequences',
      '20',
      '--length',
      '50',
      '--seed',
      'cli',
      '--coverage',
    );
    expect(code).toBe(0);
    expect(out).toContain('20 sequences, 1000 instructions (seed cli): no difference');
    expect(out).toMatch(/^ +\d+ {2}deposit success$/m);
  });

  it('compares the slab program as well', async () => {
    const { code, out } = await run('parity', '--program', 'slab', '--sequences', '16', '--length', '40');
    expect(code).toBe(0);
    expect(out).toContain('16 sequences, 640 instructions (seed 1): no difference');
  });

  it('replays a scenario instruction by instruction, every slab', async () => {
    const { code, out } = await run('parity', 'calm');
    expect(code).toBe(0);
    expect(out).toMatch(/^calm, slab btc: \d{4,} instructions without a difference$/m);
  });

  it('refuses an unknown scenario and a count that is none', async () => {
    expect((await run('parity', 'no-such-scenario')).code).toBe(2);
    expect((await run('parity', '--sequences', '0')).code).toBe(2);
    expect((await run('parity', '--seed', 'a b')).code).toBe(2);
  });
});

describe('npx percolator-lab modelcheck', () => {
  it('prints states and depth for each seed state', async () => {
    const { code, out } = await run('modelcheck', '--accounts', '2', '--depth', '2');
    expect(code).toBe(0);
    expect(out.match(/depth 2 complete, \d+ states, \d+ transitions, all invariants hold/g)).toHaveLength(8);
  });
});
