/**
 * Lists. The root is, by encoding,
 *
 *     LISTPACK     one node (list-node.ts) with all elements
 *     QUICKLIST    word 0 first node, word 1 last node, word 2 elements, word 3 nodes
 *
 * and changes from one to the other where Redis does: see `grow` and `settle`. A *cursor*, `node` and `offset`, stands at
 * one element; the methods that say so leave it somewhere, all others leave it void.
 */
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { typeLimits } from './limits.ts';
import { countLimit, exceedsLimit, isLarge, sizeLimit, takesOneMore } from './list-limits.ts';
import {
  appendNode,
  closeNodeGap,
  countOn,
  extendHead,
  extendTail,
  isPlain,
  listpackOf,
  NODE_HEADER_BYTES,
  newNode,
  nextNode,
  nodeBytes,
  nodeCount,
  openNodeGap,
  previousNode,
  setNext,
  setPrevious,
  shrunkNode,
  splitNode,
} from './list-node.ts';
import { LISTPACK_EMPTY_BYTES, LISTPACK_HEADER_BYTES, last, previous, seek } from './listpack.ts';
import { END, elementBytes } from './listpack-element.ts';
import { prepare, writePrepared } from './listpack-encode.ts';
import { Value } from './value.ts';

export const LIST_LISTPACK = 0;
export const LIST_QUICKLIST = 1;

const QUICKLIST_BYTES = 16;
const FIRST = 0;
const LAST = 1;
const LENGTH = 2;
const NODES = 3;
/** Room in a new node of a list that grows. */
const NEW_NODE_BYTES = 1000;
/** At least what the allocator may take at once for one more small block. */
const SLAB_BYTES_MAX = 160 << 10;

/** A list being worked on, with a cursor. To be set again and again. */
export class List extends Value {
  /** The cursor's node; 0 when it is past either end. */
  node = 0;
  /** The cursor's distance from the begin of its node's listpack. */
  offset = 0;

  /** Makes an empty list that is ready for so many elements, of `bytes` bytes in all. @throws OutOfMemoryError */
  create(allocator: Allocator, bytes: number, elements: number): void {
    assureRoom(allocator, bytes, elements);
    const chained = exceedsLimit(typeLimits.listMaxListpackSize, LISTPACK_EMPTY_BYTES + bytes, elements);
    if (chained) this.createChained(allocator);
    else this.set(allocator, newNode(allocator, bytes + 2 * elements, false), LIST_LISTPACK);
  }

  /** Makes an empty quicklist: for `addLast`, and `settle(false)` after it. @throws OutOfMemoryError */
  createChained(allocator: Allocator): void {
    this.set(allocator, newRoot(allocator, 0, 0), LIST_QUICKLIST);
  }

  get length(): number {
    const { arena } = this.allocator;
    return this.encoding === LIST_LISTPACK ? nodeCount(arena, this.root) : arena.i32[(this.root >> 2) + LENGTH];
  }

  get firstNode(): number {
    return this.encoding === LIST_LISTPACK ? this.root : this.allocator.arena.i32[(this.root >> 2) + FIRST];
  }

  get lastNode(): number {
    return this.encoding === LIST_LISTPACK ? this.root : this.allocator.arena.i32[(this.root >> 2) + LAST];
  }

  get nodeCount(): number {
    return this.encoding === LIST_LISTPACK ? 1 : this.allocator.arena.i32[(this.root >> 2) + NODES];
  }

  // --- encoding and memory ------------------------------------------------------------------------------------------

  /**
   * Makes ready for `elements` more of `bytes` bytes in all: to be called before anything is put in. The root may change, so
   * it is to be saved whatever comes of it. @throws OutOfMemoryError, then or when putting in the first of the elements:
   * the list has the elements it had
   */
  grow(bytes: number, elements: number): void {
    this.assure(bytes, elements);
    if (this.encoding !== LIST_LISTPACK) return;
    const { arena } = this.allocator;
    const grown = nodeBytes(arena, this.root) + bytes;
    if (exceedsLimit(typeLimits.listMaxListpackSize, grown, nodeCount(arena, this.root) + elements)) this.chain();
  }

