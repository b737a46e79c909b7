import { describe, expect, it } from 'vitest';
import {
  BEYOND_SAFE,
  integerLength,
  parseInt64,
  parseInteger,
  writeBigInt,
  writeInteger,
} from '../../../src/base/integers.ts';

const parse = (text: string) => parseInteger(Buffer.from(`1${text}2`), 1, text.length);
const parse64 = (text: string) => parseInt64(Buffer.from(`1${text}2`), 1, text.length);

function written(value: number): string {
  const u8 = Buffer.alloc(20, '.');
  const end = writeInteger(u8, 1, value);
  expect(end - 1).toBe(integerLength(value));
  expect(u8[0]).toBe(46);
  expect(u8[end]).toBe(46);
  return u8.toString('latin1', 1, end);
}

describe('parseInteger', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    ['-1', -1],
    ['10', 10],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
    ['9007199254740992', BEYOND_SAFE],
    ['9007199254740993', BEYOND_SAFE],
    ['-9007199254740992', BEYOND_SAFE],
    ['9223372036854775807', BEYOND_SAFE],
    ['-9223372036854775808', BEYOND_SAFE],
  ])('reads %s', (text, value) => {
    expect(parse(text)).toBe(value);
  });

  it.each([
    ...['', '-', '+1', '-0', '00', '01', '-01', ' 1', '1 ', '1.0', '1e3', '0x1', 'a', '1a', '--1', '1-', '\0', '1\0'],
    ...['9223372036854775808', '-9223372036854775809', '10000000000000000000', '99999999999999999999'],
    ...['123456789012345678901', '1:', '1/', '/', ':'],
  ])('refuses %j', (text) => {
    expect(parse(text)).toBeNaN();
    expect(parse64(text)).toBeUndefined();
  });
});

describe('parseInt64', () => {
  it.each(['0', '-5', '9007199254740993', '9223372036854775807', '-9223372036854775808'])(
    'reads %s exactly',
    (text) => {
      expect(parse64(text)).toBe(BigInt(text));
    },
  );
});

describe('writeInteger', () => {
  it('writes every length, with and without a sign', () => {
    for (let power = 0; power < 16; power++) {
      for (const value of [10 ** power, 10 ** power - 1, 10 ** power + 1, 5 * 10 ** power]) {
        if (!Number.isSafeInteger(value)) continue;
        expect(written(value)).toBe(String(value));
        if (value > 0) expect(written(-value)).toBe(String(-value));
      }
    }
  });

  it('writes what lies about the limits of its divisions', () => {
    const limits = [2 ** 31, 2 ** 32, 2 ** 53 - 1, 1e8, 99_999_999e8, 21474836e8, 21474837e8];
    for (const value of limits) {
      for (const near of [value - 1, value, value + 1]) {
        if (Number.isSafeInteger(near)) expect(written(near)).toBe(String(near));
      }
    }
  });

  it('knows no negative zero', () => {
    expect(written(-0)).toBe('0');
  });
});

it('writeBigInt writes what parseInt64 reads', () => {
  const u8 = Buffer.alloc(30);
  for (const value of [0n, -1n, 9223372036854775807n, -9223372036854775808n, 18446744073709551615n]) {
    const end = writeBigInt(u8, 3, value);
    expect(u8.toString('latin1', 3, end)).toBe(String(value));
  }
});
