import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashBytes } from '../../src/base/hash.ts';
import { SeededRandom } from '../../src/base/random.ts';
import { copy, Region } from '../../src/base/region.ts';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import { OutOfMemoryError } from '../../src/memory/out-of-memory.ts';
import { AccessClock } from '../../src/store/access.ts';
import { checkShard, unaccountedBytes } from '../../src/store/check.ts';
import { COUNTER_EVICTED, COUNTER_EXPIRED, readCounter } from '../../src/store/counters.ts';
import {
  encodingOf,
  FLAG_RAW,
  flagsOf,
  keyAt,
  keyLength,
  rootOf,
  setFlag,
  TYPE_STRING,
  typeOf,
  valueAt,
  valueLength,
} from '../../src/store/entry.ts';
import { type Keyspace, NO_DEADLINE } from '../../src/store/keyspace.ts';
import { Shard } from '../../src/store/shard.ts';
import { registerValueType, valueType } from '../../src/store/value-types.ts';
import { Hoard } from './hoard.ts';

/** A value with a root: a block that holds its own mark and the address of a second block. */
const TYPE_PAIR = 9;
const ENCODING_PAIR = 3;
const PAIR_ROOT_BYTES = 16;

beforeAll(() => {
  registerValueType(TYPE_PAIR, {
    name: 'pair',
    free(allocator, root) {
      allocator.free(allocator.arena.i32[(root >> 2) + 1]);
      allocator.free(root);
    },
    sizeOf: (allocator, root) => allocator.sizeOf(root) + allocator.sizeOf(allocator.arena.i32[(root >> 2) + 1]),
    copy: () => {
      throw new Error('pairs are not copied');
    },
    encodingName: () => 'pair',
    lengthOf: () => 2,
  });
});

const keyLengths = [0, 1, 3, 4, 8, 16, 16, 16, 31, 254, 255, 256, 257, 300, 5000];
const KEYS = keyLengths
  .flatMap((bytes) =>
    [1, 2, 3].map((salt) => Region.of(`${String.fromCharCode(64 + salt)}${'k'.repeat(bytes)}`.slice(0, bytes))),
  )
  .filter((key, index, all) => all.findIndex((other) => Buffer.from(other.u8).equals(Buffer.from(key.u8))) === index);

const key = fc.nat(KEYS.length - 1);
const db = fc.constantFrom(0, 0, 0, 1);
const valueBytes = fc.oneof(
  { weight: 6, arbitrary: fc.nat(100) },
  { weight: 2, arbitrary: fc.nat(10_000) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 65_534, 65_535, 65_536, 65_537) },
  { weight: 1, arbitrary: fc.nat(300_000) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 20, 2 ** 31 - 1, 2 ** 31 + 5) },
);
/** Milliseconds from now, 0 for none. */
const ttl = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 10_000 }));

const kind = <K extends string>(name: K): fc.Arbitrary<K> => fc.constant(name);
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: kind('putString'), db, key, valueBytes, ttl }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('putPair'), db, key, ttl }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('resize'), db, key, valueBytes }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('append'), db, key, bytes: fc.nat(3000) }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('setDeadline'), db, key, ttl: fc.integer({ min: 1, max: 1000 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('clearDeadline'), db, key }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('remove'), db, key }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('rename'), db, key, to: key }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('evict'), db, key }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('wait'), ms: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('expire'), limit: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('swap') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind('clear'), db, all: fc.integer({ min: 0, max: 5 }).map((n) => n === 0) }),
  },
);

interface Value {
  type: number;
  /** Every byte of a string, the first word of a pair. */
  mark: number;
  bytes: number;
  deadlineMs: number;
  raw: boolean;
}

class Model {
  readonly shard: Shard;
  readonly clock: AccessClock;
  databases: Map<number, Value>[] = [new Map(), new Map()];
  expired = 0;
  evicted = 0;
  private marks = 0;

  constructor(arenaBytes: number, lfu: boolean) {
    const random = new SeededRandom(1);
    this.clock = new AccessClock(() => random.double());
    this.clock.configure(lfu, 10, 1);
    this.clock.set(1_000_000);
    this.shard = new Shard(0, createArenaBuffer(arenaBytes, 2), 0, this.clock, 77);
    this.shard.events = { expired: () => this.expired++, evicted: () => this.evicted++, awaited() {} };
  }

