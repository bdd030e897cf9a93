import { z } from 'zod';
import { mulDivFloor } from '../../engine/math/index.ts';
import { MAX_POSITION_ABS_Q, POS_SCALE } from '../../engine/risk/constants.ts';
import type { RiskParams } from '../../engine/risk/params.ts';
import type { AgentModule } from '../agents/agent.ts';
import { describePrice, type PriceDescription } from '../prices/process.ts';
import type { LabelledParameter } from '../record/types.ts';
import { type MapNode, type Node, toPlain } from './document.ts';
import { expandSlab, type SlabVariant } from './expand_slabs.ts';
import { findNearest, type Place, type ScenarioIssue } from './issues.ts';
import {
  type AgentModules,
  type AttackSpec,
  buildScenarioSchema,
  type GroupSpec,
  SCENARIO_SCHEMA,
  type Scenario,
  type ScenarioSchema,
  type SlabSpec,
  slabBodyType,
  slabHeadType,
  titleType,
  type UnderlyingSpec,
} from './schema.ts';
import { childOf, locate, nameOf, splitPath, stepsOf, textAt } from './tree.ts';
import { type Exposure, milliseconds, withUnits } from './units.ts';
import { issueAt, parseNode } from './zod_issues.ts';

/** A part of the scenario beside the text it came from. */
export interface Resolved<T> {
  spec: T;
  node: Node;
  /** Path of `node`, for people. */
  path: string;
}

/** What could be read, for the checks that look at several parts at once. */
export interface Draft {
  slots: number;
  /** Reach of the price of each underlying that could be read. */
  prices: ReadonlyMap<string, PriceDescription>;
  /** Risk parameters of all slabs, also of those that could not be read completely. */
  risks: readonly Resolved<RiskParams>[];
  slabs: readonly Resolved<SlabSpec>[];
  population: readonly Resolved<GroupSpec>[];
  attacks: readonly Resolved<AttackSpec>[];
}

export interface ResolveOptions {
  name: string;
  modules: AgentModules;
  baseDirectory: string;
  readData(file: string): string;
}

type Sections = ScenarioSchema['file']['shape'];

interface Template {
  /** Its underlying, or nothing if there is no such underlying. */
  bases: string[];
  ids: string[];
}

const anything = z.unknown().optional();
const openBody = Object.fromEntries(Object.keys(slabBodyType.shape).map((key) => [key, anything]));
const HEAD = z.strictObject({ ...slabHeadType.shape, ...openBody });
// Each part by itself, so that the engine can judge the risk parameters of a slab with a broken matcher.
const INSURANCE = slabBodyType.pick({ insurance: true });
const RISK = slabBodyType.pick({ risk: true });
const MATCHER = slabBodyType.pick({ matcher: true });

/** Zod compiles a type at its first use, so the same agents share one. */
const schemas = new WeakMap<AgentModules, ScenarioSchema>();

function findSchema(modules: AgentModules): ScenarioSchema {
  const known = schemas.get(modules);
  if (known !== undefined) return known;
  const schema = buildScenarioSchema(modules);
  schemas.set(modules, schema);
  return schema;
}

/** Reads the parts of a scenario one by one, so that a mistake in one hides none in another. */
export class ScenarioResolver {
  readonly issues: ScenarioIssue[] = [];
  readonly risks: Resolved<RiskParams>[] = [];
  readonly slabs: Resolved<SlabSpec>[] = [];
  readonly population: Resolved<GroupSpec>[] = [];
  readonly attacks: Resolved<AttackSpec>[] = [];
  readonly prices = new Map<string, PriceDescription>();
  private readonly underlyings: Record<string, UnderlyingSpec> = {};
  private readonly templates = new Map<string, Template>();
  private readonly schema: ScenarioSchema;
  private readonly root: MapNode;
  private readonly options: ResolveOptions;
  private readonly slotMs: number;
  private slots = 0;

  constructor(root: MapNode, options: ResolveOptions) {
    this.root = root;
    this.options = options;
    this.schema = findSchema(options.modules);
    // Every duration depends on the slot, so it is read first; a bad one is reported with its section.
    this.slotMs = milliseconds().safeParse(textAt(childOf(root, 'time'), 'slot')).data ?? 400;
  }

  /** Reads everything. The result is complete only if there are no issues. */
  resolve(): Scenario {
    const { slotMs, options } = this;
    return withUnits({ slotMs, readData: options.readData }, () => {
      const title = this.readTitle();
      const time = this.readSection('time');
      this.slots = time?.length ?? 1;
      this.readUnderlyings();
      this.readSlabs();
      this.readAgents('population', (item, index) => this.readGroup(item, index));
      this.readAgents('attacks', (item, index) => this.readAttack(item, index));
      const measure = this.readSection('measure');
      return {
        schema: SCENARIO_SCHEMA,
        name: options.name,
        title: title?.title ?? '',
        question: title?.question ?? '',
        notes: title?.notes ?? '',
        slotMs,
        slots: this.slots,
        underlyings: this.underlyings,
        correlation: null,
        slabs: this.slabs.map(({ spec }) => spec),
        population: this.population.map(({ spec }) => spec),
        attacks: this.attacks.map(({ spec }) => spec),
        events: [],
        expect: [],
        sweep: null,
        measure: {
          sampleEverySlots: measure?.sample_every ?? 1,
          crankedEverySlots: measure?.cranked_every ?? 1,
        },
        fit: this.readSection('fit') ?? [],
        labels: this.readLabels(),
        dataFiles: [],
      };
    });
  }

