/**
 * The deadlines of one keyspace: a 4-ary min-heap of (deadline in ms, entry), in chunks so that growing copies nothing and
 * wastes at most one chunk.
 *
 *     keyspace record    words HEAP_DIRECTORY, HEAP_COUNT, HEAP_CHUNKS, HEAP_DIRECTORY_CHUNKS (keyspace.ts)
 *     directory          a word a chunk: its address
 *     chunk              three pages: 1,024 deadlines (doubles), then 1,024 entry addresses (words)
 *
 * An entry knows its place (WORD_HEAP_INDEX), so a deadline is changed or dropped in O(log n).
 */
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { rootOf, WORD_HEAP_INDEX } from './entry.ts';

export const HEAP_DIRECTORY = 4;
export const HEAP_COUNT = 5;
export const HEAP_CHUNKS = 6;
export const HEAP_DIRECTORY_CHUNKS = 7;

/** How much further the heap of parts has its words. */
export const PART_HEAP = 4;

export const CHUNK_NODES = 1024;
const CHUNK_SHIFT = 10;
const CHUNK_MASK = CHUNK_NODES - 1;
export const CHUNK_PAGES = 3;
export const DIRECTORY_CHUNKS_MIN = 4;

export class ExpiryHeap {
  private readonly allocator: Allocator;
  private readonly i32: Int32Array;
  private readonly f64: Float64Array;
  private readonly base: number;

  /** @param base the keyspace record's first word */
  constructor(allocator: Allocator, base: number) {
    this.allocator = allocator;
    this.i32 = allocator.arena.i32;
    this.f64 = allocator.arena.f64;
    this.base = base;
  }

  get count(): number {
    return this.i32[this.base + HEAP_COUNT];
  }

  /** The earliest deadline in ms, or Infinity. */
  get earliestMs(): number {
    return this.count === 0 ? Number.POSITIVE_INFINITY : this.deadlineAt(0);
  }

  /** The entry with the earliest deadline. There must be one. */
  get earliestEntry(): number {
    return this.entryAt(0);
  }

  /** The deadline in ms of an entry that is in the heap. */
  deadlineOf(entry: number): number {
    return this.deadlineAt(this.i32[this.placeOf(entry)]);
  }

  deadlineAt(index: number): number {
    return this.f64[(this.chunkOf(index) >> 3) + (index & CHUNK_MASK)];
  }

  entryAt(index: number): number {
    return this.i32[(this.chunkOf(index) >> 2) + CHUNK_NODES * 2 + (index & CHUNK_MASK)];
  }

  /** Makes sure that the next `add` needs no memory. @throws OutOfMemoryError */
  reserve(): void {
    const i32 = this.i32;
    const chunks = i32[this.base + HEAP_CHUNKS];
    if (i32[this.base + HEAP_COUNT] < chunks << CHUNK_SHIFT) return;
    if (chunks === i32[this.base + HEAP_DIRECTORY_CHUNKS]) this.growDirectory();
    const chunk = this.allocator.allocatePages(CHUNK_PAGES);
    i32[(i32[this.base + HEAP_DIRECTORY] >> 2) + chunks] = chunk;
    i32[this.base + HEAP_CHUNKS] = chunks + 1;
  }

  /** Adds an entry that has room for its place (FLAG_DEADLINE). @throws OutOfMemoryError unless reserved */
  add(entry: number, deadlineMs: number): void {
    this.reserve();
    const index = this.i32[this.base + HEAP_COUNT]++;
    this.siftUp(index, deadlineMs, entry);
  }

  /** Changes the deadline of an entry in the heap. */
  change(entry: number, deadlineMs: number): void {
    this.settle(this.i32[this.placeOf(entry)], deadlineMs, entry);
  }

  /** The entry's block moved: the heap follows. The moved block carries its heap index already. */
  moved(entry: number): void {
    const index = this.i32[this.placeOf(entry)];
    this.i32[(this.chunkOf(index) >> 2) + CHUNK_NODES * 2 + (index & CHUNK_MASK)] = entry;
  }

