import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeGraph } from '../../../sim/checkpoint/graph_decoder.ts';
import { encodeGraph } from '../../../sim/checkpoint/graph_encoder.ts';
import { collectClasses, listObjects, PLAIN, type Vocabulary } from '../../../sim/checkpoint/vocabulary.ts';
import { createStream } from '../../../sim/kernel/streams.ts';
import { readSources } from '../../tidy/sources.ts';

const copy = <T>(value: T, vocabulary: Vocabulary = PLAIN, fresh?: unknown) =>
  decodeGraph(encodeGraph(value, vocabulary), vocabulary, fresh) as T;

const vocabularyOf = (root: object, known: object[] = []): Vocabulary => ({
  known,
  classes: collectClasses(listObjects(root, known), []),
});

class Counter {
  static readonly transient: readonly string[] = ['step'];
  private count = 0;
  readonly step = () => {
    this.count += 1;
    return this.count;
  };
}
class Pair<T> {
  left: T;
  right: T;
  constructor(left: T, right: T) {
    this.left = left;
    this.right = right;
  }
}

describe('a graph comes back', () => {
  const leaf = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt(),
    fc.string(),
    fc.boolean(),
    fc.constantFrom(
      null,
      undefined,
      -0,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      2 ** 32,
      2 ** 32 - 1,
      -(2 ** 31),
    ),
    fc.float64Array({ maxLength: 4 }),
    fc.uint8Array({ maxLength: 4 }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      fc.array(fc.tuple(leaf, tie('tree')), { maxLength: 4 }).map((entries) => new Map(entries)),
      fc.array(tie('tree'), { maxLength: 4 }).map((entries) => new Set(entries)),
    ),
  }));

  it('whatever it holds', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(copy(value)).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('with shared objects, cycles and holes', () => {
    const shared = { n: 1 };
    const cycle: { self?: unknown; list: unknown[] } = {
      list: [shared, shared, new Map([[shared, shared]])],
    };
    cycle.self = cycle;
    cycle.list.length = 5;
    const back = copy(cycle);
    expect(back.self).toBe(back);
    expect(back.list[1]).toBe(back.list[0]);
    expect([...(back.list[2] as Map<unknown, unknown>)][0]).toEqual([back.list[0], back.list[0]]);
    expect([back.list.length, 3 in back.list]).toEqual([5, false]);
  });

  it('with views that share a buffer', () => {
    const whole = new Float64Array(8);
    const back = copy({ whole, part: whole.subarray(2, 4) });
    back.whole[3] = 7;
    expect([...back.part]).toEqual([0, 7]);
  });

  it('with streams that go on, and stay one where they were one', () => {
    const rng = createStream('seed', 'name');
    rng();
    const back = copy({ seat: rng, agent: rng });
    expect(back.agent).toBe(back.seat);
    expect([back.seat(), back.agent()]).toEqual([rng(), rng()]);
  });

  it('pointing to the objects that both sides know', () => {
    const scenario = { groups: [{ params: { capital: 5 } }] };
    const other = structuredClone(scenario);
    const root = { params: scenario.groups[0]!.params };
    const bytes = encodeGraph(root, { known: listObjects(scenario), classes: new Map() });
    const back = decodeGraph(bytes, { known: listObjects(other), classes: new Map() });
    expect((back as typeof root).params).toBe(other.groups[0]!.params);
  });

  it('with its classes, in the objects that were built anew and keep their transient functions', () => {
    const make = () => new Pair(new Counter(), new Counter());
    const [saved, fresh] = [make(), make()];
    saved.left.step();
    const [left, step] = [fresh.left, fresh.left.step];
    const back = copy(saved, vocabularyOf(saved), fresh);
    expect(back).toBe(fresh);
    expect(back.left).toBe(left);
    expect(back.left.step).toBe(step);
    expect([back.left.step(), back.right.step()]).toEqual([2, 1]);
  });

  it('with objects of a class that nobody built', () => {
    const saved = new Pair<unknown>([new Pair(1, 2)], null);
    const back = copy(saved, vocabularyOf(saved), new Pair<unknown>(null, null));
    expect(back).toStrictEqual(saved);
  });
});

describe('what cannot be saved is refused, with its place', () => {
  class Hidden {
    constructor() {
      Object.defineProperty(this, 'secret', { value: 1, enumerable: false });
    }
  }
  class Renamed {
    static readonly transient = ['value'];
    value = 1;
  }
  it.each([
    ['.agent.draw', { agent: { draw: () => 1 } }, 'is a function'],
    ['.seats[1].since', { seats: [0, { since: new Date(0) }] }, 'is of the class Date'],
    ['.at', { at: Symbol('x') }, 'is a symbol'],
    ['', new (class extends Map {})(), 'is of the class'],
    ['.promise', { promise: Promise.resolve() }, 'is of the class Promise'],
    ['.shared', { shared: new Float64Array(new SharedArrayBuffer(8)) }, 'shared memory'],
    ['', new Hidden(), 'hidden properties'],
    ['.value', new Renamed(), 'is no function'],
    ['.key', new Map([['key', () => 1]]), 'is a function'],
  ])('%s', (place, root, problem) => {
    expect(() => copy(root, vocabularyOf(root))).toThrow(`state${place} `);
    expect(() => copy(root, vocabularyOf(root))).toThrow(problem);
  });

  it('an object of a class that the vocabulary does not have', () => {
    expect(() => copy({ later: [new Pair(1, 2)] })).toThrow(
      'state.later[0] is of the class Pair, which a checkpoint does not know',
    );
  });

  it('two classes of one name', () => {
    const twins = [new (class Twin {})(), new (class Twin {})()];
    expect(() => vocabularyOf(twins)).toThrow('two classes are called Twin');
  });
});

describe('what does not fit cannot be restored', () => {
  it('a transient function whose object nobody built', () => {
    const saved = { late: new Counter() };
    expect(() => copy(saved, vocabularyOf(saved), { late: null })).toThrow(
      'Counter.step cannot be made again',
    );
  });

  it('a class that has a property more', () => {
    const bytes = encodeGraph(new Pair(1, 2), vocabularyOf(new Pair(1, 2)));
    const fresh = Object.assign(new Pair(1, 2), { middle: 3 });
    expect(() => decodeGraph(bytes, vocabularyOf(fresh), fresh)).toThrow(
      'a saved Pair lacks the property middle',
    );
  });

  it('bytes that are cut off, or go on', () => {
    const bytes = encodeGraph({ list: [1, 'two', 3.5] }, PLAIN);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => decodeGraph(bytes.subarray(0, length), PLAIN)).toThrow();
    }
    expect(() => decodeGraph(Uint8Array.of(...bytes, 0), PLAIN)).toThrow('followed by more bytes');
  });
});

it('no class of the engine or the simulator has #private fields, which nobody could save', () => {
  const hidden = readSources('engine', 'sim').filter(({ code }) => /[^\w"]#[A-Za-z_]/.test(code));
  expect(hidden.map(({ path }) => path)).toEqual([]);
  expect('class A{#count=0}').toMatch(/[^\w"]#[A-Za-z_]/);
});
