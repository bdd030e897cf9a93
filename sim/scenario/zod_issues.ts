import type { z } from 'zod';
import { describeNode, type Node, toPlain } from './document.ts';
import { findNearest, type Place, type ScenarioIssue } from './issues.ts';
import { locate, writePath } from './tree.ts';

type ZodIssue = z.core.$ZodIssue;
type Step = string | number;

/** Names that would have been accepted, by the `keys` array of the issue: zod itself does not tell them. */
type AllowedKeys = WeakMap<readonly string[], readonly string[]>;

interface Problem {
  path: Step[];
  message: string;
  /** Names to choose from, and the one that was written. */
  written?: string;
  allowed?: readonly string[];
  /** True if the problem is the kind of the value itself or its keys, so that another branch may be meant. */
  atRoot: boolean;
  key?: string;
}

function allowedNames(issue: ZodIssue, allowedKeys: AllowedKeys): readonly string[] | undefined {
  if (issue.code === 'unrecognized_keys') return allowedKeys.get(issue.keys);
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' && 'options' in issue
    ? (issue.options as unknown[]).map(String)
    : undefined;
}

/** YAML's words for the types of zod. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: '`true` or `false`',
};

/** What an issue asks for: the words of the type's author if there are any, else words for zod's own. */
function describeNeed(issue: ZodIssue): string {
  const { message } = issue;
  if (issue.code === 'invalid_type' && message.startsWith('Invalid input: expected')) {
    return `needs ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
  }
  const isShort = issue.code === 'too_small' && message.startsWith('Too small');
  return isShort ? `needs at least ${issue.minimum} of them` : message;
}

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

/** The branch of a union that was most likely meant: one whose problems lie inside, not at its root. */
function chooseBranch(branches: readonly Problem[][], node: Node | undefined): Problem[] {
  const inside = branches.filter((problems) => problems.every((problem) => !problem.atRoot));
  if (inside.length > 0) return inside.reduce((best, other) => (other.length < best.length ? other : best));
  const unknown = branches.flat().filter((problem) => problem.key !== undefined);
  if (node?.type !== 'map' || unknown.length === 0) return branches[0] ?? [];
  const allowed = [
    ...new Set(branches.flat().flatMap((problem) => (problem.atRoot ? (problem.allowed ?? []) : []))),
  ];
  const keys = new Map(unknown.map((problem) => [problem.key, problem]));
  // A key that one branch knows is not the culprit, unless every key is known somewhere.
  const strangers = [...keys.values()].filter((problem) => !allowed.includes(problem.key ?? ''));
  if (strangers.length === 0) {
    return [{ path: [], message: `needs exactly one of ${list(allowed)}`, allowed, atRoot: true }];
  }
  return strangers.map((problem) => ({
    ...problem,
    allowed,
    message: `unknown key; known here: ${list(allowed)}`,
  }));
}

function flatten(issue: ZodIssue, root: Node, base: readonly Step[], allowedKeys: AllowedKeys): Problem[] {
  const path = issue.path as Step[];
  const whole = [...base, ...path];
  const { node, exists } = locate(root, whole);
  const atRoot = path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'unrecognized_keys');
  const allowed = allowedNames(issue, allowedKeys);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      key,
      written: key,
      atRoot: path.length === 0,
      message: `unknown key${allowed === undefined ? '' : `; known here: ${list(allowed)}`}`,
      ...(allowed === undefined ? {} : { allowed }),
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branches = issue.errors.map((issues) =>
      issues.flatMap((inner) => flatten(inner, root, whole, allowedKeys)),
    );
    const isOwn =
      issue.message !== 'Invalid input' && branches.flat().every((problem) => problem.path.length === 0);
    if (isOwn) return [{ path, message: exists ? issue.message : `is missing; ${issue.message}`, atRoot }];
    return chooseBranch(branches, exists ? node : undefined).map((problem) => ({
      ...problem,
      path: [...path, ...problem.path],
      atRoot: problem.atRoot && path.length === 0,
    }));
  }
  if (issue.code === 'invalid_key')
    return [{ path, message: issue.issues[0]?.message ?? issue.message, atRoot }];
  const needs = allowed === undefined ? describeNeed(issue) : `must be one of ${list(allowed)}`;
  const message = exists ? needs : `is missing; ${needs}`;
  const isText = exists && node.type === 'scalar' && typeof node.value === 'string';
  const choice = isText && allowed !== undefined ? { written: String(node.value), allowed } : {};
  return [{ path, message, atRoot: atRoot && exists, ...choice }];
}

/** Where a problem at the path is shown: the key of an unknown entry, the value, or what should contain it. */
function findPlace(root: Node, path: readonly Step[], key: string | undefined): Place {
  const { node, exists } = locate(root, path);
  if (key === undefined || !exists) return node.place;
  const parent = locate(root, path.slice(0, -1)).node;
  return parent.type === 'map' ? (parent.entries.get(key)?.keyPlace ?? node.place) : node.place;
}

/**
 * Reads a node with a zod type. Every problem becomes an issue with the place of the text; `base` is the path of
 * `node` for people.
 */
export function parseNode<T>(
  type: z.ZodType<T>,
  node: Node,
  base: string,
  baseDirectory: string,
): { value?: T; issues: ScenarioIssue[] } {
  const allowedKeys: AllowedKeys = new WeakMap();
  const result = type.safeParse(toPlain(node, baseDirectory), {
    error: (issue) => {
      const shape = (issue.inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
      if (issue.code === 'unrecognized_keys' && shape) allowedKeys.set(issue.keys, Object.keys(shape));
      return undefined;
    },
  });
  if (result.success) return { value: result.data, issues: [] };
  const problems = result.error.issues.flatMap((issue) => flatten(issue, node, [], allowedKeys));
  const issues = problems.map((problem): ScenarioIssue => {
    const target = locate(node, problem.path);
    const nearest =
      problem.written === undefined ? undefined : findNearest(problem.written, problem.allowed ?? []);
    const showsValue = target.exists && problem.key === undefined;
    return {
      ...findPlace(node, problem.path, problem.key),
      path: [base, writePath(node, problem.path)].filter((part) => part !== '').join('.'),
      ...(showsValue ? { found: describeNode(target.node) } : {}),
      message: problem.message,
      ...(nearest === undefined ? {} : { nearest }),
    };
  });
  return { issues };
}

/** An issue about the value at a path of a node, or about the node if nothing stands there. */
export function issueAt(node: Node, path: readonly Step[], base: string, message: string): ScenarioIssue {
  const target = locate(node, path);
  return {
    ...target.node.place,
    path: [base, writePath(node, path)].filter((part) => part !== '').join('.'),
    ...(target.exists && target.node.type === 'scalar' ? { found: describeNode(target.node) } : {}),
    message,
  };
}
