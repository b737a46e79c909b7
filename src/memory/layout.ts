/**
 * Where things lie in a shard's arena. Everything here is in 32-bit words from the arena's start unless a name says bytes.
 *
 *     page 0…   header            see the word numbers below
 *               page map          8 bytes a page: tag, value (pages.ts)
 *               heap              pages: slabs, table segments, large blocks
 *
 * Owners: LOCK and WANTED are touched with Atomics by any thread (lock.ts), PAUSED by I/O threads. All other words belong to whoever holds
 * the lock; the counters marked † are also read without it, for INFO, where a value a moment old is good enough.
 */
export const PAGE_BYTES = 4096;
export const PAGE_SHIFT = 12;

/** 2 GiB less 64 KiB: every byte offset is a small integer, and Node 20 can pass the buffer between threads. */
export const ARENA_BYTES_MAX = 2 ** 31 - 65536;
export const ARENA_BYTES_MIN = 1 << 20;

/** Words of the header. The lock's words have cache lines (16 words) of their own. */
export const WORD_LOCK = 0;
export const WORD_WANTED = 16;
export const WORD_MAGIC = 32;
export const WORD_ARENA_BYTES = 33;
/** † Bytes in allocated blocks and page runs, rounded up to their real size. */
export const WORD_USED_BYTES = 34;
/** † Highest used_bytes ever. */
export const WORD_PEAK_BYTES = 35;
/** First page never used so far. */
export const WORD_TOP_PAGE = 36;
/** First page of the heap, and one past the last. */
export const WORD_FIRST_PAGE = 37;
export const WORD_END_PAGE = 38;
/** † Bytes in pages that hold something: slabs, runs. Against used bytes this is the fragmentation. */
export const WORD_PAGE_BYTES = 39;
export const WORD_PAGE_MAP = 40;
export const WORD_DATABASES = 41;
/** 1 while clients are paused, else 0: set by I/O threads without the lock. */
export const WORD_PAUSED = 42;
/** † Counters of the shard, for INFO. Doubles, so two words each; see counters.ts. */
export const WORD_COUNTERS = 48;
export const COUNTERS_MAX = 24;
/** Heads of the lists of slabs with room, by class. */
export const WORD_SLABS = 96;
export const SLAB_LISTS = 128;
/** Heads of the lists of free runs, by the power of two of their pages. */
export const WORD_FREE_RUNS = 224;
export const FREE_RUN_BINS = 20;
/** † When the shard's worker means to look at deadlines next, in ms (a double, two words; Infinity: not at all). */
export const WORD_WORKER_WAKES_AT_MS = 256;
/** Registries of watched and blocked-on keys (store/key-registry.ts). */
export const WORD_REGISTRIES = 272;
/** Registry of the field names that hashes share (types/hash-shape.ts). */
export const WORD_SHAPES = WORD_REGISTRIES + 8;
export const SHAPES_WORDS = 4;
/** One record a database; see store/keyspace.ts. */
export const WORD_KEYSPACES = 288;
export const KEYSPACE_WORDS = 16;

export const ARENA_MAGIC = 0x4d41_5946;

export const headerPagesFor = (databases: number): number =>
  Math.ceil(((WORD_KEYSPACES + databases * KEYSPACE_WORDS) * 4) / PAGE_BYTES);
