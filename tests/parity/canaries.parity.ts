import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { RISK_SUITE, recordSaved, runParity } from '../../sim/verify/parity.ts';
import { buildHost, ParityHost } from '../../sim/verify/parity_host.ts';

const path = buildHost('canary');
/** The host describes itself in one frame: command `d`, answered with a length and text. */
const description = execFileSync(path, { input: Buffer.from('0100000064', 'hex') })
  .subarray(4)
  .toString();
const canaries = [...description.matchAll(/^canary (\w+)$/gm)].map((match) => match[1]!);

const hosts: ParityHost[] = [];
afterAll(() => Promise.all(hosts.map((host) => host.close())));

async function startBroken(canary: number): Promise<ParityHost> {
  const host = new ParityHost(path);
  hosts.push(host);
  expect(await host.hatch(canary)).toBe(true);
  return host;
}

describe('a deliberately broken rule', () => {
  it('exists at least a dozen times', () => {
    expect(canaries.length).toBeGreaterThanOrEqual(12);
  });

  it.each(canaries)('%s is found within 1 000 sequences and shrunk', async (name) => {
    const host = await startBroken(canaries.indexOf(name));
    const { failure } = await runParity(host, {
      suite: RISK_SUITE,
      seed: 'canary',
      sequences: 1_000,
      length: 200,
    });
    expect(failure).not.toBeNull();
    expect(failure!.shrunk.instructions.length).toBeLessThan(100);
    const again = await recordSaved(failure!.shrunk).compare(host);
    expect(again?.instruction).toBe(failure!.shrunk.instructions.length - 1);
  });

  it('cannot be switched on in the host that is not built for it', async () => {
    const host = new ParityHost(buildHost());
    hosts.push(host);
    expect(await host.hatch(0)).toBe(false);
  });
});
