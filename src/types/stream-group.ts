/**
 * Groups of a stream, their consumers, and what was delivered but not acknowledged.
 *
 *     group                                             consumer
 *     word 0        bytes of the name                   word 0       bytes of the name
 *     words 1…4     ID delivered last                   words 2…3    when it last tried to read, ms (a double)
 *     words 5…6     entries read, −1: unknown           words 4…5    when it last got something, ms; −1: never
 *     words 7…9     tree of pending entries             words 6…8    tree of its pending entries
 *     word 10       list of consumers                   byte 64…     name
 *     word 11       first pending entry by time
 *     word 12       last one by time                    pending entry
 *     word 13       last one that was given back        words 0…3    ID
 *     word 14       how many were given back            word 4       consumer, 0: given back
 *     byte 64…      name                                words 5, 6   the ones before and behind by time
 *                                                       words 8…9    when it was delivered, ms (a double)
 *                                                       words 10…11  how often
 *
 * Each pending entry is in its group's tree, in its consumer's tree, and in its group's chain: first those that were given
 * back, in that order, then the others by the time of their delivery, so that the longest idle are found first.
 */
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { addToStreamCounter, copyCounter, exactCounterAt, setCounter, setExactCounter } from './stream-counter.ts';
import { StreamId } from './stream-id.ts';
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
import { StreamTreeCursor, treeBytes, treeCount, treeDrop, treeFind, treeInsert, treeRemove } from './stream-tree.ts';

export const GROUP_LAST_ID = 1;
export const GROUP_ENTRIES_READ = 5;
export const GROUP_PENDING = 7;
export const GROUP_CONSUMERS = 10;
const GROUP_OLDEST = 11;
const GROUP_NEWEST = 12;
const GROUP_LAST_NACKED = 13;
const GROUP_NACKED = 14;
const CONSUMER_SEEN_F64 = 1;
const CONSUMER_ACTIVE_F64 = 2;
export const CONSUMER_PENDING = 6;
const PENDING_CONSUMER = 4;
const PENDING_BEFORE = 5;
const PENDING_BEHIND = 6;
const PENDING_TIME_F64 = 4;
export const PENDING_COUNT = 10;
const PENDING_BYTES = 48;
/** What a pending entry takes at most, trees included. */
const PENDING_ROOM_BYTES = 128;

const INT32_MAX = 0x7fffffff;

export const ENTRIES_READ_UNKNOWN = -1;
export const NEVER_ACTIVE = -1;

const key = new StreamId();
const copiedId = new StreamId();
const walk = new StreamTreeCursor();

// --- groups -----------------------------------------------------------------------------------------------------------

/** Makes a group whose name is not in use. @param holder the word that holds the list  @throws OutOfMemoryError */
export function groupCreate(
  allocator: Allocator,
  holder: number,
  region: Region,
  at: number,
  length: number,
  id: StreamId,
  entriesRead: bigint,
): number {
  const group = namesAdd(allocator, holder, region, at, length);
  id.store(allocator.arena, (group >> 2) + GROUP_LAST_ID);
  setExactCounter(allocator.arena, (group >> 2) + GROUP_ENTRIES_READ, entriesRead);
  return group;
}

/** Frees a group and all that hangs on it. */
export function groupRemove(allocator: Allocator, holder: number, group: number): void {
  dropContents(allocator, group);
  namesRemove(allocator, holder, group);
}

function dropContents(allocator: Allocator, group: number): void {
  const { arena } = allocator;
  const base = group >> 2;
  for (let entry = arena.i32[base + GROUP_OLDEST]; entry !== 0; ) {
    const behind = arena.i32[(entry >> 2) + PENDING_BEHIND];
    allocator.free(entry);
    entry = behind;
  }
  treeDrop(allocator, base + GROUP_PENDING);
  const consumers = namesCount(arena, base + GROUP_CONSUMERS);
  for (let i = 0; i < consumers; i++) {
    treeDrop(allocator, (namedAt(arena, base + GROUP_CONSUMERS, i) >> 2) + CONSUMER_PENDING);
  }
  namesDrop(allocator, base + GROUP_CONSUMERS);
}

/** Makes sure that no group has read more than `added` entries. */
export function capEntriesRead(arena: Arena, holder: number, added: bigint): void {
  const count = namesCount(arena, holder);
  for (let i = 0; i < count; i++) {
    const counter = (namedAt(arena, holder, i) >> 2) + GROUP_ENTRIES_READ;
    if (exactCounterAt(arena, counter) > added) setExactCounter(arena, counter, added);
  }
}

