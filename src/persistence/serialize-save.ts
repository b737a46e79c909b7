/** Values into the form of RDB files: small ones are written as they lie in memory, large ones element by element. */
import {
  encodingOf,
  rootOf,
  TYPE_ARRAY,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_SORTED_SET,
  TYPE_STREAM,
  TYPE_STRING,
  typeOf,
  valueAt,
  valueLength,
} from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import {
  HASH_LISTPACK,
  HASH_LISTPACK_EX,
  HASH_SHAPED,
  HashCursor,
  hashCount,
  hashDeadline,
  hashEarliestDeadline,
  hashListpack,
  hashReadField,
  hashReadValue,
} from '../types/hash.ts';
import { packedImage } from '../types/hash-shaped.ts';
import { List } from '../types/list.ts';
import { isPlain, listpackOf, nextNode } from '../types/list-node.ts';
import * as listpack from '../types/listpack.ts';
import { SET_INTSET, SetCursor, setCount } from '../types/set.ts';
import { Slice } from '../types/slice.ts';
import { SORTED_SET_PACKED, SortedSetCursor, sortedSetCount } from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import { saveArray } from './serialize-array.ts';
import { saveIntset } from './serialize-intset.ts';
import { savePackedSortedSet } from './serialize-sorted-set.ts';
import { saveStream, streamTypeOf } from './serialize-stream-save.ts';
import {
  CHUNK_PACKED,
  CHUNK_PLAIN,
  RDB_ARRAY,
  RDB_HASH,
  RDB_HASH_DEADLINES,
  RDB_HASH_LISTPACK,
  RDB_HASH_LISTPACK_EX,
  RDB_LIST_QUICKLIST_2,
  RDB_SET,
  RDB_SET_INTSET,
  RDB_STREAM_2,
  RDB_STREAM_3,
  RDB_STREAM_4,
  RDB_STREAM_5,
  RDB_STRING,
  RDB_ZSET_2,
  RDB_ZSET_LISTPACK,
} from './serialize-types.ts';
import type { SerialWriter } from './serialize-writer.ts';

const value = new Value();
const list = new List();
const slice = new Slice();
const setCursor = new SetCursor();
const hashCursor = new HashCursor();
const sortedSetCursor = new SortedSetCursor();

function openValue(keyspace: Keyspace, entry: number): void {
  const { arena, allocator } = keyspace;
  value.set(allocator, rootOf(arena, entry), encodingOf(arena, entry));
}

/** The type byte that an entry's value is to be written with; −1 if there is none. */
export function serialTypeOf(keyspace: Keyspace, entry: number): number {
  const encoding = encodingOf(keyspace.arena, entry);
  switch (typeOf(keyspace.arena, entry)) {
    case TYPE_STRING:
      return RDB_STRING;
    case TYPE_LIST:
      return RDB_LIST_QUICKLIST_2;
    case TYPE_SET:
      // Redis 7.0 knows no sets that are listpacks.
      return encoding === SET_INTSET ? RDB_SET_INTSET : RDB_SET;
    case TYPE_SORTED_SET:
      return encoding === SORTED_SET_PACKED ? RDB_ZSET_LISTPACK : RDB_ZSET_2;
    case TYPE_HASH:
      return hashTypeOf(keyspace, entry, encoding);
    case TYPE_STREAM:
      openValue(keyspace, entry);
      return streamTypeOf(value);
    case TYPE_ARRAY:
      return RDB_ARRAY;
    default:
      return -1;
  }
}

function hashTypeOf(keyspace: Keyspace, entry: number, encoding: number): number {
  if (encoding === HASH_LISTPACK || encoding === HASH_SHAPED) return RDB_HASH_LISTPACK;
  openValue(keyspace, entry);
  // What has no deadline any more is written as if it never had: then older versions can read it.
  if (hashEarliestDeadline(value) === Number.POSITIVE_INFINITY) return RDB_HASH;
  return encoding === HASH_LISTPACK_EX ? RDB_HASH_LISTPACK_EX : RDB_HASH_DEADLINES;
}

