/**
 * The order of a large sorted set: a B+tree of (score, member) that also knows how many entries lie below each child, so
 * that ranks are found, and found by, in O(log n). Order is by score, then by memcmp of the member.
 *
 *     record    word 0   the root node
 *               word 1   levels of inner nodes above the leaves
 *
 * Nodes are drawn in counted-btree-node.ts. An entry is a score and the address of the element that holds the member
 * (dict-element.ts), 12 bytes; elements belong to the sorted set's dict. Inner nodes hold each child's first entry exactly,
 * so they never point to an element that is gone. The path of the last descent is kept in this module: one operation at a
 * time, as everything under a lock.
 */
import { assert } from '../base/assert.ts';
import { compare, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import {
  addToCountAt,
  childAt,
  clearNode,
  countAt,
  firstScoreOf,
  INNER_ENTRIES_MAX,
  innerElement,
  insertChild,
  insertInLeaf,
  LEAF_ENTRIES_MAX,
  leafElement,
  linkLeaf,
  moveTail,
  NODE_BYTES,
  nextLeaf,
  nodeCount,
  previousLeaf,
  refreshChild,
  refreshKey,
  removeChild,
  removeFromLeaf,
  scoreAt,
  setScoreAt,
  unlinkLeaf,
} from './counted-btree-node.ts';
import { memberAt, memberLength } from './dict-element.ts';

export const TREE_WORDS = 2;
const TREE_ROOT = 0;
const TREE_LEVELS = 1;

/** Even at the least fill, six levels hold more entries than an arena has room for. */
const LEVELS_MAX = 12;
const LEAF_ENTRIES_MIN = LEAF_ENTRIES_MAX / 3;
const INNER_ENTRIES_MIN = INNER_ENTRIES_MAX / 3;

/** What a search looks for: a place in the order, between two entries or at one. */
class Probe {
  score = 0;
  /** Below (−1) or above (1) all members of the score; 0: compare the member too. */
  side = 0;
  /** Whether scores count. They don't for ranges by member. */
  scored = true;
  /** The element whose place it is; 0 if it is none's. */
  element = 0;
  region!: Region;
  at = 0;
  length = 0;

  /** The sign of entry minus probe. */
  compare(arena: Arena, score: number, element: number): number {
    if (this.scored && score !== this.score) return score < this.score ? -1 : 1;
    return this.compareEqual(arena, element);
  }

  /** The sign of entry minus probe where the scores don't tell. */
  compareEqual(arena: Arena, element: number): number {
    if (this.scored && this.side !== 0) return -this.side;
    if (element === this.element) return 0;
    const at = memberAt(arena, element);
    return compare(arena.region, at, memberLength(arena, element), this.region, this.at, this.length);
  }
}

const probe = new Probe();
/** The last descent: node and index in it, by level, leaf last. */
const pathNode = new Int32Array(LEVELS_MAX + 1);
const pathIndex = new Int32Array(LEVELS_MAX + 1);
/** Nodes taken before an insertion that will need them, so that it can't fail half-way. */
const spare = new Int32Array(LEVELS_MAX + 2);
let spareCount = 0;

/** @throws OutOfMemoryError */
export function treeInit(allocator: Allocator, base: number): void {
  const root = allocator.allocate(NODE_BYTES);
  clearNode(allocator.arena, root);
  allocator.arena.i32[base + TREE_ROOT] = root;
  allocator.arena.i32[base + TREE_LEVELS] = 0;
}

/** Adds an element that is not in the tree. @throws OutOfMemoryError, the tree as it was */
export function treeInsert(allocator: Allocator, base: number, score: number, element: number): void {
  aim(allocator.arena, score, element);
  insertAimed(allocator, base, score, element);
}

/** Adds the element that the probe is aimed at. @throws OutOfMemoryError, the tree as it was */
function insertAimed(allocator: Allocator, base: number, score: number, element: number): void {
  const arena = allocator.arena;
  const levels = arena.i32[base + TREE_LEVELS];
  descend(arena, base, false);
  const leaf = pathNode[levels];
  const index = pathIndex[levels];
  if (nodeCount(arena, leaf) < LEAF_ENTRIES_MAX) {
    insertInLeaf(arena, leaf, index, score, element);
    addToAncestors(arena, levels, 1, index === 0);
    return;
  }
  takeSpares(allocator, levels);
  splitUpwards(arena, base, levels, score, element);
}

/** Takes out an element that is in the tree. */
export function treeRemove(allocator: Allocator, base: number, score: number, element: number): void {
  const arena = allocator.arena;
  const levels = arena.i32[base + TREE_LEVELS];
  aim(arena, score, element);
  descend(arena, base, false);
  assert(leafElement(arena, pathNode[levels], pathIndex[levels]) === element, 'an element is not in its tree');
  removeAtPath(allocator, base, levels);
}

/** Takes out the element with a rank, below the tree's count. @returns the element */
export function treeRemoveAt(allocator: Allocator, base: number, rank: number): number {
  const arena = allocator.arena;
  const levels = arena.i32[base + TREE_LEVELS];
  descendToRank(arena, base, rank);
  const element = leafElement(arena, pathNode[levels], pathIndex[levels]);
  removeAtPath(allocator, base, levels);
  return element;
}

/** Gives an element another score. @throws OutOfMemoryError, the tree as it was */
export function treeMove(allocator: Allocator, base: number, from: number, element: number, to: number): void {
  const arena = allocator.arena;
  const levels = arena.i32[base + TREE_LEVELS];
  aim(arena, from, element);
  descend(arena, base, false);
  const leaf = pathNode[levels];
  const index = pathIndex[levels];
  probe.score = to;
  // Inside its leaf, and not at an edge, the neighbours tell whether the order stays.
  if (index > 0 && index < nodeCount(arena, leaf) - 1) {
    const below = probe.compare(arena, scoreAt(arena, leaf, index - 1), leafElement(arena, leaf, index - 1));
    const above = probe.compare(arena, scoreAt(arena, leaf, index + 1), leafElement(arena, leaf, index + 1));
    if (below < 0 && above > 0) {
      setScoreAt(arena, leaf, index, to);
      return;
    }
  }
  if (!allocator.hasRoom((levels + 2) * NODE_BYTES)) throw new OutOfMemoryError();
  removeAtPath(allocator, base, levels);
  insertAimed(allocator, base, to, element);
}

/** How many entries come before the element, which is in the tree. */
export function treeRankOf(arena: Arena, base: number, score: number, element: number): number {
  aim(arena, score, element);
  descend(arena, base, false);
  return rankOfPath(arena, base);
}

/** How many entries have a score below `score`, or with `orEqual` not above it. */
export function treeRankOfScore(arena: Arena, base: number, score: number, orEqual: boolean): number {
  aimBeside(score, orEqual);
  descend(arena, base, false);
  return rankOfPath(arena, base);
}

/** How many entries have a member below the given one, or with `orEqual` not above it, if all scores are the same. */
export function treeRankOfMember(
  arena: Arena,
  base: number,
  region: Region,
  at: number,
  length: number,
  orEqual: boolean,
): number {
  probe.scored = false;
  probe.element = 0;
  probe.region = region;
  probe.at = at;
  probe.length = length;
  descend(arena, base, orEqual);
  return rankOfPath(arena, base);
}

/** A place in a tree, good until the tree changes. */
export class TreeCursor {
  leaf = 0;
  index = 0;

  /** Goes to the entry with a rank, which must be below the tree's count. */
  seek(arena: Arena, base: number, rank: number): void {
    const levels = arena.i32[base + TREE_LEVELS];
    descendToRank(arena, base, rank);
    this.leaf = pathNode[levels];
    this.index = pathIndex[levels];
  }

  /** Goes to the first entry whose score is not below `score`. @returns false if there is none */
  seekScore(arena: Arena, base: number, score: number): boolean {
    const levels = arena.i32[base + TREE_LEVELS];
    aimBeside(score, false);
    descend(arena, base, false);
    this.leaf = pathNode[levels];
    this.index = pathIndex[levels] - 1;
    return this.next(arena);
  }

  element(arena: Arena): number {
    return leafElement(arena, this.leaf, this.index);
  }

  score(arena: Arena): number {
    return scoreAt(arena, this.leaf, this.index);
  }

  /** To the following entry. @returns false behind the last */
  next(arena: Arena): boolean {
    if (++this.index < nodeCount(arena, this.leaf)) return true;
    this.leaf = nextLeaf(arena, this.leaf);
    this.index = 0;
    return this.leaf !== 0;
  }

  /** To the entry before. @returns false before the first */
  previous(arena: Arena): boolean {
    if (--this.index >= 0) return true;
    this.leaf = previousLeaf(arena, this.leaf);
    if (this.leaf === 0) return false;
    this.index = nodeCount(arena, this.leaf) - 1;
    return true;
  }
}

/** Frees all nodes. The elements are the caller's. */
export function treeDrop(allocator: Allocator, base: number): void {
  const i32 = allocator.arena.i32;
  dropNode(allocator, i32[base + TREE_ROOT], i32[base + TREE_LEVELS]);
}

/** Bytes of all nodes. */
export function treeBytes(allocator: Allocator, base: number): number {
  const i32 = allocator.arena.i32;
  return (
    allocator.sizeOf(i32[base + TREE_ROOT]) *
    countNodes(allocator.arena, i32[base + TREE_ROOT], i32[base + TREE_LEVELS])
  );
}

function dropNode(allocator: Allocator, node: number, levels: number): void {
  if (levels > 0) {
    const count = nodeCount(allocator.arena, node);
    for (let i = 0; i < count; i++) dropNode(allocator, childAt(allocator.arena, node, i), levels - 1);
  }
  allocator.free(node);
}

function countNodes(arena: Arena, node: number, levels: number): number {
  if (levels === 0) return 1;
  const count = nodeCount(arena, node);
  if (levels === 1) return 1 + count;
  let nodes = 1;
  for (let i = 0; i < count; i++) nodes += countNodes(arena, childAt(arena, node, i), levels - 1);
  return nodes;
}

/** Makes the probe an element's own place. */
function aim(arena: Arena, score: number, element: number): void {
  probe.score = score;
  probe.side = 0;
  probe.scored = true;
  probe.element = element;
  probe.region = arena.region;
  probe.at = memberAt(arena, element);
  probe.length = memberLength(arena, element);
}

/** Makes the probe the place before all members of a score, or with `behind` the one behind them. */
function aimBeside(score: number, behind: boolean): void {
  probe.score = score;
  probe.side = behind ? 1 : -1;
  probe.scored = true;
}

/**
 * Walks down to the first entry that is not before the probe (with `orEqual`, that is above it), or behind the last of a
 * leaf if the next leaf begins with that entry.
 */
function descend(arena: Arena, base: number, orEqual: boolean): void {
  const levels = arena.i32[base + TREE_LEVELS];
  let node = arena.i32[base + TREE_ROOT];
  for (let level = 0; level < levels; level++) {
    // The last child whose first entry is not above the probe: if that entry is equal, nothing before it can be.
    const index = Math.max(0, countBefore(arena, node, false, true) - 1);
    pathNode[level] = node;
    pathIndex[level] = index;
    node = childAt(arena, node, index);
  }
  pathNode[levels] = node;
  pathIndex[levels] = countBefore(arena, node, true, orEqual);
}

/** How many entries of a node are before the probe, or with `orEqual` not above it. */
function countBefore(arena: Arena, node: number, isLeaf: boolean, orEqual: boolean): number {
  const { scored, score } = probe;
  const count = nodeCount(arena, node);
  let low = 0;
  let high = count;
  if (scored) {
    low = countBelow(arena, node, count, score);
    high = low;
    for (let step = 1; high < count && scoreAt(arena, node, high) === score; step *= 2) {
      high = Math.min(count, high + step);
    }
  }
  // Here are the entries of the same score, and maybe some above it.
  while (low < high) {
    const middle = (low + high) >> 1;
    const isAbove = scored && scoreAt(arena, node, middle) !== score;
    const element = isLeaf ? leafElement(arena, node, middle) : innerElement(arena, node, middle);
    const order = isAbove ? 1 : probe.compareEqual(arena, element);
    if (order < 0 || (orEqual && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many scores of a node are below `score`. Which half is next can't be foreseen, so no step depends on it by a branch. */
function countBelow({ f64 }: Arena, node: number, count: number, score: number): number {
  let at = firstScoreOf(node);
  let left = count;
  while (left > 1) {
    const half = left >> 1;
    at += half & -Number(f64[at + half - 1] < score);
    left -= half;
  }
  if (left === 1) at += Number(f64[at] < score);
  return at - firstScoreOf(node);
}

/** How many entries come before the place that the last descent led to. */
function rankOfPath(arena: Arena, base: number): number {
  const levels = arena.i32[base + TREE_LEVELS];
  let before = pathIndex[levels];
  for (let level = 0; level < levels; level++) {
    for (let i = 0; i < pathIndex[level]; i++) before += countAt(arena, pathNode[level], i);
  }
  return before;
}

function descendToRank(arena: Arena, base: number, rank: number): void {
  const levels = arena.i32[base + TREE_LEVELS];
  let node = arena.i32[base + TREE_ROOT];
  let left = rank;
  for (let level = 0; level < levels; level++) {
    let index = 0;
    for (let below = countAt(arena, node, 0); left >= below; below = countAt(arena, node, index)) {
      left -= below;
      index++;
    }
    pathNode[level] = node;
    pathIndex[level] = index;
    node = childAt(arena, node, index);
  }
  pathNode[levels] = node;
  pathIndex[levels] = left;
}

/** Tells the path's inner nodes that there are `by` more entries below them, and of a new first entry. */
function addToAncestors(arena: Arena, levels: number, by: number, firstChanged: boolean): void {
  let changed = firstChanged;
  for (let level = levels - 1; level >= 0; level--) {
    const index = pathIndex[level];
    addToCountAt(arena, pathNode[level], index, by);
    if (!changed) continue;
    refreshKey(arena, pathNode[level], index, level === levels - 1);
    changed = index === 0;
  }
}

/** Takes as many nodes as an insertion at the path will need. @throws OutOfMemoryError, none taken */
function takeSpares(allocator: Allocator, levels: number): void {
  let wanted = 1;
  let level = levels - 1;
  while (level >= 0 && nodeCount(allocator.arena, pathNode[level]) === INNER_ENTRIES_MAX) {
    wanted++;
    level--;
  }
  if (level < 0) wanted++;
  spareCount = 0;
  try {
    while (spareCount < wanted) {
      spare[spareCount] = allocator.allocate(NODE_BYTES);
      clearNode(allocator.arena, spare[spareCount++]);
    }
  } catch (error) {
    while (spareCount > 0) allocator.free(spare[--spareCount]);
    throw error;
  }
}

/**
 * Inserts at the path, whose leaf is full. Entries that come in order, ascending or descending, leave full leaves behind
 * instead of halves.
 */
function splitUpwards(arena: Arena, base: number, levels: number, score: number, element: number): void {
  const leaf = pathNode[levels];
  const index = pathIndex[levels];
  const appending = index === LEAF_ENTRIES_MAX && nextLeaf(arena, leaf) === 0;
  const prepending = index === 0 && previousLeaf(arena, leaf) === 0;
  const keep = appending ? LEAF_ENTRIES_MAX : prepending ? 0 : LEAF_ENTRIES_MAX >> 1;
  let added = spare[--spareCount];
  linkLeaf(arena, leaf, added);
  moveTail(arena, leaf, keep, added, true);
  if (index > keep || appending) insertInLeaf(arena, added, index - keep, score, element);
  else insertInLeaf(arena, leaf, index, score, element);
  for (let level = levels - 1; level >= 0; level--) {
    const isLeaf = level === levels - 1;
    refreshChild(arena, pathNode[level], pathIndex[level], isLeaf);
    if (added !== 0) added = addChild(arena, pathNode[level], pathIndex[level] + 1, added, isLeaf, appending);
  }
  if (added === 0) return;
  const root = spare[--spareCount];
  insertChild(arena, root, 0, pathNode[0], levels === 0);
  insertChild(arena, root, 1, added, levels === 0);
  arena.i32[base + TREE_ROOT] = root;
  arena.i32[base + TREE_LEVELS] = levels + 1;
}

/** Adds a child to an inner node, which is split if it is full. @returns the node that was split off, or 0 */
function addChild(
  arena: Arena,
  node: number,
  index: number,
  child: number,
  isLeaf: boolean,
  appending: boolean,
): number {
  if (nodeCount(arena, node) < INNER_ENTRIES_MAX) {
    insertChild(arena, node, index, child, isLeaf);
    return 0;
  }
  const keep = appending ? INNER_ENTRIES_MAX : INNER_ENTRIES_MAX >> 1;
  const added = spare[--spareCount];
  moveTail(arena, node, keep, added, false);
  if (index > keep || appending) insertChild(arena, added, index - keep, child, isLeaf);
  else insertChild(arena, node, index, child, isLeaf);
  return added;
}

/** Removes the entry at the path, and joins or drops nodes that become sparse. Never needs memory. */
function removeAtPath(allocator: Allocator, base: number, levels: number): void {
  const arena = allocator.arena;
  const leaf = pathNode[levels];
  removeFromLeaf(arena, leaf, pathIndex[levels]);
  addToAncestors(arena, levels, -1, pathIndex[levels] === 0 && nodeCount(arena, leaf) > 0);
  let level = levels;
  while (level > 0 && shrinkChild(allocator, level, level === levels)) level--;
  let left = levels;
  let root = arena.i32[base + TREE_ROOT];
  while (left > 0 && nodeCount(arena, root) === 1) {
    const only = childAt(arena, root, 0);
    allocator.free(root);
    root = only;
    left--;
  }
  arena.i32[base + TREE_ROOT] = root;
  arena.i32[base + TREE_LEVELS] = left;
}

/** Drops the path's node at `level` if it is empty, joins it with a neighbour if both are sparse. @returns whether it did */
function shrinkChild(allocator: Allocator, level: number, isLeaf: boolean): boolean {
  const arena = allocator.arena;
  const count = nodeCount(arena, pathNode[level]);
  if (count >= (isLeaf ? LEAF_ENTRIES_MIN : INNER_ENTRIES_MIN)) return false;
  const parent = pathNode[level - 1];
  const index = pathIndex[level - 1];
  if (count === 0) {
    if (isLeaf) unlinkLeaf(arena, pathNode[level]);
    allocator.free(pathNode[level]);
    removeChild(arena, parent, index);
    if (index === 0 && nodeCount(arena, parent) > 0) refreshAncestorKeys(arena, level - 1);
    return true;
  }
  // Joined nodes keep a quarter of their room, so that the next insertion doesn't split them again.
  const most = ((isLeaf ? LEAF_ENTRIES_MAX : INNER_ENTRIES_MAX) * 3) >> 2;
  if (index + 1 < nodeCount(arena, parent) && count + nodeCount(arena, childAt(arena, parent, index + 1)) <= most) {
    joinChildren(allocator, parent, index, isLeaf);
    return true;
  }
  if (index > 0 && count + nodeCount(arena, childAt(arena, parent, index - 1)) <= most) {
    joinChildren(allocator, parent, index - 1, isLeaf);
    return true;
  }
  return false;
}

/** Moves all entries of the child behind `index` into the child at `index`. */
function joinChildren(allocator: Allocator, parent: number, index: number, isLeaf: boolean): void {
  const arena = allocator.arena;
  const gone = childAt(arena, parent, index + 1);
  moveTail(arena, gone, 0, childAt(arena, parent, index), isLeaf);
  addToCountAt(arena, parent, index, countAt(arena, parent, index + 1));
  if (isLeaf) unlinkLeaf(arena, gone);
  removeChild(arena, parent, index + 1);
  allocator.free(gone);
}

/** The first entry of the path's inner node at `level` is another: the nodes above must know. */
function refreshAncestorKeys(arena: Arena, level: number): void {
  for (let above = level - 1; above >= 0; above--) {
    refreshKey(arena, pathNode[above], pathIndex[above], false);
    if (pathIndex[above] !== 0) return;
  }
}
