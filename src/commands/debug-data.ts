/**
 * The parts of DEBUG that look at keys or take a shard's lock. They are commands of their own, that no client can name:
 * DEBUG on the I/O thread passes its words on to them, so they go the way of every command (locks, hand-off).
 */
import { parseInteger } from '../base/numbers.ts';
import { Region } from '../base/region.ts';
import { serializedLength } from '../persistence/serialize.ts';
import { SerialWriter } from '../persistence/serialize-writer.ts';
import { checkShard, unaccountedBytes } from '../store/check.ts';
import {
  accessOf,
  encodingOf,
  entryBytes,
  flagsOf,
  keyLength,
  rootOf,
  TYPE_STRING,
  typeOf,
  valueAt,
  valueLength,
} from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Shard } from '../store/shard.ts';
import { valueType } from '../store/value-types.ts';
import { typeLimits } from '../types/limits.ts';
import { List } from '../types/list.ts';
import { nextNode, nodeBytes } from '../types/list-node.ts';
import type { Context } from './context.ts';
import { type Command, command } from './define.ts';
import { error, MUST_BE_POSITIVE, NO_SUCH_KEY } from './errors.ts';
import { stringEncodingName } from './string-encoding.ts';

const NOT_A_STRING = error('ERR Not an sds encoded string.');
/** More elements than any command does in place. */
const FOR_A_WORKER = Number.POSITIVE_INFINITY;
/** Keys made in one hold of a shard's lock. */
const POPULATE_PIECE = 4096;

const list = new List();
const writer = new SerialWriter();

function object(ctx: Context): void {
  const entry = ctx.peek(2);
  if (entry === 0) throw NO_SUCH_KEY;
  const { arena, allocator } = ctx.ks;
  const type = typeOf(arena, entry);
  const root = type === TYPE_STRING ? 0 : rootOf(arena, entry);
  const encoding = encodingOf(arena, entry);
  const isString = type === TYPE_STRING;
  const name = isString ? stringEncodingName(arena, entry) : valueType(type).encodingName(allocator, root, encoding);
  const bytes = serializedLength(writer, ctx.ks, entry);
  const access = accessOf(arena, entry);
  const idle = ctx.access.isLfu ? 0 : ctx.access.idleSeconds(access);
  const text =
    `Value at:0x${entry.toString(16).padStart(8, '0')} refcount:1 encoding:${name} ` +
    `serializedlength:${bytes} lru:${access} lru_seconds_idle:${idle}`;
  ctx.reply.simple(name === 'quicklist' ? text + quicklistText(ctx, root, encoding) : text);
}

function quicklistText(ctx: Context, root: number, encoding: number): string {
  list.set(ctx.ks.allocator, root, encoding);
  let bytes = 0;
  for (let node = list.firstNode; node !== 0; node = nextNode(ctx.ks.arena, node))
    bytes += nodeBytes(ctx.ks.arena, node);
  const mean = (list.length / list.nodeCount).toFixed(2);
  return (
    ` ql_nodes:${list.nodeCount} ql_avg_node:${mean} ql_listpack_max:${typeLimits.listMaxListpackSize}` +
    ` ql_compressed:0 ql_uncompressed_size:${bytes}`
  );
}

function stringLengths(ctx: Context): void {
  const entry = ctx.peek(2);
  if (entry === 0) throw NO_SUCH_KEY;
  const { arena, allocator } = ctx.ks;
  if (typeOf(arena, entry) !== TYPE_STRING) throw NOT_A_STRING;
  const keyBytes = keyLength(arena, entry);
  const valueBytes = valueLength(arena, entry);
  const block = allocator.sizeOf(entry);
  const spare = block - entryBytes(flagsOf(arena, entry), keyBytes, valueBytes);
  ctx.reply.simple(
    `key_sds_len:${keyBytes}, key_sds_avail:0, key_zmalloc: 0, ` +
      `val_sds_len:${valueBytes}, val_sds_avail:${spare}, val_zmalloc: ${block}`,
  );
}

