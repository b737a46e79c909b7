import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region, utf8 } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { DamagedError, SerialReader, SerialString } from '../../../src/persistence/serialize-reader.ts';
import { loadPackedSortedSet, savePackedSortedSet } from '../../../src/persistence/serialize-sorted-set.ts';
import { SerialWriter } from '../../../src/persistence/serialize-writer.ts';
import * as listpack from '../../../src/types/listpack.ts';
import { Slice } from '../../../src/types/slice.ts';
import * as packed from '../../../src/types/sorted-set-packed.ts';
import { insertEntry, removeEntries, updateEntry } from '../../../src/types/sorted-set-packed-change.ts';
import { PackedCursor } from '../../../src/types/sorted-set-packed-cursor.ts';
import {
  findMember,
  rankOf,
  rankOfMember,
  rankOfScore,
  seekRank,
} from '../../../src/types/sorted-set-packed-search.ts';

type Entry = [member: string, score: number];

const allocator = new Allocator(new Arena(createArenaBuffer(16 << 20, 1)));
const region = allocator.arena.region;
const slice = new Slice();
const text = (): string => utf8(slice.region, slice.at, slice.length);

const member = fc.oneof(
  { weight: 4, arbitrary: fc.nat(30).map(String) },
  { weight: 2, arbitrary: fc.string({ maxLength: 5 }) },
  { weight: 2, arbitrary: fc.nat(300).map((i) => `user:${i}`) },
  { weight: 1, arbitrary: fc.constantFrom(0, 63, 64, 65, 254, 255, 256, 5000).map((length) => 'm'.repeat(length)) },
);
/** Scores of every width, from the narrowest to doubles, with those at which the width changes. */
const score = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 7, max: 55 }), fc.integer({ min: -2, max: 1 }), fc.boolean())
      .map(([bits, more, negative]) => (negative ? -(2 ** bits) - more : 2 ** bits + more)),
  },
  { weight: 1, arbitrary: fc.double({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0.1, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 1e300) },
);
/** Bytes of a score, told another way. */
function widthOf(value: number): number {
  if (!Number.isSafeInteger(value)) return 8;
  for (let bytes = 1; ; bytes++) if (value >= -(2 ** (bytes * 8 - 1)) && value < 2 ** (bytes * 8 - 1)) return bytes;
}

/** What to do, with scores up to a width and members that begin alike: by chance alone most would be doubles and share nothing. */
const steps = fc
  .record({
    all: fc.array(fc.tuple(fc.nat(9), member, score), { maxLength: 120 }),
    widest: fc.integer({ min: 1, max: 8 }),
    prefix: fc.constantFrom('', '', 'é', 'member:', 'p'.repeat(254), 'p'.repeat(257)),
    strays: fc.boolean(),
  })
  .map(({ all, widest, prefix, strays }) =>
    all.map(([kind, name, value], i) => {
      const begins = strays && i % 50 === 49 ? prefix.slice(0, prefix.length >> 1) : prefix;
      return [kind, begins + name, widthOf(value) <= widest ? value : 1] as const;
    }),
  );

const compareEntries = (a: Entry, b: Entry): number =>
  a[1] === b[1] ? Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0])) : a[1] - b[1];

function contentOf(root: number): Entry[] {
  const cursor = new PackedCursor();
  return Array.from({ length: packed.count(region, root) }, (_, rank) => {
    if (rank === 0) cursor.seek(region, root, 0);
    else expect(cursor.next()).toBe(true);
    cursor.read(slice);
    return [text(), cursor.score()];
  });
}

/** The sorted set in Redis' form. */
function saved(root: number): Slice {
  const writer = new SerialWriter();
  savePackedSortedSet(writer, region, root);
  const reader = new SerialReader();
  reader.open(writer.region, 0, writer.at);
  const bytes = new SerialString();
  reader.string(bytes);
  return bytes;
}

/** Bytes that all begin with, of 255 at most. */
function sharedBy(names: readonly string[]): number {
  const all = names.map((name) => Buffer.from(name));
  let shared = 0;
  while (shared < 255 && all.every((name) => shared < name.length && name[shared] === all[0][shared])) shared++;
  return shared;
}

function bytesOf(names: readonly string[], width: number, shared: number): number {
  return 9 + shared + names.reduce((sum, name) => sum + packed.entryBytes(width, Buffer.byteLength(name) - shared), 0);
}

/** Checks everything that can be asked of it. @param shared bytes that all members have begun with */
function check(root: number, sorted: readonly Entry[], width: number, shared: number): void {
  expect(contentOf(root)).toEqual(sorted);
  expect(packed.scoreWidth(region, root)).toBe(width);
  expect(packed.bytes(region, root)).toBe(
    bytesOf(
      sorted.map(([name]) => name),
      width,
      shared,
    ),
  );
  expect(seekRank(region, root, sorted.length)).toBe(packed.end(region, root));
  for (const [rank, [name, value]] of sorted.entries()) {
    const position = findMember(region, root, Region.of(name), 0, Buffer.byteLength(name));
    expect(rankOf(region, root, position)).toBe(rank);
    expect(seekRank(region, root, rank)).toBe(position);
    expect(packed.scoreAt(region, position, width)).toBe(value);
    expect(rankOfScore(region, root, value, false)).toBe(sorted.filter((other) => other[1] < value).length);
    expect(rankOfScore(region, root, value, true)).toBe(sorted.filter((other) => other[1] <= value).length);
  }
}

