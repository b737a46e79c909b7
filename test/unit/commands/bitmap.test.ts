import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommandRunner } from '../../support/command-runner.ts';

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const bitsOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
/** Runs of zeros and ones as well as noise, of lengths about the sizes of words. */
const bitmap = fc
  .array(fc.tuple(fc.constantFrom(0, 255, 1, 128, 0x5a), fc.integer({ min: 1, max: 70 })), { maxLength: 5 })
  .map((runs) => Uint8Array.from(runs.flatMap(([byte, times]) => new Array<number>(times).fill(byte))));
const place = fc.oneof(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -3000, max: 3000 }));

/** What a range of a string of `length` means, as Redis reads it. */
function cut(text: string, start: number, end: number): { from: number; to: number } {
  const from = Math.max(0, start < 0 ? start + text.length : start);
  const to = Math.min(text.length - 1, Math.max(0, end < 0 ? end + text.length : end));
  return { from, to };
}

describe('bits are those of a plain string of digits', () => {
  const redis = new CommandRunner({ shards: 1 });

  test('counted', () => {
    fc.assert(
      fc.property(bitmap, place, place, fc.nat(9), (bytes, start, end, padding) => {
        // Keys of all lengths put the value at all distances from a word's begin.
        const key = 'k'.repeat(padding + 1);
        redis.run('SET', key, latin1(bytes));
        const bits = bitsOf(bytes);
        expect(redis.run('BITCOUNT', key)).toBe(bits.replaceAll('0', '').length);
        const { from, to } = cut(bits, start, end);
        const backwards = start < 0 && end < 0 && start > end;
        const counted = backwards ? '' : bits.slice(from, Math.max(from, to + 1));
        expect(redis.run('BITCOUNT', key, start, end, 'BIT')).toBe(counted.replaceAll('0', '').length);
      }),
    );
  });

  test('found', () => {
    fc.assert(
      fc.property(bitmap, place, place, fc.constantFrom(0, 1), (bytes, start, end, bit) => {
        redis.run('SET', 'k', latin1(bytes));
        const bits = bitsOf(bytes);
        const { from, to } = cut(bits, start, end);
        const at = bits.slice(0, to + 1).indexOf(String(bit), from);
        expect(redis.run('BITPOS', 'k', bit, start, end, 'BIT')).toBe(from > to ? -1 : at);
        const open = bits.indexOf(String(bit));
        expect(redis.run('BITPOS', 'k', bit)).toBe(open < 0 && bit === 0 && bits.length > 0 ? bits.length : open);
      }),
    );
  });

  test('combined', () => {
    const operations: Record<string, (bits: string) => boolean> = {
      AND: (bits) => !bits.includes('0'),
      OR: (bits) => bits.includes('1'),
      XOR: (bits) => bits.replaceAll('0', '').length % 2 === 1,
      DIFF: (bits) => bits[0] === '1' && !bits.slice(1).includes('1'),
      DIFF1: (bits) => bits[0] === '0' && bits.slice(1).includes('1'),
      ANDOR: (bits) => bits[0] === '1' && bits.slice(1).includes('1'),
      ONE: (bits) => bits.replaceAll('0', '').length === 1,
    };
    const names = fc.constantFrom(...Object.keys(operations));
    fc.assert(
      fc.property(names, fc.array(bitmap, { minLength: 2, maxLength: 4 }), (operation, sources) => {
        sources.forEach((bytes, i) => {
          redis.run('SET', `s${'x'.repeat(i)}`, latin1(bytes));
        });
        const length = Math.max(...sources.map((bytes) => bytes.length));
        const keys = sources.map((_, i) => `s${'x'.repeat(i)}`);
        expect(redis.run('BITOP', operation, keys[0], ...keys)).toBe(length);
        const all = sources.map((bytes) => bitsOf(bytes).padEnd(length * 8, '0'));
        let expected = '';
        for (let i = 0; i < length * 8; i++) {
          expected += operations[operation](all.map((bits) => bits[i]).join('')) ? '1' : '0';
        }
        const got = redis.run('GET', keys[0]);
        expect(got === null ? '' : bitsOf(Buffer.from(got as string, 'latin1'))).toBe(expected);
      }),
    );
    expect(redis.problems()).toEqual([]);
  });
});

