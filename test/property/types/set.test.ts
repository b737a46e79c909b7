import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Region, utf8 } from '../../../src/base/region.ts';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { typeLimits } from '../../../src/types/limits.ts';
import {
  SET_TABLE,
  SetCursor,
  setAdd,
  setCount,
  setCreate,
  setFree,
  setHas,
  setPackIntegers,
  setRead,
  setRemove,
  setRemoveAt,
  setSample,
  setScan,
} from '../../../src/types/set.ts';
import { setValueType } from '../../../src/types/set-value-type.ts';
import { Slice } from '../../../src/types/slice.ts';
import { Value } from '../../../src/types/value.ts';

const defaults = { ...typeLimits };
afterEach(() => Object.assign(typeLimits, defaults));

const newAllocator = (): Allocator => new Allocator(new Arena(createArenaBuffer(32 << 20, 1)));
const text = (slice: Slice): string => utf8(slice.region, slice.at, slice.length);

function members(set: Value): string[] {
  const found: string[] = [];
  const cursor = new SetCursor();
  const member = new Slice();
  cursor.start(set);
  while (cursor.next(member)) found.push(text(member));
  return found;
}

const integer = fc.oneof(
  fc.integer({ min: -200, max: 200 }),
  fc.integer({ min: -40_000, max: 40_000 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const member = fc.oneof(
  { weight: 6, arbitrary: integer.map(String) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom('', '007', '-0', '+1', '9223372036854775808', 'x'.repeat(70)) },
);

describe('set', () => {
  it('holds what a plain set holds, whatever its form', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), member), { maxLength: 300 }),
        fc.nat(20),
        fc.nat(20),
        (steps, intsetEntries, listpackEntries) => {
          typeLimits.setMaxIntsetEntries = intsetEntries;
          typeLimits.setMaxListpackEntries = listpackEntries;
          const allocator = newAllocator();
          const set = new Value();
          set.allocator = allocator;
          const before = allocator.usedBytes;
          setCreate(set, Region.of('1'), 0, 1, 1);
          const model = new Set<string>();
          for (const [adds, name] of steps) {
            const region = Region.of(name);
            if (adds) expect(setAdd(set, region, 0, region.length)).toBe(!model.has(name));
            else expect(setRemove(set, region, 0, region.length)).toBe(model.has(name));
            if (adds) model.add(name);
            else model.delete(name);
            expect(setHas(set, region, 0, region.length)).toBe(adds);
          }
          expect(setCount(set)).toBe(model.size);
          expect(members(set).sort()).toEqual([...model].sort());
          const scanned = new Set<string>();
          let from = 0;
          do from = setScan(set, from, 3, (slice) => void scanned.add(text(slice)));
          while (from !== 0);
          expect(scanned).toEqual(model);
          const copy = Value.of(
            allocator,
            setValueType.copy(allocator, set.root, set.encoding, allocator),
            set.encoding,
          );
          expect(members(copy).sort()).toEqual([...model].sort());
          setFree(allocator, copy.root, copy.encoding);
          const slice = new Slice();
          const drawn = new Set<string>();
          while (setCount(set) > 0) {
            const position = setSample(set, Math.random);
            setRead(set, position, slice);
            drawn.add(text(slice));
            setRemoveAt(set, position);
          }
          expect(drawn).toEqual(model);
          setFree(allocator, set.root, set.encoding);
          expect(allocator.usedBytes).toBe(before);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('changes its form where Redis does', () => {
    const form = (names: string[]): string => {
      const set = new Value();
      set.allocator = newAllocator();
      const first = Region.of(names[0]);
      setCreate(set, first, 0, first.length, 1);
      for (const name of names) {
        const region = Region.of(name);
        setAdd(set, region, 0, region.length);
      }
      return setValueType.encodingName(set.allocator, set.root, set.encoding);
    };
    const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
    expect(form(numbers(512))).toBe('intset');
    expect(form(numbers(513))).toBe('hashtable');
    expect(form(['a', ...numbers(127)])).toBe('listpack');
    expect(form(['a', ...numbers(128)])).toBe('hashtable');
    expect(form([...numbers(127), 'a'])).toBe('listpack');
    expect(form([...numbers(128), 'a'])).toBe('hashtable');
    expect(form(['1', 'x'.repeat(64)])).toBe('listpack');
    expect(form(['1', 'x'.repeat(65)])).toBe('hashtable');
  });

  it('packs a result of whole numbers as an intset', () => {
    typeLimits.setMaxListpackEntries = 0;
    const set = new Value();
    set.allocator = newAllocator();
    setCreate(set, Region.of('a'), 0, 1, 1);
    expect(set.encoding).toBe(SET_TABLE);
    for (const name of ['5', '-3', '9223372036854775807']) {
      const region = Region.of(name);
      setAdd(set, region, 0, region.length);
    }
    setPackIntegers(set);
    expect(setValueType.encodingName(set.allocator, set.root, set.encoding)).toBe('intset');
    expect(members(set)).toEqual(['-3', '5', '9223372036854775807']);
  });
});
