/**
 * Sine, cosine and arcsine, rounded to the nearest double but for about one time in 10^14. JavaScript's own may be off by
 * one in the last digit, which shows where a distance is printed in full beside one that C's library worked out.
 *
 * Numbers here are sums of two doubles, `high` + `low`, good for 106 bits: a dozen terms of Taylor's series on them take
 * some microseconds. Arguments are between −π and π.
 */
const SPLITTER = 2 ** 27 + 1;
const HALF_PI = Math.PI / 2;
/** What is missing in HALF_PI. */
const HALF_PI_REST = 6.123233995736766e-17;
/** The last factorials are beyond 2^-106 of the first term even at π / 4. */
const TERMS = 14;

/** The number being worked on. */
let high = 0;
let low = 0;

/** What rounding took off the product of two doubles. */
function productRest(a: number, b: number, product: number): number {
  const aScaled = SPLITTER * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = SPLITTER * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function add(otherHigh: number, otherLow: number): void {
  const sum = high + otherHigh;
  const taken = sum - high;
  const rest = high - (sum - taken) + (otherHigh - taken) + low + otherLow;
  high = sum + rest;
  low = rest - (high - sum);
}

function multiply(otherHigh: number, otherLow: number): void {
  const product = high * otherHigh;
  const rest = productRest(high, otherHigh, product) + high * otherLow + low * otherHigh;
  high = product + rest;
  low = rest - (high - product);
}

/** 1, −1/(2·3), 1/(2·3·4·5) … from `first` 1, or 1, −1/(1·2), 1/(1·2·3·4) … from 0: pairs of doubles. */
function coefficients(first: number): Float64Array {
  const pairs = new Float64Array(TERMS * 2);
  high = 1;
  low = 0;
  for (let term = 0; term < TERMS; term++) {
    pairs[term * 2] = high;
    pairs[term * 2 + 1] = low;
    const divisor = -(first + 2 * term + 1) * (first + 2 * term + 2);
    const quotient = high / divisor;
    const product = quotient * divisor;
    const rest = (high - product - productRest(quotient, divisor, product) + low) / divisor;
    high = quotient + rest;
    low = rest - (high - quotient);
  }
  return pairs;
}

const OF_SINE = coefficients(1);
const OF_COSINE = coefficients(0);

/** Makes the number the sum of a series in its own square. */
function sumSeries(pairs: Float64Array): void {
  multiply(high, low);
  const squareHigh = high;
  const squareLow = low;
  high = pairs[TERMS * 2 - 2];
  low = pairs[TERMS * 2 - 1];
  for (let term = TERMS - 2; term >= 0; term--) {
    multiply(squareHigh, squareLow);
    add(pairs[term * 2], pairs[term * 2 + 1]);
  }
}

/** Makes the number the sine of x + quarters · π / 2. */
function takeSine(x: number, quarters: number): void {
  const turns = Math.round(x / HALF_PI);
  high = x - turns * HALF_PI;
  low = 0;
  add(-turns * HALF_PI_REST, 0);
  const quadrant = (turns + quarters) & 3;
  if ((quadrant & 1) === 0) {
    const angleHigh = high;
    const angleLow = low;
    sumSeries(OF_SINE);
    multiply(angleHigh, angleLow);
  } else {
    sumSeries(OF_COSINE);
  }
  if (quadrant < 2) return;
  high = -high;
  low = -low;
}

export function sine(x: number): number {
  takeSine(x, 0);
  return high;
}

export function cosine(x: number): number {
  takeSine(x, 1);
  return high;
}

/** @param x between −1 and 1 */
export function arcsine(x: number): number {
  const near = Math.asin(x);
  // One step of Newton's from what is nearly right.
  takeSine(near, 1);
  const slope = high;
  takeSine(near, 0);
  high = -high;
  low = -low;
  add(x, 0);
  return Number.isNaN(near) || high === 0 ? near : near + high / slope;
}
