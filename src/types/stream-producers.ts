/**
 * Who adds messages to a stream and which of them it would recognize, so that one that is sent again is not added again.
 *
 *     record      word 0      seconds that a message is recognized      producer    word 0       bytes of the name
 *                 word 1      messages of each producer                             word 1       oldest message
 *                 word 2      list of producers (stream-names.ts)                   word 2       newest message
 *                 word 3      messages of all producers                             words 4…7    dict of messages (dict.ts)
 *                 words 4…5   messages ever noted                                   byte 64…     name
 *                 words 6…7   messages that were sent again
 *
 * A message is a dict's element: the producer's name for it, then its entry's ID (16 bytes) and the address of the message
 * that came next. Time is the entry's: the clock gave it its ID.
 */
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import {
  dictBytes,
  dictCount,
  dictElementsBytes,
  dictFind,
  dictFree,
  dictHash,
  dictInit,
  dictInsert,
  dictRemove,
  dictReserve,
  elementHash,
} from './dict.ts';
import { elementValueAt, memberAt, memberLength, newElement } from './dict-element.ts';
import { typeLimits } from './limits.ts';
import { addToStreamCounter } from './stream-counter.ts';
import type { StreamId } from './stream-id.ts';
import {
  NAME_AT,
  namedAt,
  nameLength,
  namesAdd,
  namesBytes,
  namesCount,
  namesDrop,
  namesFind,
  namesRemove,
} from './stream-names.ts';

const RECORD_WORDS = 8;
export const PRODUCERS_DURATION = 0;
export const PRODUCERS_MAXSIZE = 1;
export const PRODUCERS_LIST = 2;
export const PRODUCERS_TRACKED = 3;
export const PRODUCERS_ADDED = 4;
export const PRODUCERS_REPEATED = 6;
const PRODUCER_OLDEST = 1;
const PRODUCER_NEWEST = 2;
const PRODUCER_DICT = 4;
const MESSAGE_VALUE_BYTES = 20;
const NEXT_AT = 16;
const PRODUCERS_EXPIRED_AT_ONCE = 3;
const TWO_32 = 4294967296;

/** Makes the record. @param holder the word for its address  @returns the address  @throws OutOfMemoryError */
export function producersCreate(allocator: Allocator, holder: number): number {
  const { i32 } = allocator.arena;
  const record = allocator.allocate(RECORD_WORDS << 2);
  const base = record >> 2;
  i32.fill(0, base, base + RECORD_WORDS);
  i32[base + PRODUCERS_DURATION] = typeLimits.streamIdmpDuration;
  i32[base + PRODUCERS_MAXSIZE] = typeLimits.streamIdmpMaxsize;
  i32[holder] = record;
  return record;
}

/** Seconds that a message is recognized. @param record 0: the stream has none, so it is as streams are made */
export const durationOf = (arena: Arena, record: number): number =>
  record === 0 ? typeLimits.streamIdmpDuration : arena.i32[(record >> 2) + PRODUCERS_DURATION];

/** How many messages of each producer are recognized. @param record 0: the stream has none, so it is as streams are made */
export const maxsizeOf = (arena: Arena, record: number): number =>
  record === 0 ? typeLimits.streamIdmpMaxsize : arena.i32[(record >> 2) + PRODUCERS_MAXSIZE];

/** Forgets all messages and producers. */
export function producersClear(allocator: Allocator, record: number): void {
  const { arena } = allocator;
  const list = (record >> 2) + PRODUCERS_LIST;
  const count = namesCount(arena, list);
  for (let i = 0; i < count; i++) dictFree(allocator, (namedAt(arena, list, i) >> 2) + PRODUCER_DICT);
  namesDrop(allocator, list);
  arena.i32[(record >> 2) + PRODUCERS_TRACKED] = 0;
}

export function producersDrop(allocator: Allocator, holder: number): void {
  const { i32 } = allocator.arena;
  if (i32[holder] === 0) return;
  producersClear(allocator, i32[holder]);
  allocator.free(i32[holder]);
  i32[holder] = 0;
}

/** Bytes of record, producers and messages. */
export function producersBytes(allocator: Allocator, holder: number): number {
  const { arena } = allocator;
  const record = arena.i32[holder];
  if (record === 0) return 0;
  const list = (record >> 2) + PRODUCERS_LIST;
  let bytes = allocator.sizeOf(record) + namesBytes(allocator, list);
  for (let i = 0; i < namesCount(arena, list); i++) {
    const dict = (namedAt(arena, list, i) >> 2) + PRODUCER_DICT;
    bytes += dictBytes(allocator, dict) + dictElementsBytes(allocator, dict, 0);
  }
  return bytes;
}