/** Frees all groups. */
export function groupsDrop(allocator: Allocator, holder: number): void {
  const count = namesCount(allocator.arena, holder);
  for (let i = 0; i < count; i++) dropContents(allocator, namedAt(allocator.arena, holder, i));
  namesDrop(allocator, holder);
}

/** Bytes of all groups. */
export function groupsBytes(allocator: Allocator, holder: number): number {
  const { arena } = allocator;
  const count = namesCount(arena, holder);
  let bytes = namesBytes(allocator, holder);
  for (let i = 0; i < count; i++) {
    const base = namedAt(arena, holder, i) >> 2;
    // All pending entries are of one size.
    const first = arena.i32[base + GROUP_OLDEST];
    if (first !== 0) bytes += treeCount(arena, base + GROUP_PENDING) * allocator.sizeOf(first);
    bytes += treeBytes(allocator, base + GROUP_PENDING) + namesBytes(allocator, base + GROUP_CONSUMERS);
    const consumers = namesCount(arena, base + GROUP_CONSUMERS);
    for (let j = 0; j < consumers; j++) {
      bytes += treeBytes(allocator, (namedAt(arena, base + GROUP_CONSUMERS, j) >> 2) + CONSUMER_PENDING);
    }
  }
  return bytes;
}

/** Copies all groups to an empty list. @throws OutOfMemoryError; what was copied is in the list */
export function groupsCopy(from: Allocator, holder: number, to: Allocator, toHolder: number): void {
  const count = namesCount(from.arena, holder);
  for (let i = 0; i < count; i++) copyGroup(from, namedAt(from.arena, holder, i), to, toHolder);
}

function copyGroup(from: Allocator, group: number, to: Allocator, toHolder: number): void {
  const source = from.arena;
  const copied = addNamesake(source, group, to, toHolder);
  for (let word = GROUP_LAST_ID; word < GROUP_PENDING; word++) {
    to.arena.i32[(copied >> 2) + word] = source.i32[(group >> 2) + word];
  }
  const consumers = (group >> 2) + GROUP_CONSUMERS;
  for (let i = 0; i < namesCount(source, consumers); i++) {
    const consumer = namedAt(source, consumers, i);
    const made = addNamesake(source, consumer, to, (copied >> 2) + GROUP_CONSUMERS);
    setSeen(to.arena, made, seenMs(source, consumer));
    setActive(to.arena, made, activeMs(source, consumer));
  }
  for (let entry = firstByTime(source, group); entry !== 0; entry = nextByTime(source, entry)) {
    const owner = ownerOf(source, entry);
    const consumer =
      owner === 0 ? 0 : findConsumer(to.arena, copied, source.region, owner + NAME_AT, nameLength(source, owner));
    copiedId.load(source, entry >> 2);
    const made = addPending(to, copied, consumer, copiedId, deliveredMs(source, entry), 0);
    copyCounter(source, (entry >> 2) + PENDING_COUNT, to.arena, (made >> 2) + PENDING_COUNT);
  }
}

const addNamesake = (from: Arena, block: number, to: Allocator, holder: number): number =>
  namesAdd(to, holder, from.region, block + NAME_AT, nameLength(from, block));

export const nackedCount = (arena: Arena, group: number): number => arena.i32[(group >> 2) + GROUP_NACKED];

// --- consumers --------------------------------------------------------------------------------------------------------

export const findConsumer = (arena: Arena, group: number, region: Region, at: number, length: number): number =>
  namesFind(arena, (group >> 2) + GROUP_CONSUMERS, region, at, length);

/** Makes a consumer whose name is not in use. @throws OutOfMemoryError */
export function consumerCreate(
  allocator: Allocator,
  group: number,
  region: Region,
  at: number,
  length: number,
  nowMs: number,
): number {
  const consumer = namesAdd(allocator, (group >> 2) + GROUP_CONSUMERS, region, at, length);
  setSeen(allocator.arena, consumer, nowMs);
  setActive(allocator.arena, consumer, NEVER_ACTIVE);
  return consumer;
}

