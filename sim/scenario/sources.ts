import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Node, type ReadResult, readDocument, type Source } from './document.ts';
import { findNearest, type ScenarioIssue } from './issues.ts';
import { findPackageRoot } from './root.ts';
import { mergeTrees, omitKeys, setAt, splitPath, textAt } from './tree.ts';

const EXTENSION = '.yaml';

/** Folder of the shipped scenarios. */
export function scenarioFolder(): string {
  return join(findPackageRoot(), 'scenarios');
}

/** Names of the shipped scenarios, sorted; those in subfolders are `folder/name`. */
export function listScenarios(): string[] {
  return readdirSync(scenarioFolder(), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length).replaceAll('\\', '/'))
    .sort();
}

/** The file that a path or the name of a shipped scenario stands for. A name may hold `/`, and so may a path. */
export function resolveScenarioPath(pathOrName: string): string {
  const isPath = /\\|\.ya?ml$/.test(pathOrName) || (pathOrName.includes('/') && existsSync(pathOrName));
  return isPath ? resolve(pathOrName) : join(scenarioFolder(), pathOrName + EXTENSION);
}

/** The name of a shipped scenario by its path, as `resolveScenarioPath` takes it; null for any other file. */
export function findShippedName(path: string): string | null {
  const inside = relative(scenarioFolder(), resolve(path)).replaceAll('\\', '/');
  const name = inside.slice(0, -EXTENSION.length);
  return inside.endsWith(EXTENSION) && listScenarios().includes(name) ? name : null;
}

const describeSource = (path: string): Source => {
  const shown = relative(process.cwd(), path);
  return { name: shown.startsWith('..') ? path : shown, directory: dirname(path) };
};

function refuse(path: string, message: string, nearest?: string): ReadResult {
  const source = describeSource(path);
  const place = { file: source.name, line: 1, column: 1 };
  const issue: ScenarioIssue = { ...place, path: '', message, ...(nearest === undefined ? {} : { nearest }) };
  return { root: { type: 'scalar', place, source, value: null }, issues: [issue], broken: true };
}

/** Reads a scenario file and what it extends. Never throws: what cannot be read is an issue. */
export function readScenarioTree(path: string, below: readonly string[] = []): ReadResult {
  if (below.includes(path)) return refuse(path, `extends itself, by way of ${below.join(', ')}`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (existsSync(path)) return refuse(path, `cannot be read: ${(error as Error).message}`);
    const names = existsSync(scenarioFolder()) ? listScenarios() : [];
    const name = relative(scenarioFolder(), path).slice(0, -EXTENSION.length);
    const shipped = names.length === 0 ? '' : `; shipped scenarios are ${names.join(', ')}`;
    return refuse(path, `there is no such file${shipped}`, findNearest(name, names));
  }
  const own = readDocument(describeSource(path), text);
  const base = textAt(own.root, 'extends');
  if (base === undefined || own.root.type !== 'map') return own;
  const basePath = resolve(dirname(path), /\.ya?ml$/.test(base) ? base : base + EXTENSION);
  const inherited = readScenarioTree(basePath, [...below, path]);
  return {
    root: mergeTrees(inherited.root, omitKeys(own.root, ['extends'])),
    issues: [...own.issues, ...inherited.issues],
    broken: own.broken || inherited.broken,
  };
}

/**
 * Lays `path=value` overrides over a scenario, e.g. `slabs.btc.risk.warmup=0 s`. List items are named by index
 * or by their id, group or name. What cannot be set is an issue.
 */
export function applyOverrides(
  root: Node,
  overrides: readonly string[],
): { root: Node; issues: ScenarioIssue[] } {
  const issues: ScenarioIssue[] = [];
  let tree = root;
  for (const text of overrides) {
    const [, path = '', valueText = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const source: Source = { name: `--set ${text}`, directory: root.source.directory };
    const value = readDocument(source, valueText);
    issues.push(...value.issues.map((issue) => ({ ...issue, path })));
    const changed = path === '' ? 'needs path=value' : setAt(tree, splitPath(tree, path), value.root);
    if (typeof changed !== 'string') tree = changed;
    else issues.push({ file: source.name, line: 1, column: 1, path, message: changed });
  }
  return { root: tree, issues };
}
