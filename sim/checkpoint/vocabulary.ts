/** What a saved graph may point to by name instead of holding it; the same when it is saved and when it is restored. */
export interface Vocabulary {
  /** Objects that both sides have, by number: those of the scenario. */
  known: readonly object[];
  /** Prototypes of the classes that may occur, by class name. */
  classes: ReadonlyMap<string, object>;
}

/** For plain data. */
export const PLAIN: Vocabulary = { known: [], classes: new Map() };

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A prototype that adds nothing: the object is only its properties. */
export const isPlain = (prototype: object | null) => prototype === null || prototype === Object.prototype;

/** Containers of the language that a graph may hold as they are. */
export const isContainer = (prototype: object | null) =>
  prototype === Array.prototype || prototype === Map.prototype || prototype === Set.prototype;

function listChildren(value: object): unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return [...value];
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? [] : Object.values(value);
}

/** Every object that `root` leads to, once, `root` first, in an order that depends on the graph alone; not beyond `known`. */
export function listObjects(root: object, known: readonly object[] = []): object[] {
  const seen = new Set(known);
  const found: object[] = [];
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    found.push(value);
    // A loop, because a spread of a long table would overflow the stack.
    for (const child of listChildren(value)) pending.push(child);
  }
  return found;
}

const isNative = (prototype: object) =>
  /\[native code\]\s*\}$/.test(Function.prototype.toString.call(prototype.constructor));

/** A class whose objects are all their properties: it extends nothing of the language, which hides its state. */
function isOpenClass(prototype: object): boolean {
  for (let at: object | null = prototype; !isPlain(at); at = Object.getPrototypeOf(at)) {
    if (isNative(at!)) return false;
  }
  return true;
}

/** The class's name, by which it is saved. */
export const nameOf = (prototype: object): string => prototype.constructor.name;

/**
 * The classes of a graph, and the `later` ones, whose objects a run makes as it goes. Throws if two classes have one
 * name.
 */
export function collectClasses(
  objects: readonly object[],
  later: readonly { prototype: object }[],
): ReadonlyMap<string, object> {
  const classes = new Map<string, object>();
  const prototypes = new Set<object>(later.map(({ prototype }) => prototype));
  for (const object of objects) prototypes.add(Object.getPrototypeOf(object) ?? Object.prototype);
  for (const prototype of prototypes) {
    if (isPlain(prototype) || isContainer(prototype) || !isOpenClass(prototype)) continue;
    const name = nameOf(prototype);
    if (classes.has(name))
      throw new Error(`two classes are called ${name}; a checkpoint needs different names`);
    classes.set(name, prototype);
  }
  return classes;
}
