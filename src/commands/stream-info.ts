/** XINFO. */
import type { Arena } from '../memory/arena.ts';
import type { Writer } from '../protocol/writer.ts';
import {
  STREAM_ENTRIES_ADDED,
  STREAM_FIRST_ID,
  STREAM_GROUPS,
  STREAM_LAST_ID,
  STREAM_MAX_DELETED_ID,
  STREAM_NODES,
  STREAM_PRODUCERS,
  Stream,
} from '../types/stream.ts';
import { counterAt } from '../types/stream-counter.ts';
import { StreamEntries } from '../types/stream-entries.ts';
import {
  activeMs,
  CONSUMER_PENDING,
  deliveredMs,
  ENTRIES_READ_UNKNOWN,
  GROUP_CONSUMERS,
  GROUP_ENTRIES_READ,
  GROUP_LAST_ID,
  GROUP_PENDING,
  NEVER_ACTIVE,
  nackedCount,
  PENDING_COUNT,
  seenMs,
} from '../types/stream-group.ts';
import { StreamId } from '../types/stream-id.ts';
import { lagOf } from '../types/stream-lag.ts';
import { namedAt, namesCount } from '../types/stream-names.ts';
import {
  durationOf,
  expireAllMessages,
  maxsizeOf,
  PRODUCERS_ADDED,
  PRODUCERS_LIST,
  PRODUCERS_REPEATED,
  PRODUCERS_TRACKED,
} from '../types/stream-producers.ts';
import { StreamTreeCursor, treeCount } from '../types/stream-tree.ts';
import { argumentText, subcommandSyntaxError } from './argument-text.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, NO_SUCH_KEY } from './errors.ts';
import { replyHelp } from './help.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { readStream, replyCounter, replyId } from './stream-access.ts';
import { findGroup } from './stream-group.ts';
import { replyName, replyOwner } from './stream-pending.ts';
import { radixNodes } from './stream-radix.ts';
import { replyEntry, replyRange } from './stream-reply.ts';

const FULL_COUNT_DEFAULT = 10;

const stream = new Stream();
const entries = new StreamEntries();
const cursor = new StreamTreeCursor();
const id = new StreamId();
const least = new StreamId();
const greatest = new StreamId();
greatest.setMax();

/** Opens the stream in argument 2. @throws NO_SUCH_KEY */
function open(ctx: Context): void {
  if (readStream(ctx, 2, stream) === 0) throw NO_SUCH_KEY;
}

function replyIdAt(reply: Writer, arena: Arena, word: number): void {
  id.load(arena, word);
  replyId(reply, id);
}

function info(ctx: Context): void {
  const { argc, reply } = ctx;
  open(ctx);
  const full = argc > 3;
  let count = FULL_COUNT_DEFAULT;
  if (full) {
    if ((argc !== 4 && argc !== 6) || !ctx.isWord(3, 'FULL')) throw subcommandSyntaxError(ctx);
    if (argc === 6) {
      if (!ctx.isWord(4, 'COUNT')) throw subcommandSyntaxError(ctx);
      count = saturatedInteger(ctx, 5);
      if (count < 0) count = FULL_COUNT_DEFAULT;
    }
    ctx.weigh(count === 0 ? stream.length : Math.min(count, stream.length));
  }
  const { arena } = stream.allocator;
  const { base } = stream;
  reply.map(full ? 15 : 16);
  reply.bulkText('length');
  reply.integer(stream.length);
  reply.bulkText('radix-tree-keys');
  reply.integer(treeCount(arena, base + STREAM_NODES));
  reply.bulkText('radix-tree-nodes');
  reply.integer(radixNodes(arena, base + STREAM_NODES));
  reply.bulkText('last-generated-id');
  replyIdAt(reply, arena, base + STREAM_LAST_ID);
  reply.bulkText('max-deleted-entry-id');
  replyIdAt(reply, arena, base + STREAM_MAX_DELETED_ID);
  reply.bulkText('entries-added');
  replyCounter(reply, arena, base + STREAM_ENTRIES_ADDED);
  reply.bulkText('recorded-first-entry-id');
  replyIdAt(reply, arena, base + STREAM_FIRST_ID);
  replyProducers(ctx);
  if (full) replyFull(reply, count);
  else replyEnds(reply);
}

