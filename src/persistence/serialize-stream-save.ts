/** Streams into the form of RDB files: nodes as Redis has them, then counts, groups, consumers, pending entries. */
import type { Arena } from '../memory/arena.ts';
import {
  STREAM_ENTRIES_ADDED,
  STREAM_FIRST_ID,
  STREAM_GROUPS,
  STREAM_LAST_ID,
  STREAM_LENGTH,
  STREAM_MAX_DELETED_ID,
  STREAM_NODES,
  STREAM_PRODUCERS,
} from '../types/stream.ts';
import { exactCounterAt } from '../types/stream-counter.ts';
import {
  activeMs,
  CONSUMER_PENDING,
  deliveredMs,
  firstByTime,
  GROUP_CONSUMERS,
  GROUP_ENTRIES_READ,
  GROUP_LAST_ID,
  GROUP_PENDING,
  nackedCount,
  nextByTime,
  PENDING_COUNT,
  seenMs,
} from '../types/stream-group.ts';
import { NAME_AT, namedAt, nameLength, namesCount } from '../types/stream-names.ts';
import { StreamTreeCursor, treeCount } from '../types/stream-tree.ts';
import type { Value } from '../types/value.ts';
import { saveNode } from './serialize-stream-node.ts';
import { saveProducers } from './serialize-stream-producers.ts';
import { ID_BYTES, saveCounter, saveId, saveRawId } from './serialize-stream-words.ts';
import { RDB_STREAM_2, RDB_STREAM_3, RDB_STREAM_4, RDB_STREAM_5 } from './serialize-types.ts';
import type { SerialWriter } from './serialize-writer.ts';

const cursor = new StreamTreeCursor();

/**
 * Redis 7.0 knows no time at which a consumer last got something, only one at which it last tried; it recognizes no messages
 * before 8.6, and has no entries that were given back before 8.8.
 */
export function streamTypeOf({ allocator, root }: Value): number {
  const { arena } = allocator;
  const groups = (root >> 2) + STREAM_GROUPS;
  for (let i = 0; i < namesCount(arena, groups); i++) {
    if (nackedCount(arena, namedAt(arena, groups, i)) > 0) return RDB_STREAM_5;
  }
  if (arena.i32[(root >> 2) + STREAM_PRODUCERS] !== 0) return RDB_STREAM_4;
  for (let i = 0; i < namesCount(arena, groups); i++) {
    const consumers = (namedAt(arena, groups, i) >> 2) + GROUP_CONSUMERS;
    for (let j = 0; j < namesCount(arena, consumers); j++) {
      const consumer = namedAt(arena, consumers, j);
      if (seenMs(arena, consumer) !== activeMs(arena, consumer)) return RDB_STREAM_3;
    }
  }
  return RDB_STREAM_2;
}

export function saveStream(writer: SerialWriter, { allocator, root }: Value, serialType: number): void {
  const { arena } = allocator;
  const base = root >> 2;
  writer.length(treeCount(arena, base + STREAM_NODES));
  for (let node = cursor.toFirst(arena, base + STREAM_NODES); node !== 0; node = cursor.next(arena)) {
    writer.length(ID_BYTES);
    saveRawId(writer, arena, node >> 2);
    saveNode(writer, allocator, node);
  }
  writer.length(arena.i32[base + STREAM_LENGTH]);
  saveId(writer, arena, base + STREAM_LAST_ID);
  saveId(writer, arena, base + STREAM_FIRST_ID);
  saveId(writer, arena, base + STREAM_MAX_DELETED_ID);
  saveCounter(writer, arena, base + STREAM_ENTRIES_ADDED);
  const groups = base + STREAM_GROUPS;
  const count = namesCount(arena, groups);
  writer.length(count);
  for (let i = 0; i < count; i++) {
    saveGroup(writer, arena, namedAt(arena, groups, i), base + STREAM_ENTRIES_ADDED, serialType);
  }
  if (serialType >= RDB_STREAM_4) saveProducers(writer, arena, arena.i32[base + STREAM_PRODUCERS]);
}

function saveGroup(writer: SerialWriter, arena: Arena, group: number, added: number, serialType: number): void {
  const base = group >> 2;
  writer.string(arena.region, group + NAME_AT, nameLength(arena, group));
  saveId(writer, arena, base + GROUP_LAST_ID);
  // A group may be told that it has read more than it has, and count on from there, but Redis loads no such file.
  const isTooMuch = exactCounterAt(arena, base + GROUP_ENTRIES_READ) > exactCounterAt(arena, added);
  saveCounter(writer, arena, isTooMuch ? added : base + GROUP_ENTRIES_READ);
  writer.length(treeCount(arena, base + GROUP_PENDING));
  for (let entry = cursor.toFirst(arena, base + GROUP_PENDING); entry !== 0; entry = cursor.next(arena)) {
    saveRawId(writer, arena, entry >> 2);
    writer.integer64(deliveredMs(arena, entry));
    saveCounter(writer, arena, (entry >> 2) + PENDING_COUNT);
  }
  const consumers = namesCount(arena, base + GROUP_CONSUMERS);
  writer.length(consumers);
  for (let i = 0; i < consumers; i++) {
    const consumer = namedAt(arena, base + GROUP_CONSUMERS, i);
    const pending = (consumer >> 2) + CONSUMER_PENDING;
    writer.string(arena.region, consumer + NAME_AT, nameLength(arena, consumer));
    writer.integer64(seenMs(arena, consumer));
    if (serialType >= RDB_STREAM_3) writer.integer64(activeMs(arena, consumer));
    writer.length(treeCount(arena, pending));
    for (let entry = cursor.toFirst(arena, pending); entry !== 0; entry = cursor.next(arena)) {
      saveRawId(writer, arena, entry >> 2);
    }
  }
  if (serialType === RDB_STREAM_5) saveNacked(writer, arena, group);
}

/** What was given back, in that order: the begin of the group's chain. */
function saveNacked(writer: SerialWriter, arena: Arena, group: number): void {
  const count = nackedCount(arena, group);
  writer.length(count);
  let entry = firstByTime(arena, group);
  for (let i = 0; i < count; i++) {
    saveRawId(writer, arena, entry >> 2);
    entry = nextByTime(arena, entry);
  }
}
