/** XCLAIM and XAUTOCLAIM. */
import { INT64_MAX } from '../base/numbers.ts';
import { Stream } from '../types/stream.ts';
import { setExactCounter } from '../types/stream-counter.ts';
import { StreamEntries } from '../types/stream-entries.ts';
import {
  addPending,
  countDelivery,
  deliveredMs,
  findPending,
  GROUP_LAST_ID,
  GROUP_PENDING,
  handOver,
  ownerOf,
  PENDING_COUNT,
  removePending,
  reservePending,
  setActive,
} from '../types/stream-group.ts';
import { ID_INVALID, parseStreamId, StreamId } from '../types/stream-id.ts';
import { StreamTreeCursor, treeCount } from '../types/stream-tree.ts';
import { argumentText } from './argument-text.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { countChange, idArgument, lookupStream, noSuchKeyOrGroup, replyId, startArgument } from './stream-access.ts';
import { findGroup } from './stream-group.ts';
import { exactInteger } from './stream-range.ts';
import { useConsumer } from './stream-read-group.ts';
import { replyFields } from './stream-reply.ts';

const BAD_IDLE = error('ERR Invalid min-idle-time argument for XCLAIM');
const BAD_AUTO_IDLE = error('ERR Invalid min-idle-time argument for XAUTOCLAIM');
const BAD_IDLE_OPTION = error('ERR Invalid IDLE option argument for XCLAIM');
const BAD_TIME_OPTION = error('ERR Invalid TIME option argument for XCLAIM');
const BAD_RETRYCOUNT = error('ERR Invalid RETRYCOUNT option argument for XCLAIM');
const COUNT_TOO_SMALL = error('ERR COUNT must be > 0');
const COUNT_DEFAULT = 100;
/** Redis multiplies counts by 16 and must not overflow. */
const COUNT_MAX = INT64_MAX / 16n;
/** Redis makes room for 16 bytes each beforehand, which is refused where that is more than there are addresses. */
const COUNT_ADDRESSABLE = 2 ** 43;
const COUNT_TOO_HIGH = error('ERR Insufficient memory, failed allocating transient memory, COUNT too high.');
/** XAUTOCLAIM looks at so many pending entries for each one it may claim. */
const LOOKS_PER_CLAIM = 10;

const stream = new Stream();
const entries = new StreamEntries();
const cursor = new StreamTreeCursor();
const id = new StreamId();
const lastId = new StreamId();

/** The options of XCLAIM, behind the IDs. To be used again and again. */
class ClaimOptions {
  deliveredMs = 0;
  /** −1: count one more. */
  retryCount = -1n;
  force = false;
  justId = false;

  /** Leaves LASTID in `lastId`. @throws CommandError */
  read(ctx: Context, first: number): void {
    this.deliveredMs = -1;
    this.retryCount = -1n;
    this.force = false;
    this.justId = false;
    lastId.setMin();
    for (let arg = first; arg < ctx.argc; arg++) {
      const more = arg + 1 < ctx.argc;
      if (ctx.isWord(arg, 'FORCE')) this.force = true;
      else if (ctx.isWord(arg, 'JUSTID')) this.justId = true;
      else if (more && ctx.isWord(arg, 'IDLE')) {
        this.deliveredMs = ctx.nowMs - saturatedInteger(ctx, ++arg, BAD_IDLE_OPTION);
      } else if (more && ctx.isWord(arg, 'TIME')) {
        this.deliveredMs = saturatedInteger(ctx, ++arg, BAD_TIME_OPTION);
      } else if (more && ctx.isWord(arg, 'RETRYCOUNT')) {
        this.retryCount = exactInteger(ctx, ++arg, BAD_RETRYCOUNT);
      } else if (more && ctx.isWord(arg, 'LASTID')) {
        idArgument(ctx, ++arg, lastId);
      } else {
        throw error(`ERR Unrecognized XCLAIM option '${argumentText(ctx, arg)}'`);
      }
    }
    // A time that can't be is taken as now: clients reckon with clocks of their own.
    if (this.deliveredMs < 0 || this.deliveredMs > ctx.nowMs) this.deliveredMs = ctx.nowMs;
  }
}

const options = new ClaimOptions();

/** Opens the stream and finds the group. @throws NOGROUP */
function openGroup(ctx: Context): number {
  const group = lookupStream(ctx, 1, stream) === 0 ? 0 : findGroup(ctx, stream, 2);
  if (group === 0) throw noSuchKeyOrGroup(ctx, 1);
  return group;
}

function xclaim(ctx: Context): void {
  const group = openGroup(ctx);
  const minIdleMs = Math.max(0, saturatedInteger(ctx, 4, BAD_IDLE));
  let behind = 5;
  while (behind < ctx.argc && isId(ctx, behind)) behind++;
  options.read(ctx, behind);
  reservePending(stream.allocator, behind - 5);
  const { arena } = stream.allocator;
  if (lastId.compareAt(arena, (group >> 2) + GROUP_LAST_ID) > 0) {
    lastId.store(arena, (group >> 2) + GROUP_LAST_ID);
    countChange(ctx);
  }
  const consumer = useConsumer(ctx, stream, group, 3, 1);
  const { reply } = ctx;
  const mark = reply.mark();
  let claimed = 0;
  for (let arg = 5; arg < behind; arg++) {
    idArgument(ctx, arg, id);
    if (claimOne(ctx, group, consumer, minIdleMs)) claimed++;
  }
  reply.arrayAt(mark, claimed);
}

const isId = (ctx: Context, arg: number): boolean =>
  parseStreamId(ctx.source, ctx.at[arg], ctx.size[arg], true, 0, false, id) !== ID_INVALID;

