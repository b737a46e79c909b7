/** ARGET, ARMGET, ARLEN, ARCOUNT, ARGETRANGE and ARSCAN. */
import { SparseArray } from '../types/array.ts';
import { ArrayCursor } from '../types/array-cursor.ts';
import { ArrayIndex } from '../types/array-index.ts';
import {
  elementsBetween,
  indexArgument,
  PLACES_MAX,
  placesBetween,
  readArray,
  replyElement,
  replyIndex,
  replyPlace,
  replyPlaces,
} from './array-access.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR, wrongArity } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

const RANGE_TOO_LONG = error(`ERR range exceeds maximum of ${PLACES_MAX} items`);
const LIMIT_NOT_POSITIVE = error('ERR LIMIT must be positive');
const ARSCAN_ARITY = wrongArity('arscan');

const array = new SparseArray();
const index = new ArrayIndex();
const start = new ArrayIndex();
const end = new ArrayIndex();
const cursor = new ArrayCursor();

function arget(ctx: Context): void {
  const entry = readArray(ctx, 1, array);
  indexArgument(ctx, 2, index);
  if (entry === 0) ctx.reply.null();
  else replyPlace(ctx.reply, array, index);
}

function armget(ctx: Context): void {
  const entry = readArray(ctx, 1, array);
  for (let arg = 2; arg < ctx.argc; arg++) indexArgument(ctx, arg, index);
  ctx.weigh(ctx.argc - 2);
  ctx.reply.array(ctx.argc - 2);
  for (let arg = 2; arg < ctx.argc; arg++) {
    if (entry === 0) {
      ctx.reply.null();
    } else {
      indexArgument(ctx, arg, index);
      replyPlace(ctx.reply, array, index);
    }
  }
}

function arlen(ctx: Context): void {
  if (readArray(ctx, 1, array) === 0) return ctx.reply.integer(0);
  array.loadLast(index);
  index.increment();
  replyIndex(ctx.reply, index);
}

function arcount(ctx: Context): void {
  ctx.reply.integer(readArray(ctx, 1, array) === 0 ? 0 : array.count);
}

function argetrange(ctx: Context): void {
  indexArgument(ctx, 2, start);
  indexArgument(ctx, 3, end);
  const entry = readArray(ctx, 1, array);
  const places = placesBetween(start, end);
  if (places > PLACES_MAX) throw RANGE_TOO_LONG;
  ctx.weigh(places);
  ctx.reply.array(places);
  if (entry !== 0) replyPlaces(ctx.reply, array, start, end);
  else for (let i = 0; i < places; i++) ctx.reply.null();
}

/** The argument of LIMIT. @throws CommandError */
export function limitArgument(ctx: Context, arg: number): number {
  const limit = saturatedInteger(ctx, arg);
  if (limit <= 0) throw LIMIT_NOT_POSITIVE;
  return limit;
}

function arscan(ctx: Context): void {
  indexArgument(ctx, 2, start);
  indexArgument(ctx, 3, end);
  let limit = Number.POSITIVE_INFINITY;
  if (ctx.argc === 6) {
    if (!ctx.isWord(4, 'LIMIT')) throw SYNTAX_ERROR;
    limit = limitArgument(ctx, 5);
  } else if (ctx.argc !== 4) {
    throw ARSCAN_ARITY;
  }
  const { reply } = ctx;
  if (readArray(ctx, 1, array) === 0) return reply.array(0);
  ctx.weigh(Math.min(limit, elementsBetween(array, start, end)));
  const mark = reply.mark();
  let found = 0;
  cursor.start(array, start, end);
  for (; found < limit && cursor.next(); found++) {
    reply.array(2);
    replyIndex(reply, cursor.index);
    replyElement(reply, array, cursor.at);
  }
  reply.arrayAt(mark, found);
}

export const arrayReadCommands = [
  command({
    name: 'ARGET',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N), N being the slices of the array',
    summary: 'Answers what a place of an array holds.',
    syntax: 'key:key index:integer',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: arget,
  }),
  command({
    name: 'ARMGET',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N) a place, N being the slices of the array',
    summary: 'Answers what several places of an array hold.',
    syntax: 'key:key index:integer...',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: armget,
  }),
  command({
    name: 'ARLEN',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N), N being the slices of the array',
    summary: 'Answers the place behind the last one of an array that holds something.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: arlen,
  }),
  command({
    name: 'ARCOUNT',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(1)',
    summary: 'Counts the places of an array that hold something.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: arcount,
  }),
  command({
    name: 'ARGETRANGE',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(N), N being the places in the range',
    summary: 'Answers what each place in a range of an array holds.',
    syntax: 'key:key start:integer end:integer',
    keys: 'RO access 1',
    flags: 'readonly',
    run: argetrange,
  }),
  command({
    name: 'ARSCAN',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N + M), M being the elements answered',
    summary: 'Answers the places in a range of an array that hold something, and what.',
    syntax: 'key:key start:integer end:integer [LIMIT limit:integer]',
    keys: 'RO access 1',
    flags: 'readonly',
    run: arscan,
  }),
];