/** Removes a consumer with all that it has pending. @returns how many entries that was */
export function consumerRemove(allocator: Allocator, group: number, consumer: number): number {
  const { arena } = allocator;
  const tree = (consumer >> 2) + CONSUMER_PENDING;
  const count = treeCount(arena, tree);
  for (let entry = walk.toFirst(arena, tree); entry !== 0; entry = walk.next(arena)) {
    key.load(arena, entry >> 2);
    treeRemove(allocator, (group >> 2) + GROUP_PENDING, key);
    unchain(arena, group, entry);
    allocator.free(entry);
  }
  treeDrop(allocator, tree);
  namesRemove(allocator, (group >> 2) + GROUP_CONSUMERS, consumer);
  return count;
}

export const seenMs = (arena: Arena, consumer: number): number => arena.f64[(consumer >> 3) + CONSUMER_SEEN_F64];
export const activeMs = (arena: Arena, consumer: number): number => arena.f64[(consumer >> 3) + CONSUMER_ACTIVE_F64];

export function setSeen(arena: Arena, consumer: number, ms: number): void {
  arena.f64[(consumer >> 3) + CONSUMER_SEEN_F64] = ms;
}

export function setActive(arena: Arena, consumer: number, ms: number): void {
  arena.f64[(consumer >> 3) + CONSUMER_ACTIVE_F64] = ms;
}

// --- pending entries --------------------------------------------------------------------------------------------------

export const findPending = (arena: Arena, group: number, id: StreamId): number =>
  treeFind(arena, (group >> 2) + GROUP_PENDING, id);

/** 0: nobody, it was given back. */
export const ownerOf = (arena: Arena, entry: number): number => arena.i32[(entry >> 2) + PENDING_CONSUMER];
export const deliveredMs = (arena: Arena, entry: number): number => arena.f64[(entry >> 3) + PENDING_TIME_F64];
/** The group's entry that is first to be claimed, or 0. */
export const firstByTime = (arena: Arena, group: number): number => arena.i32[(group >> 2) + GROUP_OLDEST];
/** The group's entry that is last to be claimed, or 0. */
export const lastByTime = (arena: Arena, group: number): number => arena.i32[(group >> 2) + GROUP_NEWEST];
export const nextByTime = (arena: Arena, entry: number): number => arena.i32[(entry >> 2) + PENDING_BEHIND];

/** Makes sure that so many entries can become pending. @throws OutOfMemoryError */
export function reservePending(allocator: Allocator, entries: number): void {
  if (!allocator.hasRoom(entries * PENDING_ROOM_BYTES + (8 << 10))) throw new OutOfMemoryError();
}

/**
 * Makes an entry pending that isn't. @param consumer whose it is; 0: nobody's, it counts as given back
 * @param times how often it was delivered  @returns the pending entry  @throws OutOfMemoryError, nothing changed
 */
export function addPending(
  allocator: Allocator,
  group: number,
  consumer: number,
  id: StreamId,
  nowMs: number,
  times: number,
): number {
  const { arena } = allocator;
  const entry = allocator.allocate(PENDING_BYTES);
  const { i32 } = arena;
  i32.fill(0, entry >> 2, (entry + PENDING_BYTES) >> 2);
  id.store(arena, entry >> 2);
  try {
    treeInsert(allocator, (group >> 2) + GROUP_PENDING, id, entry);
    try {
      if (consumer !== 0) treeInsert(allocator, (consumer >> 2) + CONSUMER_PENDING, id, entry);
    } catch (error) {
      treeRemove(allocator, (group >> 2) + GROUP_PENDING, id);
      throw error;
    }
  } catch (error) {
    allocator.free(entry);
    throw error;
  }
  i32[(entry >> 2) + PENDING_CONSUMER] = consumer;
  arena.f64[(entry >> 3) + PENDING_TIME_F64] = nowMs;
  setCounter(arena, (entry >> 2) + PENDING_COUNT, times);
  chain(arena, group, entry);
  return entry;
}

/** Gives a pending entry to a consumer (0: nobody) as delivered at `ms`. @throws OutOfMemoryError, nothing changed */
export function handOver(allocator: Allocator, group: number, entry: number, consumer: number, ms: number): void {
  const { arena } = allocator;
  const owner = ownerOf(arena, entry);
  if (owner !== consumer) {
    key.load(arena, entry >> 2);
    if (consumer !== 0) treeInsert(allocator, (consumer >> 2) + CONSUMER_PENDING, key, entry);
    if (owner !== 0) treeRemove(allocator, (owner >> 2) + CONSUMER_PENDING, key);
  }
  unchain(arena, group, entry);
  arena.i32[(entry >> 2) + PENDING_CONSUMER] = consumer;
  arena.f64[(entry >> 3) + PENDING_TIME_F64] = ms;
  chain(arena, group, entry);
}

