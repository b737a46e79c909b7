/**
 * x87 extended precision, which Redis does INCRBYFLOAT and HINCRBYFLOAT in: 64 bits of significand, rounded to nearest
 * even. A double would print 0.1 + 0.2 differently. Made of BigInts: a cold path.
 */
import { latin1Text } from './bytes.ts';
import { readNumberText } from './number-text.ts';
import { EXTENDED, roundToFormat, type SoftFloat, shiftRightRounding, softFloatOfText } from './soft-float.ts';

/** A number that `parseLongDouble` accepts; NaN is none. */
export type LongDouble = SoftFloat | 'infinity' | '-infinity';

/** Redis reads no float of this many characters or more. */
const TEXT_LENGTH_MAX = 5 * 1024 - 1;
/** Digits behind the point when printed; trailing zeros are dropped. */
const FRACTION_DIGITS = 17;
const SCALE = 10n ** BigInt(FRACTION_DIGITS);

/**
 * Parses a whole byte string with the syntax of C's `strtold`, rounding once to extended precision.
 *
 * @returns undefined ("value is not a valid float") if it isn't a number from end to end, is NaN, is too long, or
 *   overflows or underflows to zero.
 */
export function parseLongDouble(u8: Uint8Array, at: number, length: number): LongDouble | undefined {
  if (length === 0 || length > TEXT_LENGTH_MAX) return undefined;
  const read = readNumberText(latin1Text(u8, at, length));
  if (read === undefined || read.kind === 'nan') return undefined;
  if (read.kind === 'infinity') return read.negative ? '-infinity' : 'infinity';
  const float = softFloatOfText(EXTENDED, read);
  return typeof float === 'string' ? undefined : float;
}

/** The long double of a finite double, which is exact. */
export function longDoubleOf(value: number): SoftFloat {
  const [bits] = new BigUint64Array(new Float64Array([value]).buffer);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const significand = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return roundToFormat(EXTENDED, bits >> 63n === 1n, significand, Math.max(biased, 1) - 1075)!;
}

/** The rounded sum; undefined if it is NaN or infinite, which Redis refuses to store. */
export function addLongDoubles(a: LongDouble, b: LongDouble): SoftFloat | undefined {
  if (typeof a === 'string' || typeof b === 'string') return undefined;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = signedAt(a, exponent) + signedAt(b, exponent);
  const negative = sum === 0n ? a.negative && b.negative : sum < 0n;
  return roundToFormat(EXTENDED, negative, sum < 0n ? -sum : sum, exponent);
}

function signedAt(float: SoftFloat, exponent: number): bigint {
  if (float.significand === 0n) return 0n;
  const significand = float.significand << BigInt(float.exponent - exponent);
  return float.negative ? -significand : significand;
}

/** Prints with at most 17 digits behind the point, never with an exponent and never as `-0`. */
export function formatLongDouble(value: SoftFloat): string {
  const scaled = shiftRightRounding(value.significand * SCALE, -value.exponent);
  if (scaled === 0n) return '0';
  const digits = scaled.toString().padStart(FRACTION_DIGITS + 1, '0');
  const whole = digits.slice(0, -FRACTION_DIGITS);
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, '');
  return (value.negative ? '-' : '') + whole + (fraction === '' ? '' : `.${fraction}`);
}
