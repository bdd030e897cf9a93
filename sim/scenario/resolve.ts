import { z } from 'zod';
import type { RiskParams } from '../../engine/risk/params.ts';
import type { AgentModule } from '../agents/agent.ts';
import { describePrice, type PriceDescription } from '../prices/process.ts';
import type { LabelledParameter } from '../record/types.ts';
import { readCorrelation } from './correlation.ts';
import { type MapNode, type Node, toPlain } from './document.ts';
import { expandSlab, type SlabVariant } from './expand_slabs.ts';
import type { KnownMetric } from './expect.ts';
import { findNearest, type Place, type ScenarioIssue } from './issues.ts';
import { anything, SectionReader } from './reader.ts';
import { readEvents } from './resolve_events.ts';
import { checkExpectForm, readExpect } from './resolve_expect.ts';
import { resolveMatcher } from './resolve_matcher.ts';
import {
  type AgentModules,
  type AttackSpec,
  buildScenarioSchema,
  type GroupSpec,
  LP_GROUP,
  SCENARIO_SCHEMA,
  type Scenario,
  type ScenarioSchema,
  type SlabSpec,
  slabBodyType,
  slabHeadType,
  titleType,
  type UnderlyingSpec,
} from './schema.ts';
import { SlabNames } from './slab_names.ts';
import { readSweep } from './sweep.ts';
import { childOf, locate, nameOf, splitPath, stepsOf, textAt } from './tree.ts';
import { milliseconds, withUnits } from './units.ts';
import { issueAt, parseNode } from './zod_issues.ts';

/** A part of the scenario beside the text it came from. */
export interface Resolved<T> {
  spec: T;
  node: Node;
  /** Path of `node`, for people. */
  path: string;
}

/** Reach of a price, and of what impact can do to it. */
export interface PriceReach extends PriceDescription {
  impactBps: number;
}

/** What could be read, for the checks that look at several parts at once. */
export interface Draft {
  slots: number;
  /** Reach of the price of each underlying that could be read. */
  prices: ReadonlyMap<string, PriceReach>;
  /** Risk parameters of all slabs, also of those that could not be read completely. */
  risks: readonly Resolved<RiskParams>[];
  slabs: readonly Resolved<SlabSpec>[];
  population: readonly Resolved<GroupSpec>[];
  attacks: readonly Resolved<AttackSpec>[];
}

export interface ResolveOptions {
  name: string;
  modules: AgentModules;
  metrics: readonly KnownMetric[] | undefined;
  baseDirectory: string;
  readData(file: string): string;
}

type Sections = ScenarioSchema['file']['shape'];

