import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { latin1, Region } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { OutOfMemoryError } from '../../../src/memory/out-of-memory.ts';
import { SparseArray } from '../../../src/types/array.ts';
import { ArrayCursor } from '../../../src/types/array-cursor.ts';
import { ArrayElement } from '../../../src/types/array-element.ts';
import { ArrayIndex } from '../../../src/types/array-index.ts';
import { arrayValueType } from '../../../src/types/array-value-type.ts';
import { typeLimits } from '../../../src/types/limits.ts';
import { Slice } from '../../../src/types/slice.ts';

const defaults = { ...typeLimits };
afterEach(() => Object.assign(typeLimits, defaults));

const INDEX_MAX = 2n ** 64n - 2n;

const newAllocator = (bytes = 16 << 20): Allocator => new Allocator(new Arena(createArenaBuffer(bytes, 1)));

function newArray(allocator = newAllocator()): SparseArray {
  const array = new SparseArray();
  array.create(allocator);
  return array;
}

function indexOf(value: bigint): ArrayIndex {
  const index = new ArrayIndex();
  index.set(Number(value >> 32n), Number(value & 0xffffffffn));
  return index;
}

function put(array: SparseArray, index: bigint, text: string): boolean {
  const region = Region.allocate(text.length);
  region.u8.set(Buffer.from(text, 'latin1'));
  return array.put(indexOf(index), region, 0, text.length);
}

const element = new ArrayElement();
const slice = new Slice();
function textAt(array: SparseArray, at: number): string {
  element.readText(array.allocator.arena, at, slice);
  return latin1(slice.region, slice.at, slice.length);
}

const get = (array: SparseArray, index: bigint): string | undefined => {
  const at = array.find(indexOf(index));
  return at === 0 ? undefined : textAt(array, at);
};

function scan(array: SparseArray, from: bigint, to: bigint): [bigint, string][] {
  const cursor = new ArrayCursor();
  const found: [bigint, string][] = [];
  cursor.start(array, indexOf(from), indexOf(to));
  while (cursor.next()) found.push([cursor.index.toBigInt(), textAt(array, cursor.at)]);
  return found;
}

type Model = Map<bigint, string>;
const sorted = (model: Model): [bigint, string][] => [...model].sort(([a], [b]) => (a < b ? -1 : 1));

function expectSame(array: SparseArray, model: Model): void {
  expect(array.count).toBe(model.size);
  const all = sorted(model);
  expect(scan(array, 0n, INDEX_MAX)).toEqual(all);
  expect(scan(array, INDEX_MAX, 0n)).toEqual(all.toReversed());
  if (model.size > 0) {
    const last = new ArrayIndex();
    array.loadLast(last);
    expect(last.toBigInt()).toBe(all[all.length - 1][0]);
  }
  const { allocator, root } = array;
  expect(arrayValueType.sizeOf(allocator, root, 0, 0)).toBe(allocator.usedBytes);
}

/** Places close together, at the edges of pages, slices and the whole, and anywhere. */
const anIndex = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(0n, 300n) },
  { weight: 2, arbitrary: fc.bigInt(0n, 20_000n) },
  { weight: 1, arbitrary: fc.constantFrom(63n, 64n, 255n, 256n, 4095n, 4096n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n) },
  { weight: 1, arbitrary: fc.bigInt(INDEX_MAX - 5000n, INDEX_MAX) },
  { weight: 1, arbitrary: fc.bigInt(0n, INDEX_MAX) },
);
const digits = fc.stringMatching(/^-?\d{1,6}\.\d{1,8}$/);
const aText = fc.oneof(
  fc.string({ maxLength: 70, unit: 'binary-ascii' }),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
  fc.integer({ min: -200, max: 200 }).map(String),
  digits,
  fc.constantFrom('', '-', '.', '-.5', '5.', '0.0', '-0.0', '-0.5', '00.5', '0.050', '1.0', '12345678.12345678', '1e5'),
  fc.integer({ min: 60, max: 5000 }).map((length) => 'x'.repeat(length)),
);

type Step =
  | { kind: 'put'; index: bigint; text: string }
  | { kind: 'fill'; index: bigint; texts: string[] }
  | { kind: 'remove'; index: bigint }
  | { kind: 'removeRange'; from: bigint; to: bigint };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), index: anIndex, text: aText }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fill' as const),
      index: anIndex.filter((index) => index < INDEX_MAX - 100n),
      texts: fc.array(aText, { maxLength: 80 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: anIndex }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('removeRange' as const), from: anIndex, to: anIndex }) },
);

