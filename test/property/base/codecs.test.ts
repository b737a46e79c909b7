import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crc64 } from '../../../src/base/crc64.ts';
import { lzfCompress, lzfDecompress } from '../../../src/base/lzf.ts';

/** Bytes that repeat in runs and at distances, as values do. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 30 })), { maxLength: 30 })
  .map((runs) => Buffer.concat(runs.flatMap(([run, times]) => new Array<Uint8Array>(times).fill(run))));

describe('LZF', () => {
  it('gives back what was compressed', () => {
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 3000 })), fc.nat(5), (bytes, at) => {
        const source = Buffer.concat([Buffer.alloc(at, 1), bytes, Buffer.alloc(3, 1)]);
        const packed = Buffer.alloc(bytes.length + (bytes.length >> 4) + 20, '.');
        const length = lzfCompress(source, at, bytes.length, packed, at, packed.length - at - 1);
        expect(length > 0).toBe(bytes.length > 0);
        expect(packed.subarray(at + length).every((byte) => byte === 46)).toBe(true);
        const target = Buffer.alloc(bytes.length + 2);
        expect(lzfDecompress(packed, at, length, target, 1, bytes.length)).toBe(true);
        expect(target.subarray(1, -1).equals(bytes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads and writes nothing outside, however corrupt the stream', () => {
    fc.assert(
      fc.property(repetitive, fc.nat(), fc.nat(255), fc.nat(400), (bytes, where, value, targetLength) => {
        const packed = Buffer.alloc(bytes.length * 2 + 20);
        const length = lzfCompress(bytes, 0, bytes.length, packed, 0, packed.length);
        if (length > 0) packed[where % length] = value;
        const target = Buffer.alloc(targetLength + 20, '.');
        lzfDecompress(packed, 0, length, target, 10, targetLength);
        expect(target.toString('latin1', 0, 10)).toBe('.'.repeat(10));
        expect(target.toString('latin1', targetLength + 10)).toBe('.'.repeat(10));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('CRC-64', () => {
  it('taken in pieces is that of the whole, bit by bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const sum = new Crc64();
        const first = Math.min(cut, bytes.length);
        sum.update(bytes, 0, first);
        sum.update(bytes, first, bytes.length - first);
        expect(String(sum)).toBe(modelCrc64(bytes).toString(16).padStart(16, '0'));
      }),
    );
  });
});

function modelCrc64(bytes: Uint8Array): bigint {
  let sum = 0n;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1n) === 1n ? (sum >> 1n) ^ 0x95ac9329ac4bc9b5n : sum >> 1n;
  }
  return sum;
}
