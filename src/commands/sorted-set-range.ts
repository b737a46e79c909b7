/** Ranges of sorted sets: returned, stored, counted and removed. */
import { TYPE_SORTED_SET } from '../store/entry.ts';
import { Slice } from '../types/slice.ts';
import {
  SortedSetCursor,
  sortedSetCount,
  sortedSetCreate,
  sortedSetFind,
  sortedSetFree,
  sortedSetInsert,
  sortedSetRemoveRange,
} from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { type KeyEvent, sortedSetEvent } from './events.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { readSortedSet } from './sorted-set.ts';
import { byMember, byRank, byScore, type RangeReader, type RankRange } from './sorted-set-bounds.ts';
import { storeSortedSet } from './sorted-set-store.ts';
import { openValue, removeEmptied, saveValue } from './value-entry.ts';

const LIMIT_WITHOUT_BY = error('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
const WITHSCORES_WITH_LEX = error('ERR syntax error, WITHSCORES not supported in combination with BYLEX');

const ZRANGESTORE = sortedSetEvent('zrangestore');

const zset = new Value();
const cursor = new SortedSetCursor();
const member = new Slice();

type By = 'rank' | 'score' | 'member';

interface RangeOptions {
  by: By;
  reverse: boolean;
  withScores: boolean;
  offset: number;
  /** At most so many; −1 and below: all. */
  count: number;
}

/**
 * Reads the options from argument `arg` on. @param by what the range is by, undefined if options may say it
 * @param reverse likewise  @throws CommandError
 */
function readOptions(ctx: Context, arg: number, by?: By, reverse?: boolean, stores = false): RangeOptions {
  const options: RangeOptions = {
    by: by ?? 'rank',
    reverse: reverse ?? false,
    withScores: false,
    offset: 0,
    count: -1,
  };
  let chosen = by !== undefined;
  for (let at = arg; at < ctx.argc; at++) {
    if (!stores && ctx.isWord(at, 'WITHSCORES')) {
      options.withScores = true;
    } else if (ctx.isWord(at, 'LIMIT') && at + 2 < ctx.argc) {
      options.offset = saturatedInteger(ctx, ++at);
      options.count = saturatedInteger(ctx, ++at);
    } else if (reverse === undefined && !options.reverse && ctx.isWord(at, 'REV')) {
      options.reverse = true;
    } else if (!chosen && ctx.isWord(at, 'BYSCORE')) {
      options.by = 'score';
      chosen = true;
    } else if (!chosen && ctx.isWord(at, 'BYLEX')) {
      options.by = 'member';
      chosen = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  if (options.by === 'rank') {
    if (options.count !== -1) throw LIMIT_WITHOUT_BY;
    options.offset = 0;
  }
  if (options.by === 'member' && options.withScores) throw WITHSCORES_WITH_LEX;
  return options;
}

/** The range between the arguments `first` and `first` + 1, which in reverse are given highest first. */
function readRange(ctx: Context, first: number, { by, reverse }: RangeOptions): (zset: Value) => RankRange {
  if (by === 'rank') return byRank(reverse)(ctx, first, first + 1);
  const reader = by === 'score' ? byScore : byMember;
  return reverse ? reader(ctx, first + 1, first) : reader(ctx, first, first + 1);
}

/** What is left of a range when offset and count are taken into account. */
function limit(range: RankRange, { reverse, offset, count }: RangeOptions): RankRange {
  const length = Math.max(0, range.to - range.from);
  if (offset < 0 || offset >= length || count === 0) return { from: 0, to: 0 };
  const taken = count < 0 ? length - offset : Math.min(count, length - offset);
  const from = reverse ? range.to - offset - taken : range.from + offset;
  return { from, to: from + taken };
}

function zrange(ctx: Context, by?: By, reverse?: boolean): void {
  const options = readOptions(ctx, 4, by, reverse);
  const rangeOf = readRange(ctx, 2, options);
  if (!readSortedSet(ctx, 1, zset)) return ctx.reply.array(0);
  const { from, to } = limit(rangeOf(zset), options);
  ctx.weigh(to - from);
  const nested = options.withScores && ctx.reply.resp3;
  ctx.reply.array(options.withScores && !nested ? (to - from) * 2 : to - from);
  if (to === from) return;
  cursor.seek(zset, options.reverse ? to - 1 : from);
  for (let left = to - from; left > 0; left--) {
    if (nested) ctx.reply.array(2);
    cursor.read(member);
    ctx.reply.bulk(member.region, member.at, member.length);
    if (options.withScores) ctx.reply.double(cursor.score());
    if (options.reverse) cursor.previous();
    else cursor.next();
  }
}

function zrangestore(ctx: Context): void {
  const options = readOptions(ctx, 5, undefined, undefined, true);
  const rangeOf = readRange(ctx, 3, options);
  const found = readSortedSet(ctx, 2, zset);
  const { from, to } = found ? limit(rangeOf(zset), options) : { from: 0, to: 0 };
  ctx.weigh(to - from);
  const result = new Value();
  result.allocator = ctx.select(1).allocator;
  sortedSetCreate(result, options.by === 'rank' ? to - from : 0, 0);
  try {
    if (to > from) cursor.seek(zset, from);
    for (let left = to - from; left > 0; left--) {
      cursor.read(member);
      sortedSetFind(result, member.region, member.at, member.length);
      sortedSetInsert(result, member.region, member.at, member.length, cursor.score());
      cursor.next();
    }
  } catch (failure) {
    sortedSetFree(result.allocator, result.root, result.encoding);
    throw failure;
  }
  ctx.reply.integer(storeSortedSet(ctx, result, ZRANGESTORE));
}

function count(ctx: Context, reader: RangeReader): void {
  const rangeOf = reader(ctx, 2, 3);
  if (!readSortedSet(ctx, 1, zset)) return ctx.reply.integer(0);
  const { from, to } = rangeOf(zset);
  ctx.reply.integer(Math.max(0, to - from));
}

function removeRange(ctx: Context, reader: RangeReader, event: KeyEvent): void {
  const rangeOf = reader(ctx, 2, 3);
  const entry = ctx.lookupTyped(1, TYPE_SORTED_SET);
  if (entry === 0) return ctx.reply.integer(0);
  openValue(ctx, entry, zset);
  const { from, to } = rangeOf(zset);
  if (to <= from) return ctx.reply.integer(0);
  ctx.weigh(to - from);
  sortedSetRemoveRange(zset, from, to - from);
  saveValue(ctx, entry, zset);
  ctx.touch(1, event);
  if (sortedSetCount(zset) === 0) removeEmptied(ctx, 1, entry);
  ctx.reply.integer(to - from);
}

const ZREMRANGEBYRANK = sortedSetEvent('zremrangebyrank');
const ZREMRANGEBYSCORE = sortedSetEvent('zremrangebyscore');
const ZREMRANGEBYLEX = sortedSetEvent('zremrangebylex');

const COMPLEXITY = 'O(log N) + O(M) for M members returned';
const REMOVING = 'O(log N) for each member removed';
const LIMIT = '[LIMIT limit{offset:integer count:integer}]';

export const sortedSetRangeCommands = [
  command({
    name: 'ZRANGE',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    summary: 'Returns the members in a range of ranks, scores or members.',
    syntax: `key:key start stop [sortby@6.2.0(BYSCORE | BYLEX)] [REV@6.2.0] [LIMIT limit@6.2.0{offset:integer count:integer}] [WITHSCORES]`,
    keys: 'RO access 1',
    flags: 'readonly',
    history: [['6.2.0', 'Takes `REV`, `BYSCORE`, `BYLEX` and `LIMIT`.']],
    run: (ctx) => zrange(ctx),
  }),
  command({
    name: 'ZREVRANGE',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    summary: 'Returns the members in a range of ranks, highest score first.',
    syntax: 'key:key start:integer stop:integer [WITHSCORES]',
    keys: 'RO access 1',
    flags: 'readonly',
    deprecatedSince: '6.2.0',
    replacedBy: '`ZRANGE` with the `REV` argument',
    run: (ctx) => zrange(ctx, 'rank', true),
  }),
  command({
    name: 'ZRANGEBYSCORE',
    since: '1.0.5',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    summary: 'Returns the members in a range of scores.',
    syntax: `key:key min:double max:double [WITHSCORES@2.0.0] ${LIMIT}`,
    keys: 'RO access 1',
    flags: 'readonly',
    deprecatedSince: '6.2.0',
    replacedBy: '`ZRANGE` with the `BYSCORE` argument',
    history: [['2.0.0', 'Takes `WITHSCORES`.']],
    run: (ctx) => zrange(ctx, 'score', false),
  }),
  command({
    name: 'ZREVRANGEBYSCORE',
    since: '2.2.0',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    summary: 'Returns the members in a range of scores, highest first.',
    syntax: `key:key max:double min:double [WITHSCORES] ${LIMIT}`,
    keys: 'RO access 1',
    flags: 'readonly',
    deprecatedSince: '6.2.0',
    replacedBy: '`ZRANGE` with the `REV` and `BYSCORE` arguments',
    history: [['2.1.6', '`min` and `max` may be left out of the range.']],
    run: (ctx) => zrange(ctx, 'score', true),
  }),
  command({
    name: 'ZRANGEBYLEX',
    since: '2.8.9',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    summary: 'Returns the members in a range of members, of a sorted set whose scores are all the same.',
    syntax: `key:key min max ${LIMIT}`,
    keys: 'RO access 1',
    flags: 'readonly',
    deprecatedSince: '6.2.0',
    replacedBy: '`ZRANGE` with the `BYLEX` argument',
    run: (ctx) => zrange(ctx, 'member', false),
  }),
  command({
    name: 'ZREVRANGEBYLEX',
    since: '2.8.9',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    summary: 'Returns the members in a range of members, highest first, of a sorted set whose scores are all the same.',
    syntax: `key:key max min ${LIMIT}`,
    keys: 'RO access 1',
    flags: 'readonly',
    deprecatedSince: '6.2.0',
    replacedBy: '`ZRANGE` with the `REV` and `BYLEX` arguments',
    run: (ctx) => zrange(ctx, 'member', true),
  }),
  command({
    name: 'ZRANGESTORE',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: 'O(log N) + O(M log M) for M members stored',
    summary: 'Stores a range of a sorted set as a sorted set.',
    syntax: `dst:key src:key#1 min max [sortby(BYSCORE | BYLEX)] [REV] ${LIMIT}`,
    keys: 'OW update 1 ; RO access 2',
    flags: 'write denyoom',
    run: zrangestore,
  }),
  command({
    name: 'ZCOUNT',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: 'O(log N)',
    summary: 'Counts the members in a range of scores.',
    syntax: 'key:key min:double max:double',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: (ctx) => count(ctx, byScore),
  }),
  command({
    name: 'ZLEXCOUNT',
    since: '2.8.9',
    group: 'sorted-set',
    complexity: 'O(log N)',
    summary: 'Counts the members in a range of members, of a sorted set whose scores are all the same.',
    syntax: 'key:key min max',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: (ctx) => count(ctx, byMember),
  }),
  command({
    name: 'ZREMRANGEBYRANK',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: REMOVING,
    summary: 'Removes the members in a range of ranks.',
    syntax: 'key:key start:integer stop:integer',
    keys: 'RW delete 1',
    flags: 'write',
    run: (ctx) => removeRange(ctx, byRank(false), ZREMRANGEBYRANK),
  }),
  command({
    name: 'ZREMRANGEBYSCORE',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: REMOVING,
    summary: 'Removes the members in a range of scores.',
    syntax: 'key:key min:double max:double',
    keys: 'RW delete 1',
    flags: 'write',
    run: (ctx) => removeRange(ctx, byScore, ZREMRANGEBYSCORE),
  }),
  command({
    name: 'ZREMRANGEBYLEX',
    since: '2.8.9',
    group: 'sorted-set',
    complexity: REMOVING,
    summary: 'Removes the members in a range of members, of a sorted set whose scores are all the same.',
    syntax: 'key:key min max',
    keys: 'RW delete 1',
    flags: 'write',
    run: (ctx) => removeRange(ctx, byMember, ZREMRANGEBYLEX),
  }),
];
