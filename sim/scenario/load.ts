import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { AGENT_MODULES } from '../agents/index.ts';
import { checkDraft } from './check.ts';
import { describeNode } from './document.ts';
import { type ScenarioIssue, sortIssues } from './issues.ts';
import { ScenarioResolver } from './resolve.ts';
import type { AgentModules, DataFile, Scenario } from './schema.ts';
import { applyOverrides, readScenarioTree, resolveScenarioPath } from './sources.ts';
import { substituteVars } from './tree.ts';

export interface LoadOptions {
  /** `path=value` changes, e.g. `slabs.btc.risk.warmup=0 s`. */
  overrides?: readonly string[];
  /** Kinds of agents that the scenario may name. */
  modules?: AgentModules;
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

/**
 * Reads a scenario by path or by the name of a shipped one, with all it extends. Returns the resolved scenario,
 * or every issue there is, in the order of the text. Never throws for what is in the files.
 */
export function loadScenario(pathOrName: string, options: LoadOptions = {}): LoadResult {
  const { overrides = [], modules = AGENT_MODULES } = options;
  const path = resolveScenarioPath(pathOrName);
  const read = readScenarioTree(path);
  // Guesses about a file that is not even YAML would bury the one line that matters.
  if (read.broken) return { ok: false, issues: sortIssues(read.issues) };
  const overridden = applyOverrides(read.root, overrides);
  const { root, issues: varIssues } = substituteVars(overridden.root);
  const issues = [...read.issues, ...overridden.issues, ...varIssues];
  if (root.type !== 'map') {
    const found = describeNode(root);
    const problem = { ...root.place, path: '', found, message: 'needs a map of sections' };
    return { ok: false, issues: sortIssues(issues.length > 0 ? issues : [problem]) };
  }
  const baseDirectory = dirname(path);
  const data = new DataReader(baseDirectory);
  const name = basename(path).replace(/\.ya?ml$/, '');
  const readData = (file: string) => data.read(file);
  const resolver = new ScenarioResolver(root, { name, modules, baseDirectory, readData });
  const scenario = resolver.resolve();
  // A text that is wrong in itself needs no second complaint about what it would mean.
  const spot = ({ file, line, column }: ScenarioIssue) => `${file}:${line}:${column}`;
  const known = new Set(issues.map(spot));
  const meant = [...resolver.issues, ...checkDraft(resolver.draft, modules)];
  issues.push(...meant.filter((issue) => !known.has(spot(issue))));
  return issues.length > 0
    ? { ok: false, issues: sortIssues(issues) }
    : { ok: true, scenario: { ...scenario, dataFiles: data.list() } };
}
