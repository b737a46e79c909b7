/** XREAD. */
import type { Writer } from '../protocol/writer.ts';
import { TYPE_STREAM, typeOf } from '../store/entry.ts';
import { STREAM_LAST_ID, STREAM_NODES, Stream } from '../types/stream.ts';
import { StreamEntries } from '../types/stream-entries.ts';
import { StreamId } from '../types/stream-id.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error } from './errors.ts';
import { idArgument, readStream } from './stream-access.ts';
import { ReadArguments, readsAtOnce } from './stream-read-arguments.ts';
import { closeArray, entriesBetween, openArray, replyEntry } from './stream-reply.ts';
import { openValue } from './value-entry.ts';

const GREATER_IN_XREAD = error(
  'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
);

const DOLLAR = 36;
const PLUS = 43;
const GREATER = 62;

const given = new ReadArguments();
const stream = new Stream();
const entries = new StreamEntries();
const start = new StreamId();
export const END = new StreamId();
END.setMax();
/** The ID to read behind, for each key. */
const ids: StreamId[] = [];

/**
 * How much of a reply several streams may fill together. As in Redis, the entry that reaches MAXSIZE is still returned, and
 * heads of arrays count only once the array has ended: theirs are written last there. To be used again and again.
 */
export class ReplyBudget {
  private reply!: Writer;
  private entriesLeft = 0;
  private bytesMax = 0;
  private begin = 0;
  private emitted = 0;

  /** To be called when the head of the whole reply is written. */
  open(reply: Writer, maxCount: number, maxSize: number): void {
    this.reply = reply;
    this.entriesLeft = maxCount;
    this.bytesMax = maxSize;
    this.begin = reply.at;
    this.emitted = 0;
  }

  get isSpent(): boolean {
    if (this.entriesLeft <= 0) return true;
    // One entry is returned however large it is.
    return this.emitted > 0 && this.reply.at - this.begin >= this.bytesMax;
  }

  /** Leaves out so many bytes of what is written; negative: counts them again. */
  leaveOut(bytes: number): void {
    this.begin += bytes;
  }

  /** Counts an entry that was written. */
  count(): void {
    this.emitted++;
    this.entriesLeft--;
  }
}

const budget = new ReplyBudget();

/** Whether argument `arg` is the one character `code`. */
export const isSign = (ctx: Context, arg: number, code: number): boolean =>
  ctx.size[arg] === 1 && ctx.source.u8[ctx.at[arg]] === code;

/** Sets `ids`. `$` is meant once for all times that the command is tried, `+` each time anew. */
function readIds(ctx: Context): void {
  const resumed = ctx.resumed as readonly StreamId[] | undefined;
  while (ids.length < given.keys) ids.push(new StreamId());
  for (let i = 0; i < given.keys; i++) {
    const arg = given.firstKey + given.keys + i;
    const id = ids[i];
    const exists = readStream(ctx, given.firstKey + i, stream) !== 0;
    if (isSign(ctx, arg, DOLLAR)) {
      if (resumed !== undefined) id.become(resumed[i]);
      else if (exists) stream.loadId(STREAM_LAST_ID, id);
      else id.setMin();
    } else if (isSign(ctx, arg, PLUS)) {
      const any = exists && entries.toLast(stream.allocator, stream.base + STREAM_NODES);
      if (any) {
        id.become(entries.id);
        id.decrement();
      } else {
        id.setMin();
      }
    } else if (isSign(ctx, arg, GREATER)) {
      throw GREATER_IN_XREAD;
    } else {
      idArgument(ctx, arg, id);
    }
  }
}

/** Replies with the key in argument `arg` and its entries behind `id`. @returns false if there are none */
function serve(ctx: Context, arg: number, id: StreamId): boolean {
  const entry = ctx.peek(arg);
  if (entry === 0 || typeOf(ctx.ks.arena, entry) !== TYPE_STREAM) return false;
  openValue(ctx, entry, stream);
  const { allocator, base } = stream;
  const { arena } = allocator;
  if (id.compareAt(arena, base + STREAM_LAST_ID) >= 0) return false;
  start.become(id);
  start.increment();
  if (!entries.seekFrom(allocator, base + STREAM_NODES, start)) return false;
  const { reply } = ctx;
  if (!reply.resp3) reply.array(2);
  reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
  const guess = given.count > 0 ? Math.min(given.count, stream.length) : stream.length;
  const mark = openArray(reply, guess);
  const headBytes = reply.mark() - mark;
  budget.leaveOut(headBytes);
  let count = 0;
  for (let found = true; found && !budget.isSpent && (count === 0 || count !== given.count); found = entries.next()) {
    replyEntry(reply, arena.region, entries);
    budget.count();
    count++;
  }
  closeArray(reply, mark, guess, count);
  budget.leaveOut(-headBytes);
  return true;
}

/** Begins the reply with what several streams have. @returns a mark for `closeStreams` */
export function openStreams(reply: Writer, keys: number): number {
  const mark = reply.mark();
  if (reply.resp3) reply.map(keys);
  else reply.array(keys);
  return mark;
}

/** Ends the reply. @returns false, all taken back, if no stream had anything */
export function closeStreams(reply: Writer, mark: number, keys: number, served: number): boolean {
  if (served === 0) reply.rewind(mark);
  else closeArray(reply, mark, keys, served);
  return served > 0;
}

/** About how many entries there are behind the IDs. */
function entriesToRead(ctx: Context): number {
  const most = Math.min(given.count || Number.POSITIVE_INFINITY, given.maxCount);
  let entries = 0;
  for (let i = 0; i < given.keys; i++) {
    const entry = ctx.peek(given.firstKey + i);
    if (entry === 0) continue;
    openValue(ctx, entry, stream);
    entries += Math.min(most, entriesBetween(stream, ids[i], END));
  }
  return entries;
}

function xread(ctx: Context): void {
  given.read(ctx, false);
  readIds(ctx);
  if (ctx.mayHandOff) ctx.weigh(entriesToRead(ctx));
  const { reply } = ctx;
  const begin = openStreams(reply, given.keys);
  budget.open(reply, given.maxCount, given.maxSize);
  let served = 0;
  for (let i = 0; i < given.keys && !budget.isSpent; i++) {
    if (serve(ctx, given.firstKey + i, ids[i])) served++;
  }
  if (closeStreams(reply, begin, given.keys, served)) return;
  if (given.timeoutMs < 0) {
    reply.nullArray();
  } else {
    const state = ids.slice(0, given.keys).map(copyOf);
    ctx.block(given.keyArguments, given.timeoutMs, 'nullArray', state);
  }
}

function copyOf(id: StreamId): StreamId {
  const copied = new StreamId();
  copied.become(id);
  return copied;
}

export const streamReadCommands = [
  command({
    name: 'XREAD',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for N entries returned',
    summary: 'Returns the entries of streams behind given IDs; waits while there are none, if asked to.',
    syntax:
      '[COUNT count:integer] [MAXCOUNT maxcount:integer@8.10.0] [MAXSIZE maxsize:integer@8.10.0] [BLOCK milliseconds:integer] STREAMS streams{key:key... id...}',
    keys: 'RO access incomplete STREAMS@1..-1/2',
    flags: 'readonly blocking movablekeys',
    neverWaits: readsAtOnce,
    run: xread,
  }),
];
