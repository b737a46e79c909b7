/** Statistics that CONFIG RESETSTAT sets back. */

import { Lateness } from '../observe/lateness.ts';
import { COUNTER_EVICTED, COUNTER_EXPIRED, COUNTER_HITS, COUNTER_MISSES, resetCounter } from '../store/counters.ts';
import type { Services } from './services.ts';

export function resetStatistics(services: Services): void {
  const { server, stats, plane, shards, errorStats } = services;
  server.counters.reset();
  stats.reset();
  errorStats.reset();
  new Lateness(plane.lateness).reset();
  for (const { arena } of shards) {
    for (const counter of [COUNTER_HITS, COUNTER_MISSES, COUNTER_EXPIRED, COUNTER_EVICTED])
      resetCounter(arena, counter);
  }
}
