/** What AROP takes for numbers, as Redis reads what an array holds. */
import { POWERS_OF_TEN } from '../base/decimal-sum.ts';
import { ExtendedPair } from '../base/extended-pair.ts';
import { type LongDouble, longDoubleOf, parseLongDouble } from '../base/long-double.ts';
import { formatDouble } from '../base/numbers.ts';
import { latin1 } from '../base/region.ts';
import type { ArrayElement } from './array-element.ts';

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
/** Redis keeps a double without its two lowest bits, where what is left prints as the text that it came from. */
const LOST_BITS = 3;
const PLAIN_DECIMAL = /^-?[0-9]*\.[0-9]*$/;

/** A double as Redis keeps it. */
export function keptPart(value: number): number {
  double[0] = value;
  words[0] &= ~LOST_BITS;
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

/** No double prints longer than this. */
const KEPT_TEXT_MAX = 40;
/** Beyond so many places a double may print with an exponent. */
const PLAIN_PLACES_MAX = 6;

/**
 * The same of a text that is mantissa / 10^places in decimal, at most 15 digits: those read back as they were, so the double
 * prints as the text unless that ends in a zero; and one zero behind the point is put back.
 */
export function keptDecimal(mantissa: number, places: number): number | undefined {
  const value = mantissa / POWERS_OF_TEN[places];
  double[0] = value;
  if ((words[0] & LOST_BITS) !== 0) return Number.NaN;
  const endsInZero = mantissa % 10 === 0;
  if (endsInZero) return places === 1 ? value : Number.NaN;
  return places <= PLAIN_PLACES_MAX ? value : undefined;
}

/** As `keptDouble`, of an element that is no integer; spells it out. */
export function keptDoubleOf(element: ArrayElement): number {
  const kept = element.isDecimal ? keptDecimal(element.mantissa, element.places) : undefined;
  element.spell();
  const { region, at, length } = element;
  if (kept !== undefined) return kept;
  return length > KEPT_TEXT_MAX ? Number.NaN : keptDouble(latin1(region, at, length));
}

/** Bytes that a number may begin with: a digit, a sign, the point, inf and nan. */
const mayBeNumber = (byte: number): boolean => (byte >= 48 && byte <= 57) || NUMBER_STARTS.includes(byte);
const NUMBER_STARTS = Buffer.from('+-.iInN');

const pair = new ExtendedPair();

/**
 * The number that an element which is no integer stands for, as Redis reads it. Good until the next one is asked for.
 * @returns undefined if it is none
 */
export function numberOf(element: ArrayElement): ExtendedPair | LongDouble | undefined {
  if (element.isDecimal) {
    const { mantissa, places } = element;
    const kept = keptDecimal(mantissa, places);
    if (kept !== undefined) {
      if (Number.isNaN(kept)) pair.setDecimal(mantissa, places);
      else pair.setDouble(kept);
      return pair;
    }
  }
  element.spell();
  const { region, at, length } = element;
  if (length === 0 || !mayBeNumber(region.u8[at])) return undefined;
  const exact = parseLongDouble(region.u8, at, length);
  if (exact === undefined) return undefined;
  const kept = keptDouble(latin1(region, at, length));
  const value = Number.isNaN(kept) ? exact : longDoubleOf(kept);
  return pair.setLongDouble(value) ? pair : value;
}

/** The number that an integer stands for. Good until the next one is asked for. */
export function integerOf(value: bigint): ExtendedPair {
  pair.high = Number(value);
  pair.low = Number(value - BigInt(pair.high));
  return pair;
}

/** The integral part, towards zero; undefined if it doesn't fit 64 bits. */
export function truncated(value: ExtendedPair | LongDouble): number | bigint | undefined {
  if (typeof value === 'string') return undefined;
  if (value instanceof ExtendedPair && Math.abs(value.high) <= Number.MAX_SAFE_INTEGER) {
    const whole = Math.trunc(value.high);
    // A little less than an integer is nearest to it, but below it.
    const isBelow = whole === value.high && value.low !== 0 && value.low < 0 === whole > 0;
    return isBelow ? whole - Math.sign(whole) : whole;
  }
  const { negative, significand, exponent } = value instanceof ExtendedPair ? value.toLongDouble() : value;
  const magnitude = exponent >= 0 ? significand << BigInt(exponent) : significand >> BigInt(-exponent);
  const whole = negative ? -magnitude : magnitude;
  return whole === BigInt.asIntN(64, whole) ? whole : undefined;
}
