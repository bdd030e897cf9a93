import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { RISK_SUITE, runParity } from '../../sim/verify/parity.ts';
import { buildHost, ParityHost } from '../../sim/verify/parity_host.ts';
import { SLAB_SUITE } from '../../sim/verify/parity_slab.ts';
import { PROGRAMS, type ProgramName } from '../../sim/verify/parity_suite.ts';

const path = buildHost('canary');
const SUITES = { risk: RISK_SUITE, slab: SLAB_SUITE };

/** One frame of one byte or two, with its length. */
const frame = (...bytes: number[]) => Buffer.from([bytes.length, 0, 0, 0, ...bytes]);

/** A program describes itself in one frame: command `d` after `g` and its number, answered by a length and text. */
function listCanaries(program: ProgramName): string[] {
  const input = Buffer.concat([
    frame('g'.charCodeAt(0), PROGRAMS.indexOf(program)),
    frame('d'.charCodeAt(0)),
  ]);
  const text = execFileSync(path, { input }).subarray(8).toString();
  return [...text.matchAll(/^canary (\w+)$/gm)].map((match) => match[1]!);
}

const hosts: ParityHost[] = [];
afterAll(() => Promise.all(hosts.map((host) => host.close())));

async function startBroken(program: ProgramName, canary: number): Promise<ParityHost> {
  const host = new ParityHost(path);
  hosts.push(host);
  await host.use(program);
  expect(await host.hatch(canary)).toBe(true);
  return host;
}

describe.each(PROGRAMS)('a deliberately broken rule of the %s program', (program) => {
  const canaries = listCanaries(program);
  const suite = SUITES[program];

  it('exists at least a dozen times', () => {
    expect(canaries.length).toBeGreaterThanOrEqual(12);
  });

  it.each(canaries)('%s is found within 1 000 sequences and shrunk', async (name) => {
    const host = await startBroken(program, canaries.indexOf(name));
    const { failure } = await runParity(host, { suite, seed: 'canary', sequences: 1_000, length: 200 });
    expect(failure).not.toBeNull();
    expect(failure!.shrunk.instructions.length).toBeLessThan(100);
    const again = await suite.replay(failure!.shrunk).compare(host);
    expect(again?.instruction).toBe(failure!.shrunk.instructions.length - 1);
  });

  it('cannot be switched on in the host that is not built for it', async () => {
    const host = new ParityHost(buildHost());
    hosts.push(host);
    await host.use(program);
    expect(await host.hatch(0)).toBe(false);
  });
});
