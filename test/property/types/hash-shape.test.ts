/** Many hashes with few and with many rows of fields, by commands, beside plain maps: contents, order, and every block. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/base/random.ts';
import { OutOfMemoryError } from '../../../src/memory/out-of-memory.ts';
import { encodingOf } from '../../../src/store/entry.ts';
import type { Keyspace } from '../../../src/store/keyspace.ts';
import { HASH_SHAPED } from '../../../src/types/hash.ts';
import { retainShape, shapeCount, shapeReferences, shapesOf } from '../../../src/types/hash-shape.ts';
import { typeLimits } from '../../../src/types/limits.ts';
import { CommandRunner } from '../../support/command-runner.ts';
import { Hoard } from '../hoard.ts';

const defaults = { ...typeLimits };
afterEach(() => Object.assign(typeLimits, defaults));

const KEYS = 8;
const ROWS = [
  ['name', 'email', 'age', 'created', 'score'],
  ['name', 'email', 'age', 'created'],
  ['name', 'email', 'age'],
  ['email', 'name', 'age'],
  ['1', '-22', 'field:000000', '', '9007199254740993'],
  Array.from({ length: 12 }, (_, i) => `field:${i}`),
  Array.from({ length: 64 }, (_, i) => `f${i}`),
  Array.from({ length: 65 }, (_, i) => `f${i}`),
  ['n'.repeat(64), 'other'],
];

const key = fc.nat(KEYS - 1).map((n) => `k${n}`);
const anyField = fc.oneof(
  fc.constantFrom(...ROWS[0], ...ROWS[4], ...ROWS[5], 'more', 'late'),
  fc.integer({ min: -3, max: 12 }).map(String),
);
const value = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
  fc.constantFrom('', 'v'.repeat(63), 'v'.repeat(64), 'v'.repeat(65), 'v'.repeat(1000)),
);
const kind = <K extends string>(name: K): fc.Arbitrary<K> => fc.constant(name);
const db = fc.constantFrom(0, 0, 0, 1);
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: kind('row'), db, key, row: fc.nat(ROWS.length - 1), value }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('import'), db, key, row: fc.nat(ROWS.length - 1), value }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('pairs'),
      db,
      key,
      pairs: fc.array(fc.tuple(anyField, value), { minLength: 1 }),
    }),
  },
  { weight: 10, arbitrary: fc.record({ kind: kind('next'), db, key, row: fc.nat(ROWS.length - 1), value }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('set'), db, key, field: anyField, value }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('setnx'), db, key, field: anyField, value }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('incr'), db, key, field: anyField }) },
  { weight: 7, arbitrary: fc.record({ kind: kind('remove'), db, key, fields: fc.array(anyField, { minLength: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('expire'), db, key, field: anyField }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('delete'), db, key }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('copy'), db, key, to: key, toDb: db }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('rename'), db, key, to: key }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('move'), db, key }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('restore'), db, key, to: key }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('swap') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('flush'), all: fc.boolean(), db }) },
);
const steps = (maxLength: number): fc.Arbitrary<Step[]> => fc.array(step, { maxLength, size: 'max' });
/** What memory may be too short for, and what must work whatever there is. */
const REFUSABLE = new Set(['row', 'import', 'next', 'set', 'setnx', 'incr', 'copy', 'rename', 'move']);
const NEVER_REFUSED = new Set(['remove', 'delete', 'swap']);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Fields in the order they came, unless a deadline has put them into another. */
interface Kept {
  readonly fields: Map<string, string>;
  ordered: boolean;
}

const keptOf = (fields: Iterable<readonly [string, string]> = [], ordered = true): Kept => ({
  fields: new Map(fields),
  ordered,
});
const pairsOf = (flat: readonly unknown[]): [string, string][] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [String(flat[i * 2]), String(flat[i * 2 + 1])]);

const valuesOf = ({ row, value }: { row: number; value: string }): [string, string][] =>
  ROWS[row].map((name, i) => [name, i % 3 === 0 ? value : `${i}`]);

/** The order in which HIMPORT SET sets fields. */
const byLength = ([a]: readonly [string, string], [b]: readonly [string, string]): number =>
  a.length - b.length || (a < b ? -1 : 1);

const isSmallInteger = (text: string): boolean => /^(0|-?[1-9]\d{0,14})$/.test(text);

class Model {
  readonly runner = new CommandRunner({ shards: 2, shardBytes: 4 << 20 });
  databases = [new Map<string, Kept>(), new Map<string, Kept>()];

  constructor() {
    this.runner.ctx.session = {};
  }

  run(db: number, ...words: (string | number)[]): unknown {
    this.runner.ctx.db = db;
    const reply = this.runner.run(...words);
    if (String(reply).startsWith('Error: OOM')) throw new OutOfMemoryError();
    return reply;
  }

