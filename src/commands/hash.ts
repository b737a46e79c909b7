/** Hashes: fields set, read and removed. */
import { TYPE_HASH } from '../store/entry.ts';
import { registerValueType } from '../store/value-types.ts';
import {
  HashCursor,
  hashCount,
  hashCreate,
  hashCreateShared,
  hashExpect,
  hashFind,
  hashFree,
  hashReadField,
  hashReadValue,
  hashRemove,
  hashSet,
  hashShare,
  hashShareSometimes,
} from '../types/hash.ts';
import { hashValueType } from '../types/hash-value-type.ts';
import { Slice } from '../types/slice.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { wrongArity } from './errors.ts';
import { hashEvent } from './events.ts';
import { lookupHash, readHash, saveHash } from './hash-entry.ts';
import { putValue, removeEmptied, requireRoom } from './value-entry.ts';

registerValueType(TYPE_HASH, hashValueType);

export const HSET = hashEvent('hset');
export const HDEL = hashEvent('hdel');

const hash = new Value();
const cursor = new HashCursor();
const slice = new Slice();

/** Sets the pairs of arguments from `firstArg` on, in the hash in argument 1, made if there is none. @returns how many are new */
export function setPairs(ctx: Context, firstArg: number): number {
  const entry = lookupHash(ctx, 1, hash);
  const fields = (ctx.argc - firstArg) >> 1;
  if (fields > 1) requireRoom(ctx, firstArg);
  if (entry !== 0) {
    try {
      hashExpect(hash, fields);
      const created = setArguments(ctx, firstArg);
      if (fields === 1) hashShareSometimes(hash);
      else hashShare(hash);
      return created;
    } finally {
      saveHash(ctx, entry, hash);
    }
  }
  hash.allocator = ctx.ks.allocator;
  let created = fields;
  if (fields === 1 || !hashCreateShared(hash, ctx.source, ctx.at, ctx.size, firstArg, ctx.argc)) {
    hashCreate(hash, fields);
    try {
      created = setArguments(ctx, firstArg);
    } catch (error) {
      hashFree(hash.allocator, hash.root, hash.encoding);
      throw error;
    }
  }
  putValue(ctx, 1, 0, TYPE_HASH, hash, hashFree);
  return created;
}

function setArguments(ctx: Context, firstArg: number): number {
  const { source, at, size } = ctx;
  let created = 0;
  for (let arg = firstArg; arg < ctx.argc; arg += 2) {
    if (hashSet(hash, source, at[arg], size[arg], source, at[arg + 1], size[arg + 1], false)) created++;
  }
  return created;
}

function hset(ctx: Context): void {
  if ((ctx.argc & 1) === 1) throw wrongArity(ctx.command.name);
  const created = setPairs(ctx, 2);
  ctx.touch(1, HSET, ctx.partsFrom(2, 2));
  ctx.reply.integer(created);
}

function hmset(ctx: Context): void {
  if ((ctx.argc & 1) === 1) throw wrongArity(ctx.command.name);
  setPairs(ctx, 2);
  ctx.touch(1, HSET, ctx.partsFrom(2, 2));
  ctx.reply.ok();
}

function hsetnx(ctx: Context): void {
  const entry = lookupHash(ctx, 1, hash);
  if (entry !== 0 && hashFind(hash, ctx.source, ctx.at[2], ctx.size[2]) !== 0) return ctx.reply.integer(0);
  setPairs(ctx, 2);
  ctx.touch(1, HSET, ctx.partsFrom(2, 2));
  ctx.reply.integer(1);
}

/** Replies with the value of the field in argument `arg` of the opened hash, or null. */
function replyField(ctx: Context, found: boolean, arg: number): void {
  const position = found ? hashFind(hash, ctx.source, ctx.at[arg], ctx.size[arg]) : 0;
  if (position === 0) return ctx.reply.null();
  hashReadValue(hash, position, slice);
  ctx.reply.bulk(slice.region, slice.at, slice.length);
}

function hget(ctx: Context): void {
  replyField(ctx, readHash(ctx, 1, hash) !== 0, 2);
}

function hmget(ctx: Context): void {
  const found = readHash(ctx, 1, hash) !== 0;
  ctx.reply.array(ctx.argc - 2);
  for (let arg = 2; arg < ctx.argc; arg++) replyField(ctx, found, arg);
}

