/** Several strings at once. */
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { TYPE_STRING, typeOf } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR, wrongArity } from './errors.ts';
import { EXPIRE } from './events.ts';
import { positiveDeadline, type TimeUnit, timeUnit } from './expiration.ts';
import { saturatedInteger } from './saturated-integer.ts';
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
  ctx.readAhead(1, 1);
  for (let arg = 1; arg < argc; arg++) {
    const entry = ctx.read(arg);
    if (entry === 0 || typeOf(ctx.ks.arena, entry) !== TYPE_STRING) reply.null();
    else replyString(ctx, entry);
  }
}

function setAll(ctx: Context): void {
  ctx.readAhead(1, 2);
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

const NUMKEYS_MAX = 0x7fffffff;
const BAD_NUMKEYS = error('ERR invalid numkeys value');
const BAD_PAIRS = error('ERR wrong number of key-value pairs');

interface SetOptions {
  /** Set only if none of the keys is there, or only if all are. */
  onlyNew: boolean;
  onlyExisting: boolean;
  keepsDeadline: boolean;
  deadlineMs: number;
}

/** @throws SYNTAX_ERROR */
function parseSetOptions(ctx: Context, firstArg: number): SetOptions {
  const options: SetOptions = {
    onlyNew: false,
    onlyExisting: false,
    keepsDeadline: false,
    deadlineMs: NO_DEADLINE,
  };
  let unit: TimeUnit | undefined;
  let timeArg = 0;
  for (let arg = firstArg; arg < ctx.argc; arg++) {
    const said = timeUnit(ctx, arg);
    if (said !== undefined) {
      if (options.keepsDeadline || (unit ?? said) !== said || arg + 1 === ctx.argc) throw SYNTAX_ERROR;
      unit = said;
      timeArg = ++arg;
    } else if (ctx.isWord(arg, 'KEEPTTL') && unit === undefined) options.keepsDeadline = true;
    else if (ctx.isWord(arg, 'NX') && !options.onlyExisting) options.onlyNew = true;
    else if (ctx.isWord(arg, 'XX') && !options.onlyNew) options.onlyExisting = true;
    else throw SYNTAX_ERROR;
  }
  if (unit !== undefined) options.deadlineMs = positiveDeadline(ctx, timeArg, unit);
  return options;
}

function msetex(ctx: Context): void {
  const count = saturatedInteger(ctx, 1, BAD_NUMKEYS);
  if (count <= 0 || count > NUMKEYS_MAX) throw BAD_NUMKEYS;
  const end = 2 + count * 2;
  if (end > ctx.argc) throw BAD_PAIRS;
  const { onlyNew, onlyExisting, keepsDeadline, deadlineMs } = parseSetOptions(ctx, end);
  ctx.weigh(end);
  if (onlyNew || onlyExisting) {
    for (let arg = 2; arg < end; arg += 2) if ((ctx.peek(arg) === 0) === onlyExisting) return ctx.reply.integer(0);
  }
  requireRoomForStrings(ctx, 2, end);
  for (let arg = 2; arg < end; arg += 2) {
    const old = ctx.peek(arg);
    storeString(ctx, arg, arg + 1, old, keepsDeadline && old !== 0 ? ctx.ks.deadlineOf(old) : deadlineMs);
    // In this order, unlike SET, which says first that there is a value.
    if (deadlineMs !== NO_DEADLINE) ctx.touch(arg, EXPIRE);
    ctx.touch(arg, SET);
  }
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
    tips: 'request_policy:multi_shard',
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
    tips: 'request_policy:multi_shard response_policy:all_succeeded',
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
  command({
    name: 'MSETEX',
    since: '8.4.0',
    group: 'string',
    complexity: 'O(1) a key',
    summary: 'Makes several keys hold strings, all at once, on conditions and for a time if asked to.',
    syntax:
      'numkeys:integer data{key:key value}... [condition(NX | XX)] [expiration(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | KEEPTTL)]',
    keys: 'OW update num 1:2',
    flags: 'write denyoom movablekeys',
    tips: 'request_policy:multi_shard response_policy:all_succeeded',
    run: msetex,
  }),
];
