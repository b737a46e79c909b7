import { describe, expect, it } from 'vitest';
import { lzfCompress, lzfDecompress } from '../../../src/base/lzf.ts';

function decompress(stream: number[], length: number): string | false {
  const target = Buffer.alloc(length + 2, '.');
  const ok = lzfDecompress(Uint8Array.from([255, ...stream, 255]), 1, stream.length, target, 1, length);
  expect([target[0], target[length + 1]]).toEqual([46, 46]);
  return ok && target.toString('latin1', 1, length + 1);
}

describe('lzfDecompress', () => {
  it('takes literals, short matches, long matches and matches that overlap themselves', () => {
    expect(decompress([2, 97, 98, 99], 3)).toBe('abc');
    expect(decompress([2, 97, 98, 99, 0x20, 2], 6)).toBe('abcabc');
    expect(decompress([0, 97, 0xe0, 1, 0], 11)).toBe('a'.repeat(11));
    expect(decompress([0, 97, 0xe0, 255, 0], 265)).toBe('a'.repeat(265));
    expect(decompress([], 0)).toBe('');
  });

  it.each([
    ['literals cut short', [3, 97, 98, 99], 4],
    ['a match without its distance', [0, 97, 0x20], 4],
    ['a long match without its length', [0, 97, 0xe0], 4],
    ['a long match without its distance', [0, 97, 0xe0, 1], 11],
    ['a match from before the start', [0, 97, 0x20, 1], 4],
    ['a match at the very start', [0x20, 0], 3],
    ['literals beyond the end', [2, 97, 98, 99], 2],
    ['a match beyond the end', [0, 97, 0x20, 0], 3],
    ['less than was said', [2, 97, 98, 99], 4],
  ])('refuses %s', (_, stream, length) => {
    expect(decompress(stream, length)).toBe(false);
  });
});

describe('lzfCompress', () => {
  const compressedLength = (text: string, room: number) =>
    lzfCompress(Buffer.from(text), 0, text.length, Buffer.alloc(room + 1), 0, room);

  it('makes little of what repeats', () => {
    expect(compressedLength('a'.repeat(1000), 1000)).toBeLessThan(20);
    expect(compressedLength('hello world, '.repeat(10), 1000)).toBeLessThan(25);
  });

  it('gives up rather than take more room than it has', () => {
    const needed = compressedLength('abcabcabcabcabc-defdefdefdef', 100);
    expect(compressedLength('abcabcabcabcabc-defdefdefdef', needed)).toBe(needed);
    expect(compressedLength('abcabcabcabcabc-defdefdefdef', needed - 1)).toBe(0);
    expect(compressedLength('abcdefghijklmnopqrstuvwxyz', 22)).toBe(0);
  });

  it('gives the same stream whatever was compressed before', () => {
    const stream = (text: string) => {
      const target = Buffer.alloc(100);
      return target.toString('hex', 0, lzfCompress(Buffer.from(text), 0, text.length, target, 0, 100));
    };
    const first = stream('abcdabcdabcdxyzxyz');
    stream('xyzabcxyzdabcxyzdddabc');
    expect(stream('abcdabcdabcdxyzxyz')).toBe(first);
  });
});
