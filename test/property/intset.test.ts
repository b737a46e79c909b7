import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { loadIntset, saveIntset } from '../../src/persistence/serialize-intset.ts';
import { DamagedError, SerialReader, SerialString } from '../../src/persistence/serialize-reader.ts';
import { SerialWriter } from '../../src/persistence/serialize-writer.ts';
import * as intset from '../../src/types/intset.ts';
import { Slice } from '../../src/types/slice.ts';

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

/** The intset in Redis' form. */
function saved(set: number): Slice {
  const writer = new SerialWriter();
  saveIntset(writer, region, set);
  const reader = new SerialReader();
  reader.open(writer.region, 0, writer.at);
  const packed = new SerialString();
  reader.string(packed);
  return packed;
}

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
        if (sorted.length > 0) {
          const again = loadIntset(allocator, saved(set));
          expect(intset.bytes(region, again)).toBeLessThanOrEqual(intset.bytes(region, set));
          sorted.forEach((value, index) => {
            element.read(region, again, index);
            expect(element.bigint()).toBe(value);
            expect(intset.find(region, again, parsed(value))).toBe(index);
          });
          allocator.free(again);
        }
        allocator.free(set);
      }),
      { numRuns: 300 },
    );
    expect(allocator.usedBytes).toBe(0);
  });

  it('comes from any bytes that are one, and from no others', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 8, 3, 0), fc.nat(9), fc.uint8Array({ maxLength: 40 }), (size, count, body) => {
        const bytes = Region.allocate(8 + body.length);
        bytes.u8.set([size, 0, 0, 0, count, 0, 0, 0, ...body]);
        const packed = new Slice();
        packed.set(bytes, 0, bytes.length);
        let set = 0;
        try {
          set = loadIntset(allocator, packed);
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedError);
          expect(allocator.usedBytes).toBe(0);
          return;
        }
        let before = -(2n ** 64n);
        expect(intset.count(region, set)).toBe(count);
        for (let i = 0; i < count; i++) {
          element.read(region, set, i);
          expect(element.bigint()).toBeGreaterThan(before);
          before = element.bigint();
        }
        allocator.free(set);
      }),
      { numRuns: 3000 },
    );
  });
});
