/**
 * The decimal digits of a double by Grisu2 (Florian Loitsch, "Printing Floating-Point Numbers Quickly and Accurately
 * with Integers", 2010), which is what Redis prints doubles with.
 *
 * JavaScript's own printing finds the shortest digits always, Grisu2 in 99.9 % of cases; in the rest it prints a digit
 * more or another last digit. Replies are to be Redis' byte for byte, so we follow Grisu2 into its misses. 64-bit
 * integers are pairs of unsigned 32-bit halves (`…H`, `…L`): no BigInts, no allocation.
 */
import { multiplyHigh } from './wide.ts';

const TWO_32 = 4294967296;

/** Powers of ten from 10^-348 to 10^340 by eights: significands of 64 bits, rounded, and their binary exponents. */
const POWER_FIRST = -348;
const POWER_STEP = 8;
const POWER_COUNT = 87;
const powerH = new Uint32Array(POWER_COUNT);
const powerL = new Uint32Array(POWER_COUNT);
const powerExponent = new Int16Array(POWER_COUNT);
for (let index = 0; index < POWER_COUNT; index++) {
  const decimal = POWER_FIRST + index * POWER_STEP;
  // 10^n lies in [2^b, 2^(b+1)); the significand is 10^n / 2^(b - 63), rounded to nearest. None rounds up to 2^64.
  const exponent = Math.floor(decimal * Math.log2(10)) - 63;
  const numerator = decimal >= 0 ? 10n ** BigInt(decimal) : 1n;
  const denominator = decimal >= 0 ? 1n : 10n ** BigInt(-decimal);
  const scaled =
    exponent >= 0
      ? (numerator * 2n) / (denominator << BigInt(exponent))
      : (numerator << BigInt(1 - exponent)) / denominator;
  const significand = (scaled + 1n) >> 1n;
  powerH[index] = Number(significand >> 32n);
  powerL[index] = Number(significand & 0xffffffffn);
  powerExponent[index] = exponent;
}

/** Scaled exponents must end up in this window, so that the whole part fits 32 bits. */
const WINDOW_MIN = -60;
const WINDOW_MAX = -32;

const TENS = new Uint32Array([1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1]);

/** The digits that `grisu` found, as ASCII. */
export const grisuDigits = new Uint8Array(20);

const bits = new Float64Array(1);
const bitHalves = new Uint32Array(bits.buffer);
/** The last product of `multiply`, upper half first: in an array since a variable above 31 bits would be boxed. */
const product = new Uint32Array(2);

/** The upper 64 bits of a 64 × 64 bit product, rounded as Grisu2 does. */
function multiply(aH: number, aL: number, bH: number, bL: number): void {
  const crossH1 = multiplyHigh(aH, bL) >>> 0;
  const crossL1 = Math.imul(aH, bL) >>> 0;
  const crossH2 = multiplyHigh(aL, bH) >>> 0;
  const crossL2 = Math.imul(aL, bH) >>> 0;
  const carry = Math.floor((crossL1 + crossL2 + (multiplyHigh(aL, bL) >>> 0) + 0x80000000) / TWO_32);
  const low = (Math.imul(aH, bH) >>> 0) + crossH1 + crossH2 + carry;
  product[1] = low;
  product[0] = (multiplyHigh(aH, bH) >>> 0) + Math.floor(low / TWO_32);
}

/**
 * Finds digits d and an exponent K such that d × 10^K reads back as `value`, which must be finite and above zero.
 * The digits are left in `grisuDigits`.
 *
 * @returns their count, at most 18, plus 64 × (K + 512).
 */
