import { DEFAULT_CAPACITIES, SLAB_ERRORS } from '../../engine/slab/index.ts';
import { type Field, LAYOUT, MARKET, PROGRAM_ERRORS, type RecordLayout } from '../../engine/wire/index.ts';
import { listAreas, SLAB_LAYOUT } from '../../engine/wire/slab_layout.ts';
import type { ProgramName } from '../../sim/verify/parity_suite.ts';

const toSnakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function describeField(record: string, { kind, max, min, name, offset, size }: Field): string {
  const range = kind === 'word' ? ` ${min} ${max}` : '';
  return `field ${record}.${toSnakeCase(name)} ${offset} ${size}${range}`;
}

function describeRecord(name: string, { fields, size }: RecordLayout): string[] {
  const record = toSnakeCase(name);
  return [`record ${record} ${size}`, ...fields.map((field) => describeField(record, field))];
}

const describeErrors = (names: readonly string[]) => names.map((name, at) => `error ${name} ${at + 1}`);

function describeRisk(): string[] {
  const records = Object.entries({ ...LAYOUT, market: MARKET });
  return [
    ...records.flatMap(([name, layout]) => describeRecord(name, layout)),
    ...describeErrors(PROGRAM_ERRORS),
  ];
}

/** Everything before the accounts is one record in Rust. */
function describeHead(): string[] {
  const areas = listAreas(DEFAULT_CAPACITIES);
  const head = areas.slice(
    0,
    areas.findIndex(({ name }) => name === 'accounts'),
  );
  const fields = head.map(
    ({ count, layout, name, offset }) => `field slab.${toSnakeCase(name)} ${offset} ${count * layout.size}`,
  );
  const { offset } = areas[head.length]!;
  return [`record slab ${offset}`, ...fields];
}

function describeSlab(): string[] {
  const records = Object.entries(SLAB_LAYOUT).map(
    ([name, record]) => [name, 'layout' in record ? record.layout : record] as const,
  );
  return [
    ...records.flatMap(([name, layout]) => describeRecord(name, layout)),
    ...describeHead(),
    ...describeErrors(SLAB_ERRORS),
  ];
}

/** The layout and the errors of `engine/wire` in the words in which the host describes those of a program. */
export const describeWire: Readonly<Record<ProgramName, () => string[]>> = {
  risk: describeRisk,
  slab: describeSlab,
};
