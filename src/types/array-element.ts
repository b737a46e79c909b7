/**
 * One element of an array, as it lies in a slice. `head` is its first byte:
 *
 *     a listpack's element without its back length: a string of up to 63 bytes, or an integer (listpack-element.ts)
 *     0xF5 a32                 a longer string, in the block at that address: length (u32) | bytes
 *     0xF6 places m            a decimal number: the integer m, an element of the first kind, with its point that many
 *                              digits from the right
 *
 * Encoding takes two steps, as with listpacks: `prepareElement` answers the bytes wanted and remembers what is to be written.
 * One preparation is remembered at a time.
 */
import { assert } from '../base/assert.ts';
import { writeInteger } from '../base/integers.ts';
import { copy, equal, Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { encodedBytes, HEAD_INTEGER_32, ListpackElement } from './listpack-element.ts';
import { prepare, preparedContentBytes, prepareInteger, writePreparedContent } from './listpack-encode.ts';
import type { Slice } from './slice.ts';

const HEAD_OUTSIDE = 0xf5;
const HEAD_DECIMAL = 0xf6;
const OUTSIDE_BYTES = 5;
const DECIMAL_HEAD_BYTES = 2;
/** A longer string has a block of its own. */
const INSIDE_BYTES_MAX = 63;
/** No element takes more than this in its slice. */
export const ELEMENT_BYTES_MAX = 1 + INSIDE_BYTES_MAX;

const DECIMAL_TEXT_MIN = 3;
const DIGITS_MAX = 15;
const ZERO = 48;
const MINUS = 45;
const DOT = 46;

const PACKED = 0;
const OUTSIDE = 1;
const DECIMAL = 2;

let kind = PACKED;
let preparedPlaces = 0;
let block = 0;

/** Digits behind the point of the number that `parseDecimal` read last. */
let parsedPlaces = 0;

/**
 * The number without its point, of a text that it and the place of the point spell exactly: no needless zero in front, no
 * minus before nothing but zeros; `parsedPlaces` is set. NaN if the text is no such.
 */
function parseDecimal(u8: Uint8Array, at: number, length: number): number {
  if (length < DECIMAL_TEXT_MIN || length > DIGITS_MAX + 2) return Number.NaN;
  const end = at + length;
  const negative = u8[at] === MINUS;
  const first = negative ? at + 1 : at;
  let value = 0;
  let dot = -1;
  for (let i = first; i < end; i++) {
    const byte = u8[i];
    if (byte === DOT && dot < 0) {
      dot = i;
      continue;
    }
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  const digits = end - first - 1;
  if (dot <= first || dot === end - 1 || digits > DIGITS_MAX) return Number.NaN;
  if ((u8[first] === ZERO && dot > first + 1) || (negative && value === 0)) return Number.NaN;
  parsedPlaces = end - 1 - dot;
  return negative ? -value : value;
}

/**
 * Prepares the given bytes. What has to lie outside is had and filled at once: the block is to be written or dropped.
 * @returns bytes that the element takes in its slice  @throws OutOfMemoryError
 */
export function prepareElement(allocator: Allocator, region: Region, at: number, length: number): number {
  if (length > INSIDE_BYTES_MAX) {
    block = allocator.allocate(4 + length);
    allocator.arena.i32[block >> 2] = length;
    copy(region, at, allocator.arena.region, block + 4, length);
    kind = OUTSIDE;
    return OUTSIDE_BYTES;
  }
  const value = parseDecimal(region.u8, at, length);
  if (!Number.isNaN(value)) {
    prepareInteger(value);
    if (DECIMAL_HEAD_BYTES + preparedContentBytes() <= length) {
      kind = DECIMAL;
      preparedPlaces = parsedPlaces;
      return DECIMAL_HEAD_BYTES + preparedContentBytes();
    }
  }
  kind = PACKED;
  prepare(region, at, length);
  return preparedContentBytes();
}

/** Writes what was prepared last. */
export function writeElement(region: Region, at: number): void {
  if (kind === OUTSIDE) {
    region.u8[at] = HEAD_OUTSIDE;
    region.view.setInt32(at + 1, block, true);
  } else if (kind === DECIMAL) {
    region.u8[at] = HEAD_DECIMAL;
    region.u8[at + 1] = preparedPlaces;
    writePreparedContent(region, at + DECIMAL_HEAD_BYTES);
  } else {
    writePreparedContent(region, at);
  }
}

/** Frees what was prepared last, which is not to be written after all. */
export function dropPrepared(allocator: Allocator): void {
  if (kind === OUTSIDE) allocator.free(block);
}

/** Bytes of the element in its slice. */
export function elementBytes(u8: Uint8Array, at: number): number {
  const head = u8[at];
  // Small integers and short strings, which most are.
  if (head < 0x80) return 1;
  if (head < 0xc0) return 1 + (head & INSIDE_BYTES_MAX);
  if (head === HEAD_OUTSIDE) return OUTSIDE_BYTES;
  if (head === HEAD_DECIMAL) return DECIMAL_HEAD_BYTES + encodedBytes(u8, at + DECIMAL_HEAD_BYTES);
  return encodedBytes(u8, at);
}

/** The block that holds the element's bytes, or 0. */
export function outsideOf(arena: Arena, at: number): number {
  return arena.u8[at] === HEAD_OUTSIDE ? arena.view.getInt32(at + 1, true) : 0;
}

/** Gives an element that was copied byte for byte from another arena its own copy of what lies outside. */
export function copyOutside(from: Arena, to: Allocator, at: number): void {
  const outside = outsideOf(to.arena, at);
  if (outside === 0) return;
  const bytes = 4 + from.i32[outside >> 2];
  const copied = to.allocate(bytes);
  copy(from.region, outside, to.arena.region, copied, bytes);
  to.arena.view.setInt32(at + 1, copied, true);
}

/** Makes the element at `at`, whose block couldn't be copied, one of the same size that has none. */
export function forgetOutside(arena: Arena, at: number): void {
  arena.u8[at] = HEAD_INTEGER_32;
}

/** What an element says, to be read into again and again. Good until the array changes. */
export class ArrayElement {
  /** Whether it is stored as an integer, `number`. */
  isInteger = false;
  /** Whether it is stored as the decimal number mantissa / 10^places; like an integer it must be spelt out to have a text. */
  isDecimal = false;
  mantissa = 0;
  places = 0;
  /** Of all others, and of those that `spell` was asked for: `length` bytes at `at` of `region`. */
  region: Region;
  at = 0;
  length = 0;
  readonly number = new ListpackElement();
  private readonly digits = Region.allocate(DIGITS_MAX + 16);

  constructor() {
    this.region = this.digits;
  }

  /** Reads the element at `at`. */
  read(arena: Arena, at: number): void {
    const head = arena.u8[at];
    this.isInteger = false;
    this.isDecimal = false;
    if (head === HEAD_OUTSIDE) {
      const outside = arena.view.getInt32(at + 1, true);
      this.region = arena.region;
      this.at = outside + 4;
      this.length = arena.i32[outside >> 2];
      return;
    }
    const { number } = this;
    if (head === HEAD_DECIMAL) {
      number.read(arena.region, at + DECIMAL_HEAD_BYTES);
      assert(number.isInteger && number.isSafe, 'a decimal number is made of a safe integer');
      this.isDecimal = true;
      this.mantissa = number.integer;
      this.places = arena.u8[at + 1];
      return;
    }
    number.read(arena.region, at);
    this.isInteger = number.isInteger;
    this.region = arena.region;
    this.at = number.at;
    this.length = number.length;
  }

  /** Sets `region`, `at` and `length` to its text, whatever it is. */
  spell(): void {
    if (this.isInteger) {
      this.setDigits(this.number.copyText(this.digits, 0));
    } else if (this.isDecimal) {
      this.setDigits(this.spellDecimal());
    }
  }

  /** Points `slice` at the text of the element at `at`. */
  readText(arena: Arena, at: number, slice: Slice): void {
    this.read(arena, at);
    this.spell();
    slice.set(this.region, this.at, this.length);
  }

  /** Whether its text is the given bytes. */
  equals(region: Region, at: number, length: number): boolean {
    if (this.isInteger) return this.number.equals(region, at, length);
    this.spell();
    return this.length === length && equal(this.region, this.at, region, at, length);
  }

  private setDigits(length: number): void {
    this.region = this.digits;
    this.at = 0;
    this.length = length;
  }

  /** Writes the digits, as many zeros in front as the point needs, and the point. @returns how many bytes that is */
  private spellDecimal(): number {
    const { u8 } = this.digits;
    const { mantissa, places } = this;
    const first = mantissa < 0 ? 1 : 0;
    if (first === 1) u8[0] = MINUS;
    let end = writeInteger(u8, first, Math.abs(mantissa));
    const missing = places + 1 - (end - first);
    if (missing > 0) {
      u8.copyWithin(first + missing, first, end);
      u8.fill(ZERO, first, first + missing);
      end += missing;
    }
    u8.copyWithin(end - places + 1, end - places, end);
    u8[end - places] = DOT;
    return end + 1;
  }
}