  /** Makes sure that there is memory for `elements` more of `bytes` bytes in all. @throws OutOfMemoryError */
  assure(bytes: number, elements: number): void {
    assureRoom(this.allocator, bytes, elements);
  }

  /** Makes a quicklist of the one node. @throws OutOfMemoryError, nothing changed */
  private chain(): void {
    const node = this.root;
    const elements = nodeCount(this.allocator.arena, node);
    this.root = newRoot(this.allocator, elements === 0 ? 0 : node, elements);
    this.encoding = LIST_QUICKLIST;
    if (elements === 0) this.allocator.free(node);
  }

  /**
   * Makes a listpack of a quicklist with one node left that is small enough. @param shrinking whether elements went: it must
   * then be below half the limit, lest the next one put in turn it back
   */
  settle(shrinking: boolean): void {
    if (this.encoding !== LIST_QUICKLIST || this.nodeCount !== 1) return;
    const { arena } = this.allocator;
    const node = this.firstNode;
    if (isPlain(arena, node)) return;
    const limit = typeLimits.listMaxListpackSize;
    const share = shrinking ? 2 : 1;
    if (nodeBytes(arena, node) > sizeLimit(limit) / share) return;
    if (nodeCount(arena, node) > Math.floor(countLimit(limit) / share)) return;
    this.allocator.free(this.root);
    this.root = node;
    this.encoding = LIST_LISTPACK;
  }

  // --- the ends -----------------------------------------------------------------------------------------------------

  /** Puts the given bytes first. `grow` must have been called. */
  pushFirst(source: Region, at: number, length: number): void {
    const { arena } = this.allocator;
    const room = prepare(source, at, length);
    let node = this.firstNode;
    if (this.encoding === LIST_QUICKLIST && !this.takes(node, length)) node = this.addNode(0, node, room, length);
    if (!extendHead(arena, node, room)) {
      node = this.openGap(node, LISTPACK_HEADER_BYTES, room);
      countOn(arena, node, 1);
    }
    writePrepared(arena.region, listpackOf(arena, node) + LISTPACK_HEADER_BYTES);
    this.addLength(1);
  }

  /** Puts the given bytes last. `grow` must have been called. */
  pushLast(source: Region, at: number, length: number): void {
    const { arena } = this.allocator;
    const room = prepare(source, at, length);
    let node = this.lastNode;
    if (this.encoding === LIST_QUICKLIST && !this.takes(node, length)) node = this.addNode(node, 0, room, length);
    const offset = nodeBytes(arena, node) - 1;
    if (!extendTail(this.allocator, node, room)) {
      node = this.openGap(node, offset, room);
      countOn(arena, node, 1);
    }
    writePrepared(arena.region, listpackOf(arena, node) + offset);
    this.addLength(1);
  }

  // --- the cursor ---------------------------------------------------------------------------------------------------

  /** The cursor's address, for ListpackElement.read. */
  get at(): number {
    return listpackOf(this.allocator.arena, this.node) + this.offset;
  }

  /** Puts the cursor at the first or the last element of a list that has one. */
  toEnd(first: boolean): void {
    if (first) {
      this.enterFirst(this.firstNode);
      return;
    }
    const { region } = this.allocator.arena;
    this.node = this.lastNode;
    const lp = listpackOf(this.allocator.arena, this.node);
    this.offset = last(region, lp) - lp;
  }

  /** Puts the cursor at element `index` (−1: the last one), from the nearer end. @returns false if there is none */
  seek(index: number): boolean {
    const { arena } = this.allocator;
    const length = this.length;
    let rest = index < 0 ? index + length : index;
    if (rest < 0 || rest >= length) return false;
    let node: number;
    if (rest < length >> 1) {
      node = this.firstNode;
      for (let here = nodeCount(arena, node); rest >= here; here = nodeCount(arena, node)) {
        rest -= here;
        node = nextNode(arena, node);
      }
    } else {
      node = this.lastNode;
      rest = length - rest;
      for (let here = nodeCount(arena, node); rest > here; here = nodeCount(arena, node)) {
        rest -= here;
        node = previousNode(arena, node);
      }
      rest = nodeCount(arena, node) - rest;
    }
    const lp = listpackOf(arena, node);
    this.node = node;
    this.offset = seek(arena.region, lp, rest) - lp;
    return true;
  }

