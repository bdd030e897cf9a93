import type { Node } from './document.ts';
import {
  type EventSpec,
  eventType,
  type HaltKeepersEvent,
  type RawEvent,
  type SetLpEvent,
} from './events.ts';
import type { SectionReader } from './reader.ts';
import type { GroupSpec, SlabSpec } from './schema.ts';
import { resolveExposure } from './sizes.ts';
import type { SlabNames } from './slab_names.ts';
import { childOf } from './tree.ts';
import { withUnits } from './units.ts';

/** What events refer to. */
export interface EventScope {
  slots: number;
  /** Symbol → first price, undefined if it could not be read. */
  underlyings: ReadonlyMap<string, number | undefined>;
  slabNames: SlabNames;
  slabs: readonly SlabSpec[];
  population: readonly GroupSpec[];
}

type Raw<Kind extends RawEvent['kind']> = Extract<RawEvent, { kind: Kind }>;

interface Resume {
  slot: number;
  groups: string[];
  item: Node;
  path: string;
}

/** Reads the `events` section; one for several groups or slabs becomes one for each. */
class EventReader {
  private readonly events: EventSpec[] = [];
  private readonly resumes: Resume[] = [];
  private readonly reader: SectionReader;
  private readonly scope: EventScope;

  constructor(reader: SectionReader, scope: EventScope) {
    this.reader = reader;
    this.scope = scope;
  }

  readAll(): EventSpec[] {
    this.reader.readList('events').forEach((item, index) => {
      const path = `events.${index}`;
      const { ids, bases } = this.scope.slabNames.read(this.reader, item, path);
      const raw = withUnits({ bases }, () => this.reader.parse(eventType, item, path));
      if (raw === undefined) return;
      const { slots } = this.scope;
      if (raw.at >= slots)
        this.reader.refuse(item, ['at'], path, `is not before the end of the run (${slots} slots)`);
      this.read(raw, ids, item, path);
    });
    this.applyResumes();
    return this.events.sort((a, b) => a.slot - b.slot);
  }

  private read(raw: RawEvent, slabs: readonly string[], item: Node, path: string): void {
    if (raw.kind === 'halt_keepers') this.readHalt(raw, item, path);
    else if (raw.kind === 'set_lp') this.readSetLp(raw, slabs, item, path);
    else if (raw.kind === 'oracle_outage') this.readOutage(raw, item, path);
    else this.resumes.push({ slot: raw.at, groups: this.readGroups(raw, item, path), item, path });
  }

  private readHalt(raw: Raw<'halt_keepers'>, item: Node, path: string): void {
    const endSlot = raw.for === undefined ? this.scope.slots : raw.at + raw.for;
    for (const group of this.readGroups(raw, item, path))
      this.events.push({ kind: 'halt_keepers', slot: raw.at, endSlot, group });
  }

  private readGroups({ groups }: { groups: 'all' | string[] }, item: Node, path: string): string[] {
    const keepers = this.scope.population.filter(({ role }) => role === 'keeper').map(({ group }) => group);
    if (groups === 'all') {
      if (keepers.length === 0) this.reader.refuse(item, ['groups'], path, 'there is no group of keepers');
      return keepers;
    }
    groups.forEach((group, index) => {
      if (keepers.includes(group)) return;
      this.reader.refuseName(item, ['groups', index], path, 'there is no such group of keepers', keepers);
    });
    return keepers.filter((group) => groups.includes(group));
  }

  private readSetLp(raw: Raw<'set_lp'>, slabs: readonly string[], item: Node, path: string): void {
    const { spread, skew, withdraw = 0 } = raw;
    const keys = ['spread', 'skew', 'max_trade', 'max_position', 'withdraw'];
    if (keys.every((key) => childOf(item, key) === undefined))
      this.reader.refuse(item, [], path, `changes nothing; needs at least one of ${keys.join(', ')}`);
    for (const id of this.listWithLp(slabs, item, path)) {
      const { underlying } = this.scope.slabs.find((slab) => slab.id === id) ?? {};
      const first = underlying === undefined ? undefined : this.scope.underlyings.get(underlying);
      const toQ = (key: 'max_trade' | 'max_position') =>
        raw[key] && resolveExposure(this.reader, raw[key], first, item, [key], path);
      const values = {
        spreadBps: spread,
        skewBps: skew,
        maxTradeQ: toQ('max_trade'),
        maxPositionQ: toQ('max_position'),
      };
      const given = Object.entries(values).filter(([, value]) => value !== undefined);
      const changes = Object.fromEntries(given) as Partial<SetLpEvent>;
      this.events.push({ kind: 'set_lp', slot: raw.at, slab: id, ...changes, withdrawAtoms: withdraw });
    }
  }

  /** Those that have a liquidity provider: by name they must, of all of them one must. */
  private listWithLp(slabs: readonly string[], item: Node, path: string): string[] {
    const hasBook = (id: string) => this.scope.slabs.find((slab) => slab.id === id)?.matcher.kind === 'book';
    const books = slabs.filter(hasBook);
    const isNamed = childOf(item, 'slabs')?.type === 'list';
    if (books.length > 0 && (isNamed || books.length === slabs.length)) {
      const message = `${books.join(', ')}: an order book has no liquidity provider to change`;
      this.reader.refuse(item, ['slabs'], path, message);
    }
    return slabs.filter((id) => !hasBook(id));
  }

  private readOutage(raw: Raw<'oracle_outage'>, item: Node, path: string): void {
    const { underlying } = raw;
    const known = [...this.scope.underlyings.keys()];
    if (!known.includes(underlying))
      this.reader.refuseName(item, ['underlying'], path, 'there is no such underlying', known);
    this.events.push({ kind: 'oracle_outage', slot: raw.at, endSlot: raw.at + raw.for, underlying });
  }

  /** A resume ends the halts that are in force, and must end at least one. */
  private applyResumes(): void {
    for (const { slot, groups, item, path } of this.resumes) {
      const halts = this.events.filter(
        (event): event is HaltKeepersEvent =>
          event.kind === 'halt_keepers' &&
          groups.includes(event.group) &&
          event.slot < slot &&
          slot < event.endSlot,
      );
      if (halts.length === 0 && groups.length > 0)
        this.reader.refuse(item, ['at'], path, 'resumes nobody: none of these groups is halted then');
      for (const halt of halts) halt.endSlot = slot;
    }
  }
}

/** The events of a scenario, in the order of their slots. */
export function readEvents(reader: SectionReader, scope: EventScope): EventSpec[] {
  return new EventReader(reader, scope).readAll();
}
