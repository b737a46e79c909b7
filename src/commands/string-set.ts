/** GET and SET in all their forms that write one key. */
import { copy } from '../base/region.ts';
import { TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { SYNTAX_ERROR, WRONG_TYPE } from './errors.ts';
import { EXPIRE, stringEvent } from './events.ts';
import { EX, PX, positiveDeadline, type TimeUnit, timeUnit } from './expiration.ts';
import { elementsOf } from './generic-exists.ts';
import { replaceByOverdue } from './generic-expire.ts';
import { absentMeets, stringMeets, valueCondition } from './string-condition.ts';

export const SET = stringEvent('set');

const NO_TYPE = -1;

/** Replies with a string entry's value. */
export function replyString(ctx: Context, entry: number): void {
  const { arena } = ctx.ks;
  ctx.reply.bulk(arena.region, valueAt(arena, entry), valueLength(arena, entry));
}

/** Makes the selected key, argument `keyArg`, the string of argument `valueArg`. */
export function storeString(ctx: Context, keyArg: number, valueArg: number, old: number, deadlineMs: number): void {
  const bytes = ctx.size[valueArg];
  const { arena } = ctx.ks;
  const oldType = old === 0 ? NO_TYPE : typeOf(arena, old);
  const entry = ctx.putString(keyArg, old, bytes, deadlineMs);
  copy(ctx.source, ctx.at[valueArg], arena.region, valueAt(arena, entry), bytes);
  if (oldType !== NO_TYPE) ctx.announceReplaced(ctx.ks, keyArg, ctx.hash, oldType, TYPE_STRING);
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

function set(ctx: Context): void {
  if (ctx.argc > 3) return setWithOptions(ctx);
  storeString(ctx, 1, 2, ctx.peek(1), NO_DEADLINE);
  ctx.touch(1, SET);
  ctx.reply.ok();
}

const NX = 1;
const XX = 2;

/** Which options a SET has; one object a thread, overwritten by each. */
const options = {
  /** NX, XX or 0. */
  existence: 0,
  /** IFEQ and its kin, or 0. */
  condition: 0,
  operandArg: 0,
  wantsOld: false,
  keepsDeadline: false,
  unit: undefined as TimeUnit | undefined,
  timeArg: 0,
};

/** A word may come twice, but not beside one that says otherwise. @throws SYNTAX_ERROR */
function parseOptions(ctx: Context): void {
  options.existence = 0;
  options.condition = 0;
  options.wantsOld = false;
  options.keepsDeadline = false;
  options.unit = undefined;
  for (let arg = 3; arg < ctx.argc; arg++) {
    const isLast = arg + 1 === ctx.argc;
    const unit = timeUnit(ctx, arg);
    if (unit !== undefined) {
      if (isLast || options.keepsDeadline || (options.unit ?? unit) !== unit) throw SYNTAX_ERROR;
      options.unit = unit;
      options.timeArg = ++arg;
    } else if (ctx.isWord(arg, 'NX') || ctx.isWord(arg, 'XX')) {
      const existence = ctx.isWord(arg, 'NX') ? NX : XX;
      if (options.condition !== 0 || (options.existence || existence) !== existence) throw SYNTAX_ERROR;
      options.existence = existence;
    } else if (ctx.isWord(arg, 'GET')) {
      options.wantsOld = true;
    } else if (ctx.isWord(arg, 'KEEPTTL')) {
      if (options.unit !== undefined) throw SYNTAX_ERROR;
      options.keepsDeadline = true;
    } else {
      const condition = valueCondition(ctx, arg);
      if (condition === 0 || isLast || options.existence !== 0) throw SYNTAX_ERROR;
      if ((options.condition || condition) !== condition) throw SYNTAX_ERROR;
      options.condition = condition;
      options.operandArg = ++arg;
    }
  }
}

function setWithOptions(ctx: Context): void {
  parseOptions(ctx);
  const { unit, wantsOld } = options;
  let deadlineMs = unit === undefined ? NO_DEADLINE : positiveDeadline(ctx, options.timeArg, unit);
  const old = wantsOld ? ctx.readTyped(1, TYPE_STRING) : ctx.lookup(1);
  const meets = conditionsHold(ctx, old);
  const isOverdue = meets && unit !== undefined && deadlineMs <= ctx.nowMs;
  if (isOverdue && old !== 0) ctx.weigh(elementsOf(ctx.ks, old));
  if (wantsOld) {
    if (old === 0) ctx.reply.null();
    else replyString(ctx, old);
  }
  if (!meets) {
    if (!wantsOld) ctx.reply.null();
    return;
  }
  if (isOverdue) {
    replaceByOverdue(ctx, 1, old);
  } else {
    if (options.keepsDeadline && old !== 0) deadlineMs = ctx.ks.deadlineOf(old);
    storeString(ctx, 1, 2, old, deadlineMs);
    ctx.touch(1, SET);
    if (unit !== undefined) ctx.touch(1, EXPIRE);
  }
  if (!wantsOld) ctx.reply.ok();
}

function conditionsHold(ctx: Context, old: number): boolean {
  const { existence, condition, operandArg } = options;
  if (existence !== 0) return (old === 0) === (existence === NX);
  if (condition === 0) return true;
  if (old === 0) return absentMeets(condition);
  if (typeOf(ctx.ks.arena, old) !== TYPE_STRING) throw WRONG_TYPE;
  return stringMeets(ctx, old, condition, operandArg);
}

function setnx(ctx: Context): void {
  const old = ctx.lookup(1);
  if (old !== 0) return ctx.reply.integer(0);
  storeString(ctx, 1, 2, old, NO_DEADLINE);
  ctx.touch(1, SET);
  ctx.reply.integer(1);
}

function getset(ctx: Context): void {
  const old = ctx.readTyped(1, TYPE_STRING);
  if (old === 0) ctx.reply.null();
  else replyString(ctx, old);
  storeString(ctx, 1, 2, old, NO_DEADLINE);
  ctx.touch(1, SET);
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
      'key:key value [condition@2.6.12(NX | XX | IFEQ ifeq-value@8.4.0 | IFNE ifne-value@8.4.0 | IFDEQ ifdeq-digest@8.4.0 | IFDNE ifdne-digest@8.4.0)] [GET@6.2.0] [expiration(EX seconds:integer@2.6.12 | PX milliseconds:integer@2.6.12 | EXAT unix-time-seconds:unix-time@6.2.0 | PXAT unix-time-milliseconds:unix-time@6.2.0 | KEEPTTL@6.0.0)]',
    keys: 'RW access update variable_flags 1',
    flags: 'write denyoom',
    history: [
      ['2.6.12', 'The options EX, PX, NX and XX.'],
      ['6.0.0', 'The option KEEPTTL.'],
      ['6.2.0', 'The options GET, EXAT and PXAT.'],
      ['7.0.0', 'NX and GET may stand together.'],
      ['8.4.0', 'The options IFEQ, IFNE, IFDEQ and IFDNE.'],
    ],
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
  command({
    name: 'SETNX',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Makes a key hold a string unless there is such a key.',
    syntax: 'key:key value',
    keys: 'OW insert 1',
    flags: 'write denyoom fast',
    deprecatedSince: '2.6.12',
    replacedBy: '`SET` with the `NX` argument',
    run: setnx,
  }),
  command({
    name: 'GETSET',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Makes a key hold a string and returns what it held before.',
    syntax: 'key:key value',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    deprecatedSince: '6.2.0',
    replacedBy: '`SET` with the `!GET` argument',
    run: getset,
  }),
];
