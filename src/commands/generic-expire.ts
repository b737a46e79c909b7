/** Deadlines of keys: given, told, taken away. */
import { addToCounter, COUNTER_EXPIRED } from '../store/counters.ts';
import { hasDeadline } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import { argumentText } from './argument-text.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error } from './errors.ts';
import { DEL, EXPIRE, PERSIST } from './events.ts';
import { anyDeadline, EX, EXAT, PX, PXAT, replyTime, type TimeUnit } from './expiration.ts';
import { elementsOf, look } from './generic-exists.ts';

const ONLY_WITHOUT = 1;
const ONLY_WITH = 2;
const ONLY_LATER = 4;
const ONLY_EARLIER = 8;

const NX_STANDS_ALONE = error('ERR NX and XX, GT or LT options at the same time are not compatible');
const GT_OR_LT = error('ERR GT and LT options at the same time are not compatible');

const NO_KEY = -2;
const NO_TIME = -1;

/** Removes the selected key, argument `arg`, because its new deadline has passed already. */
export function removeOverdue(ctx: Context, arg: number, entry: number): void {
  ctx.ks.remove(entry, ctx.hash);
  ctx.touch(arg, DEL);
}

/**
 * Removes what is at the selected key, argument `arg`, instead of giving it a new value whose deadline has passed already.
 * That counts as a key that has expired, where only a new deadline doesn't. @param entry its entry, or 0
 */
export function replaceByOverdue(ctx: Context, arg: number, entry: number): void {
  addToCounter(ctx.ks.arena, COUNTER_EXPIRED, 1);
  if (entry !== 0) removeOverdue(ctx, arg, entry);
}

function expire(ctx: Context, unit: TimeUnit): void {
  const conditions = ctx.argc > 3 ? parseConditions(ctx) : 0;
  const deadlineMs = anyDeadline(ctx, 2, unit);
  const entry = ctx.lookup(1);
  if (entry === 0) return ctx.reply.integer(0);
  if (conditions !== 0 && !meets(ctx.ks.deadlineOf(entry), deadlineMs, conditions)) return ctx.reply.integer(0);
  if (deadlineMs <= ctx.nowMs) {
    ctx.weigh(elementsOf(ctx.ks, entry));
    removeOverdue(ctx, 1, entry);
  } else {
    ctx.ks.setDeadline(entry, ctx.hash, deadlineMs);
    ctx.touch(1, EXPIRE);
  }
  ctx.reply.integer(1);
}

function parseConditions(ctx: Context): number {
  let conditions = 0;
  for (let arg = 3; arg < ctx.argc; arg++) {
    if (ctx.isWord(arg, 'NX')) conditions |= ONLY_WITHOUT;
    else if (ctx.isWord(arg, 'XX')) conditions |= ONLY_WITH;
    else if (ctx.isWord(arg, 'GT')) conditions |= ONLY_LATER;
    else if (ctx.isWord(arg, 'LT')) conditions |= ONLY_EARLIER;
    else throw error(`ERR Unsupported option ${argumentText(ctx, arg)}`);
  }
  if ((conditions & ONLY_WITHOUT) !== 0 && conditions !== ONLY_WITHOUT) throw NX_STANDS_ALONE;
  if ((conditions & ONLY_LATER) !== 0 && (conditions & ONLY_EARLIER) !== 0) throw GT_OR_LT;
  return conditions;
}

/** A key without a deadline counts as living forever. */
function meets(currentMs: number, deadlineMs: number, conditions: number): boolean {
  const forever = currentMs === NO_DEADLINE;
  if ((conditions & ONLY_WITHOUT) !== 0 && !forever) return false;
  if ((conditions & ONLY_WITH) !== 0 && forever) return false;
  if ((conditions & ONLY_LATER) !== 0 && (forever || deadlineMs <= currentMs)) return false;
  return (conditions & ONLY_EARLIER) === 0 || forever || deadlineMs < currentMs;
}

