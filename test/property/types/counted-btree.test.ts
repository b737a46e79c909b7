import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region, utf8 } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import {
  TREE_WORDS,
  TreeCursor,
  treeDrop,
  treeInit,
  treeInsert,
  treeMove,
  treeRankOf,
  treeRankOfMember,
  treeRankOfScore,
  treeRemove,
  treeRemoveAt,
} from '../../../src/types/counted-btree.ts';
import { ELEMENT_SCORE, memberAt, memberLength, newElement } from '../../../src/types/dict-element.ts';

interface Entry {
  member: string;
  score: number;
  element: number;
}

const order = (a: Entry, b: Entry): number =>
  a.score - b.score || Buffer.compare(Buffer.from(a.member), Buffer.from(b.member));

class Model {
  readonly allocator = new Allocator(new Arena(createArenaBuffer(64 << 20, 1)));
  readonly arena = this.allocator.arena;
  readonly base = this.allocator.allocate(TREE_WORDS * 4) >> 2;
  readonly emptyBytes = this.allocator.usedBytes;
  readonly entries = new Map<string, Entry>();

  constructor() {
    treeInit(this.allocator, this.base);
  }

  put(member: string, score: number): void {
    const entry = this.entries.get(member);
    if (entry !== undefined) {
      treeMove(this.allocator, this.base, entry.score, entry.element, score);
      entry.score = score;
      return;
    }
    const region = Region.of(member);
    const element = newElement(this.allocator, ELEMENT_SCORE, region, 0, region.length, 0);
    treeInsert(this.allocator, this.base, score, element);
    this.entries.set(member, { member, score, element });
  }

  remove(member: string): void {
    const entry = this.entries.get(member);
    if (entry === undefined) return;
    treeRemove(this.allocator, this.base, entry.score, entry.element);
    this.allocator.free(entry.element);
    this.entries.delete(member);
  }

  removeAt(rank: number): void {
    const entry = [...this.entries.values()].sort(order)[rank];
    expect(treeRemoveAt(this.allocator, this.base, rank)).toBe(entry.element);
    this.allocator.free(entry.element);
    this.entries.delete(entry.member);
  }

  check(): void {
    const sorted = [...this.entries.values()].sort(order);
    if (sorted.length === 0) return;
    const cursor = new TreeCursor();
    cursor.seek(this.arena, this.base, 0);
    const forward: string[] = [];
    do {
      const element = cursor.element(this.arena);
      forward.push(utf8(this.arena.region, memberAt(this.arena, element), memberLength(this.arena, element)));
      expect(cursor.score(this.arena)).toBe(sorted[forward.length - 1].score);
    } while (cursor.next(this.arena));
    expect(forward).toEqual(sorted.map((entry) => entry.member));
    cursor.seek(this.arena, this.base, sorted.length - 1);
    let count = sorted.length;
    do expect(cursor.element(this.arena)).toBe(sorted[--count].element);
    while (cursor.previous(this.arena));
    expect(count).toBe(0);
    for (let rank = 0; rank < sorted.length; rank += 1 + (sorted.length >> 5)) {
      const { score, element } = sorted[rank];
      expect(treeRankOf(this.arena, this.base, score, element)).toBe(rank);
      cursor.seek(this.arena, this.base, rank);
      expect(cursor.element(this.arena)).toBe(element);
      expect(treeRankOfScore(this.arena, this.base, score, false)).toBe(sorted.filter((e) => e.score < score).length);
      expect(treeRankOfScore(this.arena, this.base, score, true)).toBe(sorted.filter((e) => e.score <= score).length);
    }
    expect(treeRankOfScore(this.arena, this.base, Number.NEGATIVE_INFINITY, false)).toBe(0);
    expect(treeRankOfScore(this.arena, this.base, Number.POSITIVE_INFINITY, true)).toBe(sorted.length);
  }
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('put' as const), member: fc.nat(900).map(String), score: fc.nat(40) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), member: fc.nat(900).map(String) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('removeAt' as const),
      share: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
  },
);

describe('counted B+tree', () => {
  it('keeps order and ranks through any changes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 2000, size: 'max' }), (steps) => {
        const model = new Model();
        for (const one of steps) {
          if (one.kind === 'put') model.put(one.member, one.score);
          else if (one.kind === 'remove') model.remove(one.member);
          else if (model.entries.size > 0) model.removeAt(Math.floor(one.share * model.entries.size));
        }
        model.check();
      }),
      { numRuns: 25 },
    );
  });

  it('has room for many levels, and gives all of it back', () => {
    for (const scoreOf of [(i: number) => i, (i: number) => -i, (i: number) => (i * 7919) % 10_007]) {
      const model = new Model();
      for (let i = 0; i < 30_000; i++) model.put(`m${i}`, scoreOf(i));
      model.check();
      for (let i = 0; i < 30_000; i++) if (i % 16 !== 0) model.remove(`m${i}`);
      model.check();
      for (let i = 0; i < 30_000; i++) model.remove(`m${(i * 17) % 30_000}`);
      expect(model.entries.size).toBe(0);
      treeDrop(model.allocator, model.base);
      expect(model.allocator.usedBytes).toBe(model.emptyBytes);
    }
  });

  it('finds ranges of members where all scores are the same', () => {
    const model = new Model();
    for (let i = 0; i < 3000; i++) model.put(`m${i}`, 0);
    const sorted = [...model.entries.values()].sort(order);
    for (const member of ['', 'a', 'm', 'm0', 'm1500', 'm1500x', 'm2999', 'z']) {
      const region = Region.of(member);
      const below = sorted.filter((e) => Buffer.compare(Buffer.from(e.member), Buffer.from(member)) < 0).length;
      const has = model.entries.has(member) ? 1 : 0;
      expect(treeRankOfMember(model.arena, model.base, region, 0, region.length, false)).toBe(below);
      expect(treeRankOfMember(model.arena, model.base, region, 0, region.length, true)).toBe(below + has);
    }
  });
});