  keyspace(db: number): Keyspace {
    return this.shard.keyspaces[db];
  }

  hash(key: number): number {
    return hashBytes(KEYS[key].view, 0, KEYS[key].length, this.shard.seed);
  }

  nextMark(): number {
    return ++this.marks & 255;
  }

  /** The key's bytes: mostly from outside, as received; sometimes from the entry itself. */
  source(key: number, entry: number, mark: number): { region: Region; at: number } {
    if (entry === 0 || mark % 3 !== 0) return { region: KEYS[key], at: 0 };
    return { region: this.shard.arena.region, at: keyAt(this.shard.arena, entry) };
  }

  /** What the model says is there now: a key past its deadline is not. */
  value(db: number, key: number): Value | undefined {
    const value = this.databases[db].get(key);
    if (value === undefined || value.deadlineMs === NO_DEADLINE || value.deadlineMs > this.clock.nowMs) return value;
    this.databases[db].delete(key);
    return undefined;
  }

  find(db: number, key: number): number {
    const expected = this.value(db, key);
    const region = KEYS[key];
    const entry = this.keyspace(db).lookup(region, 0, region.length, this.hash(key));
    expectThat((entry !== 0) === (expected !== undefined), `key ${key} is ${entry === 0 ? 'not ' : ''}there`);
    return entry;
  }

  /** Runs a change that may find no memory: then nothing may have changed. @returns undefined then */
  attempt<T>(change: () => T): T | undefined {
    try {
      return change();
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      this.check();
      return undefined;
    }
  }

  makePair(): number | undefined {
    const { allocator, arena } = this.shard;
    if (!allocator.hasRoom(3000)) return undefined;
    const child = allocator.allocate(3000);
    if (!allocator.hasRoom(PAIR_ROOT_BYTES)) {
      allocator.free(child);
      return undefined;
    }
    const root = allocator.allocate(PAIR_ROOT_BYTES);
    arena.i32[(root >> 2) + 1] = child;
    return root;
  }

  check(): void {
    expect(checkShard(this.shard)).toEqual([]);
    expect(unaccountedBytes(this.shard)).toBe(0);
    const { arena } = this.shard;
    for (const db of [0, 1]) {
      const keyspace = this.keyspace(db);
      const values = this.databases[db];
      expect(keyspace.count).toBe(values.size);
      expect(keyspace.volatileCount).toBe(
        [...values.values()].filter(({ deadlineMs }) => deadlineMs !== NO_DEADLINE).length,
      );
      for (const [key, value] of values) {
        const region = KEYS[key];
        const entry = keyspace.table.find(region, 0, region.length, this.hash(key));
        expectThat(entry !== 0, `key ${key} is lost`);
        expectThat(typeOf(arena, entry) === value.type, `key ${key} has another type`);
        expectThat(keyspace.deadlineOf(entry) === value.deadlineMs, `key ${key} has another deadline`);
        expectThat(keyspace.hash(entry) === this.hash(key), `key ${key} has another hash`);
        if (value.type === TYPE_PAIR) {
          expectThat(encodingOf(arena, entry) === ENCODING_PAIR, `key ${key} has another encoding`);
          expectThat(arena.i32[rootOf(arena, entry) >> 2] === value.mark, `key ${key} has another root`);
          continue;
        }
        expectThat(valueLength(arena, entry) === value.bytes, `key ${key} has another length`);
        expectThat(((flagsOf(arena, entry) & FLAG_RAW) !== 0) === value.raw, `key ${key} has another flag`);
        const bytes = arena.u8.subarray(valueAt(arena, entry), valueAt(arena, entry) + value.bytes);
        for (let i = 0; i < bytes.length; i = i === 100 ? Math.max(101, bytes.length - 100) : i + 1) {
          expectThat(bytes[i] === value.mark, `byte ${i} of key ${key} has changed`);
        }
      }
    }
    expect(readCounter(arena, COUNTER_EXPIRED)).toBe(this.expired);
    expect(readCounter(arena, COUNTER_EVICTED)).toBe(this.evicted);
  }
}

function expectThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type StepOf<K> = Extract<Step, { kind: K }>;

const until = (model: Model, ttl: number): number => (ttl === 0 ? NO_DEADLINE : model.clock.nowMs + ttl);