export function grisu(value: number): number {
  bits[0] = value;
  let fractionH = bitHalves[1] & 0xfffff;
  let fractionL = bitHalves[0];
  let exponent = bitHalves[1] >>> 20;
  const boundaryIsCloser = fractionH === 0 && fractionL === 0;
  // The significand, shifted up to bit 63; half an ulp is then bit 10, and higher up for subnormal numbers.
  let shift = 11;
  if (exponent === 0) {
    exponent = 1;
    shift = fractionH !== 0 ? Math.clz32(fractionH) : 32 + Math.clz32(fractionL);
  } else {
    fractionH |= 0x100000;
  }
  if (shift >= 32) {
    fractionH = (fractionL << (shift - 32)) >>> 0;
    fractionL = 0;
  } else {
    fractionH = ((fractionH << shift) | (fractionL >>> (32 - shift))) >>> 0;
    fractionL = (fractionL << shift) >>> 0;
  }
  exponent -= 1075 + shift;
  const halfH = shift > 32 ? (1 << (shift - 33)) >>> 0 : 0;
  const halfL = shift > 32 ? 0 : (1 << (shift - 1)) >>> 0;
  const upperSum = fractionL + halfL;
  const upperL0 = upperSum >>> 0;
  const upperH0 = fractionH + halfH + (upperSum >= TWO_32 ? 1 : 0);
  // Below a power of two the next double is half as far.
  const lowerHalfL = boundaryIsCloser && shift === 11 ? halfL >>> 1 : halfL;
  const lowerL0 = (fractionL - lowerHalfL) >>> 0;
  const lowerH0 = fractionH - halfH - (fractionL < lowerHalfL ? 1 : 0);

  let index = Math.trunc((Math.trunc(-(exponent + POWER_COUNT) * 0.30102999566398114) - POWER_FIRST) / POWER_STEP);
  for (;;) {
    const scaled = exponent + powerExponent[index] + 64;
    if (scaled < WINDOW_MIN) index++;
    else if (scaled > WINDOW_MAX) index--;
    else break;
  }
  const tenH = powerH[index];
  const tenL = powerL[index];
  multiply(fractionH, fractionL, tenH, tenL);
  const middleH = product[0];
  const middleL = product[1];
  multiply(upperH0, upperL0, tenH, tenL);
  // The products may be off by one either way: the interval is drawn in so that all in it is right.
  const upperH = product[1] === 0 ? product[0] - 1 : product[0];
  const upperL = (product[1] - 1) >>> 0;
  multiply(lowerH0, lowerL0, tenH, tenL);
  const lowerH = product[1] === 0xffffffff ? product[0] + 1 : product[0];
  const lowerL = (product[1] + 1) >>> 0;
  return generate(
    upperH,
    upperL,
    (upperH - lowerH - (upperL < lowerL ? 1 : 0)) >>> 0,
    (upperL - lowerL) >>> 0,
    (upperH - middleH - (upperL < middleL ? 1 : 0)) >>> 0,
    (upperL - middleL) >>> 0,
    -(exponent + powerExponent[index] + 64) - 32,
    -(POWER_FIRST + index * POWER_STEP),
  );
}

/**
 * Writes digits of `upper` until what is left lies within `delta`, then steps the last digit towards the middle, which
 * is `distance` below. `shift` + 32 bits of upper are its fraction.
 */
function generate(
  upperH: number,
  upperL: number,
  deltaH: number,
  deltaL: number,
  distanceH: number,
  distanceL: number,
  shift: number,
  power: number,
): number {
  const mask = (1 << shift) - 1;
  let whole = upperH >>> shift;
  let fractionH = upperH & mask;
  let fractionL = upperL;
  let count = 0;
  let kappa = 10;
  for (let step = 0; step < 10; step++) {
    const ten = TENS[step];
    const digit = Math.floor(whole / ten);
    if (digit !== 0 || count !== 0) grisuDigits[count++] = 48 + digit;
    whole -= digit * ten;
    kappa--;
    const restH = ((whole << shift) | fractionH) >>> 0;
    if (restH < deltaH || (restH === deltaH && fractionL <= deltaL)) {
      roundLast(count, deltaH, deltaL, restH, fractionL, (ten << shift) >>> 0, distanceH, distanceL);
      return count + 64 * (power + kappa + 512);
    }
  }
  for (;;) {
    let low = fractionL * 10;
    fractionL = low >>> 0;
    fractionH = fractionH * 10 + (low - fractionL) / TWO_32;
    low = deltaL * 10;
    deltaL = low >>> 0;
    deltaH = (deltaH * 10 + (low - deltaL) / TWO_32) >>> 0;
    low = distanceL * 10;
    distanceL = low >>> 0;
    distanceH = (distanceH * 10 + (low - distanceL) / TWO_32) >>> 0;
    kappa--;
    const digit = fractionH >>> shift;
    if (digit !== 0 || count !== 0) grisuDigits[count++] = 48 + digit;
    fractionH &= mask;
    if (fractionH < deltaH || (fractionH === deltaH && fractionL < deltaL)) {
      roundLast(count, deltaH, deltaL, fractionH, fractionL, 1 << shift, distanceH, distanceL);
      return count + 64 * (power + kappa + 512);
    }
  }
}

/** One step of the last digit is `stepH` × 2^32. */
function roundLast(
  count: number,
  deltaH: number,
  deltaL: number,
  restH: number,
  restL: number,
  stepH: number,
  distanceH: number,
  distanceL: number,
): void {
  while (restH < distanceH || (restH === distanceH && restL < distanceL)) {
    const nextH = restH + stepH;
    if (deltaH < nextH || (deltaH === nextH && deltaL < restL)) return;
    if (nextH > distanceH || (nextH === distanceH && restL >= distanceL)) {
      // The step would pass the middle: take it only if that comes closer.
      const beforeL = (distanceL - restL) >>> 0;
      const beforeH = distanceH - restH - (distanceL < restL ? 1 : 0);
      const afterL = (restL - distanceL) >>> 0;
      const afterH = nextH - distanceH - (restL < distanceL ? 1 : 0);
      if (beforeH < afterH || (beforeH === afterH && beforeL <= afterL)) return;
    }
    grisuDigits[count - 1]--;
    restH = nextH;
  }
}
