import { describe, expect, it } from 'vitest';
import { Crc64 } from '../../../src/base/crc64.ts';
import { sha1Hex } from '../../../src/base/sha1.ts';

const check = Buffer.from('-123456789-');

describe('CRC-64', () => {
  it('has the check value of the Jones polynomial', () => {
    const sum = new Crc64();
    sum.update(check, 1, 9);
    expect(String(sum)).toBe('e9c6d914c4b8d9ca');
    expect([sum.high, sum.low]).toEqual([0xe9c6d914, 0xc4b8d9ca]);
  });

  it('writes and recognises itself, little-endian', () => {
    const sum = new Crc64();
    sum.update(check, 1, 9);
    const u8 = Buffer.alloc(10);
    expect(sum.write(u8, 1)).toBe(9);
    expect(u8.toString('hex')).toBe('00cad9b8c414d9c6e900');
    expect(sum.matches(u8, 1)).toBe(true);
    for (let i = 1; i < 9; i++) {
      u8[i] ^= 0x80;
      expect(sum.matches(u8, 1)).toBe(false);
      u8[i] ^= 0x80;
    }
    sum.reset();
    expect(String(sum)).toBe('0000000000000000');
  });
});

it('SHA-1 in hexadecimal', () => {
  expect(sha1Hex(Buffer.from('<return 1>'), 1, 8)).toBe('e0e1f9fabfc9d4800c877a703b823ac0578ff8db');
});
