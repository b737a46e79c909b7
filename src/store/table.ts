/**
 * The hash table of one keyspace: extendible hashing over open-addressing segments, all in the shard's arena.
 *
 *     keyspace record    words TABLE_DIRECTORY, TABLE_DEPTH, TABLE_COUNT, TABLE_SEGMENTS (keyspace.ts)
 *     directory          2^depth words, indexed by the hash's top `depth` bits: segment address | local depth
 *     segment            two pages: 1,024 slots of 8 bytes
 *                          slot 0       local depth | entries in the segment
 *                          slot 1…1023  hash | entry address (0: empty), linear probing from a home slot
 *
 * The home slot comes from the ten bits of the hash after the `local depth` top ones, so entries lie nearly in the order of
 * their hashes, across the whole table. A full segment splits alone, which keeps that order: SCAN's cursor is simply the
 * next hash to look at. Deleting shifts entries back, so there are no tombstones. Two sparse buddies become one again,
 * and a directory far larger than its segments need is halved.
 */
import { assert } from '../base/assert.ts';
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { keyEquals } from './entry.ts';

export const TABLE_DIRECTORY = 0;
export const TABLE_DEPTH = 1;
export const TABLE_COUNT = 2;
export const TABLE_SEGMENTS = 3;

const SEGMENT_PAGES = 2;
export const SEGMENT_BYTES = 8192;
export const SEGMENT_WORDS = SEGMENT_BYTES / 4;
const SEGMENT_ENTRIES_MAX = 896;
/** Buddies are merged when they hold no more than this between them, far enough below the split that neither comes at once. */
const MERGE_ENTRIES_MAX = 384;
/** Hash bits after these choose the shard at the other end; deeper than this, home slots would begin to crowd. */
const DEPTH_MAX = 22;
/** The low bits of a directory's word: its segment's local depth. */
export const DEPTH_MASK = 31;
/**
 * The directory isn't doubled beyond so many words a segment; two to four are usual. Only keys made to collide could
 * want more: their segment then fills up, and refuses what would take its last empty slot.
 */
const DIRECTORY_WORDS_PER_SEGMENT_MAX = 64;
/** One slot is always empty: a probe ends there. */
const CROWDED_ENTRIES_MAX = 1022;

/** The first slot to try for a hash, as a word offset in the segment. */
export const homeWord = (hash: number, localDepth: number): number => {
  const bits = (hash << localDepth) >>> 22;
  return (1 + ((bits * 1023) >>> 10)) << 1;
};

/** A segment's contents while it is split; every thread has its own. */
const scratch = new Int32Array(SEGMENT_WORDS);

export class Table {
  private readonly allocator: Allocator;
  private readonly arena: Arena;
  private readonly i32: Int32Array;
  private readonly base: number;
  /** Where `find` found its entry, as a word index of the arena: valid until the table changes. */
  slot = 0;

  /** @param base the keyspace record's first word */
  constructor(allocator: Allocator, base: number) {
    this.allocator = allocator;
    this.arena = allocator.arena;
    this.i32 = allocator.arena.i32;
    this.base = base;
  }

  get count(): number {
    return this.i32[this.base + TABLE_COUNT];
  }

  get segmentCount(): number {
    return this.i32[this.base + TABLE_SEGMENTS];
  }

  get depth(): number {
    return this.i32[this.base + TABLE_DEPTH];
  }

  /** The entry with this key, or 0. Sets `slot`. */
  find(key: Region, keyFrom: number, keyBytes: number, hash: number): number {
    const i32 = this.i32;
    const directory = i32[this.base + TABLE_DIRECTORY];
    if (directory === 0) return 0;
    const tagged = i32[(directory >> 2) + this.directoryIndex(hash)];
    const first = (tagged & ~DEPTH_MASK) >> 2;
    const end = first + SEGMENT_WORDS;
    let slot = first + homeWord(hash, tagged & DEPTH_MASK);
    for (;;) {
      const entry = i32[slot + 1];
      if (entry === 0) return 0;
      if (i32[slot] === hash && keyEquals(this.arena, entry, key, keyFrom, keyBytes)) {
        this.slot = slot;
        return entry;
      }
      slot += 2;
      if (slot === end) slot = first + 2;
    }
  }

