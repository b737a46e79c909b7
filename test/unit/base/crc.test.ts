import { describe, expect, it } from 'vitest';
import { crc16, keySlot } from '../../../src/base/crc16.ts';
import { Crc64 } from '../../../src/base/crc64.ts';
import { sha1Hex } from '../../../src/base/sha1.ts';

const check = Buffer.from('-123456789-');
const slotOf = (key: string) => keySlot(Buffer.from(`{${key}}`), 1, Buffer.byteLength(key));

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

describe('CRC-16', () => {
  it('has the check value of XMODEM', () => {
    expect(crc16(check, 1, 9)).toBe(0x31c3);
  });

  it.each([
    ['', 0],
    ['bar', 5061],
    ['{bar}', 5061],
    ['foo{bar}{zap}', 5061],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', 4015],
  ])('slot of %j', (key, slot) => {
    expect(slotOf(key)).toBe(slot);
  });

  it('takes no brace from beyond the key', () => {
    expect(slotOf('x{a')).toBe(crc16(Buffer.from('x{a'), 0, 3) % 16384);
    expect(slotOf('a}b')).toBe(crc16(Buffer.from('a}b'), 0, 3) % 16384);
  });
});

it('SHA-1 in hexadecimal', () => {
  expect(sha1Hex(Buffer.from('<return 1>'), 1, 8)).toBe('e0e1f9fabfc9d4800c877a703b823ac0578ff8db');
});