function putString(model: Model, db: number, key: number, bytes: number, deadlineMs: number): void {
  const { arena } = model.shard;
  const old = model.find(db, key);
  const mark = model.nextMark();
  const { region, at } = model.source(key, old, mark);
  const hash = model.hash(key);
  const entry = model.attempt(() =>
    model.keyspace(db).putString(region, at, KEYS[key].length, hash, old, bytes, deadlineMs),
  );
  if (entry === undefined) return;
  arena.u8.fill(mark, valueAt(arena, entry), valueAt(arena, entry) + bytes);
  model.databases[db].set(key, { type: TYPE_STRING, mark, bytes, deadlineMs, raw: false });
}

function putPair(model: Model, { db, key, ttl }: StepOf<'putPair'>): void {
  const root = model.makePair();
  if (root === undefined) return;
  const { allocator, arena } = model.shard;
  const old = model.find(db, key);
  const mark = model.nextMark();
  arena.i32[root >> 2] = mark;
  const deadlineMs = until(model, ttl);
  const { region, at } = model.source(key, old, mark);
  const pair = TYPE_PAIR | (ENCODING_PAIR << 4);
  const put = (): number =>
    model.keyspace(db).putRoot(region, at, KEYS[key].length, model.hash(key), old, pair, root, deadlineMs);
  try {
    put();
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    valueType(TYPE_PAIR).free(allocator, root, ENCODING_PAIR);
    model.check();
    return;
  }
  model.databases[db].set(key, { type: TYPE_PAIR, mark, bytes: 0, deadlineMs, raw: false });
}

function resize(model: Model, db: number, key: number, bytes: number): void {
  const { arena } = model.shard;
  const entry = model.find(db, key);
  const value = model.value(db, key);
  if (value?.type !== TYPE_STRING) return;
  const resized = model.attempt(() => model.keyspace(db).resizeString(entry, model.hash(key), bytes));
  if (resized === undefined) return;
  value.bytes = Math.min(value.bytes, bytes);
  arena.u8.fill(value.mark, valueAt(arena, resized) + value.bytes, valueAt(arena, resized) + bytes);
  value.bytes = bytes;
  expectThat(((flagsOf(arena, resized) & FLAG_RAW) !== 0) === value.raw, 'a flag got lost');
  setFlag(arena, resized, FLAG_RAW);
  value.raw = true;
}

/** As RENAME does it: the new entry first, since that may fail; then the old one goes. */
function rename(model: Model, { db, key, to }: StepOf<'rename'>): void {
  const value = model.value(db, key);
  if (value === undefined || key === to) {
    model.find(db, key);
    return;
  }
  const { arena } = model.shard;
  const keyspace = model.keyspace(db);
  const old = model.find(db, to);
  const region = KEYS[to];
  const hash = model.hash(to);
  const from = model.find(db, key);
  const moved = model.attempt(() =>
    value.type === TYPE_STRING
      ? keyspace.putString(region, 0, region.length, hash, old, value.bytes, value.deadlineMs)
      : keyspace.putRoot(
          region,
          0,
          region.length,
          hash,
          old,
          arena.i32[from >> 2] & 255,
          rootOf(arena, from),
          value.deadlineMs,
        ),
  );
  if (moved === undefined) return;
  if (value.type === TYPE_STRING) {
    expectThat(valueLength(arena, from) === value.bytes, 'another entry has moved');
    copy(arena.region, valueAt(arena, from), arena.region, valueAt(arena, moved), value.bytes);
    keyspace.remove(from, model.hash(key));
  } else {
    keyspace.detach(from, model.hash(key));
  }
  model.databases[db].delete(key);
  model.databases[db].set(to, { ...value, raw: false });
}

