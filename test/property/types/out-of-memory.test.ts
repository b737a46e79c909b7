/** Whichever allocation of a write fails, sets, hashes and sorted sets are as they were, and nothing is lost. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Region, utf8 } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { OutOfMemoryError } from '../../../src/memory/out-of-memory.ts';
import {
  HashCursor,
  hashCreate,
  hashDeadline,
  hashFind,
  hashFree,
  hashReadField,
  hashReadValue,
  hashRemove,
  hashSet,
  hashSetDeadline,
} from '../../../src/types/hash.ts';
import { hashValueType } from '../../../src/types/hash-value-type.ts';
import { typeLimits } from '../../../src/types/limits.ts';
import { SetCursor, setAdd, setCreate, setFree, setRemove } from '../../../src/types/set.ts';
import { setValueType } from '../../../src/types/set-value-type.ts';
import { Slice } from '../../../src/types/slice.ts';
import {
  SortedSetCursor,
  sortedSetCount,
  sortedSetCreate,
  sortedSetFind,
  sortedSetFree,
  sortedSetInsert,
  sortedSetRemove,
  sortedSetUpdate,
} from '../../../src/types/sorted-set.ts';
import { sortedSetValueType } from '../../../src/types/sorted-set-value-type.ts';
import { Value } from '../../../src/types/value.ts';

/** Fails at a chosen allocation. While it is armed it promises no room, as a full arena would. */
class FailingAllocator extends Allocator {
  failIn = Number.POSITIVE_INFINITY;

  override allocate(bytes: number): number {
    if (--this.failIn === 0) throw new OutOfMemoryError();
    return super.allocate(bytes);
  }

  override hasRoom(bytes: number): boolean {
    return this.failIn === Number.POSITIVE_INFINITY && super.hasRoom(bytes);
  }
}

const defaults = { ...typeLimits };
afterEach(() => Object.assign(typeLimits, defaults));

const slice = new Slice();
const text = (): string => utf8(slice.region, slice.at, slice.length);

/** Does the write with its first, its second, its third … allocation failing, until it needs no more. */
function tryAll(allocator: FailingAllocator, contents: () => unknown, write: () => void): void {
  for (let failIn = 1; ; failIn++) {
    const before = contents();
    allocator.failIn = failIn;
    try {
      write();
      return;
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
    } finally {
      allocator.failIn = Number.POSITIVE_INFINITY;
    }
    expect(contents()).toEqual(before);
    // A write that asks for room first would be refused for ever.
    if (failIn === 40) {
      write();
      return;
    }
  }
}

const allocatorOf = (): FailingAllocator => new FailingAllocator(new Arena(createArenaBuffer(16 << 20, 1)));
const names = fc.array(
  fc.tuple(fc.boolean(), fc.oneof(fc.nat(60).map(String), fc.string({ maxLength: 5 }), fc.constant('x'.repeat(70)))),
  {
    maxLength: 80,
  },
);