  remove(entry: number): void {
    const i32 = this.i32;
    const index = i32[this.placeOf(entry)];
    const last = --i32[this.base + HEAP_COUNT];
    if (index !== last) this.settle(index, this.deadlineAt(last), this.entryAt(last));
    const chunks = i32[this.base + HEAP_CHUNKS];
    // One chunk is kept in hand, so that a heap which grows and shrinks around a border doesn't toss chunks.
    if (last <= (chunks - 2) << CHUNK_SHIFT) {
      this.allocator.free(this.chunkOf((chunks - 1) << CHUNK_SHIFT));
      i32[this.base + HEAP_CHUNKS] = chunks - 1;
    }
  }

  /** Gives back all of the heap's own memory. */
  drop(): void {
    const i32 = this.i32;
    for (let chunk = 0; chunk < i32[this.base + HEAP_CHUNKS]; chunk++) {
      this.allocator.free(this.chunkOf(chunk << CHUNK_SHIFT));
    }
    if (i32[this.base + HEAP_DIRECTORY] !== 0) this.allocator.free(i32[this.base + HEAP_DIRECTORY]);
    i32.fill(0, this.base + HEAP_DIRECTORY, this.base + HEAP_DIRECTORY_CHUNKS + 1);
  }

  /** The word in which an entry keeps its place. */
  protected placeOf(entry: number): number {
    return (entry >> 2) + WORD_HEAP_INDEX;
  }

  private chunkOf(index: number): number {
    return this.i32[(this.i32[this.base + HEAP_DIRECTORY] >> 2) + (index >> CHUNK_SHIFT)];
  }

  private growDirectory(): void {
    const i32 = this.i32;
    const have = i32[this.base + HEAP_DIRECTORY_CHUNKS];
    const want = Math.max(DIRECTORY_CHUNKS_MIN, have * 2);
    const old = i32[this.base + HEAP_DIRECTORY];
    const added = this.allocator.allocate(want * 4);
    if (old !== 0) {
      i32.copyWithin(added >> 2, old >> 2, (old >> 2) + have);
      this.allocator.free(old);
    }
    i32[this.base + HEAP_DIRECTORY] = added;
    i32[this.base + HEAP_DIRECTORY_CHUNKS] = want;
  }

  private put(index: number, deadlineMs: number, entry: number): void {
    const chunk = this.chunkOf(index);
    this.f64[(chunk >> 3) + (index & CHUNK_MASK)] = deadlineMs;
    this.i32[(chunk >> 2) + CHUNK_NODES * 2 + (index & CHUNK_MASK)] = entry;
    this.i32[this.placeOf(entry)] = index;
  }

  /** Puts a node at `index` and moves it to where it belongs. */
  private settle(index: number, deadlineMs: number, entry: number): void {
    if (index > 0 && this.deadlineAt((index - 1) >> 2) > deadlineMs) this.siftUp(index, deadlineMs, entry);
    else this.siftDown(index, deadlineMs, entry);
  }

  private siftUp(from: number, deadlineMs: number, entry: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      const parentMs = this.deadlineAt(parent);
      if (parentMs <= deadlineMs) break;
      this.put(index, parentMs, this.entryAt(parent));
      index = parent;
    }
    this.put(index, deadlineMs, entry);
  }

  private siftDown(from: number, deadlineMs: number, entry: number): void {
    const count = this.count;
    let index = from;
    for (;;) {
      const firstChild = index * 4 + 1;
      if (firstChild >= count) break;
      const childEnd = Math.min(firstChild + 4, count);
      let least = firstChild;
      let leastMs = this.deadlineAt(firstChild);
      for (let child = firstChild + 1; child < childEnd; child++) {
        const childMs = this.deadlineAt(child);
        if (childMs < leastMs) {
          least = child;
          leastMs = childMs;
        }
      }
      if (leastMs >= deadlineMs) break;
      this.put(index, leastMs, this.entryAt(least));
      index = least;
    }
    this.put(index, deadlineMs, entry);
  }
}

/**
 * The entries whose values have parts with deadlines of their own (the fields of hashes), by the earliest of those.
 * Here an entry's place is word 0 of its root. The record is the four words behind the other heap's.
 */
export class PartExpiryHeap extends ExpiryHeap {
  private readonly arena: Arena;

  constructor(allocator: Allocator, base: number) {
    super(allocator, base + PART_HEAP);
    this.arena = allocator.arena;
  }

  protected override placeOf(entry: number): number {
    return rootOf(this.arena, entry) >> 2;
  }
}
