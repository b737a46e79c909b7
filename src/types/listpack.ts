/**
 * Many small elements in one block, byte for byte Redis' listpack:
 *
 *     total bytes (u32) | elements (u16; 65535: count them) | element … | 0xFF          little-endian
 *
 * A *position* is the address of an element's first byte, 0 for none. What changes a listpack may move its block: it returns the
 * new address, and every position keeps its distance to it. All memory is had before the first byte changes, so an
 * OutOfMemoryError leaves everything as it was. Bytes put in must not lie in the same listpack.
 *
 *     for (let at = listpack.first(region, lp); at !== 0; at = listpack.next(region, at)) element.read(region, at);
 */
import { BEYOND_SAFE, parseInt64, parseInteger } from '../base/integers.ts';
import { move } from '../base/move.ts';
import { equal, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import {
  backLengthBytes,
  END,
  elementBytes,
  HEAD_INTEGER_64,
  HEAD_STRING_32,
  integerAt,
  readBackLength,
} from './listpack-element.ts';
import { prepare, prepareElement, prepareInteger, writePrepared } from './listpack-encode.ts';

export const LISTPACK_HEADER_BYTES = 6;
export const LISTPACK_EMPTY_BYTES = LISTPACK_HEADER_BYTES + 1;
/** Redis holds no listpack larger than this. */
export const LISTPACK_BYTES_MAX = 1 << 30;
/** The header's count when there are too many to tell. */
export const COUNT_UNKNOWN = 65535;

/** Size in bytes. */
export const bytes = (region: Region, lp: number): number => region.view.getInt32(lp, true);

/** How many elements. Counted one by one, and noted, when the header doesn't tell. */
export function count(region: Region, lp: number): number {
  const noted = region.view.getUint16(lp + 4, true);
  if (noted !== COUNT_UNKNOWN) return noted;
  let elements = 0;
  for (let at = lp + LISTPACK_HEADER_BYTES; region.u8[at] !== END; at += elementBytes(region.u8, at)) elements++;
  if (elements < COUNT_UNKNOWN) region.view.setUint16(lp + 4, elements, true);
  return elements;
}

export function first(region: Region, lp: number): number {
  return region.u8[lp + LISTPACK_HEADER_BYTES] === END ? 0 : lp + LISTPACK_HEADER_BYTES;
}

export function last(region: Region, lp: number): number {
  return previous(region, lp, endOf(region, lp));
}

/** The position after `at`. */
export function next(region: Region, at: number): number {
  const after = at + elementBytes(region.u8, at);
  return region.u8[after] === END ? 0 : after;
}

/** The position before `at`, which may be the end mark's. */
export function previous(region: Region, lp: number, at: number): number {
  if (at === lp + LISTPACK_HEADER_BYTES) return 0;
  const encoded = readBackLength(region.u8, at);
  return at - encoded - backLengthBytes(encoded);
}

/** The end mark's position, where appending inserts. */
export const endOf = (region: Region, lp: number): number => lp + bytes(region, lp) - 1;

/** The position behind the element at `at`: the next one's or the end mark's. */
export const behind = (region: Region, at: number): number => at + elementBytes(region.u8, at);

/** The position of element number `index`; −1 is the last. From the nearer end. */
export function seek(region: Region, lp: number, index: number): number {
  const noted = region.view.getUint16(lp + 4, true);
  let steps = index;
  if (noted !== COUNT_UNKNOWN) {
    if (index < 0) steps += noted;
    if (steps < 0 || steps >= noted) return 0;
    if (steps > noted >> 1) steps -= noted;
  }
  if (steps >= 0) {
    let at = first(region, lp);
    for (; steps > 0 && at !== 0; steps--) at = next(region, at);
    return at;
  }
  let at = last(region, lp);
  for (; steps < -1 && at !== 0; steps++) at = previous(region, lp, at);
  return at;
}

/**
 * The position, from `at` on, of an element whose text is the given bytes. @param skip how many elements to leave out after
 * each one looked at: 1 looks at the fields of field, value, field, value … only
 */
export function find(
  region: Region,
  at: number,
  source: Region,
  sourceAt: number,
  length: number,
  skip: number,
): number {
  if (at === 0) return 0;
  const u8 = region.u8;
  let parsed = false;
  let value = Number.NaN;
  let toSkip = 0;
  for (let position = at; ; ) {
    const head = u8[position];
    let encoded = 1;
    let stringAt = 0;
    if (head < 0x80) {
      // One byte.
    } else if (head < 0xc0) {
      stringAt = 1;
      encoded = 1 + (head & 0x3f);
    } else if (head < 0xe0) {
      encoded = 2;
    } else if (head < 0xf0) {
      stringAt = 2;
      encoded = 2 + (((head & 0x0f) << 8) | u8[position + 1]);
    } else if (head === HEAD_STRING_32) {
      stringAt = 5;
      encoded = 5 + region.view.getInt32(position + 1, true);
    } else if (head === END) {
      return 0;
    } else {
      encoded = head === HEAD_INTEGER_64 ? 9 : head - HEAD_STRING_32 + 2;
    }
    if (toSkip > 0) {
      toSkip--;
    } else {
      toSkip = skip;
      if (stringAt !== 0) {
        const same = encoded - stringAt === length && equal(region, position + stringAt, source, sourceAt, length);
        if (same) return position;
      } else {
        if (!parsed) {
          value = parseInteger(source.u8, sourceAt, length);
          parsed = true;
        }
        if (value === BEYOND_SAFE) {
          if (head === HEAD_INTEGER_64 && isInt64(region, position, source, sourceAt, length)) return position;
        } else if (value === integerAt(region, position, head)) {
          return position;
        }
      }
    }
    position += encoded + (encoded <= 127 ? 1 : backLengthBytes(encoded));
  }
}

function isInt64(region: Region, at: number, source: Region, sourceAt: number, length: number): boolean {
  return region.view.getBigInt64(at + 1, true) === parseInt64(source.u8, sourceAt, length);
}

/** Makes an empty listpack in a block of its own. @param room bytes to have room for. @throws OutOfMemoryError */
export function create(allocator: Allocator, room = LISTPACK_EMPTY_BYTES): number {
  const lp = allocator.allocate(Math.max(room, LISTPACK_EMPTY_BYTES));
  writeEmpty(allocator.arena.region, lp);
  return lp;
}

/** Writes the 7 bytes of an empty listpack. */
export function writeEmpty(region: Region, lp: number): void {
  region.view.setInt32(lp, LISTPACK_EMPTY_BYTES, true);
  region.view.setUint16(lp + 4, 0, true);
  region.u8[lp + LISTPACK_HEADER_BYTES] = END;
}

export function append(allocator: Allocator, lp: number, source: Region, from: number, length: number): number {
  return insertPrepared(allocator, lp, endOf(allocator.arena.region, lp), prepare(source, from, length));
}

/** @param value a safe integer */
export function appendInteger(allocator: Allocator, lp: number, value: number): number {
  return insertPrepared(allocator, lp, endOf(allocator.arena.region, lp), prepareInteger(value));
}

/** Appends a copy of the element at `fromAt`, as it is encoded. */
export function appendElement(allocator: Allocator, lp: number, from: Region, fromAt: number): number {
  return insertPrepared(allocator, lp, endOf(allocator.arena.region, lp), prepareElement(from, fromAt));
}

export function prepend(allocator: Allocator, lp: number, source: Region, from: number, length: number): number {
  return insertPrepared(allocator, lp, lp + LISTPACK_HEADER_BYTES, prepare(source, from, length));
}

/** Inserts before the element (or end mark) at `at`; the new one takes that position. */
export function insertBefore(
  allocator: Allocator,
  lp: number,
  at: number,
  source: Region,
  from: number,
  length: number,
): number {
  return insertPrepared(allocator, lp, at, prepare(source, from, length));
}

/** Inserts behind the element at `at`, which keeps its position. */
export function insertAfter(
  allocator: Allocator,
  lp: number,
  at: number,
  source: Region,
  from: number,
  length: number,
): number {
  return insertPrepared(allocator, lp, behind(allocator.arena.region, at), prepare(source, from, length));
}

/** Puts the given bytes in place of the element at `at`; the new one takes that position. */
export function replace(
  allocator: Allocator,
  lp: number,
  at: number,
  source: Region,
  from: number,
  length: number,
): number {
  return replacePrepared(allocator, lp, at, prepare(source, from, length));
}

/** Puts a safe integer in place of the element at `at`. */
export function replaceInteger(allocator: Allocator, lp: number, at: number, value: number): number {
  return replacePrepared(allocator, lp, at, prepareInteger(value));
}

/** Inserts what was prepared (listpack-encode.ts) before `at`. @param room what preparing it answered */
export function insertPrepared(allocator: Allocator, lp: number, at: number, room: number): number {
  const region = allocator.arena.region;
  const moved = respace(allocator, lp, at, 0, room);
  writePrepared(region, at - lp + moved);
  changeCount(region, moved, 1);
  return moved;
}

/** Puts what was prepared in place of the element at `at`. */
export function replacePrepared(allocator: Allocator, lp: number, at: number, room: number): number {
  const region = allocator.arena.region;
  const moved = respace(allocator, lp, at, elementBytes(region.u8, at), room);
  writePrepared(region, at - lp + moved);
  return moved;
}

/** Removes the element at `at`; its successor, or the end mark, takes that position. */
export function remove(allocator: Allocator, lp: number, at: number): number {
  return removeRange(allocator, lp, at, 1);
}

/** Removes up to `elements` elements from `at` on; what follows takes that position. */
export function removeRange(allocator: Allocator, lp: number, at: number, elements: number): number {
  const region = allocator.arena.region;
  const u8 = region.u8;
  let end = at;
  let removed = 0;
  for (; removed < elements && u8[end] !== END; removed++) end += elementBytes(u8, end);
  if (removed === 0) return lp;
  closeGap(region, lp, at, end - at);
  changeCount(region, lp, -removed);
  return shrunk(allocator, lp);
}

/** The listpack's header, `change` elements counted on. */
export function changeCount(region: Region, lp: number, change: number): void {
  const noted = region.view.getUint16(lp + 4, true);
  if (noted !== COUNT_UNKNOWN) region.view.setUint16(lp + 4, Math.min(noted + change, COUNT_UNKNOWN), true);
}

/** Takes `gap` bytes out at `at`. */
export function closeGap(region: Region, lp: number, at: number, gap: number): void {
  const total = bytes(region, lp);
  const tail = lp + total - at - gap;
  if (tail === 1) region.u8[at] = END;
  else move(region, at + gap, at, tail);
  region.view.setInt32(lp, total - gap, true);
}

/** Makes room for `gap` bytes at `at`; the block must be large enough. */
export function openGap(region: Region, lp: number, at: number, gap: number): void {
  const total = bytes(region, lp);
  const tail = lp + total - at;
  if (tail === 1) region.u8[at + gap] = END;
  else move(region, at, at + gap, tail);
  region.view.setInt32(lp, total + gap, true);
}

/** Gives `newBytes` of room to what takes `oldBytes` at `at`. */
function respace(allocator: Allocator, lp: number, at: number, oldBytes: number, newBytes: number): number {
  const region = allocator.arena.region;
  if (newBytes > oldBytes) {
    const total = bytes(region, lp);
    const wanted = total + newBytes - oldBytes;
    const moved = wanted > allocator.sizeOf(lp) ? allocator.reallocate(lp, wanted, total) : lp;
    openGap(region, moved, at - lp + moved, newBytes - oldBytes);
    return moved;
  }
  if (newBytes === oldBytes) return lp;
  closeGap(region, lp, at, oldBytes - newBytes);
  return lp;
}

/** The listpack in a smaller block, if it leaves more than half of its own empty. Never fails. */
export function shrunk(allocator: Allocator, lp: number): number {
  const total = bytes(allocator.arena.region, lp);
  if (allocator.sizeOf(lp) <= Math.max(total * 2, 64) || !allocator.hasRoom(total)) return lp;
  return allocator.reallocate(lp, total, total);
}
