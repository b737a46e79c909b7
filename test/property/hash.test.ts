import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../src/base/hash.ts';
import { Region } from '../../src/base/region.ts';

const SEEDS = [0, 1, -1, 12345, -(2 ** 31), 0x5bd1e995];

function hashOf(key: Region, seed: number): number {
  return hashBytes(key.view, 0, key.length, seed);
}

/** How far counts are from even, in standard deviations. */
function unevenness(counts: Int32Array, total: number): number {
  const expected = total / counts.length;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chiSquared - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

/** The factor that undoes a multiplication by an odd number modulo 2^32. */
function inverse(factor: number): number {
  let x = factor;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(factor, x));
  return x;
}

describe('the hash', () => {
  const keySets: Record<string, (i: number) => string> = {
    numbers: (i) => `${i}`,
    'redis-benchmark': (i) => `key:${String(i).padStart(12, '0')}`,
    'every 64th': (i) => `user:${i * 64}:profile`,
    'short letters': (i) => i.toString(36),
  };
  for (const [name, keyOf] of Object.entries(keySets)) {
    it(`spreads ${name} evenly over shards, segments and home slots`, () => {
      const keys = Array.from({ length: 50_000 }, (_, i) => Region.of(keyOf(i)));
      for (const seed of SEEDS) {
        const shards = new Int32Array(16);
        const segments = new Int32Array(1024);
        const homes = new Int32Array(1024);
        const all = new Set<number>();
        for (const key of keys) {
          const hash = hashOf(key, seed);
          shards[hash & 15]++;
          segments[hash >>> 22]++;
          homes[(hash << 8) >>> 22]++;
          all.add(hash);
        }
        for (const counts of [shards, segments, homes]) expect(unevenness(counts, keys.length)).toBeLessThan(6);
        expect(keys.length - all.size).toBeLessThan(8);
      }
    });
  }

  it('tells keys apart that collide under MurmurHash3 whatever its seed', () => {
    const [c1, c2] = [0xcc9e2d51, 0x1b873593];
    const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
    const mix = (k: number): number => Math.imul(rotate(Math.imul(k, c1), 15), c2);
    const unmix = (m: number): number => Math.imul(rotate(Math.imul(m, inverse(c2)), 17), inverse(c1));
    const PAIRS = 10;
    for (const seed of SEEDS) {
      const hashes = new Set<number>();
      for (let choice = 0; choice < 2 ** PAIRS; choice++) {
        const key = Region.allocate(PAIRS * 8);
        for (let pair = 0; pair < PAIRS; pair++) {
          const flip = (choice >> pair) & 1;
          key.view.setInt32(pair * 8, unmix(mix(pair) ^ (flip << 18)), true);
          key.view.setInt32(pair * 8 + 4, unmix(mix(~pair) ^ (flip << 31)), true);
        }
        hashes.add(hashOf(key, seed));
      }
      expect(hashes.size).toBeGreaterThanOrEqual(2 ** PAIRS - 1);
    }
  });

  it('has no collisions that outlive their seed', () => {
    const key = Region.allocate(8);
    const hash = (first: number, second: number, seed: number): number => {
      key.view.setInt32(0, first, true);
      key.view.setInt32(4, second, true);
      return hashOf(key, seed);
    };
    // Pairs that differ in the first block's top bit, and in the second as it takes to collide under one seed.
    const seed = 0x3c6ef372;
    let found = 0;
    let outlive = 0;
    for (let first = 0; first < 64; first++) {
      const byHash = new Map<number, number>();
      for (let second = 0; second < 4096; second++)
        byHash.set(hash(first, Math.imul(second, 0x9e3779b1), seed), second);
      for (let second = 0; second < 65_536; second++) {
        const other = byHash.get(hash(first ^ (1 << 31), Math.imul(second, 0x85ebca6b), seed));
        if (other === undefined) continue;
        found++;
        for (const later of SEEDS) {
          const one = hash(first, Math.imul(other, 0x9e3779b1), later);
          if (one === hash(first ^ (1 << 31), Math.imul(second, 0x85ebca6b), later)) outlive++;
        }
      }
    }
    expect(found).toBeGreaterThan(0);
    expect(outlive).toBeLessThanOrEqual(1);
  });

  it('depends on the bytes alone, wherever they lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), fc.integer(), (bytes, at, seed) => {
        const one = Region.allocate(bytes.length);
        one.u8.set(bytes);
        const other = Region.allocate(bytes.length + 20);
        other.u8.fill(0xaa);
        other.u8.set(bytes, at);
        const hash = hashOf(one, seed);
        expect(hashBytes(other.view, at, bytes.length, seed)).toBe(hash);
        expect(hash).toBe(hash | 0);
        if (bytes.length > 0) expect(hashBytes(one.view, 0, bytes.length - 1, seed)).not.toBe(hash);
      }),
    );
  });
});
