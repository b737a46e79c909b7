import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region, utf8 } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import {
  DICT_WORDS,
  DictCursor,
  dictBytes,
  dictCount,
  dictDrop,
  dictFind,
  dictHash,
  dictInit,
  dictInsert,
  dictRemove,
  dictSample,
  dictScan,
  elementHash,
} from '../../../src/types/dict.ts';
import { memberAt, memberLength, newElement } from '../../../src/types/dict-element.ts';

class Model {
  readonly allocator = new Allocator(new Arena(createArenaBuffer(64 << 20, 1)));
  readonly arena = this.allocator.arena;
  readonly root = this.allocator.allocate(DICT_WORDS * 4);
  readonly base = this.root >> 2;
  readonly members = new Set<string>();
  readonly emptyBytes = this.allocator.usedBytes;

  constructor(seed: number) {
    dictInit(this.allocator, this.base, seed, 0);
  }

  find(member: string): number {
    const region = Region.of(member);
    const hash = dictHash(this.arena, this.base, region, 0, region.length);
    return dictFind(this.arena, this.base, region, 0, region.length, hash);
  }

  add(member: string): void {
    if (this.members.has(member)) return;
    const region = Region.of(member);
    const element = newElement(this.allocator, 0, region, 0, region.length, 0);
    const hash = dictHash(this.arena, this.base, region, 0, region.length);
    dictInsert(this.allocator, this.base, element, hash);
    this.members.add(member);
  }

  remove(member: string): void {
    const element = this.find(member);
    expect(element !== 0).toBe(this.members.delete(member));
    if (element === 0) return;
    const region = Region.of(member);
    dictRemove(this.allocator, this.base, element, dictHash(this.arena, this.base, region, 0, region.length));
    this.allocator.free(element);
  }

  text(element: number): string {
    return utf8(this.arena.region, memberAt(this.arena, element), memberLength(this.arena, element));
  }

  all(): string[] {
    const found: string[] = [];
    const cursor = new DictCursor();
    cursor.start(this.arena, this.base);
    while (cursor.next()) {
      expect(cursor.hash).toBe(elementHash(this.arena, this.base, cursor.element));
      found.push(this.text(cursor.element));
    }
    return found;
  }

  check(): void {
    expect(dictCount(this.arena, this.base)).toBe(this.members.size);
    expect(this.all().sort()).toEqual([...this.members].sort());
    for (const member of this.members) expect(this.find(member)).not.toBe(0);
  }
}

const member = fc.oneof(fc.nat(60).map(String), fc.string({ maxLength: 12 }));

describe('dict', () => {
  it('holds what a plain set holds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.tuple(fc.boolean(), member), { maxLength: 400 }), (seed, steps) => {
        const model = new Model(seed);
        for (const [adds, name] of steps) {
          if (adds) model.add(name);
          else model.remove(name);
        }
        model.check();
      }),
      { numRuns: 60 },
    );
  });

  it('splits and merges with many members, and leaves nothing behind', () => {
    const model = new Model(7);
    for (let i = 0; i < 20_000; i++) model.add(`member:${i}`);
    model.check();
    for (let i = 0; i < 20_000; i += 2) model.remove(`member:${i}`);
    model.check();
    for (const name of [...model.members].slice(100)) model.remove(name);
    model.check();
    expect(dictBytes(model.allocator, model.base)).toBeLessThan(4096);
    for (const name of [...model.members]) model.remove(name);
    model.check();
    dictDrop(model.allocator, model.base);
    expect(model.allocator.usedBytes).toBe(model.emptyBytes);
  });

  it('scans everything that stays, while other members come and go', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, wanted) => {
        const model = new Model(seed);
        const staying = Array.from({ length: 1500 }, (_, i) => `stays:${i}`);
        for (const name of staying) model.add(name);
        const seen = new Map<string, number>();
        let cursor = 0;
        let step = 0;
        do {
          cursor = dictScan(model.arena, model.base, cursor, wanted, (element) => {
            const name = model.text(element);
            seen.set(name, (seen.get(name) ?? 0) + 1);
          });
          step++;
          const growing = step % 100 < 50;
          for (let i = 0; i < 40; i++) {
            if (growing) model.add(`goes:${step}:${i}`);
            else model.remove(`goes:${step - 50}:${i}`);
          }
        } while (cursor !== 0);
        for (const name of staying) expect(seen.get(name)).toBe(1);
      }),
      { numRuns: 8 },
    );
  });

  it('samples every member about as often', () => {
    const model = new Model(3);
    for (let i = 0; i < 3000; i++) model.add(String(i));
    const seen = new Map<number, number>();
    let state = 1;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return ((state >>> 8) & 0xffffff) / 0x1000000;
    };
    for (let i = 0; i < 300_000; i++) {
      const element = dictSample(model.arena, model.base, random);
      seen.set(element, (seen.get(element) ?? 0) + 1);
    }
    expect(seen.size).toBe(3000);
    expect(Math.max(...seen.values())).toBeLessThan(200);
    expect(Math.min(...seen.values())).toBeGreaterThan(40);
  });
});