describe('long bitmaps, which are worked on in pieces, are those of plain bytes', () => {
  const redis = new CommandRunner({ shards: 2 });
  /** Long runs of one byte between short ones, so that searches have far to go; often of one length. */
  const long = fc
    .array(fc.tuple(fc.constantFrom(0, 255, 0x81), fc.constantFrom(1, 31, 4096, 10_000, 16_384)), { maxLength: 4 })
    .map((runs) => Uint8Array.from(runs.flatMap(([byte, times]) => new Array<number>(times).fill(byte))));
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const countOf = (byte: number) => byte.toString(2).replaceAll('0', '').length;

  test('counted and found', () => {
    fc.assert(
      fc.property(long, share, share, fc.constantFrom(0, 1), fc.nat(9), (bytes, first, last, bit, padding) => {
        const key = 'k'.repeat(padding + 1);
        redis.run('SET', key, latin1(bytes));
        const from = Math.floor(first * bytes.length);
        const to = Math.min(bytes.length - 1, from + Math.floor(last * bytes.length));
        const part = bytes.subarray(from, to + 1);
        const count = part.reduce((sum, byte) => sum + countOf(byte), 0);
        expect(redis.run('BITCOUNT', key, from, to)).toBe(count);
        const at = part.findIndex((byte) => byte !== (bit === 1 ? 0 : 255));
        const within = at < 0 ? -1 : bitsOf(part.subarray(at, at + 1)).indexOf(String(bit));
        expect(redis.run('BITPOS', key, bit, from, to)).toBe(at < 0 ? -1 : (from + at) * 8 + within);
      }),
    );
  });

  test('combined, to a key of their own or over one of the sources', () => {
    const operations: Record<string, (first: number, others: number[]) => number> = {
      AND: (first, others) => others.reduce((all, byte) => all & byte, first),
      OR: (first, others) => others.reduce((all, byte) => all | byte, first),
      XOR: (first, others) => others.reduce((all, byte) => all ^ byte, first),
      NOT: (first) => ~first & 255,
      DIFF: (first, others) => first & ~others.reduce((all, byte) => all | byte),
      DIFF1: (first, others) => ~first & others.reduce((all, byte) => all | byte),
      ANDOR: (first, others) => first & others.reduce((all, byte) => all | byte),
      ONE: (first, others) => {
        let seen = first;
        let twice = 0;
        for (const byte of others) {
          twice |= seen & byte;
          seen |= byte;
        }
        return seen & ~twice;
      },
    };
    const names = fc.constantFrom(...Object.keys(operations));
    fc.assert(
      fc.property(
        names,
        fc.array(long, { minLength: 2, maxLength: 3 }),
        fc.nat(3),
        fc.boolean(),
        (name, all, to, ttl) => {
          const sources = name === 'NOT' ? all.slice(0, 1) : all;
          const keys = ['a', 'bb', 'ccc'].slice(0, sources.length);
          redis.run('SET', 'dddd', 'what was there');
          keys.forEach((key, i) => {
            redis.run('SET', key, latin1(sources[i]), ...(ttl ? ['EX', 100] : []));
          });
          const length = Math.max(...sources.map((bytes) => bytes.length));
          const target = keys[to] ?? 'dddd';
          expect(redis.run('BITOP', name, target, ...keys)).toBe(length);
          const byteOf = (i: number) =>
            operations[name](
              sources[0][i] ?? 0,
              sources.slice(1).map((bytes) => bytes[i] ?? 0),
            );
          const expected = Uint8Array.from({ length }, (_, i) => byteOf(i));
          const got = (redis.run('GET', target) as string | null) ?? '';
          expect(Buffer.compare(Buffer.from(got, 'latin1'), expected)).toBe(0);
          expect(redis.run('TTL', target)).toBe(length === 0 ? -2 : -1);
        },
      ),
      { numRuns: 60 },
    );
    expect(redis.problems()).toEqual([]);
  });
});

