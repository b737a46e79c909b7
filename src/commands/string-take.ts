/** Strings that are read and then go, or go on conditions, or get another deadline; and their digests. */
import { xxh3Hex } from '../base/xxh3.ts';
import { hasDeadline, TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR, wrongArity } from './errors.ts';
import { DEL, EXPIRE, PERSIST } from './events.ts';
import { positiveDeadline, type TimeUnit, timeUnit } from './expiration.ts';
import { elementsOf } from './generic-exists.ts';
import { removeOverdue } from './generic-expire.ts';
import { stringMeets, valueCondition } from './string-condition.ts';
import { replyString } from './string-set.ts';

const NOT_A_STRING = error('ERR Key should be of string type if conditions are specified');
const BAD_CONDITION = error('ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE');

function getdel(ctx: Context): void {
  const entry = ctx.readTyped(1, TYPE_STRING);
  if (entry === 0) return ctx.reply.null();
  replyString(ctx, entry);
  ctx.ks.remove(entry, ctx.hash);
  ctx.touch(1, DEL);
}

function getex(ctx: Context): void {
  let persists = false;
  let unit: TimeUnit | undefined;
  let timeArg = 0;
  for (let arg = 2; arg < ctx.argc; arg++) {
    const said = timeUnit(ctx, arg);
    if (said !== undefined) {
      if (persists || (unit ?? said) !== said || arg + 1 === ctx.argc) throw SYNTAX_ERROR;
      unit = said;
      timeArg = ++arg;
    } else if (ctx.isWord(arg, 'PERSIST') && unit === undefined) {
      persists = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  const entry = ctx.readTyped(1, TYPE_STRING);
  if (entry === 0) return ctx.reply.null();
  const deadlineMs = unit === undefined ? 0 : positiveDeadline(ctx, timeArg, unit);
  replyString(ctx, entry);
  if (unit !== undefined) changeDeadline(ctx, entry, deadlineMs);
  else if (persists) dropDeadline(ctx, entry);
}

/** Gives the selected key, argument 1, a deadline, or removes it if that has passed. */
export function changeDeadline(ctx: Context, entry: number, deadlineMs: number): void {
  if (deadlineMs <= ctx.nowMs) return removeOverdue(ctx, 1, entry);
  ctx.ks.setDeadline(entry, ctx.hash, deadlineMs);
  ctx.touch(1, EXPIRE);
}

/** Takes the deadline of the selected key, argument 1, away if it has one. */
export function dropDeadline(ctx: Context, entry: number): void {
  if (!hasDeadline(ctx.ks.arena, entry)) return;
  ctx.ks.clearDeadline(entry, ctx.hash);
  ctx.touch(1, PERSIST);
}

function delex(ctx: Context): void {
  if (ctx.argc !== 2 && ctx.argc !== 4) throw wrongArity(ctx.command.name);
  const entry = ctx.argc === 2 ? ctx.lookup(1) : ctx.read(1);
  if (entry === 0) return ctx.reply.integer(0);
  if (ctx.argc === 4) {
    if (typeOf(ctx.ks.arena, entry) !== TYPE_STRING) throw NOT_A_STRING;
    const condition = valueCondition(ctx, 2);
    if (condition === 0) throw BAD_CONDITION;
    if (!stringMeets(ctx, entry, condition, 3)) return ctx.reply.integer(0);
  } else {
    ctx.weigh(elementsOf(ctx.ks, entry));
  }
  ctx.ks.remove(entry, ctx.hash);
  ctx.touch(1, DEL);
  ctx.reply.integer(1);
}

function digest(ctx: Context): void {
  const entry = ctx.readTyped(1, TYPE_STRING);
  if (entry === 0) return ctx.reply.null();
  const { arena } = ctx.ks;
  ctx.reply.bulkText(xxh3Hex(arena.view, valueAt(arena, entry), valueLength(arena, entry)));
}

export const stringTakeCommands = [
  command({
    name: 'GETDEL',
    since: '6.2.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Returns the string at a key and removes the key.',
    syntax: 'key:key',
    keys: 'RW access delete 1',
    flags: 'write fast',
    run: getdel,
  }),
  command({
    name: 'GETEX',
    since: '6.2.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Returns the string at a key and gives the key a deadline or takes it away.',
    syntax:
      'key:key [expiration(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST)]',
    keys: 'RW access update 1',
    flags: 'write fast',
    run: getex,
  }),
  command({
    name: 'DELEX',
    since: '8.4.0',
    group: 'string',
    complexity: 'O(1) by value, O(N) by digest of N bytes',
    summary: 'Removes a key if its string, or that string’s digest, is or is not the given one.',
    syntax: 'key:key [condition(IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest)]',
    keys: 'RW delete variable_flags 1',
    flags: 'write fast',
    run: delex,
  }),
  command({
    name: 'DIGEST',
    since: '8.4.0',
    group: 'string',
    complexity: 'O(N) for a string of N bytes',
    summary: 'Returns the XXH3 hash of the string at a key in hexadecimal digits.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: digest,
  }),
];
