/** Statistics that CONFIG RESETSTAT sets back. */

import { Lateness } from '../observe/lateness.ts';
import {
  COUNTER_EVICTED,
  COUNTER_EXPIRED,
  COUNTER_EXPIRED_PARTS,
  COUNTER_EXPIRED_UNASKED,
  COUNTER_HITS,
  COUNTER_MISSES,
  COUNTER_PARTS_EXPIRED_UNASKED,
  resetCounter,
} from '../store/counters.ts';
import type { Services, ThreadServices } from './services.ts';

const SET_BACK = [
  COUNTER_HITS,
  COUNTER_MISSES,
  COUNTER_EXPIRED,
  COUNTER_EXPIRED_PARTS,
  COUNTER_EXPIRED_UNASKED,
  COUNTER_PARTS_EXPIRED_UNASKED,
  COUNTER_EVICTED,
];

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
  for (const { arena } of shards) for (const counter of SET_BACK) resetCounter(arena, counter);
}
