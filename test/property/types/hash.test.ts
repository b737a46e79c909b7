import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Region, utf8 } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import {
  HashCursor,
  hashCount,
  hashCreate,
  hashDeadline,
  hashDeadlineCount,
  hashEarliestDeadline,
  hashExpireDue,
  hashFind,
  hashFree,
  hashReadField,
  hashReadValue,
  hashRemove,
  hashSample,
  hashScan,
  hashSet,
  hashSetDeadline,
} from '../../../src/types/hash.ts';
import { hashValueType } from '../../../src/types/hash-value-type.ts';
import { typeLimits } from '../../../src/types/limits.ts';
import { Slice } from '../../../src/types/slice.ts';
import { Value } from '../../../src/types/value.ts';

const defaults = { ...typeLimits };
afterEach(() => Object.assign(typeLimits, defaults));

interface Kept {
  value: string;
  deadlineMs: number;
}
const slice = new Slice();
const text = (): string => utf8(slice.region, slice.at, slice.length);

function newHash(): Value {
  const hash = new Value();
  hash.allocator = new Allocator(new Arena(createArenaBuffer(32 << 20, 1)));
  hashCreate(hash, 1);
  return hash;
}

function find(hash: Value, field: string): number {
  const region = Region.of(field);
  return hashFind(hash, region, 0, region.length);
}

function set(hash: Value, field: string, value: string, keeps: boolean): boolean {
  const name = Region.of(field);
  const region = Region.of(value);
  return hashSet(hash, name, 0, name.length, region, 0, region.length, keeps);
}

function contents(hash: Value): Map<string, Kept> {
  const found = new Map<string, Kept>();
  const cursor = new HashCursor();
  cursor.start(hash);
  while (cursor.next()) {
    hashReadField(hash, cursor.position, slice);
    const field = text();
    hashReadValue(hash, cursor.position, slice);
    found.set(field, { value: text(), deadlineMs: hashDeadline(hash, cursor.position) });
  }
  return found;
}

const field = fc.oneof(fc.nat(30).map(String), fc.string({ maxLength: 8 }));
const value = fc.oneof(
  fc.integer().map(String),
  fc.string({ maxLength: 20 }),
  fc.constantFrom('', 'v'.repeat(65), 'v'.repeat(70_000)),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), field, value, keeps: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), field }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deadline' as const), field, deadlineMs: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), nowMs: fc.nat(20) }) },
);

describe('hash', () => {
  it('holds what a plain map with deadlines holds, whatever its form', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(30), (steps, listpackEntries) => {
        typeLimits.hashMaxListpackEntries = listpackEntries;
        const hash = newHash();
        const model = new Map<string, Kept>();
        for (const one of steps) {
          if (one.kind === 'set') {
            const had = model.get(one.field);
            expect(set(hash, one.field, one.value, one.keeps)).toBe(had === undefined);
            model.set(one.field, { value: one.value, deadlineMs: one.keeps && had ? had.deadlineMs : 0 });
          } else if (one.kind === 'remove') {
            const position = find(hash, one.field);
            expect(position !== 0).toBe(model.delete(one.field));
            if (position !== 0) hashRemove(hash, position);
          } else if (one.kind === 'deadline') {
            const kept = model.get(one.field);
            if (kept === undefined) continue;
            hashSetDeadline(hash, find(hash, one.field), one.deadlineMs);
            kept.deadlineMs = one.deadlineMs;
          } else {
            const due = [...model].filter(([, kept]) => kept.deadlineMs !== 0 && kept.deadlineMs <= one.nowMs);
            expect(hashExpireDue(hash, one.nowMs, Number.POSITIVE_INFINITY)).toBe(due.length);
            for (const [name] of due) model.delete(name);
          }
        }
        expect(hashCount(hash)).toBe(model.size);
        expect(contents(hash)).toEqual(model);
        const deadlines = [...model.values()].map((kept) => kept.deadlineMs).filter((ms) => ms !== 0);
        expect(hashEarliestDeadline(hash)).toBe(Math.min(Number.POSITIVE_INFINITY, ...deadlines));
        expect(hashDeadlineCount(hash)).toBe(deadlines.length);
        const scanned = new Set<string>();
        let from = 0;
        do {
          from = hashScan(hash, from, 3, (position) => {
            hashReadField(hash, position, slice);
            scanned.add(text());
          });
        } while (from !== 0);
        expect(scanned).toEqual(new Set(model.keys()));
        const { allocator } = hash;
        const copied = hashValueType.copy(allocator, hash.root, hash.encoding, allocator);
        expect(contents(Value.of(allocator, copied, hash.encoding))).toEqual(model);
        hashFree(allocator, copied, hash.encoding);
        while (hashCount(hash) > 0) hashRemove(hash, hashSample(hash, Math.random));
        hashFree(allocator, hash.root, hash.encoding);
        expect(allocator.usedBytes).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('changes its form where Redis does', () => {
    const hash = newHash();
    const form = (): string => hashValueType.encodingName(hash.allocator, hash.root, hash.encoding);
    for (let i = 0; i < 511; i++) set(hash, `f${i}`, 'v', false);
    expect(form()).toBe('listpack');
    hashSetDeadline(hash, find(hash, 'f7'), 1000);
    expect(form()).toBe('listpackex');
    expect([...contents(hash).keys()].slice(0, 3)).toEqual(['f7', 'f0', 'f1']);
    set(hash, 'f511', 'v', false);
    expect(form()).toBe('listpackex');
    set(hash, 'f512', 'v', false);
    expect(form()).toBe('hashtable');
    expect(hashDeadline(hash, find(hash, 'f7'))).toBe(1000);
    const other = newHash();
    set(other, 'f', 'v'.repeat(65), false);
    expect(hashValueType.encodingName(other.allocator, other.root, other.encoding)).toBe('hashtable');
  });
});