/** Copies everything. @param toHolder a word that is 0  @throws OutOfMemoryError; what was copied hangs on that word */
export function producersCopy(from: Allocator, holder: number, to: Allocator, toHolder: number): void {
  const source = from.arena;
  const record = source.i32[holder];
  if (record === 0) return;
  const copied = producersCreate(to, toHolder);
  const list = (record >> 2) + PRODUCERS_LIST;
  for (let i = 0; i < namesCount(source, list); i++) {
    const producer = namedAt(source, list, i);
    const name = producer + NAME_AT;
    let message = oldestMessage(source, producer);
    for (; message !== 0; message = nextMessage(source, message)) {
      const made = addMessage(
        to,
        requireProducer(to, copied, source.region, name, nameLength(source, producer)),
        source.region,
        memberAt(source, message),
        memberLength(source, message),
      );
      const value = elementValueAt(source, message);
      for (let i = 0; i < NEXT_AT; i += 4) {
        to.arena.view.setInt32(elementValueAt(to.arena, made) + i, source.view.getInt32(value + i, true), true);
      }
    }
  }
  for (let word = 0; word < RECORD_WORDS; word++) {
    if (word !== PRODUCERS_LIST) to.arena.i32[(copied >> 2) + word] = source.i32[(record >> 2) + word];
  }
}

export const oldestMessage = (arena: Arena, producer: number): number => arena.i32[(producer >> 2) + PRODUCER_OLDEST];

/** How many messages of a producer are recognized. */
export const messageCount = (arena: Arena, producer: number): number =>
  dictCount(arena, (producer >> 2) + PRODUCER_DICT);

/** The message that the same producer sent next, or 0. */
export const nextMessage = (arena: Arena, message: number): number =>
  arena.view.getInt32(elementValueAt(arena, message) + NEXT_AT, true);

/** When the message's entry was added, ms. */
function msOf(arena: Arena, message: number): number {
  const at = elementValueAt(arena, message);
  return arena.view.getUint32(at, true) * TWO_32 + arena.view.getUint32(at + 4, true);
}

export function messageId(arena: Arena, message: number, into: StreamId): void {
  const { view } = arena;
  const at = elementValueAt(arena, message);
  into.set(
    view.getInt32(at, true),
    view.getInt32(at + 4, true),
    view.getInt32(at + 8, true),
    view.getInt32(at + 12, true),
  );
}

export const findProducer = (arena: Arena, record: number, region: Region, at: number, length: number): number =>
  namesFind(arena, (record >> 2) + PRODUCERS_LIST, region, at, length);

/** The message, or 0 if it isn't recognized. */
export function findMessage(arena: Arena, producer: number, region: Region, at: number, length: number): number {
  const dict = (producer >> 2) + PRODUCER_DICT;
  return dictFind(arena, dict, region, at, length, dictHash(arena, dict, region, at, length));
}

function requireProducer(allocator: Allocator, record: number, region: Region, at: number, length: number): number {
  const list = (record >> 2) + PRODUCERS_LIST;
  const known = namesFind(allocator.arena, list, region, at, length);
  if (known !== 0) return known;
  const producer = namesAdd(allocator, list, region, at, length);
  try {
    dictInit(allocator, (producer >> 2) + PRODUCER_DICT, typeLimits.hashSeed, 1);
  } catch (error) {
    namesRemove(allocator, list, producer);
    throw error;
  }
  return producer;
}

/** Adds a message that isn't known, without its ID. @returns it  @throws OutOfMemoryError */
function addMessage(allocator: Allocator, producer: number, region: Region, at: number, length: number): number {
  const { arena } = allocator;
  const { i32 } = arena;
  const base = producer >> 2;
  const dict = base + PRODUCER_DICT;
  const hash = dictHash(arena, dict, region, at, length);
  dictReserve(allocator, dict, hash);
  const message = newElement(allocator, 0, region, at, length, MESSAGE_VALUE_BYTES);
  dictInsert(allocator, dict, message, hash);
  arena.view.setInt32(elementValueAt(arena, message) + NEXT_AT, 0, true);
  const newest = i32[base + PRODUCER_NEWEST];
  if (newest === 0) i32[base + PRODUCER_OLDEST] = message;
  else arena.view.setInt32(elementValueAt(arena, newest) + NEXT_AT, message, true);
  i32[base + PRODUCER_NEWEST] = message;
  return message;
}

