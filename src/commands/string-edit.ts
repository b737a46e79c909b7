/** Strings read and changed in part. A string changed in place is called raw by OBJECT ENCODING from then on. */
import { zero } from '../base/bulk.ts';
import { copy } from '../base/region.ts';
import { FLAG_RAW, setFlag, TYPE_STRING, valueAt, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import { typeLimits } from '../types/limits.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error } from './errors.ts';
import { stringEvent } from './events.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { storeString } from './string-set.ts';

const APPEND = stringEvent('append');
const SETRANGE = stringEvent('setrange');

const TOO_LONG = error('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
const BAD_OFFSET = error('ERR offset is out of range');

/** Bytes that are zeroed in the time in which a command looks at one element. */
const BYTES_PER_ELEMENT = 64;

function requireStringLength(bytes: number): void {
  if (bytes > typeLimits.stringBytesMax) throw TOO_LONG;
}

/**
 * Makes the string at the selected key, argument 1, at least so long, padded with zero bytes, and raw.
 * @param entry its entry, or 0  @returns its entry now  @throws OutOfMemoryError, nothing changed
 */
export function growString(ctx: Context, entry: number, bytes: number): number {
  const { ks } = ctx;
  const { arena } = ks;
  const had = entry === 0 ? 0 : valueLength(arena, entry);
  ctx.weigh((bytes - had) / BYTES_PER_ELEMENT);
  let grown = entry;
  if (entry === 0) grown = ctx.putString(1, 0, bytes, NO_DEADLINE);
  else if (bytes > had) grown = ks.resizeString(entry, ctx.hash, bytes);
  if (bytes > had) {
    const at = valueAt(arena, grown);
    zero(arena.u8, at + had, at + bytes);
  }
  setFlag(arena, grown, FLAG_RAW);
  return grown;
}

function append(ctx: Context): void {
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const added = ctx.size[2];
  let length = added;
  if (entry === 0) {
    storeString(ctx, 1, 2, 0, NO_DEADLINE);
  } else {
    const { ks } = ctx;
    const had = valueLength(ks.arena, entry);
    length += had;
    requireStringLength(length);
    const grown = ks.resizeString(entry, ctx.hash, length);
    copy(ctx.source, ctx.at[2], ks.region, valueAt(ks.arena, grown) + had, added);
    setFlag(ks.arena, grown, FLAG_RAW);
  }
  ctx.touch(1, APPEND);
  ctx.reply.integer(length);
}

function setrange(ctx: Context): void {
  const offset = saturatedInteger(ctx, 2);
  if (offset < 0) throw BAD_OFFSET;
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const had = entry === 0 ? 0 : valueLength(ctx.ks.arena, entry);
  const bytes = ctx.size[3];
  if (bytes === 0) return ctx.reply.integer(had);
  requireStringLength(offset + bytes);
  const length = Math.max(had, offset + bytes);
  const grown = growString(ctx, entry, length);
  copy(ctx.source, ctx.at[3], ctx.ks.region, valueAt(ctx.ks.arena, grown) + offset, bytes);
  ctx.touch(1, SETRANGE);
  ctx.reply.integer(length);
}

function getrange(ctx: Context): void {
  let start = saturatedInteger(ctx, 2);
  let end = saturatedInteger(ctx, 3);
  const entry = ctx.readTyped(1, TYPE_STRING);
  if (entry === 0) return ctx.reply.emptyBulk();
  const { arena } = ctx.ks;
  const length = valueLength(arena, entry);
  if (start < 0 && end < 0 && start > end) return ctx.reply.emptyBulk();
  if (start < 0) start = Math.max(0, start + length);
  // An end before the string is its first byte. Redis changed that in a preview of 8.0 and took it back before 8.0.
  if (end < 0) end = Math.max(0, end + length);
  end = Math.min(end, length - 1);
  if (start > end) return ctx.reply.emptyBulk();
  ctx.reply.bulk(arena.region, valueAt(arena, entry) + start, end - start + 1);
}

function strlen(ctx: Context): void {
  const entry = ctx.readTyped(1, TYPE_STRING);
  ctx.reply.integer(entry === 0 ? 0 : valueLength(ctx.ks.arena, entry));
}

export const stringEditCommands = [
  command({
    name: 'APPEND',
    since: '2.0.0',
    group: 'string',
    complexity: 'O(1), as memory is taken in steps that double',
    summary: 'Adds to the end of a string, which is empty if there is none, and tells its length.',
    syntax: 'key:key value',
    keys: 'RW insert 1',
    flags: 'write denyoom fast',
    run: append,
  }),
  command({
    name: 'STRLEN',
    since: '2.2.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Tells the length of a string in bytes.',
    syntax: 'key:key',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: strlen,
  }),
  command({
    name: 'GETRANGE',
    since: '2.4.0',
    group: 'string',
    complexity: 'O(N) for N bytes returned',
    summary: 'Returns part of a string, from one place to another, both included; negative ones count from its end.',
    syntax: 'key:key start:integer end:integer',
    keys: 'RO access 1',
    flags: 'readonly',
    run: getrange,
  }),
  command({
    name: 'SUBSTR',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(N) for N bytes returned',
    summary: 'Returns part of a string: GETRANGE under its old name.',
    syntax: 'key:key start:integer end:integer',
    keys: 'RO access 1',
    flags: 'readonly',
    deprecatedSince: '2.0.0',
    replacedBy: '`GETRANGE`',
    run: getrange,
  }),
  command({
    name: 'SETRANGE',
    since: '2.2.0',
    group: 'string',
    complexity: 'O(N) for N bytes given',
    summary: 'Writes over a string from some place on, padding it with zero bytes up to there, and tells its length.',
    syntax: 'key:key offset:integer value',
    keys: 'RW update 1',
    flags: 'write denyoom',
    run: setrange,
  }),
];
