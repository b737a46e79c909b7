/**
 * Streams. The root block is
 *
 *     word 0        entries                          words 13…14   entries ever added
 *     words 1…4     last ID                          words 15…17   tree of nodes (stream-node.ts)
 *     words 5…8     first ID, zero while empty       word 18       list of groups (stream-group.ts), 0: none
 *     words 9…12    greatest deleted ID              word 19       record of producers (stream-producers.ts), 0: none
 *
 * A stream without entries still is one: it keeps its last ID.
 */
import type { Allocator } from '../memory/allocator.ts';
import { addToStreamCounter, COUNTER_WORDS } from './stream-counter.ts';
import { StreamEntries } from './stream-entries.ts';
import { ID_WORDS, StreamId } from './stream-id.ts';
import {
  appendEntry,
  countDeleted,
  type EntryWords,
  FLAG_DELETED,
  liveEntries,
  newStreamNode,
  shrinkNode,
  takesEntry,
} from './stream-node.ts';
import { StreamTreeCursor, treeInsert, treeRemove } from './stream-tree.ts';
import { Value } from './value.ts';

export const STREAM_ENCODING = 0;

export const STREAM_LENGTH = 0;
export const STREAM_LAST_ID = 1;
export const STREAM_FIRST_ID = STREAM_LAST_ID + ID_WORDS;
export const STREAM_MAX_DELETED_ID = STREAM_FIRST_ID + ID_WORDS;
export const STREAM_ENTRIES_ADDED = STREAM_MAX_DELETED_ID + ID_WORDS;
export const STREAM_NODES = STREAM_ENTRIES_ADDED + COUNTER_WORDS;
export const STREAM_GROUPS = STREAM_NODES + 3;
export const STREAM_PRODUCERS = STREAM_GROUPS + 1;
const STREAM_WORDS = STREAM_PRODUCERS + 1;

const tail = new StreamTreeCursor();
const edge = new StreamEntries();
const nodeId = new StreamId();

/** What trimming asks before an entry goes. */
export interface TrimGuard {
  /** Says whether the entry may go, and takes back what refers to it. */
  release(id: StreamId): boolean;
}

/** A stream being worked on. To be set again and again. */
export class Stream extends Value {
  /** First word of the root. */
  get base(): number {
    return this.root >> 2;
  }

  get length(): number {
    return this.allocator.arena.i32[this.base + STREAM_LENGTH];
  }

  /** Makes an empty stream. @throws OutOfMemoryError */
  create(allocator: Allocator): void {
    const root = allocator.allocate(STREAM_WORDS << 2);
    allocator.arena.i32.fill(0, root >> 2, (root >> 2) + STREAM_WORDS);
    this.set(allocator, root, STREAM_ENCODING);
  }

  /** Reads the ID at one of the root's words. */
  loadId(word: number, into: StreamId): void {
    into.load(this.allocator.arena, this.base + word);
  }

  storeId(word: number, id: StreamId): void {
    id.store(this.allocator.arena, this.base + word);
  }

  /** Adds an entry. @param id above the last one  @throws OutOfMemoryError, nothing changed */
  append(id: StreamId, words: EntryWords): void {
    const { allocator, base } = this;
    const { arena } = allocator;
    const last = tail.toLast(arena, base + STREAM_NODES);
    if (last !== 0 && takesEntry(arena, last, words)) {
      const node = appendEntry(allocator, last, id, words);
      if (node !== last) tail.replace(arena, node);
    } else {
      this.appendNode(last, id, words);
    }
    id.store(arena, base + STREAM_LAST_ID);
    if (++arena.i32[base + STREAM_LENGTH] === 1) id.store(arena, base + STREAM_FIRST_ID);
    addToStreamCounter(arena, base + STREAM_ENTRIES_ADDED, 1);
  }

  private appendNode(last: number, id: StreamId, words: EntryWords): void {
    const { allocator } = this;
    const node = newStreamNode(allocator, id, words);
    if (last !== 0) tail.replace(allocator.arena, shrinkNode(allocator, last));
    try {
      treeInsert(allocator, this.base + STREAM_NODES, id, node);
    } catch (error) {
      allocator.free(node);
      throw error;
    }
  }

  /** Whether there is an entry with this ID. */
  has(id: StreamId): boolean {
    return this.find(id, edge);
  }

