/**
 * Binary floating point in BigInts, for the formats and the texts that a double can't do: x87 extended precision and
 * hexadecimal floats. Cold path.
 */
import type { NumberText } from './number-text.ts';

/** A binary format: bits of significand, and the exponent of the last place of its smallest number. */
export type FloatFormat = { significandBits: number; exponentMin: number; exponentMax: number };

/** IEEE double. `exponentMax` is that of the last place of the largest number. */
export const DOUBLE: FloatFormat = { significandBits: 53, exponentMin: -1074, exponentMax: 971 };

/** x87 extended precision, C's `long double` on x86-64. */
export const EXTENDED: FloatFormat = { significandBits: 64, exponentMin: -16445, exponentMax: 16320 };

/** A finite number: ±significand × 2^exponent. Zero has the exponent 0. */
export type SoftFloat = { negative: boolean; significand: bigint; exponent: number };

export function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return value === 0n ? 0 : (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0], 16)));
}

/** Shifts right, rounding to the nearest, ties to even; a negative shift goes left. */
export function shiftRightRounding(value: bigint, shift: number): bigint {
  if (shift <= 0) return value << BigInt(-shift);
  const quotient = value >> BigInt(shift);
  const rest = value - (quotient << BigInt(shift));
  const half = 1n << BigInt(shift - 1);
  return rest > half || (rest === half && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

/**
 * Rounds significand × 2^exponent to a format, to nearest even, gradually towards zero below its smallest normal
 * number. `sticky` says that the true value is a little larger than given; the significand must then have at least two
 * bits more than the format keeps. Returns undefined on overflow.
 */
export function roundToFormat(
  format: FloatFormat,
  negative: boolean,
  significand: bigint,
  exponent: number,
  sticky = false,
): SoftFloat | undefined {
  if (significand === 0n) return { negative, significand: 0n, exponent: 0 };
  let value = significand;
  let scale = exponent;
  if (sticky) {
    // One more bit below everything tells a tie from a value just above it.
    value = (value << 1n) | 1n;
    scale--;
  }
  let target = Math.max(scale + bitLength(value) - format.significandBits, format.exponentMin);
  let rounded = shiftRightRounding(value, target - scale);
  if (bitLength(rounded) > format.significandBits) {
    rounded >>= 1n;
    target++;
  }
  return target > format.exponentMax ? undefined : { negative, significand: rounded, exponent: target };
}

/**
 * The number that a text means, rounded once.
 *
 * @returns 'overflow' beyond the format's largest number, 'underflow' where something above zero rounds to zero: C sets
 *   ERANGE on both, and Redis refuses both.
 */
export function softFloatOfText(
  format: FloatFormat,
  text: Extract<NumberText, { mantissa: bigint }>,
): SoftFloat | 'overflow' | 'underflow' {
  const { negative, mantissa, exponent } = text;
  if (mantissa === 0n) return { negative, significand: 0n, exponent: 0 };
  let result: SoftFloat | undefined;
  if (text.kind === 'hexadecimal') {
    // Far outside the format the answer is known without shifting by billions of bits.
    const top = exponent + bitLength(mantissa);
    if (top > format.exponentMax + format.significandBits) return 'overflow';
    if (top < format.exponentMin) return 'underflow';
    result = roundToFormat(format, negative, mantissa, exponent);
  } else {
    const magnitude = exponent + text.digits;
    if (magnitude > (format.exponentMax + format.significandBits) * 0.302 + 2) return 'overflow';
    if (magnitude < format.exponentMin * 0.302 - 2) return 'underflow';
    result = decimalToFormat(format, negative, mantissa, exponent);
  }
  if (result === undefined) return 'overflow';
  return result.significand === 0n ? 'underflow' : result;
}

function decimalToFormat(format: FloatFormat, negative: boolean, mantissa: bigint, exponent: number) {
  if (exponent >= 0) return roundToFormat(format, negative, mantissa * 10n ** BigInt(exponent), 0);
  const divisor = 10n ** BigInt(-exponent);
  const shift = Math.max(0, format.significandBits + 2 + bitLength(divisor) - bitLength(mantissa));
  const dividend = mantissa << BigInt(shift);
  const quotient = dividend / divisor;
  return roundToFormat(format, negative, quotient, -shift, quotient * divisor !== dividend);
}
