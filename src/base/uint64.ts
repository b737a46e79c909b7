/**
 * Unsigned 64-bit integers as two int32 halves, the higher first: nothing is boxed, and 2^64 − 1 is exact. Only what lies
 * beyond 2^53 is printed by way of a BigInt.
 */
import { integerLength, writeInteger } from './integers.ts';
import { latin1, type Region } from './region.ts';

const TWO_32 = 4294967296;
const TEN_DIGITS = 10;
const ZERO = 48;
/** High halves below this make doubles that are exact. */
const SAFE_HIGH = 1 << 21;
const UINT64_MAX = 18446744073709551615n;

/** The sign of a − b. */
export function compareUint64(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  if (aHigh !== bHigh) return aHigh >>> 0 < bHigh >>> 0 ? -1 : 1;
  if (aLow !== bLow) return aLow >>> 0 < bLow >>> 0 ? -1 : 1;
  return 0;
}

/** Whether the number is at most 2^53 − 1. */
export const isSafeUint64 = (high: number): boolean => high >>> 0 < SAFE_HIGH;

/** The number, exact if it is safe. */
export const uint64ToNumber = (high: number, low: number): number => (high >>> 0) * TWO_32 + (low >>> 0);

export const uint64ToBigInt = (high: number, low: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

/** Bytes of its decimal text, at most 20. */
export function uint64Length(high: number, low: number): number {
  if (isSafeUint64(high)) return integerLength(uint64ToNumber(high, low));
  return uint64ToBigInt(high, low).toString().length;
}

/** Writes its decimal text, for which there must be room. @returns the position behind it */
export function writeUint64(to: Region, at: number, high: number, low: number): number {
  if (isSafeUint64(high)) return writeInteger(to.u8, at, uint64ToNumber(high, low));
  const digits = uint64ToBigInt(high, low).toString();
  for (let i = 0; i < digits.length; i++) to.u8[at + i] = digits.charCodeAt(i);
  return at + digits.length;
}

/** What was parsed last. */
export const parsedUint64 = { high: 0, low: 0 };

/** Parses decimal digits. @returns false if they aren't all digits or are above 2^64 − 1 */
function parseDigits(u8: Uint8Array, at: number, end: number): boolean {
  if (at >= end) return false;
  let high = 0;
  let low = 0;
  for (let position = at; position < end; position++) {
    const digit = u8[position] - ZERO;
    if (digit < 0 || digit >= TEN_DIGITS) return false;
    const sum = low * 10 + digit;
    const carry = Math.floor(sum / TWO_32);
    low = sum - carry * TWO_32;
    high = high * 10 + carry;
    if (high >= TWO_32) return false;
  }
  parsedUint64.high = high | 0;
  parsedUint64.low = low | 0;
  return true;
}

/**
 * What Redis reads by strtoull: blanks before, a sign, zeros in front. A number below zero wraps around, unless it is written
 * as one would write it. Cold.
 */
function parseLoosely(text: string): boolean {
  if (/^-[1-9]\d*$/.test(text) && BigInt(text) >= -9223372036854775808n) return false;
  const match = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/.exec(text);
  if (match === null) return false;
  const magnitude = BigInt(match[2]);
  if (magnitude > UINT64_MAX) return false;
  const value = match[1] === '-' ? BigInt.asUintN(64, -magnitude) : magnitude;
  parsedUint64.high = Number(BigInt.asIntN(32, value >> 32n));
  parsedUint64.low = Number(BigInt.asIntN(32, value));
  return true;
}

/** Parses the text up to `end` into `parsedUint64`, as liberally as Redis does. @returns whether it is a number */
export function parseUint64(region: Region, at: number, end: number): boolean {
  return parseDigits(region.u8, at, end) || parseLoosely(latin1(region, at, end - at));
}