  /** Reads the slot where `find` of this hash will begin, for the cache's sake. @returns what is there */
  readHome(hash: number): number {
    const i32 = this.i32;
    const directory = i32[this.base + TABLE_DIRECTORY];
    if (directory === 0) return 0;
    const tagged = i32[(directory >> 2) + this.directoryIndex(hash)];
    return i32[((tagged & ~DEPTH_MASK) >> 2) + homeWord(hash, tagged & DEPTH_MASK)];
  }

  /** Reads the head of the entry that `find` of this hash will look at first, for the cache's sake. @returns what is there */
  readEntry(hash: number): number {
    const i32 = this.i32;
    const directory = i32[this.base + TABLE_DIRECTORY];
    if (directory === 0) return 0;
    const tagged = i32[(directory >> 2) + this.directoryIndex(hash)];
    const first = (tagged & ~DEPTH_MASK) >> 2;
    let slot = first + homeWord(hash, tagged & DEPTH_MASK);
    while (i32[slot + 1] !== 0 && i32[slot] !== hash) {
      slot += 2;
      if (slot === first + SEGMENT_WORDS) return 0;
    }
    return i32[i32[slot + 1] >> 2];
  }

  /** Finds the slot of an entry known to be in the table. Sets `slot`. */
  locate(entry: number, hash: number): void {
    const i32 = this.i32;
    const tagged = i32[(i32[this.base + TABLE_DIRECTORY] >> 2) + this.directoryIndex(hash)];
    const first = (tagged & ~DEPTH_MASK) >> 2;
    let slot = first + homeWord(hash, tagged & DEPTH_MASK);
    while (i32[slot + 1] !== entry) {
      assert(i32[slot + 1] !== 0, 'an entry is not in its table');
      slot += 2;
      if (slot === first + SEGMENT_WORDS) slot = first + 2;
    }
    this.slot = slot;
  }

  /** Whether this entry is in the table now: for an address that may have been given up since. Sets `slot`. */
  contains(entry: number, hash: number): boolean {
    const i32 = this.i32;
    const directory = i32[this.base + TABLE_DIRECTORY];
    if (directory === 0) return false;
    const tagged = i32[(directory >> 2) + this.directoryIndex(hash)];
    const first = (tagged & ~DEPTH_MASK) >> 2;
    let slot = first + homeWord(hash, tagged & DEPTH_MASK);
    while (i32[slot + 1] !== 0) {
      if (i32[slot + 1] === entry) {
        this.slot = slot;
        return i32[slot] === hash;
      }
      slot += 2;
      if (slot === first + SEGMENT_WORDS) slot = first + 2;
    }
    return false;
  }

  /** Makes sure that `insert` of this hash needs no memory, so that what follows can't fail. @throws OutOfMemoryError */
  reserve(hash: number): void {
    const i32 = this.i32;
    if (i32[this.base + TABLE_DIRECTORY] === 0) this.create();
    for (;;) {
      const segment = i32[(i32[this.base + TABLE_DIRECTORY] >> 2) + this.directoryIndex(hash)] & ~DEPTH_MASK;
      if (i32[(segment >> 2) + 1] < SEGMENT_ENTRIES_MAX) return;
      if (!this.split(hash)) return;
    }
  }

  /** Adds an entry whose key is not in the table. @throws OutOfMemoryError, the table as it was (unless reserved) */
  insert(entry: number, hash: number): void {
    this.reserve(hash);
    const i32 = this.i32;
    const tagged = i32[(i32[this.base + TABLE_DIRECTORY] >> 2) + this.directoryIndex(hash)];
    const first = (tagged & ~DEPTH_MASK) >> 2;
    this.place(first, tagged & DEPTH_MASK, hash, entry);
    i32[first + 1]++;
    i32[this.base + TABLE_COUNT]++;
  }

  /** Puts another entry of the same key in the slot that `find` or `locate` set. */
  replace(entry: number): void {
    this.i32[this.slot + 1] = entry;
  }

