import { z } from 'zod';
import type { Node } from './document.ts';
import { type ExpectSpec, expectType, type KnownMetric, type RawExpect } from './expect.ts';
import type { SectionReader } from './reader.ts';
import type { SlabNames } from './slab_names.ts';
import { nameOf } from './tree.ts';
import { duration, milliseconds, money, percent } from './units.ts';

/** What expectations refer to. */
export interface ExpectScope {
  metrics: readonly KnownMetric[];
  slabNames: SlabNames;
  /** Groups and attacks. */
  groups: readonly string[];
}

const MOST = Number.MAX_SAFE_INTEGER;

/** Reads a quantity in the unit of a metric; what has no unit of its own is a plain number. */
function quantityType(unit: string): z.ZodType<number> {
  const plain = z.number({ error: `needs a plain number: the metric is in \`${unit}\`` });
  switch (unit) {
    case 'atoms':
    case 'atoms per base':
      return money(-MOST, MOST);
    case 'bps':
      return percent(-MOST, MOST);
    case 'slots':
    case 'slab sides × slots':
      return duration();
    case 'seconds':
      return milliseconds(0, MOST).transform((ms) => ms / 1_000);
    case 'ratio': {
      const share = percent(-MOST, MOST).transform((bps) => bps / 10_000);
      return z.union([z.number(), share], { error: 'needs a plain number or a share such as `99 %`' });
    }
    default:
      return plain;
  }
}

function readBound(reader: SectionReader, raw: RawExpect, unit: string, item: Node, path: string) {
  const quantity = quantityType(unit);
  const type = z.object({ value: quantity, tolerance: quantity.optional() });
  const bound = reader.parse(type, item, path);
  const tolerance = bound?.tolerance ?? 0;
  if (tolerance < 0) reader.refuse(item, ['tolerance'], path, 'must be at least 0');
  const margin = raw.tolerance === undefined ? '' : ` ± ${raw.tolerance}`;
  return { value: bound?.value ?? 0, tolerance, text: `${raw.comparator} ${raw.value}${margin}` };
}

function readOne(
  reader: SectionReader,
  scope: ExpectScope,
  item: Node,
  path: string,
): ExpectSpec | undefined {
  const raw = reader.parse(expectType, item, path);
  if (raw === undefined) return undefined;
  const { metric, slab, group, over, comparator } = raw;
  const known = scope.metrics.find(({ name }) => name === metric);
  if (known === undefined) {
    const names = scope.metrics.map(({ name }) => name);
    // Those of the section that was written are choice enough.
    const near = names.filter((name) => name.split('.')[0] === metric.split('.')[0]);
    const choice = near.length > 0 ? near : names;
    reader.refuseName(item, ['metric'], path, 'there is no such metric', choice);
    return undefined;
  }
  const slabs = slab === undefined ? undefined : scope.slabNames.find(slab);
  if (slab !== undefined && slabs === undefined)
    reader.refuseName(item, ['slab'], path, 'there is no such slab', scope.slabNames.list());
  if (group !== undefined && known.scope !== 'group')
    reader.refuse(item, ['group'], path, `${metric} is not measured for groups`);
  else if (group === undefined && known.scope === 'group')
    reader.refuse(item, ['metric'], path, 'is measured for groups; needs a `group`');
  else if (group !== undefined && !scope.groups.includes(group))
    reader.refuseName(item, ['group'], path, 'there is no such group', scope.groups);
  return {
    metric,
    slabs: slabs?.ids ?? null,
    group: group ?? null,
    over,
    minShareBps: raw.share ?? 10_000,
    comparator,
    ...readBound(reader, raw, known.unit, item, path),
  };
}

/** Reads the `expect` section against the metrics that there are. */
export function readExpect(reader: SectionReader, scope: ExpectScope): ExpectSpec[] {
  return reader.readList('expect').flatMap((item, index) => {
    const path = `expect.${nameOf(item) ?? index}`;
    return readOne(reader, scope, item, path) ?? [];
  });
}

/** Reads the form of the `expect` section alone, for those who know no metrics. */
export function checkExpectForm(reader: SectionReader): void {
  reader.readList('expect').forEach((item, index) => {
    reader.parse(expectType, item, `expect.${nameOf(item) ?? index}`);
  });
}