function persist(ctx: Context): void {
  const entry = ctx.lookup(1);
  if (entry === 0 || !hasDeadline(ctx.ks.arena, entry)) return ctx.reply.integer(0);
  ctx.ks.clearDeadline(entry, ctx.hash);
  ctx.touch(1, PERSIST);
  ctx.reply.integer(1);
}

function tellTime(ctx: Context, unit: TimeUnit): void {
  const entry = look(ctx, 1);
  if (entry === 0) return ctx.reply.integer(NO_KEY);
  const deadlineMs = ctx.ks.deadlineOf(entry);
  if (deadlineMs === NO_DEADLINE) return ctx.reply.integer(NO_TIME);
  const timeMs = unit.absolute ? deadlineMs : deadlineMs - ctx.nowMs;
  replyTime(ctx, unit.inMs === 1 ? timeMs : Math.floor((timeMs + 500) / 1000));
}

const CONDITIONS = '[condition@7.0.0(NX | XX | GT | LT)]';
const expireHistory = [['7.0.0', 'The options NX, XX, GT and LT.']] as const;
const ttlHistory = [['2.8.0', 'The reply -2.']] as const;

export const genericExpireCommands = [
  command({
    name: 'EXPIRE',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(log N) for N keys with a deadline',
    summary: 'Lets a key go after a number of seconds.',
    syntax: `key:key seconds:integer ${CONDITIONS}`,
    keys: 'RW update 1',
    flags: 'write fast',
    history: expireHistory,
    run: (ctx) => expire(ctx, EX),
  }),
  command({
    name: 'PEXPIRE',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(log N) for N keys with a deadline',
    summary: 'Lets a key go after a number of milliseconds.',
    syntax: `key:key milliseconds:integer ${CONDITIONS}`,
    keys: 'RW update 1',
    flags: 'write fast',
    history: expireHistory,
    run: (ctx) => expire(ctx, PX),
  }),
  command({
    name: 'EXPIREAT',
    since: '1.2.0',
    group: 'generic',
    complexity: 'O(log N) for N keys with a deadline',
    summary: 'Lets a key go at a time given in seconds since 1970.',
    syntax: `key:key unix-time-seconds:unix-time ${CONDITIONS}`,
    keys: 'RW update 1',
    flags: 'write fast',
    history: expireHistory,
    run: (ctx) => expire(ctx, EXAT),
  }),
  command({
    name: 'PEXPIREAT',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(log N) for N keys with a deadline',
    summary: 'Lets a key go at a time given in milliseconds since 1970.',
    syntax: `key:key unix-time-milliseconds:unix-time ${CONDITIONS}`,
    keys: 'RW update 1',
    flags: 'write fast',
    history: expireHistory,
    run: (ctx) => expire(ctx, PXAT),
  }),
  command({
    name: 'PERSIST',
    since: '2.2.0',
    group: 'generic',
    complexity: 'O(log N) for N keys with a deadline',
    summary: 'Takes away the deadline of a key.',
    syntax: 'key:key',
    keys: 'RW update 1',
    flags: 'write fast',
    run: persist,
  }),
  command({
    name: 'TTL',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells how many seconds a key has left: -1 without a deadline, -2 without the key.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    tips: 'nondeterministic_output',
    history: ttlHistory,
    run: (ctx) => tellTime(ctx, EX),
  }),
  command({
    name: 'PTTL',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells how many milliseconds a key has left: -1 without a deadline, -2 without the key.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    tips: 'nondeterministic_output',
    history: ttlHistory,
    run: (ctx) => tellTime(ctx, PX),
  }),
  command({
    name: 'EXPIRETIME',
    since: '7.0.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells when a key goes, in seconds since 1970: -1 without a deadline, -2 without the key.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: (ctx) => tellTime(ctx, EXAT),
  }),
  command({
    name: 'PEXPIRETIME',
    since: '7.0.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells when a key goes, in milliseconds since 1970: -1 without a deadline, -2 without the key.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: (ctx) => tellTime(ctx, PXAT),
  }),
];
