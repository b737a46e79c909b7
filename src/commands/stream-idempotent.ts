/** XCFGSET, XIDMPRECORD, and XADD's IDMP and IDMPAUTO: a message that a producer sends again is not added again. */
import type { Region } from '../base/region.ts';
import { STREAM_PRODUCERS, Stream } from '../types/stream.ts';
import { StreamId } from '../types/stream-id.ts';
import { EntryWords } from '../types/stream-node.ts';
import {
  countAdded,
  countRepeated,
  durationOf,
  expireMessages,
  expireSomeMessages,
  findMessage,
  findProducer,
  maxsizeOf,
  messageId,
  noteMessage,
  PRODUCERS_DURATION,
  PRODUCERS_MAXSIZE,
  producersClear,
  producersCreate,
  setMessageId,
} from '../types/stream-producers.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, NO_SUCH_KEY, SYNTAX_ERROR } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { countChange, idArgument, lookupStream } from './stream-access.ts';
import { MESSAGE_NAME_BYTES, messageName } from './stream-message-name.ts';

const TWICE = error('ERR syntax error, IDMP/IDMPAUTO specified multiple times');
const NO_PRODUCER = error('ERR syntax error, IDMP requires a non-empty producer ID');
const NO_MESSAGE = error('ERR syntax error, IDMP requires a non-empty idempotent ID');
const NO_AUTO_PRODUCER = error('ERR syntax error, IDMPAUTO requires a non-empty producer ID');
const NOT_AUTO = error('ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs');
const NOTHING_TO_SET = error('ERR At least one parameter must be specified');
const DURATION_TWICE = error('ERR IDMP-DURATION specified multiple times');
const MAXSIZE_TWICE = error('ERR IDMP-MAXSIZE specified multiple times');
const BAD_DURATION = error('ERR IDMP-DURATION must be between 1 and 86400 seconds');
const BAD_MAXSIZE = error('ERR IDMP-MAXSIZE must be between 1 and 10000 entries');
const EMPTY_PRODUCER = error('ERR producer ID must be non-empty');
const EMPTY_MESSAGE = error('ERR idempotent ID must be non-empty');
const NO_ENTRY = error('ERR No such message in stream');
const OTHER_ENTRY = error('ERR IID already exists for this producer with a different stream ID');

const DURATION_MAX = 86_400;
const MAXSIZE_MAX = 10_000;

/** IDMP or IDMPAUTO of XADD. To be used again and again. */
export class IdempotentArguments {
  /** Argument with the producer's name; 0: the message isn't to be recognized. */
  producer = 0;
  /** Argument with the message's name; 0: it follows from its fields. */
  message = 0;

  clear(): void {
    this.producer = 0;
    this.message = 0;
  }

  /** Reads the option at `arg`. @returns the argument behind it, or 0 if it is another option  @throws CommandError */
  read(ctx: Context, arg: number): number {
    const auto = arg + 1 < ctx.argc && ctx.isWord(arg, 'IDMPAUTO');
    if (!auto && !(arg + 2 < ctx.argc && ctx.isWord(arg, 'IDMP'))) return 0;
    if (this.producer !== 0) throw TWICE;
    this.producer = arg + 1;
    this.message = auto ? 0 : arg + 2;
    if (ctx.size[this.producer] === 0) throw auto ? NO_AUTO_PRODUCER : NO_PRODUCER;
    if (!auto && ctx.size[this.message] === 0) throw NO_MESSAGE;
    return auto ? arg + 2 : arg + 3;
  }

  /** To be called where the ID is none of the clock's. @throws CommandError */
  checkIdGiven(): void {
    if (this.producer !== 0) throw NOT_AUTO;
  }
}

// --- for XADD ---------------------------------------------------------------------------------------------------------

/** The message that XADD adds. To be used again and again. */
export class Message {
  private region!: Region;
  private at = 0;
  private length = 0;

  set(ctx: Context, given: IdempotentArguments, words: EntryWords): void {
    if (given.message !== 0) {
      this.region = ctx.source;
      this.at = ctx.at[given.message];
      this.length = ctx.size[given.message];
    } else {
      this.region = messageName(words);
      this.at = 0;
      this.length = MESSAGE_NAME_BYTES;
    }
  }

  /** Looks for the message in a stream. @returns whether it was added before; then `id` is its entry's */
  isRepeated(ctx: Context, stream: Stream, producerArg: number, id: StreamId): boolean {
    const { allocator } = stream;
    const { arena } = allocator;
    const record = arena.i32[stream.base + STREAM_PRODUCERS];
    if (record === 0) return false;
    const producer = findProducer(arena, record, ctx.source, ctx.at[producerArg], ctx.size[producerArg]);
    if (producer === 0 || expireMessages(allocator, record, producer, ctx.nowMs)) return false;
    const message = findMessage(arena, producer, this.region, this.at, this.length);
    if (message === 0) return false;
    messageId(arena, message, id);
    countRepeated(arena, record);
    return true;
  }