const openBody = Object.fromEntries(Object.keys(slabBodyType.shape).map((key) => [key, anything]));
const HEAD = z.strictObject({ ...slabHeadType.shape, ...openBody });
// Each part by itself, so that the engine can judge the risk parameters of a slab with a broken matcher.
const FLOWS = slabBodyType.pick({ insurance: true, funding_rate: true });
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
  readonly risks: Resolved<RiskParams>[] = [];
  readonly slabs: Resolved<SlabSpec>[] = [];
  readonly population: Resolved<GroupSpec>[] = [];
  readonly attacks: Resolved<AttackSpec>[] = [];
  readonly prices = new Map<string, PriceReach>();
  private readonly underlyings: Record<string, UnderlyingSpec> = {};
  private readonly slabNames = new SlabNames();
  private readonly schema: ScenarioSchema;
  private readonly reader: SectionReader;
  private readonly options: ResolveOptions;
  private readonly slotMs: number;
  private slots = 0;

  constructor(root: MapNode, options: ResolveOptions) {
    this.reader = new SectionReader(root, options.baseDirectory);
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
      const events = this.readEvents();
      return {
        schema: SCENARIO_SCHEMA,
        name: options.name,
        title: title?.title ?? '',
        question: title?.question ?? '',
        notes: title?.notes ?? '',
        slotMs,
        slots: this.slots,
        underlyings: this.underlyings,
        correlation: this.readCorrelation(),
        slabs: this.slabs.map(({ spec }) => spec),
        population: this.population.map(({ spec }) => spec),
        attacks: this.attacks.map(({ spec }) => spec),
        events,
        expect: this.readExpect(),
        check: this.readSection('check') ?? { seeds: 1 },
        sweep: readSweep(this.reader),
        measure: {
          sampleEverySlots: measure?.sample_every ?? 1,
          crankedEverySlots: measure?.cranked_every ?? 1,
          ...(measure?.stylised_facts && { stylisedFacts: true }),
        },
        fit: this.readSection('fit') ?? [],
        labels: this.readLabels(),
        dataFiles: [],
      };
    });
  }

  get issues(): readonly ScenarioIssue[] {
    return this.reader.issues;
  }

  get draft(): Draft {
    const { slots, prices, risks, slabs, population, attacks } = this;
    return { slots, prices, risks, slabs, population, attacks };
  }

  private readTitle() {
    const others = Object.keys(this.schema.file.shape).filter((key) => !(key in titleType.shape));
    const sections = Object.fromEntries(others.map((key) => [key, anything]));
    const whole = z.strictObject({ ...titleType.shape, ...sections });
    return this.reader.parse(whole, this.reader.root, '') as z.output<typeof titleType> | undefined;
  }

  private readSection<Key extends 'time' | 'check' | 'measure' | 'fit'>(
    key: Key,
  ): z.output<Sections[Key]> | undefined {
    const read = this.reader.parse(
      z.object({ [key]: this.schema.file.shape[key] }),
      this.reader.only(key),
      '',
    );
    return read?.[key] as z.output<Sections[Key]> | undefined;
  }

  private readUnderlyings(): void {
    const type = z.object({ underlyings: this.schema.file.shape.underlyings });
    const node = childOf(this.reader.root, 'underlyings');
    if (node?.type !== 'map') {
      this.reader.parse(type, this.reader.only('underlyings'), '');
      return;
    }
    for (const [symbol, entry] of node.entries) {
      const alone: MapNode = { ...node, entries: new Map([[symbol, entry]]) };
      const read = this.reader.parse(type, this.reader.only('underlyings', alone), '')?.underlyings[symbol];
      if (read === undefined) continue;
      const { price, impact } = read;
      this.underlyings[symbol] = impact === undefined ? { price } : { price, impact };
      const impactBps = impact?.maxBps ?? 0;
      this.prices.set(symbol, { ...describePrice(price, this.slots, this.slotMs), impactBps });
      const last = read.price.kind === 'csv' ? read.price.points.at(-1)?.ms : undefined;
      const end = (this.slots - 1) * this.slotMs;
      if (last !== undefined && last < end) {
        const message = `the table ends ${last} ms after its first row, the run ${end} ms after its first slot`;
        this.reader.issues.push(issueAt(entry.node, ['price', 'file'], `underlyings.${symbol}`, message));
      }
    }
  }

  private readSlabs(): void {
    const list = z.object({ slabs: z.array(anything, { error: 'needs a list of slabs' }).min(1) });
    this.reader.parse(list, this.reader.only('slabs'), '');
    this.reader.items('slabs').forEach((item, index) => {
      const path = `slabs.${nameOf(item) ?? index}`;
      if (item.type !== 'map') {
        this.reader.parse(HEAD, item, path);
        return;
      }
      const head = this.readSlabHead(item, path);
      if (head === undefined) {
        withUnits({ bases: [] }, () => {
          for (const part of [FLOWS, RISK, MATCHER]) this.reader.parse<unknown>(part, item, path);
        });
        return;
      }
      const underlyings = childOf(this.reader.root, 'underlyings');
      const known = underlyings === undefined ? [] : stepsOf(underlyings);
      const exists = known.includes(head.underlying);
      if (!exists) this.reader.refuseName(item, ['underlying'], path, 'there is no such underlying', known);
      const repeated = this.slabNames.has(head.id);
      if (repeated) this.reader.issues.push(issueAt(item, ['id'], path, 'is the id of another slab'));
      const { variants, issues } = expandSlab(item, head.id, head.count);
      this.reader.issues.push(...issues.map((issue) => ({ ...issue, path: `${path}.${issue.path}` })));
      // Nothing is said about the unit of sizes where the underlying itself is in doubt.
      const bases = exists ? [head.underlying] : [];
      this.slabNames.add(head.id, { bases, ids: variants.map(({ id }) => id) });
      withUnits({ bases }, () => {
        for (const variant of variants) this.readSlab(variant, head.id, head.underlying, path);
      });
    });
  }

  /** A slab with an unknown key is still read, so that its other mistakes are found as well. */
  private readSlabHead(item: MapNode, path: string): z.output<typeof slabHeadType> | undefined {
    const strict = this.reader.parse(HEAD, item, path) as z.output<typeof slabHeadType> | undefined;
    return strict ?? parseNode(slabHeadType, item, path, this.reader.baseDirectory).value;
  }

  private readSlab(
    { id, streamName, node }: SlabVariant,
    template: string,
    underlying: string,
    path: string,
  ): void {
    const flows = this.reader.parse(FLOWS, node, path);
    const risk = this.reader.parse(RISK, node, path)?.risk;
    const matcher = this.reader.parse(MATCHER, node, path)?.matcher;
    if (risk !== undefined) this.risks.push({ spec: risk, node, path });
    if (flows === undefined || risk === undefined || matcher === undefined) return;
    const spec: SlabSpec = {
      id,
      template,
      streamName,
      underlying,
      risk,
      insuranceAtoms: flows.insurance,
      fundingRateBps: flows.funding_rate,
      matcher: resolveMatcher(this.reader, matcher, this.prices.get(underlying)?.first, node, path),
    };
    this.slabs.push({ spec, node, path });
  }

  /** Symbol → first price, undefined where it could not be read. */
  private listFirstPrices(): Map<string, number | undefined> {
    const node = childOf(this.reader.root, 'underlyings');
    const symbols = node?.type === 'map' ? stepsOf(node) : [];
    return new Map(symbols.map((symbol) => [symbol, this.prices.get(symbol)?.first]));
  }

  private readCorrelation() {
    const isWalk = ([, { price }]: [string, UnderlyingSpec]) => 'volatility' in price;
    const read = Object.entries(this.underlyings);
    // What could not be read is taken for a walk: its own issue is enough.
    const symbols = [...this.listFirstPrices().keys()];
    const still = read.filter((entry) => !isWalk(entry)).map(([symbol]) => symbol);
    return readCorrelation(
      this.reader,
      symbols,
      symbols.filter((symbol) => !still.includes(symbol)),
    );
  }

  private readExpect() {
    const { metrics } = this.options;
    if (metrics === undefined) {
      checkExpectForm(this.reader);
      return [];
    }
    const groups = [
      LP_GROUP,
      ...this.population.map(({ spec }) => spec.group),
      ...this.attacks.map(({ spec }) => spec.name),
    ];
    return readExpect(this.reader, { metrics, slabNames: this.slabNames, groups });
  }

  private readEvents() {
    return readEvents(this.reader, {
      slots: this.slots,
      underlyings: this.listFirstPrices(),
      slabNames: this.slabNames,
      slabs: this.slabs.map(({ spec }) => spec),
      population: this.population.map(({ spec }) => spec),
    });
  }

  private readAgents(key: 'population' | 'attacks', read: (item: Node, index: number) => void): void {
    this.reader.readList(key).forEach(read);
  }

  private readGroup(item: Node, index: number): void {
    const path = `population.${nameOf(item) ?? index}`;
    const { ids, bases } = this.slabNames.read(this.reader, item, path);
    const read = withUnits({ bases }, () => this.reader.parse(this.schema.group, item, path));
    if (read === undefined) return;
    const { group, kind, count, start, latency, designated_lp: isDesignated, params } = read;
    const { role } = this.findModule(kind);
    const spec: GroupSpec = {
      group,
      kind,
      role,
      slabs: ids,
      count,
      startSlot: start,
      latencySlots: latency,
      ...(isDesignated ? { designatedLp: true } : {}),
      params,
    };
    this.population.push({ spec, node: item, path });
  }

  private readAttack(item: Node, index: number): void {
    const path = `attacks.${nameOf(item) ?? index}`;
    const { ids, bases } = this.slabNames.read(this.reader, item, path);
    const read = withUnits({ bases }, () => this.reader.parse(this.schema.attack, item, path));
    if (read === undefined) return;
    const { name, kind, latency, params } = read;
    this.attacks.push({ spec: { name, kind, slabs: ids, latencySlots: latency, params }, node: item, path });
  }

  private findModule(kind: string): AgentModule {
    return this.options.modules[kind]!;
  }

  private readLabels(): LabelledParameter[] {
    const type = z.object({ labels: this.schema.file.shape.labels });
    const section = childOf(this.reader.root, 'labels');
    if (section?.type !== 'map') {
      this.reader.parse(type, this.reader.only('labels'), '');
      return [];
    }
    return [...section.entries].flatMap(([path, entry]) => {
      const alone: MapNode = { ...section, entries: new Map([[path, entry]]) };
      const read = this.reader.parse(type, this.reader.only('labels', alone), '')?.labels[path];
      const steps = splitPath(this.reader.root, path);
      const { node, exists } = locate(this.reader.root, steps);
      if (!exists) this.refuseLabel(path, entry.keyPlace, steps, node);
      if (!exists || read === undefined) return [];
      const value = toPlain(node, this.reader.baseDirectory);
      return [{ path, value: typeof value === 'string' ? value : JSON.stringify(value), ...read }];
    });
  }

  private refuseLabel(path: string, place: Place, steps: readonly string[], deepest: Node): void {
    const missing = steps.find((_, at) => !locate(this.reader.root, steps.slice(0, at + 1)).exists) ?? path;
    const known = stepsOf(deepest);
    const nearest = findNearest(missing, known);
    const message = `there is no \`${missing}\` in the file; known there: ${known.join(', ')}`;
    const issue = { ...place, path: `labels.${path}`, message };
    this.reader.issues.push(nearest === undefined ? issue : { ...issue, nearest });
  }
}
