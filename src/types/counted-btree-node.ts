/**
 * Nodes of a counted B+tree, blocks of 1 KiB. A node's entries lie in arrays side by side, so that a binary search walks
 * through scores alone.
 *
 *     leaf     word 0   entries            inner    word 0   children
 *              word 1   previous leaf               words 1…3  –
 *              word 2   next leaf
 *              word 3   –
 *              16       84 scores                   16       50 scores     ┐ of each child's
 *              688      84 elements                 416      50 elements   ┘ first entry
 *                                                   616      50 children
 *                                                   816      50 counts of entries below each child
 */
import type { Arena } from '../memory/arena.ts';

export const NODE_BYTES = 1024;
export const LEAF_ENTRIES_MAX = 84;
export const INNER_ENTRIES_MAX = 50;

const WORD_COUNT = 0;
const WORD_PREVIOUS = 1;
const WORD_NEXT = 2;
const SCORES_F64 = 16 >> 3;
const LEAF_ELEMENTS = 688 >> 2;
const INNER_ELEMENTS = 416 >> 2;
const INNER_CHILDREN = 616 >> 2;
const INNER_COUNTS = 816 >> 2;

export const nodeCount = (arena: Arena, node: number): number => arena.i32[(node >> 2) + WORD_COUNT];
export const previousLeaf = (arena: Arena, leaf: number): number => arena.i32[(leaf >> 2) + WORD_PREVIOUS];
export const nextLeaf = (arena: Arena, leaf: number): number => arena.i32[(leaf >> 2) + WORD_NEXT];
export const scoreAt = (arena: Arena, node: number, index: number): number =>
  arena.f64[(node >> 3) + SCORES_F64 + index];
/** Where a node's scores begin in the arena's doubles. */
export const firstScoreOf = (node: number): number => (node >> 3) + SCORES_F64;
export const leafElement = (arena: Arena, leaf: number, index: number): number =>
  arena.i32[(leaf >> 2) + LEAF_ELEMENTS + index];
export const innerElement = (arena: Arena, node: number, index: number): number =>
  arena.i32[(node >> 2) + INNER_ELEMENTS + index];
export const childAt = (arena: Arena, node: number, index: number): number =>
  arena.i32[(node >> 2) + INNER_CHILDREN + index];
export const countAt = (arena: Arena, node: number, index: number): number =>
  arena.i32[(node >> 2) + INNER_COUNTS + index];

export function setScoreAt(arena: Arena, node: number, index: number, score: number): void {
  arena.f64[(node >> 3) + SCORES_F64 + index] = score;
}

export function addToCountAt(arena: Arena, node: number, index: number, by: number): void {
  arena.i32[(node >> 2) + INNER_COUNTS + index] += by;
}

export function clearNode(arena: Arena, node: number): void {
  arena.i32.fill(0, node >> 2, (node >> 2) + 4);
}

/** How many entries lie in and below a node. */
export function totalOf(arena: Arena, node: number, isLeaf: boolean): number {
  const count = nodeCount(arena, node);
  if (isLeaf) return count;
  let total = 0;
  for (let i = 0; i < count; i++) total += countAt(arena, node, i);
  return total;
}

/** Puts `leaf` into the chain behind `previous`. */
export function linkLeaf(arena: Arena, previous: number, leaf: number): void {
  const i32 = arena.i32;
  const next = nextLeaf(arena, previous);
  i32[(leaf >> 2) + WORD_PREVIOUS] = previous;
  i32[(leaf >> 2) + WORD_NEXT] = next;
  i32[(previous >> 2) + WORD_NEXT] = leaf;
  if (next !== 0) i32[(next >> 2) + WORD_PREVIOUS] = leaf;
}

/** Takes `leaf` out of the chain. */
export function unlinkLeaf(arena: Arena, leaf: number): void {
  const i32 = arena.i32;
  const previous = previousLeaf(arena, leaf);
  const next = nextLeaf(arena, leaf);
  if (previous !== 0) i32[(previous >> 2) + WORD_NEXT] = next;
  if (next !== 0) i32[(next >> 2) + WORD_PREVIOUS] = previous;
}

