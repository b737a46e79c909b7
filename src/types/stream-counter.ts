/** Counts of a stream that clients may set to any int64: two words, the lower first. */
import type { Arena } from '../memory/arena.ts';

const TWO_32 = 4294967296;

export const COUNTER_WORDS = 2;

/** The count; one beyond ±2^53 comes out rounded. */
export const counterAt = (arena: Arena, word: number): number => arena.i32[word + 1] * TWO_32 + (arena.i32[word] >>> 0);

/** The count, exact. Cold. */
export const exactCounterAt = (arena: Arena, word: number): bigint =>
  (BigInt(arena.i32[word + 1]) << 32n) | BigInt(arena.i32[word] >>> 0);

/** @param value a safe integer */
export function setCounter(arena: Arena, word: number, value: number): void {
  arena.i32[word] = value | 0;
  arena.i32[word + 1] = Math.floor(value / TWO_32) | 0;
}

export function setExactCounter(arena: Arena, word: number, value: bigint): void {
  arena.i32[word] = Number(BigInt.asIntN(32, value));
  arena.i32[word + 1] = Number(BigInt.asIntN(32, value >> 32n));
}

export function addToStreamCounter(arena: Arena, word: number, by: 1 | -1): void {
  const low = (arena.i32[word] + by) | 0;
  arena.i32[word] = low;
  if (by === 1 && low === 0) arena.i32[word + 1]++;
  if (by === -1 && low === -1) arena.i32[word + 1]--;
}

export function copyCounter(from: Arena, fromWord: number, to: Arena, toWord: number): void {
  to.i32[toWord] = from.i32[fromWord];
  to.i32[toWord + 1] = from.i32[fromWord + 1];
}
