import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const toSnakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Off chain only (events, a keeper's search, errors in people's words), or said by a method or a type in Rust. */
const WITHOUT_TWIN = new Set([
  'emit',
  'emit_cancelled',
  'calculate_restoring_partial',
  'calculate_neutral_extensions',
  'calculate_default_slab_params',
  'validate_slab_capacities',
  'reset_account',
  'reject',
  'refuse',
  'name_fault',
  'name_error',
  'available_at',
  'nearest_level',
  'count_frozen_levels',
  'find_ledger_error',
  'try_trade',
  'require_parties',
  'count_step',
]);
/** Pairs of folders that hold twins (design 05 §1). */
const FOLDERS = [
  ['engine/risk', 'programs/risk/src'],
  ['engine/slab', 'programs/slab/src'],
  ['engine/math', 'programs/math/src'],
  ['engine/wire', 'programs/risk/src/wire'],
] as const;

const twins = FOLDERS.flatMap(([ours, theirs]) =>
  readdirSync(new URL(`${ours}/`, root))
    .sort()
    .map((name) => [`${ours}/${name}`, `${theirs}/${name.replace('.ts', '.rs')}`] as const)
    .filter(([, twin]) => existsSync(new URL(twin, root))),
);

const listTypeScript = (path: string) =>
  [...read(path).matchAll(/^export function (\w+)/gm)].map((match) => toSnakeCase(match[1]!));
const listRust = (path: string) =>
  [...read(path).matchAll(/^pub (?:const )?fn (\w+)/gm)].map((match) => match[1]!);

describe('the twins in TypeScript and Rust', () => {
  it('are all the rules', () => {
    const files = twins.map(([path]) => path.replace(/^engine\//, ''));
    for (const name of [
      'apply',
      'bookkeeping',
      'funds',
      'lifecycle',
      'liquidation',
      'losses_and_fees',
      'margin',
      'params',
      'resets',
    ]) {
      expect(files).toContain(`risk/${name}.ts`);
    }
    for (const name of [
      'apply',
      'batches',
      'book',
      'fills',
      'guards',
      'holds',
      'mark',
      'matching',
      'pools',
      'price_index',
      'reduce_band',
    ]) {
      expect(files).toContain(`slab/${name}.ts`);
    }
    for (const name of ['side_index', 'solvency', 'state', 'steps', 'trade', 'warmup']) {
      expect(files).toContain(`risk/${name}.ts`);
    }
  });

  it.each(twins)('%s and %s export the same functions in the same order', (ours, theirs) => {
    const rust = listRust(theirs);
    const ruled = listTypeScript(ours).filter((name) => !WITHOUT_TWIN.has(name));
    // Bytes and integers are handled by other means in the two languages; the rules are not.
    const isRule = /^engine\/(risk|slab)\//.test(ours);
    const shared = isRule ? ruled : ruled.filter((name) => rust.includes(name));
    expect(rust.filter((name) => shared.includes(name))).toEqual(shared);
  });
});
