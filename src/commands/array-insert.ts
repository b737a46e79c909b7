/** ARINSERT, ARNEXT, ARSEEK and ARLASTITEMS: an array remembers where something was last inserted. */
import { SparseArray } from '../types/array.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { lookupArray, readArray, replyIndex, replyPlaces, unsignedArgument } from './array-access.ts';
import { dropNew, keepNew, openForValues } from './array-write.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR, wrongArity } from './errors.ts';
import { arrayEvent } from './events.ts';
import { saturatedInteger } from './saturated-integer.ts';

const ARINSERT = arrayEvent('arinsert');
const ARSEEK = arrayEvent('arseek');

const INSERT_OVERFLOW = error('ERR insert index overflow');
const INVALID_COUNT = error('ERR invalid COUNT');
const ARLASTITEMS_ARITY = wrongArity('arlastitems');

const array = new SparseArray();
const index = new ArrayIndex();
const last = new ArrayIndex();
const edge = new ArrayIndex();
const ZERO = new ArrayIndex();

function arinsert(ctx: Context): void {
  const values = ctx.argc - 2;
  const entry = openForValues(ctx, array, values);
  // 2^64 − 1 stands for "nowhere yet", and the place behind that is 0.
  array.loadInserted(index);
  index.increment();
  last.become(index);
  if (index.isMax || !last.add(values - 1) || last.isMax) throw INSERT_OVERFLOW;
  try {
    for (let arg = 2; arg < ctx.argc; arg++) {
      array.put(index, ctx.source, ctx.at[arg], ctx.size[arg]);
      array.storeInserted(index);
      index.increment();
    }
  } catch (failure) {
    dropNew(entry, array);
    throw failure;
  }
  keepNew(ctx, entry, array);
  ctx.touch(1, ARINSERT);
  replyIndex(ctx.reply, last);
}

function arnext(ctx: Context): void {
  if (readArray(ctx, 1, array) === 0) return ctx.reply.integer(0);
  array.loadInserted(index);
  index.increment();
  if (index.isMax) ctx.reply.null();
  else replyIndex(ctx.reply, index);
}

function arseek(ctx: Context): void {
  unsignedArgument(ctx, 2, index);
  if (lookupArray(ctx, 1, array) === 0) return ctx.reply.integer(0);
  index.decrement();
  array.storeInserted(index);
  ctx.touch(1, ARSEEK);
  ctx.reply.integer(1);
}

/** Sets `into` to the place from which ARLASTITEMS looks back: the last insertion, even if it is beyond the end by now. */
function loadAnchor(into: ArrayIndex): void {
  array.loadLast(last);
  array.loadInserted(into);
  if (into.isMax) into.become(last);
}

function arlastitems(ctx: Context): void {
  const { reply } = ctx;
  const asked = saturatedInteger(ctx, 2, INVALID_COUNT);
  if (asked <= 0) return reply.array(0);
  if (ctx.argc > 4) throw ARLASTITEMS_ARITY;
  const reverse = ctx.argc === 4;
  if (reverse && !ctx.isWord(3, 'REV')) throw SYNTAX_ERROR;
  if (readArray(ctx, 1, array) === 0) return reply.array(0);
  loadAnchor(index);
  // So many places, though some of them may hold nothing.
  const count = Math.min(asked, array.count);
  ctx.weigh(count);
  reply.array(count);
  // Looking back from the anchor goes on at the end of the array once it has come to its begin.
  const toBegin = index.distanceFrom(ZERO) + 1;
  const beforeBegin = count - toBegin;
  if (beforeBegin <= 0) {
    edge.become(index);
    goBack(edge, count - 1);
    if (reverse) replyPlaces(reply, array, index, edge);
    else replyPlaces(reply, array, edge, index);
    return;
  }
  edge.become(last);
  goBack(edge, beforeBegin - 1);
  if (reverse) {
    replyPlaces(reply, array, index, ZERO);
    replyPlaces(reply, array, last, edge);
  } else {
    replyPlaces(reply, array, edge, last);
    replyPlaces(reply, array, ZERO, index);
  }
}

/** Takes a number below 2^32 off. */
function goBack(from: ArrayIndex, count: number): void {
  const low = (from.low >>> 0) - count;
  from.set(low < 0 ? from.high - 1 : from.high, low);
}

export const arrayInsertCommands = [
  command({
    name: 'ARINSERT',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N) a value, N being the slices of the array',
    summary: 'Puts values behind where something was last inserted into an array; makes the array if there is none.',
    syntax: 'key:key value...',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    run: arinsert,
  }),
  command({
    name: 'ARNEXT',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(1)',
    summary: 'Answers the place where the next value will be inserted into an array.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: arnext,
  }),
  command({
    name: 'ARSEEK',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(1)',
    summary: 'Sets the place where the next value will be inserted into an array.',
    syntax: 'key:key index:integer',
    keys: 'RW update 1',
    flags: 'write fast',
    run: arseek,
  }),
  command({
    name: 'ARLASTITEMS',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(N), N being the places answered',
    summary: 'Answers what the places hold up to where something was last inserted into an array.',
    syntax: 'key:key count:integer [REV]',
    keys: 'RO access 1',
    flags: 'readonly',
    run: arlastitems,
  }),
];
