import type { Services } from '../services.ts';

/** Deadlines looked at in one shard. */
const SAMPLES_PER_SHARD = 16;

/**
 * The mean time to live of a database's keys that have a deadline, in ms, out of a sample of them. Shards that another
 * thread is busy with are left out; 0 if nothing could be looked at.
 */
export function averageTtlMs({ shards, server }: Services, db: number): number {
  const { locks, nowMs } = server.ctx;
  let sumMs = 0;
  let seen = 0;
  for (const { index, keyspaces } of shards) {
    const bit = 1 << index;
    const wasHeld = (locks.held & bit) !== 0;
    if (!locks.tryAcquire(bit)) continue;
    const { heap } = keyspaces[db];
    const { count } = heap;
    const samples = Math.min(SAMPLES_PER_SHARD, count);
    for (let i = 0; i < samples; i++) {
      sumMs += Math.max(0, heap.deadlineAt(Math.floor((i * count) / samples)) - nowMs);
      seen++;
    }
    if (!wasHeld) locks.release(bit);
  }
  return seen === 0 ? 0 : Math.round(sumMs / seen);
}
