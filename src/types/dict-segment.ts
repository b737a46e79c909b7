/**
 * One segment of a dict: open addressing with linear probing, in one block of 8 to 1,024 units of 8 bytes.
 *
 *     unit 0     local depth | units << 8, elements in the segment
 *     unit 1…    hash | element address (0: empty)
 *
 * The home slot comes from the bits of the hash after the `local depth` top ones, so elements lie nearly in the order of
 * their hashes. Deleting shifts elements back, so there are no tombstones. Four sizes a doubling keep segments at least
 * two thirds full while they grow. All indexes here are words of the arena.
 */
import type { Allocator } from '../memory/allocator.ts';

export const SEGMENT_UNITS_MAX = 1024;
const SEGMENT_UNITS_MIN = 8;
const DEPTH_BITS = 8;
const DEPTH_MASK = 255;

export const localDepthOf = (i32: Int32Array, first: number): number => i32[first] & DEPTH_MASK;
export const unitsOf = (i32: Int32Array, first: number): number => i32[first] >>> DEPTH_BITS;
export const segmentCount = (i32: Int32Array, first: number): number => i32[first + 1];

/** How many elements a segment takes before it must grow or split: 13/16, where probes are still few. */
export const segmentLimit = (units: number): number => ((units - 1) * 13) >> 4;

/** The next larger size. */
export const nextUnits = (units: number): number => units + Math.max(8, 1 << (29 - Math.clz32(units)));

/** The smallest size that holds `count` elements and some more. */
export function unitsFor(count: number): number {
  let units = SEGMENT_UNITS_MIN;
  while (units < SEGMENT_UNITS_MAX && segmentLimit(units) < count + (count >> 4) + 1) units = nextUnits(units);
  return units;
}

/** The first slot to try for a hash. */
export const homeSlot = (first: number, head: number, hash: number): number =>
  first + 2 + (((((hash << (head & DEPTH_MASK)) >>> 16) * ((head >>> DEPTH_BITS) - 1)) >>> 16) << 1);

/** One past the last slot. */
export const segmentEnd = (first: number, head: number): number => first + ((head >>> DEPTH_BITS) << 1);

/** @returns the address of an empty segment. @throws OutOfMemoryError */
export function newSegment(allocator: Allocator, units: number, localDepth: number): number {
  const segment = allocator.allocate(units * 8);
  const first = segment >> 2;
  allocator.arena.i32.fill(0, first, first + units * 2);
  allocator.arena.i32[first] = localDepth | (units << DEPTH_BITS);
  return segment;
}

/** Adds an element for which there is room, and counts it. */
export function placeInSegment(i32: Int32Array, first: number, hash: number, element: number): void {
  const head = i32[first];
  const end = segmentEnd(first, head);
  let slot = homeSlot(first, head, hash);
  while (i32[slot + 1] !== 0) {
    slot += 2;
    if (slot === end) slot = first + 2;
  }
  i32[slot] = hash;
  i32[slot + 1] = element;
  i32[first + 1]++;
}

/** Copies all elements of one segment into another. */
export function placeAll(i32: Int32Array, from: number, to: number): void {
  const end = segmentEnd(from, i32[from]);
  for (let slot = from + 2; slot < end; slot += 2) {
    if (i32[slot + 1] !== 0) placeInSegment(i32, to, i32[slot], i32[slot + 1]);
  }
}

/** The slot of an element that is known to be in the segment. */
export function slotOf(i32: Int32Array, first: number, hash: number, element: number): number {
  const head = i32[first];
  const end = segmentEnd(first, head);
  let slot = homeSlot(first, head, hash);
  while (i32[slot + 1] !== element) {
    slot += 2;
    if (slot === end) slot = first + 2;
  }
  return slot;
}

/** Empties a slot and moves back what was pushed past it. @returns how many elements are left */
export function clearSlot(i32: Int32Array, first: number, slot: number): number {
  const head = i32[first];
  const end = segmentEnd(first, head);
  let hole = slot;
  let next = slot;
  for (;;) {
    next += 2;
    if (next === end) next = first + 2;
    const element = i32[next + 1];
    if (element === 0) break;
    const home = homeSlot(first, head, i32[next]);
    const stays = hole < next ? home > hole && home <= next : home > hole || home <= next;
    if (stays) continue;
    i32[hole] = i32[next];
    i32[hole + 1] = element;
    hole = next;
  }
  i32[hole + 1] = 0;
  return --i32[first + 1];
}
