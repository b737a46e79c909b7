import { describe, expect, it } from 'vitest';
import { osSeededRandom, SeededRandom } from '../../../src/base/random.ts';

describe('SeededRandom', () => {
  it('repeats itself for the same seeds only', () => {
    const take = (...seeds: number[]) => {
      const random = new SeededRandom(...seeds);
      return Array.from({ length: 5 }, () => random.next32());
    };
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
    expect(take(1, 2, 3, 4)).not.toEqual(take(1, 2, 3, 5));
    expect(take(0, 0, 0, 0)).not.toContain(0);
  });

  it('spreads over all bits', () => {
    const random = new SeededRandom(7);
    const ones = new Array(32).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = random.next32();
      expect(value).toBe(value >>> 0);
      for (let bit = 0; bit < 32; bit++) ones[bit] += (value >>> bit) & 1;
    }
    for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it.each([1, 2, 3, 10, 1000, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 3 * 2 ** 40, 2 ** 53])('stays below %d', (n) => {
    const random = new SeededRandom(n);
    let largest = 0;
    for (let i = 0; i < 2000; i++) {
      const value = random.below(n);
      expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
      largest = Math.max(largest, value);
    }
    expect(largest).toBeGreaterThanOrEqual(Math.floor((n - 1) * 0.99));
  });

  it('is even over a small range', () => {
    const random = new SeededRandom(3);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 60_000; i++) counts[random.below(6)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('makes doubles in [0, 1)', () => {
    const random = new SeededRandom(9);
    let sum = 0;
    for (let i = 0; i < 10_000; i++) {
      const value = random.double();
      expect(value >= 0 && value < 1).toBe(true);
      sum += value;
    }
    expect(Math.abs(sum / 10_000 - 0.5)).toBeLessThan(0.02);
  });
});

it('the operating system seeds each generator differently', () => {
  expect(osSeededRandom().next32()).not.toBe(osSeededRandom().next32());
});
