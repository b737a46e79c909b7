/** A thread that works on a shard under its lock, or that holds or wants the lock until it is ended. */
import { parentPort, workerData } from 'node:worker_threads';
import { hashBytes } from '../../../../src/base/hash.ts';
import { Region } from '../../../../src/base/region.ts';
import { AccessClock } from '../../../../src/store/access.ts';
import { valueAt } from '../../../../src/store/entry.ts';
import { Shard } from '../../../../src/store/shard.ts';

export interface LockThreadData {
  readonly role: 'work' | 'hold' | 'want';
  readonly arena: SharedArrayBuffer;
  readonly threadId: number;
  readonly rounds: number;
  /** Never waits in `acquire`, but tries until it succeeds: as an I/O thread does. */
  readonly tries: boolean;
}

export const COUNTER_KEY = 'counter';
export const HASH_SEED = 99;

export function hashOf(key: Region): number {
  return hashBytes(key.view, 0, key.length, HASH_SEED);
}

/** Adds one to the counter, adds a key, and takes one that was added before away: all under the lock. */
export function work(shard: Shard, { threadId, rounds, tries }: LockThreadData): void {
  const { arena, lock } = shard;
  const keyspace = shard.keyspaces[0];
  const counter = Region.of(COUNTER_KEY);
  const counterHash = hashOf(counter);
  for (let round = 0; round < rounds; round++) {
    if (tries) while (!lock.tryAcquire()) {}
    else lock.acquire();
    const entry = keyspace.read(counter, 0, counter.length, counterHash);
    const at = valueAt(arena, entry);
    arena.view.setFloat64(at, arena.view.getFloat64(at) + 1);
    const key = Region.of(`${threadId}:${round}`);
    const deadlineMs = round % 2 === 0 ? 0 : 10_000 + round;
    const added = keyspace.putString(key, 0, key.length, hashOf(key), 0, round % 100, deadlineMs);
    arena.u8.fill(threadId, valueAt(arena, added), valueAt(arena, added) + (round % 100));
    if (round % 4 === 3) {
      const old = Region.of(`${threadId}:${round - 3}`);
      const hash = hashOf(old);
      keyspace.remove(keyspace.peek(old, 0, old.length, hash), hash);
    }
    lock.release();
  }
}

if (parentPort !== null) {
  const data = workerData as LockThreadData;
  const shard = new Shard(0, data.arena, data.threadId, new AccessClock(() => 0.5), HASH_SEED);
  if (data.role === 'work') {
    work(shard, data);
    parentPort.postMessage('done');
  } else {
    shard.lock.acquire();
    if (data.role === 'want') {
      shard.lock.release();
      parentPort.postMessage('had it');
    } else {
      // Until it is ended.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
  }
}
