/**
 * Whole numbers in ascending order in one block:
 *
 *     count << 3 | bytes of each number − 1 (u32) | number … (signed, 1 to 8 bytes)          little-endian
 *
 * Redis' intset has numbers of 2, 4 or 8 bytes behind a head of 8; serialize-intset.ts goes from one to the other.
 * What changes an intset may move its block: it returns the new address. Memory is had before the first byte changes.
 */
import { BEYOND_SAFE, integerLength, parseInt64, parseInteger, writeBigInt, writeInteger } from '../base/integers.ts';
import { move } from '../base/move.ts';
import type { Region } from '../base/region.ts';
import { highAt, lowAt, shortBytes, wordAt, writeShort } from '../base/short-integers.ts';
import type { Allocator } from '../memory/allocator.ts';

const HEADER_BYTES = 4;
const WIDTH_BITS = 3;
const WIDTH_MASK = 7;
const TWO_32 = 4294967296;

/** One number, to be read into or parsed into again and again. */
export class IntsetElement {
  /** The number as two words: exact. */
  high = 0;
  low = 0;
  /** The number, exact if `isSafe`. */
  integer = 0;
  /** Whether the number is within ±(2^53 − 1). */
  isSafe = true;

  /** Takes the number that the bytes are the text of. @returns false, and keeps what it had, if they are none */
  parse(source: Region, at: number, length: number): boolean {
    const value = parseInteger(source.u8, at, length);
    if (Number.isNaN(value)) return false;
    if (value === BEYOND_SAFE) {
      const exact = parseInt64(source.u8, at, length) as bigint;
      this.setWords(Number(BigInt.asIntN(32, exact >> 32n)), Number(BigInt.asIntN(32, exact)));
    } else {
      this.set(value);
    }
    return true;
  }

  /** @param value a safe integer */
  set(value: number): void {
    this.high = Math.floor(value / TWO_32) | 0;
    this.low = value | 0;
    this.integer = value;
    this.isSafe = true;
  }

  /** Takes number `index` of the intset, which must have it. */
  read(region: Region, intset: number, index: number): void {
    const size = numberBytes(region, intset);
    const at = intset + HEADER_BYTES + index * size;
    if (size > 4) {
      this.setWords(wordAt(region.view, at + 4, size - 4), region.view.getInt32(at, true));
      return;
    }
    const value = wordAt(region.view, at, size);
    this.high = value >> 31;
    this.low = value;
    this.integer = value;
    this.isSafe = true;
  }

