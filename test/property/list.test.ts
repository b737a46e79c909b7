import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { typeLimits } from '../../src/types/limits.ts';
import { List } from '../../src/types/list.ts';
import { listDebug } from '../../src/types/list-limits.ts';
import { removeEqual } from '../../src/types/list-remove.ts';
import { listValueType } from '../../src/types/list-value-type.ts';
import { checkList, readList, textAtCursor } from '../support/list-checks.ts';

const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', '7', '-300', 'hello', '123456789') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 30 }) },
  { weight: 2, arbitrary: fc.integer({ min: 30, max: 1500 }).map((length) => 'm'.repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom(4000, 5000, 8150, 8192, 8193, 20000).map((length) => 'l'.repeat(length)) },
);
const place = fc.integer({ min: -60, max: 60 });
const step = fc.oneof(
  fc.record({
    op: fc.constantFrom('pushFirst' as const, 'pushLast' as const),
    values: fc.array(value, { minLength: 1, maxLength: 12 }),
  }),
  fc.record({ op: fc.constantFrom('popFirst' as const, 'popLast' as const), times: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ op: fc.constantFrom('before' as const, 'after' as const, 'replace' as const), place, value }),
  fc.record({ op: fc.constant('remove' as const), place }),
  fc.record({ op: fc.constant('removeRange' as const), from: fc.nat(80), count: fc.nat(30) }),
  fc.record({ op: fc.constant('removeEqual' as const), count: fc.integer({ min: -3, max: 3 }), value }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const allocator = new Allocator(new Arena(createArenaBuffer(32 << 20, 1)));
const other = new Allocator(new Arena(createArenaBuffer(32 << 20, 1)));

const bytesOf = (texts: string[]): number => texts.reduce((sum, text) => sum + text.length, 0);

function push(list: List, model: string[], values: string[], first: boolean): void {
  list.grow(bytesOf(values), values.length);
  for (const text of values) {
    if (first) {
      list.pushFirst(Region.of(text), 0, text.length);
      model.unshift(text);
    } else {
      list.pushLast(Region.of(text), 0, text.length);
      model.push(text);
    }
  }
}

function removeModel(model: string[], count: number, text: string): number {
  let removed = 0;
  const most = count === 0 ? model.length : Math.abs(count);
  for (;;) {
    const index = count < 0 ? model.lastIndexOf(text) : model.indexOf(text);
    if (index < 0 || removed === most) return removed;
    model.splice(index, 1);
    removed++;
  }
}

function take(list: List, model: string[], taken: Step): void {
  const { op } = taken;
  if ('values' in taken) return push(list, model, taken.values, op === 'pushFirst');
  if ('count' in taken && 'value' in taken) {
    const { value, count } = taken;
    expect(removeEqual(list, count, Region.of(value), 0, value.length)).toBe(removeModel(model, count, value));
  } else if ('from' in taken) {
    const from = Math.min(taken.from, model.length);
    const count = Math.min(taken.count, model.length - from);
    list.removeRange(from, count);
    model.splice(from, count);
  } else if ('times' in taken) {
    for (let i = 0; i < taken.times && model.length > 0; i++) {
      list.seek(op === 'popFirst' ? 0 : -1);
      expect(textAtCursor(list)).toBe(op === 'popFirst' ? model.shift() : model.pop());
      list.remove();
    }
  } else {
    const index = taken.place < 0 ? taken.place + model.length : taken.place;
    const isThere = index >= 0 && index < model.length;
    if ('value' in taken) list.grow(taken.value.length, 1);
    expect(list.seek(taken.place)).toBe(isThere);
    if (!isThere) return;
    if (!('value' in taken)) {
      model.splice(index, 1);
      expect(list.remove()).toBe(index < model.length);
      if (index < model.length) expect(textAtCursor(list)).toBe(model[index]);
      return;
    }
    const source = Region.of(taken.value);
    if (op === 'before') list.insertBefore(source, 0, source.length);
    else if (op === 'after') list.insertAfter(source, 0, source.length);
    else list.replace(source, 0, source.length);
    model.splice(op === 'after' ? index + 1 : index, op === 'replace' ? 1 : 0, taken.value);
    if (op !== 'replace') expect(textAtCursor(list)).toBe(taken.value);
  }
}

describe('a list', () => {
  for (const [limit, threshold] of [
    [-2, 0],
    [-1, 0],
    [-5, 0],
    [3, 0],
    [1, 0],
    [0, 0],
    [5, 10],
    [-2, 1],
  ]) {
    it(`is a plain list, whatever is done to it, at list-max-listpack-size ${limit}, threshold ${threshold}`, () => {
      typeLimits.listMaxListpackSize = limit;
      listDebug.packedThresholdBytes = threshold;
      fc.assert(
        fc.property(fc.array(value, { maxLength: 80 }), fc.array(step, { maxLength: 40 }), (start, steps) => {
          const list = new List();
          list.create(allocator, bytesOf(start), start.length);
          const model: string[] = [];
          push(list, model, start, false);
          for (const taken of steps) {
            take(list, model, taken);
            list.settle(true);
            checkList(list);
          }
          expect(readList(list)).toEqual(model);
          for (let index = -model.length; index < model.length; index++) {
            expect(list.seek(index)).toBe(true);
            expect(textAtCursor(list)).toBe(model.at(index));
          }
          const copied = new List();
          copied.set(other, listValueType.copy(allocator, list.root, list.encoding, other), list.encoding);
          checkList(copied);
          expect(readList(copied)).toEqual(model);
          listValueType.free(other, copied.root, copied.encoding);
          expect(listValueType.sizeOf(allocator, list.root, list.encoding, 0)).toBe(allocator.usedBytes);
          listValueType.free(allocator, list.root, list.encoding);
          expect(allocator.usedBytes + other.usedBytes).toBe(0);
        }),
        { numRuns: 60 },
      );
      typeLimits.listMaxListpackSize = -2;
      listDebug.packedThresholdBytes = 0;
    });
  }
});
