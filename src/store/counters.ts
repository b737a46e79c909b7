/** Counters of a shard, doubles in its header, changed under its lock and read at any time for INFO. */
import type { Arena } from '../memory/arena.ts';
import { WORD_COUNTERS } from '../memory/layout.ts';

export const COUNTER_HITS = 0;
export const COUNTER_MISSES = 1;
export const COUNTER_EXPIRED = 2;
export const COUNTER_EVICTED = 3;
export const COUNTER_DIRTY = 4;
/** Parts of values (fields of hashes) whose deadline has come. */
export const COUNTER_EXPIRED_PARTS = 5;
/** Of both, those that nobody had to come by for: the worker removed them when it was time. */
export const COUNTER_EXPIRED_UNASKED = 6;
export const COUNTER_PARTS_EXPIRED_UNASKED = 7;
export const COUNTER_COUNT = 8;

const FIRST = WORD_COUNTERS >> 1;

export const addToCounter = (arena: Arena, counter: number, by: number): void => {
  arena.f64[FIRST + counter] += by;
};
export const readCounter = (arena: Arena, counter: number): number => arena.f64[FIRST + counter];
export const resetCounter = (arena: Arena, counter: number): void => {
  arena.f64[FIRST + counter] = 0;
};
