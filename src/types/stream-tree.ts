/**
 * Blocks in the order of the IDs that they begin with (ID_WORDS words): a stream's nodes, or a group's or a consumer's pending
 * entries. A B+tree that splits at the right edge without halving, since nearly all that is added is added last.
 *
 *     record    word 0   the root node, 0 while the tree is empty
 *               word 1   levels of inner nodes above the leaves
 *               word 2   blocks
 *
 *     leaf      word 0   blocks                         inner     word 0   children
 *               word 1   previous leaf                            words 1…3  –
 *               word 2   next leaf                                5 words a child: an ID that is not above any in it,
 *               word 3   –                                        and its address
 *               1 word a block: its address
 *
 * A node is as large as it must be: it grows by half up to LEAF_MAX or INNER_MAX, and shrinks when three quarters of it are
 * empty. A node that is empty goes; neighbours are not merged. The path of the last descent is kept in this module.
 */
import { assert } from '../base/assert.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { ID_WORDS, type StreamId } from './stream-id.ts';

export const TREE_WORDS = 3;
const TREE_ROOT = 0;
const TREE_LEVELS = 1;
const TREE_COUNT = 2;

const NODE_COUNT = 0;
const NODE_PREVIOUS = 1;
const NODE_NEXT = 2;
const HEADER_WORDS = 4;
const CHILD_WORDS = ID_WORDS + 1;
export const LEAF_MAX = 124;
export const INNER_MAX = 50;
const LEAF_FIRST = 4;
const LEVELS_MAX = 16;

const pathNode = new Int32Array(LEVELS_MAX);
const pathIndex = new Int32Array(LEVELS_MAX);
/** Nodes taken before an insertion that will need them, so that it can't fail half-way. */
const spares = new Int32Array(LEVELS_MAX + 1);

export function treeClear(arena: Arena, base: number): void {
  arena.i32.fill(0, base, base + TREE_WORDS);
}

export const treeCount = (arena: Arena, base: number): number => arena.i32[base + TREE_COUNT];

const countOf = (arena: Arena, node: number): number => arena.i32[(node >> 2) + NODE_COUNT];
const childAt = (arena: Arena, node: number, index: number): number =>
  arena.i32[(node >> 2) + HEADER_WORDS + index * CHILD_WORDS + ID_WORDS];
const blockAt = (arena: Arena, leaf: number, index: number): number => arena.i32[(leaf >> 2) + HEADER_WORDS + index];

