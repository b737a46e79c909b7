/**
 * Keeps used memory below `maxmemory`: before a command runs, keys are evicted until there is room, or it is refused. One
 * such object a thread. An I/O thread only tries the locks of victims' shards; a worker waits for them, one at a time.
 */

import type { AccessClock } from '../store/access.ts';
import { accessOf, hasDeadline } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import type { LockSet } from '../store/lock-set.ts';
import type { Shard } from '../store/shard.ts';
import type { EvictionPolicy } from './eviction-policy.ts';
import { EvictionPool } from './eviction-pool.ts';

/** There is room, or there will be soon: the command may run. */
export const ROOM = 0;
/** Nothing is left that may be evicted. */
export const NO_ROOM = 1;
/** What might be evicted lies in shards that are busy. */
export const SHARDS_BUSY = 2;

/** Keys evicted before one command; should that not be enough, workers go on in the background. */
const EVICTIONS_PER_COMMAND = 128;

export interface GuardParts {
  readonly shards: readonly Shard[];
  readonly locks: LockSet;
  readonly access: AccessClock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Bytes in clients' buffers, in shared memory: a figure an I/O thread, of its keeping. */
  readonly clientBytes: Float64Array;
}

export class MemoryGuard {
  /** Bytes; 0 for no limit. */
  limitBytes = 0;
  policy: EvictionPolicy = { order: 'none', volatileOnly: false };
  /** Keys looked at to find one (maxmemory-samples). */
  samples = 5;
  /** Whether it may wait for a lock. */
  canWait = false;
  /** Told when memory is still short after as much as one command may do about it. */
  onStillShort: () => void = () => {};
  private readonly parts: GuardParts;
  private readonly pool = new EvictionPool();
  private readonly random32: () => number;
  private cursor = 0;
  private sawBusy = false;

  constructor(parts: GuardParts) {
    this.parts = parts;
    this.random32 = () => (parts.random() * 0x1_0000_0000) | 0;
  }

  configure(limitBytes: number, policy: EvictionPolicy, samples: number): void {
    this.limitBytes = limitBytes;
    this.policy = policy;
    this.samples = samples;
    this.pool.clear();
  }

  get usedBytes(): number {
    const { shards, clientBytes } = this.parts;
    let bytes = 0;
    for (let i = 0; i < clientBytes.length; i++) bytes += clientBytes[i];
    for (let i = 0; i < shards.length; i++) bytes += shards[i].usedBytes;
    return bytes;
  }

  get isShort(): boolean {
    return this.limitBytes > 0 && this.usedBytes > this.limitBytes;
  }

  /** Whether something has to go now. Not while clients are paused, however short memory is. */
  get mustEvict(): boolean {
    return this.isShort && !this.isPaused;
  }

  private get isPaused(): boolean {
    return this.parts.shards[0].isPaused;
  }

  /** Evicts what must go. No command may be running on this thread's locks. @returns ROOM, NO_ROOM or SHARDS_BUSY */
  makeRoom(): number {
    if (!this.mustEvict) return ROOM;
    if (this.policy.order === 'none') return NO_ROOM;
    const { locks } = this.parts;
    const heldBefore = locks.held;
    let outcome = ROOM;
    for (let evicted = 0; outcome === ROOM && this.mustEvict; evicted++) {
      if (evicted === EVICTIONS_PER_COMMAND) {
        this.onStillShort();
        break;
      }
      outcome = this.evictOne();
    }
    locks.release(this.canWait ? locks.held : locks.held & ~heldBefore);
    return outcome;
  }

  /**
   * Evicts up to `count` keys of one shard, which is locked, by the policy: its memory is full, whatever `maxmemory` says.
   * @returns whether there were any
   */
  evictFrom(shard: Shard, count: number): boolean {
    let evicted = 0;
    for (; evicted < count && this.policy.order !== 'none'; evicted++) {
      const victim = this.victimIn(shard);
      if (victim === undefined) break;
      const { keyspace, entry } = victim;
      keyspace.evict(entry, keyspace.hash(entry));
    }
    return evicted > 0;
  }

  private victimIn(shard: Shard): { keyspace: Keyspace; entry: number } | undefined {
    const { order } = this.policy;
    let best: { keyspace: Keyspace; entry: number; score: number } | undefined;
    for (const keyspace of shard.keyspaces) {
      if (this.countOf(keyspace) === 0) continue;
      const looks = order === 'idle' || order === 'frequency' ? this.samples : 1;
      for (let look = 0; look < looks; look++) {
        const entry = order === 'deadline' ? keyspace.heap.earliestEntry : this.sampleOf(keyspace);
        const score = this.scoreHere(keyspace, entry);
        if (best === undefined || score > best.score) best = { keyspace, entry, score };
      }
    }
    return best;
  }

