/**
 * Whole numbers in ascending order in one block, byte for byte Redis' intset:
 *
 *     bytes of each number (u32: 2, 4 or 8) | numbers (u32) | number … (signed)          little-endian
 *
 * What changes an intset may move its block: it returns the new address. Memory is had before the first byte changes.
 */
import { BEYOND_SAFE, integerLength, parseInt64, parseInteger, writeBigInt, writeInteger } from '../base/integers.ts';
import { move } from '../base/move.ts';
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';

export const INTSET_HEADER_BYTES = 8;
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
    const bytes = numberBytes(region, intset);
    const at = intset + INTSET_HEADER_BYTES + index * bytes;
    if (bytes === 8) {
      this.setWords(region.view.getInt32(at + 4, true), region.view.getInt32(at, true));
      return;
    }
    const value = bytes === 2 ? region.view.getInt16(at, true) : region.view.getInt32(at, true);
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
    if (this.high !== this.low >> 31) return 8;
    return this.low === (this.low << 16) >> 16 ? 2 : 4;
  }

  setWords(high: number, low: number): void {
    this.high = high;
    this.low = low;
    this.integer = high * TWO_32 + (low >>> 0);
    this.isSafe = Number.isSafeInteger(this.integer);
  }
}

/** Bytes of each number: 2, 4 or 8. */
const numberBytes = (region: Region, intset: number): number => region.view.getInt32(intset, true);

/** How many numbers. */
export const count = (region: Region, intset: number): number => region.view.getInt32(intset + 4, true);

/** Size in bytes. */
export const bytes = (region: Region, intset: number): number =>
  INTSET_HEADER_BYTES + numberBytes(region, intset) * count(region, intset);

/** Makes an empty intset. @throws OutOfMemoryError */
export function create(allocator: Allocator): number {
  const intset = allocator.allocate(INTSET_HEADER_BYTES);
  writeHeader(allocator.arena.region, intset, 2, 0);
  return intset;
}

function writeHeader(region: Region, intset: number, numberBytes: number, numbers: number): void {
  region.view.setInt32(intset, numberBytes, true);
  region.view.setInt32(intset + 4, numbers, true);
}

/** The index of a number; if it isn't there, −1 − the index it would have. */
export function find(region: Region, intset: number, element: IntsetElement): number {
  const size = numberBytes(region, intset);
  let low = 0;
  let high = count(region, intset) - 1;
  if (element.bytes() > size) return element.high < 0 ? -1 : -2 - high;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareAt(region.view, intset + INTSET_HEADER_BYTES + middle * size, size, element);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1 - low;
}

/** Below 0 if the number at `at` comes before the element. */
function compareAt(view: DataView, at: number, size: number, element: IntsetElement): number {
  if (size === 2) return view.getInt16(at, true) - element.low;
  const low = view.getInt32(at, true);
  if (size === 4) return low < element.low ? -1 : low - element.low;
  const high = view.getInt32(at + 4, true);
  if (high !== element.high) return high < element.high ? -1 : 1;
  return (low >>> 0) - (element.low >>> 0);
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
  const wanted = INTSET_HEADER_BYTES + (numbers + 1) * size;
  let moved = intset;
  if (wanted > allocator.sizeOf(intset)) moved = allocator.reallocate(intset, wanted, bytes(region, intset));
  const at = moved + INTSET_HEADER_BYTES;
  if (size > oldSize) widen(region.view, at, numbers, oldSize, size, index === 0 ? 1 : 0);
  else if (index < numbers) move(region, at + index * size, at + (index + 1) * size, (numbers - index) * size);
  writeNumber(region.view, at + index * size, size, element);
  writeHeader(region, moved, size, numbers + 1);
  return moved;
}

/** Rewrites the numbers with more bytes each, `shift` places further on, from the last. */
function widen(view: DataView, at: number, numbers: number, from: number, to: number, shift: number): void {
  for (let i = numbers - 1; i >= 0; i--) {
    const value = from === 2 ? view.getInt16(at + i * 2, true) : view.getInt32(at + i * 4, true);
    const target = at + (i + shift) * to;
    view.setInt32(target, value, true);
    if (to === 8) view.setInt32(target + 4, value >> 31, true);
  }
}

function writeNumber(view: DataView, at: number, size: number, element: IntsetElement): void {
  if (size === 2) {
    view.setInt16(at, element.low, true);
    return;
  }
  view.setInt32(at, element.low, true);
  if (size === 8) view.setInt32(at + 4, element.high, true);
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
  const at = intset + INTSET_HEADER_BYTES + index * size;
  move(region, at + size, at, (numbers - index) * size);
  writeHeader(region, intset, size, numbers);
  const wanted = INTSET_HEADER_BYTES + numbers * size;
  if (allocator.sizeOf(intset) <= Math.max(wanted * 2, 32) || !allocator.hasRoom(wanted)) return intset;
  return allocator.reallocate(intset, wanted, wanted);
}

/**
 * Whether `length` bytes at `intset`, which may come from anywhere, are a sound intset that isn't empty. Reads nothing
 * outside of them. @param deep whether to see to the order, too
 */
export function validate(region: Region, intset: number, length: number, deep = true): boolean {
  if (length <= INTSET_HEADER_BYTES) return false;
  const size = region.view.getUint32(intset, true);
  if (size !== 2 && size !== 4 && size !== 8) return false;
  const numbers = region.view.getUint32(intset + 4, true);
  if (INTSET_HEADER_BYTES + numbers * size !== length) return false;
  if (!deep) return true;
  const element = new IntsetElement();
  for (let i = 0; i + 1 < numbers; i++) {
    element.read(region, intset, i + 1);
    if (compareAt(region.view, intset + INTSET_HEADER_BYTES + i * size, size, element) >= 0) return false;
  }
  return true;
}
