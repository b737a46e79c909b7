/** The lowest and the highest members of sorted sets, taken out. The core serves the blocking commands too. */
import { TYPE_SORTED_SET } from '../store/entry.ts';
import { Slice } from '../types/slice.ts';
import { SortedSetCursor, sortedSetCount, sortedSetRemoveRange } from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, MUST_BE_POSITIVE, SYNTAX_ERROR } from './errors.ts';
import { sortedSetEvent } from './events.ts';
import { integerAtLeast } from './integer-arguments.ts';
import { openValue, removeEmptied, saveValue } from './value-entry.ts';

const ZPOPMIN = sortedSetEvent('zpopmin');
const ZPOPMAX = sortedSetEvent('zpopmax');

const NUMKEYS_ABOVE_ZERO = error('ERR numkeys should be greater than 0');
const COUNT_ABOVE_ZERO = error('ERR count should be greater than 0');

const zset = new Value();
const cursor = new SortedSetCursor();
const member = new Slice();

/** Opens the sorted set in argument `arg` for `popSortedSet`. @returns its entry; 0 if there is none  @throws WRONG_TYPE */
export function openSortedSet(ctx: Context, arg: number): number {
  const entry = ctx.lookupTyped(arg, TYPE_SORTED_SET);
  if (entry !== 0) openValue(ctx, entry, zset);
  return entry;
}

/**
 * Takes `count` members, which must be there, out of the sorted set that is open, argument `arg`, from its upper or its
 * lower end, and writes them with their scores; `nested` in an array each. The reply's heads are the caller's.
 */
export function popSortedSet(
  ctx: Context,
  arg: number,
  entry: number,
  highest: boolean,
  count: number,
  nested: boolean,
): void {
  const length = sortedSetCount(zset);
  cursor.seek(zset, highest ? length - 1 : 0);
  for (let i = 0; i < count; i++) {
    if (nested) ctx.reply.array(2);
    cursor.read(member);
    ctx.reply.bulk(member.region, member.at, member.length);
    ctx.reply.double(cursor.score());
    if (highest) cursor.previous();
    else cursor.next();
  }
  sortedSetRemoveRange(zset, highest ? length - count : 0, count);
  saveValue(ctx, entry, zset);
  ctx.touch(arg, highest ? ZPOPMAX : ZPOPMIN);
  if (count === length) removeEmptied(ctx, arg, entry);
}

function zpop(ctx: Context, highest: boolean): void {
  if (ctx.argc > 3) throw SYNTAX_ERROR;
  const counted = ctx.argc === 3;
  const wanted = counted ? integerAtLeast(ctx, 2, 0, MUST_BE_POSITIVE) : 1;
  const entry = openSortedSet(ctx, 1);
  if (entry === 0 || wanted === 0) return ctx.reply.array(0);
  const count = Math.min(wanted, sortedSetCount(zset));
  ctx.weigh(count);
  const nested = counted && ctx.reply.resp3;
  ctx.reply.array(nested ? count : count * 2);
  popSortedSet(ctx, 1, entry, highest, count, nested);
}

export interface MultiPop {
  firstKey: number;
  keys: number;
  highest: boolean;
  count: number;
}

/**
 * Reads `numkeys key… MIN|MAX [COUNT count]` from argument `arg` on: of ZMPOP, and of BZMPOP behind its timeout.
 * @throws CommandError
 */
export function readMultiPop(ctx: Context, arg: number): MultiPop {
  const keys = integerAtLeast(ctx, arg, 1, NUMKEYS_ABOVE_ZERO);
  const where = arg + 1 + keys;
  if (where >= ctx.argc) throw SYNTAX_ERROR;
  const highest = ctx.isWord(where, 'MAX');
  if (!highest && !ctx.isWord(where, 'MIN')) throw SYNTAX_ERROR;
  let count = -1;
  for (let option = where + 1; option < ctx.argc; option++) {
    if (count !== -1 || !ctx.isWord(option, 'COUNT') || option + 1 === ctx.argc) throw SYNTAX_ERROR;
    count = integerAtLeast(ctx, ++option, 1, COUNT_ABOVE_ZERO);
  }
  return { firstKey: arg + 1, keys, highest, count: count === -1 ? 1 : count };
}

/** Pops from the first of the keys that has members, and replies. @returns false, nothing replied, if none has */
export function multiPop(ctx: Context, { firstKey, keys, highest, count: wanted }: MultiPop): boolean {
  for (let arg = firstKey; arg < firstKey + keys; arg++) {
    const entry = openSortedSet(ctx, arg);
    if (entry === 0) continue;
    const count = Math.min(wanted, sortedSetCount(zset));
    ctx.weigh(count);
    ctx.reply.array(2);
    ctx.reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
    ctx.reply.array(count);
    popSortedSet(ctx, arg, entry, highest, count, true);
    return true;
  }
  return false;
}

function zmpop(ctx: Context): void {
  if (!multiPop(ctx, readMultiPop(ctx, 1))) ctx.reply.nullArray();
}

export const sortedSetPopCommands = [
  command({
    name: 'ZPOPMIN',
    since: '5.0.0',
    group: 'sorted-set',
    complexity: 'O(log N) a member',
    summary: 'Takes the members with the lowest scores out of a sorted set and returns them.',
    syntax: 'key:key [count:integer]',
    keys: 'RW access delete 1',
    flags: 'write fast',
    run: (ctx) => zpop(ctx, false),
  }),
  command({
    name: 'ZPOPMAX',
    since: '5.0.0',
    group: 'sorted-set',
    complexity: 'O(log N) a member',
    summary: 'Takes the members with the highest scores out of a sorted set and returns them.',
    syntax: 'key:key [count:integer]',
    keys: 'RW access delete 1',
    flags: 'write fast',
    run: (ctx) => zpop(ctx, true),
  }),
  command({
    name: 'ZMPOP',
    since: '7.0.0',
    group: 'sorted-set',
    complexity: 'O(K) + O(M log N) for K keys and M members',
    summary: 'Takes members with the lowest or highest scores out of the first of several sorted sets that has any.',
    syntax: 'numkeys:integer key:key... where(MIN | MAX) [COUNT count:integer]',
    keys: 'RW access delete num 1',
    flags: 'write movablekeys',
    run: zmpop,
  }),
];