/** Some of the due keys are gone, the earliest of each database: the model learns which. */
function expireDue(model: Model, limit: number): void {
  const { nowMs } = model.clock;
  const isDue = ({ deadlineMs }: Value): boolean => deadlineMs !== NO_DEADLINE && deadlineMs <= nowMs;
  const due = model.databases.reduce((sum, values) => sum + [...values.values()].filter(isDue).length, 0);
  const lateness: number[] = [];
  const removed = model.shard.expireDue(nowMs, limit, (ms) => lateness.push(ms));
  expect(removed).toBe(Math.min(limit, due));
  expect(lateness.length).toBe(removed);
  expect(lateness.every((ms) => ms >= 0)).toBe(true);
  let gone = 0;
  for (const db of [0, 1]) {
    let latestGoneMs = 0;
    let earliestLeftMs = Number.POSITIVE_INFINITY;
    for (const [key, value] of [...model.databases[db]].filter(([, value]) => isDue(value))) {
      const found = model.keyspace(db).table.find(KEYS[key], 0, KEYS[key].length, model.hash(key));
      if (found !== 0) {
        earliestLeftMs = Math.min(earliestLeftMs, value.deadlineMs);
        continue;
      }
      gone++;
      latestGoneMs = Math.max(latestGoneMs, value.deadlineMs);
      model.databases[db].delete(key);
    }
    expect(latestGoneMs).toBeLessThanOrEqual(earliestLeftMs);
  }
  expect(gone).toBe(removed);
}

function run(model: Model, one: Step): void {
  switch (one.kind) {
    case 'putString':
      return putString(model, one.db, one.key, one.valueBytes, until(model, one.ttl));
    case 'putPair':
      return putPair(model, one);
    case 'resize':
      return resize(model, one.db, one.key, one.valueBytes);
    case 'append':
      return resize(model, one.db, one.key, (model.value(one.db, one.key)?.bytes ?? 0) + one.bytes);
    case 'rename':
      return rename(model, one);
    case 'wait':
      return model.clock.set(model.clock.nowMs + one.ms);
    case 'expire':
      return expireDue(model, one.limit);
    case 'swap':
      model.keyspace(0).swap(model.keyspace(1));
      model.databases.reverse();
      return;
    case 'clear':
      if (one.all) model.shard.clear();
      else model.keyspace(one.db).clear();
      for (const db of one.all ? [0, 1] : [one.db]) model.databases[db].clear();
      return;
  }
  const keyspace = model.keyspace(one.db);
  const hash = model.hash(one.key);
  const entry = model.find(one.db, one.key);
  const value = model.value(one.db, one.key);
  if (value === undefined) return;
  switch (one.kind) {
    case 'setDeadline': {
      const deadlineMs = until(model, one.ttl);
      if (model.attempt(() => keyspace.setDeadline(entry, hash, deadlineMs)) !== undefined)
        value.deadlineMs = deadlineMs;
      return;
    }
    case 'clearDeadline':
      if (model.attempt(() => keyspace.clearDeadline(entry, hash)) !== undefined) value.deadlineMs = NO_DEADLINE;
      return;
    case 'remove':
      keyspace.remove(entry, hash);
      break;
    case 'evict':
      keyspace.evict(entry, hash);
      break;
  }
  model.databases[one.db].delete(one.key);
}