  /** Notes the message as that of the entry `id`. @throws OutOfMemoryError, nothing noted */
  note(ctx: Context, stream: Stream, producerArg: number, id: StreamId): void {
    const { allocator } = stream;
    const { arena } = allocator;
    const holder = stream.base + STREAM_PRODUCERS;
    const record = arena.i32[holder] || producersCreate(allocator, holder);
    const producerAt = ctx.at[producerArg];
    const producerLength = ctx.size[producerArg];
    if (findProducer(arena, record, ctx.source, producerAt, producerLength) === 0) {
      expireSomeMessages(allocator, record, ctx.random(), ctx.nowMs);
    }
    const message = noteMessage(
      allocator,
      record,
      ctx.source,
      producerAt,
      producerLength,
      this.region,
      this.at,
      this.length,
    );
    setMessageId(arena, message, id);
    countAdded(arena, record);
  }
}

// --- commands ---------------------------------------------------------------------------------------------------------

const stream = new Stream();
const message = new Message();
const recorded = new IdempotentArguments();
const id = new StreamId();
const known = new StreamId();
const words = new EntryWords();

function integerBetween(ctx: Context, arg: number, most: number, otherwise: Error): number {
  const value = saturatedInteger(ctx, arg);
  if (value < 1 || value > most) throw otherwise;
  return value;
}

function xcfgset(ctx: Context): void {
  if (lookupStream(ctx, 1, stream) === 0) throw NO_SUCH_KEY;
  let duration = 0;
  let maxsize = 0;
  for (let arg = 2; arg < ctx.argc; arg += 2) {
    const more = arg + 1 < ctx.argc;
    if (more && ctx.isWord(arg, 'IDMP-DURATION')) {
      if (duration > 0) throw DURATION_TWICE;
      duration = integerBetween(ctx, arg + 1, DURATION_MAX, BAD_DURATION);
    } else if (more && ctx.isWord(arg, 'IDMP-MAXSIZE')) {
      if (maxsize > 0) throw MAXSIZE_TWICE;
      maxsize = integerBetween(ctx, arg + 1, MAXSIZE_MAX, BAD_MAXSIZE);
    } else {
      throw SYNTAX_ERROR;
    }
  }
  if (duration === 0 && maxsize === 0) throw NOTHING_TO_SET;
  if (configure(duration, maxsize)) countChange(ctx);
  ctx.reply.ok();
}

/**
 * Sets what isn't 0. Producers may all say what they need before they begin: only a change makes the stream forget.
 * @returns whether anything is other than before  @throws OutOfMemoryError, nothing changed
 */
function configure(duration: number, maxsize: number): boolean {
  const { allocator } = stream;
  const { arena } = allocator;
  const { i32 } = arena;
  const holder = stream.base + STREAM_PRODUCERS;
  const oldDuration = durationOf(arena, i32[holder]);
  const oldMaxsize = maxsizeOf(arena, i32[holder]);
  const newDuration = duration || oldDuration;
  const newMaxsize = maxsize || oldMaxsize;
  if (newDuration === oldDuration && newMaxsize === oldMaxsize) return false;
  const record = i32[holder] || producersCreate(allocator, holder);
  producersClear(allocator, record);
  i32[(record >> 2) + PRODUCERS_DURATION] = newDuration;
  i32[(record >> 2) + PRODUCERS_MAXSIZE] = newMaxsize;
  return true;
}

function xidmprecord(ctx: Context): void {
  idArgument(ctx, 4, id);
  if (ctx.size[2] === 0) throw EMPTY_PRODUCER;
  if (ctx.size[3] === 0) throw EMPTY_MESSAGE;
  if (lookupStream(ctx, 1, stream) === 0) throw NO_SUCH_KEY;
  if (!stream.has(id)) throw NO_ENTRY;
  const { arena } = stream.allocator;
  const record = arena.i32[stream.base + STREAM_PRODUCERS];
  const producer = record === 0 ? 0 : findProducer(arena, record, ctx.source, ctx.at[2], ctx.size[2]);
  const noted = producer === 0 ? 0 : findMessage(arena, producer, ctx.source, ctx.at[3], ctx.size[3]);
  if (noted !== 0) {
    messageId(arena, noted, known);
    if (known.compare(id) !== 0) throw OTHER_ENTRY;
    return ctx.reply.ok();
  }
  recorded.producer = 2;
  recorded.message = 3;
  message.set(ctx, recorded, words);
  message.note(ctx, stream, 2, id);
  ctx.reply.ok();
  countChange(ctx);
}

export const streamIdempotentCommands = [
  command({
    name: 'XCFGSET',
    since: '8.6.0',
    group: 'stream',
    complexity: 'O(N) for the N messages that are forgotten',
    summary:
      'Sets how long a stream recognizes messages, and how many of each producer; if that is new, it forgets those it knew.',
    syntax: 'key:key [IDMP-DURATION idmp-duration:integer] [IDMP-MAXSIZE idmp-maxsize:integer]',
    keys: 'RW update 1',
    flags: 'write fast',
    run: xcfgset,
  }),
  command({
    name: 'XIDMPRECORD',
    since: '8.6.2',
    group: 'stream',
    complexity: 'O(1)',
    summary: "Notes which entry a producer's message became; for files that are read back.",
    syntax: 'key:key pid iid stream-id',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    run: xidmprecord,
  }),
];
