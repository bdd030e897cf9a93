import { relative, resolve, sep } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type Node as YamlNode } from 'yaml';
import type { Place, ScenarioIssue } from './issues.ts';

/** A file that text comes from: as shown to people, and the directory its own references start from. */
export interface Source {
  name: string;
  directory: string;
}

/** A value of a scenario file that knows where it was written, through `extends`, `$vars` and `--set`. */
export type Node = ScalarNode | ListNode | MapNode;
export interface ScalarNode {
  type: 'scalar';
  place: Place;
  source: Source;
  value: string | number | boolean | null;
}
export interface ListNode {
  type: 'list';
  place: Place;
  source: Source;
  items: readonly Node[];
}
export interface MapNode {
  type: 'map';
  place: Place;
  source: Source;
  entries: ReadonlyMap<string, Entry>;
}
export interface Entry {
  keyPlace: Place;
  node: Node;
}

/** Nested deeper than any scenario, and far from the end of the stack. */
const MAX_DEPTH = 64;

class TreeReader {
  readonly issues: ScenarioIssue[] = [];
  private readonly source: Source;
  private readonly lines: LineCounter;

  constructor(source: Source, lines: LineCounter) {
    this.source = source;
    this.lines = lines;
  }

  place(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.source.name, line: Math.max(1, line), column: Math.max(1, col) };
  }

  refuse(place: Place, message: string, found?: string): void {
    this.issues.push({ ...place, path: '', message, ...(found === undefined ? {} : { found }) });
  }

  read(yaml: YamlNode | null | undefined, fallback: Place, depth = 0): Node {
    const { source } = this;
    const place = yaml?.range ? this.place(yaml.range[0]) : fallback;
    const nothing: Node = { type: 'scalar', place, source, value: null };
    if (yaml?.tag?.startsWith('!') || (yaml && 'anchor' in yaml && yaml.anchor)) {
      this.refuse(place, 'tags and anchors are not part of the scenario language; use `vars` and `$name`');
    }
    if (depth > MAX_DEPTH) this.refuse(place, `is nested deeper than ${MAX_DEPTH} levels`);
    else if (isScalar(yaml)) return { ...nothing, value: this.readScalar(yaml.value, place) };
    else if (isSeq<YamlNode>(yaml)) {
      return {
        type: 'list',
        place,
        source,
        items: yaml.items.map((item) => this.read(item, place, depth + 1)),
      };
    } else if (isMap<YamlNode, YamlNode | null>(yaml)) {
      return { type: 'map', place, source, entries: this.readEntries(yaml.items, place, depth) };
    } else if (yaml)
      this.refuse(place, 'aliases are not part of the scenario language; use `vars` and `$name`');
    return nothing;
  }

  private readEntries(
    pairs: Pair<YamlNode, YamlNode | null>[],
    place: Place,
    depth: number,
  ): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const { key, value } of pairs) {
      const keyPlace = key?.range ? this.place(key.range[0]) : place;
      const name = isScalar(key) && key.value !== null ? String(key.value) : '';
      if (name === '' || name === '__proto__') this.refuse(keyPlace, 'a key must be a plain name');
      else entries.set(name, { keyPlace, node: this.read(value, keyPlace, depth + 1) });
    }
    return entries;
  }

  private readScalar(value: unknown, place: Place): ScalarNode['value'] {
    if (typeof value === 'bigint') {
      const number = Number(value);
      if (!Number.isSafeInteger(number))
        this.refuse(place, 'is too large to be exact (2^53 − 1)', `${value}`);
      return number;
    }
    if (typeof value === 'number' && !Number.isFinite(value))
      this.refuse(place, 'is not a number', `${value}`);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null;
  }
}

export interface ReadResult {
  /** What could be read. */
  root: Node;
  issues: ScenarioIssue[];
  /** True if the text is not YAML, so that `root` says little about what was meant. */
  broken: boolean;
}

/** Reads YAML text. Never throws: what cannot be read is an issue. */
export function readDocument(source: Source, text: string): ReadResult {
  const lines = new LineCounter();
  const reader = new TreeReader(source, lines);
  const start: Place = { file: source.name, line: 1, column: 1 };
  try {
    const document = parseDocument(text, { lineCounter: lines, intAsBigInt: true, uniqueKeys: true });
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      reader.refuse(reader.place(pos[0]), message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, ''));
    }
    const root = reader.read(document.contents, start);
    const broken = document.errors.some(({ code }) => code !== 'DUPLICATE_KEY');
    return { root, issues: reader.issues, broken };
  } catch (error) {
    // The parser itself gives up on some hostile texts, such as thousands of open brackets.
    reader.refuse(start, `cannot be read as YAML: ${(error as Error).message}`);
    return {
      root: { type: 'scalar', place: start, source, value: null },
      issues: reader.issues,
      broken: true,
    };
  }
}

/**
 * The plain value of a node. A text under the key `file` becomes relative to `baseDirectory`, wherever it was
 * written.
 */
export function toPlain(node: Node, baseDirectory: string): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'list') return node.items.map((item) => toPlain(item, baseDirectory));
  return Object.fromEntries(
    [...node.entries].map(([key, entry]) => {
      const value = toPlain(entry.node, baseDirectory);
      const isPath = key === 'file' && typeof value === 'string';
      return [key, isPath ? rebase(value, entry.node.source.directory, baseDirectory) : value];
    }),
  );
}

function rebase(path: string, from: string, to: string): string {
  return from === to ? path : relative(to, resolve(from, path)).split(sep).join('/');
}

/** What stands at a node, for messages. */
export function describeNode(node: Node): string {
  if (node.type === 'map') return node.entries.size === 0 ? 'an empty map' : 'a map';
  if (node.type === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.value === null) return 'nothing';
  const text = String(node.value);
  return `\`${text.length > 80 ? `${text.slice(0, 77)}…` : text}\``;
}