  get draft(): Draft {
    const { slots, prices, risks, slabs, population, attacks } = this;
    return { slots, prices, risks, slabs, population, attacks };
  }

  private parse<T>(type: z.ZodType<T>, node: Node, base: string): T | undefined {
    const { value, issues } = parseNode(type, node, base, this.options.baseDirectory);
    this.issues.push(...issues);
    return value;
  }

  private only(key: string, node = childOf(this.root, key)): MapNode {
    const keyPlace = this.root.entries.get(key)?.keyPlace ?? this.root.place;
    return { ...this.root, entries: new Map(node === undefined ? [] : [[key, { keyPlace, node }]]) };
  }

  private readTitle() {
    const others = Object.keys(this.schema.file.shape).filter((key) => !(key in titleType.shape));
    const sections = Object.fromEntries(others.map((key) => [key, anything]));
    const whole = z.strictObject({ ...titleType.shape, ...sections });
    return this.parse(whole, this.root, '') as z.output<typeof titleType> | undefined;
  }

  private readSection<Key extends 'time' | 'measure' | 'fit'>(key: Key): z.output<Sections[Key]> | undefined {
    const read = this.parse(z.object({ [key]: this.schema.file.shape[key] }), this.only(key), '');
    return read?.[key] as z.output<Sections[Key]> | undefined;
  }

  private readUnderlyings(): void {
    const type = z.object({ underlyings: this.schema.file.shape.underlyings });
    const node = childOf(this.root, 'underlyings');
    if (node?.type !== 'map') {
      this.parse(type, this.only('underlyings'), '');
      return;
    }
    for (const [symbol, entry] of node.entries) {
      const alone: MapNode = { ...node, entries: new Map([[symbol, entry]]) };
      const read = this.parse(type, this.only('underlyings', alone), '')?.underlyings[symbol];
      if (read === undefined) continue;
      this.underlyings[symbol] = read;
      this.prices.set(symbol, describePrice(read.price, this.slots, this.slotMs));
      const last = read.price.kind === 'csv' ? read.price.points.at(-1)?.ms : undefined;
      const end = (this.slots - 1) * this.slotMs;
      if (last !== undefined && last < end) {
        const message = `the table ends ${last} ms after its first row, the run ${end} ms after its first slot`;
        this.issues.push(issueAt(entry.node, ['price', 'file'], `underlyings.${symbol}`, message));
      }
    }
  }

  private items(key: string): readonly Node[] {
    const node = childOf(this.root, key);
    return node?.type === 'list' ? node.items : [];
  }

  private readSlabs(): void {
    const list = z.object({ slabs: z.array(anything, { error: 'needs a list of slabs' }).min(1) });
    this.parse(list, this.only('slabs'), '');
    this.items('slabs').forEach((item, index) => {
      const path = `slabs.${nameOf(item) ?? index}`;
      const head = this.parse(HEAD, item, path) as z.output<typeof slabHeadType> | undefined;
      if (head === undefined || item.type !== 'map') return;
      const underlyings = childOf(this.root, 'underlyings');
      const known = underlyings === undefined ? [] : stepsOf(underlyings);
      const exists = known.includes(head.underlying);
      if (!exists) this.refuseName(item, ['underlying'], path, 'there is no such underlying', known);
      const repeated = this.templates.has(head.id);
      if (repeated) this.issues.push(issueAt(item, ['id'], path, 'is the id of another slab'));
      const { variants, issues } = expandSlab(item, head.id, head.count);
      this.issues.push(...issues.map((issue) => ({ ...issue, path: `${path}.${issue.path}` })));
      // Nothing is said about the unit of sizes where the underlying itself is in doubt.
      const bases = exists ? [head.underlying] : [];
      this.templates.set(head.id, { bases, ids: variants.map(({ id }) => id) });
      withUnits({ bases }, () => {
        for (const variant of variants) this.readSlab(variant, head.id, head.underlying, path);
      });
    });
  }

