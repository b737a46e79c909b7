import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highAt, lowAt, shortBytes, writeShort } from '../../../src/base/short-integers.ts';

const GUARD = 0x5a;

describe('short integers', () => {
  it('take as few bytes as they can, come back from any number that suffices, and touch no others', () => {
    const value = fc
      .tuple(fc.integer({ min: 1, max: 64 }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
      .map(([bits, any]) => BigInt.asIntN(bits, any));
    fc.assert(
      fc.property(value, fc.nat(7), (integer, more) => {
        const high = Number(integer >> 32n);
        const low = Number(BigInt.asIntN(32, integer));
        const least = shortBytes(high, low);
        expect(BigInt.asIntN(least * 8, integer)).toBe(integer);
        if (least > 1) expect(BigInt.asIntN((least - 1) * 8, integer)).not.toBe(integer);
        const size = Math.min(least + more, 8);
        const bytes = new Uint8Array(10).fill(GUARD);
        const view = new DataView(bytes.buffer);
        writeShort(view, 1, size, high, low);
        expect(lowAt(view, 1, size)).toBe(low);
        expect(highAt(view, 1, size, low)).toBe(high);
        expect([bytes[0], ...bytes.subarray(1 + size)].every((byte) => byte === GUARD)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
