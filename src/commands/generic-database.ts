/** Whole databases: counted, emptied, exchanged. */
import { addToCounter, COUNTER_DIRTY } from '../store/counters.ts';
import type { Shard } from '../store/shard.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { int32Argument, requireDatabase } from './saturated-integer.ts';

const BAD_FIRST = error('ERR invalid first DB index');
const BAD_SECOND = error('ERR invalid second DB index');

/** Keys of a database in all shards. Counts are read without locks: good to a key or so while others write. */
export function keyCount(ctx: Context, db: number): number {
  let count = 0;
  for (const shard of ctx.shards) count += shard.keyspaces[db].count;
  return count;
}

/** SYNC or ASYNC: memory of a shard is given back as a whole or on a worker, so there is nothing to choose. */
function checkFlushType(ctx: Context): void {
  if (ctx.argc === 1) return;
  if (ctx.argc > 2 || !(ctx.isWord(1, 'SYNC') || ctx.isWord(1, 'ASYNC'))) throw SYNTAX_ERROR;
}

function keysIn(shards: readonly Shard[]): number {
  let keys = 0;
  for (const { keyspaces } of shards) for (const { count } of keyspaces) keys += count;
  return keys;
}

function clearShard(shard: Shard): void {
  const keys = keysIn([shard]);
  if (keys === 0) return;
  shard.clear();
  addToCounter(shard.arena, COUNTER_DIRTY, keys);
}

/** Clearing a shard takes a walk over its keys while clients watch or wait for some (Shard.clear). */
const isWalked = ({ watched, awaited }: Shard): boolean => watched.count > 0 || awaited.count > 0;

function flushall(ctx: Context): void {
  checkFlushType(ctx);
  ctx.weigh(keysIn(ctx.shards.filter(isWalked)));
  for (const shard of ctx.shards) clearShard(shard);
  ctx.reply.ok();
}

/** A shard that holds keys of this database alone is cleared as a whole; else its keys are walked. */
function flushdb(ctx: Context): void {
  checkFlushType(ctx);
  const { db } = ctx;
  const shared = ctx.shards.filter(({ keyspaces }) => keyspaces.some(({ count }, other) => other !== db && count > 0));
  ctx.weigh(keysIn(ctx.shards.filter((shard) => isWalked(shard) || shared.includes(shard))));
  for (const shard of ctx.shards) {
    if (!shared.includes(shard)) {
      clearShard(shard);
      continue;
    }
    addToCounter(shard.arena, COUNTER_DIRTY, shard.keyspaces[db].count);
    shard.keyspaces[db].clear();
  }
  ctx.reply.ok();
}

function swapdb(ctx: Context): void {
  const one = int32Argument(ctx, 1, BAD_FIRST);
  const other = int32Argument(ctx, 2, BAD_SECOND);
  requireDatabase(ctx, one);
  requireDatabase(ctx, other);
  if (one !== other) for (const { keyspaces } of ctx.shards) keyspaces[one].swap(keyspaces[other]);
  addToCounter(ctx.shards[0].arena, COUNTER_DIRTY, 1);
  ctx.reply.ok();
}

const flushHistory = [
  ['4.0.0', 'The option ASYNC.'],
  ['6.2.0', 'The option SYNC.'],
] as const;

export const genericDatabaseCommands = [
  command({
    name: 'DBSIZE',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    summary: 'Counts the keys of the selected database.',
    syntax: '',
    flags: 'readonly fast',
    categories: 'keyspace',
    tips: 'request_policy:all_shards response_policy:agg_sum',
    scope: 'none',
    run: (ctx) => ctx.reply.integer(keyCount(ctx, ctx.db)),
  }),
  command({
    name: 'FLUSHALL',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    summary: 'Removes all keys of all databases.',
    syntax: '[flush-type(ASYNC@4.0.0 | SYNC@6.2.0)]',
    flags: 'write',
    categories: 'keyspace dangerous',
    tips: 'request_policy:all_shards response_policy:all_succeeded',
    history: flushHistory,
    scope: 'all',
    run: flushall,
  }),
  command({
    name: 'FLUSHDB',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1); O(N) for N keys if other databases have keys, too',
    summary: 'Removes all keys of the selected database.',
    syntax: '[flush-type(ASYNC@4.0.0 | SYNC@6.2.0)]',
    flags: 'write',
    categories: 'keyspace dangerous',
    tips: 'request_policy:all_shards response_policy:all_succeeded',
    history: flushHistory,
    scope: 'all',
    run: flushdb,
  }),
  command({
    name: 'SWAPDB',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(1)',
    summary: 'Exchanges two databases: each has the other’s keys from then on.',
    syntax: 'index1:integer index2:integer',
    flags: 'write fast',
    categories: 'keyspace dangerous',
    scope: 'all',
    run: swapdb,
  }),
];
