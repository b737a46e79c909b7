/**
 * What a stream recognizes of its producers' messages, in the form of RDB files since Redis 8.6: seconds and messages to
 * keep, each producer with its messages (name and ID, the oldest first), what was ever noted, what was sent again.
 */
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { memberAt, memberLength } from '../types/dict-element.ts';
import { StreamId } from '../types/stream-id.ts';
import { NAME_AT, namedAt, nameLength, namesCount } from '../types/stream-names.ts';
import {
  durationOf,
  findMessage,
  findProducer,
  maxsizeOf,
  messageCount,
  messageId,
  nextMessage,
  noteMessage,
  oldestMessage,
  PRODUCERS_ADDED,
  PRODUCERS_DURATION,
  PRODUCERS_LIST,
  PRODUCERS_MAXSIZE,
  PRODUCERS_REPEATED,
  producersCreate,
  setMessageId,
} from '../types/stream-producers.ts';
import { DamagedError, type SerialReader, SerialString } from './serialize-reader.ts';
import { loadCounter, readId, saveCounter, writeId } from './serialize-stream-words.ts';
import type { SerialWriter } from './serialize-writer.ts';

const INT32_MAX = 0x7fffffff;
/** Bytes that each of these takes at the least. */
const PRODUCER_BYTES_MIN = 2;
const MESSAGE_BYTES_MIN = 3;

const id = new StreamId();
const producerName = new SerialString();
const messageName = new SerialString();

/** @param record the stream's; 0: it has none */
export function saveProducers(writer: SerialWriter, arena: Arena, record: number): void {
  const of = record >> 2;
  writer.length(durationOf(arena, record));
  writer.length(maxsizeOf(arena, record));
  const producers = record === 0 ? 0 : namesCount(arena, of + PRODUCERS_LIST);
  writer.length(producers);
  for (let i = 0; i < producers; i++) saveProducer(writer, arena, namedAt(arena, of + PRODUCERS_LIST, i));
  if (record === 0) {
    writer.length(0);
    writer.length(0);
  } else {
    saveCounter(writer, arena, of + PRODUCERS_ADDED);
    saveCounter(writer, arena, of + PRODUCERS_REPEATED);
  }
}

function saveProducer(writer: SerialWriter, arena: Arena, producer: number): void {
  writer.string(arena.region, producer + NAME_AT, nameLength(arena, producer));
  writer.length(messageCount(arena, producer));
  for (let message = oldestMessage(arena, producer); message !== 0; message = nextMessage(arena, message)) {
    writer.string(arena.region, memberAt(arena, message), memberLength(arena, message));
    messageId(arena, message, id);
    writeId(writer, id);
  }
}

/** @param holder the word for the record's address  @throws DamagedError, OutOfMemoryError; what was loaded hangs on `holder` */
export function loadProducers(reader: SerialReader, allocator: Allocator, holder: number): void {
  const { arena } = allocator;
  const record = producersCreate(allocator, holder);
  const of = record >> 2;
  arena.i32[of + PRODUCERS_DURATION] = setting(reader);
  arena.i32[of + PRODUCERS_MAXSIZE] = setting(reader);
  const producers = reader.countOrNone(PRODUCER_BYTES_MIN);
  for (let i = 0; i < producers; i++) loadProducer(reader, allocator, record);
  loadCounter(reader, arena, of + PRODUCERS_ADDED);
  loadCounter(reader, arena, of + PRODUCERS_REPEATED);
}

function setting(reader: SerialReader): number {
  const value = reader.length();
  if (value === 0 || value > INT32_MAX) throw new DamagedError('no setting of a stream');
  return value;
}

function loadProducer(reader: SerialReader, allocator: Allocator, record: number): void {
  const { arena } = allocator;
  reader.string(producerName);
  const { region, at, length } = producerName;
  if (findProducer(arena, record, region, at, length) !== 0) throw new DamagedError('twice the same producer');
  const messages = reader.countOrNone(MESSAGE_BYTES_MIN);
  for (let i = 0; i < messages; i++) {
    reader.string(messageName);
    const { region: ofName, at: nameAt, length: nameBytes } = messageName;
    const producer = findProducer(arena, record, region, at, length);
    if (producer !== 0 && findMessage(arena, producer, ofName, nameAt, nameBytes) !== 0) {
      throw new DamagedError('twice the same message');
    }
    readId(reader, id);
    setMessageId(arena, noteMessage(allocator, record, region, at, length, ofName, nameAt, nameBytes), id);
  }
}
