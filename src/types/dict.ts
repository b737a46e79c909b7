/**
 * The hash table of a large set, hash or sorted set: extendible hashing over segments (dict-segment.ts), the keyspace's
 * table in small. It grows one segment at a time, so no insertion waits for a whole table to be rehashed.
 *
 *     record      word 0   the segment's address while there is only one (depth 0), else the directory's
 *                 word 1   depth
 *                 word 2   elements
 *                 word 3   seed of the hash
 *     directory   2^depth words, indexed by the hash's top `depth` bits: segment addresses
 *
 * The record lies in the value's root block; `base` is its first word. Elements are blocks of their own (dict-element.ts),
 * never touched by growth, since the slots hold the hashes.
 */
import { assert } from '../base/assert.ts';
import { hashBytes } from '../base/hash.ts';
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { memberAt, memberEquals, memberLength } from './dict-element.ts';
import {
  clearSlot,
  homeSlot,
  localDepthOf,
  newSegment,
  nextUnits,
  placeAll,
  placeInSegment,
  SEGMENT_UNITS_MAX,
  segmentCount,
  segmentEnd,
  segmentLimit,
  slotOf,
  unitsFor,
  unitsOf,
} from './dict-segment.ts';

export const DICT_WORDS = 4;
const DICT_TOP = 0;
const DICT_DEPTH = 1;
const DICT_COUNT = 2;
const DICT_SEED = 3;

/** Deeper than this, too few bits of the hash would be left for home slots. */
const DEPTH_MAX = 20;
/** Buddies become one when they hold no more than this between them: far enough below a split. */
const MERGE_COUNT_MAX = 512;
const HASH_SPAN = 2 ** 32;
/** Of the slots that a cursor reads ahead at once: 32 of two words. */
const AHEAD_WORDS = 64;

/** @param expected how many elements will come: saves growing. @throws OutOfMemoryError */
export function dictInit(allocator: Allocator, base: number, seed: number, expected: number): void {
  const i32 = allocator.arena.i32;
  i32[base + DICT_TOP] = newSegment(allocator, unitsFor(Math.min(expected, segmentLimit(SEGMENT_UNITS_MAX))), 0);
  i32[base + DICT_DEPTH] = 0;
  i32[base + DICT_COUNT] = 0;
  i32[base + DICT_SEED] = seed;
}

export const dictCount = (arena: Arena, base: number): number => arena.i32[base + DICT_COUNT];
export const dictSeed = (arena: Arena, base: number): number => arena.i32[base + DICT_SEED];

export const dictHash = (arena: Arena, base: number, region: Region, at: number, length: number): number =>
  hashBytes(region.view, at, length, arena.i32[base + DICT_SEED]);

/** The hash of an element's member. */
export const elementHash = (arena: Arena, base: number, element: number): number =>
  dictHash(arena, base, arena.region, memberAt(arena, element), memberLength(arena, element));

/** The element with this member, or 0. */
export function dictFind(arena: Arena, base: number, region: Region, at: number, length: number, hash: number): number {
  const i32 = arena.i32;
  const first = segmentFor(i32, base, hash) >> 2;
  const head = i32[first];
  const end = segmentEnd(first, head);
  let slot = homeSlot(first, head, hash);
  for (;;) {
    const element = i32[slot + 1];
    if (element === 0) return 0;
    if (i32[slot] === hash && memberEquals(arena, element, region, at, length)) return element;
    slot += 2;
    if (slot === end) slot = first + 2;
  }
}

/** Makes sure that `dictInsert` of this hash can't fail. @throws OutOfMemoryError, the dict as it was but for its shape */
export function dictReserve(allocator: Allocator, base: number, hash: number): void {
  const i32 = allocator.arena.i32;
  for (;;) {
    const first = segmentFor(i32, base, hash) >> 2;
    const units = unitsOf(i32, first);
    if (segmentCount(i32, first) < segmentLimit(units)) return;
    if (units < SEGMENT_UNITS_MAX) {
      resize(allocator, base, hash, nextUnits(units));
      return;
    }
    if (localDepthOf(i32, first) >= DEPTH_MAX) {
      assert(segmentCount(i32, first) < units - 2, 'a segment at its greatest depth is full');
      return;
    }
    split(allocator, base, hash);
  }
}

/** Adds an element whose member is not in the dict. @throws OutOfMemoryError unless reserved */
export function dictInsert(allocator: Allocator, base: number, element: number, hash: number): void {
  dictReserve(allocator, base, hash);
  const i32 = allocator.arena.i32;
  placeInSegment(i32, segmentFor(i32, base, hash) >> 2, hash, element);
  i32[base + DICT_COUNT]++;
}

