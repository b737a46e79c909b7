/**
 * The keys of one database in one shard: table and expiry heap over one record of the shard's header.
 *
 *     record   words 0…3   the table's (table.ts)
 *              words 4…7   the heap's (expiry-heap.ts)
 *              words 8…11  the heap's of entries with deadlines inside their values
 *              words 12…15 –
 *
 * SWAPDB swaps records. Everything here runs under the shard's lock. Entries move when they grow, so an address is good
 * only until the next write to its key; each method that may move one returns the new address.
 */
import { copy, type Region } from '../base/region.ts';
import { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { KEYSPACE_WORDS, WORD_KEYSPACES } from '../memory/layout.ts';
import {
  addToCounter,
  COUNTER_EVICTED,
  COUNTER_EXPIRED,
  COUNTER_EXPIRED_PARTS,
  COUNTER_HITS,
  COUNTER_MISSES,
} from './counters.ts';
import {
  accessOf,
  clearFlag,
  encodingOf,
  entryBytes,
  FLAG_DEADLINE,
  FLAG_PART_DEADLINES,
  FLAG_RAW,
  flagsFor,
  flagsOf,
  hasDeadline,
  hasPartDeadlines,
  keyAt,
  keyLength,
  rootOf,
  setFlag,
  setRoot,
  setValueLength,
  TYPE_STRING,
  typeOf,
  valueAt,
  valueLength,
  WORD_HEAP_INDEX,
  writeEntry,
} from './entry.ts';
import { ExpiryHeap, PartExpiryHeap } from './expiry-heap.ts';
import { hashBytes } from './hash.ts';
import type { Shard } from './shard.ts';
import { Table } from './table.ts';
import { valueType } from './value-types.ts';

/** For a deadline: none. */
export const NO_DEADLINE = 0;

export class Keyspace {
  readonly shard: Shard;
  readonly db: number;
  readonly arena: Arena;
  readonly region: Region;
  readonly allocator: Allocator;
  readonly table: Table;
  readonly heap: ExpiryHeap;
  /** Entries whose values have parts with deadlines. */
  readonly partHeap: PartExpiryHeap;
  private readonly base: number;

  constructor(shard: Shard, db: number) {
    this.shard = shard;
    this.db = db;
    this.arena = shard.arena;
    this.region = shard.arena.region;
    this.allocator = shard.allocator;
    this.base = WORD_KEYSPACES + db * KEYSPACE_WORDS;
    this.table = new Table(shard.allocator, this.base);
    this.heap = new ExpiryHeap(shard.allocator, this.base);
    this.partHeap = new PartExpiryHeap(shard.allocator, this.base);
  }

  /** Keys, those past their deadline but not yet gone included. */
  get count(): number {
    return this.table.count;
  }

  /** Keys that have a deadline. */
  get volatileCount(): number {
    return this.heap.count;
  }

  hash(entry: number): number {
    return hashBytes(this.arena.view, keyAt(this.arena, entry), keyLength(this.arena, entry), this.shard.seed);
  }

  /** The live entry with this key, or 0; one past its deadline is removed (see `Shard.isPaused`). Leaves the access clock alone. */
  peek(key: Region, keyFrom: number, keyBytes: number, hash: number): number {
    const entry = this.table.find(key, keyFrom, keyBytes, hash);
    if (entry === 0 || !hasDeadline(this.arena, entry)) return entry;
    if (this.heap.deadlineOf(entry) > this.shard.access.nowMs) return entry;
    if (!this.shard.isPaused) this.expire(entry, hash);
    return 0;
  }

  /** Like `peek`, and notes the use: for commands that read or change the value. */
  lookup(key: Region, keyFrom: number, keyBytes: number, hash: number): number {
    const entry = this.peek(key, keyFrom, keyBytes, hash);
    if (entry !== 0 && this.shard.access.notesUses) this.shard.access.touch(this.arena, entry);
    return entry;
  }

  /** Like `lookup`, and counts a hit or a miss: for commands that only read. */
  read(key: Region, keyFrom: number, keyBytes: number, hash: number): number {
    const entry = this.peek(key, keyFrom, keyBytes, hash);
    const { shard } = this;
    if (entry === 0) {
      this.miss(key, keyFrom, keyBytes, hash);
      return 0;
    }
    if (shard.access.notesUses && shard.access.notesReads) shard.access.touch(this.arena, entry);
    addToCounter(this.arena, COUNTER_HITS, 1);
    return entry;
  }

  /** Like `read`, but leaves the access clock alone: for commands that ask about a key, not for its value. */
  look(key: Region, keyFrom: number, keyBytes: number, hash: number): number {
    const entry = this.peek(key, keyFrom, keyBytes, hash);
    if (entry === 0) this.miss(key, keyFrom, keyBytes, hash);
    else addToCounter(this.arena, COUNTER_HITS, 1);
    return entry;
  }

  private miss(key: Region, keyFrom: number, keyBytes: number, hash: number): void {
    addToCounter(this.arena, COUNTER_MISSES, 1);
    this.shard.events.missed?.(this, key, keyFrom, keyBytes, hash);
  }

  /** The deadline in ms, or NO_DEADLINE. */
  deadlineOf(entry: number): number {
    return hasDeadline(this.arena, entry) ? this.heap.deadlineOf(entry) : NO_DEADLINE;
  }

  /**
   * Makes the key a string of `valueBytes`, whose contents the caller writes at `valueAt(arena, entry)`. They must not come
   * from the value that is replaced: its block may be the new one, or free. The key may lie anywhere, in `old`, too.
   * @param old what `peek` or `lookup` just answered for this key  @param deadlineMs or NO_DEADLINE
   * @returns the entry  @throws OutOfMemoryError, the keyspace as it was
   */
  putString(
    key: Region,
    keyFrom: number,
    keyBytes: number,
    hash: number,
    old: number,
    valueBytes: number,
    deadlineMs: number,
  ): number {
    const flags = flagsFor(TYPE_STRING, keyBytes, valueBytes, deadlineMs !== NO_DEADLINE);
    if (old !== 0 && this.fitsInPlace(old, flags, keyBytes, valueBytes)) {
      const i32 = this.arena.i32;
      i32[old >> 2] = i32[old >> 2] & ~0xff & ~(FLAG_RAW << 8);
      setValueLength(this.arena, old, valueBytes);
      this.shard.access.touch(this.arena, old);
      if (deadlineMs !== NO_DEADLINE) this.changeDeadline(old, deadlineMs);
      return old;
    }
    return this.put(key, keyFrom, keyBytes, hash, old, TYPE_STRING, flags, valueBytes, valueBytes, deadlineMs);
  }

  /**
   * Makes the key a value that has a root block. @param kind type | encoding << 4  @param old as for `putString`; its value
   * is freed. @throws OutOfMemoryError, the keyspace as it was (the new root is the caller's to free)
   */
  putRoot(
    key: Region,
    keyFrom: number,
    keyBytes: number,
    hash: number,
    old: number,
    kind: number,
    root: number,
    deadlineMs: number,
  ): number {
    const flags = flagsFor(kind & 15, keyBytes, 0, deadlineMs !== NO_DEADLINE);
    return this.put(key, keyFrom, keyBytes, hash, old, kind, flags, 0, root, deadlineMs);
  }

  /**
   * Sets a string's length, keeping what fits; bytes added are undefined.
   * @param mayGrow whether what grows now may grow again, and gets room for that
   * @throws OutOfMemoryError, nothing changed
   */
  resizeString(entry: number, hash: number, valueBytes: number, mayGrow = true): number {
    const arena = this.arena;
    const keyBytes = keyLength(arena, entry);
    const deadline = hasDeadline(arena, entry);
    const flags = flagsFor(TYPE_STRING, keyBytes, valueBytes, deadline);
    const wanted = entryBytes(flags, keyBytes, valueBytes);
    const have = this.allocator.sizeOf(entry);
    if ((flags & 3) === (flagsOf(arena, entry) & 3)) {
      if (wanted <= have && wanted * 2 > have) {
        setValueLength(arena, entry, valueBytes);
        return entry;
      }
      const growing = mayGrow && valueBytes > valueLength(arena, entry);
      const spare = growing ? Math.min(wanted, GROWTH_BYTES_MAX) : 0;
      this.table.locate(entry, hash);
      const kept = entryBytes(flags, keyBytes, Math.min(valueBytes, valueLength(arena, entry)));
      const moved = this.allocator.reallocate(entry, this.roomFor(wanted, spare), kept);
      setValueLength(arena, moved, valueBytes);
      this.table.replace(moved);
      if (deadline) this.heap.moved(moved);
      return moved;
    }
    return this.relayout(entry, hash, flags | (flagsOf(arena, entry) & FLAG_RAW), valueBytes);
  }

  /** Gives the entry a deadline. @returns the entry's address now. @throws OutOfMemoryError, nothing changed */
  setDeadline(entry: number, hash: number, deadlineMs: number): number {
    if (hasDeadline(this.arena, entry)) {
      this.changeDeadline(entry, deadlineMs);
      return entry;
    }
    this.heap.reserve();
    const moved = this.relayout(entry, hash, flagsOf(this.arena, entry) | FLAG_DEADLINE, this.ownBytes(entry));
    this.heap.add(moved, deadlineMs);
    this.shard.noticeDeadline(deadlineMs);
    return moved;
  }

  /** Takes the entry's deadline away. @returns the entry's address now. @throws OutOfMemoryError, nothing changed */
  clearDeadline(entry: number, hash: number): number {
    if (!hasDeadline(this.arena, entry)) return entry;
    return this.relayout(entry, hash, flagsOf(this.arena, entry) & ~FLAG_DEADLINE, this.ownBytes(entry));
  }

  /** Removes an entry and frees its value. */
  remove(entry: number, hash: number): void {
    this.table.locate(entry, hash);
    this.table.remove();
    this.leaveHeaps(entry);
    this.freeValue(entry);
    this.allocator.free(entry);
  }

  /** Removes an entry but leaves its value: for RENAME and MOVE, which give the root a new entry. */
  detach(entry: number, hash: number): void {
    this.table.locate(entry, hash);
    this.table.remove();
    this.leaveHeaps(entry);
    this.allocator.free(entry);
  }

  /** Removes an entry whose deadline has come. */
  expire(entry: number, hash: number): void {
    addToCounter(this.arena, COUNTER_EXPIRED, 1);
    this.shard.events.expired(this, entry, hash);
    this.goes(entry, hash);
  }

  /** Makes sure that the next `notePartDeadlines` needs no memory. @throws OutOfMemoryError */
  reservePartDeadline(): void {
    this.partHeap.reserve();
  }

  /** Deadlines inside the entry's value may have changed. @throws OutOfMemoryError unless reserved */
  notePartDeadlines(entry: number): void {
    const earliestMs = this.earliestPartMs(
      typeOf(this.arena, entry),
      rootOf(this.arena, entry),
      encodingOf(this.arena, entry),
    );
    const known = hasPartDeadlines(this.arena, entry);
    if (earliestMs === Number.POSITIVE_INFINITY) {
      if (!known) return;
      this.partHeap.remove(entry);
      clearFlag(this.arena, entry, FLAG_PART_DEADLINES);
      return;
    }
    if (known) {
      if (this.partHeap.deadlineOf(entry) !== earliestMs) this.partHeap.change(entry, earliestMs);
    } else {
      this.partHeap.add(entry, earliestMs);
      setFlag(this.arena, entry, FLAG_PART_DEADLINES);
    }
    this.shard.noticeDeadline(earliestMs);
  }

  /** Removes what is due inside an entry's value, at most `limit`, and the entry if nothing is left. @returns how many */
  expireParts(entry: number, nowMs: number, limit: number): number {
    const { allocator, arena } = this;
    const type = valueType(typeOf(arena, entry));
    const hash = this.hash(entry);
    const { events } = this.shard;
    const names = events.partNames?.();
    const removed =
      type.expireDue?.(allocator, rootOf(arena, entry), encodingOf(arena, entry), nowMs, limit, names) ?? 0;
    addToCounter(arena, COUNTER_EXPIRED_PARTS, removed);
    this.notePartDeadlines(entry);
    events.partsExpired?.(this, entry, hash, names);
    const isEmpty = type.lengthOf(allocator, rootOf(arena, entry), encodingOf(arena, entry)) === 0;
    if (isEmpty) events.emptied?.(this, entry, hash);
    this.shard.changed(this.db, this.region, keyAt(arena, entry), keyLength(arena, entry), hash);
    if (isEmpty) this.remove(entry, hash);
    return removed;
  }

  /** Removes an entry because memory is short. */
  evict(entry: number, hash: number): void {
    addToCounter(this.arena, COUNTER_EVICTED, 1);
    this.shard.events.evicted(this, entry, hash);
    this.goes(entry, hash);
  }

  private goes(entry: number, hash: number): void {
    this.shard.changed(this.db, this.region, keyAt(this.arena, entry), keyLength(this.arena, entry), hash);
    this.remove(entry, hash);
  }

  /** Removes every key. Long when there are many. */
  clear(): void {
    this.bumpWatched(this);
    this.table.scan(0, Number.POSITIVE_INFINITY, (entry) => {
      this.freeValue(entry);
      this.allocator.free(entry);
    });
    this.table.drop();
    this.heap.drop();
    this.partHeap.drop();
    this.tellAwaited();
  }

  /** Exchanges all keys with another database of the same shard. */
  swap(other: Keyspace): void {
    const i32 = this.arena.i32;
    this.bumpWatched(other);
    other.bumpWatched(this);
    for (let word = 0; word < KEYSPACE_WORDS; word++) {
      const kept = i32[this.base + word];
      i32[this.base + word] = i32[other.base + word];
      i32[other.base + word] = kept;
    }
    this.tellAwaited();
    other.tellAwaited();
  }

  /**
   * Watched keys that exist here or would come to be here (`other`) are about to change. Those past their deadline go
   * first: they are as good as gone, so what replaces one, or what one replaces, is what counts.
   */
  private bumpWatched(other: Keyspace): void {
    const { watched } = this.shard;
    if (watched.count === 0) return;
    watched.each(this.db, (node, hash, at, length) => {
      for (const keyspace of [this, other]) {
        if (keyspace.peek(this.region, at, length, hash) !== 0) watched.bump(node);
      }
    });
  }

  private tellAwaited(): void {
    const { awaited, events } = this.shard;
    if (awaited.count === 0) return;
    awaited.each(this.db, (node, _hash, at, length) => events.awaited(this.db, this.region, at, length, node));
  }

  private leaveHeaps(entry: number): void {
    if (hasDeadline(this.arena, entry)) this.heap.remove(entry);
    if (hasPartDeadlines(this.arena, entry)) this.partHeap.remove(entry);
  }

  private earliestPartMs(type: number, root: number, encoding: number): number {
    if (type === TYPE_STRING) return Number.POSITIVE_INFINITY;
    return valueType(type).earliestDeadlineMs?.(this.allocator, root, encoding) ?? Number.POSITIVE_INFINITY;
  }

  private freeValue(entry: number): void {
    const type = typeOf(this.arena, entry);
    if (type === TYPE_STRING) return;
    valueType(type).free(this.allocator, rootOf(this.arena, entry), encodingOf(this.arena, entry));
  }

  private ownBytes(entry: number): number {
    return typeOf(this.arena, entry) === TYPE_STRING ? valueLength(this.arena, entry) : 0;
  }

  private fitsInPlace(old: number, flags: number, keyBytes: number, valueBytes: number): boolean {
    const arena = this.arena;
    if (typeOf(arena, old) !== TYPE_STRING || (flagsOf(arena, old) & 3) !== flags) return false;
    if (valueLength(arena, old) === valueBytes) return true;
    return this.allocator.sizeOf(old) === Allocator.roundUp(entryBytes(flags, keyBytes, valueBytes));
  }

  /** Makes and links an entry in place of `old` (0: none). All memory is taken before anything changes. */
  private put(
    key: Region,
    keyFrom: number,
    keyBytes: number,
    hash: number,
    old: number,
    kind: number,
    flags: number,
    valueBytes: number,
    valueOrRoot: number,
    deadlineMs: number,
  ): number {
    const { arena, shard } = this;
    if (old === 0 && shard.isPaused) this.dropStale(key, keyFrom, keyBytes, hash);
    const access = old !== 0 && shard.access.isLfu ? accessOf(arena, old) : shard.access.initial;
    const partMs = this.earliestPartMs(kind & 15, valueOrRoot, kind >> 4);
    if (deadlineMs !== NO_DEADLINE) this.heap.reserve();
    if (partMs !== Number.POSITIVE_INFINITY) this.partHeap.reserve();
    if (old === 0) this.table.reserve(hash);
    const entry = this.allocator.allocate(entryBytes(flags, keyBytes, valueBytes));
    writeEntry(arena, entry, kind, flags, access, key, keyFrom, keyBytes, valueOrRoot);
    if (old !== 0) shard.access.touch(arena, entry);
    if (old === 0) {
      this.table.insert(entry, hash);
    } else {
      this.table.locate(old, hash);
      this.table.replace(entry);
      this.leaveHeaps(old);
      this.freeValue(old);
      this.allocator.free(old);
    }
    if (deadlineMs !== NO_DEADLINE) {
      this.heap.add(entry, deadlineMs);
      this.shard.noticeDeadline(deadlineMs);
    }
    if (partMs !== Number.POSITIVE_INFINITY) this.notePartDeadlines(entry);
    if (old === 0) shard.events.added?.(this, entry, hash);
    return entry;
  }

  /** Removes the key if `peek` has kept it though its deadline has come. */
  private dropStale(key: Region, keyFrom: number, keyBytes: number, hash: number): void {
    const entry = this.table.find(key, keyFrom, keyBytes, hash);
    if (entry !== 0) this.expire(entry, hash);
  }

  private changeDeadline(entry: number, deadlineMs: number): void {
    this.heap.change(entry, deadlineMs);
    this.shard.noticeDeadline(deadlineMs);
  }

  /** Moves an entry to a block with another layout. Leaving the heap is done here, joining it is the caller's. */
  private relayout(entry: number, hash: number, flags: number, valueBytes: number): number {
    const { arena } = this;
    const keyBytes = keyLength(arena, entry);
    const isString = typeOf(arena, entry) === TYPE_STRING;
    const moved = this.allocator.allocate(entryBytes(flags, keyBytes, valueBytes));
    const kind = arena.i32[entry >> 2] & 255;
    const old = isString ? valueLength(arena, entry) : 0;
    const extra = isString ? valueBytes : rootOf(arena, entry);
    writeEntry(arena, moved, kind, flags, accessOf(arena, entry), arena.region, keyAt(arena, entry), keyBytes, extra);
    if (isString) {
      copy(arena.region, valueAt(arena, entry), arena.region, valueAt(arena, moved), Math.min(old, valueBytes));
    } else {
      setRoot(arena, moved, extra);
    }
    this.table.locate(entry, hash);
    this.table.replace(moved);
    if (hasDeadline(arena, entry)) {
      if ((flags & FLAG_DEADLINE) !== 0) {
        arena.i32[(moved >> 2) + WORD_HEAP_INDEX] = arena.i32[(entry >> 2) + WORD_HEAP_INDEX];
        this.heap.moved(moved);
      } else {
        this.heap.remove(entry);
      }
    }
    if ((flags & FLAG_PART_DEADLINES) !== 0) this.partHeap.moved(moved);
    this.allocator.free(entry);
    return moved;
  }

  private roomFor(wanted: number, spare: number): number {
    return spare > 0 && this.allocator.hasRoom(wanted + spare) ? wanted + spare : wanted;
  }
}

/** As Redis' strings do: double up to a megabyte, then a megabyte more. */
const GROWTH_BYTES_MAX = 1 << 20;
