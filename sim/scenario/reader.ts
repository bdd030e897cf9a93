import { z } from 'zod';
import type { MapNode, Node } from './document.ts';
import { findNearest, type ScenarioIssue } from './issues.ts';
import { childOf, locate } from './tree.ts';
import { issueAt, parseNode } from './zod_issues.ts';

export const anything = z.unknown().optional();

/** A scenario's text, read part by part; what is wrong is collected. */
export class SectionReader {
  readonly issues: ScenarioIssue[] = [];
  readonly root: MapNode;
  readonly baseDirectory: string;

  constructor(root: MapNode, baseDirectory: string) {
    this.root = root;
    this.baseDirectory = baseDirectory;
  }

  /** Reads a node; `base` is its path for people. Undefined if there are issues. */
  parse<T>(type: z.ZodType<T>, node: Node, base: string): T | undefined {
    const { value, issues } = parseNode(type, node, base, this.baseDirectory);
    this.issues.push(...issues);
    return value;
  }

  /** The root with one section alone, or with another node in its place. */
  only(key: string, node = childOf(this.root, key)): MapNode {
    const keyPlace = this.root.entries.get(key)?.keyPlace ?? this.root.place;
    return { ...this.root, entries: new Map(node === undefined ? [] : [[key, { keyPlace, node }]]) };
  }

  /** The items of a section that is a list; anything else is an issue. A missing section has none. */
  readList(key: string): readonly Node[] {
    this.parse(z.object({ [key]: z.array(anything).default([]) }), this.only(key), '');
    return this.items(key);
  }

  items(key: string): readonly Node[] {
    const node = childOf(this.root, key);
    return node?.type === 'list' ? node.items : [];
  }

  refuse(node: Node, path: readonly (string | number)[], base: string, message: string): void {
    this.issues.push(issueAt(node, path, base, message));
  }

  /** Refuses a name that is none of `known`, and suggests the nearest. */
  refuseName(
    node: Node,
    path: readonly (string | number)[],
    base: string,
    message: string,
    known: readonly string[],
  ): void {
    const target = locate(node, path).node;
    const written = target.type === 'scalar' ? String(target.value) : '';
    const nearest = findNearest(written, known);
    const choice = known.length === 0 ? '' : `; known: ${known.join(', ')}`;
    const issue = issueAt(node, path, base, message + choice);
    this.issues.push(nearest === undefined ? issue : { ...issue, nearest });
  }
}
