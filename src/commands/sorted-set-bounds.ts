/** Ranges of sorted sets, by rank, score or member, each read from two arguments and turned into ranks. */
import { parseDouble } from '../base/numbers.ts';
import { latin1 } from '../base/region.ts';
import { sortedSetCount, sortedSetRankOfMember, sortedSetRankOfScore } from '../types/sorted-set.ts';
import type { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { error } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

const NOT_FLOATS = error('ERR min or max is not a float');
const NOT_STRING_ITEMS = error('ERR min or max not valid string range item');

const OPEN = 40;
const CLOSED = 91;
const PLUS = 43;
const MINUS = 45;
const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;

/** The ranks `from` to `to` − 1, ascending; none if `to` is not above `from`. */
export interface RankRange {
  from: number;
  to: number;
}

/** What a range is by. It reads its bounds first, so that a bad one is told whatever the key holds. */
export type RangeReader = (ctx: Context, minArg: number, maxArg: number) => (zset: Value) => RankRange;

/** By rank; in reverse the ranks count from the highest. */
export const byRank =
  (reverse: boolean): RangeReader =>
  (ctx, minArg, maxArg) => {
    const start = saturatedInteger(ctx, minArg);
    const stop = saturatedInteger(ctx, maxArg);
    return (zset) => {
      const count = sortedSetCount(zset);
      const from = Math.max(0, start < 0 ? start + count : start);
      const to = Math.min(count, (stop < 0 ? stop + count : stop) + 1);
      return reverse ? { from: count - to, to: count - from } : { from, to };
    };
  };

export const byScore: RangeReader = (ctx, minArg, maxArg) => {
  const min = scoreBound(ctx, minArg);
  const max = scoreBound(ctx, maxArg);
  const minOpen = isOpen(ctx, minArg);
  const maxOpen = isOpen(ctx, maxArg);
  // Nothing is beyond infinity: no need to search for the end of a range that has none.
  return (zset) => ({
    from: min === Number.NEGATIVE_INFINITY && !minOpen ? 0 : sortedSetRankOfScore(zset, min, minOpen),
    to: max === Number.POSITIVE_INFINITY && !maxOpen ? sortedSetCount(zset) : sortedSetRankOfScore(zset, max, !maxOpen),
  });
};

const isOpen = (ctx: Context, arg: number): boolean => ctx.size[arg] > 0 && ctx.source.u8[ctx.at[arg]] === OPEN;

const SPACE = 32;
const TAB = 9;
const CARRIAGE_RETURN = 13;

/** As C's strtod reads a string of C: nothing is 0, too much is infinite, blanks may come first, and a NUL ends it. */
function scoreBound(ctx: Context, arg: number): number {
  const { u8 } = ctx.source;
  let at = ctx.at[arg] + (isOpen(ctx, arg) ? 1 : 0);
  const argEnd = ctx.at[arg] + ctx.size[arg];
  let end = at;
  while (end < argEnd && u8[end] !== 0) end++;
  if (end === at) return 0;
  while (at < end && (u8[at] === SPACE || (u8[at] >= TAB && u8[at] <= CARRIAGE_RETURN))) at++;
  if (at === end) throw NOT_FLOATS;
  const value = parseDouble(u8, at, end - at);
  if (value !== undefined) return value;
  const text = latin1(ctx.source, at, end - at);
  if (!DECIMAL.test(text)) throw NOT_FLOATS;
  return Number(text);
}

export const byMember: RangeReader = (ctx, minArg, maxArg) => {
  checkMemberBound(ctx, minArg);
  checkMemberBound(ctx, maxArg);
  return (zset) => ({
    from: memberRank(ctx, zset, minArg, OPEN),
    to: memberRank(ctx, zset, maxArg, CLOSED),
  });
};

function checkMemberBound(ctx: Context, arg: number): void {
  const kind = ctx.size[arg] === 0 ? 0 : ctx.source.u8[ctx.at[arg]];
  if (kind === OPEN || kind === CLOSED) return;
  if (ctx.size[arg] !== 1 || (kind !== PLUS && kind !== MINUS)) throw NOT_STRING_ITEMS;
}

/** How many members come before the bound; with kind `passes` the bound's own member counts too. */
function memberRank(ctx: Context, zset: Value, arg: number, passes: number): number {
  const at = ctx.at[arg];
  const kind = ctx.source.u8[at];
  if (kind === MINUS) return 0;
  if (kind === PLUS) return sortedSetCount(zset);
  return sortedSetRankOfMember(zset, ctx.source, at + 1, ctx.size[arg] - 1, kind === passes);
}