  /** Takes out the entry in the slot that `find` or `locate` set. The entry's block is the caller's. */
  remove(): void {
    const i32 = this.i32;
    const hash = i32[this.slot];
    const tagged = i32[(i32[this.base + TABLE_DIRECTORY] >> 2) + this.directoryIndex(hash)];
    const first = (tagged & ~DEPTH_MASK) >> 2;
    const localDepth = tagged & DEPTH_MASK;
    let hole = this.slot;
    let slot = hole;
    for (;;) {
      slot += 2;
      if (slot === first + SEGMENT_WORDS) slot = first + 2;
      const entry = i32[slot + 1];
      if (entry === 0) break;
      const home = first + homeWord(i32[slot], localDepth);
      const stays = hole < slot ? home > hole && home <= slot : home > hole || home <= slot;
      if (stays) continue;
      i32[hole] = i32[slot];
      i32[hole + 1] = entry;
      hole = slot;
    }
    i32[hole + 1] = 0;
    const left = --i32[first + 1];
    i32[this.base + TABLE_COUNT]--;
    if (localDepth > 0 && left < MERGE_ENTRIES_MAX && (left & 31) === 0) this.shrink(hash);
  }

  /**
   * Visits entries in hash order from `from` (an unsigned hash) on, at least `atLeast` of them unless the table ends, and
   * always all entries of one hash together. `visit` must not change the table.
   * @returns the hash to go on from, or 2^32 at the end
   */
  scan(from: number, atLeast: number, visit: (entry: number, hash: number) => void): number {
    const i32 = this.i32;
    const directory = i32[this.base + TABLE_DIRECTORY];
    if (directory === 0) return HASH_END;
    let position = from;
    let seen = 0;
    while (position < HASH_END && seen < atLeast) {
      const tagged = i32[(directory >> 2) + this.directoryIndex(position | 0)];
      const localDepth = tagged & DEPTH_MASK;
      const first = (tagged & ~DEPTH_MASK) >> 2;
      const span = 2 ** (32 - localDepth);
      const start = Math.floor(position / span) * span;
      // One step covers the hashes of as many home slots as should hold what is still wanted.
      const load = Math.max(i32[first + 1], 1) / 1024;
      const homes = Math.min(1024, Math.max(1, Math.ceil((atLeast - seen) / load)));
      const home = Math.floor(((position - start) / span) * 1024);
      const end = Math.min(start + span, start + (home + homes) * (span / 1024));
      seen += this.scanRange(first, localDepth, position, end, visit);
      position = end;
    }
    return position;
  }

  /** Any entry, or 0 if there is none. @param random gives another 32-bit number each call */
  sample(random: () => number): number {
    const i32 = this.i32;
    if (this.count === 0) return 0;
    for (;;) {
      const hash = random() | 0;
      const first = (i32[(i32[this.base + TABLE_DIRECTORY] >> 2) + this.directoryIndex(hash)] & ~DEPTH_MASK) >> 2;
      if (i32[first + 1] === 0) continue;
      for (let tries = 0; tries < 64; tries++) {
        const entry = i32[first + ((1 + ((random() >>> 0) % 1023)) << 1) + 1];
        if (entry !== 0) return entry;
      }
      // A nearly empty segment: its first entry after a random slot.
      const offset = (random() >>> 0) % 1023;
      for (let i = 0; i < 1023; i++) {
        const entry = i32[first + ((1 + ((offset + i) % 1023)) << 1) + 1];
        if (entry !== 0) return entry;
      }
    }
  }

  /** Gives back all of the table's own memory. The entries are the caller's. */
  drop(): void {
    const i32 = this.i32;
    const directory = i32[this.base + TABLE_DIRECTORY];
    if (directory === 0) return;
    const depth = this.depth;
    for (let index = 0; index < 1 << depth; ) {
      const tagged = i32[(directory >> 2) + index];
      this.allocator.free(tagged & ~DEPTH_MASK);
      index += 1 << (depth - (tagged & DEPTH_MASK));
    }
    this.allocator.free(directory);
    i32.fill(0, this.base, this.base + 4);
  }

  private directoryIndex(hash: number): number {
    const depth = this.i32[this.base + TABLE_DEPTH];
    return depth === 0 ? 0 : hash >>> (32 - depth);
  }

