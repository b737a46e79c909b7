/**
 * Decimal integers to and from bytes.
 *
 * Everything within ±(2^53 - 1) stays a plain number and allocates nothing; only what lies beyond takes the BigInt
 * road. A caller parses with `parseInteger` first and asks `parseInt64` when it answers `BEYOND_SAFE`.
 */
import { latin1Text } from './bytes.ts';

const ZERO = 48;
const MINUS = 45;

/** No int64 in decimal is longer than this, sign included. */
export const INTEGER_LENGTH_MAX = 20;
export const INT64_MAX = 9223372036854775807n;
export const INT64_MIN = -9223372036854775808n;

/** What `parseInteger` returns for an int64 that a double can't hold exactly: parse it again with `parseInt64`. */
export const BEYOND_SAFE = Number.POSITIVE_INFINITY;

const INT64_MAX_DIGITS = new Uint8Array([57, 50, 50, 51, 51, 55, 50, 48, 51, 54, 56, 53, 52, 55, 55, 53, 56, 48, 55]);

/** The digits of 00 to 99, two bytes each. */
const DIGIT_PAIRS = new Uint8Array(200);
for (let pair = 0; pair < 100; pair++) {
  DIGIT_PAIRS[pair * 2] = ZERO + Math.floor(pair / 10);
  DIGIT_PAIRS[pair * 2 + 1] = ZERO + (pair % 10);
}

/**
 * Parses a whole byte string as a signed 64-bit integer in Redis' strict syntax: an optional `-`, no `+`, no leading
 * zeros, no spaces, so that an accepted string is exactly what printing the number gives back.
 *
 * @returns the integer if its magnitude is at most 2^53 - 1, `BEYOND_SAFE` if it is a larger int64, else NaN.
 */
export function parseInteger(u8: Uint8Array, at: number, length: number): number {
  if (length <= 0 || length > INTEGER_LENGTH_MAX) return Number.NaN;
  const end = at + length;
  let position = at;
  let negative = false;
  let digit = u8[position] - ZERO;
  if (digit === MINUS - ZERO) {
    negative = true;
    position++;
    if (position === end) return Number.NaN;
    digit = u8[position] - ZERO;
    // There is no "-0": the one number that may begin with a zero has neither sign nor further digits.
    if (digit < 1 || digit > 9) return Number.NaN;
  } else if (digit < 1 || digit > 9) {
    return digit === 0 && length === 1 ? 0 : Number.NaN;
  }
  let value = digit;
  const first = position;
  for (position++; position < end; position++) {
    digit = u8[position] - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  // Rounding while summing up can't bring a value above 2^53 back below it, so the test is sound.
  if (value > Number.MAX_SAFE_INTEGER) return fitsInt64(u8, first, end - first, negative) ? BEYOND_SAFE : Number.NaN;
  return negative ? -value : value;
}

function fitsInt64(u8: Uint8Array, at: number, digits: number, negative: boolean): boolean {
  if (digits !== INT64_MAX_DIGITS.length) return digits < INT64_MAX_DIGITS.length;
  for (let i = 0; i < digits; i++) {
    // The negative side reaches one further, which shows only in the last digit.
    const limit = INT64_MAX_DIGITS[i] + (negative && i === digits - 1 ? 1 : 0);
    if (u8[at + i] !== limit) return u8[at + i] < limit;
  }
  return true;
}

/** Parses like `parseInteger`, exactly over all of int64. Returns undefined if it is no integer or out of range. */
export function parseInt64(u8: Uint8Array, at: number, length: number): bigint | undefined {
  const value = parseInteger(u8, at, length);
  if (Number.isNaN(value)) return undefined;
  if (value !== BEYOND_SAFE) return BigInt(value);
  return BigInt(latin1Text(u8, at, length));
}

/** How many bytes `writeInteger` will write for a safe integer. */
export function integerLength(value: number): number {
  if (value < 0) return 1 + digitCount(-value);
  return digitCount(value);
}

function digitCount(value: number): number {
  if (value < 1e4) return value < 1e2 ? (value < 10 ? 1 : 2) : value < 1e3 ? 3 : 4;
  if (value < 1e8) return value < 1e6 ? (value < 1e5 ? 5 : 6) : value < 1e7 ? 7 : 8;
  if (value < 1e12) return value < 1e10 ? (value < 1e9 ? 9 : 10) : value < 1e11 ? 11 : 12;
  return value < 1e14 ? (value < 1e13 ? 13 : 14) : value < 1e15 ? 15 : 16;
}

/**
 * Writes a safe integer in decimal at `at` and returns the position behind it. The caller sees to there being
 * `integerLength(value)` bytes of room, at most 17.
 */
export function writeInteger(u8: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    u8[at++] = MINUS;
    value = -value;
  }
  if (value < 10) {
    u8[at] = ZERO + value;
    return at + 1;
  }
  const end = at + digitCount(value);
  let position = end;
  // Above 31 bits division is on doubles: eight digits are split off at once so that the rest are int32 divisions.
  while (value > 0x7fffffff) {
    const high = Math.floor(value / 1e8);
    let low = (value - high * 1e8) | 0;
    for (let pairs = 0; pairs < 4; pairs++) {
      const quotient = (low / 100) | 0;
      const pair = (low - quotient * 100) << 1;
      u8[--position] = DIGIT_PAIRS[pair + 1];
      u8[--position] = DIGIT_PAIRS[pair];
      low = quotient;
    }
    value = high;
  }
  let rest = value | 0;
  while (rest >= 100) {
    const quotient = (rest / 100) | 0;
    const pair = (rest - quotient * 100) << 1;
    u8[--position] = DIGIT_PAIRS[pair + 1];
    u8[--position] = DIGIT_PAIRS[pair];
    rest = quotient;
  }
  if (rest >= 10) {
    u8[--position] = DIGIT_PAIRS[(rest << 1) + 1];
    u8[--position] = DIGIT_PAIRS[rest << 1];
  } else {
    u8[--position] = ZERO + rest;
  }
  return end;
}

/** Writes any bigint in decimal at `at` and returns the position behind it. */
export function writeBigInt(u8: Uint8Array, at: number, value: bigint): number {
  const digits = value.toString();
  for (let i = 0; i < digits.length; i++) u8[at + i] = digits.charCodeAt(i);
  return at + digits.length;
}
