import { directive } from '../directive.ts';
import { INT_MAX, integer, LONG_MAX, memory, ULONG_MAX } from '../number-types.ts';
import { bool, oneOf } from '../scalar-types.ts';

export const EVICTION_POLICIES = [
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'volatile-lrm',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'allkeys-lrm',
  'noeviction',
] as const;

/** How much memory the data may take, and what gives way. */
export const memoryDirectives = {
  maxmemory: directive(memory(0, ULONG_MAX), '0', { built: true, about: 'Memory that data may take. 0: any.' }),
  'maxmemory-policy': directive(oneOf(EVICTION_POLICIES), 'noeviction', {
    built: true,
    about: 'Which keys give way when `maxmemory` is reached.',
  }),
  'maxmemory-samples': directive(integer(1, 64), '5', {
    built: true,
    about: 'Keys looked at to find one to evict: more is more exact and slower.',
  }),
  'maxmemory-eviction-tenacity': directive(integer(0, 100), '10', {
    built: false,
    about: 'How long eviction may hold up a command, from 0 (shortest) to 100.',
  }),
  'lfu-log-factor': directive(integer(0, INT_MAX), '10', {
    built: true,
    about: 'How many accesses it takes to raise the counter of a key (LFU).',
  }),
  'lfu-decay-time': directive(integer(0, INT_MAX), '1', {
    built: true,
    about: 'Minutes after which the counter of a key falls by one (LFU).',
  }),
  'active-expire-effort': directive(integer(1, 10), '1', {
    built: false,
    about: 'How hard to look for expired keys.',
    missing: 'keys go at their deadline, there is nothing to look for',
  }),
  activerehashing: directive(bool, 'yes', {
    built: false,
    about: 'Moves hash tables to their new size in idle moments.',
    missing: "Mayfly's tables grow without rehashing",
  }),
  'lazyfree-lazy-eviction': directive(bool, 'no', {
    built: false,
    flags: ['debug'],
    about: 'Frees evicted values in the background.',
  }),
  'lazyfree-lazy-expire': directive(bool, 'no', {
    built: false,
    flags: ['debug'],
    about: 'Frees expired values in the background.',
  }),
  'lazyfree-lazy-server-del': directive(bool, 'no', {
    built: false,
    flags: ['debug'],
    about: 'Frees overwritten values in the background.',
  }),
  'lazyfree-lazy-user-del': directive(bool, 'no', {
    built: false,
    flags: ['debug'],
    about: 'Makes DEL act like UNLINK.',
  }),
  'lazyfree-lazy-user-flush': directive(bool, 'no', {
    built: false,
    flags: ['debug'],
    about: 'Makes FLUSHDB and FLUSHALL work in the background.',
  }),
  activedefrag: directive(bool, 'no', {
    built: false,
    flags: ['debug'],
    about: 'Moves values together to free pages.',
  }),
  'active-defrag-cycle-min': directive(integer(1, 99), '1', {
    built: false,
    about: 'Least share of CPU time for defragmentation, in percent.',
  }),
  'active-defrag-cycle-max': directive(integer(1, 99), '25', {
    built: false,
    about: 'Largest share of CPU time for defragmentation, in percent.',
  }),
  'active-defrag-threshold-lower': directive(integer(0, 1000), '10', {
    built: false,
    about: 'Fragmentation at which defragmentation starts, in percent.',
  }),
  'active-defrag-threshold-upper': directive(integer(0, 1000), '100', {
    built: false,
    about: 'Fragmentation at which defragmentation works hardest, in percent.',
  }),
  'active-defrag-ignore-bytes': directive(memory(1, LONG_MAX), '100mb', {
    built: false,
    about: 'Waste below which there is no defragmentation.',
  }),
  'active-defrag-max-scan-fields': directive(integer(1, LONG_MAX), '1000', {
    built: false,
    about: 'Size from which a collection is defragmented in steps.',
  }),
  'jemalloc-bg-thread': directive(bool, 'yes', {
    built: false,
    about: 'Lets the allocator return memory in a thread of its own.',
    missing: "Mayfly's arenas don't use jemalloc",
  }),
};
