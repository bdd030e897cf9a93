import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../sim/scenario/root.ts';
import { runLab } from '../cli/lab.ts';

const root = findPackageRoot();
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/^```\n([\s\S]*?)^```$/gm)].flatMap((block) =>
  block[1]!.trim().split('\n'),
);
const LAB = 'npx percolator-lab ';

/** Words of a command line; double quotes keep blanks. */
const splitWords = (line: string) =>
  [...line.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', ''));

describe('the README', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'percolator-readme-'));
    symlinkSync(join(root, 'tests'), join(folder, 'tests'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('names one command that sets up and runs, and one that sets up and tests', () => {
    expect(commands).toContain('npm ci && npx percolator-lab run hyperliquid-2025-10-10');
    expect(commands).toContain('npm ci && npm test');
  });

  it('shows nothing else than commands of the lab', () => {
    const others = commands.filter((line) => !line.includes(LAB) && line !== 'npm ci && npm test');
    expect(others).toEqual([]);
  });

  it.each(commands.filter((line) => line.includes(LAB)))(
    '%s',
    async (line) => {
      const words = splitWords(line.slice(line.indexOf(LAB) + LAB.length));
      const outcome = await runLab(words, folder);
      expect(outcome).toMatchObject({ code: 0 });
      if (words[0] !== 'run') return;
      const report = outcome.out.trim().split('\n').at(-1)!;
      expect(existsSync(join(folder, report))).toBe(true);
    },
    180_000,
  );

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  });
});
