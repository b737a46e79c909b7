/**
 * Sums of decimal numbers as Redis' long doubles would print them, without long doubles: where plain numbers are exact
 * enough to be sure of every digit. It is what INCRBYFLOAT is nearly always asked for.
 */
import { writeInteger } from './integers.ts';

const DIGITS_MAX = 15;
/**
 * Three roundings of numbers below this, each by at most 2^-61, stay below half of the 17th place behind the point, so that
 * printing gives the true decimal digits back.
 */
const SMALL = 16;

const MINUS = 45;
const DOT = 46;
const ZERO = 48;

/** Those that are exact, with room to spare: 1 to 10^15. */
export const POWERS_OF_TEN = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, power) => 10 ** power);
const POWERS_OF_FIVE = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, power) => 5 ** power);

/** At most this many bytes are written. */
export const DECIMAL_SUM_BYTES_MAX = 40;

/** Digits behind the point of the number parsed last. */
let places = 0;

/** The number without its point, `places` telling where that was; NaN if it isn't plain digits or has too many. */
function parseDecimal(u8: Uint8Array, at: number, length: number): number {
  const end = at + length;
  let position = at;
  const negative = length > 0 && u8[at] === MINUS;
  if (negative) position++;
  if (end - position > DIGITS_MAX + 1) return Number.NaN;
  let value = 0;
  let digits = 0;
  let dot = -1;
  for (; position < end; position++) {
    const byte = u8[position];
    if (byte === DOT && dot < 0 && digits > 0) {
      dot = digits;
    } else {
      const digit = byte - ZERO;
      if (digit < 0 || digit > 9) return Number.NaN;
      value = value * 10 + digit;
      digits++;
    }
  }
  if (digits === 0 || digits > DIGITS_MAX || dot === digits) return Number.NaN;
  places = dot < 0 ? 0 : digits - dot;
  return negative ? -value : value;
}

/**
 * Writes the sum of two numbers in decimal at the begin of `into`, as `formatLongDouble` would print it.
 * @returns its length; 0 if long doubles are needed to tell, or to refuse a number
 */
export function addDecimals(
  a: Uint8Array,
  aAt: number,
  aLength: number,
  b: Uint8Array,
  bAt: number,
  bLength: number,
  into: Uint8Array,
): number {
  let one = parseDecimal(a, aAt, aLength);
  const onePlaces = places;
  let other = parseDecimal(b, bAt, bLength);
  const otherPlaces = places;
  const common = Math.max(onePlaces, otherPlaces);
  one *= POWERS_OF_TEN[common - onePlaces];
  other *= POWERS_OF_TEN[common - otherPlaces];
  const sum = one + other;
  if (!(Number.isSafeInteger(one) && Number.isSafeInteger(other) && Number.isSafeInteger(sum))) return 0;
  if (!isSmall(one, other, sum, common) && !isBinary(one, other, common)) return 0;
  return writeDecimal(into, sum, common);
}

function isSmall(one: number, other: number, sum: number, common: number): boolean {
  const limit = SMALL * POWERS_OF_TEN[common];
  return Math.abs(one) < limit && Math.abs(other) < limit && Math.abs(sum) < limit;
}

/** Whether both have a finite binary fraction: halves, quarters and whole numbers are never rounded. */
function isBinary(one: number, other: number, common: number): boolean {
  const unit = POWERS_OF_FIVE[common];
  return one % unit === 0 && other % unit === 0;
}

function writeDecimal(into: Uint8Array, value: number, placesMax: number): number {
  let digits = Math.abs(value);
  let left = placesMax;
  while (left > 0 && digits % 10 === 0) {
    digits /= 10;
    left--;
  }
  let at = 0;
  if (value < 0) into[at++] = MINUS;
  const whole = Math.floor(digits / POWERS_OF_TEN[left]);
  at = writeInteger(into, at, whole);
  if (left === 0) return at;
  let fraction = digits - whole * POWERS_OF_TEN[left];
  into[at] = DOT;
  for (let i = at + left; i > at; i--) {
    const rest = Math.floor(fraction / 10);
    into[i] = ZERO + (fraction - rest * 10);
    fraction = rest;
  }
  return at + left + 1;
}
