/** Strings as rows of bits: one bit, counts, places. */
import { parseInteger } from '../base/numbers.ts';
import { FLAG_RAW, setFlag, TYPE_STRING, valueAt, valueLength } from '../store/entry.ts';
import { typeLimits } from '../types/limits.ts';
import { countBitRange, findBit } from './bitmap-words.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { stringEvent } from './events.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { growString } from './string-edit.ts';

export const SETBIT = stringEvent('setbit');

export const BAD_BIT_OFFSET = error('ERR bit offset is not an integer or out of range');
const BAD_BIT = error('ERR bit is not an integer or out of range');
const NOT_ONE_OR_ZERO = error('ERR The bit argument must be 1 or 0.');

/** Bytes that are counted or searched in the time in which a command looks at one element. */
export const BYTES_PER_ELEMENT = 512;

/** @throws BAD_BIT_OFFSET if there can be no such bit */
export function requireBitOffset(offset: number): number {
  if (!(offset >= 0 && Math.floor(offset / 8) < typeLimits.stringBytesMax)) throw BAD_BIT_OFFSET;
  return offset;
}

const bitOffset = (ctx: Context, arg: number): number => requireBitOffset(saturatedInteger(ctx, arg, BAD_BIT_OFFSET));

/**
 * Makes the string at the selected key, argument 1, reach to bit `last`. @returns its entry now
 */
export function reachBit(ctx: Context, entry: number, last: number): number {
  const had = entry === 0 ? 0 : valueLength(ctx.ks.arena, entry);
  return growString(ctx, entry, Math.max(had, Math.floor(last / 8) + 1));
}

function setbit(ctx: Context): void {
  const offset = bitOffset(ctx, 2);
  const bit = parseInteger(ctx.source.u8, ctx.at[3], ctx.size[3]);
  if (bit !== 0 && bit !== 1) throw BAD_BIT;
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const index = Math.floor(offset / 8);
  const grows = entry === 0 || valueLength(arena, entry) <= index;
  const grown = grows ? reachBit(ctx, entry, offset) : entry;
  const at = valueAt(arena, grown) + index;
  const shift = 7 - (offset & 7);
  const was = (arena.u8[at] >> shift) & 1;
  setFlag(arena, grown, FLAG_RAW);
  if (grows || was !== bit) {
    arena.u8[at] = (arena.u8[at] & ~(1 << shift)) | (bit << shift);
    ctx.touch(1, SETBIT);
  }
  ctx.reply.integer(was);
}

function getbit(ctx: Context): void {
  const offset = bitOffset(ctx, 2);
  const entry = ctx.readTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const index = Math.floor(offset / 8);
  if (entry === 0 || index >= valueLength(arena, entry)) return ctx.reply.integer(0);
  ctx.reply.integer((arena.u8[valueAt(arena, entry) + index] >> (7 - (offset & 7))) & 1);
}

/** Whether argument `arg` says BIT and not BYTE. @throws SYNTAX_ERROR */
function saysBit(ctx: Context, arg: number): boolean {
  if (ctx.isWord(arg, 'BIT')) return true;
  if (ctx.isWord(arg, 'BYTE')) return false;
  throw SYNTAX_ERROR;
}

/** The bits meant by a range of bytes or bits whose ends may count from the string's end. */
const range = { from: 0, to: -1 };
function setRange(start: number, end: number, inBits: boolean, stringBytes: number): void {
  const total = inBits ? stringBytes * 8 : stringBytes;
  const first = Math.max(0, start < 0 ? start + total : start);
  const last = Math.min(total - 1, Math.max(0, end < 0 ? end + total : end));
  range.from = inBits ? first : first * 8;
  range.to = inBits ? last : last * 8 + 7;
}

function bitcount(ctx: Context): void {
  const { argc } = ctx;
  if (argc === 3 || argc > 5) throw SYNTAX_ERROR;
  const start = argc === 2 ? 0 : saturatedInteger(ctx, 2);
  const end = argc === 2 ? -1 : saturatedInteger(ctx, 3);
  const inBits = argc === 5 && saysBit(ctx, 4);
  const entry = ctx.readTyped(1, TYPE_STRING);
  if (entry === 0 || (start < 0 && end < 0 && start > end)) return ctx.reply.integer(0);
  const { arena } = ctx.ks;
  setRange(start, end, inBits, valueLength(arena, entry));
  const { from, to } = range;
  if (from > to) return ctx.reply.integer(0);
  ctx.weigh((to - from) / 8 / BYTES_PER_ELEMENT);
  ctx.reply.integer(countBitRange(arena.region, valueAt(arena, entry), from, to));
}

function bitpos(ctx: Context): void {
  const { argc } = ctx;
  const bit = saturatedInteger(ctx, 2);
  if (bit !== 0 && bit !== 1) throw NOT_ONE_OR_ZERO;
  if (argc > 6) throw SYNTAX_ERROR;
  const start = argc === 3 ? 0 : saturatedInteger(ctx, 3);
  const inBits = argc === 6 && saysBit(ctx, 5);
  const endGiven = argc >= 5;
  const end = endGiven ? saturatedInteger(ctx, 4) : -1;
  const entry = ctx.readTyped(1, TYPE_STRING);
  if (entry === 0) return ctx.reply.integer(-bit);
  const { arena } = ctx.ks;
  const bytes = valueLength(arena, entry);
  setRange(start, end, inBits, bytes);
  const { from, to } = range;
  if (from > to) return ctx.reply.integer(-1);
  ctx.weigh((to - from) / 8 / BYTES_PER_ELEMENT);
  const found = findBit(arena.region, valueAt(arena, entry), bit, from, to);
  // A string whose end is not told goes on with zeros for ever.
  ctx.reply.integer(found < 0 && bit === 0 && !endGiven ? bytes * 8 : found);
}

export const bitmapBitCommands = [
  command({
    name: 'SETBIT',
    since: '2.2.0',
    group: 'bitmap',
    complexity: 'O(1); O(N) if the string grows to N bytes',
    summary: 'Sets or clears one bit of a string, which grows as needed, and tells what it was.',
    syntax: 'key:key offset:integer value:integer',
    keys: 'RW access update 1',
    flags: 'write denyoom',
    run: setbit,
  }),
  command({
    name: 'GETBIT',
    since: '2.2.0',
    group: 'bitmap',
    complexity: 'O(1)',
    summary: 'Tells one bit of a string; behind its end all are 0.',
    syntax: 'key:key offset:integer',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: getbit,
  }),
  command({
    name: 'BITCOUNT',
    since: '2.6.0',
    group: 'bitmap',
    complexity: 'O(N) for N bytes',
    summary: 'Counts the bits that are set in a string or in part of it.',
    syntax: 'key:key [range{start:integer end:integer [unit@7.0.0(BYTE | BIT)]}]',
    keys: 'RO access 1',
    flags: 'readonly',
    history: [['7.0.0', 'The option BYTE or BIT.']],
    run: bitcount,
  }),
  command({
    name: 'BITPOS',
    since: '2.8.7',
    group: 'bitmap',
    complexity: 'O(N) for N bytes',
    summary: 'Finds the first bit that is set, or is not, in a string or in part of it.',
    syntax: 'key:key bit:integer [range{start:integer [end-unit-block{end:integer [unit@7.0.0(BYTE | BIT)]}]}]',
    keys: 'RO access 1',
    flags: 'readonly',
    history: [['7.0.0', 'The option BYTE or BIT.']],
    run: bitpos,
  }),
];
