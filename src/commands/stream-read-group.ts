/** XREADGROUP. */
import { TYPE_STREAM, typeOf } from '../store/entry.ts';
import { STREAM_GROUPS, STREAM_LAST_ID, STREAM_NODES, Stream } from '../types/stream.ts';
import { StreamEntries } from '../types/stream-entries.ts';
import {
  addPending,
  CONSUMER_PENDING,
  consumerCreate,
  countDelivery,
  deliveredMs,
  findConsumer,
  findPending,
  firstByTime,
  GROUP_LAST_ID,
  GROUP_PENDING,
  handOver,
  lastByTime,
  nextByTime,
  PENDING_COUNT,
  redeliver,
  reservePending,
  setActive,
  setSeen,
} from '../types/stream-group.ts';
import { StreamId } from '../types/stream-id.ts';
import { noteRead } from '../types/stream-lag.ts';
import { namesFind } from '../types/stream-names.ts';
import { StreamTreeCursor, treeCount } from '../types/stream-tree.ts';
import { argumentText } from './argument-text.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { type CommandError, error } from './errors.ts';
import { countChange, idArgument, readStream, replyCounter, replyId, tellQuietly } from './stream-access.ts';
import { CONSUMER_CREATED, findGroup } from './stream-group.ts';
import { closeStreams, END, isSign, openStreams, ReplyBudget } from './stream-read.ts';
import { ReadArguments, readsAtOnce } from './stream-read-arguments.ts';
import { closeArray, entriesBetween, openArray, replyFields } from './stream-reply.ts';
import { openValue } from './value-entry.ts';

const meaningless = (sign: string): CommandError =>
  error(
    `ERR The ${sign} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The ${sign} ID would just return an empty result set.`,
  );
const DOLLAR_MEANINGLESS = meaningless('$');
const PLUS_MEANINGLESS = meaningless('+');

const DOLLAR = 36;
const PLUS = 43;
const GREATER = 62;

const given = new ReadArguments();
const budget = new ReplyBudget();
const stream = new Stream();
const entries = new StreamEntries();
const pending = new StreamTreeCursor();
const id = new StreamId();
const start = new StreamId();

/** Whether key number `i` is to be read on, rather than what the consumer has pending of it. */
const wantsNew = (ctx: Context, i: number): boolean => isSign(ctx, given.firstKey + given.keys + i, GREATER);

/** Checks the keys, their groups and the IDs, before anything is done. @throws CommandError */
function check(ctx: Context): void {
  for (let i = 0; i < given.keys; i++) {
    const arg = given.firstKey + given.keys + i;
    const exists = readStream(ctx, given.firstKey + i, stream) !== 0;
    if (!exists || findGroup(ctx, stream, given.group) === 0) throw noSuchGroup(ctx, given.firstKey + i);
    if (isSign(ctx, arg, DOLLAR)) throw DOLLAR_MEANINGLESS;
    if (isSign(ctx, arg, PLUS)) throw PLUS_MEANINGLESS;
    if (!wantsNew(ctx, i)) idArgument(ctx, arg, id);
  }
}

const noSuchGroup = (ctx: Context, keyArg: number): CommandError =>
  error(
    `NOGROUP No such key '${argumentText(ctx, keyArg)}' or consumer group '${argumentText(ctx, given.group)}' in XREADGROUP with GROUP option`,
  );

/** The consumer that argument `arg` names, made if need be, as having tried to read now. @param keyArg the stream's */
export function useConsumer(ctx: Context, of: Stream, group: number, arg: number, keyArg: number): number {
  const { allocator } = of;
  let consumer = findConsumer(allocator.arena, group, ctx.source, ctx.at[arg], ctx.size[arg]);
  if (consumer === 0) {
    consumer = consumerCreate(allocator, group, ctx.source, ctx.at[arg], ctx.size[arg], ctx.nowMs);
    tellQuietly(ctx, keyArg, CONSUMER_CREATED);
  }
  setSeen(allocator.arena, consumer, ctx.nowMs);
  return consumer;
}

