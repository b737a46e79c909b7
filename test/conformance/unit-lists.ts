/** Which units are run for what. */

/** About data: what issue 4 holds to 98 % of what redis-server passes. */
export const dataUnits: readonly string[] = [
  'unit/type/string',
  'unit/type/incr',
  'unit/type/list',
  'unit/type/list-2',
  'unit/type/list-3',
  'unit/type/set',
  'unit/type/zset',
  'unit/type/hash',
  'unit/type/stream',
  'unit/type/stream-cgroups',
  'unit/sort',
  'unit/scan',
  'unit/keyspace',
  'unit/expire',
  'unit/bitops',
  'unit/bitfield',
  'unit/geo',
  'unit/hyperloglog',
  'unit/dump',
  'unit/protocol',
  'unit/quit',
  'unit/info-command',
  'unit/other',
  'unit/maxmemory',
  'unit/networking',
  'unit/querybuf',
];

/** Tests that repeat something thousands of times are left out of the quick units. */
export const QUICK_TAGS = '-slow';

/** Units that take two minutes together, one after the other, with QUICK_TAGS: run with every `npm test`. */
export const quickUnits: readonly string[] = [
  'unit/protocol',
  'unit/keyspace',
  'unit/scan',
  'unit/info-command',
  'unit/type/string',
  'unit/type/incr',
  'unit/type/list',
  'unit/type/set',
  'unit/type/zset',
  'unit/type/hash',
  'unit/type/stream',
  'unit/type/stream-cgroups',
  'unit/sort',
  'unit/expire',
  'unit/other',
  'unit/multi',
  'unit/quit',
  'unit/bitops',
  'unit/bitfield',
  'unit/pubsub',
  'unit/slowlog',
  'unit/introspection',
  'unit/introspection-2',
];