/** DEBUG POPULATE count [prefix] [size]: keys that are there already stay as they are. */
function populate(ctx: Context): void {
  const count = positive(ctx, 2);
  const prefix = ctx.argc > 3 ? ctx.text(3) : 'key';
  const valueBytes = ctx.argc > 4 ? positive(ctx, 4) : 0;
  ctx.weigh(count);
  const ofShard: number[][] = ctx.shards.map(() => []);
  for (let from = 0; from < count; from += POPULATE_PIECE) {
    for (const numbers of ofShard) numbers.length = 0;
    for (let number = from; number < Math.min(count, from + POPULATE_PIECE); number++) {
      const key = Region.of(`${prefix}:${number}`);
      ctx.selectKey(key, 0, key.length);
      ofShard[ctx.shardIndexOf(ctx.hash)].push(number);
    }
    ofShard.forEach((numbers, index) => {
      if (numbers.length > 0) ctx.inShard(index, () => putNumbers(ctx, numbers, prefix, valueBytes));
    });
  }
  ctx.reply.ok();
}

/** @throws MUST_BE_POSITIVE, also of what is no number */
function positive(ctx: Context, arg: number): number {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (!(value >= 0 && Number.isSafeInteger(value))) throw MUST_BE_POSITIVE;
  return value;
}

function putNumbers(ctx: Context, numbers: readonly number[], prefix: string, valueBytes: number): void {
  for (const number of numbers) {
    const key = Region.of(`${prefix}:${number}`);
    const keyspace = ctx.selectKey(key, 0, key.length);
    if (keyspace.peek(key, 0, key.length, ctx.hash) !== 0) continue;
    const text = Buffer.from(`value:${number}`);
    const bytes = valueBytes === 0 ? text.length : valueBytes;
    const entry = keyspace.putString(key, 0, key.length, ctx.hash, 0, bytes, NO_DEADLINE);
    const at = valueAt(keyspace.arena, entry);
    keyspace.arena.u8.fill(0, at, at + bytes);
    keyspace.arena.u8.set(text.subarray(0, bytes), at);
  }
}

/** DEBUG COMMAND-FAULT key [WORKER]: a fault of ours, made on purpose after the key's shard was changed and changed back. */
function fault(ctx: Context): void {
  if (ctx.argc > 3 && ctx.isWord(3, 'WORKER')) ctx.weigh(FOR_A_WORKER);
  ctx.reply.array(2);
  ctx.reply.integer(ctx.lookup(2));
  throw new Error('made on purpose by DEBUG COMMAND-FAULT');
}

/** DEBUG SHARD-SLEEP key seconds: a worker holds the key's shard for so long, as a long command would. */
function shardSleep(ctx: Context): void {
  const seconds = Number(ctx.text(3));
  if (!(seconds >= 0)) throw MUST_BE_POSITIVE;
  ctx.weigh(FOR_A_WORKER);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
  ctx.reply.ok();
}

/** DEBUG CHECK: reads all memory, a shard at a time, and replies what in it does not fit together. */
function check(ctx: Context): void {
  ctx.weigh(FOR_A_WORKER);
  const problems = ctx.shards.flatMap(({ index }) =>
    ctx.inShard(index, problemsOf).map((text) => `shard ${index}: ${text}`),
  );
  ctx.reply.array(problems.length);
  for (const problem of problems) ctx.reply.bulkText(problem);
}

function problemsOf(shard: Shard): string[] {
  const problems = checkShard(shard);
  if (problems.length > 0) return problems;
  const lostBytes = unaccountedBytes(shard);
  return lostBytes === 0 ? [] : [`${lostBytes} bytes in use belong to nothing`];
}

/** DEBUG SHARD-OF key. */
function shardOf(ctx: Context): void {
  ctx.reply.integer(ctx.shardIndexOf(ctx.hashOf(2)));
}

/** Declares what DEBUG passes its words on to. */
export const internalDebug = (name: string, run: (ctx: Context) => void, keys: string, scope?: 'each'): Command =>
  command({
    name: `DEBUG-${name}`,
    internal: true,
    since: '1.0.0',
    group: 'server',
    complexity: 'O(N)',
    summary: `What DEBUG ${name} does to data.`,
    syntax: '',
    arity: -2,
    keys,
    scope,
    flags: 'admin noscript loading stale',
    run,
  });

export const debugDataCommands: readonly Command[] = [
  internalDebug('OBJECT', object, 'RO 2'),
  internalDebug('SDSLEN', stringLengths, 'RO 2'),
  internalDebug('POPULATE', populate, '', 'each'),
  internalDebug('COMMAND-FAULT', fault, 'RW 2'),
  internalDebug('CHECK', check, '', 'each'),
  internalDebug('SHARD-SLEEP', shardSleep, 'RO 2'),
  internalDebug('SHARD-OF', shardOf, 'RO 2'),
];
