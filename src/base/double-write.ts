/** Doubles to bytes, as Redis prints them in replies and stores them as strings. */
import { grisu, grisuDigits } from './grisu.ts';
import { writeBigInt, writeInteger } from './integers.ts';

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const DOT = 46;
const E = 101;

/** The room that `writeDouble` needs at most, in bytes. */
export const DOUBLE_LENGTH_MAX = 25;
/** Whole numbers up to here are printed as integers, with all their digits. */
const INTEGRAL_MAX = 2 ** 62;

/**
 * Writes a double at `at` and returns the position behind it.
 *
 * Whole numbers up to 2^62 are printed as integers, others with the fewest digits that read back the same: plainly
 * while that isn't much longer, else as `1.5e+20`. The rest is `inf`, `-inf`, `nan`, `-0`.
 */
export function writeDouble(u8: Uint8Array, at: number, value: number): number {
  if (Number.isSafeInteger(value)) {
    if (value === 0 && Object.is(value, -0)) u8[at++] = MINUS;
    return writeInteger(u8, at, value);
  }
  if (Number.isNaN(value)) return writeLetters(u8, at, 'nan');
  if (value < 0) {
    u8[at++] = MINUS;
    value = -value;
  }
  if (value === Number.POSITIVE_INFINITY) return writeLetters(u8, at, 'inf');
  if (value <= INTEGRAL_MAX && Number.isInteger(value)) return writeBigInt(u8, at, BigInt(value));
  return writeShortest(u8, at, value);
}

function writeShortest(u8: Uint8Array, at: number, value: number): number {
  const packed = grisu(value);
  const count = packed & 63;
  const exponent = (packed >> 6) - 512;
  const scientific = exponent + count - 1;
  const magnitude = Math.abs(scientific);
  if (exponent >= 0 && exponent <= 7) {
    at = writeDigits(u8, at, 0, count);
    return writeZeros(u8, at, exponent);
  }
  if (exponent < 0 && (exponent > -7 || magnitude < 4)) {
    const whole = count + exponent;
    if (whole > 0) {
      at = writeDigits(u8, at, 0, whole);
      u8[at++] = DOT;
      return writeDigits(u8, at, whole, count);
    }
    u8[at++] = ZERO;
    u8[at++] = DOT;
    at = writeZeros(u8, at, -whole);
    return writeDigits(u8, at, 0, count);
  }
  u8[at++] = grisuDigits[0];
  if (count > 1) {
    u8[at++] = DOT;
    at = writeDigits(u8, at, 1, count);
  }
  u8[at++] = E;
  u8[at++] = scientific < 0 ? MINUS : PLUS;
  return writeInteger(u8, at, magnitude);
}

function writeDigits(u8: Uint8Array, at: number, from: number, to: number): number {
  for (let i = from; i < to; i++) u8[at++] = grisuDigits[i];
  return at;
}

function writeZeros(u8: Uint8Array, at: number, count: number): number {
  for (let i = 0; i < count; i++) u8[at++] = ZERO;
  return at;
}

function writeLetters(u8: Uint8Array, at: number, letters: string): number {
  for (let i = 0; i < letters.length; i++) u8[at++] = letters.charCodeAt(i);
  return at;
}

const scratch = new Uint8Array(DOUBLE_LENGTH_MAX);

/** What `writeDouble` writes, as a string. */
export function formatDouble(value: number): string {
  return String.fromCharCode(...scratch.subarray(0, writeDouble(scratch, 0, value)));
}
