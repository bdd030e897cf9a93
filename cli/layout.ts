import type { CommandModule } from 'yargs';
import { DEFAULT_CAPACITIES, type SlabCapacities } from '../engine/slab/index.ts';
import { listAreas, MAX_ACCOUNT_BYTES } from '../engine/wire/index.ts';

/** What the table calls a group of areas, and what the seeds of this design had set aside for it. */
const GROUPS: readonly (readonly [name: string, areas: readonly string[], seed: string])[] = [
  ['header, parameters, book', ['header', 'slabParams', 'book'], '–'],
  ['quote cache', ['quotes'], '–'],
  ['risk parameters, globals, sides', ['params', 'globals', 'long', 'short'], '–'],
  ['accounts and positions', ['accounts', 'traders'], '320 KB + 1.4 MB'],
  ['orders and price levels', ['orders', 'levels', 'nodes'], '2.4 MB'],
  ['reservations', ['holds'], '480 KB'],
  ['slices', ['slices'], '512 KB'],
  ['trades ring', ['trades'], '800 KB'],
  ['aggressor ledger', ['aggressors'], '200 KB'],
];

/** 1234567 as 1 234 567. */
const group = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');

const formatRow = ([area, entries, size, bytes, seed]: readonly string[]) =>
  `${area!.padEnd(34)}${entries!.padStart(8)}${size!.padStart(9)}${bytes!.padStart(13)}   ${seed}`.trimEnd();

/** The areas of a slab's account: entries, bytes an entry, bytes, and the seed's budget. */
export function describeLayout(capacities: SlabCapacities): string {
  const areas = listAreas(capacities);
  const rows = GROUPS.map(([name, members, seed]) => {
    const found = areas.filter((area) => members.includes(area.name));
    const bytes = found.reduce((sum, { count, layout }) => sum + count * layout.size, 0);
    const entries = found.at(-1)!.count;
    return { bytes, row: [name, group(entries), group(bytes / entries), group(bytes), seed] };
  });
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  const limit = `of ${group(MAX_ACCOUNT_BYTES)} (10 MiB), ${((100 * total) / MAX_ACCOUNT_BYTES).toFixed(1)} %`;
  return [
    formatRow(['area', 'entries', 'bytes', 'in all', "seed's budget"]),
    ...rows.map(({ row }) => formatRow(row)),
    formatRow(['account', '', '', group(total), limit]),
  ].join('\n');
}

export const layoutCommand: CommandModule = {
  command: 'layout',
  describe: "print the areas of a full-size slab's account",
  handler: () => {
    console.log(describeLayout(DEFAULT_CAPACITIES));
  },
};
