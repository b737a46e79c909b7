/**
 * A chunk of a list: one block with a listpack somewhere in it, and room before and behind, so that pushing and popping
 * move no more than the listpack's header at either end.
 *
 *     word 0    previous node        word 2    where the listpack begins, in bytes from the node
 *     word 1    next node            word 3    elements << 1 | 1 if the node is one large element's own (plain)
 *     bytes     room, listpack, room
 *
 * An *offset* is an element's distance from its listpack's begin: it stays what it is when listpack or node move.
 */
import { move } from '../base/move.ts';
import { copy, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { bytes, closeGap, LISTPACK_EMPTY_BYTES, LISTPACK_HEADER_BYTES, openGap, writeEmpty } from './listpack.ts';
import { END } from './listpack-element.ts';

export const NODE_HEADER_BYTES = 16;
/** Blocks of nodes grow no further by halves: they end in the allocator's largest size class. */
const NODE_BLOCK_BYTES_MAX = 8192;
const EXACT_BYTES_MAX = 128;
const SHRINK_BYTES_MIN = 64;

const PREVIOUS = 0;
const NEXT = 1;
const START = 2;
const COUNT = 3;

export const previousNode = (arena: Arena, node: number): number => arena.i32[(node >> 2) + PREVIOUS];
export const nextNode = (arena: Arena, node: number): number => arena.i32[(node >> 2) + NEXT];
/** The address of the node's listpack. */
export const listpackOf = (arena: Arena, node: number): number => node + arena.i32[(node >> 2) + START];
export const nodeCount = (arena: Arena, node: number): number => arena.i32[(node >> 2) + COUNT] >>> 1;
export const isPlain = (arena: Arena, node: number): boolean => (arena.i32[(node >> 2) + COUNT] & 1) !== 0;
export const nodeBytes = (arena: Arena, node: number): number => bytes(arena.region, listpackOf(arena, node));

export function setPrevious(arena: Arena, node: number, previous: number): void {
  arena.i32[(node >> 2) + PREVIOUS] = previous;
}

export function setNext(arena: Arena, node: number, next: number): void {
  arena.i32[(node >> 2) + NEXT] = next;
}

/** Counts `change` elements on, in the node and in its listpack. */
export function countOn(arena: Arena, node: number, change: number): void {
  const at = (node >> 2) + COUNT;
  const counted = arena.i32[at] + change * 2;
  arena.i32[at] = counted;
  const elements = counted >>> 1;
  arena.view.setUint16(listpackOf(arena, node) + 4, elements < 65535 ? elements : 65535, true);
}

/**
 * Makes an unlinked node without elements. @param room bytes of elements to have room for
 * @param atEnd whether the room is to be before the listpack, for elements that come in at the head  @throws OutOfMemoryError
 */
export function newNode(allocator: Allocator, room: number, plain: boolean, atEnd = false): number {
  const { arena } = allocator;
  const node = allocator.allocate(NODE_HEADER_BYTES + LISTPACK_EMPTY_BYTES + room);
  writeHeader(arena, node, 0, plain);
  if (atEnd) arena.i32[(node >> 2) + START] = allocator.sizeOf(node) - LISTPACK_EMPTY_BYTES;
  writeEmpty(arena.region, listpackOf(arena, node));
  return node;
}

function writeHeader(arena: Arena, node: number, elements: number, plain: boolean): void {
  const at = node >> 2;
  arena.i32[at + PREVIOUS] = 0;
  arena.i32[at + NEXT] = 0;
  arena.i32[at + START] = NODE_HEADER_BYTES;
  arena.i32[at + COUNT] = (elements << 1) | (plain ? 1 : 0);
}

/** Makes an unlinked node of a listpack from elsewhere, which must be sound. @throws OutOfMemoryError */
export function newNodeOf(
  allocator: Allocator,
  from: Region,
  at: number,
  length: number,
  elements: number,
  plain: boolean,
): number {
  const node = allocator.allocate(NODE_HEADER_BYTES + length);
  writeHeader(allocator.arena, node, elements, plain);
  copy(from, at, allocator.arena.region, node + NODE_HEADER_BYTES, length);
  return node;
}

/**
 * Makes `gap` bytes of room at an offset, where an element can then be written. The node may move: links to it are then
 * for the caller to mend. @param chained whether the list is large, so that growing will go on
 * @returns the node's address  @throws OutOfMemoryError, nothing changed
 */
export function openNodeGap(allocator: Allocator, node: number, offset: number, gap: number, chained: boolean): number {
  const { arena } = allocator;
  const { i32, region } = arena;
  const start = i32[(node >> 2) + START];
  const lp = node + start;
  const total = bytes(region, lp);
  const roomBefore = start - NODE_HEADER_BYTES;
  const nearHead = offset <= total - offset;
  if (nearHead && roomBefore >= gap) {
    shiftHead(arena, node, offset, -gap, total);
    return node;
  }
  const roomBehind = allocator.sizeOf(node) - start - total;
  if (roomBehind >= gap) {
    openGap(region, lp, lp + offset, gap);
    return node;
  }
  if (roomBefore >= gap) {
    shiftHead(arena, node, offset, -gap, total);
    return node;
  }
  return relocate(allocator, node, offset, gap, roomBefore + roomBehind, chained);
}

/**
 * Makes `gap` bytes of room for one more element at the head and counts it, if there is so much before the listpack: what
 * nearly every push at the head comes to. @returns false, nothing changed, if there is not
 */
export function extendHead(arena: Arena, node: number, gap: number): boolean {
  const { i32, view } = arena;
  const at = node >> 2;
  const start = i32[at + START] - gap;
  if (start < NODE_HEADER_BYTES) return false;
  const lp = node + start;
  view.setInt32(lp, view.getInt32(lp + gap, true) + gap, true);
  i32[at + START] = start;
  countOn(arena, node, 1);
  return true;
}

/** The same at the tail, behind the listpack. */
export function extendTail(allocator: Allocator, node: number, gap: number): boolean {
  const { arena } = allocator;
  const { i32, view } = arena;
  const start = i32[(node >> 2) + START];
  const lp = node + start;
  const total = view.getInt32(lp, true) + gap;
  if (start + total > allocator.sizeOf(node)) return false;
  view.setInt32(lp, total, true);
  view.setUint8(lp + total - 1, END);
  countOn(arena, node, 1);
  return true;
}

/** Takes `gap` bytes out at an offset. Never fails, never moves the node. */
export function closeNodeGap(arena: Arena, node: number, offset: number, gap: number): void {
  const lp = listpackOf(arena, node);
  const total = bytes(arena.region, lp);
  if (offset <= total - offset - gap) shiftHead(arena, node, offset, gap, total);
  else closeGap(arena.region, lp, lp + offset, gap);
}

/** Moves what is before an offset, and the listpack's begin with it. */
function shiftHead(arena: Arena, node: number, offset: number, distance: number, total: number): void {
  const { region } = arena;
  const lp = listpackOf(arena, node);
  if (offset === LISTPACK_HEADER_BYTES)
    region.view.setUint16(lp + distance + 4, region.view.getUint16(lp + 4, true), true);
  else move(region, lp, lp + distance, offset);
  region.view.setInt32(lp + distance, total - distance, true);
  arena.i32[(node >> 2) + START] += distance;
}

/** Lays the listpack out anew, with a gap, in a larger block or elsewhere in its own. */
function relocate(
  allocator: Allocator,
  node: number,
  offset: number,
  gap: number,
  room: number,
  chained: boolean,
): number {
  const { arena } = allocator;
  const { i32, region } = arena;
  const start = i32[(node >> 2) + START];
  const lp = node + start;
  const total = bytes(region, lp);
  const wanted = NODE_HEADER_BYTES + total + gap;
  const have = allocator.sizeOf(node);
  const stays = room >= gap && (room - gap >= wanted >> 3 || have >= NODE_BLOCK_BYTES_MAX);
  const target = stays ? node : allocator.allocate(blockBytes(wanted, chained));
  const spare = (stays ? have : allocator.sizeOf(target)) - wanted;
  const newStart = NODE_HEADER_BYTES + roomToLeaveBefore(spare, stays, start, offset, gap, total);
  if (stays && newStart + gap > start) {
    // Upwards: the tail first, or the head would overwrite it.
    move(region, lp + offset, node + newStart + offset + gap, total - offset);
    move(region, lp, node + newStart, offset);
  } else {
    move(region, lp, target + newStart, offset);
    move(region, lp + offset, target + newStart + offset + gap, total - offset);
  }
  if (!stays) {
    i32.copyWithin(target >> 2, node >> 2, (node >> 2) + (NODE_HEADER_BYTES >> 2));
    allocator.free(node);
  }
  i32[(target >> 2) + START] = newStart;
  region.view.setInt32(target + newStart, total + gap, true);
  return target;
}

/** How large a block to ask for, so that pushing on costs little and a list that stays small takes little. */
function blockBytes(wanted: number, chained: boolean): number {
  if (wanted >= NODE_BLOCK_BYTES_MAX || (!chained && wanted <= EXACT_BYTES_MAX)) return wanted;
  return Math.min(wanted + (chained ? wanted >> 1 : wanted >> 2), NODE_BLOCK_BYTES_MAX);
}

/**
 * How much of the spare room to leave before the listpack: all of it when pushing at the head, half of it when room was left
 * at the wrong end, else little. The larger part of the listpack is to move by whole 8 bytes, which is quick.
 */
function roomToLeaveBefore(
  spare: number,
  stays: boolean,
  start: number,
  offset: number,
  gap: number,
  total: number,
): number {
  const atHead = offset <= total - offset;
  const shift = atHead ? start - gap : start;
  const wanted = stays ? spare >> 1 : atHead && offset === LISTPACK_HEADER_BYTES ? spare : Math.min(spare, 7);
  const aligned = wanted - ((wanted - shift) & 7);
  return aligned >= 0 ? aligned : wanted;
}

/** The node in a smaller block, if it leaves more than half of its own empty. Never fails. */
export function shrunkNode(allocator: Allocator, node: number): number {
  const { arena } = allocator;
  const total = nodeBytes(arena, node);
  const wanted = NODE_HEADER_BYTES + total;
  const have = allocator.sizeOf(node);
  if (have <= SHRINK_BYTES_MIN || have < wanted * 2 || !allocator.hasRoom(wanted)) return node;
  const target = allocator.allocate(wanted);
  arena.i32.copyWithin(target >> 2, node >> 2, (node >> 2) + (NODE_HEADER_BYTES >> 2));
  arena.i32[(target >> 2) + START] = NODE_HEADER_BYTES;
  move(arena.region, listpackOf(arena, node), target + NODE_HEADER_BYTES, total);
  allocator.free(node);
  return target;
}

/**
 * Moves the elements from an offset on to a new, unlinked node. @param elements how many those are
 * @returns the new node  @throws OutOfMemoryError, nothing changed
 */
export function splitNode(allocator: Allocator, node: number, offset: number, elements: number): number {
  const { arena } = allocator;
  const { region } = arena;
  const lp = listpackOf(arena, node);
  const tail = bytes(region, lp) - offset;
  const split = newNode(allocator, tail - 1, false);
  const target = split + NODE_HEADER_BYTES;
  move(region, lp + offset, target + LISTPACK_HEADER_BYTES, tail);
  region.view.setInt32(target, LISTPACK_HEADER_BYTES + tail, true);
  countOn(arena, split, elements);
  region.u8[lp + offset] = END;
  region.view.setInt32(lp, offset + 1, true);
  countOn(arena, node, -elements);
  return split;
}

/** Appends the elements of `other` to the node; `other` is left as it is. @returns the node's address @throws OutOfMemoryError */
export function appendNode(allocator: Allocator, node: number, other: number): number {
  const { arena } = allocator;
  const added = nodeBytes(arena, other) - LISTPACK_EMPTY_BYTES;
  const offset = nodeBytes(arena, node) - 1;
  const target = openNodeGap(allocator, node, offset, added, true);
  move(arena.region, listpackOf(arena, other) + LISTPACK_HEADER_BYTES, listpackOf(arena, target) + offset, added);
  countOn(arena, target, nodeCount(arena, other));
  return target;
}
