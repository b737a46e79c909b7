import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/base/random.ts';
import { Region } from '../../src/base/region.ts';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import { OutOfMemoryError } from '../../src/memory/out-of-memory.ts';
import { AccessClock } from '../../src/store/access.ts';
import { checkShard, unaccountedBytes } from '../../src/store/check.ts';
import { keyAt, keyLength, writeEntry } from '../../src/store/entry.ts';
import { Shard } from '../../src/store/shard.ts';
import { HASH_END } from '../../src/store/table.ts';
import { Hoard } from './hoard.ts';

const KEY_BYTES = 4;

/** How hashes lie: over all of the range, in one corner, on few home slots (the last ones, too), all the same. */
const spreads = {
  even: (bits: number) => bits,
  low: (bits: number) => bits & 0xfffff,
  high: (bits: number) => bits | 0xfff00000,
  fewHomes: (bits: number) => bits & 0xc00fffff,
  lastHomes: (bits: number) => bits | 0x3fc00000,
  clumped: (bits: number) => bits & 0xff0000ff,
  same: () => 0x7fffffff,
};
const spread = fc.constantFrom(...(Object.keys(spreads) as (keyof typeof spreads)[]));

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('insert' as const), count: fc.integer({ min: 1, max: 400 }), spread }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('insert' as const), count: fc.integer({ min: 1, max: 4000 }), spread }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), count: fc.integer({ min: 1, max: 300 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('removePart' as const), percent: fc.constantFrom(10, 50, 90, 100) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('scan' as const), atLeast: fc.integer({ min: 1, max: 1500 }) }),
  },
);

interface Item {
  readonly key: number;
  readonly hash: number;
  entry: number;
}

class Model {
  readonly shard: Shard;
  readonly table: Shard['keyspaces'][0]['table'];
  /** In the order of their keys, so that the dice pick the same ones when a run is repeated. */
  readonly items: Item[] = [];
  readonly random: SeededRandom;
  private readonly key = Region.allocate(KEY_BYTES);
  private keys = 0;

  constructor(arenaBytes: number, seed: number) {
    this.shard = new Shard(0, createArenaBuffer(arenaBytes, 1), 0, new AccessClock(() => 0), 1);
    this.table = this.shard.keyspaces[0].table;
    this.random = new SeededRandom(seed);
  }

  find({ key, hash }: { key: number; hash: number }): number {
    this.key.view.setInt32(0, key);
    return this.table.find(this.key, 0, KEY_BYTES, hash);
  }

  /** @returns whether there was room */
  insert(hash: number): boolean {
    const item = { key: ++this.keys, hash: hash | 0, entry: 0 };
    expectThat(this.find(item) === 0, 'a key that was never inserted is found');
    const { allocator, arena } = this.shard;
    try {
      item.entry = allocator.allocate(8 + KEY_BYTES);
      writeEntry(arena, item.entry, 0, 0, 0, this.key, 0, KEY_BYTES, 0);
      this.table.insert(item.entry, item.hash);
    } catch (error) {
      expect(error).toBeInstanceOf(OutOfMemoryError);
      if (item.entry !== 0) allocator.free(item.entry);
      return false;
    }
    this.items.push(item);
    return true;
  }

  remove(place: number): Item {
    const item = this.items[place];
    if (this.random.below(2) === 0) {
      expectThat(this.find(item) === item.entry, 'a key is not found');
    } else {
      this.table.locate(item.entry, item.hash);
    }
    this.table.remove();
    this.shard.allocator.free(item.entry);
    expectThat(this.find(item) === 0, 'a removed key is found');
    this.items[place] = this.items[this.items.length - 1];
    this.items.pop();
    return item;
  }

  keyOf(entry: number): number {
    expectThat(keyLength(this.shard.arena, entry) === KEY_BYTES, 'an entry has changed');
    return this.shard.arena.view.getInt32(keyAt(this.shard.arena, entry));
  }

  /** @param elsewhereBytes what the test has allocated for itself */
  check(elsewhereBytes = 0): void {
    expect(this.table.count).toBe(this.items.length);
    // The hashes here are made up, so they are not those of the keys.
    const problems = checkShard(this.shard).filter((text) => !text.endsWith('has another hash in its slot'));
    expect(problems).toEqual([]);
    expect(unaccountedBytes(this.shard)).toBe(elsewhereBytes);
    for (const item of this.items) expectThat(this.find(item) === item.entry, 'a key is not found');
  }
}

/** `expect` is too slow for what is asked a million times. */
function expectThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

/** One SCAN from start to end, while the table changes. */
class Scan {
  cursor = 0;
  /** Keys that were there when it began and are still. */
  private readonly throughout: Set<number>;
  private readonly seen = new Set<number>();
  private readonly model: Model;

  constructor(model: Model) {
    this.model = model;
    this.throughout = new Set(model.items.map(({ key }) => key));
  }

  removed(key: number): void {
    this.throughout.delete(key);
  }

  /** @returns false when it has ended */
  next(atLeast: number): boolean {
    const { table } = this.model;
    const before = this.cursor;
    let visited = 0;
    let lowest = HASH_END;
    let highest = -1;
    this.cursor = table.scan(before, atLeast, (entry, hash) => {
      visited++;
      lowest = Math.min(lowest, hash >>> 0);
      highest = Math.max(highest, hash >>> 0);
      const key = this.model.keyOf(entry);
      expectThat(!this.seen.has(key), `key ${key} is returned twice`);
      this.seen.add(key);
    });
    expectThat(this.cursor > before && this.cursor <= HASH_END, `the cursor goes from ${before} to ${this.cursor}`);
    expectThat(lowest >= before && highest < this.cursor, 'a key is returned that is not between the cursors');
    if (this.cursor < HASH_END) {
      expectThat(visited >= atLeast, `${visited} keys returned of ${atLeast}`);
      return true;
    }
    for (const key of this.throughout) expectThat(this.seen.has(key), `key ${key} is never returned`);
    return false;
  }
}

