/** Several strings at once. */
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { TYPE_STRING, typeOf } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { wrongArity } from './errors.ts';
import { replyString, SET, storeString } from './string-set.ts';

/** What a new key takes beside its bytes: entry head, table slot, rounding up, places in the expiry heap. */
const KEY_ROOM_BYTES = 64;
/** A segment that is split, and slabs. */
const TABLE_ROOM_BYTES = 64 << 10;

/**
 * Makes sure, before the first of several keys is written, that there is room for all of them in whichever shard.
 * @param firstArg keys and values from here  @param endArg to here  @throws OutOfMemoryError
 */
export function requireRoomForStrings(ctx: Context, firstArg: number, endArg: number): void {
  let bytes = TABLE_ROOM_BYTES + ((endArg - firstArg) >> 1) * KEY_ROOM_BYTES;
  for (let arg = firstArg; arg < endArg; arg++) bytes += ctx.size[arg];
  for (let arg = firstArg; arg < endArg; arg += 2) {
    if (!ctx.select(arg).allocator.hasRoom(bytes)) throw new OutOfMemoryError();
  }
}

function mget(ctx: Context): void {
  const { argc, reply } = ctx;
  ctx.weigh(argc);
  reply.array(argc - 1);
  for (let arg = 1; arg < argc; arg++) {
    const entry = ctx.read(arg);
    if (entry === 0 || typeOf(ctx.ks.arena, entry) !== TYPE_STRING) reply.null();
    else replyString(ctx, entry);
  }
}

function setAll(ctx: Context): void {
  if (ctx.argc > 3) requireRoomForStrings(ctx, 1, ctx.argc);
  for (let arg = 1; arg < ctx.argc; arg += 2) {
    storeString(ctx, arg, arg + 1, ctx.peek(arg), NO_DEADLINE);
    ctx.touch(arg, SET);
  }
}

function requirePairs(ctx: Context): void {
  if ((ctx.argc & 1) === 0) throw wrongArity(ctx.command.name);
  ctx.weigh(ctx.argc);
}

function mset(ctx: Context): void {
  requirePairs(ctx);
  setAll(ctx);
  ctx.reply.ok();
}

function msetnx(ctx: Context): void {
  requirePairs(ctx);
  for (let arg = 1; arg < ctx.argc; arg += 2) if (ctx.peek(arg) !== 0) return ctx.reply.integer(0);
  setAll(ctx);
  ctx.reply.integer(1);
}

export const stringSeveralCommands = [
  command({
    name: 'MGET',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1) a key',
    summary: 'Returns the strings at several keys.',
    syntax: 'key:key...',
    keys: 'RO access 1..-1',
    flags: 'readonly fast',
    run: mget,
  }),
  command({
    name: 'MSET',
    since: '1.0.1',
    group: 'string',
    complexity: 'O(1) a key',
    summary: 'Makes several keys hold strings, all at once.',
    syntax: 'data{key:key value}...',
    keys: 'OW update 1..-1:2',
    flags: 'write denyoom',
    run: mset,
  }),
  command({
    name: 'MSETNX',
    since: '1.0.1',
    group: 'string',
    complexity: 'O(1) a key',
    summary: 'Makes several keys hold strings, but only if none of them is there yet.',
    syntax: 'data{key:key value}...',
    keys: 'OW insert 1..-1:2',
    flags: 'write denyoom',
    run: msetnx,
  }),
];
