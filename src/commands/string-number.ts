/** Strings that are numbers, counted up and down. Integers stay plain numbers up to 2^53 − 1 and are exact up to 2^63. */
import { addDecimals, DECIMAL_SUM_BYTES_MAX } from '../base/decimal-sum.ts';
import { addLongDoubles, formatLongDouble, parseLongDouble } from '../base/long-double.ts';
import {
  BEYOND_SAFE,
  INT64_MAX,
  INT64_MIN,
  integerLength,
  parseInt64,
  parseInteger,
  writeBigInt,
  writeInteger,
} from '../base/numbers.ts';
import { copy, Region } from '../base/region.ts';
import { encodingOf, FLAG_RAW, flagsOf, setEncoding, TYPE_STRING, valueAt, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, NOT_A_FLOAT, NOT_AN_INTEGER } from './errors.ts';
import { stringEvent } from './events.ts';
import { STRING_TEXT } from './string-encoding.ts';

export const INCRBY = stringEvent('incrby');
export const INCRBYFLOAT = stringEvent('incrbyfloat');

const OVERFLOW = error('ERR increment or decrement would overflow');
const DECREMENT_OVERFLOW = error('ERR decrement would overflow');
const NOT_FINITE = error('ERR increment would produce NaN or Infinity');

/** Makes the selected key, argument 1, a string of so many bytes that keeps its deadline. @returns where they go */
export function renewString(ctx: Context, old: number, bytes: number): number {
  const deadlineMs = old === 0 ? NO_DEADLINE : ctx.ks.deadlineOf(old);
  return valueAt(ctx.ks.arena, ctx.putString(1, old, bytes, deadlineMs));
}

/** Where an integer of so many digits is to be written as the value of the selected key, argument 1. */
function placeForInteger(ctx: Context, old: number, bytes: number): number {
  const { arena } = ctx.ks;
  if (old === 0 || valueLength(arena, old) !== bytes) return renewString(ctx, old, bytes);
  const plain = (flagsOf(arena, old) & FLAG_RAW) === 0 && encodingOf(arena, old) === 0;
  return plain ? valueAt(arena, old) : renewString(ctx, old, bytes);
}

/** Stores an integer in the selected key, argument 1, whose entry is `old`. */
export function storeInteger(ctx: Context, old: number, value: number): void {
  const at = placeForInteger(ctx, old, integerLength(value));
  writeInteger(ctx.ks.arena.u8, at, value);
}

export function storeBigInteger(ctx: Context, old: number, value: bigint): void {
  const at = placeForInteger(ctx, old, value.toString().length);
  writeBigInt(ctx.ks.arena.u8, at, value);
}

function addInteger(ctx: Context, increment: number): void {
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const value = entry === 0 ? 0 : parseInteger(arena.u8, valueAt(arena, entry), valueLength(arena, entry));
  const sum = value + increment;
  if (!Number.isSafeInteger(sum)) return addBigInteger(ctx, BigInt(increment));
  storeInteger(ctx, entry, sum);
  ctx.touch(1, INCRBY);
  ctx.reply.integer(sum);
}

function addBigInteger(ctx: Context, increment: bigint): void {
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const value = entry === 0 ? 0n : parseInt64(arena.u8, valueAt(arena, entry), valueLength(arena, entry));
  if (value === undefined) throw NOT_AN_INTEGER;
  const sum = value + increment;
  if (sum > INT64_MAX || sum < INT64_MIN) throw OVERFLOW;
  storeBigInteger(ctx, entry, sum);
  ctx.touch(1, INCRBY);
  ctx.reply.bigInteger(sum);
}

function incrby(ctx: Context): void {
  const increment = parseInteger(ctx.source.u8, ctx.at[2], ctx.size[2]);
  if (Number.isNaN(increment)) throw NOT_AN_INTEGER;
  if (increment === BEYOND_SAFE) addBigInteger(ctx, BigInt(ctx.text(2)));
  else addInteger(ctx, increment);
}

function decrby(ctx: Context): void {
  const decrement = parseInteger(ctx.source.u8, ctx.at[2], ctx.size[2]);
  if (Number.isNaN(decrement)) throw NOT_AN_INTEGER;
  if (decrement !== BEYOND_SAFE) return addInteger(ctx, 0 - decrement);
  const big = BigInt(ctx.text(2));
  if (big === INT64_MIN) throw DECREMENT_OVERFLOW;
  addBigInteger(ctx, -big);
}

const ZERO = Region.of('0');
const sumText = Region.allocate(DECIMAL_SUM_BYTES_MAX);

function incrbyfloat(ctx: Context): void {
  const { source, at, size } = ctx;
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const value = entry === 0 ? ZERO.u8 : arena.u8;
  const valueFrom = entry === 0 ? 0 : valueAt(arena, entry);
  const valueBytes = entry === 0 ? ZERO.length : valueLength(arena, entry);
  const bytes = addDecimals(value, valueFrom, valueBytes, source.u8, at[2], size[2], sumText.u8);
  if (bytes > 0) {
    storeText(ctx, entry, sumText, bytes);
    ctx.touch(1, INCRBYFLOAT);
    return ctx.reply.bulk(sumText, 0, bytes);
  }
  const sum = Region.of(addAsLongDoubles(value, valueFrom, valueBytes, ctx));
  storeText(ctx, entry, sum, sum.length);
  ctx.touch(1, INCRBYFLOAT);
  ctx.reply.bulk(sum, 0, sum.length);
}

function addAsLongDoubles(u8: Uint8Array, from: number, bytes: number, ctx: Context): string {
  const value = parseLongDouble(u8, from, bytes);
  const increment = parseLongDouble(ctx.source.u8, ctx.at[2], ctx.size[2]);
  if (value === undefined || increment === undefined) throw NOT_A_FLOAT;
  const sum = addLongDoubles(value, increment);
  if (sum === undefined) throw NOT_FINITE;
  return formatLongDouble(sum);
}

/** Stores text in the selected key, argument 1, keeping the deadline; OBJECT ENCODING won't call it an integer. */
export function storeText(ctx: Context, old: number, text: Region, bytes: number): void {
  const deadlineMs = old === 0 ? NO_DEADLINE : ctx.ks.deadlineOf(old);
  const entry = ctx.putString(1, old, bytes, deadlineMs);
  const { arena } = ctx.ks;
  setEncoding(arena, entry, STRING_TEXT);
  copy(text, 0, arena.region, valueAt(arena, entry), bytes);
}

export const stringNumberCommands = [
  command({
    name: 'INCR',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Adds one to the integer at a key, which counts as 0 if there is none.',
    syntax: 'key:key',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: (ctx) => addInteger(ctx, 1),
  }),
  command({
    name: 'DECR',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Takes one from the integer at a key, which counts as 0 if there is none.',
    syntax: 'key:key',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: (ctx) => addInteger(ctx, -1),
  }),
  command({
    name: 'INCRBY',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Adds a number to the integer at a key, which counts as 0 if there is none.',
    syntax: 'key:key increment:integer',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: incrby,
  }),
  command({
    name: 'DECRBY',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Takes a number from the integer at a key, which counts as 0 if there is none.',
    syntax: 'key:key decrement:integer',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: decrby,
  }),
  command({
    name: 'INCRBYFLOAT',
    since: '2.6.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Adds a decimal number to the number at a key, which counts as 0 if there is none.',
    syntax: 'key:key increment:double',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: incrbyfloat,
  }),
];