  private place(first: number, localDepth: number, hash: number, entry: number): void {
    const i32 = this.i32;
    let slot = first + homeWord(hash, localDepth);
    while (i32[slot + 1] !== 0) {
      slot += 2;
      if (slot === first + SEGMENT_WORDS) slot = first + 2;
    }
    i32[slot] = hash;
    i32[slot + 1] = entry;
  }

  private create(): void {
    const segment = this.addSegment(0);
    let directory = 0;
    try {
      directory = this.allocator.allocate(4);
    } catch (error) {
      this.allocator.free(segment);
      throw error;
    }
    this.i32[directory >> 2] = segment;
    this.i32[this.base + TABLE_DIRECTORY] = directory;
    this.i32[this.base + TABLE_DEPTH] = 0;
    this.i32[this.base + TABLE_SEGMENTS] = 1;
  }

  private addSegment(localDepth: number): number {
    const segment = this.allocator.allocatePages(SEGMENT_PAGES);
    const first = segment >> 2;
    this.i32.fill(0, first, first + SEGMENT_WORDS);
    this.i32[first] = localDepth;
    return segment;
  }

  /**
   * @returns false if the segment can't be split further: it may then fill up to its last slot but one
   * @throws OutOfMemoryError, the segment as it was; also when it is full and can't be split
   */
  private split(hash: number): boolean {
    const i32 = this.i32;
    const tagged = i32[(i32[this.base + TABLE_DIRECTORY] >> 2) + this.directoryIndex(hash)];
    const localDepth = tagged & DEPTH_MASK;
    const old = tagged & ~DEPTH_MASK;
    if (localDepth === this.depth && !this.mayDouble()) {
      if (i32[(old >> 2) + 1] >= CROWDED_ENTRIES_MAX) throw new OutOfMemoryError();
      return false;
    }
    const added = this.addSegment(localDepth + 1);
    if (localDepth === this.depth) {
      try {
        this.doubleDirectory();
      } catch (error) {
        this.allocator.free(added);
        throw error;
      }
    }
    this.distribute(old, added, localDepth + 1);
    const directory = i32[this.base + TABLE_DIRECTORY] >> 2;
    const width = 1 << (this.depth - localDepth);
    const index = this.directoryIndex(hash) & ~(width - 1);
    i32.fill(old | (localDepth + 1), directory + index, directory + index + width / 2);
    i32.fill(added | (localDepth + 1), directory + index + width / 2, directory + index + width);
    i32[this.base + TABLE_SEGMENTS]++;
    return true;
  }

  /** Spreads a segment's entries over itself and a new one by the bit that the new depth adds. */
  private distribute(old: number, added: number, localDepth: number): void {
    const i32 = this.i32;
    const low = old >> 2;
    const high = added >> 2;
    scratch.set(i32.subarray(low, low + SEGMENT_WORDS));
    i32.fill(0, low, low + SEGMENT_WORDS);
    let lowCount = 0;
    let highCount = 0;
    for (let slot = 2; slot < SEGMENT_WORDS; slot += 2) {
      const entry = scratch[slot + 1];
      if (entry === 0) continue;
      const hash = scratch[slot];
      if (((hash >>> (32 - localDepth)) & 1) === 0) {
        this.place(low, localDepth, hash, entry);
        lowCount++;
      } else {
        this.place(high, localDepth, hash, entry);
        highCount++;
      }
    }
    i32[low] = localDepth;
    i32[low + 1] = lowCount;
    i32[high] = localDepth;
    i32[high + 1] = highCount;
  }

  private mayDouble(): boolean {
    return this.depth < DEPTH_MAX && 1 << this.depth <= this.segmentCount * DIRECTORY_WORDS_PER_SEGMENT_MAX;
  }

  private doubleDirectory(): void {
    const i32 = this.i32;
    const depth = this.depth;
    const old = i32[this.base + TABLE_DIRECTORY];
    const added = this.allocator.allocate(4 << (depth + 1));
    for (let index = 0; index < 1 << depth; index++) {
      const tagged = i32[(old >> 2) + index];
      i32[(added >> 2) + index * 2] = tagged;
      i32[(added >> 2) + index * 2 + 1] = tagged;
    }
    this.allocator.free(old);
    i32[this.base + TABLE_DIRECTORY] = added;
    i32[this.base + TABLE_DEPTH] = depth + 1;
  }

