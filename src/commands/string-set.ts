/** GET and SET in all their forms that write one key. */
import { copy, equal } from '../base/region.ts';
import { TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { SYNTAX_ERROR, WRONG_TYPE } from './errors.ts';
import { EXPIRE, stringEvent } from './events.ts';
import { EX, PX, positiveDeadline, type TimeUnit, timeUnit } from './expiration.ts';

export const SET = stringEvent('set');

/** Replies with a string entry's value. */
export function replyString(ctx: Context, entry: number): void {
  const { arena } = ctx.ks;
  ctx.reply.bulk(arena.region, valueAt(arena, entry), valueLength(arena, entry));
}

/** Makes the selected key, argument `keyArg`, the string of argument `valueArg`. */
export function storeString(ctx: Context, keyArg: number, valueArg: number, old: number, deadlineMs: number): void {
  const bytes = ctx.size[valueArg];
  const entry = ctx.putString(keyArg, old, bytes, deadlineMs);
  const { arena } = ctx.ks;
  copy(ctx.source, ctx.at[valueArg], arena.region, valueAt(arena, entry), bytes);
}

function get(ctx: Context): void {
  const entry = ctx.readTyped(1, TYPE_STRING);
  if (entry === 0) ctx.reply.null();
  else replyString(ctx, entry);
}

function setWithin(ctx: Context, unit: TimeUnit): void {
  const deadlineMs = positiveDeadline(ctx, 2, unit);
  storeString(ctx, 1, 3, ctx.peek(1), deadlineMs);
  ctx.touch(1, SET);
  ctx.touch(1, EXPIRE);
  ctx.reply.ok();
}

/** Whether the key's value is argument `arg`. A key of another type is an error. */
function valueEquals(ctx: Context, entry: number, arg: number): boolean {
  const { arena } = ctx.ks;
  if (typeOf(arena, entry) !== TYPE_STRING) throw WRONG_TYPE;
  const bytes = ctx.size[arg];
  return (
    valueLength(arena, entry) === bytes && equal(arena.region, valueAt(arena, entry), ctx.source, ctx.at[arg], bytes)
  );
}

function set(ctx: Context): void {
  if (ctx.argc > 3) return setWithOptions(ctx);
  storeString(ctx, 1, 2, ctx.peek(1), NO_DEADLINE);
  ctx.touch(1, SET);
  ctx.reply.ok();
}

function setWithOptions(ctx: Context): void {
  let condition = '';
  let compared = 0;
  let wantsOld = false;
  let keepsDeadline = false;
  let deadlineMs = NO_DEADLINE;
  for (let arg = 3; arg < ctx.argc; arg++) {
    const unit = timeUnit(ctx, arg);
    if (unit !== undefined) {
      if (keepsDeadline || deadlineMs !== NO_DEADLINE || arg + 1 === ctx.argc) throw SYNTAX_ERROR;
      deadlineMs = positiveDeadline(ctx, ++arg, unit);
      continue;
    }
    const word = ctx.word(arg);
    if (word === 'GET') wantsOld = true;
    else if (word === 'KEEPTTL' && deadlineMs === NO_DEADLINE) keepsDeadline = true;
    else if ((word === 'NX' || word === 'XX') && (condition === '' || condition === word)) condition = word;
    else if (/^IF(D?)(EQ|NE)$/.test(word) && condition === '' && arg + 1 < ctx.argc) {
      condition = word;
      compared = ++arg;
    } else throw SYNTAX_ERROR;
  }
  const old = ctx.lookup(1);
  if (wantsOld && old !== 0 && typeOf(ctx.ks.arena, old) !== TYPE_STRING) throw WRONG_TYPE;
  const meets = conditionHolds(ctx, old, condition, compared);
  if (wantsOld) {
    if (old === 0) ctx.reply.null();
    else replyString(ctx, old);
  }
  if (!meets) {
    if (!wantsOld) ctx.reply.null();
    return;
  }
  storeString(ctx, 1, 2, old, keepsDeadline && old !== 0 ? ctx.ks.deadlineOf(old) : deadlineMs);
  ctx.touch(1, SET);
  if (deadlineMs !== NO_DEADLINE) ctx.touch(1, EXPIRE);
  if (!wantsOld) ctx.reply.ok();
}

function conditionHolds(ctx: Context, old: number, condition: string, compared: number): boolean {
  switch (condition) {
    case 'NX':
      return old === 0;
    case 'XX':
      return old !== 0;
    case 'IFEQ':
      return old !== 0 && valueEquals(ctx, old, compared);
    case 'IFNE':
      return old === 0 || !valueEquals(ctx, old, compared);
    default:
      return true;
  }
}

export const stringSetCommands = [
  command({
    name: 'GET',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Returns the string at a key.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: get,
  }),
  command({
    name: 'SET',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Makes a key hold a string, whatever it held before; on conditions and for a time if asked to.',
    syntax:
      'key:key value [condition(NX | XX | IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest)] [GET] [expiration(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | KEEPTTL)]',
    keys: 'RW access update variable_flags 1',
    flags: 'write denyoom',
    run: set,
  }),
  command({
    name: 'SETEX',
    since: '2.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Makes a key hold a string that goes after a number of seconds.',
    syntax: 'key:key seconds:integer value',
    keys: 'OW update 1',
    flags: 'write denyoom',
    deprecatedSince: '2.6.12',
    replacedBy: '`SET` with the `EX` argument',
    run: (ctx) => setWithin(ctx, EX),
  }),
  command({
    name: 'PSETEX',
    since: '2.6.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Makes a key hold a string that goes after a number of milliseconds.',
    syntax: 'key:key milliseconds:integer value',
    keys: 'OW update 1',
    flags: 'write denyoom',
    deprecatedSince: '2.6.12',
    replacedBy: '`SET` with the `PX` argument',
    run: (ctx) => setWithin(ctx, PX),
  }),
];
