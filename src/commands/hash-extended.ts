/** Fields got, set and removed together with their deadlines: HGETEX, HSETEX, HGETDEL. */
import { TYPE_HASH } from '../store/entry.ts';
import {
  hashCount,
  hashCreate,
  hashDeadline,
  hashExpect,
  hashFind,
  hashFree,
  hashReadValue,
  hashRemove,
  hashSet,
  hashSetDeadline,
  hashShare,
} from '../types/hash.ts';
import { Slice } from '../types/slice.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { type CommandError, error } from './errors.ts';
import { DEL, NEW } from './events.ts';
import { timeUnit } from './expiration.ts';
import { HDEL, HSET } from './hash.ts';
import { allowDeadlines, countExpired, lookupHash, saveHash } from './hash-entry.ts';
import { HEXPIRE, HPERSIST } from './hash-expire.ts';
import { exactFields, FieldsBlock, fieldDeadline, unknownArgument } from './hash-field-times.ts';
import { putValue, removeEmptied, requireRoom } from './value-entry.ts';

const BAD_FIELD_COUNT = error('ERR invalid number of fields');
const TIME_MISSING = error('ERR missing expire time');
const ONE_CONDITION = error('ERR Only one of FXX or FNX arguments can be specified');
const ONE_TIME_OR_PERSIST = error('ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified');
const ONE_TIME_OR_KEEPTTL = error('ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified');

const hash = new Value();
const slice = new Slice();

interface Options {
  fields: FieldsBlock;
  /** 0 if no time was given. */
  deadlineMs: number;
  /** PERSIST, or KEEPTTL. */
  flag: boolean;
  /** FNX, FXX or nothing. */
  condition: string;
}

/** Reads the options, in any order. @param flag PERSIST or KEEPTTL, whichever the command has  @throws CommandError */
function readOptions(ctx: Context, width: number, flag: string, conditions: string[], oneTime: CommandError): Options {
  const options: Options = { fields: new FieldsBlock(), deadlineMs: 0, flag: false, condition: '' };
  let timed = false;
  for (let arg = 2; arg < ctx.argc; arg++) {
    const unit = timeUnit(ctx, arg);
    const word = ctx.word(arg);
    if (unit !== undefined || word === flag) {
      if (timed || options.flag) throw oneTime;
      if (unit === undefined) {
        options.flag = true;
        continue;
      }
      if (arg + 1 >= ctx.argc) throw TIME_MISSING;
      options.deadlineMs = fieldDeadline(ctx, ++arg, unit);
      timed = true;
    } else if (conditions.includes(word)) {
      if (options.condition !== '') throw ONE_CONDITION;
      options.condition = word;
    } else if (word === 'FIELDS') {
      arg = options.fields.read(ctx, arg, width, BAD_FIELD_COUNT);
    } else {
      throw unknownArgument(ctx, arg);
    }
  }
  options.fields.check();
  // A time of 0 is one too, long past.
  if (timed && options.deadlineMs === 0) options.deadlineMs = 1;
  return options;
}

function replyField(ctx: Context, position: number): void {
  if (position === 0) return ctx.reply.null();
  hashReadValue(hash, position, slice);
  ctx.reply.bulk(slice.region, slice.at, slice.length);
}

function hgetex(ctx: Context): void {
  const entry = lookupHash(ctx, 1, hash);
  const { fields, deadlineMs, flag: persists } = readOptions(ctx, 1, 'PERSIST', [], ONE_TIME_OR_PERSIST);
  ctx.reply.array(fields.count);
  let updated = 0;
  let removed = 0;
  const names = ctx.partsWanted();
  try {
    if (entry !== 0 && deadlineMs !== 0) allowDeadlines(ctx, hash);
    for (let arg = fields.first; arg < fields.first + fields.count; arg++) {
      const position = entry === 0 ? 0 : hashFind(hash, ctx.source, ctx.at[arg], ctx.size[arg]);
      replyField(ctx, position);
      if (position === 0) continue;
      if (deadlineMs !== 0 && deadlineMs <= ctx.nowMs) {
        hashRemove(hash, position);
        names?.push(ctx.bytes(arg));
        removed++;
      } else if (deadlineMs !== 0 || (persists && hashDeadline(hash, position) !== 0)) {
        hashSetDeadline(hash, position, deadlineMs);
        names?.push(ctx.bytes(arg));
        updated++;
      }
    }
  } finally {
    if (entry !== 0) saveHash(ctx, entry, hash);
  }
  if (updated + removed === 0) return;
  countExpired(ctx, removed);
  ctx.touch(1, removed > 0 ? HDEL : persists ? HPERSIST : HEXPIRE, names);
  if (hashCount(hash) === 0) removeEmptied(ctx, 1, entry);
}