  /** Puts `entries` at the entry with this ID. @returns false if there is none */
  find(id: StreamId, entries: StreamEntries): boolean {
    return entries.seekFrom(this.allocator, this.base + STREAM_NODES, id) && entries.id.compare(id) === 0;
  }

  /** Removes the entry with this ID. @returns false if there is none */
  remove(id: StreamId): boolean {
    if (!this.find(id, edge)) return false;
    const { arena } = this.allocator;
    const { base } = this;
    const { node, flagsAt } = edge;
    if (liveEntries(arena, node) === 1) {
      this.removeNode(node);
    } else {
      arena.u8[flagsAt] |= FLAG_DELETED;
      countDeleted(arena, node, 1);
    }
    arena.i32[base + STREAM_LENGTH]--;
    if (id.compareAt(arena, base + STREAM_MAX_DELETED_ID) > 0) id.store(arena, base + STREAM_MAX_DELETED_ID);
    if (id.compareAt(arena, base + STREAM_FIRST_ID) === 0) this.noteFirst();
    return true;
  }

  private removeNode(node: number): void {
    nodeId.load(this.allocator.arena, node >> 2);
    treeRemove(this.allocator, this.base + STREAM_NODES, nodeId);
    this.allocator.free(node);
  }

  /** Notes which entry is the first now. */
  noteFirst(): void {
    const { allocator, base } = this;
    if (edge.toFirst(allocator, base + STREAM_NODES)) edge.id.store(allocator.arena, base + STREAM_FIRST_ID);
    else allocator.arena.i32.fill(0, base + STREAM_FIRST_ID, base + STREAM_FIRST_ID + ID_WORDS);
  }

  /**
   * Removes the oldest entries: while there are more than `maxLength`, or those below `minId`.
   * @param wholeNodes only as far as whole nodes go  @param limit how many at most, 0: all
   * @param guard who has a say in it  @returns how many went
   */
  trim(maxLength: number, minId: StreamId | undefined, wholeNodes: boolean, limit: number, guard?: TrimGuard): number {
    const { allocator, base } = this;
    const { arena } = allocator;
    let removed = 0;
    let node = tail.toFirst(arena, base + STREAM_NODES);
    while (node !== 0) {
      const length = this.length;
      if (minId === undefined && length <= maxLength) break;
      const live = liveEntries(arena, node);
      if (limit !== 0 && removed + live > limit) break;
      const whole = minId === undefined ? length - live >= maxLength : this.endsBelow(node, minId);
      if (!whole && wholeNodes) break;
      if (whole && guard === undefined) {
        this.removeNode(node);
        arena.i32[base + STREAM_LENGTH] = length - live;
        removed += live;
        node = tail.toFirst(arena, base + STREAM_NODES);
        continue;
      }
      nodeId.load(arena, node >> 2);
      const most = minId === undefined ? length - maxLength : live;
      const gone = this.trimNode(node, minId, most, guard);
      arena.i32[base + STREAM_LENGTH] -= gone;
      removed += gone;
      if (!whole) break;
      // The node itself may be gone; the next one is the first above its ID.
      node = nodeId.increment() ? tail.seekFrom(arena, base + STREAM_NODES, nodeId) : 0;
    }
    if (removed > 0 || this.length === 0) this.noteFirst();
    return removed;
  }

  /** Whether all entries of a node, deleted ones included, are below `id`. */
  private endsBelow(node: number, id: StreamId): boolean {
    edge.withDeleted = true;
    edge.tree.leaf = 0;
    const found = edge.toLastOf(this.allocator, node) && edge.id.compare(id) < 0;
    edge.withDeleted = false;
    return found;
  }

  /** Removes entries of one node, at most `most`, and the node if none is left. @returns how many */
  private trimNode(node: number, minId: StreamId | undefined, most: number, guard: TrimGuard | undefined): number {
    const { allocator } = this;
    const { arena } = allocator;
    const live = liveEntries(arena, node);
    let gone = 0;
    edge.tree.leaf = 0;
    let found = edge.enterFirst(allocator, node);
    for (; found && gone < most; found = edge.stepOn()) {
      if (minId !== undefined && edge.id.compare(minId) >= 0) break;
      if (guard !== undefined && !guard.release(edge.id)) continue;
      arena.u8[edge.flagsAt] |= FLAG_DELETED;
      gone++;
    }
    if (gone === live) this.removeNode(node);
    else if (gone > 0) countDeleted(arena, node, gone);
    return gone;
  }
}