describe('a packed sorted set', () => {
  it('is a sorted array of scores and members, whatever is done to it', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const model = new Map<string, number>();
        let width = 1;
        let shared = 0;
        let root = packed.create(allocator);
        const inOrder = (): Entry[] => [...model].sort(compareEntries);
        for (const [kind, name, value] of all) {
          const source = Region.of(name);
          const position = findMember(region, root, source, 0, source.length);
          expect(position !== 0).toBe(model.has(name));
          if (kind < 7) {
            if (position === 0) root = insertEntry(allocator, root, source, 0, source.length, value);
            else root = updateEntry(allocator, root, position, value);
            const isFirst = model.size === 0;
            model.set(name, value + 0);
            width = isFirst ? widthOf(value) : Math.max(width, widthOf(value));
            shared = isFirst ? Math.min(255, source.length) : Math.min(shared, sharedBy([...model.keys()]));
          } else if (kind < 9 && position !== 0) {
            root = removeEntries(allocator, root, position, 1);
            model.delete(name);
          } else if (kind === 9 && model.size > 3) {
            const from = model.size >> 1;
            root = removeEntries(allocator, root, seekRank(region, root, from), model.size - from);
            for (const [gone] of inOrder().slice(from)) model.delete(gone);
          }
          expect(allocator.usedBytes).toBe(allocator.sizeOf(root));
        }
        const sorted = inOrder();
        check(root, sorted, width, shared);
        if (sorted.length > 0) {
          const again = loadPackedSortedSet(allocator, saved(root));
          const widest = Math.max(...sorted.map(([, value]) => widthOf(value)));
          check(again, sorted, widest, sharedBy([...model.keys()]));
          allocator.free(again);
        }
        allocator.free(root);
      }),
      { numRuns: 300 },
    );
    expect(allocator.usedBytes).toBe(0);
  });

  it('is walked to and fro from anywhere', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        fc.array(fc.boolean(), { maxLength: 200 }),
        (count, start, moves) => {
          let root = packed.create(allocator);
          const names = Array.from({ length: count }, (_, i) => `${i}`.padStart(i % 7 === 0 ? 300 : 4, '0'));
          for (const [i, name] of names.entries()) {
            root = insertEntry(allocator, root, Region.of(name), 0, name.length, i);
          }
          const cursor = new PackedCursor();
          let rank = start % count;
          cursor.seek(region, root, rank);
          for (const forwards of moves) {
            const inside = forwards ? rank + 1 < count : rank > 0;
            expect(forwards ? cursor.next() : cursor.previous()).toBe(inside);
            if (!inside) break;
            rank += forwards ? 1 : -1;
            cursor.read(slice);
            expect([text(), cursor.score()]).toEqual([names[rank], rank]);
          }
          allocator.free(root);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('ranks members that all have one score', () => {
    fc.assert(
      fc.property(fc.uniqueArray(member, { maxLength: 40 }), member, score, (names, asked, value) => {
        let root = packed.create(allocator);
        for (const name of names) {
          root = insertEntry(allocator, root, Region.of(name), 0, Buffer.byteLength(name), value);
        }
        const source = Region.of(asked);
        const order = names.map((name) => Buffer.compare(Buffer.from(name), Buffer.from(asked)));
        const below = order.filter((sign) => sign < 0).length;
        const notAbove = order.filter((sign) => sign <= 0).length;
        expect(rankOfMember(region, root, source, 0, source.length, false)).toBe(below);
        expect(rankOfMember(region, root, source, 0, source.length, true)).toBe(notAbove);
        allocator.free(root);
      }),
      { numRuns: 100 },
    );
  });

  it('comes from any listpack of members and scores in order, and from no other', () => {
    const scoreText = fc.oneof(score.map(String), fc.constantFrom('', 'nan', 'x', '1x', 'inf', '-inf', '1e400'));
    const isScore = (value: string): boolean => value !== '' && value !== '1e400' && !Number.isNaN(numberOf(value));
    const numberOf = (value: string): number => Number(value.replace(/^(-?)inf$/, '$1Infinity'));
    fc.assert(
      fc.property(fc.array(fc.tuple(member, scoreText), { maxLength: 6 }), fc.boolean(), (pairs, inOrder) => {
        const given = pairs.map(([name, value]): [string, string] => [name, value]);
        if (inOrder) given.sort((a, b) => compareEntries([a[0], numberOf(a[1])], [b[0], numberOf(b[1])]));
        const used = allocator.usedBytes;
        let lp = listpack.create(allocator);
        for (const word of given.flat())
          lp = listpack.append(allocator, lp, Region.of(word), 0, Buffer.byteLength(word));
        const entries = given.map(([name, value]): Entry => [name, numberOf(value) + 0]);
        const sound =
          given.length > 0 &&
          given.every(([, value]) => isScore(value)) &&
          new Set(given.map(([name]) => name)).size === given.length &&
          entries.every((entry, i) => i === 0 || compareEntries(entries[i - 1], entry) < 0);
        const from = new Slice();
        from.set(region, lp, listpack.bytes(region, lp));
        if (sound) {
          const root = loadPackedSortedSet(allocator, from);
          expect(contentOf(root)).toEqual(entries);
          allocator.free(root);
        } else {
          expect(() => loadPackedSortedSet(allocator, from)).toThrow(DamagedError);
        }
        allocator.free(lp);
        expect(allocator.usedBytes).toBe(used);
      }),
      { numRuns: 500 },
    );
  });
});