  /** The number, exact. Allocates. */
  bigint(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** Bytes of the number in decimal. */
  textLength(): number {
    return this.isSafe ? integerLength(this.integer) : this.bigint().toString().length;
  }

  /** Writes the number in decimal at `toAt`, where there must be room. @returns the position behind it */
  copyText(to: Region, toAt: number): number {
    return this.isSafe ? writeInteger(to.u8, toAt, this.integer) : writeBigInt(to.u8, toAt, this.bigint());
  }

  /** Bytes that an intset needs for each number if it holds this one. */
  bytes(): number {
    return shortBytes(this.high, this.low);
  }

  /** The sign of this − other. */
  compare(other: IntsetElement): number {
    return this.high === other.high ? (this.low >>> 0) - (other.low >>> 0) : this.high - other.high;
  }

  /** Writes the number's lowest `size` bytes. */
  write(view: DataView, at: number, size: number): void {
    writeShort(view, at, size, this.high, this.low);
  }

  setWords(high: number, low: number): void {
    this.high = high;
    this.low = low;
    this.integer = high * TWO_32 + (low >>> 0);
    this.isSafe = Number.isSafeInteger(this.integer);
  }
}

/** Bytes of each number: 1 to 8. */
export const numberBytes = (region: Region, intset: number): number =>
  (region.view.getInt32(intset, true) & WIDTH_MASK) + 1;

/** How many numbers. */
export const count = (region: Region, intset: number): number => region.view.getInt32(intset, true) >>> WIDTH_BITS;

/** Size in bytes. */
export const bytes = (region: Region, intset: number): number =>
  HEADER_BYTES + numberBytes(region, intset) * count(region, intset);

/** Makes an empty intset. @throws OutOfMemoryError */
export const create = (allocator: Allocator): number => createFor(allocator, 0, 1);

/** Makes an intset of so many numbers, to be put in in order, of at most so many bytes each. @throws OutOfMemoryError */
export function createFor(allocator: Allocator, numbers: number, size: number): number {
  const intset = allocator.allocate(HEADER_BYTES + numbers * size);
  writeHeader(allocator.arena.region, intset, size, numbers);
  return intset;
}

/** Puts in number `index`, for which there must be a place. */
export function put(region: Region, intset: number, index: number, number: IntsetElement): void {
  const size = numberBytes(region, intset);
  number.write(region.view, intset + HEADER_BYTES + index * size, size);
}

function writeHeader(region: Region, intset: number, size: number, numbers: number): void {
  region.view.setInt32(intset, (numbers << WIDTH_BITS) | (size - 1), true);
}

/** The index of a number; if it isn't there, −1 − the index it would have. */
export function find(region: Region, intset: number, element: IntsetElement): number {
  const size = numberBytes(region, intset);
  let low = 0;
  let high = count(region, intset) - 1;
  if (element.bytes() > size) return element.high < 0 ? -1 : -2 - high;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareAt(region.view, intset + HEADER_BYTES + middle * size, size, element);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1 - low;
}

/** Below 0 if the number at `at` comes before the element. */
function compareAt(view: DataView, at: number, size: number, element: IntsetElement): number {
  if (size <= 4) return wordAt(view, at, size) - element.low;
  const high = wordAt(view, at + 4, size - 4);
  if (high !== element.high) return high < element.high ? -1 : 1;
  return view.getUint32(at, true) - (element.low >>> 0);
}

/** Adds a number. @returns the intset's address, or 0 if it had the number  @throws OutOfMemoryError */
export function add(allocator: Allocator, intset: number, element: IntsetElement): number {
  const { region } = allocator.arena;
  const found = find(region, intset, element);
  if (found >= 0) return 0;
  const index = -1 - found;
  const numbers = count(region, intset);
  const oldSize = numberBytes(region, intset);
  const size = Math.max(oldSize, element.bytes());
  const wanted = HEADER_BYTES + (numbers + 1) * size;
  let moved = intset;
  if (wanted > allocator.sizeOf(intset)) moved = allocator.reallocate(intset, wanted, bytes(region, intset));
  const at = moved + HEADER_BYTES;
  if (size > oldSize) widen(region.view, at, numbers, oldSize, size, index === 0 ? 1 : 0);
  else if (index < numbers) move(region, at + index * size, at + (index + 1) * size, (numbers - index) * size);
  element.write(region.view, at + index * size, size);
  writeHeader(region, moved, size, numbers + 1);
  return moved;
}

/** Rewrites the numbers with more bytes each, `shift` places further on, from the last. */
function widen(view: DataView, at: number, numbers: number, from: number, to: number, shift: number): void {
  for (let i = numbers - 1; i >= 0; i--) {
    const source = at + i * from;
    const low = lowAt(view, source, from);
    writeShort(view, at + (i + shift) * to, to, highAt(view, source, from, low), low);
  }
}

/** Removes a number. @returns the intset's address, or 0 if it had no such number */
export function remove(allocator: Allocator, intset: number, element: IntsetElement): number {
  const index = find(allocator.arena.region, intset, element);
  return index < 0 ? 0 : removeAt(allocator, intset, index);
}

/** Removes number `index`, which must be there. @returns the intset's address */
export function removeAt(allocator: Allocator, intset: number, index: number): number {
  const { region } = allocator.arena;
  const size = numberBytes(region, intset);
  const numbers = count(region, intset) - 1;
  const at = intset + HEADER_BYTES + index * size;
  move(region, at + size, at, (numbers - index) * size);
  writeHeader(region, intset, size, numbers);
  const wanted = HEADER_BYTES + numbers * size;
  if (allocator.sizeOf(intset) <= Math.max(wanted * 2, 32) || !allocator.hasRoom(wanted)) return intset;
  return allocator.reallocate(intset, wanted, wanted);
}