  /** Puts the cursor one element on. @returns false if there is none */
  next(): boolean {
    const { arena } = this.allocator;
    const lp = listpackOf(arena, this.node);
    this.offset += elementBytes(arena.u8, lp + this.offset);
    if (arena.u8[lp + this.offset] !== END) return true;
    return this.enterFirst(this.encoding === LIST_LISTPACK ? 0 : nextNode(arena, this.node));
  }

  /** Puts the cursor one element back. @returns false if there is none */
  previous(): boolean {
    const { arena } = this.allocator;
    const lp = listpackOf(arena, this.node);
    const at = previous(arena.region, lp, lp + this.offset);
    if (at !== 0) {
      this.offset = at - lp;
      return true;
    }
    const node = this.encoding === LIST_LISTPACK ? 0 : previousNode(arena, this.node);
    this.node = node;
    if (node === 0) return false;
    this.offset = last(arena.region, listpackOf(arena, node)) - listpackOf(arena, node);
    return true;
  }

  private enterFirst(node: number): boolean {
    this.node = node;
    this.offset = LISTPACK_HEADER_BYTES;
    return node !== 0;
  }

  // --- changes at the cursor ----------------------------------------------------------------------------------------

  /** Puts the given bytes before the cursor's element, and the cursor on them. `grow` must have been called. */
  insertBefore(source: Region, at: number, length: number): void {
    this.insert(source, at, length);
  }

  /** Puts the given bytes behind the cursor's element, and the cursor on them. `grow` must have been called. */
  insertAfter(source: Region, at: number, length: number): void {
    this.offset += elementBytes(this.allocator.arena.u8, this.at);
    this.insert(source, at, length);
  }

  /** Inserts at the cursor, which may stand at its node's end mark, and puts the cursor on what was inserted. */
  private insert(source: Region, at: number, length: number): void {
    const { arena } = this.allocator;
    const room = prepare(source, at, length);
    if (this.encoding === LIST_QUICKLIST && !this.takes(this.node, length)) this.findRoom(room, length);
    this.node = this.openGap(this.node, this.offset, room);
    writePrepared(arena.region, this.at);
    this.count(this.node, 1);
  }

  /** Moves the cursor from where its node takes no more to where the same place in the list does. */
  private findRoom(room: number, length: number): void {
    const { arena } = this.allocator;
    const node = this.node;
    if (this.offset === LISTPACK_HEADER_BYTES) {
      const before = previousNode(arena, node);
      if (this.takes(before, length)) this.node = before;
      else this.node = this.addNode(before, node, room, length);
      this.offset = nodeBytes(arena, this.node) - 1;
    } else if (this.offset === nodeBytes(arena, node) - 1) {
      const behind = nextNode(arena, node);
      this.node = this.takes(behind, length) ? behind : this.addNode(node, behind, room, length);
      this.offset = LISTPACK_HEADER_BYTES;
    } else {
      const split = this.split();
      if (this.takes(node, length)) return;
      this.node = this.takes(split, length) ? split : this.addNode(node, split, room, length);
      this.offset = LISTPACK_HEADER_BYTES;
    }
  }

  /** Splits the cursor's node before the cursor, which then stands at its end mark. @returns the new node */
  private split(): number {
    const { arena } = this.allocator;
    const node = this.node;
    const lp = listpackOf(arena, node);
    let elements = 0;
    for (let at = lp + this.offset; arena.u8[at] !== END; at += elementBytes(arena.u8, at)) elements++;
    const split = splitNode(this.allocator, node, this.offset, elements);
    this.link(node, split, nextNode(arena, node));
    return split;
  }

  /** Puts the given bytes in place of the cursor's element. `grow` must have been called. */
  replace(source: Region, at: number, length: number): void {
    const { arena } = this.allocator;
    const node = this.node;
    const chained = this.encoding === LIST_QUICKLIST;
    const limit = typeLimits.listMaxListpackSize;
    if (chained && (isPlain(arena, node) || isLarge(limit, length))) {
      // What is alone in its node, or is to be, takes another node.
      this.insertAfter(source, at, length);
      this.previous();
      this.remove();
      return;
    }
    const room = prepare(source, at, length);
    const present = elementBytes(arena.u8, this.at);
    if (room > present) this.node = this.openGap(node, this.offset, room - present);
    else if (room < present) closeNodeGap(arena, node, this.offset, present - room);
    writePrepared(arena.region, this.at);
  }

