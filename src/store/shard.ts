/**
 * One thread's view of a shard: memory, lock, keyspaces. Every thread has one such object a shard, over the same memory.
 */
import { Allocator } from '../memory/allocator.ts';
import { Arena } from '../memory/arena.ts';
import { KEYSPACE_WORDS, WORD_DATABASES, WORD_KEYSPACES, WORD_WORKER_WAKES_AT_MS } from '../memory/layout.ts';
import { Lock } from '../memory/lock.ts';
import type { AccessClock } from './access.ts';
import { Keyspace } from './keyspace.ts';

/** Told, under the lock, of keys that go without a command saying so. The entry is still whole. */
export interface KeyEvents {
  expired(keyspace: Keyspace, entry: number, hash: number): void;
  evicted(keyspace: Keyspace, entry: number, hash: number): void;
}

const NO_EVENTS: KeyEvents = { expired() {}, evicted() {} };

export class Shard {
  readonly index: number;
  readonly arena: Arena;
  readonly allocator: Allocator;
  readonly lock: Lock;
  readonly keyspaces: readonly Keyspace[];
  readonly access: AccessClock;
  readonly seed: number;
  events: KeyEvents = NO_EVENTS;
  /** Rings the worker that expires this shard's keys: set where workers exist. */
  wakeWorker: () => void = () => {};
  /** False while the client asked that its commands leave access clocks alone (CLIENT NO-TOUCH). */
  notesAccess = true;

  /** @param seed of the key hash, the same in all threads */
  constructor(index: number, buffer: SharedArrayBuffer, threadId: number, access: AccessClock, seed: number) {
    this.index = index;
    this.arena = new Arena(buffer);
    this.allocator = new Allocator(this.arena);
    this.lock = new Lock(this.arena.i32, threadId);
    this.access = access;
    this.seed = seed;
    const databases = this.arena.i32[WORD_DATABASES];
    this.keyspaces = Array.from({ length: databases }, (_, db) => new Keyspace(this, db));
  }

  /** The earliest deadline of all databases in ms, or Infinity. Under the lock. */
  earliestDeadlineMs(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const keyspace of this.keyspaces) {
      if (keyspace.volatileCount > 0) earliest = Math.min(earliest, keyspace.heap.earliestMs);
    }
    return earliest;
  }

  /**
   * Removes keys whose deadline has come, at most `limit`.
   * @param onExpired is told how late each was, in ms
   * @returns how many were removed; `limit` means there may be more
   */
  expireDue(nowMs: number, limit: number, onExpired: (latenessMs: number) => void): number {
    let removed = 0;
    for (const keyspace of this.keyspaces) {
      while (removed < limit && keyspace.volatileCount > 0 && keyspace.heap.earliestMs <= nowMs) {
        onExpired(nowMs - keyspace.heap.earliestMs);
        const entry = keyspace.heap.earliestEntry;
        keyspace.expire(entry, keyspace.hash(entry));
        removed++;
      }
    }
    return removed;
  }

  /** Removes every key of every database. Constant time but for the page map, however many keys there are. */
  clear(): void {
    this.allocator.reset();
    this.arena.i32.fill(0, WORD_KEYSPACES, WORD_KEYSPACES + this.keyspaces.length * KEYSPACE_WORDS);
  }

  /** A key has got this deadline: the worker must not sleep past it. */
  noticeDeadline(deadlineMs: number): void {
    if (deadlineMs >= this.workerWakesAtMs) return;
    this.workerWakesAtMs = deadlineMs;
    this.wakeWorker();
  }

  /** When the worker will look at deadlines next: never later than the earliest one. */
  get workerWakesAtMs(): number {
    return this.arena.f64[WORD_WORKER_WAKES_AT_MS >> 1];
  }

  set workerWakesAtMs(ms: number) {
    this.arena.f64[WORD_WORKER_WAKES_AT_MS >> 1] = ms;
  }
}
