/** What the stream commands share: from keys to streams, IDs as arguments and as replies. */

import type { Arena } from '../memory/arena.ts';
import type { Writer } from '../protocol/writer.ts';
import { addToCounter, COUNTER_DIRTY } from '../store/counters.ts';
import { TYPE_STREAM } from '../store/entry.ts';
import { registerValueType } from '../store/value-types.ts';
import type { Stream } from '../types/stream.ts';
import { counterAt, exactCounterAt } from '../types/stream-counter.ts';
import { ID_COMPLETE, ID_INVALID, parseStreamId, type StreamId } from '../types/stream-id.ts';
import { streamValueType } from '../types/stream-value-type.ts';
import { argumentText } from './argument-text.ts';
import type { Context } from './context.ts';
import { type CommandError, error } from './errors.ts';
import type { KeyEvent } from './events.ts';
import { openValue } from './value-entry.ts';

registerValueType(TYPE_STREAM, streamValueType);

export const INVALID_ID = error('ERR Invalid stream ID specified as stream command argument');
const INVALID_START = error('ERR invalid start ID for the interval');
const INVALID_END = error('ERR invalid end ID for the interval');

const OPEN = 40;
/** The sequence 2^64 − 1, in either half. */
const SEQ_MAX = -1;

/** Opens the stream in argument `arg` to be read. @returns its entry, or 0  @throws WRONG_TYPE */
export function readStream(ctx: Context, arg: number, stream: Stream): number {
  const entry = ctx.readTyped(arg, TYPE_STREAM);
  if (entry !== 0) openValue(ctx, entry, stream);
  return entry;
}

/** Opens the stream in argument `arg` to be changed. @returns its entry, or 0  @throws WRONG_TYPE */
export function lookupStream(ctx: Context, arg: number, stream: Stream): number {
  const entry = ctx.lookupTyped(arg, TYPE_STREAM);
  if (entry !== 0) openValue(ctx, entry, stream);
  return entry;
}

/** Argument `arg` as an ID: `ms-seq`, or `ms` with sequence 0; not `-` or `+`. @throws INVALID_ID */
export function idArgument(ctx: Context, arg: number, into: StreamId): void {
  if (parseStreamId(ctx.source, ctx.at[arg], ctx.size[arg], true, 0, false, into) === ID_INVALID) throw INVALID_ID;
}

/** Like `idArgument`, but `ms-*` is an ID, too. @returns ID_COMPLETE, ID_WITHOUT_SEQ or ID_SEQ_AUTO  @throws INVALID_ID */
export function newIdArgument(ctx: Context, arg: number, into: StreamId): number {
  const kind = parseStreamId(ctx.source, ctx.at[arg], ctx.size[arg], true, 0, true, into);
  if (kind === ID_INVALID) throw INVALID_ID;
  return kind;
}

/** Like `idArgument`, but `-` and `+` are the least and the greatest. @throws INVALID_ID */
export function looseIdArgument(ctx: Context, arg: number, into: StreamId): void {
  if (parseStreamId(ctx.source, ctx.at[arg], ctx.size[arg], false, 0, false, into) === ID_INVALID) throw INVALID_ID;
}

/** Argument `arg` as the begin of an interval, made inclusive. @throws CommandError */
export function startArgument(ctx: Context, arg: number, into: StreamId): void {
  if (intervalArgument(ctx, arg, 0, into) && !into.increment()) throw INVALID_START;
}

/** Argument `arg` as the end of an interval, made inclusive. @throws CommandError */
export function endArgument(ctx: Context, arg: number, into: StreamId): void {
  if (intervalArgument(ctx, arg, SEQ_MAX, into) && !into.decrement()) throw INVALID_END;
}

/** @returns whether the interval leaves the ID out */
function intervalArgument(ctx: Context, arg: number, missingSeq: number, into: StreamId): boolean {
  const at = ctx.at[arg];
  const size = ctx.size[arg];
  const open = size > 1 && ctx.source.u8[at] === OPEN;
  const from = open ? 1 : 0;
  if (parseStreamId(ctx.source, at + from, size - from, open, missingSeq, false, into) < ID_COMPLETE) throw INVALID_ID;
  return open;
}

export function replyId(reply: Writer, id: StreamId): void {
  const at = reply.bulkSpace(id.textLength);
  id.writeText(reply.region, at);
}

/** Replies with a stream's count, which may be any int64. */
export function replyCounter(reply: Writer, arena: Arena, word: number): void {
  const value = counterAt(arena, word);
  if (Number.isSafeInteger(value)) reply.integer(value);
  else reply.bigInteger(exactCounterAt(arena, word));
}

/** Counts a change that is no event: nobody who watches or waits for the key is told. */
export const countChange = (ctx: Context): void => addToCounter(ctx.ks.arena, COUNTER_DIRTY, 1);

/**
 * Tells of a change of groups or settings that brings nobody anything to read: who waits for the key goes on waiting, and
 * WATCH doesn't hear of it.
 */
export function tellQuietly(ctx: Context, arg: number, event: KeyEvent): void {
  const keyspace = ctx.select(arg);
  countChange(ctx);
  ctx.announce(keyspace, arg, ctx.hash, event);
}

/** @param keyArg argument with the key; the group's name is behind it */
export const noSuchKeyOrGroup = (ctx: Context, keyArg: number): CommandError =>
  error(`NOGROUP No such key '${argumentText(ctx, keyArg)}' or consumer group '${argumentText(ctx, keyArg + 1)}'`);
