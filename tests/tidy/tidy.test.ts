import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSources, type Source, stripText } from './sources.ts';

/** What each top-level folder may import from the project (design 05 §1). */
const ALLOWED: Record<string, readonly string[]> = {
  engine: ['engine'],
  sim: ['engine', 'sim'],
  reports: ['reports'],
  cli: ['engine', 'sim', 'reports', 'cli'],
};
/** The one file that `reports` and `sim` share. */
const SHARED_TYPES = 'sim/record/types.ts';

const folderOf = (path: string) => path.split('/')[0]!;

function listBadImports(source: Source): string[] {
  const from = folderOf(source.path);
  return source.imports
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(source.path), name)))
    .filter((target) => !ALLOWED[from]!.includes(folderOf(target)))
    .filter((target) => !(from === 'reports' && target === SHARED_TYPES))
    .map((target) => `${source.path} imports ${target}`);
}

function listMatches(source: Source, pattern: RegExp): string[] {
  return [...source.code.matchAll(pattern)].map((match) => `${source.path} uses ${match[0]}`);
}

/** Results differ between hosts, threads or engines for these (design 03 §1). */
const BANNED_MATHS =
  /(?<!\dn)\*\*|\bMath\.(?:random|exp|expm1|log|log10|log1p|log2|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|cbrt|hypot)\b|\btoLocale\w*|\blocaleCompare\b|\bIntl\b|\bDate\b/g;
const BANNED_IN_ENGINE =
  /\b(?:process|performance|console|globalThis|setTimeout|setImmediate|setInterval|Atomics|SharedArrayBuffer|require)\b|\bimport\(/g;

const sources = readSources('engine', 'sim', 'reports', 'cli');
const inFolder = (...folders: string[]) => sources.filter(({ path }) => folders.includes(folderOf(path)));

describe('the house', () => {
  it('reads the sources it judges', () => {
    expect(inFolder('engine').length).toBeGreaterThan(10);
    expect(inFolder('sim').length).toBeGreaterThan(10);
    expect(inFolder('reports').length).toBeGreaterThan(5);
  });

  it('imports point one way', () => {
    expect(sources.flatMap(listBadImports)).toEqual([]);
  });

  it('engine imports no package and no Node module', () => {
    const packages = inFolder('engine').flatMap(({ path, imports }) =>
      imports.filter((name) => !name.startsWith('.')).map((name) => `${path} imports ${name}`),
    );
    expect(packages).toEqual([]);
  });

  it('imports only packages that an installation has', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const undeclared = sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => !/^(?:\.|node:)/.test(name))
        .filter(
          (name) =>
            !Object.keys(dependencies).some((known) => name === known || name.startsWith(`${known}/`)),
        )
        .map((name) => `${path} imports ${name}`),
    );
    expect(undeclared).toEqual([]);
  });

  it('engine touches no clock, file, thread or randomness', () => {
    expect(inFolder('engine').flatMap((source) => listMatches(source, BANNED_IN_ENGINE))).toEqual([]);
  });

  it('engine, sim and metrics use no maths or text that a host decides', () => {
    const judged = sources.filter(({ path }) => /^(engine|sim|reports\/metrics)\//.test(path));
    expect(judged.flatMap((source) => listMatches(source, BANNED_MATHS))).toEqual([]);
  });

  it('files stay within 400 lines', () => {
    const long = readSources('engine', 'sim', 'reports', 'cli', 'tests', 'bench')
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });
});

describe('the checks themselves', () => {
  const source = (path: string, text: string, imports: string[] = []): Source => ({
    path,
    text,
    code: stripText(text),
    imports,
  });

  it('see a forbidden import', () => {
    expect(listBadImports(source('engine/risk/a.ts', '', ['../../sim/b.ts']))).toHaveLength(1);
    expect(listBadImports(source('reports/a.ts', '', ['../sim/run.ts']))).toHaveLength(1);
    expect(listBadImports(source('reports/a.ts', '', ['../sim/record/types.ts']))).toEqual([]);
  });

  it('see banned maths but not its mention in a comment or a string', () => {
    expect(
      listMatches(source('sim/a.ts', 'export const a = 2 ** 3 + Math.exp(1);'), BANNED_MATHS),
    ).toHaveLength(2);
    expect(listMatches(source('sim/a.ts', '// Math.exp\nexport const a = "**";'), BANNED_MATHS)).toEqual([]);
  });
});
