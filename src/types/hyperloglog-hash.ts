/**
 * What a HyperLogLog makes of an element: MurmurHash64A of its bytes, with Redis' seed, on 32-bit halves. Every bit counts:
 * sketches are merged with those that Redis made.
 */
import type { Region } from '../base/region.ts';
import { multiplyHigh } from '../base/wide.ts';

const SEED = 0xadc83b19;
/** The multiplier 0xc6a4a7935bd1e995. */
const FACTOR_HIGH = 0xc6a4a793 | 0;
const FACTOR_LOW = 0x5bd1e995;
/** Shifting right by 47 leaves the high half, moved by 15. */
const HIGH_SHIFT = 15;

export const INDEX_BITS = 14;
const INDEX_MASK = (1 << INDEX_BITS) - 1;

/**
 * Where an element belongs: the index of its register in the lower 14 bits, above them its rank (1 … 51): how many of the
 * hash's other 50 bits are zero up to the first that is set, which is counted too.
 */
export function registerOf({ u8, view }: Region, at: number, length: number): number {
  let low = SEED ^ Math.imul(length, FACTOR_LOW);
  let high = multiplyHigh(length, FACTOR_LOW) + Math.imul(length, FACTOR_HIGH);
  const end = at + length;
  const wordsEnd = end - (length & 7);
  let i = at;
  for (; i < wordsEnd; i += 8) {
    let wordLow = view.getInt32(i, true);
    let wordHigh = view.getInt32(i + 4, true);
    wordHigh = timesFactorHigh(wordLow, wordHigh);
    wordLow = Math.imul(wordLow, FACTOR_LOW) ^ (wordHigh >>> HIGH_SHIFT);
    wordHigh = timesFactorHigh(wordLow, wordHigh);
    low ^= Math.imul(wordLow, FACTOR_LOW);
    high = timesFactorHigh(low, high ^ wordHigh);
    low = Math.imul(low, FACTOR_LOW);
  }
  if (i < end) {
    for (let shift = 0; i < end; i++, shift += 8) {
      if (shift < 32) low ^= u8[i] << shift;
      else high ^= u8[i] << (shift - 32);
    }
    high = timesFactorHigh(low, high);
    low = Math.imul(low, FACTOR_LOW);
  }
  low ^= high >>> HIGH_SHIFT;
  high = timesFactorHigh(low, high);
  low = Math.imul(low, FACTOR_LOW);
  low ^= high >>> HIGH_SHIFT;
  return (low & INDEX_MASK) | (rankOf(low, high) << INDEX_BITS);
}

/** The upper half of a product with the factor, modulo 2^64. */
function timesFactorHigh(low: number, high: number): number {
  return (multiplyHigh(low, FACTOR_LOW) + Math.imul(low, FACTOR_HIGH) + Math.imul(high, FACTOR_LOW)) | 0;
}

function rankOf(low: number, high: number): number {
  const first = (low >>> INDEX_BITS) | (high << (32 - INDEX_BITS));
  if (first !== 0) return 32 - Math.clz32(first & -first);
  // A bit behind the last ends the search.
  const second = (high >>> INDEX_BITS) | (1 << (32 - INDEX_BITS));
  return 64 - Math.clz32(second & -second);
}
