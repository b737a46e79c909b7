import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyBulk, moveBulk, zero } from '../../../src/base/bulk.ts';
import { move } from '../../../src/base/move.ts';
import { copy, equal, Region } from '../../../src/base/region.ts';

const BYTES = 100_000;

/** Bytes that say where they came from. */
function numbered(seed: number): Region {
  const region = Region.allocate(BYTES);
  for (let i = 0; i < BYTES; i++) region.u8[i] = Math.imul(i + seed, 0x9e3779b1) >>> 24;
  return region;
}

/** Two places and a length that fits both; as often short as long, so that every way of copying has its turn. */
const run = fc
  .record({
    length: fc.oneof(fc.nat(40), fc.nat(1100), fc.nat(BYTES)),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    near: fc.option(fc.integer({ min: -5000, max: 5000 }), { nil: undefined }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ length, from, near, to }) => {
    const room = BYTES - length;
    const fromAt = Math.floor(from * room);
    const toAt = near === undefined ? Math.floor(to * room) : Math.min(room, Math.max(0, fromAt + near));
    return { length, fromAt, toAt };
  });

describe('runs of bytes', () => {
  it('are copied between regions, and nothing else changes', () => {
    fc.assert(
      fc.property(run, fc.boolean(), ({ length, fromAt, toAt }, bulk) => {
        const from = numbered(1);
        const to = numbered(2);
        const expected = to.u8.slice();
        expected.set(from.u8.subarray(fromAt, fromAt + length), toAt);
        if (bulk && length > 0) copyBulk(from.u8, fromAt, to.u8, toAt, length);
        else copy(from, fromAt, to, toAt, length);
        expect(Buffer.compare(to.u8, expected)).toBe(0);
        expect(Buffer.compare(from.u8, numbered(1).u8)).toBe(0);
      }),
    );
  });

  it('are moved within a region, over themselves as well', () => {
    fc.assert(
      fc.property(run, fc.boolean(), ({ length, fromAt, toAt }, bulk) => {
        const region = numbered(3);
        const expected = region.u8.slice().copyWithin(toAt, fromAt, fromAt + length);
        if (bulk && length > 0) moveBulk(region.u8, fromAt, toAt, length);
        else move(region, fromAt, toAt, length);
        expect(Buffer.compare(region.u8, expected)).toBe(0);
      }),
    );
  });

  it('are copied towards the front of their own region', () => {
    fc.assert(
      fc.property(run, ({ length, fromAt, toAt }) => {
        const region = numbered(4);
        const [lower, upper] = [Math.min(fromAt, toAt), Math.max(fromAt, toAt)];
        const expected = region.u8.slice().copyWithin(lower, upper, upper + length);
        copy(region, upper, region, lower, length);
        expect(Buffer.compare(region.u8, expected)).toBe(0);
      }),
    );
  });

  it('are the same if no byte is another', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(8), fc.nat(8), fc.nat(39), (length, oneAt, otherAt, changed) => {
        const [one, other] = [numbered(6), Region.allocate(64)];
        copy(one, oneAt, other, otherAt, length);
        expect(equal(one, oneAt, other, otherAt, length)).toBe(true);
        other.u8[otherAt + changed] ^= 0x80;
        expect(equal(one, oneAt, other, otherAt, length)).toBe(changed >= length);
      }),
      { numRuns: 1000 },
    );
  });

  it('are made zero', () => {
    fc.assert(
      fc.property(run, ({ length, fromAt }) => {
        const region = numbered(5);
        const expected = region.u8.slice().fill(0, fromAt, fromAt + length);
        zero(region.u8, fromAt, fromAt + length);
        expect(Buffer.compare(region.u8, expected)).toBe(0);
      }),
    );
  });
});
