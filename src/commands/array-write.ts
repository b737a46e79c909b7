/** ARSET, ARMSET, ARDEL and ARDELRANGE. */
import { TYPE_ARRAY } from '../store/entry.ts';
import { SparseArray } from '../types/array.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { arrayValueType } from '../types/array-value-type.ts';
import { elementsBetween, indexArgument, lookupArray } from './array-access.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, wrongArity } from './errors.ts';
import { arrayEvent, type KeyEvent } from './events.ts';
import { putValue, removeEmptied, requireRoom } from './value-entry.ts';

const ARSET = arrayEvent('arset');
const ARMSET = arrayEvent('armset');
const ARDEL = arrayEvent('ardel');
const ARDELRANGE = arrayEvent('ardelrange');

const INDEX_OVERFLOW = error('ERR array index overflow');
const ARMSET_ARITY = wrongArity('armset');
const ARDELRANGE_ARITY = wrongArity('ardelrange');

const array = new SparseArray();
const index = new ArrayIndex();
const end = new ArrayIndex();

/** Opens the array in argument 1, a new one if there is none, for `values` more. @returns its entry, or 0 */
export function openForValues(ctx: Context, into: SparseArray, values: number): number {
  const entry = lookupArray(ctx, 1, into);
  ctx.weigh(values);
  if (values > 1) requireRoom(ctx, 2);
  if (entry === 0) into.create(ctx.ks.allocator);
  return entry;
}

/** Frees an array whose making has failed. @param entry what `openForValues` answered */
export function dropNew(entry: number, into: SparseArray): void {
  if (entry === 0) arrayValueType.free(into.allocator, into.root);
}

/** Makes a new array that of the key in argument 1. @param entry what `openForValues` answered */
export function keepNew(ctx: Context, entry: number, into: SparseArray): void {
  if (entry === 0) putValue(ctx, 1, 0, TYPE_ARRAY, into, arrayValueType.free);
}

function arset(ctx: Context): void {
  indexArgument(ctx, 2, index);
  const values = ctx.argc - 3;
  end.become(index);
  if (!end.add(values - 1) || end.isMax) throw INDEX_OVERFLOW;
  const entry = openForValues(ctx, array, values);
  let added = 0;
  try {
    for (let arg = 3; arg < ctx.argc; arg++) {
      if (array.put(index, ctx.source, ctx.at[arg], ctx.size[arg])) added++;
      index.increment();
    }
  } catch (failure) {
    dropNew(entry, array);
    throw failure;
  }
  keepNew(ctx, entry, array);
  ctx.touch(1, ARSET);
  ctx.reply.integer(added);
}

function armset(ctx: Context): void {
  if (ctx.argc % 2 !== 0) throw ARMSET_ARITY;
  for (let arg = 2; arg < ctx.argc; arg += 2) indexArgument(ctx, arg, index);
  const entry = openForValues(ctx, array, (ctx.argc - 2) / 2);
  let added = 0;
  try {
    for (let arg = 2; arg < ctx.argc; arg += 2) {
      indexArgument(ctx, arg, index);
      if (array.put(index, ctx.source, ctx.at[arg + 1], ctx.size[arg + 1])) added++;
    }
  } catch (failure) {
    dropNew(entry, array);
    throw failure;
  }
  keepNew(ctx, entry, array);
  ctx.touch(1, ARMSET);
  ctx.reply.integer(added);
}

/** Says what became of an array that lost elements; an empty one goes. */
function noteRemoved(ctx: Context, entry: number, removed: number, event: KeyEvent): void {
  if (removed > 0) {
    const isEmpty = array.count === 0;
    ctx.touch(1, event);
    if (isEmpty) removeEmptied(ctx, 1, entry);
  }
  ctx.reply.integer(removed);
}

function ardel(ctx: Context): void {
  for (let arg = 2; arg < ctx.argc; arg++) indexArgument(ctx, arg, index);
  const entry = lookupArray(ctx, 1, array);
  if (entry === 0) return ctx.reply.integer(0);
  ctx.weigh(ctx.argc - 2);
  let removed = 0;
  for (let arg = 2; arg < ctx.argc; arg++) {
    indexArgument(ctx, arg, index);
    if (array.remove(index)) removed++;
  }
  noteRemoved(ctx, entry, removed, ARDEL);
}

function ardelrange(ctx: Context): void {
  if (ctx.argc % 2 !== 0) throw ARDELRANGE_ARITY;
  for (let arg = 2; arg < ctx.argc; arg++) indexArgument(ctx, arg, index);
  const entry = lookupArray(ctx, 1, array);
  if (entry === 0) return ctx.reply.integer(0);
  let most = 0;
  for (let arg = 2; arg < ctx.argc; arg += 2) {
    rangeArguments(ctx, arg);
    most += elementsBetween(array, index, end);
  }
  ctx.weigh(Math.min(most, array.count));
  let removed = 0;
  for (let arg = 2; arg < ctx.argc; arg += 2) {
    rangeArguments(ctx, arg);
    removed += index.compare(end) <= 0 ? array.removeRange(index, end) : array.removeRange(end, index);
  }
  noteRemoved(ctx, entry, removed, ARDELRANGE);
}

function rangeArguments(ctx: Context, arg: number): void {
  indexArgument(ctx, arg, index);
  indexArgument(ctx, arg + 1, end);
}

export const arrayWriteCommands = [
  command({
    name: 'ARSET',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N) a value, N being the slices of the array',
    summary: 'Puts values at consecutive places of an array; makes the array if there is none.',
    syntax: 'key:key index:integer value...',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    run: arset,
  }),
  command({
    name: 'ARMSET',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N) a value, N being the slices of the array',
    summary: 'Puts values at several places of an array; makes the array if there is none.',
    syntax: 'key:key data{index:integer value}...',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    run: armset,
  }),
  command({
    name: 'ARDEL',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N) a place, N being the slices of the array',
    summary: 'Removes what places of an array hold.',
    syntax: 'key:key index:integer...',
    keys: 'RW delete 1',
    flags: 'write fast',
    run: ardel,
  }),
  command({
    name: 'ARDELRANGE',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N + M) a range, M being the elements removed',
    summary: 'Removes what the places in ranges of an array hold.',
    syntax: 'key:key range{start:integer end:integer}...',
    keys: 'RW delete 1',
    flags: 'write',
    run: ardelrange,
  }),
];
