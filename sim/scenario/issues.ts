/** Where a piece of text stands; lines and columns count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** One thing that is wrong with a scenario, in the words of the person who wrote it. */
export interface ScenarioIssue extends Place {
  /** Path of the value, as `--set` takes it; empty for the whole file. */
  path: string;
  /** What stands there, if anything does. */
  found?: string;
  /** What is wrong and what is allowed. */
  message: string;
  /** The nearest valid name. */
  nearest?: string;
}

/** `file:line:column: path: found …; message; did you mean …?` */
export function formatIssue(issue: ScenarioIssue): string {
  const { file, line, column, path, found, message, nearest } = issue;
  const where = `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}`;
  return (
    where +
    (found === undefined ? '' : `found ${found}; `) +
    message +
    (nearest === undefined ? '' : `; did you mean \`${nearest}\`?`)
  );
}

/** Issues in the order of the text, each once. */
export function sortIssues(issues: readonly ScenarioIssue[]): ScenarioIssue[] {
  const unique = new Map(issues.map((issue) => [formatIssue({ ...issue, path: '' }), issue]));
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...unique.values()].sort(
    (a, b) =>
      compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
export function calculateEditDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) distance = Math.min(distance, beforeLast[j - 2]! + 1);
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The name nearest to `text`, if one is near enough to have been meant. */
export function findNearest(text: string, names: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(text.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of names) {
    // Names of very different lengths cannot be near, and long garbage should cost nothing.
    if (Math.abs(name.length - text.length) > limit) continue;
    const distance = calculateEditDistance(text.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}