  /** What to compare victims of one shard by: the higher goes. */
  private scoreHere(keyspace: Keyspace, entry: number): number {
    const { order } = this.policy;
    if (order === 'deadline') return -keyspace.heap.earliestMs;
    return order === 'random' ? this.parts.random() : this.scoreOf(keyspace, entry);
  }

  private evictOne(): number {
    this.sawBusy = false;
    const { order } = this.policy;
    const done = order === 'deadline' ? this.evictEarliest() : order === 'random' ? this.evictAny() : this.evictBest();
    if (done || this.isPaused) return ROOM;
    return this.sawBusy ? SHARDS_BUSY : NO_ROOM;
  }

  /** The key whose deadline is the earliest of all. */
  private evictEarliest(): boolean {
    const { shards } = this.parts;
    for (;;) {
      let earliest: Keyspace | undefined;
      let earliestMs = Number.POSITIVE_INFINITY;
      for (const { keyspaces } of shards) {
        for (const keyspace of keyspaces) {
          // Looked at without the lock: only a hint as to where to look.
          if (keyspace.volatileCount === 0 || !(keyspace.heap.earliestMs < earliestMs)) continue;
          earliest = keyspace;
          earliestMs = keyspace.heap.earliestMs;
        }
      }
      if (earliest === undefined) return false;
      if (!this.lock(earliest.shard.index)) return false;
      // Another thread may have been there first: then what is the earliest now may be elsewhere.
      if (earliest.volatileCount === 0 || earliest.heap.earliestMs > earliestMs) continue;
      const entry = earliest.heap.earliestEntry;
      earliest.evict(entry, earliest.hash(entry));
      return true;
    }
  }

  private evictAny(): boolean {
    const { shards } = this.parts;
    for (let tries = 0; tries < shards.length; tries++) {
      const shard = this.nextShard();
      if (!this.lock(shard.index)) continue;
      const filled = shard.keyspaces.filter((keyspace) => this.countOf(keyspace) > 0);
      if (filled.length === 0) continue;
      const keyspace = filled[this.below(filled.length)];
      const entry = this.sampleOf(keyspace);
      keyspace.evict(entry, keyspace.hash(entry));
      return true;
    }
    return false;
  }

  /** The best of a sample and of what earlier samples left. */
  private evictBest(): boolean {
    const { shards } = this.parts;
    for (let tries = 0; tries < shards.length; tries++) {
      const shard = this.nextShard();
      if (this.lock(shard.index)) this.sample(shard);
      for (let candidate = this.pool.take(); candidate !== undefined; candidate = this.pool.take()) {
        if (!this.lock(candidate.shard)) continue;
        const keyspace = shards[candidate.shard].keyspaces[candidate.db];
        if (!keyspace.table.contains(candidate.entry, candidate.hash)) continue;
        if (this.policy.volatileOnly && !hasDeadline(keyspace.arena, candidate.entry)) continue;
        // Somebody has used it since.
        if (this.scoreOf(keyspace, candidate.entry) < candidate.score) continue;
        keyspace.evict(candidate.entry, candidate.hash);
        return true;
      }
    }
    return false;
  }

  private sample(shard: Shard): void {
    for (const keyspace of shard.keyspaces) {
      if (this.countOf(keyspace) === 0) continue;
      for (let i = 0; i < this.samples; i++) {
        const entry = this.sampleOf(keyspace);
        const score = this.scoreOf(keyspace, entry);
        if (!this.pool.wants(score)) continue;
        this.pool.add({ shard: shard.index, db: keyspace.db, entry, hash: keyspace.hash(entry), score });
      }
    }
  }

  private scoreOf(keyspace: Keyspace, entry: number): number {
    const { access } = this.parts;
    const word = accessOf(keyspace.arena, entry);
    return this.policy.order === 'frequency' ? 255 - access.frequency(word) : access.idleSeconds(word);
  }

  private countOf(keyspace: Keyspace): number {
    return this.policy.volatileOnly ? keyspace.volatileCount : keyspace.count;
  }

  private sampleOf(keyspace: Keyspace): number {
    if (this.policy.volatileOnly) return keyspace.heap.entryAt(this.below(keyspace.volatileCount));
    return keyspace.table.sample(this.random32);
  }

  private nextShard(): Shard {
    const { shards } = this.parts;
    this.cursor = (this.cursor + 1) % shards.length;
    return shards[this.cursor];
  }

  private below(n: number): number {
    return Math.floor(this.parts.random() * n);
  }

  /** @returns whether keys of the shard may go: it is locked, and no pause has begun meanwhile */
  private lock(shard: number): boolean {
    const { locks } = this.parts;
    const bit = 1 << shard;
    if ((locks.held & bit) !== 0) return true;
    if (this.canWait) {
      // One at a time, so that no two threads can wait for each other.
      locks.release(locks.held);
      locks.acquire(bit);
      return !this.isPaused;
    }
    if (locks.tryAcquire(bit)) return true;
    this.sawBusy = true;
    return false;
  }
}