/** What there is to tell of messages that the stream would recognize. */
function replyProducers(ctx: Context): void {
  const { reply } = ctx;
  const { allocator, base } = stream;
  const { arena } = allocator;
  const record = arena.i32[base + STREAM_PRODUCERS];
  if (record !== 0) expireAllMessages(allocator, record, ctx.nowMs);
  const of = record >> 2;
  reply.bulkText('idmp-duration');
  reply.integer(durationOf(arena, record));
  reply.bulkText('idmp-maxsize');
  reply.integer(maxsizeOf(arena, record));
  reply.bulkText('pids-tracked');
  reply.integer(record === 0 ? 0 : namesCount(arena, of + PRODUCERS_LIST));
  reply.bulkText('iids-tracked');
  reply.integer(record === 0 ? 0 : arena.i32[of + PRODUCERS_TRACKED]);
  reply.bulkText('iids-added');
  if (record === 0) reply.integer(0);
  else replyCounter(reply, arena, of + PRODUCERS_ADDED);
  reply.bulkText('iids-duplicates');
  if (record === 0) reply.integer(0);
  else replyCounter(reply, arena, of + PRODUCERS_REPEATED);
}

function replyEnds(reply: Writer): void {
  const { allocator, base } = stream;
  const { region } = allocator.arena;
  reply.bulkText('groups');
  reply.integer(namesCount(allocator.arena, base + STREAM_GROUPS));
  reply.bulkText('first-entry');
  if (entries.toFirst(allocator, base + STREAM_NODES)) replyEntry(reply, region, entries);
  else reply.null();
  reply.bulkText('last-entry');
  if (entries.toLast(allocator, base + STREAM_NODES)) replyEntry(reply, region, entries);
  else reply.null();
}

/** @param most entries, and pending entries of each group and consumer; 0: all */
function replyFull(reply: Writer, most: number): void {
  const { arena } = stream.allocator;
  const groups = stream.base + STREAM_GROUPS;
  reply.bulkText('entries');
  replyRange(reply, stream, entries, least, greatest, most, false);
  reply.bulkText('groups');
  const count = namesCount(arena, groups);
  reply.array(count);
  for (let i = 0; i < count; i++) replyFullGroup(reply, namedAt(arena, groups, i), most);
}

function replyFullGroup(reply: Writer, group: number, most: number): void {
  const { arena } = stream.allocator;
  const base = group >> 2;
  reply.map(8);
  reply.bulkText('name');
  replyName(reply, arena, group);
  replyProgress(reply, group);
  reply.bulkText('pel-count');
  reply.integer(treeCount(arena, base + GROUP_PENDING));
  reply.bulkText('nacked-count');
  reply.integer(nackedCount(arena, group));
  reply.bulkText('pending');
  replyPending(reply, base + GROUP_PENDING, most, true);
  reply.bulkText('consumers');
  const count = namesCount(arena, base + GROUP_CONSUMERS);
  reply.array(count);
  for (let i = 0; i < count; i++) {
    const consumer = namedAt(arena, base + GROUP_CONSUMERS, i);
    reply.map(5);
    reply.bulkText('name');
    replyName(reply, arena, consumer);
    reply.bulkText('seen-time');
    reply.integer(seenMs(arena, consumer));
    reply.bulkText('active-time');
    reply.integer(activeMs(arena, consumer));
    reply.bulkText('pel-count');
    reply.integer(treeCount(arena, (consumer >> 2) + CONSUMER_PENDING));
    reply.bulkText('pending');
    replyPending(reply, (consumer >> 2) + CONSUMER_PENDING, most, false);
  }
}

/** last-delivered-id, entries-read and lag. */
function replyProgress(reply: Writer, group: number): void {
  const { arena } = stream.allocator;
  reply.bulkText('last-delivered-id');
  replyIdAt(reply, arena, (group >> 2) + GROUP_LAST_ID);
  reply.bulkText('entries-read');
  const counter = (group >> 2) + GROUP_ENTRIES_READ;
  if (counterAt(arena, counter) === ENTRIES_READ_UNKNOWN) reply.null();
  else replyCounter(reply, arena, counter);
  reply.bulkText('lag');
  const lag = lagOf(stream, group);
  if (lag === undefined) reply.null();
  else reply.bigInteger(lag);
}

