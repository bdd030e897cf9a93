import { restoreStream, type StreamState } from '../kernel/streams.ts';
import { ByteReader } from './bytes.ts';
import { Tag, VIEWS } from './tags.ts';
import { isObject, type Vocabulary } from './vocabulary.ts';

interface Shape {
  name: string;
  prototype: object;
  keys: string[];
}

type Properties = Record<string, unknown>;

const propertyOf = (object: unknown, key: string | number): unknown =>
  isObject(object) && Object.hasOwn(object, key) ? (object as Properties)[key] : undefined;

class GraphDecoder {
  private readonly reader: ByteReader;
  private readonly vocabulary: Vocabulary;
  private readonly seen: unknown[] = [];
  private readonly texts: string[] = [];
  private readonly shapes: Shape[] = [];
  /** Objects that were there and now hold what was saved. */
  private readonly reused = new Set<object>();

  constructor(bytes: Uint8Array, vocabulary: Vocabulary) {
    this.reader = new ByteReader(bytes);
    this.vocabulary = vocabulary;
  }

  decode(fresh: unknown): unknown {
    const root = this.value(fresh);
    if (!this.reader.isAtEnd) throw new Error('a saved graph is followed by more bytes');
    return root;
  }

  /** The next value; `fresh` is what stands at its place in the graph that was built anew. */
  private value(fresh: unknown): unknown {
    const { reader } = this;
    const tag = reader.byte() as Tag;
    switch (tag) {
      case Tag.Undefined:
        return undefined;
      case Tag.Null:
        return null;
      case Tag.False:
        return false;
      case Tag.True:
        return true;
      case Tag.Positive:
        return reader.count();
      case Tag.Negative:
        return -reader.count();
      case Tag.Double:
        return reader.double();
      case Tag.BigInt:
        return BigInt(reader.text());
      case Tag.Text:
        this.texts.push(reader.text());
        return this.texts.at(-1);
      case Tag.KnownText:
        return this.texts[reader.count()];
      default:
        return this.reference(tag, fresh);
    }
  }

  private reference(tag: Tag, fresh: unknown): unknown {
    switch (tag) {
      case Tag.Seen:
        return this.seen[this.reader.count()];
      case Tag.Known:
        return this.vocabulary.known[this.reader.count()];
      case Tag.Object:
        return this.object(fresh);
      case Tag.Array:
        return this.array(fresh);
      case Tag.Map:
        return this.map(fresh);
      case Tag.Set:
        return this.set();
      case Tag.Buffer:
        return this.remember(this.reader.raw().buffer);
      case Tag.View:
        return this.view();
      case Tag.Stream:
        return this.stream();
      default:
        throw new Error(`a saved graph holds no value with the tag ${tag}`);
    }
  }

  private remember<T>(object: T): T {
    this.seen.push(object);
    return object;
  }

  private array(fresh: unknown): unknown[] {
    const length = this.reader.count();
    const array = this.remember<unknown[]>([]);
    for (let at = 0; at < length; at += 1) {
      if (this.reader.peek() !== Tag.Hole) {
        array.push(this.value(propertyOf(fresh, at)));
      } else {
        this.reader.byte();
        array.length += 1;
      }
    }
    return array;
  }

  private map(fresh: unknown): Map<unknown, unknown> {
    const size = this.reader.count();
    const map = this.remember(new Map<unknown, unknown>());
    for (let at = 0; at < size; at += 1) {
      const key = this.value(undefined);
      map.set(key, this.value(fresh instanceof Map ? fresh.get(key) : undefined));
    }
    return map;
  }

  private set(): Set<unknown> {
    const size = this.reader.count();
    const set = this.remember(new Set<unknown>());
    for (let at = 0; at < size; at += 1) set.add(this.value(undefined));
    return set;
  }

  private view(): ArrayBufferView {
    const View = VIEWS[this.reader.count()]!;
    const offset = this.reader.count();
    const length = this.reader.count();
    // The view had its number before its buffer.
    const number = this.seen.push(null) - 1;
    const view = new View(this.value(undefined) as ArrayBuffer, offset, length);
    this.seen[number] = view;
    return view;
  }

  private stream(): unknown {
    const number = this.seen.push(null) - 1;
    const rng = restoreStream(this.value(undefined) as StreamState);
    this.seen[number] = rng;
    return rng;
  }

  private shape(): Shape {
    const { reader, shapes } = this;
    const number = reader.count();
    let shape = shapes[number];
    if (shape === undefined) {
      const name = reader.text();
      const keys = Array.from({ length: reader.count() }, () => reader.text());
      const prototype = name === '' ? Object.prototype : this.vocabulary.classes.get(name);
      if (prototype === undefined)
        throw new Error(`a saved graph holds a ${name}, and there is no such class`);
      shape = { name, prototype, keys };
      shapes.push(shape);
    }
    return shape;
  }

  /** A plain object is made anew; one of a class takes the place of its namesake where there is one. */
  private object(fresh: unknown): object {
    const { keys, name, prototype } = this.shape();
    const isReused = name !== '' && this.canReuse(fresh, prototype);
    const object = this.remember((isReused ? fresh : Object.create(prototype)) as Properties);
    if (isReused) this.requireKeys(name, object, keys);
    for (const key of keys) {
      const before = propertyOf(fresh, key);
      if (this.reader.peek() !== Tag.Transient) object[key] = this.value(before);
      else if (isReused && typeof before === 'function') this.reader.byte();
      else
        throw new Error(
          `the function ${name}.${key} cannot be made again: its object is not made by a constructor`,
        );
    }
    return object;
  }

  private canReuse(fresh: unknown, prototype: object): boolean {
    if (!isObject(fresh) || Object.getPrototypeOf(fresh) !== prototype || this.reused.has(fresh))
      return false;
    this.reused.add(fresh);
    return true;
  }

  private requireKeys(name: string, object: object, saved: readonly string[]): void {
    for (const key of Object.keys(object)) {
      if (!saved.includes(key)) throw new Error(`a saved ${name} lacks the property ${key}`);
    }
  }
}

/**
 * Reads what `encodeGraph` wrote with the same vocabulary. Where `fresh`, a graph built anew from the same scenario, has
 * an object of the saved class at the same place, that object takes the saved state and keeps its transient functions.
 * Throws an Error if the bytes and the classes do not fit together.
 */
export const decodeGraph = (bytes: Uint8Array, vocabulary: Vocabulary, fresh?: unknown): unknown =>
  new GraphDecoder(bytes, vocabulary).decode(fresh);
