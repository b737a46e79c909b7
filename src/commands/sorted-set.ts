/** Sorted sets: members added, removed and looked up one by one. */
import { parseDouble } from '../base/numbers.ts';
import { TYPE_SORTED_SET } from '../store/entry.ts';
import { registerValueType } from '../store/value-types.ts';
import {
  sortedSetCount,
  sortedSetCreate,
  sortedSetExpect,
  sortedSetFind,
  sortedSetFree,
  sortedSetInsert,
  sortedSetRank,
  sortedSetRemove,
  sortedSetScore,
  sortedSetUpdate,
} from '../types/sorted-set.ts';
import { sortedSetValueType } from '../types/sorted-set-value-type.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, NOT_A_FLOAT, SYNTAX_ERROR } from './errors.ts';
import { sortedSetEvent } from './events.ts';
import { openValue, putValue, removeEmptied, requireRoom, saveValue } from './value-entry.ts';

registerValueType(TYPE_SORTED_SET, sortedSetValueType);

const ZADD = sortedSetEvent('zadd');
const ZINCR = sortedSetEvent('zincr');
const ZREM = sortedSetEvent('zrem');

const NOT_A_NUMBER = error('ERR resulting score is not a number (NaN)');
const XX_AND_NX = error('ERR XX and NX options at the same time are not compatible');
const GT_LT_NX = error('ERR GT, LT, and/or NX options at the same time are not compatible');
const INCR_ONE_PAIR = error('ERR INCR option supports a single increment-element pair');

const NX = 1;
const XX = 2;
const CH = 4;
const INCR = 8;
const GT = 16;
const LT = 32;

export { CH as ADD_CH, NX as ADD_NX, XX as ADD_XX };

const zset = new Value();
let scores = new Float64Array(64);
let added = 0;
let updated = 0;
/** The score that the last pair left; NaN if its conditions kept it from being set. */
let lastScore = 0;

/** Opens the sorted set in argument `arg` to be read. @returns false if there is no such key */
export function readSortedSet(ctx: Context, arg: number, into: Value): boolean {
  const entry = ctx.readTyped(arg, TYPE_SORTED_SET);
  if (entry === 0) return false;
  openValue(ctx, entry, into);
  return true;
}

