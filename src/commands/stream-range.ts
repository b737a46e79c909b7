/** XLEN, XRANGE, XREVRANGE and XSETID. */
import { BEYOND_SAFE, parseInt64, parseInteger } from '../base/numbers.ts';
import {
  STREAM_ENTRIES_ADDED,
  STREAM_GROUPS,
  STREAM_LAST_ID,
  STREAM_MAX_DELETED_ID,
  STREAM_NODES,
  Stream,
} from '../types/stream.ts';
import { setExactCounter } from '../types/stream-counter.ts';
import { StreamEntries } from '../types/stream-entries.ts';
import { capEntriesRead } from '../types/stream-group.ts';
import { StreamId } from '../types/stream-id.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { type CommandError, error, NO_SUCH_KEY, NOT_AN_INTEGER, SYNTAX_ERROR } from './errors.ts';
import { streamEvent } from './events.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { endArgument, idArgument, lookupStream, readStream, startArgument, tellQuietly } from './stream-access.ts';
import { entriesBetween, replyRange } from './stream-reply.ts';

const XSETID = streamEvent('xsetid');
const ADDED_NEGATIVE = error('ERR entries_added must be positive');
const BELOW_GIVEN_DELETED = error('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
const BELOW_DELETED = error('ERR The ID specified in XSETID is smaller than current max_deleted_entry_id');
const BELOW_LAST = error('ERR The ID specified in XSETID is smaller than the target stream top item');
const ADDED_BELOW_LENGTH = error('ERR The entries_added specified in XSETID is smaller than the target stream length');

const stream = new Stream();
const entries = new StreamEntries();
const start = new StreamId();
const end = new StreamId();

function xlen(ctx: Context): void {
  ctx.reply.integer(readStream(ctx, 1, stream) === 0 ? 0 : stream.length);
}

function xrange(ctx: Context, reverse: boolean): void {
  startArgument(ctx, reverse ? 3 : 2, start);
  endArgument(ctx, reverse ? 2 : 3, end);
  let count = -1;
  for (let arg = 4; arg < ctx.argc; arg += 2) {
    if (!ctx.isWord(arg, 'COUNT') || arg + 1 === ctx.argc) throw SYNTAX_ERROR;
    count = Math.max(0, saturatedInteger(ctx, arg + 1));
  }
  if (readStream(ctx, 1, stream) === 0) return ctx.reply.array(0);
  if (count === 0) return ctx.reply.nullArray();
  const between = entriesBetween(stream, start, end);
  ctx.weigh(count < 0 ? between : Math.min(count, between));
  replyRange(ctx.reply, stream, entries, start, end, Math.max(count, 0), reverse);
}

/** Argument `arg`, any int64, exact. Cold. @throws `refusal` */
export function exactInteger(ctx: Context, arg: number, refusal: CommandError = NOT_AN_INTEGER): bigint {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (value !== BEYOND_SAFE && !Number.isNaN(value)) return BigInt(value);
  const exact = parseInt64(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (exact === undefined) throw refusal;
  return exact;
}

function xsetid(ctx: Context): void {
  const last = new StreamId();
  const deleted = new StreamId();
  idArgument(ctx, 2, last);
  let added = -1n;
  for (let arg = 3; arg < ctx.argc; arg += 2) {
    const more = arg + 1 < ctx.argc;
    if (more && ctx.isWord(arg, 'ENTRIESADDED')) {
      added = exactInteger(ctx, arg + 1);
      if (added < 0n) throw ADDED_NEGATIVE;
    } else if (more && ctx.isWord(arg, 'MAXDELETEDID')) {
      idArgument(ctx, arg + 1, deleted);
      if (last.compare(deleted) < 0) throw BELOW_GIVEN_DELETED;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  if (lookupStream(ctx, 1, stream) === 0) throw NO_SUCH_KEY;
  const { arena } = stream.allocator;
  if (last.compareAt(arena, stream.base + STREAM_MAX_DELETED_ID) < 0) throw BELOW_DELETED;
  if (entries.toLast(stream.allocator, stream.base + STREAM_NODES)) {
    if (last.compare(entries.id) < 0) throw BELOW_LAST;
    if (added >= 0n && added < BigInt(stream.length)) throw ADDED_BELOW_LENGTH;
  }
  stream.storeId(STREAM_LAST_ID, last);
  if (added >= 0n) {
    setExactCounter(arena, stream.base + STREAM_ENTRIES_ADDED, added);
    capEntriesRead(arena, stream.base + STREAM_GROUPS, added);
  }
  if (!deleted.isMin) stream.storeId(STREAM_MAX_DELETED_ID, deleted);
  ctx.reply.ok();
  tellQuietly(ctx, 1, XSETID);
}

export const streamRangeCommands = [
  command({
    name: 'XLEN',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1)',
    summary: 'Tells how many entries a stream has.',
    syntax: 'key:key',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: xlen,
  }),
  command({
    name: 'XRANGE',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for N entries returned',
    summary: 'Returns the entries between two IDs, the oldest first.',
    syntax: 'key:key start end [COUNT count:integer]',
    keys: 'RO access 1',
    flags: 'readonly',
    history: [['6.2.0', 'An interval may leave its ends out.']],
    run: (ctx) => xrange(ctx, false),
  }),
  command({
    name: 'XREVRANGE',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for N entries returned',
    summary: 'Returns the entries between two IDs, the newest first.',
    syntax: 'key:key end start [COUNT count:integer]',
    keys: 'RO access 1',
    flags: 'readonly',
    history: [['6.2.0', 'An interval may leave its ends out.']],
    run: (ctx) => xrange(ctx, true),
  }),
  command({
    name: 'XSETID',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1)',
    summary: 'Sets the last ID of a stream; for replicas and files.',
    syntax: 'key:key last-id [ENTRIESADDED entries-added:integer@7.0.0] [MAXDELETEDID max-deleted-id@7.0.0]',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    history: [['7.0.0', 'Knows ENTRIESADDED and MAXDELETEDID.']],
    run: xsetid,
  }),
];