describe('the table', () => {
  it('is a map, a scan misses nothing while it changes, and it gives back its memory', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(step, { maxLength: 60, size: 'max' }), (seed, steps) => {
        const model = new Model(16 << 20, seed);
        const { items, random, table } = model;
        let scan = new Scan(model);
        const removeOne = (): void => scan.removed(model.remove(random.below(items.length)).key);
        for (const one of steps) {
          if (one.kind === 'insert') {
            for (let i = 0; i < one.count; i++) model.insert(spreads[one.spread](random.next32()));
          } else if (one.kind === 'remove') {
            for (let i = 0; i < one.count && items.length > 0; i++) removeOne();
          } else if (one.kind === 'removePart') {
            for (let left = Math.floor((items.length * one.percent) / 100); left > 0; left--) removeOne();
          } else if (!scan.next(one.atLeast)) {
            scan = new Scan(model);
          }
          expectThat(table.count === items.length, 'the count is off');
          const some = table.sample(() => random.next32());
          expectThat(items.length === 0 ? some === 0 : items.some(({ entry }) => entry === some), 'no such entry');
        }
        model.check();
        while (scan.next(10)) {}
        while (items.length > 0) model.remove(random.below(items.length));
        model.check();
        expect(table.segmentCount).toBeLessThanOrEqual(1);
        expect(table.depth).toBeLessThanOrEqual(2);
        table.drop();
        expect(model.shard.allocator.usedBytes).toBe(0);
      }),
      { numRuns: 30, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('is as it was when memory runs out', () => {
    fc.assert(
      fc.property(fc.integer(), spread, (seed, name) => {
        const model = new Model(1 << 20, seed);
        const { items, random } = model;
        for (let round = 0; round < 5; round++) {
          while (model.insert(spreads[name](random.next32()))) {}
          model.check();
          for (let left = random.below(items.length + 1); left > 0; left--) model.remove(random.below(items.length));
        }
        while (items.length > 0) model.remove(random.below(items.length));
        model.check();
        expect(model.table.segmentCount).toBe(1);
      }),
      { numRuns: 6, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('is as it was whichever of its allocations fails', () => {
    const model = new Model(2 << 20, 11);
    const { random } = model;
    const hoard = new Hoard(model.shard.allocator);
    let refusals = 0;
    for (let round = 0; round < 20; round++) {
      hoard.takeAll(1024);
      for (let tries = 0; tries < 12; tries++) {
        let inserted = 0;
        while (inserted < 2000 && model.insert(random.next32())) inserted++;
        if (inserted === 2000) break;
        refusals++;
        model.check(hoard.bytes);
        hoard.giveOne(() => random.double());
      }
      hoard.giveAll();
      for (let i = 0; i < 1000 && model.insert(random.next32()); i++) {}
      if (round % 5 === 4) while (model.items.length > 100) model.remove(random.below(model.items.length));
    }
    expect(refusals).toBeGreaterThan(50);
    while (model.items.length > 0) model.remove(model.items.length - 1);
    model.check();
    model.table.drop();
    expect(model.shard.allocator.usedBytes).toBe(0);
  });

  it('gives its memory back in whatever order its keys go', () => {
    const orders = [(a: Item, b: Item) => (a.hash >>> 0) - (b.hash >>> 0), (a: Item, b: Item) => a.key - b.key];
    for (const order of orders) {
      for (const direction of [1, -1]) {
        const model = new Model(16 << 20, 3);
        for (let i = 0; i < 20_000; i++) model.insert(model.random.next32());
        model.items.sort((a, b) => direction * order(a, b));
        expect(model.table.segmentCount).toBeGreaterThan(20);
        while (model.items.length > 0) model.remove(model.items.length - 1);
        expect(model.table.segmentCount).toBe(1);
        expect(model.table.depth).toBeLessThanOrEqual(2);
      }
    }
  });

  it('keeps its size small and answers when keys are made to collide', () => {
    const model = new Model(16 << 20, 1);
    const { items, table } = model;
    for (let i = 0; i < 1022; i++) expect(model.insert(0x12345678)).toBe(true);
    expect(model.insert(0x12345678)).toBe(false);
    model.check();
    expect(table.depth).toBeLessThanOrEqual(12);
    let refused = 0;
    for (let i = 0; i < 20_000; i++) if (!model.insert(model.random.next32())) refused++;
    expect(refused).toBeLessThan(100);
    model.check();
    while (items.length > 0) model.remove(items.length - 1);
    expect(table.segmentCount).toBe(1);
  });

  it('visits in the order of segments, and everything when asked for everything', () => {
    const model = new Model(16 << 20, 7);
    for (let i = 0; i < 10_000; i++) model.insert(model.random.next32());
    let visited = 0;
    const end = model.table.scan(0, Number.POSITIVE_INFINITY, () => visited++);
    expect([end, visited]).toEqual([HASH_END, 10_000]);
    expect(new Model(1 << 20, 7).table.scan(0, 10, () => visited++)).toBe(HASH_END);
    // A cursor is a client's: any number below 2^32 is one.
    for (const cursor of [1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 12345, HASH_END - 1]) {
      const seen = new Set<number>();
      let at = cursor;
      while (at < HASH_END) at = model.table.scan(at, 100, (entry) => seen.add(model.keyOf(entry)));
      const wanted = model.items.filter(({ hash }) => hash >>> 0 >= cursor).map(({ key }) => key);
      expect([...seen].sort((a, b) => a - b)).toEqual(wanted);
    }
  });
});
