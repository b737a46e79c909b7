/**
 * Up to 64 neighbouring elements of an array in one block:
 *
 *     bytes in use (u16) | elements (u8) | – | a bit for each place (8 bytes) | where groups 1 … 7 begin (7 × u16)
 *     elements in order (array-element.ts)
 *
 * A group is eight places. An element is found by its group's begin and a walk over at most seven others, and one that
 * changes its size moves only what is behind it in the page. Integers of up to 127 take 1.4 bytes in a full page.
 */
import { move } from '../base/move.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { ELEMENT_BYTES_MAX, elementBytes, outsideOf } from './array-element.ts';

export const PAGE_PLACES = 64;
export const PAGE_SHIFT = 6;
const PLACE_MASK = PAGE_PLACES - 1;
const GROUPS = 8;
const COUNT_AT = 2;
const BITS_AT = 4;
const BEGINS_AT = BITS_AT + GROUPS;
const HEADER_BYTES = BEGINS_AT + (GROUPS - 1) * 2;
/** A page with room for this much is never too large for a group's begin. */
const PAGE_BYTES_MAX = HEADER_BYTES + PAGE_PLACES * ELEMENT_BYTES_MAX;

let opened = 0;
let replaced = 0;
/** Where the element opened last is to be written. */
export const openedAt = (): number => opened;
/** What the element that was there had outside, or 0: the caller's to free. */
export const replacedOutside = (): number => replaced;

const endOf = (arena: Arena, page: number): number => arena.view.getUint16(page, true);
export const pageCount = (arena: Arena, page: number): number => arena.u8[page + COUNT_AT];

const beginAt = (page: number, group: number): number => page + BEGINS_AT + (group - 1) * 2;

function groupBegin(arena: Arena, page: number, group: number): number {
  return page + (group === 0 ? HEADER_BYTES : arena.view.getUint16(beginAt(page, group), true));
}

/** Where the element at a place lies, or would lie. */
function locate(arena: Arena, page: number, place: number): number {
  const group = place >> 3;
  let at = groupBegin(arena, page, group);
  let before = arena.u8[page + BITS_AT + group] & ((1 << (place & 7)) - 1);
  for (; before !== 0; before &= before - 1) at += elementBytes(arena.u8, at);
  return at;
}

const isSet = (arena: Arena, page: number, place: number): boolean =>
  ((arena.u8[page + BITS_AT + (place >> 3)] >> (place & 7)) & 1) === 1;

/** Where the element at a place lies, or 0. */
export function pageFind(arena: Arena, page: number, place: number): number {
  return isSet(arena, page, place) ? locate(arena, page, place) : 0;
}

/** The first place from `place` on that holds something, or −1. */
export function pageUp(arena: Arena, page: number, place: number): number {
  let group = place >> 3;
  let bits = arena.u8[page + BITS_AT + group] & (0xff << (place & 7));
  while (bits === 0) {
    if (++group === GROUPS) return -1;
    bits = arena.u8[page + BITS_AT + group];
  }
  return (group << 3) + (31 - Math.clz32(bits & -bits));
}

/** The last place up to `place` that holds something, or −1. */
export function pageDown(arena: Arena, page: number, place: number): number {
  let group = place >> 3;
  let bits = arena.u8[page + BITS_AT + group] & (0xff >> (7 - (place & 7)));
  while (bits === 0) {
    if (--group < 0) return -1;
    bits = arena.u8[page + BITS_AT + group];
  }
  return (group << 3) + (31 - Math.clz32(bits));
}

/** An empty page with room for `bytes` of elements. @throws OutOfMemoryError */
export function newPage(allocator: Allocator, bytes: number): number {
  const { arena } = allocator;
  const page = allocator.allocate(HEADER_BYTES + bytes);
  arena.u8.fill(0, page, page + BEGINS_AT);
  arena.view.setUint16(page, HEADER_BYTES, true);
  for (let group = 1; group < GROUPS; group++) arena.view.setUint16(beginAt(page, group), HEADER_BYTES, true);
  return page;
}