  private readSlab(
    { id, streamName, node }: SlabVariant,
    template: string,
    underlying: string,
    path: string,
  ): void {
    const insurance = this.parse(INSURANCE, node, path)?.insurance;
    const risk = this.parse(RISK, node, path)?.risk;
    const matcher = this.parse(MATCHER, node, path)?.matcher;
    if (risk !== undefined) this.risks.push({ spec: risk, node, path });
    if (insurance === undefined || risk === undefined || matcher === undefined) return;
    const { kind, capital, spread, skew, max_trade: trade, max_position: position } = matcher;
    const first = this.prices.get(underlying)?.first;
    const toQ = (exposure: Exposure, key: string) => {
      if ('sizeQ' in exposure) return exposure.sizeQ;
      if (first === undefined) return 1;
      // The quotient first: far above the limit the exact product would leave the 53-bit envelope.
      const tooLarge = exposure.valueAtoms / first > MAX_POSITION_ABS_Q / POS_SCALE;
      const sizeQ = tooLarge ? 0 : mulDivFloor(exposure.valueAtoms, POS_SCALE, first);
      const message = 'is not between one q-unit and the largest position of the engine at the first price';
      if (sizeQ === 0) this.issues.push(issueAt(node, ['matcher', key], path, message));
      return sizeQ;
    };
    const spec: SlabSpec = {
      id,
      template,
      streamName,
      underlying,
      risk,
      insuranceAtoms: insurance,
      fundingRateBps: 0,
      matcher: {
        kind,
        capitalAtoms: capital,
        spreadBps: spread,
        skewBps: skew,
        maxTradeQ: toQ(trade, 'max_trade'),
        maxPositionQ: toQ(position, 'max_position'),
      },
    };
    this.slabs.push({ spec, node, path });
  }

  private refuseName(
    node: Node,
    path: (string | number)[],
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

  /** The templates that an agent's `slabs` names, all of them by default. */
  private readReferences(item: Node, path: string): { ids: string[]; bases: string[] } {
    const refs = childOf(item, 'slabs');
    const names: string[] = [];
    const bases = new Set<string>();
    const all = [...this.templates.values()];
    const wanted =
      refs?.type === 'list' ? refs.items.map((ref) => (ref.type === 'scalar' ? String(ref.value) : '')) : [];
    if (refs?.type !== 'list') {
      return {
        ids: all.flatMap(({ ids }) => ids),
        bases: [...new Set(all.flatMap((template) => template.bases))],
      };
    }
    wanted.forEach((name, index) => {
      const template = this.templates.get(name) ?? all.find(({ ids }) => ids.includes(name));
      if (template === undefined) {
        const known = [...this.templates.keys(), ...all.flatMap(({ ids }) => ids)];
        this.refuseName(item, ['slabs', index], path, 'there is no such slab', [...new Set(known)]);
        return;
      }
      for (const base of template.bases) bases.add(base);
      names.push(...(this.templates.has(name) ? template.ids : [name]));
    });
    const ordered = all.flatMap(({ ids }) => ids).filter((id) => names.includes(id));
    return { ids: ordered, bases: [...bases] };
  }

  private readAgents(key: 'population' | 'attacks', read: (item: Node, index: number) => void): void {
    this.parse(z.object({ [key]: z.array(anything).default([]) }), this.only(key), '');
    this.items(key).forEach(read);
  }

  private readGroup(item: Node, index: number): void {
    const path = `population.${nameOf(item) ?? index}`;
    const { ids, bases } = this.readReferences(item, path);
    const read = withUnits({ bases }, () => this.parse(this.schema.group, item, path));
    if (read === undefined) return;
    const { group, kind, count, start, latency, params } = read;
    const { role } = this.findModule(kind);
    const spec: GroupSpec = {
      group,
      kind,
      role,
      slabs: ids,
      count,
      startSlot: start,
      latencySlots: latency,
      params,
    };
    this.population.push({ spec, node: item, path });
  }

  private readAttack(item: Node, index: number): void {
    const path = `attacks.${nameOf(item) ?? index}`;
    const { ids, bases } = this.readReferences(item, path);
    const read = withUnits({ bases }, () => this.parse(this.schema.attack, item, path));
    if (read === undefined) return;
    const { name, kind, latency, params } = read;
    this.attacks.push({ spec: { name, kind, slabs: ids, latencySlots: latency, params }, node: item, path });
  }

  private findModule(kind: string): AgentModule {
    return this.options.modules[kind]!;
  }

  private readLabels(): LabelledParameter[] {
    const type = z.object({ labels: this.schema.file.shape.labels });
    const section = childOf(this.root, 'labels');
    if (section?.type !== 'map') {
      this.parse(type, this.only('labels'), '');
      return [];
    }
    return [...section.entries].flatMap(([path, entry]) => {
      const alone: MapNode = { ...section, entries: new Map([[path, entry]]) };
      const read = this.parse(type, this.only('labels', alone), '')?.labels[path];
      const steps = splitPath(this.root, path);
      const { node, exists } = locate(this.root, steps);
      if (!exists) this.refuseLabel(path, entry.keyPlace, steps, node);
      if (!exists || read === undefined) return [];
      const value = toPlain(node, this.options.baseDirectory);
      return [{ path, value: typeof value === 'string' ? value : JSON.stringify(value), ...read }];
    });
  }

  private refuseLabel(path: string, place: Place, steps: readonly string[], deepest: Node): void {
    const missing = steps.find((_, at) => !locate(this.root, steps.slice(0, at + 1)).exists) ?? path;
    const known = stepsOf(deepest);
    const nearest = findNearest(missing, known);
    const message = `there is no \`${missing}\` in the file; known there: ${known.join(', ')}`;
    const issue = { ...place, path: `labels.${path}`, message };
    this.issues.push(nearest === undefined ? issue : { ...issue, nearest });
  }
}
