/** XADD. */
import { TYPE_STREAM } from '../store/entry.ts';
import { STREAM_LAST_ID, Stream } from '../types/stream.ts';
import { ID_SEQ_AUTO, StreamId } from '../types/stream-id.ts';
import { ENTRY_BYTES_MAX, EntryWords } from '../types/stream-node.ts';
import { streamValueType } from '../types/stream-value-type.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, wrongArity } from './errors.ts';
import { streamEvent } from './events.ts';
import { countChange, lookupStream, newIdArgument, replyId } from './stream-access.ts';
import { IdempotentArguments, Message } from './stream-idempotent.ts';
import { trimStream, XTRIM } from './stream-trim.ts';
import { TRIM_NONE, TrimArguments } from './stream-trim-arguments.ts';
import { putValue } from './value-entry.ts';

const XADD = streamEvent('xadd');
const ID_ZERO = error('ERR The ID specified in XADD must be greater than 0-0');
const ID_TOO_SMALL = error('ERR The ID specified in XADD is equal or smaller than the target stream top item');
const EXHAUSTED = error('ERR The stream has exhausted the last possible ID, unable to add more items');
const TOO_LARGE = error('ERR Elements are too large to be stored');

const STAR = 42;

const stream = new Stream();
const words = new EntryWords();
const trim = new TrimArguments();
const idempotent = new IdempotentArguments();
const message = new Message();
const id = new StreamId();
const last = new StreamId();

/** The arguments before the fields. To be used again and again. */
class AddArguments {
  noMakeStream = false;
  /** The ID is the clock's. */
  auto = false;
  /** The ID's sequence is to follow the last one's. */
  autoSeq = false;
  firstField = 0;

  /** @throws CommandError */
  read(ctx: Context): void {
    this.noMakeStream = false;
    this.auto = false;
    this.autoSeq = false;
    trim.clear();
    idempotent.clear();
    let arg = 2;
    for (; arg < ctx.argc; arg++) {
      if (ctx.size[arg] === 1 && ctx.source.u8[ctx.at[arg]] === STAR) {
        this.auto = true;
        break;
      }
      const behind = trim.read(ctx, arg) || idempotent.read(ctx, arg);
      if (behind > 0) {
        arg = behind - 1;
      } else if (ctx.isWord(arg, 'NOMKSTREAM')) {
        this.noMakeStream = true;
      } else {
        this.autoSeq = newIdArgument(ctx, arg, id) === ID_SEQ_AUTO;
        idempotent.checkIdGiven();
        break;
      }
    }
    trim.finish(false);
    this.firstField = arg + 1;
    const fields = ctx.argc - this.firstField;
    if (fields < 2 || fields % 2 === 1) throw wrongArity(ctx.command.name);
    if (!this.auto && !this.autoSeq && id.isMin) throw ID_ZERO;
  }
}

const given = new AddArguments();

/** Makes `id` the new entry's. @throws CommandError if the last one, in `last`, is not below it */
function chooseId(ctx: Context): void {
  if (last.isMax) throw EXHAUSTED;
  if (given.auto) {
    id.setMs(ctx.nowMs);
    if (id.compare(last) > 0 && (id.msHigh !== last.msHigh || id.msLow !== last.msLow)) return;
    id.become(last);
    id.increment();
    return;
  }
  if (given.autoSeq && id.msHigh === last.msHigh && id.msLow === last.msLow) {
    if (last.hasSeqMax) throw ID_TOO_SMALL;
    id.become(last);
    id.increment();
  }
  if (id.compare(last) <= 0) throw ID_TOO_SMALL;
}

function xadd(ctx: Context): void {
  given.read(ctx);
  const entry = lookupStream(ctx, 1, stream);
  if (entry === 0 && given.noMakeStream) return ctx.reply.null();
  if (entry === 0) last.setMin();
  else stream.loadId(STREAM_LAST_ID, last);
  words.set(ctx.source, ctx.at, ctx.size, given.firstField, (ctx.argc - given.firstField) >> 1);
  const { producer } = idempotent;
  if (producer !== 0) {
    message.set(ctx, idempotent, words);
    if (entry !== 0 && message.isRepeated(ctx, stream, producer, id)) {
      countChange(ctx);
      return replyId(ctx.reply, id);
    }
  }
  chooseId(ctx);
  if (words.bytes > ENTRY_BYTES_MAX) throw TOO_LARGE;
  if (entry === 0) {
    addFirst(ctx);
  } else {
    if (trim.strategy !== TRIM_NONE) ctx.weigh(trim.weightOf(stream));
    stream.append(id, words);
    if (producer !== 0) noteOrTakeBack(ctx);
  }
  replyId(ctx.reply, id);
  ctx.touch(1, XADD);
  if (trim.strategy !== TRIM_NONE && trimStream(stream, trim) > 0) ctx.touch(1, XTRIM);
}

/** Notes whose message the new entry is. @throws OutOfMemoryError, the entry deleted again */
function noteOrTakeBack(ctx: Context): void {
  try {
    message.note(ctx, stream, idempotent.producer, id);
  } catch (thrown) {
    stream.remove(id);
    throw thrown;
  }
}

/** Makes the key a stream with one entry. */
function addFirst(ctx: Context): void {
  stream.create(ctx.ks.allocator);
  try {
    stream.append(id, words);
    if (idempotent.producer !== 0) message.note(ctx, stream, idempotent.producer, id);
  } catch (thrown) {
    streamValueType.free(stream.allocator, stream.root);
    throw thrown;
  }
  putValue(ctx, 1, 0, TYPE_STREAM, stream, streamValueType.free);
}

export const streamAddCommands = [
  command({
    name: 'XADD',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1) to add, O(N) when it trims, for the N entries that go',
    summary: 'Adds an entry to a stream, which it makes if there is none.',
    syntax:
      'key:key [NOMKSTREAM@6.2.0] [condition(KEEPREF | DELREF | ACKED)] [idmp@8.6.0(IDMPAUTO pid | IDMP idmp{pid iid})] [trim{strategy(MAXLEN | MINID@6.2.0) [operator(equal== | approximately=~)] threshold [LIMIT count:integer@6.2.0]}] id-selector(auto-id=* | id) data{field value}...',
    keys: 'RW update 1',
    flags: 'write denyoom fast',
    tips: 'nondeterministic_output',
    history: [
      ['6.2.0', 'Knows NOMKSTREAM, MINID and LIMIT.'],
      ['7.0.0', 'An ID may leave its sequence to the server: `<ms>-*`.'],
      ['8.2.0', 'Knows KEEPREF, DELREF and ACKED.'],
    ],
    run: xadd,
  }),
];