  /** Joins the hash's segment with its buddy if they are sparse enough. Tried often enough for one step at a time. */
  private shrink(hash: number): void {
    if (!this.merge(hash)) return;
    while (this.depth > 0 && this.segmentCount * 8 <= 1 << this.depth && this.halveDirectory()) {}
  }

  /** @returns false if the segment has no buddy of its own depth, or they hold too much between them */
  private merge(hash: number): boolean {
    const i32 = this.i32;
    const directory = i32[this.base + TABLE_DIRECTORY] >> 2;
    const index = this.directoryIndex(hash);
    const localDepth = i32[directory + index] & DEPTH_MASK;
    if (localDepth === 0) return false;
    const width = 1 << (this.depth - localDepth + 1);
    const lowIndex = index & ~(width - 1);
    const low = i32[directory + lowIndex];
    const high = i32[directory + lowIndex + width / 2];
    if ((low & DEPTH_MASK) !== (high & DEPTH_MASK)) return false;
    const lowFirst = (low & ~DEPTH_MASK) >> 2;
    const highFirst = (high & ~DEPTH_MASK) >> 2;
    const together = i32[lowFirst + 1] + i32[highFirst + 1];
    if (together > MERGE_ENTRIES_MAX) return false;
    scratch.set(i32.subarray(lowFirst, lowFirst + SEGMENT_WORDS));
    i32.fill(0, lowFirst, lowFirst + SEGMENT_WORDS);
    for (let slot = 2; slot < SEGMENT_WORDS; slot += 2) {
      if (scratch[slot + 1] !== 0) this.place(lowFirst, localDepth - 1, scratch[slot], scratch[slot + 1]);
    }
    for (let slot = highFirst + 2; slot < highFirst + SEGMENT_WORDS; slot += 2) {
      if (i32[slot + 1] !== 0) this.place(lowFirst, localDepth - 1, i32[slot], i32[slot + 1]);
    }
    i32[lowFirst] = localDepth - 1;
    i32[lowFirst + 1] = together;
    this.allocator.free(high & ~DEPTH_MASK);
    i32.fill((low & ~DEPTH_MASK) | (localDepth - 1), directory + lowIndex, directory + lowIndex + width);
    i32[this.base + TABLE_SEGMENTS]--;
    return true;
  }

  /** @returns false if a segment still needs the last bit */
  private halveDirectory(): boolean {
    const i32 = this.i32;
    const depth = this.depth;
    const directory = i32[this.base + TABLE_DIRECTORY];
    const first = directory >> 2;
    for (let index = 0; index < 1 << depth; index++) {
      if ((i32[first + index] & DEPTH_MASK) === depth) return false;
    }
    const half = 1 << (depth - 1);
    for (let index = 0; index < half; index++) i32[first + index] = i32[first + index * 2];
    i32[this.base + TABLE_DIRECTORY] = this.allocator.reallocate(directory, half * 4, half * 4);
    i32[this.base + TABLE_DEPTH] = depth - 1;
    return true;
  }

  private scanRange(
    first: number,
    localDepth: number,
    from: number,
    to: number,
    visit: (entry: number, hash: number) => void,
  ): number {
    const i32 = this.i32;
    const lastHome = first + homeWord((to - 1) | 0, localDepth);
    let slot = first + homeWord(from | 0, localDepth);
    let past = false;
    let seen = 0;
    // Every entry of a home slot lies between it and the next empty one; the run may wrap around once.
    for (let steps = 0; steps < 1023; steps++) {
      const entry = i32[slot + 1];
      if (slot === lastHome) past = true;
      if (entry === 0) {
        if (past) break;
      } else {
        const hash = i32[slot] >>> 0;
        if (hash >= from && hash < to) {
          visit(entry, i32[slot]);
          seen++;
        }
      }
      slot += 2;
      if (slot === first + SEGMENT_WORDS) slot = first + 2;
    }
    return seen;
  }
}

/** One past the highest hash: where a scan ends. */
export const HASH_END = 2 ** 32;