export function insertInLeaf(arena: Arena, leaf: number, index: number, score: number, element: number): void {
  const { i32, f64 } = arena;
  const scores = (leaf >> 3) + SCORES_F64;
  const elements = (leaf >> 2) + LEAF_ELEMENTS;
  for (let i = i32[leaf >> 2]; i > index; i--) {
    f64[scores + i] = f64[scores + i - 1];
    i32[elements + i] = i32[elements + i - 1];
  }
  f64[scores + index] = score;
  i32[elements + index] = element;
  i32[leaf >> 2]++;
}

export function removeFromLeaf(arena: Arena, leaf: number, index: number): void {
  const { i32, f64 } = arena;
  const scores = (leaf >> 3) + SCORES_F64;
  const elements = (leaf >> 2) + LEAF_ELEMENTS;
  const last = --i32[leaf >> 2];
  for (let i = index; i < last; i++) {
    f64[scores + i] = f64[scores + i + 1];
    i32[elements + i] = i32[elements + i + 1];
  }
}

/** Adds a child at `index`, its key and count taken from the child itself. */
export function insertChild(arena: Arena, node: number, index: number, child: number, isLeaf: boolean): void {
  const { i32, f64 } = arena;
  const scores = (node >> 3) + SCORES_F64;
  const word = node >> 2;
  for (let i = i32[word]; i > index; i--) {
    f64[scores + i] = f64[scores + i - 1];
    i32[word + INNER_ELEMENTS + i] = i32[word + INNER_ELEMENTS + i - 1];
    i32[word + INNER_CHILDREN + i] = i32[word + INNER_CHILDREN + i - 1];
    i32[word + INNER_COUNTS + i] = i32[word + INNER_COUNTS + i - 1];
  }
  i32[word]++;
  i32[word + INNER_CHILDREN + index] = child;
  refreshChild(arena, node, index, isLeaf);
}

export function removeChild(arena: Arena, node: number, index: number): void {
  const { i32, f64 } = arena;
  const scores = (node >> 3) + SCORES_F64;
  const word = node >> 2;
  const last = --i32[word];
  for (let i = index; i < last; i++) {
    f64[scores + i] = f64[scores + i + 1];
    i32[word + INNER_ELEMENTS + i] = i32[word + INNER_ELEMENTS + i + 1];
    i32[word + INNER_CHILDREN + i] = i32[word + INNER_CHILDREN + i + 1];
    i32[word + INNER_COUNTS + i] = i32[word + INNER_COUNTS + i + 1];
  }
}

/** Writes the key of the child at `index` anew, from the child's first entry. */
export function refreshKey(arena: Arena, node: number, index: number, isLeaf: boolean): void {
  const child = childAt(arena, node, index);
  arena.f64[(node >> 3) + SCORES_F64 + index] = scoreAt(arena, child, 0);
  arena.i32[(node >> 2) + INNER_ELEMENTS + index] = isLeaf
    ? leafElement(arena, child, 0)
    : innerElement(arena, child, 0);
}

/** Writes key and count of the child at `index` anew. */
export function refreshChild(arena: Arena, node: number, index: number, isLeaf: boolean): void {
  refreshKey(arena, node, index, isLeaf);
  arena.i32[(node >> 2) + INNER_COUNTS + index] = totalOf(arena, childAt(arena, node, index), isLeaf);
}

/** Moves the entries of `from` from index `start` on to the end of `to`. */
export function moveTail(arena: Arena, from: number, start: number, to: number, isLeaf: boolean): void {
  const { i32, f64 } = arena;
  const source = from >> 2;
  const target = to >> 2;
  const count = i32[source] - start;
  const at = i32[target];
  const scores = (from >> 3) + SCORES_F64 + start;
  f64.copyWithin((to >> 3) + SCORES_F64 + at, scores, scores + count);
  if (isLeaf) {
    moveWords(i32, source + LEAF_ELEMENTS + start, target + LEAF_ELEMENTS + at, count);
  } else {
    moveWords(i32, source + INNER_ELEMENTS + start, target + INNER_ELEMENTS + at, count);
    moveWords(i32, source + INNER_CHILDREN + start, target + INNER_CHILDREN + at, count);
    moveWords(i32, source + INNER_COUNTS + start, target + INNER_COUNTS + at, count);
  }
  i32[source] = start;
  i32[target] = at + count;
}

const moveWords = (i32: Int32Array, from: number, to: number, count: number): void => {
  i32.copyWithin(to, from, from + count);
};