  apply(one: Step): void {
    if (one.kind === 'swap') {
      expect(this.run(0, 'SWAPDB', 0, 1)).toBe('OK');
      this.databases.reverse();
      return;
    }
    if (one.kind === 'flush') {
      this.run(one.db, one.all ? 'FLUSHALL' : 'FLUSHDB');
      for (const [db, keys] of this.databases.entries()) if (one.all || db === one.db) keys.clear();
      return;
    }
    const keys = this.databases[one.db];
    const kept = keys.get(one.key);
    switch (one.kind) {
      case 'row':
        return this.set(one, valuesOf(one));
      case 'import': {
        const pairs = valuesOf(one);
        expect(this.run(one.db, 'HIMPORT', 'PREPARE', 'set', ...pairs.map(([name]) => name))).toBe('OK');
        expect(this.run(one.db, 'HIMPORT', 'SET', one.key, 'set', ...pairs.map(([, text]) => text))).toBe('OK');
        keys.set(one.key, keptOf(pairs.toSorted(byLength)));
        return;
      }
      case 'pairs':
        return this.set(one, one.pairs);
      case 'next': {
        const name = ROWS[one.row][kept?.fields.size ?? 0];
        return name === undefined ? undefined : this.set(one, [[name, one.value]]);
      }
      case 'set':
        return this.set(one, [[one.field, one.value]]);
      case 'setnx': {
        const isNew = kept?.fields.has(one.field) !== true;
        expect(this.run(one.db, 'HSETNX', one.key, one.field, one.value)).toBe(isNew ? 1 : 0);
        if (isNew) this.note(one, [[one.field, one.value]]);
        return;
      }
      case 'incr': {
        const old = kept?.fields.get(one.field) ?? '0';
        if (!isSmallInteger(old)) return;
        this.run(one.db, 'HINCRBY', one.key, one.field, 7);
        return this.note(one, [[one.field, String(Number(old) + 7)]]);
      }
      case 'remove': {
        const had = new Set(one.fields.filter((name) => kept?.fields.has(name))).size;
        expect(this.run(one.db, 'HDEL', one.key, ...one.fields)).toBe(had);
        for (const name of one.fields) kept?.fields.delete(name);
        if (kept?.fields.size === 0) keys.delete(one.key);
        return;
      }
      case 'expire':
        this.run(one.db, 'HEXPIRE', one.key, 1000, 'FIELDS', 1, one.field);
        if (kept?.fields.has(one.field)) kept.ordered = false;
        return;
      case 'delete':
        this.run(one.db, 'DEL', one.key);
        keys.delete(one.key);
        return;
      case 'copy':
        if (one.key === one.to && one.db === one.toDb) return;
        this.run(one.db, 'COPY', one.key, one.to, 'DB', one.toDb, 'REPLACE');
        if (kept !== undefined) this.databases[one.toDb].set(one.to, keptOf(kept.fields, kept.ordered));
        return;
      case 'rename':
        if (kept === undefined) return;
        this.run(one.db, 'RENAME', one.key, one.to);
        keys.delete(one.key);
        keys.set(one.to, kept);
        return;
      case 'move': {
        const other = this.databases[1 - one.db];
        this.run(one.db, 'MOVE', one.key, 1 - one.db);
        if (kept === undefined || other.has(one.key)) return;
        other.set(one.key, kept);
        keys.delete(one.key);
        return;
      }
      case 'restore': {
        if (kept === undefined) return;
        const bytes = this.run(one.db, 'DUMP', one.key);
        // A table has no order that its copy could keep.
        const isPacked = this.run(one.db, 'OBJECT', 'ENCODING', one.key) === 'listpack';
        expect(this.run(one.db, 'RESTORE', one.to, 0, bytes as string, 'REPLACE')).toBe('OK');
        if (isPacked && kept.ordered) expect(this.run(one.db, 'DUMP', one.to)).toBe(bytes);
        keys.set(one.to, keptOf(kept.fields, kept.ordered && isPacked));
      }
    }
  }

  set(to: { db: number; key: string }, pairs: readonly (readonly [string, string])[]): void {
    const had = this.databases[to.db].get(to.key)?.fields;
    const created = new Set(pairs.map(([name]) => name).filter((name) => had?.has(name) !== true)).size;
    expect(this.run(to.db, 'HSET', to.key, ...pairs.flat())).toBe(created);
    this.note(to, pairs);
  }

  note(to: { db: number; key: string }, pairs: readonly (readonly [string, string])[]): void {
    const keys = this.databases[to.db];
    const kept = keys.get(to.key) ?? keptOf();
    for (const [name, text] of pairs) kept.fields.set(name, text);
    keys.set(to.key, kept);
  }

