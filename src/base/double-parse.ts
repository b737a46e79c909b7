/** Doubles from bytes, as Redis reads scores and other floats: C's `strtod` over the whole string. */
import { readNumberText } from './number-text.ts';
import { DOUBLE, softFloatOfText } from './soft-float.ts';

const ZERO = 48;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
/** Up to here mantissa and power of ten are both exact in a double, so one multiplication or division rounds once. */
const EXACT_DIGITS_MAX = 15;
const POWERS_OF_TEN = new Float64Array(EXACT_DIGITS_MAX + 1);
for (let power = 0; power <= EXACT_DIGITS_MAX; power++) POWERS_OF_TEN[power] = 10 ** power;

/**
 * Parses a whole byte string as a double with `strtod`'s syntax: decimal with or without exponent, hexadecimal floats,
 * `inf` and `infinity` in any case, each with an optional sign.
 *
 * @returns undefined if it isn't a number from end to end, is NaN, or is out of a double's range (beyond the largest
 *   number, or rounded to zero without being zero). No allocation for plain decimals of up to 15 digits.
 */
export function parseDouble(u8: Uint8Array, at: number, length: number): number | undefined {
  const end = at + length;
  let position = at;
  const negative = length > 0 && u8[at] === MINUS;
  if (negative || (length > 0 && u8[at] === PLUS)) position++;
  const first = position;
  let mantissa = 0;
  let dot = -1;
  for (; position < end; position++) {
    const digit = u8[position] - ZERO;
    if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
    else if (digit === DOT - ZERO && dot < 0) dot = position;
    else return parseUnusual(u8, at, length);
  }
  const digits = position - first - (dot < 0 ? 0 : 1);
  if (digits === 0) return undefined;
  if (digits > EXACT_DIGITS_MAX) return parseUnusual(u8, at, length);
  const magnitude = dot < 0 ? mantissa : mantissa / POWERS_OF_TEN[end - 1 - dot];
  return negative ? -magnitude : magnitude;
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;
const ZERO_MANTISSA = /^[+-]?[0.]+(?:e|$)/i;

function parseUnusual(u8: Uint8Array, at: number, length: number): number | undefined {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(u8[at + i]);
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) && (value !== 0 || ZERO_MANTISSA.test(text)) ? value : undefined;
  }
  const read = readNumberText(text);
  if (read === undefined || read.kind === 'nan') return undefined;
  if (read.kind === 'infinity') return read.negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const float = softFloatOfText(DOUBLE, read);
  if (typeof float === 'string') return undefined;
  // The power is split so that no factor leaves a double's range; all three are exact.
  const half = Math.trunc(float.exponent / 2);
  const magnitude = Number(float.significand) * 2 ** half * 2 ** (float.exponent - half);
  return read.negative ? -magnitude : magnitude;
}