  /** Removes the cursor's element and puts the cursor on the one behind it. @returns false if there is none */
  remove(): boolean {
    const { arena } = this.allocator;
    const node = this.node;
    if (this.encoding === LIST_QUICKLIST && nodeCount(arena, node) === 1) {
      const behind = nextNode(arena, node);
      this.count(node, -1);
      this.dropNode(node);
      return this.enterFirst(behind);
    }
    closeNodeGap(arena, node, this.offset, elementBytes(arena.u8, this.at));
    this.count(node, -1);
    this.node = this.shrink(node);
    if (arena.u8[this.at] !== END) return true;
    return this.enterFirst(this.encoding === LIST_LISTPACK ? 0 : nextNode(arena, this.node));
  }

  /** Removes `count` elements, the first of them number `index`. They must be there. */
  removeRange(index: number, count: number): void {
    if (count <= 0 || !this.seek(index)) return;
    const { arena } = this.allocator;
    let node = this.node;
    let offset = this.offset;
    for (let rest = count; rest > 0 && node !== 0; ) {
      const here = nodeCount(arena, node);
      const chained = this.encoding === LIST_QUICKLIST;
      const behind = chained ? nextNode(arena, node) : 0;
      if (chained && offset === LISTPACK_HEADER_BYTES && rest >= here) {
        rest -= here;
        this.count(node, -here);
        this.dropNode(node);
      } else {
        rest -= this.removeWithin(node, offset, rest);
      }
      node = behind;
      offset = LISTPACK_HEADER_BYTES;
    }
  }

  /** Removes up to `most` elements of one node from an offset on. @returns how many */
  private removeWithin(node: number, offset: number, most: number): number {
    const { arena } = this.allocator;
    const lp = listpackOf(arena, node);
    let at = lp + offset;
    let removed = 0;
    for (; removed < most && arena.u8[at] !== END; removed++) at += elementBytes(arena.u8, at);
    this.removeBytes(node, offset, at - lp - offset, removed);
    return removed;
  }

  // --- for algorithms on whole nodes (list-remove.ts, list-value.ts) ------------------------------------------------

  /** Takes `elements` elements, `bytes` long in all, out of a node, which must keep some if the list is a quicklist. */
  removeBytes(node: number, offset: number, bytes: number, elements: number): number {
    closeNodeGap(this.allocator.arena, node, offset, bytes);
    this.count(node, -elements);
    return this.shrink(node);
  }

  /** Takes over a node made elsewhere (`newNodeOf`) as the last one. The list must be a quicklist. */
  addLast(node: number): void {
    const last = this.lastNode;
    this.link(last, node, 0);
    this.addLength(nodeCount(this.allocator.arena, node));
  }

  /** Unlinks a node whose elements are counted no more, and frees it. */
  dropNode(node: number): void {
    const { arena } = this.allocator;
    const before = previousNode(arena, node);
    const behind = nextNode(arena, node);
    this.join(before, behind);
    arena.i32[(this.root >> 2) + NODES]--;
    this.allocator.free(node);
  }

  /** Counts `change` elements on in a node and in the list. */
  count(node: number, change: number): void {
    countOn(this.allocator.arena, node, change);
    this.addLength(change);
  }

  /** Unites neighbours that together fill no more than three quarters of a node, after many elements went. */
  compact(): void {
    if (this.encoding !== LIST_QUICKLIST) return;
    const { arena } = this.allocator;
    let node = this.firstNode;
    while (node !== 0) {
      const behind = nextNode(arena, node);
      if (behind === 0) return;
      node = this.mayUnite(node, behind) ? this.unite(node, behind) : behind;
    }
  }

