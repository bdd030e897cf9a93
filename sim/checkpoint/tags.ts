/** How each value of a saved graph begins. */
export const Tag = {
  Undefined: 0,
  Null: 1,
  False: 2,
  True: 3,
  Positive: 4,
  Negative: 5,
  Double: 6,
  BigInt: 7,
  Text: 8,
  KnownText: 9,
  /** An object that came before, by its number. */
  Seen: 10,
  /** An object of the vocabulary. */
  Known: 11,
  Object: 12,
  Array: 13,
  Map: 14,
  Set: 15,
  Buffer: 16,
  View: 17,
  Stream: 18,
  /** A function that the constructor makes again. */
  Transient: 19,
  Hole: 20,
} as const;
export type Tag = (typeof Tag)[keyof typeof Tag];

/** Kinds of views into a buffer, in the order they are numbered. */
export const VIEWS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