/**
 * Notes a producer's message that isn't known, making room for it by forgetting the oldest.
 * @returns the message, whose ID is to be set by `setMessageId`  @throws OutOfMemoryError, nothing noted
 */
export function noteMessage(
  allocator: Allocator,
  record: number,
  producerRegion: Region,
  producerAt: number,
  producerLength: number,
  region: Region,
  at: number,
  length: number,
): number {
  const { arena } = allocator;
  const base = record >> 2;
  const producer = requireProducer(allocator, record, producerRegion, producerAt, producerLength);
  const most = arena.i32[base + PRODUCERS_MAXSIZE];
  let message: number;
  try {
    message = addMessage(allocator, producer, region, at, length);
  } catch (error) {
    removeIfEmpty(allocator, record, producer);
    throw error;
  }
  arena.i32[base + PRODUCERS_TRACKED]++;
  while (dictCount(arena, (producer >> 2) + PRODUCER_DICT) > most) forgetOldest(allocator, record, producer);
  return message;
}

export function setMessageId(arena: Arena, message: number, id: StreamId): void {
  const { view } = arena;
  const at = elementValueAt(arena, message);
  view.setInt32(at, id.msHigh, true);
  view.setInt32(at + 4, id.msLow, true);
  view.setInt32(at + 8, id.seqHigh, true);
  view.setInt32(at + 12, id.seqLow, true);
}

function forgetOldest(allocator: Allocator, record: number, producer: number): void {
  const { arena } = allocator;
  const { i32 } = arena;
  const base = producer >> 2;
  const oldest = i32[base + PRODUCER_OLDEST];
  const next = nextMessage(arena, oldest);
  i32[base + PRODUCER_OLDEST] = next;
  if (next === 0) i32[base + PRODUCER_NEWEST] = 0;
  const dict = base + PRODUCER_DICT;
  dictRemove(allocator, dict, oldest, elementHash(arena, dict, oldest));
  allocator.free(oldest);
  i32[(record >> 2) + PRODUCERS_TRACKED]--;
}

function removeIfEmpty(allocator: Allocator, record: number, producer: number): boolean {
  const dict = (producer >> 2) + PRODUCER_DICT;
  if (dictCount(allocator.arena, dict) > 0) return false;
  dictFree(allocator, dict);
  namesRemove(allocator, (record >> 2) + PRODUCERS_LIST, producer);
  return true;
}

/** Forgets a producer's messages whose time is over. @returns whether the producer went with them */
export function expireMessages(allocator: Allocator, record: number, producer: number, nowMs: number): boolean {
  const { arena } = allocator;
  const keepMs = arena.i32[(record >> 2) + PRODUCERS_DURATION] * 1000;
  const oldest = (producer >> 2) + PRODUCER_OLDEST;
  while (arena.i32[oldest] !== 0 && msOf(arena, arena.i32[oldest]) + keepMs <= nowMs) {
    forgetOldest(allocator, record, producer);
  }
  return removeIfEmpty(allocator, record, producer);
}

/** Forgets all producers' messages whose time is over. */
export function expireAllMessages(allocator: Allocator, record: number, nowMs: number): void {
  const list = (record >> 2) + PRODUCERS_LIST;
  for (let i = namesCount(allocator.arena, list) - 1; i >= 0; i--) {
    expireMessages(allocator, record, namedAt(allocator.arena, list, i), nowMs);
  }
}

/**
 * Forgets the messages of a few producers, whichever chance picks, whose time is over. Called for each new producer, it
 * keeps those that never come back from piling up: they are no more than those that are recognized.
 * @param chance from 0 up to but not including 1
 */
export function expireSomeMessages(allocator: Allocator, record: number, chance: number, nowMs: number): void {
  const { arena } = allocator;
  const list = (record >> 2) + PRODUCERS_LIST;
  const first = Math.floor(chance * namesCount(arena, list));
  for (let i = Math.min(first + PRODUCERS_EXPIRED_AT_ONCE, namesCount(arena, list)) - 1; i >= first; i--) {
    expireMessages(allocator, record, namedAt(arena, list, i), nowMs);
  }
}

export const countAdded = (arena: Arena, record: number): void =>
  addToStreamCounter(arena, (record >> 2) + PRODUCERS_ADDED, 1);

export const countRepeated = (arena: Arena, record: number): void =>
  addToStreamCounter(arena, (record >> 2) + PRODUCERS_REPEATED, 1);