/** Puts another block of the same member in an element's place. */
export function dictReplace(arena: Arena, base: number, old: number, element: number, hash: number): void {
  const i32 = arena.i32;
  i32[slotOf(i32, segmentFor(i32, base, hash) >> 2, hash, old) + 1] = element;
}

/** Takes out an element that is in the dict. Its block is the caller's. Never fails for want of memory. */
export function dictRemove(allocator: Allocator, base: number, element: number, hash: number): void {
  const i32 = allocator.arena.i32;
  const first = segmentFor(i32, base, hash) >> 2;
  const left = clearSlot(i32, first, slotOf(i32, first, hash, element));
  i32[base + DICT_COUNT]--;
  if (left * 4 < unitsOf(i32, first) && (left & 7) === 0) shrink(allocator, base, hash);
}

/** Steps through all elements of a dict that doesn't change meanwhile, in hash order. To be used again and again. */
export class DictCursor {
  /** The element stepped to last, and its hash. */
  element = 0;
  hash = 0;
  private i32!: Int32Array;
  private base = 0;
  /** Of the directory: where the next segment is. */
  private index = 0;
  /** The slots of this segment that are left. */
  private slot = 0;
  private end = 0;
  /** The first slot whose element has not been read ahead. */
  private ahead = 0;
  /** Of what was read ahead: kept lest the compiler leave the reading out. */
  private seen = 0;

  start(arena: Arena, base: number): void {
    this.i32 = arena.i32;
    this.base = base;
    this.index = 0;
    this.slot = 0;
    this.end = 0;
    this.ahead = 0;
  }

  /** Goes to the next element. @returns false when there are no more */
  next(): boolean {
    const { i32 } = this;
    do {
      for (let slot = this.slot; slot < this.end; slot += 2) {
        const element = i32[slot + 1];
        if (element === 0) continue;
        if (slot >= this.ahead) this.readAhead(slot);
        this.element = element;
        this.hash = i32[slot];
        this.slot = slot + 2;
        return true;
      }
    } while (this.nextSegment());
    return false;
  }

  /** Reads the heads of the next elements: they lie anywhere, and so the waits for them overlap. */
  private readAhead(from: number): void {
    const { i32 } = this;
    const to = Math.min(this.end, from + AHEAD_WORDS);
    let { seen } = this;
    for (let slot = from; slot < to; slot += 2) seen ^= i32[i32[slot + 1] >> 2];
    this.seen = seen;
    this.ahead = to;
  }

  private nextSegment(): boolean {
    const { i32, base, index } = this;
    const depth = i32[base + DICT_DEPTH];
    if (index >> depth !== 0) return false;
    const first = segmentAt(i32, base, depth, index) >> 2;
    this.index += 1 << (depth - localDepthOf(i32, first));
    this.slot = first + 2;
    this.ahead = this.slot;
    this.end = segmentEnd(first, i32[first]);
    return true;
  }
}

const cursor = new DictCursor();

/**
 * Visits elements in the order of their hashes from `from` on, about `wanted` of them, and always all of one hash
 * together; so whatever stays in the dict is visited by a scan from 0 to the end, however the dict changes in between.
 * @param from an unsigned hash  @param visit must not change the dict
 * @returns the hash to go on from, or 0 at the end
 */
export function dictScan(
  arena: Arena,
  base: number,
  from: number,
  wanted: number,
  visit: (element: number) => void,
): number {
  const i32 = arena.i32;
  let position = from;
  let seen = 0;
  while (position < HASH_SPAN) {
    if (seen >= wanted) return position;
    const first = segmentFor(i32, base, position | 0) >> 2;
    const span = HASH_SPAN / 2 ** localDepthOf(i32, first);
    const end = (Math.floor(position / span) + 1) * span;
    const share = (span * (wanted - seen)) / Math.max(1, segmentCount(i32, first));
    const to = Math.min(end, position + Math.ceil(share));
    seen += scanRange(i32, first, position, to, visit);
    position = to;
  }
  return 0;
}

/** Any element; each is about as likely as another. The dict must not be empty. @param random a number in [0, 1) */
export function dictSample(arena: Arena, base: number, random: () => number): number {
  const i32 = arena.i32;
  for (;;) {
    const first = segmentFor(i32, base, (random() * HASH_SPAN) | 0) >> 2;
    if (segmentCount(i32, first) === 0) continue;
    const slots = unitsOf(i32, first) - 1;
    // Segments are at least a quarter full unless their buddy keeps them from merging: a hundred misses are rare.
    for (let tries = 0; tries < 100; tries++) {
      const element = i32[first + 3 + Math.floor(random() * slots) * 2];
      if (element !== 0) return element;
    }
    const offset = Math.floor(random() * slots);
    for (let i = 0; i < slots; i++) {
      const element = i32[first + 3 + ((offset + i) % slots) * 2];
      if (element !== 0) return element;
    }
  }
}

