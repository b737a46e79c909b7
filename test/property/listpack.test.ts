import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1, Region } from '../../src/base/region.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import * as listpack from '../../src/types/listpack.ts';
import { ListpackElement } from '../../src/types/listpack-element.ts';
import { validate } from '../../src/types/listpack-validate.ts';

const value = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 12 }) },
  { weight: 2, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: -9000, max: 9000 }).map(String) },
  { weight: 1, arbitrary: fc.integer({ min: 50, max: 140 }).map((length) => 'm'.repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom(4094, 4095, 4096, 16378, 16381).map((length) => 'l'.repeat(length)) },
);

const place = fc.nat(1000);
const step = fc.oneof(
  fc.record({ op: fc.constant('append' as const), value }),
  fc.record({ op: fc.constant('prepend' as const), value }),
  fc.record({ op: fc.constant('before' as const), place, value }),
  fc.record({ op: fc.constant('after' as const), place, value }),
  fc.record({ op: fc.constant('replace' as const), place, value }),
  fc.record({ op: fc.constant('remove' as const), place, count: fc.integer({ min: 1, max: 5 }) }),
);

const allocator = new Allocator(new Arena(createArenaBuffer(16 << 20, 1)));
const region = allocator.arena.region;
const element = new ListpackElement();

function read(lp: number): string[] {
  const texts: string[] = [];
  for (let at = listpack.first(region, lp); at !== 0; at = listpack.next(region, at)) {
    element.read(region, at);
    const text = Region.allocate(element.textLength());
    element.copyText(text, 0);
    texts.push(latin1(text, 0, text.length));
  }
  return texts;
}

describe('a listpack', () => {
  it('is a list of texts, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model: string[] = [];
        let lp = listpack.create(allocator);
        for (const taken of steps) {
          if (taken.op === 'append') {
            model.push(taken.value);
            lp = listpack.append(allocator, lp, Region.of(taken.value), 0, taken.value.length);
          } else if (taken.op === 'prepend') {
            model.unshift(taken.value);
            lp = listpack.prepend(allocator, lp, Region.of(taken.value), 0, taken.value.length);
          } else if (model.length > 0) {
            const index = taken.place % model.length;
            const at = listpack.seek(region, lp, index % 2 === 0 ? index : index - model.length);
            if (taken.op === 'remove') {
              model.splice(index, taken.count);
              lp = listpack.removeRange(allocator, lp, at, taken.count);
            } else {
              const { op, value } = taken;
              const change = { before: listpack.insertBefore, after: listpack.insertAfter, replace: listpack.replace }[
                op
              ];
              model.splice(op === 'after' ? index + 1 : index, op === 'replace' ? 1 : 0, value);
              lp = change(allocator, lp, at, Region.of(value), 0, value.length);
            }
          }
          expect(validate(region, lp, listpack.bytes(region, lp))).toBe(model.length);
        }
        expect(read(lp)).toEqual(model);
        for (const text of model) {
          const at = listpack.find(region, listpack.first(region, lp), Region.of(text), 0, text.length, 0);
          expect(at).toBe(listpack.seek(region, lp, model.indexOf(text)));
        }
        allocator.free(lp);
      }),
      { numRuns: 200 },
    );
    expect(allocator.usedBytes).toBe(0);
  });
});

describe('bytes from anywhere', () => {
  const sound = fc.array(value, { maxLength: 12 }).map((texts) => {
    let lp = listpack.create(allocator);
    for (const text of texts) lp = listpack.append(allocator, lp, Region.of(text), 0, text.length);
    const bytes = region.u8.slice(lp, lp + listpack.bytes(region, lp));
    allocator.free(lp);
    return bytes;
  });
  const wounds = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });

  /** A region that ends where the bytes do, so that a read beyond them throws. */
  const exactly = (bytes: Uint8Array): Region => {
    const region = Region.allocate(bytes.length);
    region.u8.set(bytes);
    return region;
  };

  /** What passes can be walked both ways and stays inside. */
  const walk = (bytes: Uint8Array): void => {
    const region = exactly(bytes);
    const elements = validate(region, 0, bytes.length);
    if (elements < 0) return;
    const positions: number[] = [];
    for (let at = listpack.first(region, 0); at !== 0; at = listpack.next(region, at)) {
      positions.push(at);
      element.read(region, at);
      element.copyText(Region.allocate(element.textLength()), 0);
    }
    expect(positions.length).toBe(elements);
    for (let at = listpack.last(region, 0); at !== 0; at = listpack.previous(region, 0, at)) {
      expect(at).toBe(positions.pop());
    }
    expect(positions).toEqual([]);
  };

  it('pass only if they are safe to walk', () => {
    fc.assert(
      fc.property(sound, wounds, (bytes, hits) => {
        for (const [where, byte] of hits) bytes[where % bytes.length] = byte;
        walk(bytes);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 40 }), (body) => {
        const bytes = Uint8Array.from([body.length + 7, 0, 0, 0, 255, 255, ...body, 255]);
        walk(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('do not pass cut short or with a wrong length', () => {
    fc.assert(
      fc.property(sound, fc.nat(), (bytes, cut) => {
        const short = bytes.slice(0, cut % bytes.length);
        expect(validate(exactly(short), 0, short.length)).toBe(-1);
        expect(validate(exactly(bytes), 0, bytes.length)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