/**
 * Makes room for an element of `bytes` at a place, instead of the one that is there if there is one; `openedAt` is where it
 * goes, `replacedOutside` what the old one had outside. @returns the page's address  @throws OutOfMemoryError, nothing changed
 */
export function pageOpen(allocator: Allocator, page: number, place: number, bytes: number): number {
  const { arena } = allocator;
  const had = isSet(arena, page, place);
  const at = locate(arena, page, place);
  const delta = bytes - (had ? elementBytes(arena.u8, at) : 0);
  replaced = had ? outsideOf(arena, at) : 0;
  const moved = delta > 0 ? withRoom(allocator, page, delta) : page;
  opened = at + moved - page;
  resize(arena, moved, place, opened + bytes - delta, delta);
  if (!had) {
    arena.u8[moved + BITS_AT + (place >> 3)] |= 1 << (place & 7);
    arena.u8[moved + COUNT_AT]++;
  }
  return moved;
}

/** Moves what is behind an element that changes its size by `delta`. @param behind where that begins now */
function resize(arena: Arena, page: number, place: number, behind: number, delta: number): void {
  if (delta === 0) return;
  const { view } = arena;
  const end = endOf(arena, page);
  move(arena.region, behind, behind + delta, page + end - behind);
  view.setUint16(page, end + delta, true);
  for (let group = (place >> 3) + 1; group < GROUPS; group++) {
    const begin = beginAt(page, group);
    view.setUint16(begin, view.getUint16(begin, true) + delta, true);
  }
}

function withRoom(allocator: Allocator, page: number, delta: number): number {
  const end = endOf(allocator.arena, page);
  const need = end + delta;
  if (need <= allocator.sizeOf(page)) return page;
  return allocator.reallocate(page, Math.min(need + (need >> 3), PAGE_BYTES_MAX), end);
}

/** Removes the element at a place, which there must be. @returns the page's address, 0 if it was the last and the page is freed */
export function pageRemove(allocator: Allocator, page: number, place: number): number {
  const { arena } = allocator;
  const at = locate(arena, page, place);
  const outside = outsideOf(arena, at);
  if (outside !== 0) allocator.free(outside);
  if (--arena.u8[page + COUNT_AT] === 0) {
    allocator.free(page);
    return 0;
  }
  const bytes = elementBytes(arena.u8, at);
  resize(arena, page, place, at + bytes, -bytes);
  arena.u8[page + BITS_AT + (place >> 3)] &= ~(1 << (place & 7));
  const end = endOf(arena, page);
  return end * 2 < allocator.sizeOf(page) ? allocator.reallocate(page, end, end) : page;
}

/** Gives back the room that a page doesn't need. @returns its address */
export function pageTrim(allocator: Allocator, page: number): number {
  const end = endOf(allocator.arena, page);
  return allocator.reallocate(page, end, end);
}

/** Frees a page and all that its elements have outside. */
export function pageFree(allocator: Allocator, page: number): void {
  eachElement(allocator.arena, page, (at) => {
    const outside = outsideOf(allocator.arena, at);
    if (outside !== 0) allocator.free(outside);
  });
  allocator.free(page);
}

/** Visits the places of all elements, one after the other. */
export function eachElement(arena: Arena, page: number, visit: (at: number) => void): void {
  const end = page + endOf(arena, page);
  for (let at = page + HEADER_BYTES; at < end; ) {
    const bytes = elementBytes(arena.u8, at);
    visit(at);
    at += bytes;
  }
}

/** Bytes of a page and of what its elements have outside. */
export function pageBytes(allocator: Allocator, page: number): number {
  let bytes = allocator.sizeOf(page);
  eachElement(allocator.arena, page, (at) => {
    const outside = outsideOf(allocator.arena, at);
    if (outside !== 0) bytes += allocator.sizeOf(outside);
  });
  return bytes;
}

export const placeOf = (offset: number): number => offset & PLACE_MASK;