/** Replies with key number `i` and what there is for the consumer. @returns false if that is nothing */
function serve(ctx: Context, i: number): boolean {
  const arg = given.firstKey + i;
  const entry = ctx.peek(arg);
  if (entry === 0 || typeOf(ctx.ks.arena, entry) !== TYPE_STREAM) return false;
  openValue(ctx, entry, stream);
  const { arena } = stream.allocator;
  const { source, at, size, reply } = ctx;
  const group = namesFind(arena, stream.base + STREAM_GROUPS, source, at[given.group], size[given.group]);
  const isNew = wantsNew(ctx, i);
  // What may run out of memory comes before the first change.
  if (isNew && !given.noAck) reservePending(stream.allocator, Math.min(given.count || stream.length, stream.length));
  const consumer = useConsumer(ctx, stream, group, given.group + 1, arg);
  ctx.access.touchChanged(arena, entry);
  const news = isNew && hasNews(group);
  if (isNew && !news && !hasClaimable(ctx, group)) return false;
  if (!reply.resp3) reply.array(2);
  reply.bulk(source, at[arg], size[arg]);
  const guess = given.count > 0 ? Math.min(given.count, stream.length) : stream.length;
  const mark = openArray(reply, guess);
  const headBytes = reply.mark() - mark;
  budget.leaveOut(headBytes);
  let count: number;
  if (isNew) {
    const claims = given.claimMs >= 0;
    count = claims ? claim(ctx, group, consumer) : 0;
    count += deliver(ctx, group, consumer, count, claims ? hasNews(group) : news);
    if (count > 0) countChange(ctx);
  } else {
    idArgument(ctx, given.firstKey + given.keys + i, id);
    count = replyHistory(ctx, group, consumer);
    // As in Redis, who asks for history claims nothing of the streams behind either.
    given.claimMs = -1;
  }
  closeArray(reply, mark, guess, count);
  budget.leaveOut(-headBytes);
  return true;
}

/** Puts `entries` at the first entry that the group has not been given. @returns false if there is none */
function hasNews(group: number): boolean {
  const { allocator, base } = stream;
  start.load(allocator.arena, (group >> 2) + GROUP_LAST_ID);
  if (start.compareAt(allocator.arena, base + STREAM_LAST_ID) >= 0) return false;
  start.increment();
  return entries.seekFrom(allocator, base + STREAM_NODES, start);
}

/** The pending entry that is first to be claimed of those that are still in the stream, or 0. */
function firstToClaim(group: number): number {
  const { arena } = stream.allocator;
  for (let entry = firstByTime(arena, group); entry !== 0; entry = nextByTime(arena, entry)) {
    id.load(arena, entry >> 2);
    if (stream.has(id)) return entry;
  }
  return 0;
}

function hasClaimable(ctx: Context, group: number): boolean {
  if (given.claimMs < 0) return false;
  const entry = firstToClaim(group);
  return entry !== 0 && ctx.nowMs - deliveredMs(stream.allocator.arena, entry) >= given.claimMs;
}

const isFull = (count: number): boolean => (given.count !== 0 && count >= given.count) || budget.isSpent;

/**
 * Gives the consumer what the group has not been given yet, from where `entries` is on.
 * @param before how many entries were written before  @param any whether there are some
 */
function deliver(ctx: Context, group: number, consumer: number, before: number, any: boolean): number {
  const { arena } = stream.allocator;
  const { reply } = ctx;
  let count = 0;
  for (let found = any; found && !isFull(before + count); found = entries.next()) {
    reply.array(given.claimMs < 0 ? 2 : 4);
    replyId(reply, entries.id);
    replyFields(reply, arena.region, entries);
    if (given.claimMs >= 0) {
      reply.integer(0);
      reply.integer(0);
    }
    noteRead(stream, group, entries.id);
    if (!given.noAck) makePending(ctx, group, consumer, entries.id);
    budget.count();
    count++;
  }
  return count;
}

function makePending(ctx: Context, group: number, consumer: number, of: StreamId): void {
  const { allocator } = stream;
  // XGROUP SETID can make the group read again what is pending already.
  const known = findPending(allocator.arena, group, of);
  if (known === 0) addPending(allocator, group, consumer, of, ctx.nowMs, 1);
  else redeliver(allocator, group, known, consumer, ctx.nowMs);
  setActive(allocator.arena, consumer, ctx.nowMs);
}

/** Gives the consumer what has been pending for long, the longest first. @returns how many entries were written */
function claim(ctx: Context, group: number, consumer: number): number {
  const { allocator } = stream;
  const { arena } = allocator;
  const { reply, nowMs } = ctx;
  // What is claimed goes to the end of the chain, where it must not be met again.
  const last = lastByTime(arena, group);
  let count = 0;
  for (let entry = firstByTime(arena, group); entry !== 0 && !isFull(count); ) {
    const idleMs = nowMs - deliveredMs(arena, entry);
    if (idleMs < given.claimMs) break;
    const behind = entry === last ? 0 : nextByTime(arena, entry);
    id.load(arena, entry >> 2);
    if (stream.find(id, entries)) {
      reply.array(4);
      replyId(reply, id);
      replyFields(reply, arena.region, entries);
      reply.integer(Math.max(0, idleMs));
      replyCounter(reply, arena, (entry >> 2) + PENDING_COUNT);
      handOver(allocator, group, entry, consumer, nowMs);
      countDelivery(arena, entry);
      setActive(arena, consumer, nowMs);
      budget.count();
      count++;
    }
    entry = behind;
  }
  return count;
}