  /** @returns where the united node is, or `behind` if there is no memory for it: uniting is only thrift */
  private unite(node: number, behind: number): number {
    try {
      const moved = appendNode(this.allocator, node, behind);
      if (moved !== node) this.relink(moved);
      this.dropNode(behind);
      return moved;
    } catch (error) {
      if (error instanceof OutOfMemoryError) return behind;
      throw error;
    }
  }

  private mayUnite(node: number, behind: number): boolean {
    const { arena } = this.allocator;
    if (isPlain(arena, node) || isPlain(arena, behind)) return false;
    const limit = typeLimits.listMaxListpackSize;
    const together = nodeBytes(arena, node) + nodeBytes(arena, behind) - LISTPACK_EMPTY_BYTES;
    if (together > sizeLimit(limit) * 0.75) return false;
    return nodeCount(arena, node) + nodeCount(arena, behind) <= countLimit(limit);
  }

  // --- nodes --------------------------------------------------------------------------------------------------------

  /** Whether a quicklist's node takes an element of `length` bytes. */
  private takes(node: number, length: number): boolean {
    const { arena } = this.allocator;
    const limit = typeLimits.listMaxListpackSize;
    if (node === 0 || isPlain(arena, node)) return false;
    return takesOneMore(limit, nodeBytes(arena, node), nodeCount(arena, node), length, NODE_HEADER_BYTES);
  }

  /** Makes an empty node for an element between two neighbours. */
  private addNode(before: number, behind: number, room: number, length: number): number {
    const limit = typeLimits.listMaxListpackSize;
    const plain = isLarge(limit, length);
    const wanted = plain || limit >= 0 ? room : Math.max(room, NEW_NODE_BYTES);
    const node = newNode(this.allocator, wanted, plain, before === 0 && behind !== 0);
    this.link(before, node, behind);
    return node;
  }

  private link(before: number, node: number, behind: number): void {
    this.join(before, node);
    this.join(node, behind);
    this.allocator.arena.i32[(this.root >> 2) + NODES]++;
  }

  /** Makes two nodes neighbours; 0 stands for the list's end. */
  private join(before: number, behind: number): void {
    const { arena } = this.allocator;
    if (before === 0) arena.i32[(this.root >> 2) + FIRST] = behind;
    else setNext(arena, before, behind);
    if (behind === 0) arena.i32[(this.root >> 2) + LAST] = before;
    else setPrevious(arena, behind, before);
  }

  private openGap(node: number, offset: number, gap: number): number {
    const moved = openNodeGap(this.allocator, node, offset, gap, this.encoding === LIST_QUICKLIST);
    if (moved !== node) this.relink(moved);
    return moved;
  }

  private shrink(node: number): number {
    const moved = shrunkNode(this.allocator, node);
    if (moved !== node) this.relink(moved);
    return moved;
  }

  /** Mends the links to a node that has moved. */
  private relink(node: number): void {
    if (this.encoding === LIST_LISTPACK) {
      this.root = node;
      return;
    }
    const { arena } = this.allocator;
    this.join(previousNode(arena, node), node);
    this.join(node, nextNode(arena, node));
  }

  private addLength(change: number): void {
    if (this.encoding === LIST_QUICKLIST) this.allocator.arena.i32[(this.root >> 2) + LENGTH] += change;
  }
}

/** Makes a quicklist's root, over one node or none (0). @throws OutOfMemoryError */
function newRoot(allocator: Allocator, node: number, elements: number): number {
  const root = allocator.allocate(QUICKLIST_BYTES);
  const { i32 } = allocator.arena;
  const at = root >> 2;
  i32[at + FIRST] = node;
  i32[at + LAST] = node;
  i32[at + LENGTH] = elements;
  i32[at + NODES] = node === 0 ? 0 : 1;
  return root;
}

/**
 * Putting in one element either succeeds or fails before it changes anything; of several the first could succeed and the
 * second fail, so room for all must be there. Nodes grow by halves at most and may be copied once, an element takes up to
 * 15 bytes beyond its own, and the allocator may have to begin a slab.
 */
function assureRoom(allocator: Allocator, bytes: number, elements: number): void {
  if (elements > 1 && !allocator.hasRoom((bytes + elements * 15) * 3 + SLAB_BYTES_MAX)) throw new OutOfMemoryError();
}
