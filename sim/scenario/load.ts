import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { AGENT_MODULES } from '../agents/index.ts';
import { checkDraft } from './check.ts';
import { describeNode, type Node } from './document.ts';
import type { KnownMetric } from './expect.ts';
import { type ScenarioIssue, sortIssues } from './issues.ts';
import { ScenarioResolver } from './resolve.ts';
import type { AgentModules, DataFile, Scenario } from './schema.ts';
import { applyOverrides, readScenarioTree, resolveScenarioPath } from './sources.ts';
import type { SweepAxis } from './sweep.ts';
import { childOf, locate, setAt, splitPath, substituteVars } from './tree.ts';

export interface LoadOptions {
  /** `path=value` changes, e.g. `slabs.btc.risk.warmup=0 s`. */
  overrides?: readonly string[];
  /** Kinds of agents that the scenario may name. */
  modules?: AgentModules;
  /** Metrics that expectations may name. Without them `expect` is checked for its form and resolved to nothing. */
  metrics?: readonly KnownMetric[];
  /** A cell of a sweep: its own values are all that is checked, not the whole grid once more. */
  isCell?: boolean;
}

export type LoadResult = { ok: true; scenario: Scenario } | { ok: false; issues: ScenarioIssue[] };

/** Reads each data file once and remembers its hash. */
class DataReader {
  private readonly files = new Map<string, { text: string; sha256: string }>();
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  read(file: string): string {
    const known = this.files.get(file);
    if (known !== undefined) return known.text;
    let bytes: Buffer;
    try {
      bytes = readFileSync(resolve(this.directory, file));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new Error(
        `data file ${file} ${code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`}`,
      );
    }
    const text = bytes.toString('utf8');
    this.files.set(file, { text, sha256: createHash('sha256').update(bytes).digest('hex') });
    return text;
  }

  list(): DataFile[] {
    return [...this.files]
      .map(([file, { sha256 }]) => ({ file, sha256 }))
      .sort((a, b) => (a.file < b.file ? -1 : 1));
  }
}

/** Issues after which a grid is not tried any further. */
const ENOUGH_ISSUES = 10;

interface Parts {
  name: string;
  modules: AgentModules;
  metrics: readonly KnownMetric[] | undefined;
  baseDirectory: string;
  data: DataReader;
}

/** Reads a tree of text. The scenario is complete only if there are no issues. */
function resolveTree(
  tree: Node,
  { data, ...parts }: Parts,
): { scenario?: Scenario; issues: ScenarioIssue[] } {
  const { root, issues } = substituteVars(tree);
  if (root.type !== 'map') {
    const found = describeNode(root);
    return { issues: [...issues, { ...root.place, path: '', found, message: 'needs a map of sections' }] };
  }
  const readData = (file: string) => data.read(file);
  const resolver = new ScenarioResolver(root, { ...parts, readData });
  const scenario = resolver.resolve();
  const meant = [...resolver.issues, ...checkDraft(resolver.draft, parts.modules)];
  return { scenario, issues: keepFirst(issues, meant) };
}

/** `issues` and those of `meant` at other places: a text that is wrong in itself needs no second complaint. */
function keepFirst(issues: readonly ScenarioIssue[], meant: readonly ScenarioIssue[]): ScenarioIssue[] {
  const spot = ({ file, line, column }: ScenarioIssue) => `${file}:${line}:${column}`;
  const known = new Set(issues.map(spot));
  return [...issues, ...meant.filter((issue) => !known.has(spot(issue)))];
}

/** A grid's values come after those of the command line, which would be lost. */
function refuseSwept(tree: Node, path: string): ScenarioIssue[] {
  const { node, exists } = locate(tree, splitPath(tree, path));
  if (!exists || !node.place.file.startsWith('--set ')) return [];
  const message = `is swept by this scenario; set \`sweep.grid.${path}\` instead`;
  return [{ ...node.place, path, found: describeNode(node), message }];
}

/** Tries each value of the grid by itself; the issues say which value they come with. */
function checkGrid(tree: Node, grid: readonly SweepAxis[], parts: Parts): ScenarioIssue[] {
  const issues = grid.flatMap(({ path }) => refuseSwept(tree, path));
  const substituted = substituteVars(tree).root;
  for (const { path, values } of grid) {
    const axis = locate(substituted, ['sweep', 'grid', path]).node;
    for (const [at, { label }] of values.entries()) {
      if (issues.length >= ENOUGH_ISSUES) return issues;
      const item = childOf(axis, at)!;
      const changed = setAt(tree, splitPath(tree, path), item);
      const when = `; when the sweep sets ${path} to ${label}`;
      const found =
        typeof changed === 'string'
          ? [{ ...item.place, path: `sweep.grid.${path}`, message: changed }]
          : resolveTree(changed, parts).issues;
      issues.push(...found.map((issue) => ({ ...issue, message: issue.message + when })));
    }
  }
  return issues;
}

/**
 * Reads a scenario by path or by the name of a shipped one, with all it extends. Returns the resolved scenario,
 * or every issue there is, in the order of the text. Never throws for what is in the files.
 */
export function loadScenario(pathOrName: string, options: LoadOptions = {}): LoadResult {
  const { overrides = [], modules = AGENT_MODULES, metrics, isCell = false } = options;
  const path = resolveScenarioPath(pathOrName);
  const read = readScenarioTree(path);
  // Guesses about a file that is not even YAML would bury the one line that matters.
  if (read.broken) return { ok: false, issues: sortIssues(read.issues) };
  const { root, issues: textIssues } = applyOverrides(read.root, overrides);
  const baseDirectory = dirname(path);
  const data = new DataReader(baseDirectory);
  const name = basename(path).replace(/\.ya?ml$/, '');
  const parts = { name, modules, metrics, baseDirectory, data };
  const { scenario, issues: meant } = resolveTree(root, parts);
  const issues = keepFirst([...read.issues, ...textIssues], meant);
  const dataFiles = data.list();
  const grid = scenario?.sweep?.grid ?? [];
  if (issues.length === 0 && !isCell) issues.push(...checkGrid(root, grid, parts));
  return issues.length > 0 || scenario === undefined
    ? { ok: false, issues: sortIssues(issues) }
    : { ok: true, scenario: { ...scenario, dataFiles } };
}
