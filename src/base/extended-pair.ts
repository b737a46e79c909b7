/**
 * x87 extended numbers (long-double.ts) as the sums of two doubles, for adding up many of them: no BigInts, some 50 operations
 * each. A number of 64 bits is the double nearest to it and what is left, which has at most 11 bits.
 *
 * Only for numbers from 2^−900 to 2^900, and zero: there nothing is lost on the way, so every result is exact or rounded once,
 * to nearest even, as the machine would.
 */
import { POWERS_OF_TEN } from './decimal-sum.ts';
import { addLongDoubles, type LongDouble, longDoubleOf } from './long-double.ts';
import type { SoftFloat } from './soft-float.ts';

const MAGNITUDE_MAX = 2 ** 900;
const MAGNITUDE_MIN = 2 ** -900;
/** Adding this many places to a number and taking them off again rounds it to whole places. */
const ROUNDING_PLACES = 1.5 * 2 ** 52;
const PLACE_BITS = 63;
const EXPONENT_BIAS = 1023;
const EXPONENT_SHIFT = 20;
const EXPONENT_MASK = 0x7ff;
const FRACTION_MASK = 0xfffff;
/** Beyond it all is out of bounds. */
const EXPONENT_CUT = 1200;
/** 2^27 + 1: splits a double into two halves whose products are exact. */
const SPLITTER = 134217729;

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** What the exact sum or product misses by when it is rounded to a double. */
const sumError = (a: number, b: number, sum: number): number => {
  const other = sum - a;
  return a - (sum - other) + (b - other);
};

function productError(a: number, b: number, product: number): number {
  const aSplit = SPLITTER * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = SPLITTER * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** The last of the 64 places of `high + low`, two doubles of which the second is at most half a place of the first. */
function placeOf(high: number, low: number): number {
  double[0] = high;
  let exponent = ((words[1] >> EXPONENT_SHIFT) & EXPONENT_MASK) - EXPONENT_BIAS;
  const isPower = words[0] === 0 && (words[1] & FRACTION_MASK) === 0;
  // A little below a power of two the places are half as wide.
  if (isPower && low !== 0 && low < 0 !== high < 0) exponent--;
  words[0] = 0;
  words[1] = (exponent - PLACE_BITS + EXPONENT_BIAS) << EXPONENT_SHIFT;
  return double[0];
}

/** An extended number, to be set again and again. */
export class ExtendedPair {
  high = 0;
  low = 0;

  /** Whether a double is within bounds. */
  static holds(value: number): boolean {
    const magnitude = Math.abs(value);
    return magnitude === 0 || (magnitude >= MAGNITUDE_MIN && magnitude <= MAGNITUDE_MAX);
  }

  setDouble(value: number): void {
    this.high = value;
    this.low = 0;
  }

  become(other: ExtendedPair): void {
    this.high = other.high;
    this.low = other.low;
  }

  /** Makes it m / 10^places. @param mantissa a safe integer  @param places at most 15 */
  setDecimal(mantissa: number, places: number): void {
    const divisor = POWERS_OF_TEN[places];
    const high = mantissa / divisor;
    const rest = remainder(mantissa, divisor, high);
    if (rest === 0) {
      this.setDouble(high);
      return;
    }
    const low = rest / divisor;
    this.round(high, low, remainder(rest, divisor, low));
  }

  add(other: ExtendedPair): void {
    const high = this.high + other.high;
    const low = this.low + other.low;
    if (high === 0 && low === 0 && this.low === 0) {
      this.setDouble(high);
      return;
    }
    const highError = sumError(this.high, other.high, high);
    const lowError = sumError(this.low, other.low, low);
    const middle = highError + low;
    const middleError = sumError(highError, low, middle);
    const rounded = high + middle;
    const rest = sumError(high, middle, rounded);
    this.settle(rounded, rest, middleError, lowError);
  }

  /** Rounds the sum of four numbers, the first two of which are a double and what it misses by. */
  private settle(high: number, rest: number, small: number, smaller: number): void {
    // What is far smaller may still be as large as half of the double's last place once digits have cancelled out.
    const low = rest + small;
    const lowError = sumError(rest, small, low);
    const sum = high + low;
    const missed = sumError(high, low, sum);
    this.round(sum, missed, lowError + smaller);
  }

  /** @param tail of which only the sign counts, and only where `low` lies halfway between two numbers */
  private round(high: number, low: number, tail: number): void {
    const isExact = (low === 0 && tail === 0) || Math.abs(high) < MAGNITUDE_MIN;
    if (isExact) {
      // What is left of larger numbers that cancelled each other out has no more places than they had.
      this.high = high;
      this.low = low;
      return;
    }
    const place = placeOf(high, low === 0 ? tail : low);
    const magic = ROUNDING_PLACES * place;
    let whole = low + magic - magic;
    const missed = low - whole;
    if (missed * 2 === place && tail > 0) whole += place;
    else if (missed * 2 === -place && tail < 0) whole -= place;
    this.high = high + whole;
    this.low = whole - (this.high - high);
  }

  /** The sign of this − other. */
  compare(other: ExtendedPair): number {
    return Math.sign(this.high === other.high ? this.low - other.low : this.high - other.high);
  }

  /** @returns false, nothing changed, if it is out of bounds */
  setLongDouble(value: LongDouble): boolean {
    if (typeof value === 'string') return false;
    const high = nearestDouble(value);
    if (!ExtendedPair.holds(high)) return false;
    const rest = addLongDoubles(value, longDoubleOf(-high));
    this.high = high;
    this.low = rest === undefined ? 0 : nearestDouble(rest);
    return true;
  }

  toLongDouble(): SoftFloat {
    const { high, low } = this;
    return low === 0 ? longDoubleOf(high) : (addLongDoubles(longDoubleOf(high), longDoubleOf(low)) as SoftFloat);
  }
}

/** dividend − quotient × divisor, exact for a rounded quotient. */
function remainder(dividend: number, divisor: number, quotient: number): number {
  const product = quotient * divisor;
  return dividend - product - productError(quotient, divisor, product);
}

/** A significand of 64 bits is rounded to a double, to nearest even, as it becomes a number. */
function nearestDouble({ negative, significand, exponent }: SoftFloat): number {
  // In two steps, as the exponent counts from the significand's last bit: far below the number's own.
  const power = Math.max(-EXPONENT_CUT, Math.min(EXPONENT_CUT, exponent));
  const half = power >> 1;
  const magnitude = Number(significand) * 2 ** half * 2 ** (power - half);
  return negative ? -magnitude : magnitude;
}
