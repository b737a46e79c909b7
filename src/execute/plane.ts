/**
 * Everything that threads share, made once by the main thread and passed to workers as it is: no copies, no handles.
 * Thread ids: I/O threads first, from 0; then workers.
 */
import { createArenaBuffer } from '../memory/arena.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { createRingBuffer } from '../memory/ring.ts';
import { createStatsBuffer } from '../observe/command-stats.ts';
import { createLatenessBuffer } from '../observe/lateness.ts';
import { createSubscriptionsBuffer } from '../pubsub/subscription-table.ts';
import { createClientNumbersBuffer } from './client-numbers.ts';
import { createBoardBuffer } from './worker-board.ts';

export interface PlaneOptions {
  shardCount: number;
  shardBytes: number;
  databases: number;
  ioThreads: number;
  workers: number;
}

/** Structured-cloneable; SharedArrayBuffers go by reference. */
export interface Plane {
  readonly shards: readonly SharedArrayBuffer[];
  readonly databases: number;
  /** Of the key hash. */
  readonly seed: number;
  readonly ioThreads: number;
  readonly workers: number;
  /** Commands to workers: `requests[ioThread][worker]`; replies: `replies[ioThread][worker]`. */
  readonly requests: readonly (readonly SharedArrayBuffer[])[];
  readonly replies: readonly (readonly SharedArrayBuffer[])[];
  /** A doorbell a thread, by thread id. */
  readonly doorbells: readonly SharedArrayBuffer[];
  /** What each worker is to do beside its mail and what it has begun; see worker-board.ts. */
  readonly boards: readonly SharedArrayBuffer[];
  readonly commandStats: SharedArrayBuffer;
  readonly lateness: SharedArrayBuffer;
  /** A double an I/O thread, written by it: bytes in its clients' buffers, which count against maxmemory. */
  readonly clientBytes: SharedArrayBuffer;
  /** What client eviction goes by: two doubles an I/O thread; see server/client-eviction.ts. */
  readonly evictableClients: SharedArrayBuffer;
  /** Ids and number of clients; see client-numbers.ts. */
  readonly clientNumbers: SharedArrayBuffer;
  /** Who listens to which channel (pubsub/subscription-table.ts); a single I/O thread knows without. */
  readonly subscriptions: SharedArrayBuffer | undefined;
  /** How many messages each I/O thread has been posted by others, then whether the server ends; see server/peers.ts. */
  readonly postings: SharedArrayBuffer;
}

const RING_BYTES = 1 << 20;
const CACHE_LINE_BYTES = 64;

export function createPlane(options: PlaneOptions, seed: number): Plane {
  const { ioThreads, workers } = options;
  const rings = () =>
    Array.from({ length: ioThreads }, () => Array.from({ length: workers }, () => createRingBuffer(RING_BYTES)));
  return {
    shards: Array.from({ length: options.shardCount }, () => createArenaBuffer(options.shardBytes, options.databases)),
    databases: options.databases,
    seed,
    ioThreads,
    workers,
    requests: rings(),
    replies: rings(),
    doorbells: Array.from({ length: ioThreads + workers }, () => new Doorbell().buffer),
    boards: Array.from({ length: workers }, () => createBoardBuffer()),
    commandStats: createStatsBuffer(ioThreads + workers),
    lateness: createLatenessBuffer(ioThreads + workers),
    clientBytes: new SharedArrayBuffer(8 * ioThreads),
    evictableClients: new SharedArrayBuffer(16 * ioThreads),
    clientNumbers: createClientNumbersBuffer(),
    subscriptions: ioThreads > 1 ? createSubscriptionsBuffer() : undefined,
    postings: new SharedArrayBuffer(CACHE_LINE_BYTES * (ioThreads + 1)),
  };
}

/** The worker that expires a shard's keys and runs what is handed off for it. */
export const workerOf = (shard: number, workers: number): number => shard % workers;