/** Argument `arg` as a double. @throws NOT_A_FLOAT */
export function doubleArgument(ctx: Context, arg: number): number {
  const value = parseDouble(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (value === undefined) throw NOT_A_FLOAT;
  return value;
}

/** The options before the first score, as bits, and in `optionsEnd` the argument behind them. */
let optionsEnd = 2;
function readOptions(ctx: Context): number {
  let options = 0;
  for (optionsEnd = 2; optionsEnd < ctx.argc; optionsEnd++) {
    const option = optionBit(ctx, optionsEnd);
    if (option === 0) break;
    options |= option;
  }
  return options;
}

function optionBit(ctx: Context, arg: number): number {
  // No option is as short as a digit or longer than INCR: most scores are told by their first byte.
  if (ctx.size[arg] < 2 || ctx.size[arg] > 4 || ctx.source.u8[ctx.at[arg]] < 65) return 0;
  switch (ctx.word(arg)) {
    case 'NX':
      return NX;
    case 'XX':
      return XX;
    case 'CH':
      return CH;
    case 'INCR':
      return INCR;
    case 'GT':
      return GT;
    case 'LT':
      return LT;
    default:
      return 0;
  }
}

function checkOptions(options: number, words: number): void {
  if (words === 0 || (words & 1) === 1) throw SYNTAX_ERROR;
  if ((options & NX) !== 0 && (options & XX) !== 0) throw XX_AND_NX;
  const comparisons = options & (GT | LT);
  if (comparisons === (GT | LT) || (comparisons !== 0 && (options & NX) !== 0)) throw GT_LT_NX;
  if ((options & INCR) !== 0 && words > 2) throw INCR_ONE_PAIR;
}

function zadd(ctx: Context): void {
  const options = readOptions(ctx);
  const first = optionsEnd;
  checkOptions(options, ctx.argc - first);
  addPairs(ctx, first, options);
  if ((options & INCR) === 0) return replyAdded(ctx, options);
  if (Number.isNaN(lastScore)) ctx.reply.null();
  else ctx.reply.double(lastScore);
}

/** Replies with how many members `addScored` added, or changed as well with the option CH. */
export function replyAdded(ctx: Context, options: number): void {
  ctx.reply.integer((options & CH) !== 0 ? added + updated : added);
}

function zincrby(ctx: Context): void {
  addPairs(ctx, 2, INCR);
  ctx.reply.double(lastScore);
}

function addPairs(ctx: Context, first: number, options: number): void {
  const pairs = (ctx.argc - first) >> 1;
  scoreRoom(pairs);
  for (let pair = 0; pair < pairs; pair++) scores[pair] = doubleArgument(ctx, first + pair * 2);
  addScored(ctx, first + 1, 2, pairs, options);
}

/** Where the scores for `addScored` go. */
export function scoreRoom(pairs: number): Float64Array {
  if (pairs > scores.length) scores = new Float64Array(pairs * 2);
  return scores;
}

/**
 * Adds or updates the members in every `stride`th argument from `first` on, with the scores in `scoreRoom`.
 * @throws CommandError
 */
export function addScored(ctx: Context, first: number, stride: number, pairs: number, options: number): void {
  added = 0;
  updated = 0;
  lastScore = Number.NaN;
  const entry = ctx.lookupTyped(1, TYPE_SORTED_SET);
  if (entry === 0 && (options & XX) !== 0) return;
  if (pairs > 1) requireRoom(ctx, first);
  if (entry === 0) {
    createSortedSet(ctx, first, stride, pairs, options);
  } else {
    openValue(ctx, entry, zset);
    try {
      sortedSetExpect(zset, pairs);
      for (let pair = 0; pair < pairs; pair++) addPair(ctx, first + pair * stride, scores[pair], options);
    } finally {
      saveValue(ctx, entry, zset);
    }
  }
  if (added + updated > 0) ctx.touch(1, (options & INCR) !== 0 ? ZINCR : ZADD);
}

function createSortedSet(ctx: Context, first: number, stride: number, pairs: number, options: number): void {
  zset.allocator = ctx.ks.allocator;
  sortedSetCreate(zset, pairs, ctx.size[first]);
  try {
    for (let pair = 0; pair < pairs; pair++) addPair(ctx, first + pair * stride, scores[pair], options);
  } catch (failure) {
    sortedSetFree(zset.allocator, zset.root, zset.encoding);
    throw failure;
  }
  putValue(ctx, 1, 0, TYPE_SORTED_SET, zset, sortedSetFree);
}

/** Adds or updates the member in argument `arg`, if the options allow it. */
function addPair(ctx: Context, arg: number, given: number, options: number): void {
  const at = ctx.at[arg];
  const length = ctx.size[arg];
  const position = sortedSetFind(zset, ctx.source, at, length);
  if (position === 0) {
    if ((options & XX) !== 0) return;
    sortedSetInsert(zset, ctx.source, at, length, given);
    lastScore = given;
    added++;
    return;
  }
  if ((options & NX) !== 0) return;
  const current = sortedSetScore(zset, position);
  const score = (options & INCR) !== 0 ? current + given : given;
  if (Number.isNaN(score)) throw NOT_A_NUMBER;
  if ((options & LT) !== 0 && score >= current) return;
  if ((options & GT) !== 0 && score <= current) return;
  lastScore = score;
  if (score === current) return;
  sortedSetUpdate(zset, position, score);
  updated++;
}

function zrem(ctx: Context): void {
  const entry = ctx.lookupTyped(1, TYPE_SORTED_SET);
  if (entry === 0) return ctx.reply.integer(0);
  openValue(ctx, entry, zset);
  let removed = 0;
  for (let arg = 2; arg < ctx.argc && sortedSetCount(zset) > 0; arg++) {
    const position = sortedSetFind(zset, ctx.source, ctx.at[arg], ctx.size[arg]);
    if (position === 0) continue;
    sortedSetRemove(zset, position);
    removed++;
  }
  saveValue(ctx, entry, zset);
  if (removed > 0) ctx.touch(1, ZREM);
  if (sortedSetCount(zset) === 0) removeEmptied(ctx, 1, entry);
  ctx.reply.integer(removed);
}

function zcard(ctx: Context): void {
  ctx.reply.integer(readSortedSet(ctx, 1, zset) ? sortedSetCount(zset) : 0);
}

function replyScore(ctx: Context, found: boolean, arg: number): void {
  const position = found ? sortedSetFind(zset, ctx.source, ctx.at[arg], ctx.size[arg]) : 0;
  if (position === 0) ctx.reply.null();
  else ctx.reply.double(sortedSetScore(zset, position));
}

function zscore(ctx: Context): void {
  replyScore(ctx, readSortedSet(ctx, 1, zset), 2);
}

function zmscore(ctx: Context): void {
  const found = readSortedSet(ctx, 1, zset);
  ctx.reply.array(ctx.argc - 2);
  for (let arg = 2; arg < ctx.argc; arg++) replyScore(ctx, found, arg);
}

function rank(ctx: Context, reverse: boolean): void {
  const withScore = ctx.argc > 3;
  if (ctx.argc > 4 || (withScore && !ctx.isWord(3, 'WITHSCORE'))) throw SYNTAX_ERROR;
  const position = readSortedSet(ctx, 1, zset) ? sortedSetFind(zset, ctx.source, ctx.at[2], ctx.size[2]) : 0;
  if (position === 0) return withScore ? ctx.reply.nullArray() : ctx.reply.null();
  const ascending = sortedSetRank(zset, position);
  if (withScore) ctx.reply.array(2);
  ctx.reply.integer(reverse ? sortedSetCount(zset) - 1 - ascending : ascending);
  if (withScore) ctx.reply.double(sortedSetScore(zset, position));
}

export const sortedSetCommands = [
  command({
    name: 'ZADD',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(log N) a member',
    summary: 'Adds members with their scores to a sorted set, or gives those it has new scores.',
    syntax:
      'key:key [condition@3.0.2(NX | XX)] [comparison@6.2.0(GT | LT)] [change=CH@3.0.2] [increment=INCR@3.0.2] data{score:double member}...',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    history: [
      ['2.4.0', 'Takes several members.'],
      ['3.0.2', 'Takes `XX`, `NX`, `CH` and `INCR`.'],
      ['6.2.0', 'Takes `GT` and `LT`.'],
    ],
    run: zadd,
  }),
  command({
    name: 'ZINCRBY',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(log N)',
    summary: "Adds to a member's score.",
    syntax: 'key:key increment:integer member',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: zincrby,
  }),
  command({
    name: 'ZREM',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(log N) a member',
    summary: 'Removes members from a sorted set; the key goes with the last one.',
    syntax: 'key:key member...',
    keys: 'RW delete 1',
    flags: 'write fast',
    history: [['2.4.0', 'Takes several members.']],
    run: zrem,
  }),
  command({
    name: 'ZCARD',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(1)',
    summary: 'Counts the members of a sorted set.',
    syntax: 'key:key',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: zcard,
  }),
  command({
    name: 'ZSCORE',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(1)',
    summary: "Returns a member's score.",
    syntax: 'key:key member',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: zscore,
  }),
  command({
    name: 'ZMSCORE',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: 'O(1) a member',
    summary: 'Returns the scores of several members.',
    syntax: 'key:key member...',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: zmscore,
  }),
  command({
    name: 'ZRANK',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: 'O(log N)',
    summary: 'Returns how many members come before a member, lowest score first.',
    syntax: 'key:key member [WITHSCORE]',
    keys: 'RO access 1',
    flags: 'readonly fast',
    history: [['7.2.0', 'Takes `WITHSCORE`.']],
    run: (ctx) => rank(ctx, false),
  }),
  command({
    name: 'ZREVRANK',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: 'O(log N)',
    summary: 'Returns how many members come before a member, highest score first.',
    syntax: 'key:key member [WITHSCORE]',
    keys: 'RO access 1',
    flags: 'readonly fast',
    history: [['7.2.0', 'Takes `WITHSCORE`.']],
    run: (ctx) => rank(ctx, true),
  }),
];