function hdel(ctx: Context): void {
  const entry = lookupHash(ctx, 1, hash);
  if (entry === 0) return ctx.reply.integer(0);
  let removed = 0;
  const names = ctx.partsWanted();
  for (let arg = 2; arg < ctx.argc && hashCount(hash) > 0; arg++) {
    const position = hashFind(hash, ctx.source, ctx.at[arg], ctx.size[arg]);
    if (position === 0) continue;
    hashRemove(hash, position);
    names?.push(ctx.bytes(arg));
    removed++;
  }
  saveHash(ctx, entry, hash);
  if (removed > 0) ctx.touch(1, HDEL, names);
  if (hashCount(hash) === 0) removeEmptied(ctx, 1, entry);
  ctx.reply.integer(removed);
}

function hlen(ctx: Context): void {
  ctx.reply.integer(readHash(ctx, 1, hash) === 0 ? 0 : hashCount(hash));
}

function hexists(ctx: Context): void {
  const found = readHash(ctx, 1, hash) !== 0 && hashFind(hash, ctx.source, ctx.at[2], ctx.size[2]) !== 0;
  ctx.reply.integer(found ? 1 : 0);
}

function hstrlen(ctx: Context): void {
  const position = readHash(ctx, 1, hash) === 0 ? 0 : hashFind(hash, ctx.source, ctx.at[2], ctx.size[2]);
  if (position === 0) return ctx.reply.integer(0);
  hashReadValue(hash, position, slice);
  ctx.reply.integer(slice.length);
}

function replyAll(ctx: Context, fields: boolean, values: boolean): void {
  const both = fields && values;
  if (readHash(ctx, 1, hash) === 0) return both ? ctx.reply.map(0) : ctx.reply.array(0);
  const count = hashCount(hash);
  ctx.weigh(count);
  if (both) ctx.reply.map(count);
  else ctx.reply.array(count);
  cursor.start(hash);
  while (cursor.next()) {
    if (fields) {
      hashReadField(hash, cursor.position, slice);
      ctx.reply.bulk(slice.region, slice.at, slice.length);
    }
    if (values) {
      hashReadValue(hash, cursor.position, slice);
      ctx.reply.bulk(slice.region, slice.at, slice.length);
    }
  }
}

export const hashCommands = [
  command({
    name: 'HSET',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1) a field',
    summary: 'Sets fields of a hash, which is made if there is none.',
    syntax: 'key:key data{field value}...',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    history: [['4.0.0', 'Takes several fields.']],
    run: hset,
  }),
  command({
    name: 'HMSET',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Sets fields of a hash, as HSET does.',
    syntax: 'key:key data{field value}...',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    deprecatedSince: '4.0.0',
    replacedBy: '`HSET` with multiple field-value pairs',
    run: hmset,
  }),
  command({
    name: 'HSETNX',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    summary: 'Sets a field of a hash unless it has that field.',
    syntax: 'key:key field value',
    keys: 'RW insert 1',
    flags: 'write denyoom fast',
    run: hsetnx,
  }),
  command({
    name: 'HGET',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    summary: 'Returns the value of a field of a hash.',
    syntax: 'key:key field',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: hget,
  }),
  command({
    name: 'HMGET',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Returns the values of several fields of a hash.',
    syntax: 'key:key field...',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: hmget,
  }),
  command({
    name: 'HDEL',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Removes fields of a hash; the key goes with the last one.',
    syntax: 'key:key field...',
    keys: 'RW delete 1',
    flags: 'write fast',
    history: [['2.4.0', 'Takes several fields.']],
    run: hdel,
  }),
  command({
    name: 'HLEN',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    summary: 'Counts the fields of a hash.',
    syntax: 'key:key',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: hlen,
  }),
  command({
    name: 'HEXISTS',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    summary: 'Tells whether a hash has a field.',
    syntax: 'key:key field',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: hexists,
  }),
  command({
    name: 'HSTRLEN',
    since: '3.2.0',
    group: 'hash',
    complexity: 'O(1)',
    summary: 'Returns the length of the value of a field of a hash.',
    syntax: 'key:key field',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: hstrlen,
  }),
  command({
    name: 'HGETALL',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Returns all fields of a hash with their values.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output_order',
    run: (ctx) => replyAll(ctx, true, true),
  }),
  command({
    name: 'HKEYS',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Returns all fields of a hash.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output_order',
    run: (ctx) => replyAll(ctx, true, false),
  }),
  command({
    name: 'HVALS',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Returns the values of all fields of a hash.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output_order',
    run: (ctx) => replyAll(ctx, false, true),
  }),
];