  check(): void {
    expect(this.runner.problems()).toEqual([]);
    for (const [db, keys] of this.databases.entries()) {
      for (let n = 0; n < KEYS; n++) this.checkKey(db, `k${n}`, keys.get(`k${n}`) ?? keptOf());
    }
  }

  private checkKey(db: number, name: string, { fields, ordered }: Kept): void {
    const all = pairsOf(this.run(db, 'HGETALL', name) as unknown[]);
    const isTable = fields.size > 0 && this.run(db, 'OBJECT', 'ENCODING', name) === 'hashtable';
    if (ordered && !isTable) expect(all).toEqual([...fields]);
    expect(new Map(all)).toEqual(fields);
    expect(all.length).toBe(fields.size);
    expect(this.run(db, 'HLEN', name)).toBe(fields.size);
    expect(this.run(db, 'HKEYS', name)).toEqual(all.map(([field]) => field));
    expect(this.run(db, 'HVALS', name)).toEqual(all.map(([, text]) => text));
    if (fields.size === 0) return;
    const [, scanned] = this.run(db, 'HSCAN', name, 0, 'COUNT', 1000) as [unknown, unknown[]];
    expect(new Map(pairsOf(scanned))).toEqual(fields);
    expect(this.run(db, 'HMGET', name, ...fields.keys(), 'none')).toEqual([...fields.values(), null]);
    const drawn = this.run(db, 'HRANDFIELD', name, -3, 'WITHVALUES') as unknown[];
    for (const [field, text] of pairsOf(drawn)) expect(fields.get(field)).toBe(text);
  }
}

function hashesWithShape(keyspace: Keyspace): number {
  let count = 0;
  keyspace.table.scan(0, Number.POSITIVE_INFINITY, (entry) => {
    if (encodingOf(keyspace.arena, entry) === HASH_SHAPED) count++;
  });
  return count;
}

const shapesIn = (runner: CommandRunner): number =>
  runner.shards.reduce((sum, { arena }) => sum + shapeCount(arena), 0);
const shapedIn = (runner: CommandRunner): number =>
  runner.shards.flatMap(({ keyspaces }) => keyspaces.map(hashesWithShape)).reduce((sum, count) => sum + count, 0);

