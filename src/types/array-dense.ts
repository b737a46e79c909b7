/**
 * A dense slice: pages of 64 places each (array-page.ts), of which those from its first to its last that holds something are
 * listed behind the header (array-slice-header.ts), one word each, 0 for an empty one:
 *
 *     word 5       the first listed page's number in the slice (16) | pages listed (16)
 *     words 6…     addresses of pages
 */
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import {
  eachElement,
  newPage,
  openedAt,
  PAGE_PLACES,
  PAGE_SHIFT,
  pageCount,
  pageDown,
  pageFind,
  pageFree,
  pageOpen,
  pageRemove,
  pageTrim,
  pageUp,
  placeOf,
  replacedOutside,
} from './array-page.ts';
import {
  addToCount,
  SLICE_HEADER_BYTES,
  SLICE_HEADER_WORDS,
  sliceCount,
  WORD_EXTENT,
  writeSliceHeader,
} from './array-slice-header.ts';

const WINDOW_BITS = 16;
const WINDOW_MASK = 0xffff;
const LAST_PLACE = PAGE_PLACES - 1;

const firstPage = (arena: Arena, slice: number): number => arena.i32[(slice >> 2) + WORD_EXTENT] & WINDOW_MASK;
const listedPages = (arena: Arena, slice: number): number => arena.i32[(slice >> 2) + WORD_EXTENT] >>> WINDOW_BITS;
const listWord = (slice: number): number => (slice >> 2) + SLICE_HEADER_WORDS;

function setWindow(arena: Arena, slice: number, first: number, pages: number): void {
  arena.i32[(slice >> 2) + WORD_EXTENT] = first | (pages << WINDOW_BITS);
}

/** An empty dense slice. @throws OutOfMemoryError */
export function newDense(allocator: Allocator, high: number, low: number): number {
  const slice = allocator.allocate(SLICE_HEADER_BYTES);
  writeSliceHeader(allocator.arena, slice, high, low, true);
  return slice;
}

/** The page for an offset, or 0. */
function pageOf(arena: Arena, slice: number, offset: number): number {
  const index = (offset >> PAGE_SHIFT) - firstPage(arena, slice);
  return index >= 0 && index < listedPages(arena, slice) ? arena.i32[listWord(slice) + index] : 0;
}

/** Where the element at an offset lies, or 0. */
export function denseFind(arena: Arena, slice: number, offset: number): number {
  const page = pageOf(arena, slice, offset);
  return page === 0 ? 0 : pageFind(arena, page, placeOf(offset));
}

/** The first offset from `offset` on that holds something, or −1. */
export function denseUp(arena: Arena, slice: number, offset: number): number {
  const first = firstPage(arena, slice);
  const pages = listedPages(arena, slice);
  let index = (offset >> PAGE_SHIFT) - first;
  let place = placeOf(offset);
  if (index < 0) {
    index = 0;
    place = 0;
  }
  for (; index < pages; index++, place = 0) {
    const page = arena.i32[listWord(slice) + index];
    const found = page === 0 ? -1 : pageUp(arena, page, place);
    if (found >= 0) return ((first + index) << PAGE_SHIFT) + found;
  }
  return -1;
}

/** The last offset up to `offset` that holds something, or −1. */
export function denseDown(arena: Arena, slice: number, offset: number): number {
  const first = firstPage(arena, slice);
  const pages = listedPages(arena, slice);
  let index = (offset >> PAGE_SHIFT) - first;
  let place = placeOf(offset);
  if (index >= pages) {
    index = pages - 1;
    place = LAST_PLACE;
  }
  for (; index >= 0; index--, place = LAST_PLACE) {
    const page = arena.i32[listWord(slice) + index];
    const found = page === 0 ? -1 : pageDown(arena, page, place);
    if (found >= 0) return ((first + index) << PAGE_SHIFT) + found;
  }
  return -1;
}

/** Lists one more page, and what empty ones that takes. @returns the slice's address  @throws OutOfMemoryError */
function withPage(allocator: Allocator, slice: number, number: number): number {
  const { arena } = allocator;
  const { i32 } = arena;
  const first = firstPage(arena, slice);
  const pages = listedPages(arena, slice);
  const newFirst = pages === 0 ? number : Math.min(first, number);
  const newPages = pages === 0 ? 1 : Math.max(first + pages, number + 1) - newFirst;
  if (newPages === pages) return slice;
  const bytes = SLICE_HEADER_BYTES + (newPages << 2);
  const used = SLICE_HEADER_BYTES + (pages << 2);
  const moved = bytes <= allocator.sizeOf(slice) ? slice : allocator.reallocate(slice, bytes, used);
  const list = listWord(moved);
  const shift = pages === 0 ? 0 : first - newFirst;
  i32.copyWithin(list + shift, list, list + pages);
  i32.fill(0, list, list + shift);
  i32.fill(0, list + shift + pages, list + newPages);
  setWindow(arena, moved, newFirst, newPages);
  return moved;
}

