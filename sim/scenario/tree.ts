import { describeNode, type Entry, type ListNode, type MapNode, type Node } from './document.ts';
import { findNearest, type Place, type ScenarioIssue } from './issues.ts';

/** Keys that name an item of a list, so that paths and `extends` can speak of it by name. */
const NAME_KEYS = ['id', 'group', 'name', 'metric'];

/** The name of a list item, if it has one. */
export function nameOf(item: Node): string | undefined {
  if (item.type !== 'map') return undefined;
  for (const key of NAME_KEYS) {
    const value = item.entries.get(key)?.node;
    if (value?.type === 'scalar' && typeof value.value === 'string') return value.value;
  }
  return undefined;
}

type Step = string | number;

function findItem(list: ListNode, step: Step): number {
  if (/^\d+$/.test(String(step))) return Number(step) < list.items.length ? Number(step) : -1;
  return list.items.findIndex((item) => nameOf(item) === step);
}

/** The value under a key, an index or the name of a list item. */
export function childOf(node: Node | undefined, step: Step): Node | undefined {
  if (node?.type === 'map') return node.entries.get(String(step))?.node;
  return node?.type === 'list' ? node.items[findItem(node, step)] : undefined;
}

/** The text at a key of a map, if it is one. */
export function textAt(node: Node | undefined, key: string): string | undefined {
  const child = childOf(node, key);
  return child?.type === 'scalar' && typeof child.value === 'string' ? child.value : undefined;
}

/** The node at the end of the path, or the deepest one on the way to it. */
export function locate(root: Node, path: readonly Step[]): { node: Node; exists: boolean } {
  let node = root;
  for (const step of path) {
    const child = childOf(node, step);
    if (child === undefined) return { node, exists: false };
    node = child;
  }
  return { node, exists: true };
}

/** A path for people: list items by their name where they have one. */
export function writePath(root: Node, path: readonly Step[]): string {
  let node: Node | undefined = root;
  const words: string[] = [];
  for (const step of path) {
    const child: Node | undefined = childOf(node, step);
    words.push(node?.type === 'list' ? ((child && nameOf(child)) ?? String(step)) : String(step));
    node = child;
  }
  return words.join('.');
}

/** Splits a dotted path; keys and names that contain dots themselves are recognised, the longest first. */
export function splitPath(root: Node, text: string): string[] {
  const words = text.split('.');
  const path: string[] = [];
  let node: Node | undefined = root;
  for (let at = 0; at < words.length; ) {
    let length = node === undefined || node.type === 'scalar' ? 1 : words.length - at;
    while (length > 1 && childOf(node, words.slice(at, at + length).join('.')) === undefined) length--;
    const step = words.slice(at, at + length).join('.');
    path.push(step);
    node = childOf(node, step);
    at += length;
  }
  return path;
}

/** Keys, or names and indices, that a path can go on with. */
export function stepsOf(node: Node): string[] {
  if (node.type === 'map') return [...node.entries.keys()];
  return node.type === 'list' ? node.items.map((item, index) => nameOf(item) ?? String(index)) : [];
}

/** A new tree with `value` at the path; missing keys of maps are made. A string says why it cannot be done. */
export function setAt(root: Node, path: readonly string[], value: Node): Node | string {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (root.type === 'scalar') return `${describeNode(root)} has nothing called \`${step}\` in it`;
  if (root.type === 'list') {
    const index = findItem(root, step);
    if (index < 0) {
      const names = stepsOf(root);
      const nearest = findNearest(step, names);
      const hint = nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
      return `there is no \`${step}\`; it must be one of ${names.join(', ')}${hint}`;
    }
    const item = setAt(root.items[index]!, rest, value);
    return typeof item === 'string' ? item : { ...root, items: root.items.with(index, item) };
  }
  const old = root.entries.get(step);
  const { place, source } = value;
  const node = setAt(old?.node ?? { type: 'map', place, source, entries: new Map() }, rest, value);
  if (typeof node === 'string') return node;
  return { ...root, entries: new Map(root.entries).set(step, { keyPlace: old?.keyPlace ?? place, node }) };
}

/** A new map without these keys. */
export function omitKeys(map: MapNode, keys: readonly string[]): MapNode {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !keys.includes(key))) };
}

const hasUniqueNames = ({ items }: ListNode) =>
  new Set(items.map(nameOf)).size === items.length && items.every((item) => nameOf(item) !== undefined);

/**
 * `child` laid over `base`: maps merge key by key (unless their `kind` differs), lists of named items item by
 * item, everything else is replaced.
 */
export function mergeTrees(base: Node, child: Node): Node {
  if (base.type === 'map' && child.type === 'map') {
    const kind = textAt(child, 'kind');
    if (kind !== undefined && kind !== textAt(base, 'kind')) return child;
    const entries = new Map<string, Entry>(base.entries);
    for (const [key, entry] of child.entries) {
      const old = entries.get(key);
      entries.set(key, old === undefined ? entry : { ...entry, node: mergeTrees(old.node, entry.node) });
    }
    return { ...child, entries };
  }
  if (base.type !== 'list' || child.type !== 'list') return child;
  if (!hasUniqueNames(base) || !hasUniqueNames(child)) return child;
  const items = new Map(base.items.map((item) => [nameOf(item), item]));
  for (const item of child.items) {
    const old = items.get(nameOf(item));
    items.set(nameOf(item), old === undefined ? item : mergeTrees(old, item));
  }
  return { ...child, items: [...items.values()] };
}

const VARIABLE = /^\$([A-Za-z_]\w*)$/;

/** Replaces every text `$name` by the value of that name. Values of `vars` themselves hold no variables. */
export function substituteVars(root: Node): { root: Node; issues: ScenarioIssue[] } {
  const issues: ScenarioIssue[] = [];
  const vars = childOf(root, 'vars');
  const names = vars?.type === 'map' ? [...vars.entries.keys()] : [];
  const refuse = (place: Place, path: string[], message: string, nearest?: string) =>
    issues.push({ ...place, path: path.join('.'), message, ...(nearest === undefined ? {} : { nearest }) });
  const visit = (node: Node, path: string[]): Node => {
    if (node.type === 'list') {
      return {
        ...node,
        items: node.items.map((item, at) => visit(item, [...path, nameOf(item) ?? String(at)])),
      };
    }
    if (node.type === 'map') {
      const entries = [...node.entries].map(
        ([key, entry]) => [key, { ...entry, node: visit(entry.node, [...path, key]) }] as const,
      );
      return { ...node, entries: new Map(entries) };
    }
    const name = typeof node.value === 'string' ? VARIABLE.exec(node.value)?.[1] : undefined;
    if (name === undefined) return node;
    const value = childOf(vars, name);
    if (path[0] === 'vars') refuse(node.place, path, 'a variable cannot stand for another one');
    else if (value === undefined) {
      const known = names.length === 0 ? 'there is no `vars` section' : `variables are ${names.join(', ')}`;
      refuse(node.place, path, `unknown variable \`$${name}\`; ${known}`, findNearest(name, names));
    } else return value;
    return node;
  };
  return { root: visit(root, []), issues };
}