/** Frees the dict's own memory. The elements are the caller's. */
export function dictDrop(allocator: Allocator, base: number): void {
  const i32 = allocator.arena.i32;
  const depth = i32[base + DICT_DEPTH];
  for (let index = 0; index < 1 << depth; ) {
    const segment = segmentAt(i32, base, depth, index);
    index += 1 << (depth - localDepthOf(i32, segment >> 2));
    allocator.free(segment);
  }
  if (depth > 0) allocator.free(i32[base + DICT_TOP]);
}

/** Bytes of the dict's own memory, elements not included. */
export function dictBytes(allocator: Allocator, base: number): number {
  const i32 = allocator.arena.i32;
  const depth = i32[base + DICT_DEPTH];
  let bytes = depth > 0 ? allocator.sizeOf(i32[base + DICT_TOP]) : 0;
  for (let index = 0; index < 1 << depth; ) {
    const segment = segmentAt(i32, base, depth, index);
    index += 1 << (depth - localDepthOf(i32, segment >> 2));
    bytes += allocator.sizeOf(segment);
  }
  return bytes;
}

/** Bytes of the elements: of all (`samples` 0), or judged by the first `samples`. */
export function dictElementsBytes(allocator: Allocator, base: number, samples: number): number {
  const { arena } = allocator;
  let bytes = 0;
  let seen = 0;
  cursor.start(arena, base);
  while ((samples === 0 || seen < samples) && cursor.next()) {
    bytes += allocator.sizeOf(cursor.element);
    seen++;
  }
  return seen === 0 ? 0 : Math.round((bytes / seen) * dictCount(arena, base));
}

/** Frees the elements, then the dict's own memory. */
export function dictFree(allocator: Allocator, base: number): void {
  cursor.start(allocator.arena, base);
  while (cursor.next()) allocator.free(cursor.element);
  dictDrop(allocator, base);
}

const directoryIndex = (depth: number, hash: number): number => (depth === 0 ? 0 : hash >>> (32 - depth));

function segmentAt(i32: Int32Array, base: number, depth: number, index: number): number {
  const top = i32[base + DICT_TOP];
  return depth === 0 ? top : i32[(top >> 2) + index];
}

function segmentFor(i32: Int32Array, base: number, hash: number): number {
  const depth = i32[base + DICT_DEPTH];
  const top = i32[base + DICT_TOP];
  return depth === 0 ? top : i32[(top >> 2) + (hash >>> (32 - depth))];
}

/** Makes all directory words of the hash's segment, or of half of its range, say another. */
function relink(i32: Int32Array, base: number, hash: number, localDepth: number, segment: number): void {
  const depth = i32[base + DICT_DEPTH];
  if (depth === 0) {
    i32[base + DICT_TOP] = segment;
    return;
  }
  const width = 1 << (depth - localDepth);
  const from = (i32[base + DICT_TOP] >> 2) + (directoryIndex(depth, hash) & ~(width - 1));
  i32.fill(segment, from, from + width);
}

function resize(allocator: Allocator, base: number, hash: number, units: number): void {
  const i32 = allocator.arena.i32;
  const old = segmentFor(i32, base, hash);
  const localDepth = localDepthOf(i32, old >> 2);
  const segment = newSegment(allocator, units, localDepth);
  placeAll(i32, old >> 2, segment >> 2);
  relink(i32, base, hash, localDepth, segment);
  allocator.free(old);
}

/** Makes two segments of one, each as large as its share of the elements wants. */
function split(allocator: Allocator, base: number, hash: number): void {
  const i32 = allocator.arena.i32;
  const old = segmentFor(i32, base, hash);
  const first = old >> 2;
  const localDepth = localDepthOf(i32, first);
  const end = segmentEnd(first, i32[first]);
  let highCount = 0;
  for (let slot = first + 2; slot < end; slot += 2) {
    if (i32[slot + 1] !== 0) highCount += (i32[slot] >>> (31 - localDepth)) & 1;
  }
  const low = newSegment(allocator, unitsFor(segmentCount(i32, first) - highCount), localDepth + 1);
  let high = 0;
  try {
    high = newSegment(allocator, unitsFor(highCount), localDepth + 1);
    if (localDepth === i32[base + DICT_DEPTH]) doubleDirectory(allocator, base);
  } catch (error) {
    allocator.free(low);
    if (high !== 0) allocator.free(high);
    throw error;
  }
  for (let slot = first + 2; slot < end; slot += 2) {
    if (i32[slot + 1] === 0) continue;
    const half = ((i32[slot] >>> (31 - localDepth)) & 1) === 0 ? low : high;
    placeInSegment(i32, half >> 2, i32[slot], i32[slot + 1]);
  }
  const halfBit = 1 << (31 - localDepth);
  relink(i32, base, hash & ~halfBit, localDepth + 1, low);
  relink(i32, base, hash | halfBit, localDepth + 1, high);
  allocator.free(old);
}