describe('hashes with shapes', () => {
  it('hold what plain maps hold, in the order it came, and every reference is counted', () => {
    let shared = 0;
    fc.assert(
      fc.property(steps(100), fc.constantFrom(512, 512, 6), (all, entriesMax) => {
        typeLimits.hashMaxListpackEntries = entriesMax;
        const model = new Model();
        for (const one of all) {
          model.apply(one);
          shared += shapedIn(model.runner);
          expect(model.runner.problems()).toEqual([]);
        }
        model.check();
        model.run(0, 'FLUSHDB');
        model.run(1, 'FLUSHDB');
        expect(shapesIn(model.runner)).toBe(0);
        expect(model.runner.problems()).toEqual([]);
      }),
      { numRuns: 60 },
    );
    expect(shared).toBeGreaterThan(1000);
  });

  it('share the names of fields set all at once from the second hash on', () => {
    const runner = new CommandRunner({ shards: 1 });
    const fields = Array.from({ length: 10 }, (_, i) => [`field:${i}`, `value:${i}`]).flat();
    for (let i = 0; i < 100; i++) expect(runner.run('HSET', `key:${i}`, ...fields)).toBe(10);
    expect(shapesIn(runner)).toBe(1);
    expect(shapedIn(runner)).toBeGreaterThanOrEqual(99);
    const [shape] = shapesOf(runner.shards[0].arena);
    expect(shapeReferences(runner.shards[0].arena, shape)).toBe(shapedIn(runner));
    expect(runner.run('OBJECT', 'ENCODING', 'key:99')).toBe('listpack');
    expect(runner.run('MEMORY', 'USAGE', 'key:99')).toBeLessThanOrEqual(0.65 * 264);
    for (let i = 0; i < 100; i++) runner.run('DEL', `key:${i}`);
    expect(shapesIn(runner)).toBe(0);
    expect(runner.problems()).toEqual([]);
  });

  it('are found out if their shape counts them wrongly', () => {
    const runner = new CommandRunner({ shards: 1 });
    for (const key of ['a', 'b', 'c']) runner.run('HSET', key, 'first name', 1, 'second name', 2);
    const { arena } = runner.shards[0];
    const [shape] = shapesOf(arena);
    retainShape(arena, shape);
    expect(runner.problems().join()).toContain(`values share the block at ${shape}, told as`);
  });

  it('come to share names that are set one by one, and leave no shapes of what they were on the way', () => {
    const runner = new CommandRunner({ shards: 1 });
    for (let i = 0; i < 1000; i++) {
      for (let field = 0; field < 10; field++) runner.run('HSET', `key:${i}`, `name ${field}`, i + field);
    }
    for (let i = 0; i < 1000; i++) runner.run('HINCRBY', `key:${i}`, 'name 3', 1);
    expect(shapedIn(runner)).toBeGreaterThan(900);
    expect(shapesIn(runner)).toBe(1);
    expect(runner.problems()).toEqual([]);
  });

  it('have no shape if nobody has the same fields, or if they are too many, too long or too short', () => {
    const runner = new CommandRunner({ shards: 1 });
    for (let i = 0; i < 200; i++) {
      runner.run('HSET', `own:${i}`, `first of ${i}`, 1, `second of ${i}`, 2);
      runner.run('HSET', `many:${i}`, ...Array.from({ length: 65 }, (_, n) => [`field:${n}`, n]).flat());
      runner.run('HSET', `short:${i}`, 'a', 1, 'b', 2);
      runner.run('HSET', `twice:${i}`, 'a long name', 1, 'a long name', 2);
    }
    expect(shapesIn(runner)).toBe(0);
    typeLimits.hashMaxListpackValue = 1000;
    for (let i = 0; i < 10; i++) runner.run('HSET', `long:${i}`, 'n'.repeat(256), 1, 'another one', 2);
    expect(shapesIn(runner)).toBe(0);
    expect(runner.problems()).toEqual([]);
  });

  it('grow beyond what an offset can say', () => {
    const runner = new CommandRunner({ shards: 1 });
    typeLimits.hashMaxListpackValue = 1 << 20;
    for (const name of ['a', 'b', 'c']) runner.run('HSET', name, 'first name', 1, 'second name', 2, 'third name', 3);
    expect(shapedIn(runner)).toBeGreaterThan(1);
    for (const bytes of [40_000, 60_000, 65_000, 65_500, 65_535, 70_000, 200_000]) {
      runner.run('HSET', 'b', 'second name', 'x'.repeat(bytes));
      runner.run('HSET', 'c', 'first name', 'y'.repeat(30_000), 'second name', 'x'.repeat(bytes - 30_000));
      expect(runner.run('HMGET', 'b', 'first name', 'second name', 'third name')).toEqual([
        '1',
        'x'.repeat(bytes),
        '3',
      ]);
      expect(runner.run('HGET', 'c', 'second name')).toBe('x'.repeat(bytes - 30_000));
    }
    for (let i = 0; i < 4; i++) runner.run('HSET', `d${i}`, 'large name', 'z'.repeat(50_000), 'other name', i);
    expect(runner.run('HGETALL', 'd3')).toEqual(['large name', 'z'.repeat(50_000), 'other name', '3']);
    expect(runner.problems()).toEqual([]);
  });

  it('are no more than a shard may make', () => {
    const runner = new CommandRunner({ shards: 1 });
    for (let i = 0; i < 5000; i++) {
      for (const key of ['a', 'b', 'c']) runner.run('HSET', `${key}${i}`, `a field of ${i}`, 1, `another of ${i}`, 2);
    }
    expect(shapesIn(runner)).toBeLessThanOrEqual(4096);
    expect(shapesIn(runner)).toBeGreaterThan(4000);
    expect(runner.problems()).toEqual([]);
  });

  it('are as they were when memory is short, and need none to lose fields', () => {
    let failed = 0;
    let shared = 0;
    fc.assert(
      fc.property(steps(60), steps(60), fc.integer(), (before, after, seed) => {
        const model = new Model();
        for (const one of before) model.apply(one);
        const random = new SeededRandom(seed);
        const hoards = model.runner.shards.map(({ allocator }) => new Hoard(allocator));
        for (const hoard of hoards) hoard.takeAll(2000);
        for (const one of after) {
          shared += shapedIn(model.runner);
          if (random.double() < 0.5) for (const hoard of hoards) hoard.giveOne(() => random.double());
          if (!REFUSABLE.has(one.kind)) {
            if (NEVER_REFUSED.has(one.kind)) model.apply(one);
            continue;
          }
          const had = structuredClone(model.databases);
          try {
            model.apply(one);
          } catch (error) {
            if (!(error instanceof OutOfMemoryError)) throw error;
            model.databases = had;
            failed++;
          }
        }
        for (const hoard of hoards) hoard.giveAll();
        model.check();
      }),
      { numRuns: 60 },
    );
    expect(shared).toBeGreaterThan(1000);
    expect(failed).toBeGreaterThan(100);
  });
});
