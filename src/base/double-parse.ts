/** Doubles from bytes, as Redis reads scores and other floats: C's `strtod` over the whole string. */
import { latin1Text } from './bytes.ts';
import { readNumberText } from './number-text.ts';
import { DOUBLE, softFloatOfText } from './soft-float.ts';

const ZERO = 48;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const LOWER_E = 101;
const LOWER_F = 102;
const LOWER_I = 105;
const LOWER_N = 110;
const CASE_BIT = 32;
/** Up to these a mantissa and a power of ten are exact in a double, so one multiplication or division rounds once. */
const EXACT_DIGITS_MAX = 15;
const EXACT_POWER_MAX = 22;
const POWERS_OF_TEN = new Float64Array(EXACT_POWER_MAX + 1);
for (let power = 0; power <= EXACT_POWER_MAX; power++) POWERS_OF_TEN[power] = 10 ** power;

/**
 * Parses a whole byte string as a double with `strtod`'s syntax: decimal with or without exponent, hexadecimal floats,
 * `inf` and `infinity` in any case, each with an optional sign.
 *
 * @returns undefined if it isn't a number from end to end, is NaN, or is out of a double's range (beyond the largest
 *   number, or rounded to zero without being zero). No allocation for decimals of up to 15 digits about 1.
 */
export function parseDouble(u8: Uint8Array, at: number, length: number): number | undefined {
  const end = at + length;
  let position = at;
  const negative = length > 0 && u8[at] === MINUS;
  if (negative || (length > 0 && u8[at] === PLUS)) position++;
  let mantissa = 0;
  let digits = 0;
  let fractionDigits = 0;
  let dot = false;
  for (; position < end; position++) {
    const digit = u8[position] - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (dot) fractionDigits++;
    } else if (digit === DOT - ZERO && !dot) {
      dot = true;
    } else {
      break;
    }
  }
  let power = -fractionDigits;
  if (position < end) {
    if (digits === 0 || (u8[position] | CASE_BIT) !== LOWER_E) return parseUnusual(u8, at, length);
    const exponent = parseExponent(u8, position + 1, end);
    if (Number.isNaN(exponent)) return parseUnusual(u8, at, length);
    power += exponent;
  }
  if (digits === 0) return undefined;
  if (digits <= EXACT_DIGITS_MAX && power >= -EXACT_POWER_MAX && power <= EXACT_POWER_MAX) {
    const magnitude = power < 0 ? mantissa / POWERS_OF_TEN[-power] : mantissa * POWERS_OF_TEN[power];
    return negative ? -magnitude : magnitude;
  }
  const value = Number(latin1Text(u8, at, length));
  return Number.isFinite(value) && (value !== 0 || mantissa === 0) ? value : undefined;
}

/** What stands behind the `e`; NaN if that is no exponent. Exact only where it matters, below 2^53. */
function parseExponent(u8: Uint8Array, at: number, end: number): number {
  const signed = at < end && (u8[at] === MINUS || u8[at] === PLUS);
  const first = signed ? at + 1 : at;
  if (first === end) return Number.NaN;
  let value = 0;
  for (let i = first; i < end; i++) {
    const digit = u8[i] - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return signed && u8[at] === MINUS ? -value : value;
}

const isInf = (u8: Uint8Array, at: number): boolean =>
  (u8[at] | CASE_BIT) === LOWER_I && (u8[at + 1] | CASE_BIT) === LOWER_N && (u8[at + 2] | CASE_BIT) === LOWER_F;

/** Hexadecimal and infinite numbers; what else comes here is none. `inf`, the usual bound of a range, is told by its bytes. */
function parseUnusual(u8: Uint8Array, at: number, length: number): number | undefined {
  const first = u8[at] === MINUS || u8[at] === PLUS ? at + 1 : at;
  if (at + length === first + 3 && isInf(u8, first)) {
    return u8[at] === MINUS ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const read = readNumberText(latin1Text(u8, at, length));
  if (read === undefined || read.kind === 'nan') return undefined;
  if (read.kind === 'infinity') return read.negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const float = softFloatOfText(DOUBLE, read);
  if (typeof float === 'string') return undefined;
  // The power is split so that no factor leaves a double's range; all three are exact.
  const half = Math.trunc(float.exponent / 2);
  const magnitude = Number(float.significand) * 2 ** half * 2 ** (float.exponent - half);
  return read.negative ? -magnitude : magnitude;
}