/** Whether a pending entry may be claimed: what was given back always may. */
function hasIdled(ctx: Context, entry: number, minIdleMs: number): boolean {
  const { arena } = stream.allocator;
  return minIdleMs === 0 || ownerOf(arena, entry) === 0 || ctx.nowMs - deliveredMs(arena, entry) >= minIdleMs;
}

/** Claims the entry `id` and replies with it. @returns false if it can't be */
function claimOne(ctx: Context, group: number, consumer: number, minIdleMs: number): boolean {
  const { allocator } = stream;
  const { arena } = allocator;
  let entry = findPending(arena, group, id);
  if (!stream.find(id, entries)) {
    // The entry was deleted: nobody can be given it any more.
    if (entry !== 0) {
      removePending(allocator, group, entry);
      countChange(ctx);
    }
    return false;
  }
  if (entry === 0) {
    if (!options.force) return false;
    entry = addPending(allocator, group, consumer, id, options.deliveredMs, 1);
  } else {
    if (!hasIdled(ctx, entry, minIdleMs)) return false;
    handOver(allocator, group, entry, consumer, options.deliveredMs);
  }
  if (!options.justId) countDelivery(arena, entry);
  if (options.retryCount >= 0n) setExactCounter(arena, (entry >> 2) + PENDING_COUNT, options.retryCount);
  replyClaimed(ctx, consumer, options.justId);
  return true;
}

/** Replies with the entry that `entries` is at. */
function replyClaimed(ctx: Context, consumer: number, justId: boolean): void {
  const { reply } = ctx;
  const { arena } = stream.allocator;
  if (!justId) reply.array(2);
  replyId(reply, entries.id);
  if (!justId) replyFields(reply, arena.region, entries);
  setActive(arena, consumer, ctx.nowMs);
  countChange(ctx);
}

function xautoclaim(ctx: Context): void {
  const minIdleMs = Math.max(0, saturatedInteger(ctx, 4, BAD_AUTO_IDLE));
  startArgument(ctx, 5, id);
  let count = COUNT_DEFAULT;
  let justId = false;
  for (let arg = 6; arg < ctx.argc; arg++) {
    if (ctx.isWord(arg, 'COUNT') && arg + 1 < ctx.argc) {
      const wanted = exactInteger(ctx, ++arg, COUNT_TOO_SMALL);
      if (wanted < 1n || wanted > COUNT_MAX) throw COUNT_TOO_SMALL;
      count = Number(wanted);
    } else if (ctx.isWord(arg, 'JUSTID')) {
      justId = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  lastId.become(id);
  const group = openGroup(ctx);
  if (count >= COUNT_ADDRESSABLE) throw COUNT_TOO_HIGH;
  id.become(lastId);
  const { allocator } = stream;
  const { arena } = allocator;
  const tree = (group >> 2) + GROUP_PENDING;
  ctx.weigh(Math.min(count * LOOKS_PER_CLAIM, treeCount(arena, tree)));
  reservePending(allocator, Math.min(count, treeCount(arena, tree)));
  const consumer = useConsumer(ctx, stream, group, 3, 1);
  const deleted: StreamId[] = [];
  const { reply } = ctx;
  reply.array(3);
  const mark = reply.mark();
  let claimed = 0;
  let looks = count * LOOKS_PER_CLAIM;
  let entry = cursor.seekFrom(arena, tree, id);
  for (; entry !== 0 && looks > 0 && count > 0; looks--) {
    id.load(arena, entry >> 2);
    if (!stream.find(id, entries)) {
      const gone = new StreamId();
      gone.become(id);
      deleted.push(gone);
      removePending(allocator, group, entry);
      countChange(ctx);
      count--;
      entry = cursor.seekFrom(arena, tree, id);
      continue;
    }
    if (hasIdled(ctx, entry, minIdleMs)) {
      handOver(allocator, group, entry, consumer, ctx.nowMs);
      if (!justId) countDelivery(arena, entry);
      replyClaimed(ctx, consumer, justId);
      claimed++;
      count--;
    }
    entry = cursor.next(arena);
  }
  reply.arrayAt(mark, claimed);
  if (entry === 0) id.setMin();
  else id.load(arena, entry >> 2);
  insertId(ctx, mark);
  reply.array(deleted.length);
  for (const gone of deleted) replyId(reply, gone);
}

/** Puts `id` before everything that was replied since `mark`. */
function insertId(ctx: Context, mark: number): void {
  const { reply } = ctx;
  const end = reply.mark();
  replyId(reply, id);
  const bytes = reply.at - end;
  reply.ensure(bytes);
  const { u8 } = reply.region;
  u8.copyWithin(mark + bytes, mark, reply.at);
  u8.copyWithin(mark, end + bytes, end + bytes * 2);
}

export const streamClaimCommands = [
  command({
    name: 'XCLAIM',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(log N) for each ID, N entries being pending',
    summary: 'Makes a consumer the owner of entries that are pending, as if they had been delivered to it.',
    syntax:
      'key:key group consumer min-idle-time id... [IDLE ms:integer] [TIME unix-time-milliseconds:unix-time] [RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID lastid]',
    keys: 'RW update 1',
    flags: 'write fast',
    tips: 'nondeterministic_output',
    run: xclaim,
  }),
  command({
    name: 'XAUTOCLAIM',
    since: '6.2.0',
    group: 'stream',
    complexity: 'O(1) if COUNT is small',
    summary: 'Makes a consumer the owner of entries that have been pending for long.',
    syntax: 'key:key group consumer min-idle-time start [COUNT count:integer] [JUSTID]',
    keys: 'RW delete 1',
    flags: 'write fast',
    tips: 'nondeterministic_output',
    history: [['7.0.0', 'Tells which entries are no longer in the stream, and forgets them.']],
    run: xautoclaim,
  }),
];
