/**
 * Slices of an array, sparse (array-sparse.ts) or dense (array-dense.ts): sparse up to `array-sparse-kmax` elements, and
 * sparse again when no more than `array-sparse-kmin` are left.
 */
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import {
  denseDown,
  denseFind,
  denseOpen,
  denseOpenedAt,
  denseRemove,
  denseReplacedOutside,
  denseUp,
  eachDense,
  eachPage,
  newDense,
} from './array-dense.ts';
import { copyOutside, elementBytes, forgetOutside, outsideOf } from './array-element.ts';
import { eachElement, pageBytes, pageFree } from './array-page.ts';
import { isDense, SLICE_HEADER_BYTES, sliceCount } from './array-slice-header.ts';
import {
  eachSparse,
  newSparse,
  OFFSET_BYTES,
  sparseDown,
  sparseFind,
  sparseOpen,
  sparseOpenedAt,
  sparseRemove,
  sparseReplacedOutside,
  sparseUp,
} from './array-sparse.ts';
import { typeLimits } from './limits.ts';
import { copyBlock } from './value.ts';

/** Room for an offset and an element of any size. */
const ENTRY_BYTES = 8;

/** Where the element at an offset lies, or 0. */
export function sliceFind(arena: Arena, slice: number, offset: number): number {
  return isDense(arena, slice) ? denseFind(arena, slice, offset) : sparseFind(arena, slice, offset);
}

/** The first offset from `offset` on that holds something, or −1. */
export function sliceUp(arena: Arena, slice: number, offset: number): number {
  return isDense(arena, slice) ? denseUp(arena, slice, offset) : sparseUp(arena, slice, offset);
}

/** The last offset up to `offset` that holds something, or −1. */
export function sliceDown(arena: Arena, slice: number, offset: number): number {
  return isDense(arena, slice) ? denseDown(arena, slice, offset) : sparseDown(arena, slice, offset);
}

/** An empty slice in the form that new ones have. @throws OutOfMemoryError */
export function newSlice(allocator: Allocator, high: number, low: number): number {
  return typeLimits.arraySparseKmax === 0
    ? newDense(allocator, high, low)
    : newSparse(allocator, high, low, ENTRY_BYTES);
}

let openedDense = false;
/** Where the element opened last is to be written. */
export const sliceOpenedAt = (): number => (openedDense ? denseOpenedAt() : sparseOpenedAt());

/** As `replacedOutside` (array-page.ts). */
export const sliceReplacedOutside = (): number => (openedDense ? denseReplacedOutside() : sparseReplacedOutside());

/**
 * Makes room for an element of `bytes` at an offset, instead of the one that is there if there is one; `sliceOpenedAt` is
 * where it goes, `sliceReplacedOutside` what the old one had outside. @returns the slice's address  @throws OutOfMemoryError, nothing changed
 */
export function sliceOpen(allocator: Allocator, slice: number, offset: number, bytes: number): number {
  const { arena } = allocator;
  openedDense = isDense(arena, slice);
  if (openedDense) return denseOpen(allocator, slice, offset, bytes);
  const isFull = sliceCount(arena, slice) >= typeLimits.arraySparseKmax;
  if (!isFull || sparseFind(arena, slice, offset) !== 0) return sparseOpen(allocator, slice, offset, bytes);
  openedDense = true;
  const dense = toDense(allocator, slice);
  let opened: number;
  try {
    opened = denseOpen(allocator, dense, offset, bytes);
  } catch (error) {
    sliceFreeShell(allocator, dense);
    throw error;
  }
  allocator.free(slice);
  return opened;
}

/** A dense slice with the elements of a sparse one, byte for byte: one of the two is to be freed without what lies outside. */
function toDense(allocator: Allocator, slice: number): number {
  const { arena } = allocator;
  let dense = newDense(allocator, arena.i32[slice >> 2], arena.i32[(slice >> 2) + 1]);
  try {
    eachSparse(arena, slice, (offset, at) => {
      const bytes = elementBytes(arena.u8, at);
      dense = denseOpen(allocator, dense, offset, bytes);
      arena.u8.copyWithin(denseOpenedAt(), at, at + bytes);
    });
  } catch (error) {
    sliceFreeShell(allocator, dense);
    throw error;
  }
  return dense;
}

