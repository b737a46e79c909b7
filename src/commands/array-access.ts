/** What the array commands share: from keys to arrays, places as arguments and as replies, elements as replies. */
import { isSafeUint64, parsedUint64, parseUint64, uint64ToNumber } from '../base/uint64.ts';
import type { Writer } from '../protocol/writer.ts';
import { TYPE_ARRAY } from '../store/entry.ts';
import { registerValueType } from '../store/value-types.ts';
import type { SparseArray } from '../types/array.ts';
import { ArrayCursor } from '../types/array-cursor.ts';
import { ArrayElement } from '../types/array-element.ts';
import type { ArrayIndex } from '../types/array-index.ts';
import { arrayValueType } from '../types/array-value-type.ts';
import type { Context } from './context.ts';
import { error } from './errors.ts';
import { openValue } from './value-entry.ts';

registerValueType(TYPE_ARRAY, arrayValueType);

/** Places that a reply may have that holds what they hold, nothing included. */
export const PLACES_MAX = 1_000_000;

const INVALID_INDEX = error('ERR invalid array index');
/** A longer argument is no place, however many zeros are in front. */
const INDEX_TEXT_MAX = 256;
const DASH = 45;
const PLUS = 43;

const element = new ArrayElement();
const cursor = new ArrayCursor();

/** Opens the array in argument `arg` to be read. @returns its entry, or 0  @throws WRONG_TYPE */
export function readArray(ctx: Context, arg: number, array: SparseArray): number {
  const entry = ctx.readTyped(arg, TYPE_ARRAY);
  if (entry !== 0) openValue(ctx, entry, array);
  return entry;
}

/** Opens the array in argument `arg` to be changed. @returns its entry, or 0  @throws WRONG_TYPE */
export function lookupArray(ctx: Context, arg: number, array: SparseArray): number {
  const entry = ctx.lookupTyped(arg, TYPE_ARRAY);
  if (entry !== 0) openValue(ctx, entry, array);
  return entry;
}

/** Reads argument `arg` as an unsigned 64-bit number. @throws INVALID_INDEX */
export function unsignedArgument(ctx: Context, arg: number, into: ArrayIndex): void {
  const { u8 } = ctx.source;
  const at = ctx.at[arg];
  const size = ctx.size[arg];
  if (size > INDEX_TEXT_MAX) throw INVALID_INDEX;
  let end = at;
  // As a C string, it ends at its first NUL.
  while (end < at + size && u8[end] !== 0) end++;
  if (!parseUint64(ctx.source, at, end)) throw INVALID_INDEX;
  into.set(parsedUint64.high, parsedUint64.low);
}

/** Reads argument `arg` as a place: 0 to 2^64 − 2. @throws INVALID_INDEX */
export function indexArgument(ctx: Context, arg: number, into: ArrayIndex): void {
  unsignedArgument(ctx, arg, into);
  if (into.isMax) throw INVALID_INDEX;
}

export const BOUND_FIRST = 1;
export const BOUND_LAST = 2;

/** Reads argument `arg` as a place, `-` or `+`. @returns BOUND_FIRST or BOUND_LAST, or 0 for a place  @throws INVALID_INDEX */
export function boundArgument(ctx: Context, arg: number, into: ArrayIndex): number {
  if (ctx.size[arg] === 1) {
    const byte = ctx.source.u8[ctx.at[arg]];
    if (byte === DASH) return BOUND_FIRST;
    if (byte === PLUS) return BOUND_LAST;
  }
  indexArgument(ctx, arg, into);
  return 0;
}

/** A place, or a number of places; what is beyond the protocol's integers goes as a number of any size. */
export function replyIndex(reply: Writer, index: ArrayIndex): void {
  if (isSafeUint64(index.high)) reply.integer(uint64ToNumber(index.high, index.low));
  else if (index.high < 0) reply.bigNumber(String(index.toBigInt()));
  else reply.bigInteger(index.toBigInt());
}

/** Replies with the element at `at` (array-element.ts). */
export function replyElement(reply: Writer, array: SparseArray, at: number): void {
  element.read(array.allocator.arena, at);
  if (!element.isInteger) {
    element.spell();
    reply.bulk(element.region, element.at, element.length);
    return;
  }
  const { number } = element;
  if (number.isSafe) reply.bulkInteger(number.integer);
  else number.copyText(reply.region, reply.bulkSpace(number.textLength()));
}

/** Replies with what a place holds. */
export function replyPlace(reply: Writer, array: SparseArray, index: ArrayIndex): void {
  const at = array.find(index);
  if (at === 0) reply.null();
  else replyElement(reply, array, at);
}

/** Replies, without a header, with what each place holds from one to the other; downwards if the second is the lower. */
export function replyPlaces(reply: Writer, array: SparseArray, from: ArrayIndex, to: ArrayIndex): void {
  const reverse = from.compare(to) > 0;
  const places = placesBetween(from, to);
  let done = 0;
  cursor.start(array, from, to);
  while (cursor.next()) {
    const place = reverse ? from.distanceFrom(cursor.index) : cursor.index.distanceFrom(from);
    for (; done < place; done++) reply.null();
    replyElement(reply, array, cursor.at);
    done++;
  }
  for (; done < places; done++) reply.null();
}

/** How many places there are from one to the other, in either order, both included; rounded if that is beyond 2^53. */
export const placesBetween = (a: ArrayIndex, b: ArrayIndex): number =>
  (a.compare(b) > 0 ? a.distanceFrom(b) : b.distanceFrom(a)) + 1;

/** How many elements there are at most in a range of places. */
export const elementsBetween = (array: SparseArray, a: ArrayIndex, b: ArrayIndex): number =>
  Math.min(array.count, placesBetween(a, b));
