/**
 * A sparse slice: few elements, one after the other behind the header (array-slice-header.ts), by offset:
 *
 *     offset in the slice (u16) | element (array-element.ts)
 *
 * Found by walking: `array-sparse-kmax` bounds how many there are.
 */
import { move } from '../base/move.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { elementBytes, outsideOf } from './array-element.ts';
import { addToCount, SLICE_HEADER_BYTES, sliceCount, WORD_EXTENT, writeSliceHeader } from './array-slice-header.ts';

export const OFFSET_BYTES = 2;

const endOf = (arena: Arena, slice: number): number => slice + arena.i32[(slice >> 2) + WORD_EXTENT];
const offsetAt = (arena: Arena, at: number): number => arena.view.getUint16(at, true);
const behind = (arena: Arena, at: number): number => at + OFFSET_BYTES + elementBytes(arena.u8, at + OFFSET_BYTES);

/** An empty sparse slice. @throws OutOfMemoryError */
export function newSparse(allocator: Allocator, high: number, low: number, bytes: number): number {
  const slice = allocator.allocate(SLICE_HEADER_BYTES + bytes);
  writeSliceHeader(allocator.arena, slice, high, low, false);
  allocator.arena.i32[(slice >> 2) + WORD_EXTENT] = SLICE_HEADER_BYTES;
  return slice;
}

/** Where the first entry from `offset` on is, which may be the end. */
function lowerBound(arena: Arena, slice: number, offset: number): number {
  const end = endOf(arena, slice);
  let at = slice + SLICE_HEADER_BYTES;
  while (at < end && offsetAt(arena, at) < offset) at = behind(arena, at);
  return at;
}

/** Where the element at an offset lies, or 0. */
export function sparseFind(arena: Arena, slice: number, offset: number): number {
  const at = lowerBound(arena, slice, offset);
  return at < endOf(arena, slice) && offsetAt(arena, at) === offset ? at + OFFSET_BYTES : 0;
}

/** The first offset from `offset` on that holds something, or −1. */
export function sparseUp(arena: Arena, slice: number, offset: number): number {
  const at = lowerBound(arena, slice, offset);
  return at < endOf(arena, slice) ? offsetAt(arena, at) : -1;
}

/** The last offset up to `offset` that holds something, or −1. */
export function sparseDown(arena: Arena, slice: number, offset: number): number {
  const end = endOf(arena, slice);
  let found = -1;
  for (let at = slice + SLICE_HEADER_BYTES; at < end && offsetAt(arena, at) <= offset; at = behind(arena, at)) {
    found = offsetAt(arena, at);
  }
  return found;
}

let opened = 0;
let replaced = 0;
/** As `replacedOutside` (array-page.ts). */
export const sparseReplacedOutside = (): number => replaced;
/** Where the element opened last is to be written. */
export const sparseOpenedAt = (): number => opened;

/** As `pageOpen` (array-page.ts). */
export function sparseOpen(allocator: Allocator, slice: number, offset: number, bytes: number): number {
  const { arena } = allocator;
  const at = lowerBound(arena, slice, offset);
  const end = endOf(arena, slice);
  const had = at < end && offsetAt(arena, at) === offset;
  const delta = OFFSET_BYTES + bytes - (had ? behind(arena, at) - at : 0);
  const used = end - slice;
  replaced = had ? outsideOf(arena, at + OFFSET_BYTES) : 0;
  const moved = delta > 0 && used + delta > allocator.sizeOf(slice) ? grown(allocator, slice, used, delta) : slice;
  const from = at + moved - slice;
  const tail = had ? behind(arena, from) : from;
  move(arena.region, tail, tail + delta, moved + used - tail);
  arena.i32[(moved >> 2) + WORD_EXTENT] = used + delta;
  arena.view.setUint16(from, offset, true);
  opened = from + OFFSET_BYTES;
  if (!had) addToCount(arena, moved, 1);
  return moved;
}

const grown = (allocator: Allocator, slice: number, used: number, delta: number): number =>
  allocator.reallocate(slice, used + delta, used);

/**
 * Removes what lies from `first` to `last`, and what it has outside. Never needs memory.
 * @returns the slice's address; it may be left empty
 */
export function sparseRemove(allocator: Allocator, slice: number, first: number, last: number): number {
  const { arena } = allocator;
  const end = endOf(arena, slice);
  const from = lowerBound(arena, slice, first);
  let to = from;
  let removed = 0;
  for (; to < end && offsetAt(arena, to) <= last; removed++) {
    const next = behind(arena, to);
    const outside = outsideOf(arena, to + OFFSET_BYTES);
    if (outside !== 0) allocator.free(outside);
    to = next;
  }
  if (removed === 0) return slice;
  move(arena.region, to, from, end - to);
  const used = end - slice - (to - from);
  arena.i32[(slice >> 2) + WORD_EXTENT] = used;
  addToCount(arena, slice, -removed);
  return allocator.reallocate(slice, used, used);
}

/** Visits all elements, by offset. */
export function eachSparse(arena: Arena, slice: number, visit: (offset: number, at: number) => void): void {
  let at = slice + SLICE_HEADER_BYTES;
  for (let left = sliceCount(arena, slice); left > 0; left--) {
    const next = behind(arena, at);
    visit(offsetAt(arena, at), at + OFFSET_BYTES);
    at = next;
  }
}