/** Gives a pending entry to a consumer as if it had never been delivered before. @throws OutOfMemoryError, nothing changed */
export function redeliver(allocator: Allocator, group: number, entry: number, consumer: number, ms: number): void {
  handOver(allocator, group, entry, consumer, ms);
  setCounter(allocator.arena, (entry >> 2) + PENDING_COUNT, 1);
}

/** Takes a pending entry out and frees it. Never fails for want of memory. */
export function removePending(allocator: Allocator, group: number, entry: number): void {
  const { arena } = allocator;
  key.load(arena, entry >> 2);
  treeRemove(allocator, (group >> 2) + GROUP_PENDING, key);
  const owner = ownerOf(arena, entry);
  if (owner !== 0) treeRemove(allocator, (owner >> 2) + CONSUMER_PENDING, key);
  unchain(arena, group, entry);
  allocator.free(entry);
}

/** Counts one delivery more; an entry that was given up (XNACK FATAL) stays so. */
export const countDelivery = (arena: Arena, entry: number): void => {
  const { i32 } = arena;
  const count = (entry >> 2) + PENDING_COUNT;
  if (i32[count] === -1 && i32[count + 1] === INT32_MAX) return;
  addToStreamCounter(arena, count, 1);
};

/** Puts an entry into its group's chain, by owner and time. */
function chain(arena: Arena, group: number, entry: number): void {
  const { i32 } = arena;
  const base = group >> 2;
  const lastNacked = i32[base + GROUP_LAST_NACKED];
  let before: number;
  if (ownerOf(arena, entry) === 0) {
    before = lastNacked;
    i32[base + GROUP_LAST_NACKED] = entry;
    i32[base + GROUP_NACKED]++;
  } else {
    // Time goes on: nearly always the newest is before.
    const ms = deliveredMs(arena, entry);
    before = i32[base + GROUP_NEWEST];
    while (before !== lastNacked && deliveredMs(arena, before) > ms) before = i32[(before >> 2) + PENDING_BEFORE];
  }
  const behind = before === 0 ? i32[base + GROUP_OLDEST] : i32[(before >> 2) + PENDING_BEHIND];
  i32[(entry >> 2) + PENDING_BEFORE] = before;
  i32[(entry >> 2) + PENDING_BEHIND] = behind;
  if (before === 0) i32[base + GROUP_OLDEST] = entry;
  else i32[(before >> 2) + PENDING_BEHIND] = entry;
  if (behind === 0) i32[base + GROUP_NEWEST] = entry;
  else i32[(behind >> 2) + PENDING_BEFORE] = entry;
}

function unchain(arena: Arena, group: number, entry: number): void {
  const { i32 } = arena;
  const base = group >> 2;
  const before = i32[(entry >> 2) + PENDING_BEFORE];
  const behind = i32[(entry >> 2) + PENDING_BEHIND];
  if (before === 0) i32[base + GROUP_OLDEST] = behind;
  else i32[(before >> 2) + PENDING_BEHIND] = behind;
  if (behind === 0) i32[base + GROUP_NEWEST] = before;
  else i32[(behind >> 2) + PENDING_BEFORE] = before;
  if (ownerOf(arena, entry) !== 0) return;
  i32[base + GROUP_NACKED]--;
  if (i32[base + GROUP_LAST_NACKED] === entry) i32[base + GROUP_LAST_NACKED] = before;
}

// --- references from groups to entries --------------------------------------------------------------------------------

/** Whether some group has not been given the entry yet, or has it pending. */
export function isReferenced(arena: Arena, holder: number, id: StreamId): boolean {
  const count = namesCount(arena, holder);
  for (let i = 0; i < count; i++) {
    const group = namedAt(arena, holder, i);
    if (id.compareAt(arena, (group >> 2) + GROUP_LAST_ID) > 0 || findPending(arena, group, id) !== 0) return true;
  }
  return false;
}

/** Takes the entry out of what all groups have pending. */
export function removeReferences(allocator: Allocator, holder: number, id: StreamId): void {
  const { arena } = allocator;
  const count = namesCount(arena, holder);
  for (let i = 0; i < count; i++) {
    const group = namedAt(arena, holder, i);
    const entry = findPending(arena, group, id);
    if (entry !== 0) removePending(allocator, group, entry);
  }
}
