import { describeNode, type MapNode, type Node } from './document.ts';
import type { ScenarioIssue } from './issues.ts';
import { childOf, locate, omitKeys, setAt, splitPath } from './tree.ts';

/** One slab of the file becomes at most this many. */
const MAX_SLABS = 1_000;

/** What other sections refer to. */
const FIXED = ['id', 'count', 'underlying', 'vary'];

/** One of the slabs that a slab of the file stands for. */
export interface SlabVariant {
  id: string;
  streamName: string;
  /** The slab with its varied values in place. */
  node: Node;
}

interface Choice {
  label: string;
  path: string[];
  value: Node;
}

/** The values under one path of `vary` with the name of each: as the file names it, else its text or place. */
function listValues(node: Node): { label: string; value: Node }[] {
  if (node.type === 'list') {
    return node.items.map((value, index) => ({ label: labelOf(value, index).replaceAll(/\s/g, ''), value }));
  }
  if (node.type !== 'map') return [];
  return [...node.entries].map(([label, entry]) => ({ label, value: entry.node }));
}

/** A value of a list for tables and names: its text, or its place from 1 on if it is a map or a list. */
export function labelOf(value: Node, index: number): string {
  return value.type === 'scalar' ? String(value.value) : String(index + 1);
}

/** The values of each path under `vary`; a path must exist or be new, and must not have been overridden. */
function readChoices(slab: MapNode, issues: ScenarioIssue[]): Choice[][] {
  const vary = childOf(slab, 'vary');
  if (vary?.type !== 'map') return [];
  return [...vary.entries].map(([text, { keyPlace, node }]) => {
    const path = splitPath(slab, text);
    const { node: old, exists } = locate(slab, path);
    if (exists && old.place.file.startsWith('--set ')) {
      const message = `is varied by this slab; set its \`vary.${text}\` instead`;
      issues.push({ ...old.place, path: text, found: describeNode(old), message });
    }
    const choices = listValues(node).map(({ label, value }) => ({
      // `warmup=10min` for the value `10 min` at `risk.warmup`.
      label: `${path.at(-1)}=${label}`,
      path,
      value,
    }));
    const repeated = choices.find(
      ({ label }, at) => choices.findIndex((other) => other.label === label) < at,
    );
    if (repeated !== undefined) {
      issues.push({ ...repeated.value.place, path: `vary.${text}`, message: 'is in the list twice' });
    }
    const [head] = path;
    if (head !== undefined && FIXED.includes(head)) {
      issues.push({ ...keyPlace, path: `vary.${text}`, message: 'cannot be varied' });
    }
    return choices;
  });
}

/** The slabs that a slab of the file becomes: every combination of `vary`, `count` times. */
export function expandSlab(
  slab: MapNode,
  id: string,
  count: number,
): { variants: SlabVariant[]; issues: ScenarioIssue[] } {
  const issues: ScenarioIssue[] = [];
  const choices = readChoices(slab, issues);
  const total = choices.reduce((product, values) => product * values.length, count);
  if (total > MAX_SLABS) {
    return {
      variants: [],
      issues: [{ ...slab.place, path: '', message: `becomes ${total} slabs; at most ${MAX_SLABS}` }],
    };
  }
  let combinations: Choice[][] = [[]];
  for (const values of choices) {
    combinations = combinations.flatMap((chosen) => values.map((value) => [...chosen, value]));
  }
  const variants: SlabVariant[] = [];
  for (const chosen of combinations) {
    let node: Node = omitKeys(slab, ['vary', 'count']);
    for (const { path, value } of chosen) {
      const changed = setAt(node, path, value);
      if (typeof changed === 'string')
        issues.push({ ...value.place, path: `vary.${path.join('.')}`, message: changed });
      else node = changed;
    }
    const suffix = chosen.length === 0 ? '' : `/${chosen.map(({ label }) => label).join(',')}`;
    for (let copy = 1; copy <= count; copy++) {
      const number = count === 1 ? '' : `/${copy}`;
      variants.push({ id: `${id}${suffix}${number}`, streamName: `${id}${number}`, node });
    }
  }
  return { variants, issues };
}
