/** LLEN, LINDEX, LRANGE and LPOS. */
import { List } from '../types/list.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { integerAtLeast } from './integer-arguments.ts';
import { cursorEquals, negatableArgument, readList, replyElement } from './list-access.ts';
import { replyRange } from './list-reply.ts';
import { saturatedInteger } from './saturated-integer.ts';

const RANK_ZERO = error(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
);
const COUNT_NEGATIVE = error("ERR COUNT can't be negative");
const MAXLEN_NEGATIVE = error("ERR MAXLEN can't be negative");

const list = new List();

function llen(ctx: Context): void {
  ctx.reply.integer(readList(ctx, 1, list) ? list.length : 0);
}

function lindex(ctx: Context): void {
  if (!readList(ctx, 1, list)) return ctx.reply.null();
  const index = saturatedInteger(ctx, 2);
  if (list.seek(index)) replyElement(ctx, list);
  else ctx.reply.null();
}

function lrange(ctx: Context): void {
  const start = saturatedInteger(ctx, 2);
  const stop = saturatedInteger(ctx, 3);
  if (!readList(ctx, 1, list)) return ctx.reply.array(0);
  const { length } = list;
  const from = Math.max(start < 0 ? length + start : start, 0);
  const to = Math.min(stop < 0 ? length + stop : stop, length - 1);
  const count = Math.max(to - from + 1, 0);
  ctx.weigh(count);
  replyRange(ctx.reply, list, from, count);
}

function lpos(ctx: Context): void {
  let rank = 1;
  let count = -1;
  let maxlen = 0;
  for (let arg = 3; arg < ctx.argc; arg += 2) {
    if (arg + 1 === ctx.argc) throw SYNTAX_ERROR;
    if (ctx.isWord(arg, 'RANK')) {
      rank = negatableArgument(ctx, arg + 1);
      if (rank === 0) throw RANK_ZERO;
    } else if (ctx.isWord(arg, 'COUNT')) {
      count = integerAtLeast(ctx, arg + 1, 0, COUNT_NEGATIVE);
    } else if (ctx.isWord(arg, 'MAXLEN')) {
      maxlen = integerAtLeast(ctx, arg + 1, 0, MAXLEN_NEGATIVE);
    } else {
      throw SYNTAX_ERROR;
    }
  }
  if (!readList(ctx, 1, list)) {
    if (count >= 0) ctx.reply.array(0);
    else ctx.reply.null();
    return;
  }
  const looked = maxlen === 0 ? list.length : Math.min(maxlen, list.length);
  ctx.weigh(looked);
  if (count >= 0) replyPositions(ctx, rank, count, looked);
  else replyPosition(ctx, rank, looked);
}

function replyPosition(ctx: Context, rank: number, looked: number): void {
  let left = Math.abs(rank);
  list.toEnd(rank > 0);
  for (let index = 0; index < looked; index++) {
    if (cursorEquals(ctx, list, 2) && --left === 0) {
      return ctx.reply.integer(rank > 0 ? index : list.length - 1 - index);
    }
    step(rank);
  }
  ctx.reply.null();
}

function replyPositions(ctx: Context, rank: number, count: number, looked: number): void {
  const { reply } = ctx;
  const mark = reply.mark();
  let skipped = Math.abs(rank) - 1;
  let found = 0;
  list.toEnd(rank > 0);
  for (let index = 0; index < looked && (count === 0 || found < count); index++) {
    if (cursorEquals(ctx, list, 2) && skipped-- <= 0) {
      found++;
      reply.integer(rank > 0 ? index : list.length - 1 - index);
    }
    step(rank);
  }
  reply.arrayAt(mark, found);
}

function step(rank: number): void {
  if (rank > 0) list.next();
  else list.previous();
}

export const listReadCommands = [
  command({
    name: 'LLEN',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(1)',
    summary: 'Returns how many elements a list has.',
    syntax: 'key:key',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: llen,
  }),
  command({
    name: 'LINDEX',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N) for N elements between the index and the nearer end; O(1) at the ends',
    summary: 'Returns the element at an index of a list.',
    syntax: 'key:key index:integer',
    keys: 'RO access 1',
    flags: 'readonly',
    run: lindex,
  }),
  command({
    name: 'LRANGE',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(S+N) for N elements returned, the first of them S away from the nearer end',
    summary: 'Returns the elements of a list from one index to another.',
    syntax: 'key:key start:integer stop:integer',
    keys: 'RO access 1',
    flags: 'readonly',
    run: lrange,
  }),
  command({
    name: 'LPOS',
    since: '6.0.6',
    group: 'list',
    complexity: 'O(N) for N elements looked at',
    summary: 'Returns where in a list an element is.',
    syntax: 'key:key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]',
    keys: 'RO access 1',
    flags: 'readonly',
    run: lpos,
  }),
];