function doubleDirectory(allocator: Allocator, base: number): void {
  const i32 = allocator.arena.i32;
  const depth = i32[base + DICT_DEPTH];
  const old = i32[base + DICT_TOP];
  const added = allocator.allocate(4 << (depth + 1));
  for (let index = 0; index < 1 << depth; index++) {
    const segment = depth === 0 ? old : i32[(old >> 2) + index];
    i32[(added >> 2) + index * 2] = segment;
    i32[(added >> 2) + index * 2 + 1] = segment;
  }
  if (depth > 0) allocator.free(old);
  i32[base + DICT_TOP] = added;
  i32[base + DICT_DEPTH] = depth + 1;
}

/** Gives back room of the hash's segment, which is sparse: joins it with its buddies, or makes it smaller. */
function shrink(allocator: Allocator, base: number, hash: number): void {
  let merged = false;
  while (merge(allocator, base, hash)) merged = true;
  if (merged) return;
  const i32 = allocator.arena.i32;
  const first = segmentFor(i32, base, hash) >> 2;
  const units = unitsFor(segmentCount(i32, first));
  if (units * 2 <= unitsOf(i32, first) && allocator.hasRoom(units * 8)) resize(allocator, base, hash, units);
}

/**
 * Joins the hash's segment with its buddy if they are sparse enough together, then the directory's halves if they agree.
 * @returns whether it did
 */
function merge(allocator: Allocator, base: number, hash: number): boolean {
  const i32 = allocator.arena.i32;
  const one = segmentFor(i32, base, hash);
  const localDepth = localDepthOf(i32, one >> 2);
  if (localDepth === 0) return false;
  const other = segmentFor(i32, base, hash ^ (1 << (32 - localDepth)));
  if (localDepthOf(i32, other >> 2) !== localDepth) return false;
  const together = segmentCount(i32, one >> 2) + segmentCount(i32, other >> 2);
  const units = unitsFor(together);
  if (together > MERGE_COUNT_MAX || !allocator.hasRoom(units * 8)) return false;
  const joined = newSegment(allocator, units, localDepth - 1);
  placeAll(i32, one >> 2, joined >> 2);
  placeAll(i32, other >> 2, joined >> 2);
  relink(i32, base, hash, localDepth - 1, joined);
  allocator.free(one);
  allocator.free(other);
  if (localDepth === i32[base + DICT_DEPTH]) halveDirectory(allocator, base);
  return true;
}

/** Halves the directory as long as each of its pairs is one segment. */
function halveDirectory(allocator: Allocator, base: number): void {
  const i32 = allocator.arena.i32;
  const old = i32[base + DICT_TOP];
  const words = old >> 2;
  let depth = i32[base + DICT_DEPTH];
  while (depth > 0) {
    for (let index = 0; index < 1 << depth; index += 2) if (i32[words + index] !== i32[words + index + 1]) return;
    depth--;
    for (let index = 0; index < 1 << depth; index++) i32[words + index] = i32[words + index * 2];
    i32[base + DICT_DEPTH] = depth;
  }
  i32[base + DICT_TOP] = i32[words];
  allocator.free(old);
}

function scanRange(i32: Int32Array, first: number, from: number, to: number, visit: (element: number) => void): number {
  const head = i32[first];
  const end = segmentEnd(first, head);
  const lastHome = homeSlot(first, head, (to - 1) | 0);
  let slot = homeSlot(first, head, from | 0);
  let past = false;
  let seen = 0;
  // Every element of a home slot lies between it and the next empty one; the run may wrap around once.
  for (let steps = unitsOf(i32, first) - 1; steps > 0; steps--) {
    const element = i32[slot + 1];
    if (slot === lastHome) past = true;
    if (element === 0) {
      if (past) break;
    } else {
      const hash = i32[slot] >>> 0;
      if (hash >= from && hash < to) {
        visit(element);
        seen++;
      }
    }
    slot += 2;
    if (slot === end) slot = first + 2;
  }
  return seen;
}
