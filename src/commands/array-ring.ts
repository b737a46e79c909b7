/** ARRING: an array as a ring of the latest values. */
import { BEYOND_SAFE, parseInt64, parseInteger } from '../base/numbers.ts';
import { isSafeUint64, uint64ToNumber } from '../base/uint64.ts';
import { SparseArray } from '../types/array.ts';
import { ArrayElement } from '../types/array-element.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { arrayValueType } from '../types/array-value-type.ts';
import { Slice } from '../types/slice.ts';
import { lookupArray, replyIndex } from './array-access.ts';
import { keepNew } from './array-write.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error } from './errors.ts';
import { arrayEvent } from './events.ts';
import { requireRoom, saveValue } from './value-entry.ts';

const ARRING = arrayEvent('arring');

const INVALID_SIZE = error('ERR invalid size');
const SIZE_NOT_POSITIVE = error('ERR size must be positive');

const array = new SparseArray();
/** What an array is made anew in when its ring changes its size. */
const fresh = new SparseArray();
const size = new ArrayIndex();
const index = new ArrayIndex();
/** The last place that holds something. */
const last = new ArrayIndex();
const place = new ArrayIndex();
const target = new ArrayIndex();
const element = new ArrayElement();
const text = new Slice();

function sizeArgument(ctx: Context, arg: number): void {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (Number.isNaN(value)) throw INVALID_SIZE;
  const exact = value === BEYOND_SAFE ? parseInt64(ctx.source.u8, ctx.at[arg], ctx.size[arg]) : undefined;
  if (value <= 0 || (exact !== undefined && exact <= 0n)) throw SIZE_NOT_POSITIVE;
  if (exact === undefined) size.setNumber(value);
  else size.set(Number(exact >> 32n), Number(exact & 0xffff_ffffn));
}

/** Makes a place the one in a ring of `length` that it comes to. */
function wrap(at: ArrayIndex, length: ArrayIndex): void {
  if (at.compare(length) < 0) return;
  if (isSafeUint64(at.high)) {
    at.setNumber(uint64ToNumber(at.high, at.low) % uint64ToNumber(length.high, length.low));
    return;
  }
  const rest = at.toBigInt() % length.toBigInt();
  at.set(Number(rest >> 32n), Number(BigInt.asIntN(32, rest)));
}

/** The place of the next value, before it is wrapped. */
function loadNext(from: SparseArray, into: ArrayIndex): void {
  from.loadInserted(into);
  into.increment();
}

/**
 * How many of the latest values the array must be made anew with: because the ring becomes smaller, or because it becomes larger
 * after it has come round. 0: it is fine as it is. Sets `last`.
 */
function valuesToKeep(): number {
  array.loadLast(last);
  index.become(last);
  index.increment();
  const side = size.compare(index);
  if (side < 0) return uint64ToNumber(size.high, size.low);
  array.loadInserted(place);
  // A cursor that was set to 0, or never set, is taken at its word.
  if (side === 0 || place.isMax) return 0;
  place.increment();
  return place.compare(index) < 0 ? uint64ToNumber(index.high, index.low) : 0;
}

/** Goes back by one place; from the first to the last one. */
function stepBack(): void {
  if (place.isZero) place.become(last);
  else place.decrement();
}

/** Sets `place` to the oldest of the latest values that lie without a gap. @returns how many those are, at most `most` */
function findKept(most: number): number {
  array.loadInserted(place);
  if (place.isMax) {
    place.become(last);
  } else {
    index.become(last);
    index.increment();
    wrap(place, index);
  }
  let kept = 0;
  while (kept < most && array.find(place) !== 0) {
    kept++;
    stepBack();
  }
  stepOn();
  return kept;
}

function stepOn(): void {
  if (place.compare(last) === 0) place.set(0, 0);
  else place.increment();
}

/** Copies the latest values to the begin of `fresh`, the oldest first. */
function keepLatest(most: number): void {
  const kept = findKept(most);
  target.set(0, 0);
  for (let i = 0; i < kept; i++) {
    element.readText(array.allocator.arena, array.find(place), text);
    fresh.put(target, text.region, text.at, text.length);
    fresh.storeInserted(target);
    target.increment();
    stepOn();
  }
}

function putArguments(ctx: Context, into: SparseArray): void {
  for (let arg = 3; arg < ctx.argc; arg++) {
    loadNext(into, index);
    wrap(index, size);
    into.put(index, ctx.source, ctx.at[arg], ctx.size[arg]);
    into.storeInserted(index);
  }
}

/** Makes the array anew, with at most so many of its latest values and the given ones. */
function rework(ctx: Context, entry: number, most: number): void {
  fresh.create(array.allocator);
  try {
    keepLatest(most);
    putArguments(ctx, fresh);
  } catch (failure) {
    arrayValueType.free(fresh.allocator, fresh.root);
    throw failure;
  }
  arrayValueType.free(array.allocator, array.root);
  saveValue(ctx, entry, fresh);
}

function arring(ctx: Context): void {
  sizeArgument(ctx, 2);
  const entry = lookupArray(ctx, 1, array);
  const keep = entry === 0 ? 0 : valuesToKeep();
  const values = ctx.argc - 3;
  ctx.weigh(values + (keep === 0 ? 0 : Math.min(keep, array.count)));
  if (values > 1) requireRoom(ctx, 3);
  if (keep > 0) {
    rework(ctx, entry, keep);
  } else {
    if (entry === 0) array.create(ctx.ks.allocator);
    try {
      putArguments(ctx, array);
    } catch (failure) {
      if (entry === 0) arrayValueType.free(array.allocator, array.root);
      throw failure;
    }
    keepNew(ctx, entry, array);
  }
  ctx.touch(1, ARRING);
  replyIndex(ctx.reply, index);
}

export const arrayRingCommands = [
  command({
    name: 'ARRING',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(M log N), M being the values; where the size changes, also those that stay',
    summary:
      'Puts values into an array of a fixed number of places, the oldest going first; makes the array if there is none.',
    syntax: 'key:key size:integer value...',
    keys: 'RW update 1',
    flags: 'write denyoom',
    run: arring,
  }),
];