/** As `pageOpen` (array-page.ts); where the element goes is that page's `openedAt`. */
export function denseOpen(allocator: Allocator, slice: number, offset: number, bytes: number): number {
  const { arena } = allocator;
  const number = offset >> PAGE_SHIFT;
  const place = placeOf(offset);
  const old = pageOf(arena, slice, offset);
  if (old !== 0) {
    const before = pageCount(arena, old);
    const page = pageOpen(allocator, old, place, bytes);
    arena.i32[listWord(slice) + number - firstPage(arena, slice)] = page;
    addToCount(arena, slice, pageCount(arena, page) - before);
    return slice;
  }
  // A new page has the room that is asked of it.
  const page = pageOpen(allocator, newPage(allocator, bytes), place, bytes);
  let moved: number;
  try {
    moved = withPage(allocator, slice, number);
  } catch (error) {
    allocator.free(page);
    throw error;
  }
  arena.i32[listWord(moved) + number - firstPage(arena, moved)] = page;
  addToCount(arena, moved, 1);
  trimBefore(allocator, moved, number);
  return moved;
}

/** What is filled from the front is done with a page when it begins the next. */
function trimBefore(allocator: Allocator, slice: number, number: number): void {
  const { arena } = allocator;
  const index = number - 1 - firstPage(arena, slice);
  if (index < 0) return;
  const word = listWord(slice) + index;
  const page = arena.i32[word];
  if (page !== 0 && pageCount(arena, page) === PAGE_PLACES) arena.i32[word] = pageTrim(allocator, page);
}

export const denseOpenedAt = openedAt;
export const denseReplacedOutside = replacedOutside;

/**
 * Removes what lies from `first` to `last`, and what it has outside. Never needs memory.
 * @returns the slice's address; it may be left empty
 */
export function denseRemove(allocator: Allocator, slice: number, first: number, last: number): number {
  const { arena } = allocator;
  const { i32 } = arena;
  const base = firstPage(arena, slice);
  const pages = listedPages(arena, slice);
  const list = listWord(slice);
  const from = Math.max(first >> PAGE_SHIFT, base);
  const to = Math.min(last >> PAGE_SHIFT, base + pages - 1);
  let removed = 0;
  for (let number = from; number <= to; number++) {
    const page = i32[list + number - base];
    if (page === 0) continue;
    const start = number << PAGE_SHIFT;
    const before = pageCount(arena, page);
    if (first <= start && last >= start + LAST_PLACE) {
      pageFree(allocator, page);
      i32[list + number - base] = 0;
      removed += before;
    } else {
      const left = removeFromPage(allocator, page, Math.max(0, first - start), Math.min(LAST_PLACE, last - start));
      i32[list + number - base] = left;
      removed += before - (left === 0 ? 0 : pageCount(arena, left));
    }
  }
  addToCount(arena, slice, -removed);
  return removed === 0 ? slice : narrowed(allocator, slice);
}

function removeFromPage(allocator: Allocator, page: number, first: number, last: number): number {
  const { arena } = allocator;
  let left = page;
  for (let place = pageUp(arena, left, first); place >= 0 && place <= last; place = pageUp(arena, left, place)) {
    left = pageRemove(allocator, left, place);
    if (left === 0) break;
  }
  return left;
}

/** Takes empty pages off either end of the list. */
function narrowed(allocator: Allocator, slice: number): number {
  const { arena } = allocator;
  const { i32 } = arena;
  const list = listWord(slice);
  const pages = listedPages(arena, slice);
  let from = 0;
  let to = pages;
  while (to > from && i32[list + to - 1] === 0) to--;
  while (from < to && i32[list + from] === 0) from++;
  if (to - from === pages) return slice;
  i32.copyWithin(list, list + from, list + to);
  setWindow(arena, slice, firstPage(arena, slice) + from, to - from);
  const bytes = SLICE_HEADER_BYTES + ((to - from) << 2);
  return allocator.reallocate(slice, bytes, bytes);
}

/** Visits all pages. */
export function eachPage(
  arena: Arena,
  slice: number,
  visit: (page: number, word: number, start: number) => void,
): void {
  const list = listWord(slice);
  const pages = listedPages(arena, slice);
  const first = firstPage(arena, slice);
  for (let index = 0; index < pages; index++) {
    const page = arena.i32[list + index];
    if (page !== 0) visit(page, list + index, (first + index) << PAGE_SHIFT);
  }
}

/** Visits all elements, by offset. */
export function eachDense(arena: Arena, slice: number, visit: (offset: number, at: number) => void): void {
  if (sliceCount(arena, slice) === 0) return;
  eachPage(arena, slice, (page, _word, start) => {
    let place = -1;
    eachElement(arena, page, (at) => {
      place = pageUp(arena, page, place + 1);
      visit(start + place, at);
    });
  });
}

/** Places that the listed pages have. */
export const densePlaces = (arena: Arena, slice: number): number => listedPages(arena, slice) << PAGE_SHIFT;