/** Replies with what the consumer has pending behind `id`. @returns how many entries were written */
function replyHistory(ctx: Context, group: number, consumer: number): number {
  if (!id.increment()) return 0;
  const { arena } = stream.allocator;
  const { reply } = ctx;
  let count = 0;
  let entry = pending.seekFrom(arena, (consumer >> 2) + CONSUMER_PENDING, id);
  for (; entry !== 0 && !isFull(count); entry = pending.next(arena)) {
    id.load(arena, entry >> 2);
    const exists = stream.find(id, entries);
    reply.array(2);
    replyId(reply, id);
    if (exists) replyFields(reply, arena.region, entries);
    else reply.nullArray();
    if (exists) {
      handOver(stream.allocator, group, entry, consumer, ctx.nowMs);
      countDelivery(arena, entry);
    }
    budget.count();
    count++;
  }
  return count;
}

/** About how many entries the group has not been given, or the consumer has pending; or the group, of which some may be claimed. */
function entriesToRead(ctx: Context): number {
  const most = Math.min(given.count || Number.POSITIVE_INFINITY, given.maxCount);
  let total = 0;
  for (let i = 0; i < given.keys; i++) {
    openValue(ctx, ctx.peek(given.firstKey + i), stream);
    const { arena } = stream.allocator;
    const group = findGroup(ctx, stream, given.group);
    let found: number;
    if (wantsNew(ctx, i)) {
      start.load(arena, (group >> 2) + GROUP_LAST_ID);
      found = entriesBetween(stream, start, END);
      if (given.claimMs >= 0) found += treeCount(arena, (group >> 2) + GROUP_PENDING);
    } else {
      const { source, at, size } = ctx;
      const name = given.group + 1;
      const consumer = findConsumer(arena, group, source, at[name], size[name]);
      found = consumer === 0 ? 0 : treeCount(arena, (consumer >> 2) + CONSUMER_PENDING);
    }
    total += Math.min(most, found);
  }
  return total;
}

/** When the first pending entry will have been so for long enough to be claimed. */
function nextClaimMs(ctx: Context): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < given.keys; i++) {
    if (readStream(ctx, given.firstKey + i, stream) === 0) continue;
    const { arena } = stream.allocator;
    const entry = firstToClaim(findGroup(ctx, stream, given.group));
    if (entry !== 0) earliest = Math.min(earliest, deliveredMs(arena, entry) + given.claimMs);
  }
  return earliest;
}

function xreadgroup(ctx: Context): void {
  given.read(ctx, true);
  check(ctx);
  if (ctx.mayHandOff) ctx.weigh(entriesToRead(ctx));
  const { reply } = ctx;
  const begin = openStreams(reply, given.keys);
  budget.open(reply, given.maxCount, given.maxSize);
  let served = 0;
  for (let i = 0; i < given.keys && !budget.isSpent; i++) if (serve(ctx, i)) served++;
  if (closeStreams(reply, begin, given.keys, served)) return;
  if (given.timeoutMs < 0) {
    reply.nullArray();
  } else {
    const retryAtMs = given.claimMs < 0 ? Number.POSITIVE_INFINITY : nextClaimMs(ctx);
    ctx.block(given.keyArguments, given.timeoutMs, 'nullArray', undefined, retryAtMs);
  }
}

/**
 * The shards of the keys where the key specification may be led astray: options before GROUP let it take a group or a
 * consumer that is called STREAMS for the word.
 */
function hiddenShards(ctx: Context): number {
  if (ctx.isWord(1, 'GROUP')) return 0;
  let arg = 1;
  while (arg < ctx.argc && !ctx.isWord(arg, 'STREAMS')) {
    arg += ctx.isWord(arg, 'GROUP') ? 3 : ctx.isWord(arg, 'NOACK') ? 1 : 2;
  }
  let mask = 0;
  const behind = arg + 1 + ((ctx.argc - arg - 1) >> 1);
  for (let key = arg + 1; key < behind; key++) mask |= 1 << ctx.shardIndexOf(ctx.hashOf(key));
  return mask;
}

export const streamReadGroupCommands = [
  command({
    name: 'XREADGROUP',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for N entries returned',
    summary: 'Gives a consumer of a group what the group has not read yet, or again what the consumer has pending.',
    syntax:
      'GROUP group-block{group consumer} [COUNT count:integer] [MAXCOUNT maxcount:integer@8.10.0] [MAXSIZE maxsize:integer@8.10.0] [BLOCK milliseconds:integer] [CLAIM min-idle-time:integer@8.4.0] [NOACK] STREAMS streams{key:key... id...}',
    keys: 'RO access incomplete STREAMS@4..-1/2',
    flags: 'write blocking movablekeys',
    neverWaits: readsAtOnce,
    extraShards: hiddenShards,
    run: xreadgroup,
  }),
];
