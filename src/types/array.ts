/**
 * Arrays: strings at places from 0 to 2^64 − 2, most of which hold nothing. Places are cut into slices of
 * `array-slice-size`; only those that hold something exist. The root block is
 *
 *     word 0        elements                         word 3        bits of an offset in a slice
 *     words 1…2     where ARINSERT last put          words 4…6     directory of slices (array-directory.ts)
 *                   something; 2^64 − 1: nowhere
 *
 * The root never moves while the array lives.
 */
import type { Region } from '../base/region.ts';
import { compareUint64 } from '../base/uint64.ts';
import type { Allocator } from '../memory/allocator.ts';
import {
  DIRECTORY_WORDS,
  DirectoryCursor,
  directoryAdd,
  directoryClear,
  directoryCount,
  directoryFind,
  directoryLocate,
  directoryRemove,
  directoryReplace,
} from './array-directory.ts';
import { dropPrepared, prepareElement, writeElement } from './array-element.ts';
import type { ArrayIndex } from './array-index.ts';
import {
  newSlice,
  sliceDown,
  sliceFind,
  sliceFreeShell,
  sliceOpen,
  sliceOpenedAt,
  sliceRemove,
  sliceReplacedOutside,
} from './array-slice.ts';
import { sliceCount } from './array-slice-header.ts';
import { typeLimits } from './limits.ts';
import { Value } from './value.ts';

export const ARRAY_ENCODING = 0;

const COUNT = 0;
const INSERTED = 1;
const SLICE_BITS = 3;
export const ARRAY_DIRECTORY = 4;
export const ARRAY_WORDS = ARRAY_DIRECTORY + DIRECTORY_WORDS;

const slices = new DirectoryCursor();

/** Splits a place: the number of its slice, and where in it. Set by `split`. */
let sliceHigh = 0;
let sliceLow = 0;
let sliceOffset = 0;

function split(index: ArrayIndex, bits: number): void {
  sliceHigh = index.high >>> bits;
  sliceLow = (index.high << (32 - bits)) | (index.low >>> bits);
  sliceOffset = index.low & ((1 << bits) - 1);
}

/** An array being worked on. To be set again and again. */
export class SparseArray extends Value {
  /** First word of the root. */
  get base(): number {
    return this.root >> 2;
  }

  /** Elements, those places not counted that hold nothing. */
  get count(): number {
    return this.allocator.arena.i32[this.base + COUNT];
  }

  get sliceBits(): number {
    return this.allocator.arena.i32[this.base + SLICE_BITS];
  }

  get slices(): number {
    return directoryCount(this.allocator.arena, this.base + ARRAY_DIRECTORY);
  }

  /** Makes an empty array, which no key may keep. @throws OutOfMemoryError */
  create(allocator: Allocator): void {
    const root = allocator.allocate(ARRAY_WORDS << 2);
    const { i32 } = allocator.arena;
    this.set(allocator, root, ARRAY_ENCODING);
    const { base } = this;
    i32[base + COUNT] = 0;
    i32[base + INSERTED] = -1;
    i32[base + INSERTED + 1] = -1;
    i32[base + SLICE_BITS] = 31 - Math.clz32(typeLimits.arraySliceSize);
    directoryClear(allocator.arena, base + ARRAY_DIRECTORY);
  }

  /** Where ARINSERT last put something; 2^64 − 1 if nowhere. */
  loadInserted(into: ArrayIndex): void {
    const { i32 } = this.allocator.arena;
    into.set(i32[this.base + INSERTED], i32[this.base + INSERTED + 1]);
  }

  storeInserted(index: ArrayIndex): void {
    const { i32 } = this.allocator.arena;
    i32[this.base + INSERTED] = index.high;
    i32[this.base + INSERTED + 1] = index.low;
  }

  /** The last place that holds something; the array must not be empty. */
  loadLast(into: ArrayIndex): void {
    const { arena } = this.allocator;
    const bits = this.sliceBits;
    const slice = slices.toLast(arena, this.base + ARRAY_DIRECTORY);
    const offset = sliceDown(arena, slice, (1 << bits) - 1);
    setIndex(into, arena.i32[slice >> 2], arena.i32[(slice >> 2) + 1], offset, bits);
  }

  /** Where the element at a place lies (array-element.ts), or 0. */
  find(index: ArrayIndex): number {
    const { arena } = this.allocator;
    split(index, this.sliceBits);
    const slice = directoryFind(arena, this.base + ARRAY_DIRECTORY, sliceHigh, sliceLow);
    return slice === 0 ? 0 : sliceFind(arena, slice, sliceOffset);
  }

