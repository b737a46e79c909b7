/** Statistics that CONFIG RESETSTAT sets back. */

import { Lateness } from '../observe/lateness.ts';
import {
  COUNTER_EVICTED,
  COUNTER_EXPIRED,
  COUNTER_EXPIRED_PARTS,
  COUNTER_HITS,
  COUNTER_MISSES,
  resetCounter,
} from '../store/counters.ts';
import type { Services, ThreadServices } from './services.ts';

/** Those that every I/O thread counts for itself. */
export function resetThreadStatistics({ server, errorStats }: ThreadServices): void {
  server.counters.reset();
  errorStats.reset();
}

export function resetStatistics(services: Services): void {
  const { server, stats, plane, shards } = services;
  server.peers?.ask('reset-statistics', undefined);
  resetThreadStatistics(services);
  stats.reset();
  new Lateness(plane.lateness).reset();
  const counters = [COUNTER_HITS, COUNTER_MISSES, COUNTER_EXPIRED, COUNTER_EXPIRED_PARTS, COUNTER_EVICTED];
  for (const { arena } of shards) for (const counter of counters) resetCounter(arena, counter);
}
