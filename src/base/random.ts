/** Chance, handed to whoever needs it, so that a test can seed the dice. */
import { entropy } from './entropy.ts';

export interface Random {
  /** A whole number, evenly spread over 0 … 2^32 - 1. */
  next32(): number;
  /** A whole number, evenly spread over 0 … n - 1, for 1 ≤ n ≤ 2^53. */
  below(n: number): number;
  /** A number in [0, 1) with 53 random bits. */
  double(): number;
}

const TWO_32 = 4294967296;
const GOLDEN = 0x9e3779b9;

/**
 * xoshiro128** by David Blackman and Sebastiano Vigna (public domain): fast in 32-bit arithmetic, good for sampling and
 * skip levels; not for secrets.
 */
export class SeededRandom implements Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** The same seeds give the same sequence. More than the first 32 bits of entropy need more than one seed. */
  constructor(...seeds: number[]) {
    let mixed = 0;
    const next = (index: number): number => {
      mixed = (mixed + GOLDEN + (seeds[index % seeds.length] | 0)) | 0;
      return avalanche(mixed);
    };
    this.a = next(0);
    this.b = next(1);
    this.c = next(2);
    // All four zero is the one state it can't leave.
    this.d = next(3) | 1;
  }

  next32(): number {
    const scrambled = Math.imul(this.b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result >>> 0;
  }

  below(n: number): number {
    if (n > TWO_32) {
      // 53 bits, rejecting the uneven end.
      const limit = 2 ** 53 - (2 ** 53 % n);
      let wide: number;
      do wide = (this.next32() >>> 11) * TWO_32 + this.next32();
      while (wide >= limit);
      return wide % n;
    }
    const limit = TWO_32 - (TWO_32 % n);
    let value = this.next32();
    while (value >= limit) value = this.next32();
    return value % n;
  }

  double(): number {
    return ((this.next32() >>> 11) * TWO_32 + this.next32()) / 2 ** 53;
  }
}

/** Spreads a seed's bits over all 32. */
function avalanche(seed: number): number {
  let value = seed;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

/** A generator seeded by the operating system. */
export function osSeededRandom(): SeededRandom {
  return new SeededRandom(...new Int32Array(new Uint8Array(entropy(16)).buffer));
}