  /**
   * Puts bytes at a place, which is not 2^64 − 1; they must not lie in this array.
   * @returns whether there was nothing  @throws OutOfMemoryError, nothing changed
   */
  put(index: ArrayIndex, region: Region, at: number, length: number): boolean {
    const { allocator } = this;
    const bytes = prepareElement(allocator, region, at, length);
    try {
      return this.open(index, bytes);
    } catch (error) {
      dropPrepared(allocator);
      throw error;
    }
  }

  /** Writes the element prepared last. */
  private open(index: ArrayIndex, bytes: number): boolean {
    const { allocator, base } = this;
    const { arena } = allocator;
    split(index, this.sliceBits);
    const directory = base + ARRAY_DIRECTORY;
    const slice = directoryLocate(arena, directory, sliceHigh, sliceLow);
    if (slice === 0) {
      this.openFirst(bytes);
      arena.i32[base + COUNT]++;
      return true;
    }
    const before = sliceCount(arena, slice);
    const moved = sliceOpen(allocator, slice, sliceOffset, bytes);
    if (moved !== slice) directoryReplace(arena, directory, moved);
    writeElement(arena.region, sliceOpenedAt());
    const outside = sliceReplacedOutside();
    if (outside !== 0) allocator.free(outside);
    const added = sliceCount(arena, moved) - before;
    arena.i32[base + COUNT] += added;
    return added === 1;
  }

  /** Makes a slice for the element prepared last. */
  private openFirst(bytes: number): void {
    const { allocator } = this;
    let slice = newSlice(allocator, sliceHigh, sliceLow);
    try {
      slice = sliceOpen(allocator, slice, sliceOffset, bytes);
      writeElement(allocator.arena.region, sliceOpenedAt());
      directoryAdd(allocator, this.base + ARRAY_DIRECTORY, slice);
    } catch (error) {
      // What lies outside is the caller's still.
      sliceFreeShell(allocator, slice);
      throw error;
    }
  }

  /** Removes what is at a place. Never needs memory. @returns whether there was something */
  remove(index: ArrayIndex): boolean {
    split(index, this.sliceBits);
    return this.removeFromSlice(sliceHigh, sliceLow, sliceOffset, sliceOffset) === 1;
  }

  /** Removes what is from one place to another, the lower first, both included. Never needs memory. @returns how many */
  removeRange(first: ArrayIndex, last: ArrayIndex): number {
    const { arena } = this.allocator;
    const { i32 } = arena;
    const bits = this.sliceBits;
    const directory = this.base + ARRAY_DIRECTORY;
    split(first, bits);
    const firstHigh = sliceHigh;
    const firstLow = sliceLow;
    const firstOffset = sliceOffset;
    split(last, bits);
    const lastHigh = sliceHigh;
    const lastLow = sliceLow;
    const lastOffset = sliceOffset;
    let removed = 0;
    let slice = slices.seekUpTo(arena, directory, lastHigh, lastLow);
    while (slice !== 0) {
      const high = i32[slice >> 2];
      const low = i32[(slice >> 2) + 1];
      const side = compareUint64(high, low, firstHigh, firstLow);
      if (side < 0) break;
      const isLast = high === lastHigh && low === lastLow;
      removed += this.removeFromSlice(high, low, side === 0 ? firstOffset : 0, isLast ? lastOffset : (1 << bits) - 1);
      if (side === 0) break;
      // There is a lower number, as this one is above another.
      slice = slices.seekUpTo(arena, directory, low === 0 ? high - 1 : high, low - 1);
    }
    return removed;
  }

  /** @returns how many went */
  private removeFromSlice(high: number, low: number, first: number, last: number): number {
    const { allocator, base } = this;
    const { arena } = allocator;
    const directory = base + ARRAY_DIRECTORY;
    const slice = directoryLocate(arena, directory, high, low);
    if (slice === 0) return 0;
    const before = sliceCount(arena, slice);
    const moved = sliceRemove(allocator, slice, first, last);
    if (moved !== slice) directoryReplace(arena, directory, moved);
    const left = sliceCount(arena, moved);
    if (left === 0) {
      directoryRemove(allocator, directory, high, low);
      allocator.free(moved);
    }
    arena.i32[base + COUNT] -= before - left;
    return before - left;
  }
}

/** Sets a place from its slice's number and its offset there. */
export function setIndex(into: ArrayIndex, high: number, low: number, offset: number, bits: number): void {
  into.set((high << bits) | (low >>> (32 - bits)), (low << bits) | offset);
}
