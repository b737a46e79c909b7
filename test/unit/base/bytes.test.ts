import { expect, it } from 'vitest';
import { copyOf, equalsIgnoreCase, latin1Text, upperAscii, utf8Text } from '../../../src/base/bytes.ts';

it('compares words without regard to case, and nothing but letters folded', () => {
  const word = upperAscii('get-[x1');
  const equals = (text: string) => equalsIgnoreCase(Buffer.from(`<${text}>`, 'latin1'), 1, text.length, word);
  expect(equals('get-[x1')).toBe(true);
  expect(equals('GeT-[X1')).toBe(true);
  expect(equals('get-{x1')).toBe(false);
  expect(equals('get-[x')).toBe(false);
  expect(equals('get-[x11')).toBe(false);
  expect(equals('get\r[x1')).toBe(false);
});

it('makes strings of pieces of shared memory', () => {
  const u8 = new Uint8Array(new SharedArrayBuffer(20), 4);
  u8.set(Buffer.from('…é'), 2);
  expect(utf8Text(u8, 2, 5)).toBe('…é');
  expect(latin1Text(u8, 2, 3)).toBe('â\x80¦');
  const copy = copyOf(u8, 2, 5);
  u8.fill(0);
  expect(copy.toString()).toBe('…é');
});