describe('BITFIELD', () => {
  test('reads and writes any width at any bit', () => {
    const redis = new CommandRunner({ shards: 1 });
    fc.assert(
      fc.property(
        bitmap,
        fc.integer({ min: 0, max: 700 }),
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        fc.oneof(
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
          fc.bigInt({ min: -(2n ** 49n), max: 2n ** 49n }),
        ),
        (bytes, offset, width, signed, value) => {
          const bits = signed ? width : Math.min(width, 63);
          const type = `${signed ? 'i' : 'u'}${bits}`;
          redis.run('SET', 'k', latin1(bytes));
          const before = bitsOf(bytes).padEnd(Math.max(bytes.length * 8, Math.ceil((offset + bits) / 8) * 8), '0');
          const field = BigInt(`0b${before.slice(offset, offset + bits)}`);
          const old = String(signed ? BigInt.asIntN(bits, field) : field);
          expect(String(redis.run('BITFIELD', 'k', 'GET', type, offset))).toBe(`${old}`);
          expect(String(redis.run('BITFIELD', 'k', 'SET', type, offset, String(value)))).toBe(`${old}`);
          const written = BigInt.asUintN(bits, value).toString(2).padStart(bits, '0');
          const after = before.slice(0, offset) + written + before.slice(offset + bits);
          expect(bitsOf(Buffer.from(redis.run('GET', 'k') as string, 'latin1'))).toBe(after);
        },
      ),
    );
  });

  test('overflows as told', () => {
    const redis = new CommandRunner();
    const incr = (overflow: string, type: string, by: number | string) =>
      redis.run('BITFIELD', 'k', 'SET', type, 0, 100, 'OVERFLOW', overflow, 'INCRBY', type, 0, by);
    expect(incr('WRAP', 'i8', 100)).toEqual([0, -56]);
    expect(incr('SAT', 'i8', 100)).toEqual([-56, 127]);
    expect(incr('FAIL', 'i8', 100)).toEqual([127, null]);
    expect(incr('SAT', 'i8', '-9223372036854775808')).toEqual([100, -128]);
    expect(incr('WRAP', 'u8', -101)).toEqual([128, 255]);
    expect(incr('SAT', 'u8', -101)).toEqual([255, 0]);
  });

  test('tells of a change only', () => {
    const redis = new CommandRunner();
    redis.run('BITFIELD', 'k', 'SET', 'u8', 0, 0);
    expect(redis.takeEvents()).toEqual(['setbit k']);
    redis.run('BITFIELD', 'k', 'SET', 'u8', 0, 0, 'GET', 'u8', 0);
    redis.run('SETBIT', 'k', 3, 0);
    expect(redis.takeEvents()).toEqual([]);
    redis.run('SETBIT', 'k', 3, 1);
    redis.run('BITOP', 'NOT', 'none', 'none');
    redis.run('BITOP', 'NOT', 'k', 'none');
    expect(redis.takeEvents()).toEqual(['setbit k', 'del k']);
  });

  test('refuses what Redis refuses', () => {
    const redis = new CommandRunner();
    redis.run('RPUSH', 'l', 'a');
    expect(redis.run('BITFIELD', 'k', 'GET', 'u64', 0)).toMatch('Invalid bitfield type');
    expect(redis.run('BITFIELD', 'k', 'GET', 'i8', '#536870912')).toMatch('bit offset is not an integer');
    expect(redis.run('BITFIELD', 'k', 'OVERFLOW', 'x')).toMatch('Invalid OVERFLOW type');
    expect(redis.run('BITFIELD_RO', 'k', 'SET', 'u8', 0, 1)).toMatch('only supports the GET subcommand');
    expect(redis.run('SETBIT', 'k', 4294967296, 1)).toMatch('bit offset is not an integer');
    expect(redis.run('SETBIT', 'k', 0, 2)).toBe('Error: ERR bit is not an integer or out of range');
    expect(redis.run('SETBIT', 'l', 0, 1)).toMatch('WRONGTYPE');
    expect(redis.run('BITPOS', 'k', 2)).toBe('Error: ERR The bit argument must be 1 or 0.');
    expect(redis.run('BITOP', 'DIFF', 'k', 'x')).toBe(
      'Error: ERR BITOP DIFF must be called with at least two source keys.',
    );
    expect(redis.run('EXISTS', 'k')).toBe(0);
  });
});