describe('out of memory', () => {
  it('leaves sets as they were', () => {
    fc.assert(
      fc.property(names, fc.nat(12), (steps, limit) => {
        typeLimits.setMaxIntsetEntries = limit;
        typeLimits.setMaxListpackEntries = limit;
        const allocator = allocatorOf();
        const set = Value.of(allocator, 0, 0);
        setCreate(set, Region.of('1'), 0, 1, 1);
        const cursor = new SetCursor();
        const contents = (): string[] => {
          const found: string[] = [];
          cursor.start(set);
          while (cursor.next(slice)) found.push(text());
          return found.sort();
        };
        for (const [adds, name] of steps) {
          const region = Region.of(name);
          if (adds) tryAll(allocator, contents, () => void setAdd(set, region, 0, region.length));
          else setRemove(set, region, 0, region.length);
          expect(allocator.usedBytes).toBe(setValueType.sizeOf(allocator, set.root, set.encoding, 0));
        }
        setFree(allocator, set.root, set.encoding);
        expect(allocator.usedBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves hashes as they were', () => {
    fc.assert(
      fc.property(names, fc.nat(12), (steps, limit) => {
        typeLimits.hashMaxListpackEntries = limit;
        const allocator = allocatorOf();
        const hash = Value.of(allocator, 0, 0);
        hashCreate(hash, 1);
        const cursor = new HashCursor();
        const contents = (): unknown[] => {
          const found: unknown[] = [];
          cursor.start(hash);
          while (cursor.next()) {
            hashReadField(hash, cursor.position, slice);
            const field = text();
            hashReadValue(hash, cursor.position, slice);
            found.push(`${field}=${text()}@${hashDeadline(hash, cursor.position)}`);
          }
          return found.sort();
        };
        for (const [index, [adds, name]] of steps.entries()) {
          const region = Region.of(name);
          const find = (): number => hashFind(hash, region, 0, region.length);
          if (adds) {
            const value = Region.of('v'.repeat((index * 7) % 40));
            const keeps = index % 2 === 0;
            tryAll(
              allocator,
              contents,
              () => void hashSet(hash, region, 0, region.length, value, 0, value.length, keeps),
            );
            tryAll(allocator, contents, () => hashSetDeadline(hash, find(), index % 3));
          } else if (find() !== 0) {
            hashRemove(hash, find());
          }
          expect(allocator.usedBytes).toBe(hashValueType.sizeOf(allocator, hash.root, hash.encoding, 0));
        }
        hashFree(allocator, hash.root, hash.encoding);
        expect(allocator.usedBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves sorted sets as they were', () => {
    fc.assert(
      fc.property(names, fc.nat(12), (steps, limit) => {
        typeLimits.zsetMaxListpackEntries = limit;
        const allocator = allocatorOf();
        const zset = Value.of(allocator, 0, 0);
        sortedSetCreate(zset, 1, 1);
        const cursor = new SortedSetCursor();
        const contents = (): unknown[] => {
          const found: unknown[] = [];
          if (sortedSetCount(zset) === 0) return found;
          cursor.seek(zset, 0);
          do {
            cursor.read(slice);
            found.push(`${text()}=${cursor.score()}`);
          } while (cursor.next());
          return found;
        };
        for (const [index, [adds, name]] of steps.entries()) {
          const region = Region.of(name);
          const find = (): number => sortedSetFind(zset, region, 0, region.length);
          const score = ((index * 13) % 17) + (index % 2) / 3;
          if (!adds) {
            if (find() !== 0) sortedSetRemove(zset, find());
          } else if (find() === 0) {
            tryAll(allocator, contents, () => {
              find();
              sortedSetInsert(zset, region, 0, region.length, score);
            });
          } else {
            tryAll(allocator, contents, () => sortedSetUpdate(zset, find(), score));
          }
          expect(allocator.usedBytes).toBe(sortedSetValueType.sizeOf(allocator, zset.root, zset.encoding, 0));
        }
        sortedSetFree(allocator, zset.root, zset.encoding);
        expect(allocator.usedBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a large sorted set as it was when a split fails', () => {
    const allocator = allocatorOf();
    typeLimits.zsetMaxListpackEntries = 0;
    const zset = Value.of(allocator, 0, 0);
    sortedSetCreate(zset, 1, 1);
    for (let i = 0; i < 6000; i++) {
      const region = Region.of(`m${i}`);
      const insert = (): void => {
        sortedSetFind(zset, region, 0, region.length);
        sortedSetInsert(zset, region, 0, region.length, (i * 7919) % 6007);
      };
      for (let failIn = 1; ; failIn++) {
        allocator.failIn = failIn;
        try {
          insert();
          break;
        } catch (error) {
          if (!(error instanceof OutOfMemoryError)) throw error;
        } finally {
          allocator.failIn = Number.POSITIVE_INFINITY;
        }
      }
    }
    expect(sortedSetCount(zset)).toBe(6000);
    const cursor = new SortedSetCursor();
    cursor.seek(zset, 0);
    let seen = 1;
    for (let last = cursor.score(); cursor.next(); last = cursor.score(), seen++) {
      expect(cursor.score()).toBeGreaterThan(last);
    }
    expect(seen).toBe(6000);
    expect(allocator.usedBytes).toBe(sortedSetValueType.sizeOf(allocator, zset.root, zset.encoding, 0));
  });
});