function take(array: SparseArray, model: Model, step: Step): void {
  if (step.kind === 'put') {
    const isNew = !model.has(step.index);
    expect(put(array, step.index, step.text)).toBe(isNew);
    model.set(step.index, step.text);
  } else if (step.kind === 'fill') {
    step.texts.forEach((text, i) => {
      put(array, step.index + BigInt(i), text);
      model.set(step.index + BigInt(i), text);
    });
  } else if (step.kind === 'remove') {
    expect(array.remove(indexOf(step.index))).toBe(model.delete(step.index));
  } else {
    const [from, to] = step.from < step.to ? [step.from, step.to] : [step.to, step.from];
    const gone = [...model.keys()].filter((index) => index >= from && index <= to);
    for (const index of gone) model.delete(index);
    expect(array.removeRange(indexOf(from), indexOf(to))).toBe(gone.length);
  }
}

describe('an array', () => {
  it('holds what a plain map holds', () => {
    const limits = fc.record({
      arraySliceSize: fc.constantFrom(256, 4096, 65536),
      arraySparseKmax: fc.constantFrom(0, 1, 10, 100),
      arraySparseKmin: fc.constantFrom(0, 5, 50),
    });
    fc.assert(
      fc.property(limits, fc.array(aStep, { maxLength: 60 }), anIndex, anIndex, (chosen, steps, from, to) => {
        Object.assign(typeLimits, chosen);
        const array = newArray();
        const model: Model = new Map();
        for (const step of steps) take(array, model, step);
        expectSame(array, model);
        for (const index of [from, to]) expect(get(array, index)).toBe(model.get(index));
        const [low, high] = from < to ? [from, to] : [to, from];
        const between = sorted(model).filter(([index]) => index >= low && index <= high);
        expect(scan(array, low, high)).toEqual(between);
        if (low !== high) expect(scan(array, high, low)).toEqual(between.toReversed());
        arrayValueType.free(array.allocator, array.root);
        expect(array.allocator.usedBytes).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('is copied as a whole, to where there is room, or not at all', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 30 }), (steps) => {
        const array = newArray();
        const model: Model = new Map();
        for (const step of steps) take(array, model, step);
        const target = newAllocator();
        const copied = new SparseArray();
        copied.set(target, arrayValueType.copy(array.allocator, array.root, 0, target), 0);
        arrayValueType.free(array.allocator, array.root);
        expectSame(copied, model);
      }),
      { numRuns: 60 },
    );
  });

  it('stays as it was when memory is short', () => {
    fc.assert(
      fc.property(fc.infiniteStream(aStep), fc.integer({ min: 0, max: 400 }), (steps, kept) => {
        const allocator = newAllocator(1 << 20);
        const array = newArray(allocator);
        const model: Model = new Map();
        // What is left is little, and in pieces.
        const hoard: number[] = [];
        try {
          for (;;) hoard.push(allocator.allocate(1000));
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
        }
        for (let i = 0; i < kept && hoard.length > 0; i += 3) allocator.free(hoard.splice(i % hoard.length, 1)[0]);
        const hoarded = hoard.reduce((bytes, block) => bytes + allocator.sizeOf(block), 0);
        let failures = 0;
        for (let i = 0; i < 300 && failures < 20; i++) {
          const step = steps.next().value;
          if (step.kind === 'fill') continue;
          const before = step.kind === 'put' ? model.get(step.index) : undefined;
          try {
            take(array, model, step);
          } catch (error) {
            if (!(error instanceof OutOfMemoryError)) throw error;
            failures++;
            if (step.kind === 'put' && before === undefined) model.delete(step.index);
          }
          expect(arrayValueType.sizeOf(allocator, array.root, 0, 0)).toBe(allocator.usedBytes - hoarded);
        }
        expect(scan(array, 0n, INDEX_MAX)).toEqual(sorted(model));
        const copies = allocator.usedBytes;
        try {
          const copied = arrayValueType.copy(allocator, array.root, 0, allocator);
          arrayValueType.free(allocator, copied);
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
        }
        expect(allocator.usedBytes).toBe(copies);
      }),
      { numRuns: 40 },
    );
  });
});
