import { FineClock } from '../base/clock.ts';
import { workerOf } from '../execute/plane.ts';
import { Lateness } from '../observe/lateness.ts';
import type { Shard } from '../store/shard.ts';
import type { ActiveExpire } from './active-expire.ts';
import type { IoCore } from './core.ts';
import type { Server } from './server.ts';

/** Keys removed a shard and look: about 50 µs. */
const EXPIRE_PER_LOOK = 128;
/** A shard that another thread holds, or that has more keys to remove, is looked at again so soon. */
const AGAIN_MS = 1;
const MAIN_THREAD = 0;

/**
 * Expiry on the main thread, for workers that aren't there yet.
 * @returns what removes all that is due in a worker's shards and says when to look again, in ms since 1970; Infinity: when
 * there is a new deadline. Not to be called within a batch.
 */
export function expiryInStead(
  { server, shards, plane }: IoCore,
  activeExpire: ActiveExpire,
): (worker: number) => number {
  const clock = new FineClock();
  const lateness = new Lateness(plane.lateness, MAIN_THREAD);
  const isDue = (shard: Shard): boolean => shard.workerWakesAtMs <= clock.nowMs();
  return (worker) => {
    if (!activeExpire.isOn) return Number.POSITIVE_INFINITY;
    const own = shards.filter(({ index }) => workerOf(index, plane.workers) === worker);
    if (own.some(isDue)) {
      server.inBatchOf(() => {
        for (const shard of own) if (isDue(shard)) expireIn(shard, server, lateness);
        if (!server.notes.isEmpty) server.onNoted();
      });
    }
    const looks = own.map((shard) => (isDue(shard) ? clock.nowMs() + AGAIN_MS : shard.workerWakesAtMs));
    return Math.min(...looks);
  };
}

function expireIn(shard: Shard, { dispatcher, ctx }: Server, lateness: Lateness): void {
  if (!dispatcher.tryLock(1 << shard.index)) return;
  shard.expireDue(ctx.nowMs, EXPIRE_PER_LOOK, (ms) => lateness.record(ms));
  shard.workerWakesAtMs = shard.earliestDeadlineMs();
}
