/** Deadlines of fields: the HEXPIRE and HTTL families and HPERSIST. */
import { hashCount, hashDeadline, hashFind, hashRemove, hashSetDeadline } from '../types/hash.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { type CommandSpec, command } from './define.ts';
import { error } from './errors.ts';
import { hashEvent } from './events.ts';
import { EX, EXAT, PX, PXAT, type TimeUnit } from './expiration.ts';
import { HDEL } from './hash.ts';
import { allowDeadlines, countExpired, lookupHash, readHash, saveHash } from './hash-entry.ts';
import { exactFields, FieldsBlock, fieldDeadline, unknownArgument } from './hash-field-times.ts';
import { removeEmptied } from './value-entry.ts';

export const HEXPIRE = hashEvent('hexpire');
export const HPERSIST = hashEvent('hpersist');

const FIELD_COUNT_NOT_POSITIVE = error('ERR Parameter `numFields` should be greater than 0');
const BLOCK_TOO_SHORT = error('ERR FIELDS requires at least numfields and one field argument');
const SEVERAL_CONDITIONS = error('ERR Multiple condition flags specified');

const NO_FIELD = -2;
const NO_DEADLINE = -1;
const CONDITION_NOT_MET = 0;
const DONE = 1;
const REMOVED = 2;

const CONDITIONS = ['NX', 'XX', 'GT', 'LT'];

const hash = new Value();

interface ExpireArguments {
  deadlineMs: number;
  condition: string;
  fields: FieldsBlock;
}

function readArguments(ctx: Context, unit: TimeUnit): ExpireArguments {
  const deadlineMs = fieldDeadline(ctx, 2, unit);
  const fields = new FieldsBlock();
  const conditions = new Set<string>();
  for (let arg = 3; arg < ctx.argc; arg++) {
    const word = ctx.word(arg);
    if (CONDITIONS.includes(word)) conditions.add(word);
    else if (word === 'FIELDS') arg = fields.read(ctx, arg, 1, FIELD_COUNT_NOT_POSITIVE, BLOCK_TOO_SHORT);
    else throw unknownArgument(ctx, arg);
  }
  fields.check();
  if (conditions.size > 1) throw SEVERAL_CONDITIONS;
  const [condition = ''] = conditions;
  return { deadlineMs, condition, fields };
}

/** Whether a deadline may take the place of another (0: none). */
function allows(condition: string, current: number, deadlineMs: number): boolean {
  if (current === 0) return condition !== 'XX' && condition !== 'GT';
  if (condition === 'GT') return deadlineMs > current;
  if (condition === 'LT') return deadlineMs < current;
  return condition !== 'NX';
}

function hexpire(ctx: Context, unit: TimeUnit): void {
  const entry = lookupHash(ctx, 1, hash);
  const { deadlineMs, condition, fields } = readArguments(ctx, unit);
  ctx.reply.array(fields.count);
  let updated = 0;
  let removed = 0;
  const names = ctx.partsWanted();
  try {
    if (entry !== 0) allowDeadlines(ctx, hash);
    for (let arg = fields.first; arg < fields.first + fields.count; arg++) {
      const outcome = entry === 0 ? NO_FIELD : expireField(ctx, arg, condition, deadlineMs);
      if (outcome === DONE) updated++;
      if (outcome === REMOVED) removed++;
      if (outcome === DONE || outcome === REMOVED) names?.push(ctx.bytes(arg));
      ctx.reply.integer(outcome);
    }
  } finally {
    if (entry !== 0) saveHash(ctx, entry, hash);
  }
  if (updated + removed === 0) return;
  countExpired(ctx, removed);
  ctx.touch(1, removed > 0 ? HDEL : HEXPIRE, names);
  if (hashCount(hash) === 0) removeEmptied(ctx, 1, entry);
}

function expireField(ctx: Context, arg: number, condition: string, deadlineMs: number): number {
  const position = hashFind(hash, ctx.source, ctx.at[arg], ctx.size[arg]);
  if (position === 0) return NO_FIELD;
  if (!allows(condition, hashDeadline(hash, position), deadlineMs)) return CONDITION_NOT_MET;
  if (deadlineMs <= ctx.nowMs) {
    hashRemove(hash, position);
    return REMOVED;
  }
  hashSetDeadline(hash, position, deadlineMs);
  return DONE;
}

