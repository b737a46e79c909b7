/**
 * One element of a listpack. `head` is its first byte:
 *
 *     0vvvvvvv                      0 … 127
 *     10llllll bytes                a string of up to 63 bytes
 *     110vvvvv v8                   −4096 … 4095
 *     1110llll l8 bytes             a string of up to 4095 bytes
 *     0xF0 l32 bytes                any string (length little-endian)
 *     0xF1 … 0xF4 v16|v24|v32|v64   little-endian, signed
 *
 * then the back length: how long all of that is, in groups of 7 bits, the highest first, so that it reads from the right.
 */
import { BEYOND_SAFE, integerLength, parseInt64, parseInteger, writeBigInt, writeInteger } from '../base/integers.ts';
import { copy, equal, type Region } from '../base/region.ts';

export const HEAD_STRING_32 = 0xf0;
export const HEAD_INTEGER_16 = 0xf1;
export const HEAD_INTEGER_24 = 0xf2;
export const HEAD_INTEGER_32 = 0xf3;
export const HEAD_INTEGER_64 = 0xf4;
export const END = 0xff;

const TWO_32 = 4294967296;

/** Bytes of head and content, without the back length. */
export function encodedBytes(u8: Uint8Array, at: number): number {
  const head = u8[at];
  if (head < 0x80) return 1;
  if (head < 0xc0) return 1 + (head & 0x3f);
  if (head < 0xe0) return 2;
  if (head < 0xf0) return 2 + (((head & 0x0f) << 8) | u8[at + 1]);
  switch (head) {
    case HEAD_STRING_32:
      return 5 + (u8[at + 1] | (u8[at + 2] << 8) | (u8[at + 3] << 16) | (u8[at + 4] << 24));
    case HEAD_INTEGER_16:
      return 3;
    case HEAD_INTEGER_24:
      return 4;
    case HEAD_INTEGER_32:
      return 5;
    case HEAD_INTEGER_64:
      return 9;
    default:
      return 1;
  }
}

/** Bytes of the back length of an element of `encoded` bytes. The odd limits are Redis' own. */
export function backLengthBytes(encoded: number): number {
  if (encoded <= 127) return 1;
  if (encoded < 16383) return 2;
  if (encoded < 2097151) return 3;
  return encoded < 268435455 ? 4 : 5;
}

/** Bytes of the whole element. */
export function elementBytes(u8: Uint8Array, at: number): number {
  const encoded = encodedBytes(u8, at);
  return encoded + backLengthBytes(encoded);
}

export function writeBackLength(u8: Uint8Array, at: number, encoded: number): void {
  const bytes = backLengthBytes(encoded);
  let rest = encoded;
  for (let i = bytes - 1; i > 0; i--) {
    u8[at + i] = (rest & 127) | 128;
    rest >>>= 7;
  }
  u8[at] = rest;
}

/** The back length that ends right before `end`; −1 if it is longer than any can be. */
export function readBackLength(u8: Uint8Array, end: number): number {
  let byte = u8[end - 1];
  if (byte < 128) return byte;
  let value = byte & 127;
  let unit = 1;
  for (let i = 1; i < 5; i++) {
    unit *= 128;
    byte = u8[end - 1 - i];
    value += (byte & 127) * unit;
    if (byte < 128) return value;
  }
  return -1;
}

/** Whether the element is stored as a number. */
export function isIntegerHead(head: number): boolean {
  return head < 0x80 || (head >= 0xc0 && head < 0xe0) || head > HEAD_STRING_32;
}

/** The number of an element that is one, with head `head`; one beyond ±2^53 comes out rounded. */
export function integerAt(region: Region, at: number, head: number): number {
  if (head < 0x80) return head;
  const view = region.view;
  if (head < 0xe0) return (((head & 0x1f) << 27) >> 19) | region.u8[at + 1];
  switch (head) {
    case HEAD_INTEGER_16:
      return view.getInt16(at + 1, true);
    case HEAD_INTEGER_24:
      return view.getUint16(at + 1, true) | (view.getInt8(at + 3) << 16);
    case HEAD_INTEGER_32:
      return view.getInt32(at + 1, true);
    default:
      return view.getInt32(at + 5, true) * TWO_32 + view.getUint32(at + 1, true);
  }
}

/**
 * What an element says, to be read into again and again: a number, or where its bytes lie (which is good only until
 * the listpack changes).
 */
export class ListpackElement {
  /** Whether it is stored as a number. Else it is `length` bytes at `at`. */
  isInteger = false;
  /** The number, exact if `isSafe`. */
  integer = 0;
  /** Whether the number is within ±(2^53 − 1). If not, `bigint()` is exact. */
  isSafe = true;
  at = 0;
  length = 0;
  private region: Region | undefined;

  /** Reads the element at `at`, which must be one. */
  read(region: Region, at: number): void {
    this.region = region;
    const u8 = region.u8;
    const head = u8[at];
    if (isIntegerHead(head)) {
      const value = integerAt(region, at, head);
      this.isInteger = true;
      this.integer = value;
      this.isSafe = head !== HEAD_INTEGER_64 || Number.isSafeInteger(value);
      this.at = at;
      return;
    }
    this.isInteger = false;
    if (head < 0xc0) {
      this.at = at + 1;
      this.length = head & 0x3f;
    } else if (head < 0xf0) {
      this.at = at + 2;
      this.length = ((head & 0x0f) << 8) | u8[at + 1];
    } else {
      this.at = at + 5;
      this.length = region.view.getInt32(at + 1, true);
    }
  }

  /** The number, exact. Allocates. */
  bigint(): bigint {
    return this.isSafe ? BigInt(this.integer) : (this.region as Region).view.getBigInt64(this.at + 1, true);
  }

  /** Bytes of its text: a number counts in decimal. */
  textLength(): number {
    if (!this.isInteger) return this.length;
    return this.isSafe ? integerLength(this.integer) : this.bigint().toString().length;
  }

  /** Writes its text at `toAt`, where there must be room. @returns the position behind it */
  copyText(to: Region, toAt: number): number {
    if (!this.isInteger) {
      copy(this.region as Region, this.at, to, toAt, this.length);
      return toAt + this.length;
    }
    return this.isSafe ? writeInteger(to.u8, toAt, this.integer) : writeBigInt(to.u8, toAt, this.bigint());
  }

  /** Whether its text is the given bytes. */
  equals(source: Region, from: number, length: number): boolean {
    if (!this.isInteger) {
      return this.length === length && equal(this.region as Region, this.at, source, from, length);
    }
    const value = parseInteger(source.u8, from, length);
    if (this.isSafe || value !== BEYOND_SAFE) return value === this.integer;
    return parseInt64(source.u8, from, length) === this.bigint();
  }
}
