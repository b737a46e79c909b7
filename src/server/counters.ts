import { readCounter } from '../store/counters.ts';
import type { Shard } from '../store/shard.ts';

/** A counter over all shards. */
export function sumCounters(shards: readonly Shard[], counter: number): number {
  let sum = 0;
  for (const { arena } of shards) sum += readCounter(arena, counter);
  return sum;
}