describe('a keyspace', () => {
  for (const [name, arenaBytes] of [
    ['with room enough', 16 << 20],
    ['that runs out of memory', 1 << 20],
  ] as const) {
    it(`${name} is a map with deadlines`, () => {
      fc.assert(
        fc.property(fc.boolean(), fc.array(step, { maxLength: 600, size: 'max' }), (lfu, steps) => {
          const model = new Model(arenaBytes, lfu);
          steps.forEach((one, index) => {
            run(model, one);
            if (index % 20 === 0) model.check();
          });
          model.check();
          for (const db of [0, 1]) {
            const seen: number[] = [];
            model.keyspace(db).table.scan(0, 1000, (entry) => seen.push(keyLength(model.shard.arena, entry)));
            const expected = [...model.databases[db].keys()].map((key) => KEYS[key].length);
            const byNumber = (a: number, b: number): number => a - b;
            expect(seen.sort(byNumber)).toEqual(expected.sort(byNumber));
            model.keyspace(db).clear();
          }
          expect(model.shard.allocator.usedBytes).toBe(0);
        }),
        { numRuns: 60, interruptAfterTimeLimit: 15_000 },
      );
    });
  }

  it('is as it was whichever of its allocations fails', () => {
    const model = new Model(2 << 20, false);
    const { allocator } = model.shard;
    const keyspace = model.keyspace(0);
    const random = new SeededRandom(8);
    const hoard = new Hoard(allocator);
    const name = Region.allocate(8);
    const hashOf = (id: number): number => {
      name.view.setInt32(0, id);
      return hashBytes(name.view, 0, 8, model.shard.seed);
    };
    /** Each key's deadline. */
    const deadlines = new Map<number, number>();
    const check = (): void => {
      expect(checkShard(model.shard)).toEqual([]);
      expect(unaccountedBytes(model.shard)).toBe(hoard.bytes);
      expect(keyspace.count).toBe(deadlines.size);
      for (const [id, deadlineMs] of deadlines) {
        const entry = keyspace.table.find(name, 0, 8, hashOf(id));
        expectThat(entry !== 0 && keyspace.deadlineOf(entry) === deadlineMs, `key ${id} is not as it was`);
      }
    };
    let refusals = 0;
    /** @returns whether there was room */
    const attempt = (change: () => void): boolean => {
      try {
        change();
        return true;
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        refusals++;
        check();
        return false;
      }
    };
    for (let round = 0; round < 15; round++) {
      // Either nothing is left at all, or no pages but room for entries: then it's tables and heaps that find none.
      const spare = round % 2 === 0 ? [] : hoard.takeEverySecond(88, 300);
      hoard.takeAll(round % 2 === 0 ? 2048 : 0);
      for (const block of spare) allocator.free(block);
      const enough = refusals + 15;
      for (let tries = 0; tries < 400 && refusals < enough; tries++) {
        const id = 1 + random.below(6000);
        const hash = hashOf(id);
        const old = keyspace.peek(name, 0, 8, hash);
        const deadlineMs = random.below(3) === 0 ? NO_DEADLINE : 2e6 + random.below(1e6);
        const changed = attempt(() => {
          if (old === 0 || random.below(2) === 0) {
            keyspace.putString(name, 0, 8, hash, old, random.below(60), deadlineMs);
          } else if (deadlineMs === NO_DEADLINE) {
            keyspace.clearDeadline(old, hash);
          } else {
            keyspace.setDeadline(old, hash, deadlineMs);
          }
        });
        if (changed) deadlines.set(id, deadlineMs);
        else if (random.below(8) === 0) hoard.giveOne(() => random.double());
      }
      hoard.giveAll();
      if (deadlines.size < 3000) continue;
      for (const id of [...deadlines.keys()].slice(100)) {
        const hash = hashOf(id);
        keyspace.remove(keyspace.peek(name, 0, 8, hash), hash);
        deadlines.delete(id);
      }
    }
    expect(refusals).toBeGreaterThan(100);
    check();
  });

  it('of thousands of keys with deadlines loses each in time, and only then', () => {
    const model = new Model(64 << 20, false);
    const keyspace = model.keyspace(0);
    const random = new SeededRandom(5);
    const name = Region.allocate(8);
    const deadlines = new Map<number, number>();
    const start = model.clock.nowMs;
    const hashOf = (id: number): number => {
      name.view.setInt32(0, id);
      return hashBytes(name.view, 0, 8, model.shard.seed);
    };
    for (let id = 1; id <= 20_000; id++) {
      const hash = hashOf(id);
      const deadlineMs = start + 1 + random.below(5000);
      keyspace.putString(name, 0, 8, hash, 0, 16, deadlineMs);
      deadlines.set(id, deadlineMs);
    }
    for (let ms = 0; ms <= 5000; ms += 250) {
      model.clock.set(start + ms);
      // Meanwhile some get other deadlines, lose theirs, or go.
      for (let i = 0; i < 300; i++) {
        const id = 1 + random.below(20_000);
        const hash = hashOf(id);
        const entry = keyspace.peek(name, 0, 8, hash);
        expectThat((entry !== 0) === deadlines.get(id)! > start + ms, `key ${id} is not as it should be`);
        if (entry === 0) continue;
        const choice = random.below(3);
        if (choice === 0) {
          deadlines.set(id, start + ms + 1 + random.below(3000));
          keyspace.setDeadline(entry, hash, deadlines.get(id)!);
        } else if (choice === 1) {
          deadlines.set(id, Number.POSITIVE_INFINITY);
          keyspace.clearDeadline(entry, hash);
        } else {
          deadlines.set(id, 0);
          keyspace.remove(entry, hash);
        }
      }
      while (model.shard.expireDue(start + ms, 1000, () => {}) === 1000) {}
      const left = [...deadlines.values()].filter((deadlineMs) => deadlineMs > start + ms).length;
      expect(keyspace.count).toBe(left);
      expect(checkShard(model.shard)).toEqual([]);
      expect(unaccountedBytes(model.shard)).toBe(0);
    }
  });
});