/** Replies, for each field, with what `answer` says of its deadline. */
function replyTimes(ctx: Context, answer: (deadlineMs: number) => number): void {
  const found = readHash(ctx, 1, hash) !== 0;
  const { first, count } = exactFields(ctx);
  ctx.reply.array(count);
  for (let arg = first; arg < first + count; arg++) {
    const position = found ? hashFind(hash, ctx.source, ctx.at[arg], ctx.size[arg]) : 0;
    const deadlineMs = position === 0 ? 0 : hashDeadline(hash, position);
    ctx.reply.integer(position === 0 ? NO_FIELD : deadlineMs === 0 ? NO_DEADLINE : answer(deadlineMs));
  }
}

const seconds = (ms: number): number => Math.floor((ms + 999) / 1000);

function hpersist(ctx: Context): void {
  const entry = lookupHash(ctx, 1, hash);
  const { first, count } = exactFields(ctx);
  ctx.reply.array(count);
  let changed = false;
  const names = ctx.partsWanted();
  try {
    for (let arg = first; arg < first + count; arg++) {
      const position = entry === 0 ? 0 : hashFind(hash, ctx.source, ctx.at[arg], ctx.size[arg]);
      const has = position !== 0 && hashDeadline(hash, position) !== 0;
      if (has) {
        hashSetDeadline(hash, position, 0);
        names?.push(ctx.bytes(arg));
      }
      changed ||= has;
      ctx.reply.integer(position === 0 ? NO_FIELD : has ? DONE : NO_DEADLINE);
    }
  } finally {
    if (entry !== 0) saveHash(ctx, entry, hash);
  }
  if (changed) ctx.touch(1, HPERSIST, names);
}

type Declared = Pick<CommandSpec, 'name' | 'summary' | 'run'>;

const setting = (time: string, { name, summary, run }: Declared) =>
  command({
    name,
    since: '7.4.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary,
    syntax: `key:key ${time} [condition(NX | XX | GT | LT)] FIELDS fields{numfields:integer field...}`,
    keys: 'RW update 1',
    flags: 'write fast',
    run,
  });

const telling = ({ name, summary, run, tips }: Declared & Pick<CommandSpec, 'tips'>) =>
  command({
    name,
    since: '7.4.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary,
    syntax: 'key:key FIELDS fields{numfields:integer field...}',
    keys: 'RO access 1',
    flags: 'readonly fast',
    tips,
    run,
  });

export const hashExpireCommands = [
  setting('seconds:integer', {
    name: 'HEXPIRE',
    summary: 'Has fields of a hash removed after a number of seconds.',
    run: (ctx) => hexpire(ctx, EX),
  }),
  setting('milliseconds:integer', {
    name: 'HPEXPIRE',
    summary: 'Has fields of a hash removed after a number of milliseconds.',
    run: (ctx) => hexpire(ctx, PX),
  }),
  setting('unix-time-seconds:unix-time', {
    name: 'HEXPIREAT',
    summary: 'Has fields of a hash removed at a Unix time in seconds.',
    run: (ctx) => hexpire(ctx, EXAT),
  }),
  setting('unix-time-milliseconds:unix-time', {
    name: 'HPEXPIREAT',
    summary: 'Has fields of a hash removed at a Unix time in milliseconds.',
    run: (ctx) => hexpire(ctx, PXAT),
  }),
  telling({
    name: 'HTTL',
    tips: 'nondeterministic_output',
    summary: 'Returns in how many seconds fields of a hash are removed.',
    run: (ctx) => replyTimes(ctx, (deadlineMs) => seconds(deadlineMs - ctx.nowMs)),
  }),
  telling({
    name: 'HPTTL',
    tips: 'nondeterministic_output',
    summary: 'Returns in how many milliseconds fields of a hash are removed.',
    run: (ctx) => replyTimes(ctx, (deadlineMs) => deadlineMs - ctx.nowMs),
  }),
  telling({
    name: 'HEXPIRETIME',
    summary: 'Returns at which Unix time in seconds fields of a hash are removed.',
    run: (ctx) => replyTimes(ctx, seconds),
  }),
  telling({
    name: 'HPEXPIRETIME',
    summary: 'Returns at which Unix time in milliseconds fields of a hash are removed.',
    run: (ctx) => replyTimes(ctx, (deadlineMs) => deadlineMs),
  }),
  command({
    name: 'HPERSIST',
    since: '7.4.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Lets fields of a hash stay that would have been removed at some time.',
    syntax: 'key:key FIELDS fields{numfields:integer field...}',
    keys: 'RW update 1',
    flags: 'write fast',
    run: hpersist,
  }),
];