/** Writes an entry's value. @param serialType what `serialTypeOf` answered */
export function saveValue(writer: SerialWriter, keyspace: Keyspace, entry: number, serialType: number): void {
  const { arena } = keyspace;
  if (serialType === RDB_STRING) {
    writer.string(arena.region, valueAt(arena, entry), valueLength(arena, entry));
    return;
  }
  openValue(keyspace, entry);
  switch (serialType) {
    case RDB_LIST_QUICKLIST_2:
      return saveList(writer);
    case RDB_SET_INTSET:
      return saveIntset(writer, arena.region, value.root);
    case RDB_SET:
      return saveSet(writer);
    case RDB_ZSET_2:
      return saveSortedSet(writer);
    case RDB_ZSET_LISTPACK:
      return savePackedSortedSet(writer, arena.region, value.root);
    case RDB_HASH_LISTPACK:
      return value.encoding === HASH_SHAPED ? saveShaped(writer) : saveListpack(writer, value.root);
    case RDB_STREAM_2:
    case RDB_STREAM_3:
    case RDB_STREAM_4:
    case RDB_STREAM_5:
      return saveStream(writer, value, serialType);
    case RDB_ARRAY:
      return saveArray(writer, value);
    case RDB_HASH_LISTPACK_EX:
      writer.integer64(hashEarliestDeadline(value));
      return saveListpack(writer, hashListpack(value));
    default:
      return saveHash(writer, serialType === RDB_HASH_DEADLINES);
  }
}

function saveListpack(writer: SerialWriter, lp: number): void {
  const { region } = value.allocator.arena;
  writer.string(region, lp, listpack.bytes(region, lp));
}

/** Writes a hash that shares its names as if it had them to itself. */
function saveShaped(writer: SerialWriter): void {
  const packed = packedImage(value.allocator.arena, value.root);
  writer.string(packed, 0, listpack.bytes(packed, 0));
}

function saveList(writer: SerialWriter): void {
  const { arena } = value.allocator;
  list.set(value.allocator, value.root, value.encoding);
  writer.length(list.nodeCount);
  const nodes = list.nodeCount;
  for (let node = list.firstNode, i = 0; i < nodes; i++, node = i < nodes ? nextNode(arena, node) : 0) {
    const lp = listpackOf(arena, node);
    if (!isPlain(arena, node)) {
      writer.length(CHUNK_PACKED);
      saveListpack(writer, lp);
      continue;
    }
    writer.length(CHUNK_PLAIN);
    slice.setPacked(arena.region, listpack.first(arena.region, lp));
    writer.string(slice.region, slice.at, slice.length);
  }
}

function saveSet(writer: SerialWriter): void {
  writer.length(setCount(value));
  setCursor.start(value);
  while (setCursor.next(slice)) writer.string(slice.region, slice.at, slice.length);
}

/** From the highest score down, so that who reads it inserts at the front each time. */
function saveSortedSet(writer: SerialWriter): void {
  const count = sortedSetCount(value);
  writer.length(count);
  let more = count > 0;
  if (more) sortedSetCursor.seek(value, count - 1);
  for (; more; more = sortedSetCursor.previous()) {
    sortedSetCursor.read(slice);
    writer.string(slice.region, slice.at, slice.length);
    writer.double(sortedSetCursor.score());
  }
}

function saveHash(writer: SerialWriter, withDeadlines: boolean): void {
  const earliestMs = withDeadlines ? hashEarliestDeadline(value) : 0;
  if (withDeadlines) writer.integer64(earliestMs);
  writer.length(hashCount(value));
  hashCursor.start(value);
  while (hashCursor.next()) {
    if (withDeadlines) {
      const deadlineMs = hashDeadline(value, hashCursor.position);
      writer.length(deadlineMs === 0 ? 0 : deadlineMs - earliestMs + 1);
    }
    hashReadField(value, hashCursor.position, slice);
    writer.string(slice.region, slice.at, slice.length);
    hashReadValue(value, hashCursor.position, slice);
    writer.string(slice.region, slice.at, slice.length);
  }
}
