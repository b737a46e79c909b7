import { describe, expect, it } from 'vitest';
import { xxh128 } from '../../../src/base/xxh128.ts';
import { sanityBytes } from '../../support/xxhash-input.ts';

const words = new Uint32Array(4);

function hexOf(view: DataView, at: number, length: number): string {
  xxh128(view, at, length, words);
  return Array.from(words, (word) => word.toString(16).padStart(8, '0'))
    .reverse()
    .join('');
}

describe('XXH3 with 128 bits', () => {
  // Computed with the C library, on the input of its own sanity checks: each way of mixing, with its limits.
  it.each([
    [4, '970d585ac632bf8e2e7d8d6876a39fe9'],
    [6, '082afe0b8162d12a3e7039bdda43cfc6'],
    [8, '47a7f080d82bb45664c69cab4bb21dc5'],
    [9, '564ef6078950d457ed7ccbc501eb7501'],
    [12, '6e3efd8fc7802b18061a192713f69ad9'],
    [16, 'c68c368ecf8a9c05562980258a998629'],
    [17, '955fa78643ed3669abbc12d11973d7db'],
    [24, '0ce966e4678d37611e7044d28b1b901d'],
    [48, 'a002ac4e5478227ef942219aed80f67b'],
    [80, 'fdf2cefde9eaac8a454ae6bf7a8a532d'],
    [128, '39992220e045260aebb15e34a7fb5ab1'],
    [129, '03815fc91f1b30b686c9e3bc8f0a3b5c'],
    [195, '7729543a26b207ee3fb593c086a66075'],
    [240, 'aa4202daa2769dc85c9aae94c8ebe5a0'],
    [241, '99a80ecf0ecfc647c5a639ecd2030e5e'],
    [403, '1b6de21e332dd73dcdeb804d65c6dea4'],
    [512, '18d2d110dcc9bca1617e49599013cb6b'],
    [2048, 'f736557fd47073a5dd59e2c3a5f038e0'],
    [2240, 'ccb134fbfa7ce49d6e73a90539cf2948'],
    [2367, 'e89c0f6ff369b427cb37aeb9e5d361ed'],
  ])('of %d bytes', (length, hex) => {
    // At an odd offset, with neighbours that would change the sum.
    const room = new Uint8Array(length + 6).fill(0xa5);
    room.set(sanityBytes(length), 3);
    expect(hexOf(new DataView(room.buffer), 3, length)).toBe(hex);
  });

  it('of all lengths from 4 to 4,199: the hash of the hashes', () => {
    const view = new DataView(Uint8Array.from({ length: 4200 }, (_, i) => i * 131 + (i >> 3) * 7 + 17).buffer);
    const all = new TextEncoder().encode(Array.from({ length: 4196 }, (_, i) => hexOf(view, 0, i + 4)).join(''));
    expect(hexOf(new DataView(all.buffer), 0, all.length)).toBe('a5774e5d456123dab8369d6996e8a361');
  });
});