function hgetdel(ctx: Context): void {
  const entry = lookupHash(ctx, 1, hash);
  const { first, count } = exactFields(ctx);
  ctx.reply.array(count);
  let removed = 0;
  const names = ctx.partsWanted();
  for (let arg = first; arg < first + count; arg++) {
    const position = entry === 0 ? 0 : hashFind(hash, ctx.source, ctx.at[arg], ctx.size[arg]);
    replyField(ctx, position);
    if (position === 0) continue;
    hashRemove(hash, position);
    names?.push(ctx.bytes(arg));
    removed++;
  }
  if (removed === 0) return;
  saveHash(ctx, entry, hash);
  ctx.touch(1, HDEL, names);
  if (hashCount(hash) === 0) removeEmptied(ctx, 1, entry);
}

function hsetex(ctx: Context): void {
  const options = readOptions(ctx, 2, 'KEEPTTL', ['FNX', 'FXX'], ONE_TIME_OR_KEEPTTL);
  const { fields, deadlineMs } = options;
  const entry = lookupHash(ctx, 1, hash);
  if (!conditionHolds(ctx, entry, options)) return ctx.reply.integer(0);
  requireRoom(ctx, fields.first);
  if (entry === 0) {
    createHash(ctx, options);
  } else {
    try {
      hashExpect(hash, fields.count);
      setFields(ctx, options);
      hashShare(hash);
    } finally {
      saveHash(ctx, entry, hash);
    }
  }
  const expires = deadlineMs !== 0;
  const past = expires && deadlineMs <= ctx.nowMs;
  if (past) countExpired(ctx, fields.count);
  const names = ctx.partsFrom(fields.first, 2, fields.first + fields.count * 2);
  if (past && entry === 0) ctx.announce(ctx.ks, 1, ctx.hash, NEW);
  ctx.touch(1, HSET, names);
  if (expires) ctx.touch(1, past ? HDEL : HEXPIRE, names);
  if (past && entry === 0) ctx.touch(1, DEL);
  else if (past && hashCount(hash) === 0) removeEmptied(ctx, 1, entry);
  ctx.reply.integer(1);
}

function conditionHolds(ctx: Context, entry: number, { fields, condition }: Options): boolean {
  if (condition === '') return true;
  for (let i = 0; i < fields.count; i++) {
    const arg = fields.first + i * 2;
    const has = entry !== 0 && hashFind(hash, ctx.source, ctx.at[arg], ctx.size[arg]) !== 0;
    if (has !== (condition === 'FXX')) return false;
  }
  return true;
}

function createHash(ctx: Context, options: Options): void {
  // What would be removed at once is not made; who listens hears of both.
  if (options.deadlineMs !== 0 && options.deadlineMs <= ctx.nowMs) return;
  hash.allocator = ctx.ks.allocator;
  hashCreate(hash, options.fields.count);
  try {
    setFields(ctx, options);
    hashShare(hash);
  } catch (failure) {
    hashFree(hash.allocator, hash.root, hash.encoding);
    throw failure;
  }
  putValue(ctx, 1, 0, TYPE_HASH, hash, hashFree);
}

function setFields(ctx: Context, { fields, deadlineMs, flag: keepsDeadline }: Options): void {
  const { source, at, size } = ctx;
  if (deadlineMs !== 0) allowDeadlines(ctx, hash);
  for (let i = 0; i < fields.count; i++) {
    const arg = fields.first + i * 2;
    hashSet(hash, source, at[arg], size[arg], source, at[arg + 1], size[arg + 1], keepsDeadline);
    if (deadlineMs === 0) continue;
    const position = hashFind(hash, source, at[arg], size[arg]);
    if (deadlineMs <= ctx.nowMs) hashRemove(hash, position);
    else hashSetDeadline(hash, position, deadlineMs);
  }
}

export const hashExtendedCommands = [
  command({
    name: 'HGETEX',
    since: '8.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Returns the values of fields of a hash, and says when these are to be removed.',
    syntax:
      'key:key [expiration(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST)] FIELDS fields{numfields:integer field...}',
    keys: 'RW access update 1',
    flags: 'write fast',
    run: hgetex,
  }),
  command({
    name: 'HSETEX',
    since: '8.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Sets fields of a hash, on conditions, and says when these are to be removed.',
    syntax:
      'key:key [condition(FNX | FXX)] [expiration(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | KEEPTTL)] FIELDS fields{numfields:integer data{field value}...}',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    run: hsetex,
  }),
  command({
    name: 'HGETDEL',
    since: '8.0.0',
    group: 'hash',
    complexity: 'O(N) for N fields',
    summary: 'Removes fields of a hash and returns their values; the key goes with the last one.',
    syntax: 'key:key FIELDS fields{numfields:integer field...}',
    keys: 'RW access delete 1',
    flags: 'write fast',
    run: hgetdel,
  }),
];
