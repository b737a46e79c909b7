/** XPENDING. */

import type { Arena } from '../memory/arena.ts';
import type { Writer } from '../protocol/writer.ts';
import { Stream } from '../types/stream.ts';
import {
  CONSUMER_PENDING,
  deliveredMs,
  findConsumer,
  GROUP_CONSUMERS,
  GROUP_PENDING,
  ownerOf,
  PENDING_COUNT,
} from '../types/stream-group.ts';
import { StreamId } from '../types/stream-id.ts';
import { NAME_AT, namedAt, nameLength, namesCount } from '../types/stream-names.ts';
import { StreamTreeCursor, treeCount } from '../types/stream-tree.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { SYNTAX_ERROR } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { endArgument, noSuchKeyOrGroup, readStream, replyCounter, replyId, startArgument } from './stream-access.ts';
import { findGroup } from './stream-group.ts';

/** What stands for the idle time of an entry that was given back. */
const NO_IDLE_TIME = -1;

const stream = new Stream();
const cursor = new StreamTreeCursor();
const id = new StreamId();
const start = new StreamId();
const end = new StreamId();

export function replyName(reply: Writer, arena: Arena, block: number): void {
  reply.bulk(arena.region, block + NAME_AT, nameLength(arena, block));
}

/** Replies with the name of a pending entry's consumer; empty if it was given back. */
export function replyOwner(reply: Writer, arena: Arena, entry: number): void {
  const owner = ownerOf(arena, entry);
  if (owner === 0) reply.emptyBulk();
  else replyName(reply, arena, owner);
}

function xpending(ctx: Context): void {
  const { argc } = ctx;
  if (argc === 3) return replySummary(ctx);
  if (argc < 6 || argc > 9) throw SYNTAX_ERROR;
  let minIdleMs = 0;
  let first = 3;
  if (ctx.isWord(3, 'IDLE')) {
    minIdleMs = saturatedInteger(ctx, 4);
    if (argc < 8) throw SYNTAX_ERROR;
    first = 5;
  }
  const count = Math.max(0, saturatedInteger(ctx, first + 2));
  startArgument(ctx, first, start);
  endArgument(ctx, first + 1, end);
  const group = openGroup(ctx);
  const { arena } = stream.allocator;
  let tree = (group >> 2) + GROUP_PENDING;
  if (first + 3 < argc) {
    const consumer = findConsumer(arena, group, ctx.source, ctx.at[first + 3], ctx.size[first + 3]);
    if (consumer === 0) return ctx.reply.array(0);
    tree = (consumer >> 2) + CONSUMER_PENDING;
  }
  ctx.weigh(minIdleMs > 0 ? treeCount(arena, tree) : Math.min(count, treeCount(arena, tree)));
  replyEntries(ctx, tree, count, minIdleMs);
}

/** Opens the stream and finds the group. @throws NOGROUP */
function openGroup(ctx: Context): number {
  const group = readStream(ctx, 1, stream) === 0 ? 0 : findGroup(ctx, stream, 2);
  if (group === 0) throw noSuchKeyOrGroup(ctx, 1);
  return group;
}

function replyEntries(ctx: Context, tree: number, most: number, minIdleMs: number): void {
  const { arena } = stream.allocator;
  const { reply } = ctx;
  const mark = reply.mark();
  let count = 0;
  for (let entry = cursor.seekFrom(arena, tree, start); entry !== 0 && count < most; entry = cursor.next(arena)) {
    id.load(arena, entry >> 2);
    if (id.compare(end) > 0) break;
    const isOwned = ownerOf(arena, entry) !== 0;
    const idleMs = ctx.nowMs - deliveredMs(arena, entry);
    if (isOwned && minIdleMs !== 0 && idleMs < minIdleMs) continue;
    count++;
    reply.array(4);
    replyId(reply, id);
    replyOwner(reply, arena, entry);
    reply.integer(isOwned ? Math.max(0, idleMs) : NO_IDLE_TIME);
    replyCounter(reply, arena, (entry >> 2) + PENDING_COUNT);
  }
  reply.arrayAt(mark, count);
}

function replySummary(ctx: Context): void {
  const group = openGroup(ctx);
  const { arena } = stream.allocator;
  const { reply } = ctx;
  const tree = (group >> 2) + GROUP_PENDING;
  const total = treeCount(arena, tree);
  reply.array(4);
  reply.integer(total);
  if (total === 0) {
    reply.null();
    reply.null();
    reply.nullArray();
    return;
  }
  id.load(arena, cursor.toFirst(arena, tree) >> 2);
  replyId(reply, id);
  id.load(arena, cursor.toLast(arena, tree) >> 2);
  replyId(reply, id);
  const consumers = (group >> 2) + GROUP_CONSUMERS;
  const mark = reply.mark();
  let count = 0;
  for (let i = 0; i < namesCount(arena, consumers); i++) {
    const consumer = namedAt(arena, consumers, i);
    const pending = treeCount(arena, (consumer >> 2) + CONSUMER_PENDING);
    if (pending === 0) continue;
    count++;
    reply.array(2);
    replyName(reply, arena, consumer);
    reply.bulkInteger(pending);
  }
  reply.arrayAt(mark, count);
}

export const streamPendingCommands = [
  command({
    name: 'XPENDING',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for N entries returned, or looked at with IDLE',
    summary: 'Tells what a group was given and has not acknowledged.',
    syntax: 'key:key group [filters{[IDLE min-idle-time:integer@6.2.0] start end count:integer [consumer]}]',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    history: [['6.2.0', 'Knows IDLE, and intervals that leave their ends out.']],
    run: xpending,
  }),
];
