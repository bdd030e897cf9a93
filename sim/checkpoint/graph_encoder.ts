import { saveStream } from '../kernel/streams.ts';
import { ByteWriter } from './bytes.ts';
import { Tag, VIEWS } from './tags.ts';
import { isPlain, nameOf, type Vocabulary } from './vocabulary.ts';

/** State that cannot be saved. The message names the place in the graph. */
export class UnsavableError extends Error {
  constructor(path: readonly (string | number)[], problem: string) {
    const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    super(`state${place} ${problem}`);
    this.name = 'UnsavableError';
  }
}

interface Shape {
  number: number;
  keys: readonly string[];
}

interface ClassInfo {
  name: string;
  transient: readonly string[];
  /** The keys its objects have, the latest set first. */
  shapes: Shape[];
}

/** Whole numbers up to this have a short form. */
const MAX_SHORT = 0xff_ff_ff_ff;

class GraphEncoder {
  private readonly writer = new ByteWriter();
  private readonly vocabulary: Vocabulary;
  private readonly known: ReadonlyMap<object, number>;
  private readonly seen = new Map<object, number>();
  private readonly texts = new Map<string, number>();
  private readonly plain: ClassInfo = { name: '', transient: [], shapes: [] };
  private readonly classes = new Map<object, ClassInfo>();
  private shapeCount = 0;
  /** Where the value that is being written stands. */
  private readonly path: (string | number)[] = [];

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.known = new Map(vocabulary.known.map((object, index) => [object, index]));
  }

  encode(root: unknown): Uint8Array<ArrayBuffer> {
    this.value(root);
    return this.writer.finish();
  }

  private tagged(tag: Tag, count: number): void {
    this.writer.byte(tag);
    this.writer.count(count);
  }

  private child(step: string | number, value: unknown): void {
    this.path.push(step);
    this.value(value);
    this.path.pop();
  }

  private value(value: unknown): void {
    if (value === undefined) this.writer.byte(Tag.Undefined);
    else if (value === null) this.writer.byte(Tag.Null);
    else if (typeof value === 'number') this.number(value);
    else if (typeof value === 'object') this.object(value);
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'boolean') this.writer.byte(value ? Tag.True : Tag.False);
    else if (typeof value === 'function') this.stream(value as () => unknown);
    else if (typeof value === 'bigint') {
      this.writer.byte(Tag.BigInt);
      this.writer.text(String(value));
    } else throw new UnsavableError(this.path, 'is a symbol, which cannot be saved');
  }

  private number(value: number): void {
    const size = Math.abs(value);
    if (Number.isInteger(value) && size <= MAX_SHORT && !Object.is(value, -0)) {
      this.tagged(value < 0 ? Tag.Negative : Tag.Positive, size);
    } else {
      this.writer.byte(Tag.Double);
      this.writer.double(value);
    }
  }

  private text(text: string): void {
    const known = this.texts.get(text);
    if (known !== undefined) {
      this.tagged(Tag.KnownText, known);
      return;
    }
    this.texts.set(text, this.texts.size);
    this.writer.byte(Tag.Text);
    this.writer.text(text);
  }

  /** Writes a reference if the object has been written or is known; otherwise gives it a number. */
  private refer(object: object): boolean {
    const known = this.known.get(object);
    const seen = known === undefined ? this.seen.get(object) : undefined;
    if (known !== undefined) this.tagged(Tag.Known, known);
    else if (seen !== undefined) this.tagged(Tag.Seen, seen);
    else this.seen.set(object, this.seen.size);
    return known !== undefined || seen !== undefined;
  }

  private stream(rng: () => unknown): void {
    const state = saveStream(rng);
    if (state === null) {
      throw new UnsavableError(
        this.path,
        'is a function, and what it remembers cannot be seen. Make it a method of a class; if the constructor ' +
          'makes it and it remembers nothing, name it in the static `transient` of its class',
      );
    }
    if (this.refer(rng)) return;
    this.writer.byte(Tag.Stream);
    this.child('state', state);
  }

  private object(object: object): void {
    if (this.refer(object)) return;
    if (Array.isArray(object)) this.array(object);
    else if (object instanceof Map) this.entries(Tag.Map, object, object.size);
    else if (object instanceof Set) this.entries(Tag.Set, object, object.size);
    else if (ArrayBuffer.isView(object)) this.view(object);
    else if (object instanceof ArrayBuffer) this.buffer(object);
    else this.properties(object);
  }

  private array(array: readonly unknown[]): void {
    this.requirePrototype(array, Array.prototype);
    this.tagged(Tag.Array, array.length);
    for (let at = 0; at < array.length; at += 1) {
      const value = array[at];
      if (value === undefined && !(at in array)) this.writer.byte(Tag.Hole);
      else this.child(at, value);
    }
  }

  private entries(tag: Tag, entries: Iterable<unknown>, size: number): void {
    this.requirePrototype(entries, tag === Tag.Map ? Map.prototype : Set.prototype);
    this.tagged(tag, size);
    let at = 0;
    for (const entry of entries) {
      if (tag === Tag.Map) {
        const [key, value] = entry as [unknown, unknown];
        this.child(at, key);
        this.child(typeof key === 'string' ? key : at, value);
      } else {
        this.child(at, entry);
      }
      at += 1;
    }
  }

  private buffer(buffer: ArrayBuffer): void {
    this.writer.byte(Tag.Buffer);
    this.writer.raw(new Uint8Array(buffer));
  }

  /** Views of one buffer still share it afterwards. */
  private view(view: ArrayBufferView): void {
    const kind = VIEWS.findIndex(({ prototype }) => prototype === Object.getPrototypeOf(view));
    if (kind < 0 || !(view.buffer instanceof ArrayBuffer)) {
      throw new UnsavableError(this.path, 'is a view that cannot be saved, or one of shared memory');
    }
    this.tagged(Tag.View, kind);
    this.writer.count(view.byteOffset);
    this.writer.count((view as Uint8Array).length);
    this.object(view.buffer);
  }

  private requirePrototype(object: object, prototype: object): void {
    if (Object.getPrototypeOf(object) !== prototype) this.refuseClass(Object.getPrototypeOf(object));
  }

  private refuseClass(prototype: object): never {
    throw new UnsavableError(
      this.path,
      `is of the class ${nameOf(prototype)}, which a checkpoint does not know. Make the object in a constructor, ` +
        'or name its class in sim/checkpoint/later_classes.ts; classes of the language other than Array, Map, Set ' +
        'and typed arrays cannot be saved',
    );
  }

  private describeClass(prototype: object | null): ClassInfo {
    if (prototype === null || isPlain(prototype)) return this.plain;
    let info = this.classes.get(prototype);
    if (info === undefined) {
      const name = nameOf(prototype);
      if (this.vocabulary.classes.get(name) !== prototype) this.refuseClass(prototype);
      const { transient = [] } = prototype.constructor as { transient?: readonly string[] };
      info = { name, transient, shapes: [] };
      this.classes.set(prototype, info);
    }
    return info;
  }

  private properties(object: object): void {
    const info = this.describeClass(Object.getPrototypeOf(object));
    const { keys } = this.shape(info, object);
    for (const key of keys) {
      const value = (object as Record<string, unknown>)[key];
      if (!info.transient.includes(key)) this.child(key, value);
      else if (typeof value === 'function') this.writer.byte(Tag.Transient);
      else throw new UnsavableError([...this.path, key], 'is called transient but is no function: save it');
    }
  }

  /** Class and keys are written once for all objects that have them. */
  private shape({ name, shapes }: ClassInfo, object: object): Shape {
    const keys = Object.keys(object);
    const at = shapes.findIndex((shape) => hasKeys(shape, keys));
    let shape = shapes[at];
    if (shape === undefined) {
      if (Reflect.ownKeys(object).length !== keys.length) {
        throw new UnsavableError(this.path, 'has symbols or hidden properties, which cannot be saved');
      }
      shape = { number: this.shapeCount, keys };
      this.shapeCount += 1;
      shapes.unshift(shape);
      this.tagged(Tag.Object, shape.number);
      this.writer.text(name);
      this.writer.count(keys.length);
      for (const key of keys) this.writer.text(key);
    } else {
      this.tagged(Tag.Object, shape.number);
      if (at > 0) {
        shapes[at] = shapes[0]!;
        shapes[0] = shape;
      }
    }
    return shape;
  }
}

function hasKeys(shape: Shape, keys: readonly string[]): boolean {
  const known = shape.keys;
  if (known.length !== keys.length) return false;
  for (let at = 0; at < keys.length; at += 1) if (known[at] !== keys[at]) return false;
  return true;
}

/**
 * Writes everything that `root` leads to: values, plain objects, arrays, maps, sets, typed arrays, random streams and
 * objects of the vocabulary's classes, with shared references and cycles. Throws `UnsavableError`, which names the place,
 * for anything else, so that no state can be forgotten silently.
 */
export const encodeGraph = (root: unknown, vocabulary: Vocabulary): Uint8Array<ArrayBuffer> =>
  new GraphEncoder(vocabulary).encode(root);
