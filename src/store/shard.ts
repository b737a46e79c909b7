/**
 * One thread's view of a shard: memory, lock, keyspaces. Every thread has one such object a shard, over the same memory.
 */
import type { Region } from '../base/region.ts';
import { Allocator } from '../memory/allocator.ts';
import { Arena } from '../memory/arena.ts';
import {
  KEYSPACE_WORDS,
  PAGE_BYTES,
  SHAPES_WORDS,
  WORD_DATABASES,
  WORD_KEYSPACES,
  WORD_PAUSED,
  WORD_REGISTRIES,
  WORD_SHAPES,
  WORD_WORKER_WAKES_AT_MS,
} from '../memory/layout.ts';
import { Lock } from '../memory/lock.ts';
import type { AccessClock } from './access.ts';
import { addToCounter, COUNTER_EXPIRED_UNASKED, COUNTER_PARTS_EXPIRED_UNASKED } from './counters.ts';
import { CHUNK_PAGES, DIRECTORY_CHUNKS_MIN } from './expiry-heap.ts';
import { KeyRegistry, REGISTRY_WORDS } from './key-registry.ts';
import { Keyspace } from './keyspace.ts';
import { SEGMENT_BYTES } from './table.ts';
import { WaiterRegistry } from './waiter-registry.ts';

/** Told, under the lock, of what no command says. */
export interface KeyEvents {
  /** A key goes because its time is over, or to make room. The entry is still whole. */
  expired(keyspace: Keyspace, entry: number, hash: number): void;
  evicted(keyspace: Keyspace, entry: number, hash: number): void;
  /** Parts of a value (fields of a hash) have gone because their time was over. If none is left, the entry goes next. */
  partsExpired?(keyspace: Keyspace, entry: number, hash: number, names: readonly string[] | undefined): void;
  /** Where to gather the names of such parts, byte strings; undefined while nobody wants to know. */
  partNames?(): string[] | undefined;
  emptied?(keyspace: Keyspace, entry: number, hash: number): void;
  /** A key has come to be that was not there. */
  added?(keyspace: Keyspace, entry: number, hash: number): void;
  /** A command wanted to read a key that is not there. */
  missed?(keyspace: Keyspace, key: Region, at: number, length: number, hash: number): void;
  /** A key that clients wait for has changed. The bytes are good during the call. @param node its own in `Shard.awaited` */
  awaited(db: number, key: Region, at: number, length: number, node: number): void;
}

/** A table of one segment with its directory, and a heap of one chunk with its own. */
const FLOOR_BYTES =
  Allocator.roundUp(4) + SEGMENT_BYTES + Allocator.roundUp(DIRECTORY_CHUNKS_MIN * 4) + CHUNK_PAGES * PAGE_BYTES;

const NO_EVENTS: KeyEvents = { expired() {}, evicted() {}, awaited() {} };

export class Shard {
  readonly index: number;
  readonly arena: Arena;
  readonly allocator: Allocator;
  readonly lock: Lock;
  readonly keyspaces: readonly Keyspace[];
  readonly access: AccessClock;
  readonly seed: number;
  /** Keys that transactions depend on. */
  readonly watched: KeyRegistry;
  /** Keys that blocked clients wait for. */
  readonly awaited: WaiterRegistry;
  events: KeyEvents = NO_EVENTS;
  /** Rings the worker that expires this shard's keys: set where workers exist. */
  wakeWorker: () => void = () => {};

  /** @param seed of the key hash, the same in all threads */
  constructor(index: number, buffer: SharedArrayBuffer, threadId: number, access: AccessClock, seed: number) {
    this.index = index;
    this.arena = new Arena(buffer);
    this.allocator = new Allocator(this.arena);
    this.lock = new Lock(this.arena.i32, threadId);
    this.access = access;
    this.seed = seed;
    this.watched = new KeyRegistry(this.allocator, WORD_REGISTRIES);
    this.awaited = new WaiterRegistry(this.allocator, WORD_REGISTRIES + REGISTRY_WORDS);
    const databases = this.arena.i32[WORD_DATABASES];
    this.keyspaces = Array.from({ length: databases }, (_, db) => new Keyspace(this, db));
  }

  /** A key has changed: whoever asked to hear of it does. Nearly always nobody has. */
  changed(db: number, key: Region, at: number, length: number, hash: number): void {
    if (this.watched.count > 0) {
      const node = this.watched.find(db, key, at, length, hash);
      if (node !== 0) this.watched.bump(node);
    }
    this.tellAwaiting(db, key, at, length, hash);
  }

