/** One record of each shape: V8 forgets a shape, and what it learnt of it, when the collector finds no object of it. */
const kept: object[] = [];

/**
 * Tells V8 at the start that the fields in which `record` holds 0.5 hold doubles, and that those given a second value
 * change. A field that has seen nothing above 31 bits, or only one value, is compiled as such; the first larger number,
 * perhaps in the middle of a run, throws away all code that knew the shape. A literal stands for all literals of the same
 * keys in the same order.
 */
export function keepShape<R extends object>(record: R): void {
  kept.push(record);
}

/** `keepShape` of a record of a class, whose fields begin otherwise. Uses it up: its numbers are nonsense then. */
export function widenFields<R extends object>(record: R, keys: readonly (keyof R)[]): void {
  for (const key of keys) record[key] = 0.5 as R[typeof key];
  keepShape(record);
}
