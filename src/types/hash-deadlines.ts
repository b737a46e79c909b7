/**
 * The deadlines of the fields of one large hash: a 4-ary min-heap of (deadline in ms, element) in one block.
 *
 *     record    word 0   the block, 0 while there has been no deadline
 *               word 1   deadlines
 *               word 2   for how many there is room
 *     block     a double each: deadlines; then a word each: elements
 *
 * An element knows its place (ELEMENT_PLACE_WORD), so a deadline is changed or dropped in O(log n). `base` is the record's
 * first word.
 */
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { ELEMENT_PLACE_WORD } from './dict-element.ts';

export const DEADLINES_WORDS = 3;
const BLOCK = 0;
const COUNT = 1;
const ROOM = 2;
const ROOM_MIN = 8;
const NODE_BYTES = 12;

export const deadlineCount = (arena: Arena, base: number): number => arena.i32[base + COUNT];

/** The earliest deadline in ms, or Infinity. */
export function earliestDeadline(arena: Arena, base: number): number {
  return arena.i32[base + COUNT] === 0 ? Number.POSITIVE_INFINITY : deadlineAt(arena, base, 0);
}

/** The element with the earliest deadline. There must be one. */
export const earliestElement = (arena: Arena, base: number): number => elementAt(arena, base, 0);

/** The deadline in ms of an element that has one. */
export const deadlineOf = (arena: Arena, base: number, element: number): number =>
  deadlineAt(arena, base, arena.i32[(element >> 2) + ELEMENT_PLACE_WORD]);

/** Makes sure that the next `addDeadline` needs no memory. @throws OutOfMemoryError */
export function reserveDeadline(allocator: Allocator, base: number): void {
  const { i32 } = allocator.arena;
  const count = i32[base + COUNT];
  const room = i32[base + ROOM];
  if (count < room) return;
  const wanted = Math.max(ROOM_MIN, (room * 3) >> 1);
  resize(allocator, base, wanted);
}

/** Adds an element that has a place for its place. Room must have been reserved. */
export function addDeadline(arena: Arena, base: number, element: number, deadlineMs: number): void {
  siftUp(arena, base, arena.i32[base + COUNT]++, deadlineMs, element);
}

export function changeDeadline(arena: Arena, base: number, element: number, deadlineMs: number): void {
  settle(arena, base, arena.i32[(element >> 2) + ELEMENT_PLACE_WORD], deadlineMs, element);
}

/** The element's block was replaced by another, which takes over its deadline. */
export function moveDeadline(arena: Arena, base: number, from: number, to: number): void {
  const index = arena.i32[(from >> 2) + ELEMENT_PLACE_WORD];
  put(arena, base, index, deadlineAt(arena, base, index), to);
}

export function removeDeadline(allocator: Allocator, base: number, element: number): void {
  const { arena } = allocator;
  const index = arena.i32[(element >> 2) + ELEMENT_PLACE_WORD];
  const last = --arena.i32[base + COUNT];
  if (index !== last) settle(arena, base, index, deadlineAt(arena, base, last), elementAt(arena, base, last));
  const room = arena.i32[base + ROOM];
  if (last * 4 < room && room > ROOM_MIN * 4 && allocator.hasRoom((room >> 1) * NODE_BYTES)) {
    resize(allocator, base, room >> 1);
  }
}

/** Frees the block. */
export function dropDeadlines(allocator: Allocator, base: number): void {
  const { i32 } = allocator.arena;
  if (i32[base + BLOCK] !== 0) allocator.free(i32[base + BLOCK]);
  i32.fill(0, base, base + DEADLINES_WORDS);
}

export function deadlinesBytes(allocator: Allocator, base: number): number {
  const block = allocator.arena.i32[base + BLOCK];
  return block === 0 ? 0 : allocator.sizeOf(block);
}

function deadlineAt({ i32, f64 }: Arena, base: number, index: number): number {
  return f64[(i32[base + BLOCK] >> 3) + index];
}

function elementAt({ i32 }: Arena, base: number, index: number): number {
  return i32[(i32[base + BLOCK] >> 2) + i32[base + ROOM] * 2 + index];
}

function put(arena: Arena, base: number, index: number, deadlineMs: number, element: number): void {
  const { i32, f64 } = arena;
  const block = i32[base + BLOCK];
  f64[(block >> 3) + index] = deadlineMs;
  i32[(block >> 2) + i32[base + ROOM] * 2 + index] = element;
  i32[(element >> 2) + ELEMENT_PLACE_WORD] = index;
}

function resize(allocator: Allocator, base: number, room: number): void {
  const { i32, f64 } = allocator.arena;
  const old = i32[base + BLOCK];
  const oldRoom = i32[base + ROOM];
  const count = i32[base + COUNT];
  const block = allocator.allocate(room * NODE_BYTES);
  f64.copyWithin(block >> 3, old >> 3, (old >> 3) + count);
  const elements = (old >> 2) + oldRoom * 2;
  i32.copyWithin((block >> 2) + room * 2, elements, elements + count);
  if (old !== 0) allocator.free(old);
  i32[base + BLOCK] = block;
  i32[base + ROOM] = room;
}

/** Puts a node at `index` and moves it to where it belongs. */
function settle(arena: Arena, base: number, index: number, deadlineMs: number, element: number): void {
  const up = index > 0 && deadlineAt(arena, base, (index - 1) >> 2) > deadlineMs;
  if (up) siftUp(arena, base, index, deadlineMs, element);
  else siftDown(arena, base, index, deadlineMs, element);
}

function siftUp(arena: Arena, base: number, from: number, deadlineMs: number, element: number): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 2;
    const parentMs = deadlineAt(arena, base, parent);
    if (parentMs <= deadlineMs) break;
    put(arena, base, index, parentMs, elementAt(arena, base, parent));
    index = parent;
  }
  put(arena, base, index, deadlineMs, element);
}

function siftDown(arena: Arena, base: number, from: number, deadlineMs: number, element: number): void {
  const count = arena.i32[base + COUNT];
  let index = from;
  for (;;) {
    const first = index * 4 + 1;
    if (first >= count) break;
    const end = Math.min(first + 4, count);
    let least = first;
    for (let child = first + 1; child < end; child++) {
      if (deadlineAt(arena, base, child) < deadlineAt(arena, base, least)) least = child;
    }
    const leastMs = deadlineAt(arena, base, least);
    if (leastMs >= deadlineMs) break;
    put(arena, base, index, leastMs, elementAt(arena, base, least));
    index = least;
  }
  put(arena, base, index, deadlineMs, element);
}
