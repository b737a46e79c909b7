/** What AROP takes for numbers, as Redis reads what an array holds. */

import { type LongDouble, longDoubleOf, parseLongDouble } from '../base/long-double.ts';
import { formatDouble } from '../base/numbers.ts';
import { latin1, type Region } from '../base/region.ts';
import { EXTENDED, roundToFormat, type SoftFloat } from '../base/soft-float.ts';

const bits = new BigUint64Array(1);
const double = new Float64Array(bits.buffer);
/** Redis keeps a double without its two lowest bits, where what is left prints as the text that it came from. */
const KEPT_BITS = ~3n;
const PLAIN_DECIMAL = /^-?[0-9]*\.[0-9]*$/;

/** A double as Redis keeps it. */
export function keptPart(value: number): number {
  double[0] = value;
  bits[0] &= KEPT_BITS;
  return double[0];
}

/**
 * The double that Redis keeps instead of a text, without which the text is kept: an array's numbers with a point are either.
 * @returns NaN if it keeps the text
 */
export function keptDouble(text: string): number {
  if (!PLAIN_DECIMAL.test(text)) return Number.NaN;
  const kept = keptPart(Number(text));
  if (!Number.isFinite(kept)) return Number.NaN;
  const printed = formatDouble(kept);
  return printed === text || `${printed}.0` === text ? kept : Number.NaN;
}

/** The number that bytes which are no integer stand for; undefined if they are none. */
export function numberOf(region: Region, at: number, length: number): LongDouble | undefined {
  const exact = parseLongDouble(region.u8, at, length);
  if (exact === undefined) return undefined;
  const kept = keptDouble(latin1(region, at, length));
  return Number.isNaN(kept) ? exact : longDoubleOf(kept);
}

export function longDoubleOfInteger(value: bigint): SoftFloat {
  const negative = value < 0n;
  return roundToFormat(EXTENDED, negative, negative ? -value : value, 0)!;
}

/** An integral part that fits 64 bits, towards zero; undefined if it doesn't. */
export function truncated(value: LongDouble): bigint | undefined {
  if (typeof value === 'string') return undefined;
  const magnitude =
    value.exponent >= 0 ? value.significand << BigInt(value.exponent) : value.significand >> BigInt(-value.exponent);
  const whole = value.negative ? -magnitude : magnitude;
  return whole === BigInt.asIntN(64, whole) ? whole : undefined;
}