function replyPending(reply: Writer, tree: number, most: number, withOwner: boolean): void {
  const { arena } = stream.allocator;
  const mark = reply.mark();
  let count = 0;
  for (let entry = cursor.toFirst(arena, tree); entry !== 0; entry = cursor.next(arena)) {
    reply.array(withOwner ? 4 : 3);
    replyIdAt(reply, arena, entry >> 2);
    if (withOwner) replyOwner(reply, arena, entry);
    reply.integer(deliveredMs(arena, entry));
    replyCounter(reply, arena, (entry >> 2) + PENDING_COUNT);
    if (++count === most) break;
  }
  reply.arrayAt(mark, count);
}

function groups(ctx: Context): void {
  open(ctx);
  const { reply } = ctx;
  const { arena } = stream.allocator;
  const holder = stream.base + STREAM_GROUPS;
  const count = namesCount(arena, holder);
  reply.array(count);
  for (let i = 0; i < count; i++) {
    const group = namedAt(arena, holder, i);
    reply.map(6);
    reply.bulkText('name');
    replyName(reply, arena, group);
    reply.bulkText('consumers');
    reply.integer(namesCount(arena, (group >> 2) + GROUP_CONSUMERS));
    reply.bulkText('pending');
    reply.integer(treeCount(arena, (group >> 2) + GROUP_PENDING));
    replyProgress(reply, group);
  }
}

function consumers(ctx: Context): void {
  open(ctx);
  const group = findGroup(ctx, stream, 3);
  if (group === 0) {
    throw error(`NOGROUP No such consumer group '${argumentText(ctx, 3)}' for key name '${argumentText(ctx, 2)}'`);
  }
  const { reply } = ctx;
  const { arena } = stream.allocator;
  const holder = (group >> 2) + GROUP_CONSUMERS;
  const count = namesCount(arena, holder);
  reply.array(count);
  for (let i = 0; i < count; i++) {
    const consumer = namedAt(arena, holder, i);
    const active = activeMs(arena, consumer);
    reply.map(4);
    reply.bulkText('name');
    replyName(reply, arena, consumer);
    reply.bulkText('pending');
    reply.integer(treeCount(arena, (consumer >> 2) + CONSUMER_PENDING));
    reply.bulkText('idle');
    reply.integer(Math.max(0, ctx.nowMs - seenMs(arena, consumer)));
    reply.bulkText('inactive');
    reply.integer(active === NEVER_ACTIVE ? NEVER_ACTIVE : ctx.nowMs - active);
  }
}

export const streamInfoCommands = [
  command({
    name: 'XINFO',
    since: '5.0.0',
    group: 'stream',
    complexity: 'Depends on the subcommand',
    summary: 'Holds the commands that tell about streams.',
    syntax: '',
    arity: -2,
    run: () => {},
  }),
  command({
    name: 'XINFO|STREAM',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for N entries returned with FULL',
    summary: 'Tells about a stream.',
    syntax: 'key:key [full-block{FULL [COUNT count:integer]}]',
    keys: 'RO access 2',
    flags: 'readonly',
    history: [
      ['6.0.0', 'Knows FULL.'],
      ['7.0.0', 'Tells max-deleted-entry-id, entries-added, recorded-first-entry-id, entries-read and lag.'],
      ['7.2.0', 'Tells active-time; seen-time is of the last attempt.'],
      ['8.6.0', 'Tells of producers and their messages: idmp-duration, idmp-maxsize, pids-tracked and iids-….'],
      ['8.8.0', 'With FULL, tells nacked-count of groups.'],
    ],
    run: info,
  }),
  command({
    name: 'XINFO|GROUPS',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1) for each group',
    summary: 'Tells about the groups of a stream.',
    syntax: 'key:key',
    keys: 'RO access 2',
    flags: 'readonly',
    history: [['7.0.0', 'Tells entries-read and lag.']],
    run: groups,
  }),
  command({
    name: 'XINFO|CONSUMERS',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1) for each consumer',
    summary: 'Tells about the consumers of a group.',
    syntax: 'key:key group',
    keys: 'RO access 2',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    history: [['7.2.0', 'Tells inactive.']],
    run: consumers,
  }),
  command({
    name: 'XINFO|HELP',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1)',
    summary: 'Tells about the subcommands.',
    syntax: '',
    flags: 'loading stale',
    run: (ctx) => replyHelp(ctx),
  }),
];
