import { describe, expect, it } from 'vitest';
import { xxh3, xxh3Hex } from '../../../src/base/xxh3.ts';
import { sanityBytes } from '../../support/xxhash-input.ts';

function hexOf(bytes: Uint8Array): string {
  // At an odd offset, with neighbours that would change the sum.
  const room = new Uint8Array(bytes.length + 6).fill(0xa5);
  room.set(bytes, 3);
  return xxh3Hex(new DataView(room.buffer), 3, bytes.length);
}

describe('XXH3', () => {
  // xxHash's published vectors for seed 0: each way of mixing, with its limits.
  it.each([
    [0, '2d06800538d394c2'],
    [1, 'c44bdff4074eecdb'],
    [6, '27b56a84cd2d7325'],
    [12, 'a713daf0dfbb77e7'],
    [24, 'a3fe70bf9d3510eb'],
    [48, '397da259ecba1f11'],
    [80, 'bcdefbbb2c47c90a'],
    [195, 'cd94217ee362ec3a'],
    [403, 'cdeb804d65c6dea4'],
    [512, '617e49599013cb6b'],
    [2048, 'dd59e2c3a5f038e0'],
    [2240, '6e73a90539cf2948'],
    [2367, 'cb37aeb9e5d361ed'],
  ])('of %d bytes', (length, hex) => {
    expect(hexOf(sanityBytes(length))).toBe(hex);
  });

  it('of all lengths up to 4,199: the hash of the hashes', () => {
    // The same computed with the C library.
    const bytes = Uint8Array.from({ length: 4200 }, (_, i) => i * 131 + (i >> 3) * 7 + 17);
    const view = new DataView(bytes.buffer);
    const all = Buffer.from(Array.from(bytes, (_, length) => xxh3Hex(view, 0, length)).join(''));
    expect(hexOf(all)).toBe('a5d0a08f0f992157');
  });

  it('keeps leading zeros, as DIGEST does', () => {
    const value = 'v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd';
    expect(hexOf(Buffer.from(value))).toBe('00006c38adf31777');
  });

  it('comes in halves too', () => {
    const into = new Uint32Array(2);
    xxh3(new DataView(new ArrayBuffer(0)), 0, 0, into);
    expect([...into]).toEqual([0x2d068005, 0x38d394c2]);
  });
});