/** The same in the other direction. @returns 0 if there is no room for it */
function toSparse(allocator: Allocator, slice: number): number {
  const { arena } = allocator;
  let room = 0;
  eachDense(arena, slice, (_offset, at) => {
    room += OFFSET_BYTES + elementBytes(arena.u8, at);
  });
  if (!allocator.hasRoom(SLICE_HEADER_BYTES + room)) return 0;
  let sparse = newSparse(allocator, arena.i32[slice >> 2], arena.i32[(slice >> 2) + 1], room);
  eachDense(arena, slice, (offset, at) => {
    const bytes = elementBytes(arena.u8, at);
    sparse = sparseOpen(allocator, sparse, offset, bytes);
    arena.u8.copyWithin(sparseOpenedAt(), at, at + bytes);
  });
  return sparse;
}

/** Frees a slice's own blocks, not what its elements have outside. */
export function sliceFreeShell(allocator: Allocator, slice: number): void {
  if (isDense(allocator.arena, slice)) eachPage(allocator.arena, slice, (page) => allocator.free(page));
  allocator.free(slice);
}

/**
 * Removes what lies from offset `first` to `last`, and what it has outside. Never needs memory.
 * @returns the slice's address; one that is left empty is the caller's to free
 */
export function sliceRemove(allocator: Allocator, slice: number, first: number, last: number): number {
  const { arena } = allocator;
  if (!isDense(arena, slice)) return sparseRemove(allocator, slice, first, last);
  const moved = denseRemove(allocator, slice, first, last);
  const count = sliceCount(arena, moved);
  const { arraySparseKmax, arraySparseKmin } = typeLimits;
  if (count === 0 || count > arraySparseKmin || count > arraySparseKmax) return moved;
  const sparse = toSparse(allocator, moved);
  if (sparse === 0) return moved;
  sliceFreeShell(allocator, moved);
  return sparse;
}

/** Frees a slice and all that its elements have outside. */
export function sliceFree(allocator: Allocator, slice: number): void {
  const { arena } = allocator;
  if (isDense(arena, slice)) eachPage(arena, slice, (page) => pageFree(allocator, page));
  else {
    eachSparse(arena, slice, (_offset, at) => {
      const outside = outsideOf(arena, at);
      if (outside !== 0) allocator.free(outside);
    });
  }
  allocator.free(slice);
}

/** Bytes of a slice and all that hangs on it. */
export function sliceBytes(allocator: Allocator, slice: number): number {
  const { arena } = allocator;
  let bytes = allocator.sizeOf(slice);
  if (isDense(arena, slice)) {
    eachPage(arena, slice, (page) => {
      bytes += pageBytes(allocator, page);
    });
  } else {
    eachSparse(arena, slice, (_offset, at) => {
      const outside = outsideOf(arena, at);
      if (outside !== 0) bytes += allocator.sizeOf(outside);
    });
  }
  return bytes;
}

/** A copy of a slice in (possibly) another arena. @throws OutOfMemoryError, nothing left behind */
export function sliceCopy(from: Allocator, slice: number, to: Allocator): number {
  const copied = copyBlock(from, slice, to);
  const { arena } = to;
  const pages: number[] = [];
  if (isDense(arena, copied)) eachPage(arena, copied, (_page, word) => pages.push(word));
  try {
    const words = pages.splice(0);
    const sources = words.map((word) => arena.i32[word]);
    // What isn't copied yet must not be taken for the copy's.
    for (const word of words) arena.i32[word] = 0;
    words.forEach((word, i) => {
      const page = copyBlock(from, sources[i], to);
      arena.i32[word] = page;
      copyOutsides(from, to, (visit) => eachElement(arena, page, visit));
    });
    if (words.length === 0) {
      copyOutsides(from, to, (visit) => eachSparse(arena, copied, (_offset, at) => visit(at)));
    }
  } catch (error) {
    sliceFree(to, copied);
    throw error;
  }
  return copied;
}

/** Gives elements copied byte for byte copies of what lies outside. @throws OutOfMemoryError, the others as if they had none */
function copyOutsides(from: Allocator, to: Allocator, each: (visit: (at: number) => void) => void): void {
  let failure: unknown;
  each((at) => {
    if (outsideOf(to.arena, at) === 0) return;
    try {
      if (failure === undefined) copyOutside(from.arena, to, at);
    } catch (error) {
      failure = error;
    }
    if (failure !== undefined) forgetOutside(to.arena, at);
  });
  if (failure !== undefined) throw failure;
}
