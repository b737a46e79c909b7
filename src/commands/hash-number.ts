/** Numbers in the fields of hashes: HINCRBY and HINCRBYFLOAT. */
import {
  addLongDoubles,
  formatLongDouble,
  type LongDouble,
  longDoubleOf,
  parseLongDouble,
} from '../base/long-double.ts';
import { BEYOND_SAFE, INT64_MAX, INT64_MIN, parseInt64, parseInteger, writeInteger } from '../base/numbers.ts';
import { Region } from '../base/region.ts';
import { TYPE_HASH } from '../store/entry.ts';
import { hashCreate, hashFind, hashFree, hashReadValue, hashSet, hashShareSometimes } from '../types/hash.ts';
import { Slice } from '../types/slice.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, NOT_A_FLOAT, NOT_AN_INTEGER } from './errors.ts';
import { hashEvent } from './events.ts';
import { lookupHash, saveHash } from './hash-entry.ts';
import { putValue } from './value-entry.ts';

const HINCRBY = hashEvent('hincrby');
const HINCRBYFLOAT = hashEvent('hincrbyfloat');

const VALUE_NOT_AN_INTEGER = error('ERR hash value is not an integer');
const VALUE_NOT_A_FLOAT = error('ERR hash value is not a float');
const OVERFLOW = error('ERR increment or decrement would overflow');
const NOT_FINITE = error('ERR value is NaN or Infinity');
const RESULT_NOT_FINITE = error('ERR increment would produce NaN or Infinity');

const hash = new Value();
const slice = new Slice();
const text = Region.allocate(32);

/** Whether the hash in argument 1 has the field in argument 2, whose value is then in `slice`. */
function findField(ctx: Context, entry: number): boolean {
  const position = entry === 0 ? 0 : hashFind(hash, ctx.source, ctx.at[2], ctx.size[2]);
  if (position === 0) return false;
  hashReadValue(hash, position, slice);
  return true;
}

/** Sets the field in argument 2 of the opened hash, made if there is none; a deadline of the field stays. */
function setField(ctx: Context, entry: number, value: Region, length: number): void {
  if (entry !== 0) {
    try {
      hashSet(hash, ctx.source, ctx.at[2], ctx.size[2], value, 0, length, true);
      hashShareSometimes(hash);
    } finally {
      saveHash(ctx, entry, hash);
    }
    return;
  }
  hash.allocator = ctx.ks.allocator;
  hashCreate(hash, 1);
  try {
    hashSet(hash, ctx.source, ctx.at[2], ctx.size[2], value, 0, length, true);
  } catch (failure) {
    hashFree(hash.allocator, hash.root, hash.encoding);
    throw failure;
  }
  putValue(ctx, 1, 0, TYPE_HASH, hash, hashFree);
}

function hincrby(ctx: Context): void {
  const increment = parseInteger(ctx.source.u8, ctx.at[3], ctx.size[3]);
  if (Number.isNaN(increment)) throw NOT_AN_INTEGER;
  const entry = lookupHash(ctx, 1, hash);
  let current = 0;
  if (findField(ctx, entry)) {
    current = parseInteger(slice.region.u8, slice.at, slice.length);
    if (Number.isNaN(current)) throw VALUE_NOT_AN_INTEGER;
  }
  const sum = current + increment;
  if (current === BEYOND_SAFE || increment === BEYOND_SAFE || !Number.isSafeInteger(sum)) {
    return hincrbyBig(ctx, entry, current);
  }
  setField(ctx, entry, text, writeInteger(text.u8, 0, sum));
  ctx.touch(1, HINCRBY, ctx.partsFrom(2, 1, 3));
  ctx.reply.integer(sum);
}

/** HINCRBY where doubles would round. */
function hincrbyBig(ctx: Context, entry: number, current: number): void {
  const increment = parseInt64(ctx.source.u8, ctx.at[3], ctx.size[3]) as bigint;
  const big =
    current === BEYOND_SAFE ? (parseInt64(slice.region.u8, slice.at, slice.length) as bigint) : BigInt(current);
  const sum = big + increment;
  if (sum > INT64_MAX || sum < INT64_MIN) throw OVERFLOW;
  const digits = Region.of(sum.toString());
  setField(ctx, entry, digits, digits.length);
  ctx.touch(1, HINCRBY, ctx.partsFrom(2, 1, 3));
  ctx.reply.bigInteger(sum);
}

function hincrbyfloat(ctx: Context): void {
  const increment = parseLongDouble(ctx.source.u8, ctx.at[3], ctx.size[3]);
  if (increment === undefined) throw NOT_A_FLOAT;
  if (typeof increment === 'string') throw NOT_FINITE;
  const entry = lookupHash(ctx, 1, hash);
  let current: LongDouble | undefined = longDoubleOf(0);
  if (findField(ctx, entry)) {
    current = parseLongDouble(slice.region.u8, slice.at, slice.length);
    if (current === undefined) throw VALUE_NOT_A_FLOAT;
  }
  const sum = addLongDoubles(current, increment);
  if (sum === undefined) throw RESULT_NOT_FINITE;
  const digits = Region.of(formatLongDouble(sum));
  setField(ctx, entry, digits, digits.length);
  ctx.touch(1, HINCRBYFLOAT, ctx.partsFrom(2, 1, 3));
  ctx.reply.bulk(digits, 0, digits.length);
}

export const hashNumberCommands = [
  command({
    name: 'HINCRBY',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    summary: 'Adds to the whole number in a field of a hash; a field that is missing counts as 0.',
    syntax: 'key:key field increment:integer',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: hincrby,
  }),
  command({
    name: 'HINCRBYFLOAT',
    since: '2.6.0',
    group: 'hash',
    complexity: 'O(1)',
    summary: 'Adds to the number in a field of a hash; a field that is missing counts as 0.',
    syntax: 'key:key field increment:double',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: hincrbyfloat,
  }),
];
