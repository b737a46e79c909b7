/**
 * The slices of an array by number. The record is a stream tree's (stream-tree.ts: whatever begins with an ID may lie in
 * one), but an array of one slice, which is nearly every array, has no tree:
 *
 *     word 0   the tree's root, or the only slice; 0 while there is none
 *     word 1   the tree's levels; −1 if there is one slice or none
 *     word 2   slices
 */
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { StreamId } from './stream-id.ts';
import {
  StreamTreeCursor,
  TREE_WORDS,
  treeBytes,
  treeClear,
  treeDrop,
  treeFind,
  treeInsert,
  treeRemove,
} from './stream-tree.ts';

export const DIRECTORY_WORDS = TREE_WORDS;
const ROOT = 0;
const LEVELS = 1;
const COUNT = 2;
const NO_TREE = -1;

const id = new StreamId();
const other = new StreamId();
const place = new StreamTreeCursor();

const hasTree = (arena: Arena, base: number): boolean => arena.i32[base + LEVELS] !== NO_TREE;
export const directoryCount = (arena: Arena, base: number): number => arena.i32[base + COUNT];

export function directoryClear(arena: Arena, base: number): void {
  treeClear(arena, base);
  arena.i32[base + LEVELS] = NO_TREE;
}

/** The slice of that number, or 0. */
export function directoryFind(arena: Arena, base: number, high: number, low: number): number {
  const { i32 } = arena;
  if (!hasTree(arena, base)) {
    const only = i32[base + ROOT];
    return only !== 0 && i32[only >> 2] === high && i32[(only >> 2) + 1] === low ? only : 0;
  }
  id.set(high, low, 0, 0);
  return treeFind(arena, base, id);
}

/** Adds a slice whose number isn't there. @throws OutOfMemoryError, nothing changed */
export function directoryAdd(allocator: Allocator, base: number, slice: number): void {
  const { arena } = allocator;
  const { i32 } = arena;
  if (i32[base + COUNT] === 0) {
    i32[base + ROOT] = slice;
    i32[base + COUNT] = 1;
    return;
  }
  const only = hasTree(arena, base) ? 0 : i32[base + ROOT];
  if (only !== 0) {
    treeClear(arena, base);
    id.load(arena, only >> 2);
  }
  try {
    if (only !== 0) treeInsert(allocator, base, id, only);
    other.load(arena, slice >> 2);
    treeInsert(allocator, base, other, slice);
  } catch (error) {
    if (only !== 0) {
      treeDrop(allocator, base);
      setOnly(arena, base, only);
    }
    throw error;
  }
}

function setOnly(arena: Arena, base: number, slice: number): void {
  arena.i32[base + ROOT] = slice;
  arena.i32[base + LEVELS] = NO_TREE;
  arena.i32[base + COUNT] = slice === 0 ? 0 : 1;
}

/** Like `directoryFind`, for a slice that may move: `directoryReplace` is for the one found last. */
export function directoryLocate(arena: Arena, base: number, high: number, low: number): number {
  if (!hasTree(arena, base)) return directoryFind(arena, base, high, low);
  id.set(high, low, 0, 0);
  const slice = place.seekFrom(arena, base, id);
  return slice !== 0 && id.compareAt(arena, slice >> 2) === 0 ? slice : 0;
}

/** Notes where the slice located last is now. No other may have been added or removed since. */
export function directoryReplace(arena: Arena, base: number, slice: number): void {
  if (hasTree(arena, base)) place.replace(arena, slice);
  else arena.i32[base + ROOT] = slice;
}

/** Takes out the slice of a number, which there must be; it isn't freed. */
export function directoryRemove(allocator: Allocator, base: number, high: number, low: number): void {
  const { arena } = allocator;
  if (!hasTree(arena, base)) {
    setOnly(arena, base, 0);
    return;
  }
  id.set(high, low, 0, 0);
  treeRemove(allocator, base, id);
  if (arena.i32[base + COUNT] > 1) return;
  const last = place.toFirst(arena, base);
  treeDrop(allocator, base);
  setOnly(arena, base, last);
}

/** Bytes of the directory's own blocks. */
export function directoryBytes(allocator: Allocator, base: number): number {
  return hasTree(allocator.arena, base) ? treeBytes(allocator, base) : 0;
}

/** Frees the directory's own blocks, not the slices, and leaves it empty. */
export function directoryDrop(allocator: Allocator, base: number): void {
  if (hasTree(allocator.arena, base)) treeDrop(allocator, base);
  directoryClear(allocator.arena, base);
}

/** A place among the slices, good until one is added, moved or removed. */
export class DirectoryCursor {
  private readonly cursor = new StreamTreeCursor();
  private readonly wanted = new StreamId();
  private only = false;

  toFirst(arena: Arena, base: number): number {
    this.only = !hasTree(arena, base);
    return this.only ? arena.i32[base + ROOT] : this.cursor.toFirst(arena, base);
  }

  toLast(arena: Arena, base: number): number {
    this.only = !hasTree(arena, base);
    return this.only ? arena.i32[base + ROOT] : this.cursor.toLast(arena, base);
  }

  /** Goes to the first slice whose number is not below the given one. @returns it, or 0 */
  seekFrom(arena: Arena, base: number, high: number, low: number): number {
    this.wanted.set(high, low, 0, 0);
    this.only = !hasTree(arena, base);
    if (!this.only) return this.cursor.seekFrom(arena, base, this.wanted);
    const slice = arena.i32[base + ROOT];
    return slice !== 0 && this.wanted.compareAt(arena, slice >> 2) <= 0 ? slice : 0;
  }

  /** Goes to the last slice whose number is not above the given one. @returns it, or 0 */
  seekUpTo(arena: Arena, base: number, high: number, low: number): number {
    this.wanted.set(high, low, 0, 0);
    this.only = !hasTree(arena, base);
    if (!this.only) return this.cursor.seekUpTo(arena, base, this.wanted);
    const slice = arena.i32[base + ROOT];
    return slice !== 0 && this.wanted.compareAt(arena, slice >> 2) >= 0 ? slice : 0;
  }

  /** @returns the slice behind, or 0 */
  next(arena: Arena): number {
    return this.only ? 0 : this.cursor.next(arena);
  }

  /** @returns the slice before, or 0 */
  previous(arena: Arena): number {
    return this.only ? 0 : this.cursor.previous(arena);
  }
}