  /** Something about a key has changed that is nothing to WATCH but perhaps to who waits for the key. */
  tellAwaiting(db: number, key: Region, at: number, length: number, hash: number): void {
    if (this.awaited.count === 0) return;
    const node = this.awaited.find(db, key, at, length, hash);
    if (node !== 0) this.events.awaited(db, key, at, length, node);
  }

  /** Removes a watched key if its time is over, which its watchers then hear of. */
  expireWatched(db: number, node: number): void {
    const { watched } = this;
    this.keyspaces[db].peek(this.arena.region, watched.keyAt(node), watched.keyBytes(node), watched.hash(node));
  }

  /**
   * Bytes in use, for maxmemory and INFO: never less than a first table segment and a first heap chunk take, so that the
   * first keys of a server don't seem to cost a hundred times what the next ones do.
   */
  get usedBytes(): number {
    return Math.max(this.allocator.usedBytes, FLOOR_BYTES);
  }

  /** The earliest deadline of all databases in ms, or Infinity. Under the lock. */
  earliestDeadlineMs(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const keyspace of this.keyspaces) {
      if (keyspace.volatileCount > 0) earliest = Math.min(earliest, keyspace.heap.earliestMs);
      if (keyspace.partHeap.count > 0) earliest = Math.min(earliest, keyspace.partHeap.earliestMs);
    }
    return earliest;
  }

  /**
   * Removes keys, and parts of values, whose deadline has come, at most `limit`.
   * @param onExpired is told how late each was, in ms
   * @returns how many were removed; `limit` means there may be more
   */
  expireDue(nowMs: number, limit: number, onExpired: (latenessMs: number) => void): number {
    let removed = 0;
    if (this.isPaused) return removed;
    for (const keyspace of this.keyspaces) {
      while (removed < limit && keyspace.volatileCount > 0 && keyspace.heap.earliestMs <= nowMs) {
        onExpired(nowMs - keyspace.heap.earliestMs);
        const entry = keyspace.heap.earliestEntry;
        keyspace.expire(entry, keyspace.hash(entry));
        addToCounter(keyspace.arena, COUNTER_EXPIRED_UNASKED, 1);
        removed++;
      }
      while (removed < limit && keyspace.partHeap.count > 0 && keyspace.partHeap.earliestMs <= nowMs) {
        onExpired(nowMs - keyspace.partHeap.earliestMs);
        const parts = keyspace.expireParts(keyspace.partHeap.earliestEntry, nowMs, limit - removed);
        addToCounter(keyspace.arena, COUNTER_PARTS_EXPIRED_UNASKED, parts);
        removed += parts;
      }
    }
    return removed;
  }

  /**
   * Removes every key of every database: in constant time but for the page map, unless somebody watches or waits for keys,
   * since what they registered lies among them.
   */
  clear(): void {
    if (this.watched.count > 0 || this.awaited.count > 0) {
      for (const keyspace of this.keyspaces) keyspace.clear();
      return;
    }
    this.allocator.reset();
    this.arena.i32.fill(0, WORD_SHAPES, WORD_SHAPES + SHAPES_WORDS);
    this.arena.i32.fill(0, WORD_KEYSPACES, WORD_KEYSPACES + this.keyspaces.length * KEYSPACE_WORDS);
  }

  /** A key has got this deadline: the worker must not sleep past it. */
  noticeDeadline(deadlineMs: number): void {
    if (deadlineMs >= this.workerWakesAtMs) return;
    this.workerWakesAtMs = deadlineMs;
    this.wakeWorker();
  }

  /**
   * While clients are paused no key may go by itself, on any thread: keys past their deadline only seem to be gone, and none
   * is evicted.
   */
  get isPaused(): boolean {
    return this.arena.i32[WORD_PAUSED] !== 0;
  }

  set isPaused(paused: boolean) {
    Atomics.store(this.arena.i32, WORD_PAUSED, paused ? 1 : 0);
  }

  /** When the worker will look at deadlines next: never later than the earliest one. */
  get workerWakesAtMs(): number {
    return this.arena.f64[WORD_WORKER_WAKES_AT_MS >> 1];
  }

  set workerWakesAtMs(ms: number) {
    this.arena.f64[WORD_WORKER_WAKES_AT_MS >> 1] = ms;
  }
}
