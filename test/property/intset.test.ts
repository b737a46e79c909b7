import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import * as intset from '../../src/types/intset.ts';

const number = fc.oneof(
  fc.bigInt({ min: -50n, max: 50n }),
  fc.bigInt({ min: -40_000n, max: 40_000n }),
  fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

const allocator = new Allocator(new Arena(createArenaBuffer(4 << 20, 1)));
const region = allocator.arena.region;
const element = new intset.IntsetElement();

const parsed = (value: bigint): intset.IntsetElement => {
  const text = String(value);
  element.parse(Region.of(text), 0, text.length);
  return element;
};

describe('an intset', () => {
  it('is a sorted list of different numbers, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), number), { maxLength: 120 }), (steps) => {
        const model = new Set<bigint>();
        let set = intset.create(allocator);
        for (const [adds, value] of steps) {
          const present = model.has(value);
          expect(intset.find(region, set, parsed(value)) >= 0).toBe(present);
          const changed = adds ? intset.add(allocator, set, element) : intset.remove(allocator, set, element);
          expect(changed !== 0).toBe(present !== adds);
          set = changed || set;
          if (adds) model.add(value);
          else model.delete(value);
        }
        const sorted = [...model].sort((a, b) => (a < b ? -1 : 1));
        const read = sorted.map((_, index) => {
          element.read(region, set, index);
          return element.bigint();
        });
        expect(intset.count(region, set)).toBe(sorted.length);
        expect(read).toEqual(sorted);
        expect(intset.validate(region, set, intset.bytes(region, set))).toBe(sorted.length > 0);
        allocator.free(set);
      }),
      { numRuns: 300 },
    );
    expect(allocator.usedBytes).toBe(0);
  });

  it('is checked without reading outside of it', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 8, 3, 0), fc.nat(9), fc.uint8Array({ maxLength: 40 }), (size, count, body) => {
        const bytes = Region.allocate(8 + body.length);
        bytes.u8.set([size, 0, 0, 0, count, 0, 0, 0, ...body]);
        if (!intset.validate(bytes, 0, bytes.length)) return;
        let before = -(2n ** 64n);
        for (let i = 0; i < intset.count(bytes, 0); i++) {
          element.read(bytes, 0, i);
          expect(element.bigint()).toBeGreaterThan(before);
          before = element.bigint();
        }
      }),
      { numRuns: 3000 },
    );
  });
});
