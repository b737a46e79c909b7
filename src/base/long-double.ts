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

/** Digits that count in `formatLongDoubleShort`. */
const SIGNIFICANT_DIGITS = 17;
/** Smaller and larger numbers are printed with an exponent. */
const PLAIN_EXPONENT_MIN = -4;

/** Prints as C's `%.17Lg`: 17 digits that count, the zeros at their end dropped; an exponent where that is shorter. */
export function formatLongDoubleShort(value: SoftFloat): string {
  const sign = value.negative ? '-' : '';
  if (value.significand === 0n) return `${sign}0`;
  // The number as a fraction of integers, from which digits are cut exactly.
  const numerator = value.exponent > 0 ? value.significand << BigInt(value.exponent) : value.significand;
  const denominator = value.exponent < 0 ? 1n << BigInt(-value.exponent) : 1n;
  let exponent = numerator.toString().length - denominator.toString().length;
  if (isBelowPower(numerator, denominator, exponent)) exponent--;
  let digits = cutDigits(numerator, denominator, exponent);
  // Rounding up may have led to one digit more, a one with zeros.
  if (digits.length > SIGNIFICANT_DIGITS) exponent++;
  digits = digits.replace(/0+$/, '');
  if (exponent < PLAIN_EXPONENT_MIN || exponent >= SIGNIFICANT_DIGITS) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return digits.length > exponent + 1 ? `${sign}${whole}.${digits.slice(exponent + 1)}` : sign + whole;
}

/** Whether the fraction is below 10^exponent. */
const isBelowPower = (numerator: bigint, denominator: bigint, exponent: number): boolean =>
  exponent >= 0
    ? numerator < denominator * 10n ** BigInt(exponent)
    : numerator * 10n ** BigInt(-exponent) < denominator;

/** The fraction's digits, rounded to nearest even, if its first one stands for 10^exponent. */
function cutDigits(numerator: bigint, denominator: bigint, exponent: number): string {
  const shift = SIGNIFICANT_DIGITS - 1 - exponent;
  const scaled = shift > 0 ? numerator * 10n ** BigInt(shift) : numerator;
  const divisor = shift < 0 ? denominator * 10n ** BigInt(-shift) : denominator;
  const quotient = scaled / divisor;
  const rest = (scaled - quotient * divisor) * 2n;
  const up = rest > divisor || (rest === divisor && (quotient & 1n) === 1n);
  return (up ? quotient + 1n : quotient).toString();
}

/** The sign of a − b. */
export function compareLongDoubles(a: LongDouble, b: LongDouble): number {
  const one = rank(a);
  const other = rank(b);
  if (one !== other || typeof a === 'string' || typeof b === 'string') return one - other;
  const exponent = Math.min(a.exponent, b.exponent);
  const difference = signedAt(a, exponent) - signedAt(b, exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const rank = (value: LongDouble): number => (typeof value !== 'string' ? 0 : value === 'infinity' ? 1 : -1);