/** Where the child is that may hold the ID: the last one whose ID is not above it, or the first. */
function childIndex(arena: Arena, node: number, id: StreamId): number {
  let low = 1;
  let high = countOf(arena, node);
  // Most look for the newest.
  if (high > 1 && id.compareAt(arena, (node >> 2) + HEADER_WORDS + (high - 1) * CHILD_WORDS) >= 0) return high - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (id.compareAt(arena, (node >> 2) + HEADER_WORDS + middle * CHILD_WORDS) >= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where the first block of a leaf is whose ID is not below the given one. */
function leafIndex(arena: Arena, leaf: number, id: StreamId): number {
  let low = 0;
  let high = countOf(arena, leaf);
  if (high > 0 && id.compareAt(arena, blockAt(arena, leaf, high - 1) >> 2) > 0) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (id.compareAt(arena, blockAt(arena, leaf, middle) >> 2) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Notes the path to where the ID is or would be. @returns the leaf, 0 if there is none */
function descend(arena: Arena, base: number, id: StreamId): number {
  const levels = arena.i32[base + TREE_LEVELS];
  let node = arena.i32[base + TREE_ROOT];
  if (node === 0) return 0;
  for (let level = 0; level < levels; level++) {
    const index = childIndex(arena, node, id);
    pathNode[level] = node;
    pathIndex[level] = index;
    node = childAt(arena, node, index);
  }
  pathNode[levels] = node;
  pathIndex[levels] = leafIndex(arena, node, id);
  return node;
}

/** The block with this ID, or 0. */
export function treeFind(arena: Arena, base: number, id: StreamId): number {
  const leaf = descend(arena, base, id);
  if (leaf === 0) return 0;
  const index = pathIndex[arena.i32[base + TREE_LEVELS]];
  if (index === countOf(arena, leaf)) return 0;
  const block = blockAt(arena, leaf, index);
  return id.compareAt(arena, block >> 2) === 0 ? block : 0;
}

// --- a place in a tree ------------------------------------------------------------------------------------------------

/** A place in a tree, good until the tree changes. */
export class StreamTreeCursor {
  /** 0: past either end. */
  leaf = 0;
  index = 0;

  /** Goes to the first block whose ID is not below the given one. @returns it, or 0 */
  seekFrom(arena: Arena, base: number, id: StreamId): number {
    this.leaf = descend(arena, base, id);
    if (this.leaf === 0) return 0;
    this.index = pathIndex[arena.i32[base + TREE_LEVELS]];
    if (this.index < countOf(arena, this.leaf)) return blockAt(arena, this.leaf, this.index);
    return this.toNextLeaf(arena);
  }

  /** Goes to the last block whose ID is not above the given one. @returns it, or 0 */
  seekUpTo(arena: Arena, base: number, id: StreamId): number {
    this.leaf = descend(arena, base, id);
    if (this.leaf === 0) return 0;
    this.index = pathIndex[arena.i32[base + TREE_LEVELS]];
    if (this.index < countOf(arena, this.leaf)) {
      const block = blockAt(arena, this.leaf, this.index);
      if (id.compareAt(arena, block >> 2) === 0) return block;
    }
    return this.previous(arena);
  }

  /** Goes to the first block. @returns it, or 0 */
  toFirst(arena: Arena, base: number): number {
    let node = arena.i32[base + TREE_ROOT];
    if (node !== 0) for (let level = arena.i32[base + TREE_LEVELS]; level > 0; level--) node = childAt(arena, node, 0);
    this.leaf = node;
    this.index = 0;
    return node === 0 ? 0 : blockAt(arena, node, 0);
  }

  /** Goes to the last block. @returns it, or 0 */
  toLast(arena: Arena, base: number): number {
    let node = arena.i32[base + TREE_ROOT];
    this.leaf = node;
    if (node === 0) return 0;
    for (let level = arena.i32[base + TREE_LEVELS]; level > 0; level--) {
      node = childAt(arena, node, countOf(arena, node) - 1);
    }
    this.leaf = node;
    this.index = countOf(arena, node) - 1;
    return blockAt(arena, node, this.index);
  }

  /** @returns the block behind, or 0 */
  next(arena: Arena): number {
    if (this.leaf === 0) return 0;
    if (++this.index < countOf(arena, this.leaf)) return blockAt(arena, this.leaf, this.index);
    return this.toNextLeaf(arena);
  }

  /** @returns the block before, or 0 */
  previous(arena: Arena): number {
    if (this.leaf === 0) return 0;
    if (--this.index >= 0) return blockAt(arena, this.leaf, this.index);
    this.leaf = arena.i32[(this.leaf >> 2) + NODE_PREVIOUS];
    if (this.leaf === 0) return 0;
    this.index = countOf(arena, this.leaf) - 1;
    return blockAt(arena, this.leaf, this.index);
  }

  /** Whether there is no block behind. */
  isLast(arena: Arena): boolean {
    return this.index === countOf(arena, this.leaf) - 1 && arena.i32[(this.leaf >> 2) + NODE_NEXT] === 0;
  }

  /** Notes where the block at this place is now. */
  replace(arena: Arena, block: number): void {
    arena.i32[(this.leaf >> 2) + HEADER_WORDS + this.index] = block;
  }

  private toNextLeaf(arena: Arena): number {
    this.leaf = arena.i32[(this.leaf >> 2) + NODE_NEXT];
    this.index = 0;
    return this.leaf === 0 ? 0 : blockAt(arena, this.leaf, 0);
  }
}

// --- adding -----------------------------------------------------------------------------------------------------------

/** Adds a block whose ID, which is `id`, is not in the tree. @throws OutOfMemoryError, the tree as it was */
export function treeInsert(allocator: Allocator, base: number, id: StreamId, block: number): void {
  const { arena } = allocator;
  const { i32 } = arena;
  if (i32[base + TREE_ROOT] === 0) {
    const leaf = newNode(allocator, LEAF_FIRST, 1);
    i32[base + TREE_ROOT] = leaf;
    i32[base + TREE_LEVELS] = 0;
  }
  const levels = i32[base + TREE_LEVELS];
  const leaf = descend(arena, base, id);
  const index = pathIndex[levels];
  if (countOf(arena, leaf) < LEAF_MAX) {
    const grown = withRoom(allocator, base, levels);
    openEntry(arena, grown, index, 1);
    i32[(grown >> 2) + HEADER_WORDS + index] = block;
  } else {
    splitUpwards(allocator, base, levels, block);
  }
  i32[base + TREE_COUNT]++;
}

/** Makes sure the node of the last path at `level` takes one more. @returns where it is now */
function withRoom(allocator: Allocator, base: number, level: number): number {
  const { arena } = allocator;
  const isLeaf = level === arena.i32[base + TREE_LEVELS];
  const width = isLeaf ? 1 : CHILD_WORDS;
  const node = pathNode[level];
  const count = countOf(arena, node);
  const bytes = (HEADER_WORDS + (count + 1) * width) << 2;
  if (bytes <= allocator.sizeOf(node)) return node;
  const most = isLeaf ? LEAF_MAX : INNER_MAX;
  const room = (HEADER_WORDS + Math.min(most, count + Math.max(LEAF_FIRST, count >> 1)) * width) << 2;
  return moveNode(allocator, base, level, room, bytes);
}

/** Gives the node of the last path at `level` another block. @returns where it is now */
function moveNode(allocator: Allocator, base: number, level: number, room: number, keep: number): number {
  const { i32 } = allocator.arena;
  const node = pathNode[level];
  const moved = allocator.reallocate(node, room, keep);
  if (moved === node) return node;
  pathNode[level] = moved;
  if (level === 0) i32[base + TREE_ROOT] = moved;
  else i32[(pathNode[level - 1] >> 2) + HEADER_WORDS + pathIndex[level - 1] * CHILD_WORDS + ID_WORDS] = moved;
  if (level === i32[base + TREE_LEVELS]) {
    const previous = i32[(moved >> 2) + NODE_PREVIOUS];
    const next = i32[(moved >> 2) + NODE_NEXT];
    if (previous !== 0) i32[(previous >> 2) + NODE_NEXT] = moved;
    if (next !== 0) i32[(next >> 2) + NODE_PREVIOUS] = moved;
  }
  return moved;
}

/** Opens a place of `width` words at `index`. */
function openEntry(arena: Arena, node: number, index: number, width: number): void {
  const { i32 } = arena;
  const first = (node >> 2) + HEADER_WORDS;
  const count = i32[node >> 2]++;
  if (index < count) i32.copyWithin(first + (index + 1) * width, first + index * width, first + count * width);
}

function closeEntry(arena: Arena, node: number, index: number, width: number): void {
  const { i32 } = arena;
  const first = (node >> 2) + HEADER_WORDS;
  const count = i32[node >> 2]--;
  if (index < count - 1) i32.copyWithin(first + index * width, first + (index + 1) * width, first + count * width);
}

function newNode(allocator: Allocator, entries: number, width: number): number {
  const node = allocator.allocate((HEADER_WORDS + entries * width) << 2);
  allocator.arena.i32.fill(0, node >> 2, (node >> 2) + HEADER_WORDS);
  return node;
}

/** Splits the full leaf of the last path, and its ancestors as far as they are full. */
function splitUpwards(allocator: Allocator, base: number, levels: number, block: number): void {
  const { arena } = allocator;
  const { i32 } = arena;
  takeSpares(allocator, base, levels);
  const leaf = pathNode[levels];
  const index = pathIndex[levels];
  const right = spares[levels];
  linkBehind(arena, leaf, right);
  const appended = index === LEAF_MAX && i32[(right >> 2) + NODE_NEXT] === 0;
  const kept = appended ? LEAF_MAX : LEAF_MAX >> 1;
  moveTail(arena, leaf, kept, right, 1);
  const target = index > kept || appended ? right : leaf;
  const at = target === right ? index - kept : index;
  openEntry(arena, target, at, 1);
  i32[(target >> 2) + HEADER_WORDS + at] = block;
  addChild(allocator, base, levels - 1, right, blockAt(arena, right, 0) >> 2);
}

/** Adds `child`, whose least ID is at `key`, behind the child of the last path at `level`. */
function addChild(allocator: Allocator, base: number, level: number, child: number, key: number): void {
  const { arena } = allocator;
  const { i32 } = arena;
  if (level < 0) {
    const root = spares[LEVELS_MAX];
    const old = i32[base + TREE_ROOT];
    i32[base + TREE_ROOT] = root;
    i32[base + TREE_LEVELS]++;
    // The first child's ID is never looked at.
    putChild(arena, root, 0, old, key);
    putChild(arena, root, 1, child, key);
    return;
  }
  const node = pathNode[level];
  const index = pathIndex[level] + 1;
  if (countOf(arena, node) < INNER_MAX) {
    putChild(arena, node, index, child, key);
    return;
  }
  const right = spares[level];
  const kept = index === INNER_MAX ? INNER_MAX : INNER_MAX >> 1;
  moveTail(arena, node, kept, right, CHILD_WORDS);
  if (index > kept || kept === INNER_MAX) putChild(arena, right, index - kept, child, key);
  else putChild(arena, node, index, child, key);
  addChild(allocator, base, level - 1, right, (right >> 2) + HEADER_WORDS);
}

function putChild(arena: Arena, node: number, index: number, child: number, key: number): void {
  const { i32 } = arena;
  openEntry(arena, node, index, CHILD_WORDS);
  const at = (node >> 2) + HEADER_WORDS + index * CHILD_WORDS;
  for (let i = 0; i < ID_WORDS; i++) i32[at + i] = i32[key + i];
  i32[at + ID_WORDS] = child;
}

function moveTail(arena: Arena, from: number, start: number, to: number, width: number): void {
  const { i32 } = arena;
  const count = i32[from >> 2] - start;
  const source = (from >> 2) + HEADER_WORDS + start * width;
  i32.copyWithin((to >> 2) + HEADER_WORDS, source, source + count * width);
  i32[from >> 2] = start;
  i32[to >> 2] = count;
}

function linkBehind(arena: Arena, leaf: number, added: number): void {
  const { i32 } = arena;
  const next = i32[(leaf >> 2) + NODE_NEXT];
  i32[(added >> 2) + NODE_PREVIOUS] = leaf;
  i32[(added >> 2) + NODE_NEXT] = next;
  i32[(leaf >> 2) + NODE_NEXT] = added;
  if (next !== 0) i32[(next >> 2) + NODE_PREVIOUS] = added;
}

/** Takes all nodes that a split of the last path needs, and gives the lowest ancestor that isn't full room for one more. */
function takeSpares(allocator: Allocator, base: number, levels: number): void {
  const { arena } = allocator;
  spares.fill(0);
  try {
    let level = levels;
    // A leaf that is begun at the right edge is small as long as it can be.
    const appends = arena.i32[(pathNode[levels] >> 2) + NODE_NEXT] === 0 && pathIndex[levels] === LEAF_MAX;
    for (; level >= 0; level--) {
      const isLeaf = level === levels;
      if (!isLeaf && countOf(arena, pathNode[level]) < INNER_MAX) break;
      spares[level] = newNode(
        allocator,
        isLeaf ? (appends ? LEAF_FIRST : LEAF_MAX) : INNER_MAX,
        isLeaf ? 1 : CHILD_WORDS,
      );
    }
    if (level >= 0) withRoom(allocator, base, level);
    else spares[LEVELS_MAX] = newNode(allocator, LEAF_FIRST, CHILD_WORDS);
  } catch (error) {
    for (const node of spares) if (node !== 0) allocator.free(node);
    throw error;
  }
}

// --- removing ---------------------------------------------------------------------------------------------------------

/** Takes out the block with this ID. Never fails for want of memory. @returns it, or 0 if there is none */
export function treeRemove(allocator: Allocator, base: number, id: StreamId): number {
  const { arena } = allocator;
  const { i32 } = arena;
  const block = treeFind(arena, base, id);
  if (block === 0) return 0;
  const levels = i32[base + TREE_LEVELS];
  const leaf = pathNode[levels];
  closeEntry(arena, leaf, pathIndex[levels], 1);
  i32[base + TREE_COUNT]--;
  const count = countOf(arena, leaf);
  if (count === 0) {
    unlinkLeaf(arena, leaf);
    removeNode(allocator, base, levels);
  } else if (count * 4 < (allocator.sizeOf(leaf) >> 2) - HEADER_WORDS && count >= LEAF_FIRST) {
    const bytes = (HEADER_WORDS + count) << 2;
    if (allocator.hasRoom(bytes * 2)) moveNode(allocator, base, levels, bytes * 2, bytes);
  }
  return block;
}

function unlinkLeaf(arena: Arena, leaf: number): void {
  const { i32 } = arena;
  const previous = i32[(leaf >> 2) + NODE_PREVIOUS];
  const next = i32[(leaf >> 2) + NODE_NEXT];
  if (previous !== 0) i32[(previous >> 2) + NODE_NEXT] = next;
  if (next !== 0) i32[(next >> 2) + NODE_PREVIOUS] = previous;
}

/** Frees the empty node of the last path at `level`, and its ancestors as far as they become empty. */
function removeNode(allocator: Allocator, base: number, level: number): void {
  const { arena } = allocator;
  const { i32 } = arena;
  allocator.free(pathNode[level]);
  if (level === 0) {
    assert(i32[base + TREE_COUNT] === 0, 'a tree without nodes has blocks');
    treeClear(arena, base);
    return;
  }
  const parent = pathNode[level - 1];
  closeEntry(arena, parent, pathIndex[level - 1], CHILD_WORDS);
  if (countOf(arena, parent) === 0) {
    removeNode(allocator, base, level - 1);
    return;
  }
  // A root with one child is none.
  while (i32[base + TREE_LEVELS] > 0 && countOf(arena, i32[base + TREE_ROOT]) === 1) {
    const root = i32[base + TREE_ROOT];
    i32[base + TREE_ROOT] = childAt(arena, root, 0);
    i32[base + TREE_LEVELS]--;
    allocator.free(root);
  }
}

// --- the whole tree ---------------------------------------------------------------------------------------------------

/** Frees the tree's nodes, not the blocks, and leaves it empty. */
export function treeDrop(allocator: Allocator, base: number): void {
  const { i32 } = allocator.arena;
  if (i32[base + TREE_ROOT] !== 0) dropNode(allocator, i32[base + TREE_ROOT], i32[base + TREE_LEVELS]);
  treeClear(allocator.arena, base);
}

function dropNode(allocator: Allocator, node: number, levels: number): void {
  const { arena } = allocator;
  if (levels > 0)
    for (let i = 0; i < countOf(arena, node); i++) dropNode(allocator, childAt(arena, node, i), levels - 1);
  allocator.free(node);
}

/** Bytes of the tree's nodes, the blocks not included. */
export function treeBytes(allocator: Allocator, base: number): number {
  const { i32 } = allocator.arena;
  return i32[base + TREE_ROOT] === 0 ? 0 : nodeBytes(allocator, i32[base + TREE_ROOT], i32[base + TREE_LEVELS]);
}

function nodeBytes(allocator: Allocator, node: number, levels: number): number {
  const { arena } = allocator;
  let bytes = allocator.sizeOf(node);
  if (levels > 0) {
    for (let i = 0; i < countOf(arena, node); i++) bytes += nodeBytes(allocator, childAt(arena, node, i), levels - 1);
  }
  return bytes;
}
