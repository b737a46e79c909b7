import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Region, utf8 } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { typeLimits } from '../../../src/types/limits.ts';
import { Slice } from '../../../src/types/slice.ts';
import {
  SortedSetCursor,
  sortedSetCount,
  sortedSetCreate,
  sortedSetFind,
  sortedSetFree,
  sortedSetInsert,
  sortedSetPack,
  sortedSetRank,
  sortedSetRankOfMember,
  sortedSetRankOfScore,
  sortedSetRemove,
  sortedSetRemoveRange,
  sortedSetScan,
  sortedSetScore,
  sortedSetUpdate,
} from '../../../src/types/sorted-set.ts';
import { sortedSetValueType } from '../../../src/types/sorted-set-value-type.ts';
import { Value } from '../../../src/types/value.ts';

const defaults = { ...typeLimits };
afterEach(() => Object.assign(typeLimits, defaults));

type Pair = [member: string, score: number];
const text = (slice: Slice): string => utf8(slice.region, slice.at, slice.length);
const inOrder = (model: Map<string, number>): Pair[] =>
  [...model].sort((a, b) => a[1] - b[1] || Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0])));

function newSortedSet(): Value {
  const zset = new Value();
  zset.allocator = new Allocator(new Arena(createArenaBuffer(32 << 20, 1)));
  sortedSetCreate(zset, 1, 1);
  return zset;
}

function find(zset: Value, member: string): number {
  const region = Region.of(member);
  return sortedSetFind(zset, region, 0, region.length);
}

function put(zset: Value, member: string, score: number): void {
  const region = Region.of(member);
  const position = sortedSetFind(zset, region, 0, region.length);
  if (position === 0) sortedSetInsert(zset, region, 0, region.length, score);
  else sortedSetUpdate(zset, position, score);
}

function pairs(zset: Value): Pair[] {
  const cursor = new SortedSetCursor();
  const member = new Slice();
  const found: Pair[] = [];
  if (sortedSetCount(zset) === 0) return found;
  cursor.seek(zset, 0);
  do {
    cursor.read(member);
    found.push([text(member), cursor.score()]);
  } while (cursor.next());
  return found;
}

function backwards(zset: Value): Pair[] {
  const cursor = new SortedSetCursor();
  const member = new Slice();
  const found: Pair[] = [];
  if (sortedSetCount(zset) === 0) return found;
  cursor.seek(zset, sortedSetCount(zset) - 1);
  do {
    cursor.read(member);
    found.push([text(member), cursor.score()]);
  } while (cursor.previous());
  return found;
}

const score = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true }).map((value) => value + 0),
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1, 1e300, 2 ** 53, 2 ** 60, -(2 ** 62), 5e-324),
);
const member = fc.oneof(fc.nat(40).map(String), fc.string({ maxLength: 6 }), fc.constant('m'.repeat(80)));

describe('sorted set', () => {
  it('keeps members in order, whatever its form', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(9), member, score), { maxLength: 250 }),
        fc.nat(60),
        (steps, listpackEntries) => {
          typeLimits.zsetMaxListpackEntries = listpackEntries;
          const zset = newSortedSet();
          const model = new Map<string, number>();
          for (const [kind, name, value] of steps) {
            if (kind < 6) {
              put(zset, name, value);
              model.set(name, value);
            } else if (kind < 9) {
              const position = find(zset, name);
              expect(position !== 0).toBe(model.delete(name));
              if (position !== 0) sortedSetRemove(zset, position);
            } else if (model.size > 3) {
              const from = Math.floor(model.size / 3);
              for (const [gone] of inOrder(model).slice(from, from + 2)) model.delete(gone);
              sortedSetRemoveRange(zset, from, 2);
            }
          }
          const sorted = inOrder(model);
          expect(pairs(zset)).toEqual(sorted.map(([name, value]) => [name, value === 0 ? expect.closeTo(0) : value]));
          expect(backwards(zset).reverse()).toEqual(pairs(zset));
          for (const [rank, [name, value]] of sorted.entries()) {
            const position = find(zset, name);
            expect(sortedSetRank(zset, position)).toBe(rank);
            expect(sortedSetScore(zset, position) === value).toBe(true);
            expect(sortedSetRankOfScore(zset, value, false)).toBe(sorted.filter((other) => other[1] < value).length);
            expect(sortedSetRankOfScore(zset, value, true)).toBe(sorted.filter((other) => other[1] <= value).length);
          }
          const scanned = new Map<string, number>();
          let from = 0;
          do from = sortedSetScan(zset, from, 3, (slice, value) => void scanned.set(text(slice), value));
          while (from !== 0);
          expect(scanned.size).toBe(model.size);
          const { allocator } = zset;
          const copied = sortedSetValueType.copy(allocator, zset.root, zset.encoding, allocator);
          expect(pairs(Value.of(allocator, copied, zset.encoding))).toEqual(pairs(zset));
          sortedSetFree(allocator, copied, zset.encoding);
          typeLimits.zsetMaxListpackEntries = 500;
          const before = pairs(zset);
          sortedSetPack(zset, 0);
          expect(sortedSetValueType.encodingName(allocator, zset.root, zset.encoding)).toBe('listpack');
          expect(pairs(zset)).toEqual(before);
          sortedSetFree(allocator, zset.root, zset.encoding);
          expect(allocator.usedBytes).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds members by name where all scores are the same', () => {
    for (const entries of [0, 500]) {
      typeLimits.zsetMaxListpackEntries = entries;
      const zset = newSortedSet();
      for (let i = 0; i < 300; i++) put(zset, `m${i}`, 7);
      const names = pairs(zset).map(([name]) => name);
      for (const name of ['', 'm', 'm1', 'm150x', 'm299', 'z']) {
        const region = Region.of(name);
        const below = names.filter((other) => other < name).length;
        expect(sortedSetRankOfMember(zset, region, 0, region.length, false)).toBe(below);
        expect(sortedSetRankOfMember(zset, region, 0, region.length, true)).toBe(
          below + (names.includes(name) ? 1 : 0),
        );
      }
    }
  });
});
