/**
 * Nodes of a stream. A node is
 *
 *     word 0…3  the ID of the first entry ever put in     word 7   bytes of Redis' node: stream-node-listpack.ts
 *     word 4    bytes in use                              word 8   fields of the master
 *     word 5    entries                                   word 9   where the first entry begins
 *     word 6    entries deleted
 *     byte 40…  the master's fields, then entries
 *
 *     entry     head | ms − the node's ms | seq − the node's seq | value 1 … value n | way back
 *     entry     head | ms − … | seq − … | fields | field 1 | value 1 … | way back
 *
 * The first form is for entries whose fields are the master's. The head has two flags, and how many bytes (signed, 0 to 8)
 * either difference has. Fields, values and their number are a listpack's elements without their back lengths; the way back is
 * the back length of the whole entry. Entries are deleted by a flag; a node whose last entry is deleted goes.
 */

import type { Region } from '../base/region.ts';
import { highAt, lowAt, shortBytes, writeShort } from '../base/short-integers.ts';
import { carryOf } from '../base/wide.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { typeLimits } from './limits.ts';
import { LISTPACK_BYTES_MAX } from './listpack.ts';
import { backLengthBytes, encodedBytes, ListpackElement, writeBackLength } from './listpack-element.ts';
import { prepare, preparedContentBytes, prepareInteger, writePreparedContent } from './listpack-encode.ts';
import type { StreamId } from './stream-id.ts';
import { countBytes, entryBytes, masterBytes } from './stream-node-listpack.ts';

const NODE_BYTES = 4;
const NODE_LIVE = 5;
const NODE_DELETED = 6;
/** Without the two counts of entries in it, which change. */
const NODE_LISTPACK_BYTES = 7;
const NODE_FIELDS = 8;
const NODE_FIRST = 9;
export const NODE_HEADER_BYTES = 40;

export const FLAG_DELETED = 1;
export const FLAG_SAME_FIELDS = 2;
const MS_SHIFT = 2;
const SEQ_SHIFT = 5;
/** Stands for eight bytes; seven are rounded up. */
const SIZE_MASK = 7;

/** What an entry takes at most besides fields and values: head, ID, number of fields, way back. */
const ENTRY_BYTES_OVER = 1 + 16 + 9 + 5;
/** The least that a block grows by. */
const GROWTH_BYTES_MIN = 64;
/** More than this in one entry is refused. */
export const ENTRY_BYTES_MAX = LISTPACK_BYTES_MAX;

const element = new ListpackElement();

/** Bytes of a node without what is empty in its block. */
export const nodeBytes = ({ i32 }: Arena, node: number): number => i32[(node >> 2) + NODE_BYTES];
/** How many live entries a node has. */
export const liveEntries = ({ i32 }: Arena, node: number): number => i32[(node >> 2) + NODE_LIVE];
export const deletedEntries = ({ i32 }: Arena, node: number): number => i32[(node >> 2) + NODE_DELETED];
/** How many fields the master has. */
export const masterPairs = ({ i32 }: Arena, node: number): number => i32[(node >> 2) + NODE_FIELDS];
/** Where a node's first entry begins. */
export const firstEntry = ({ i32 }: Arena, node: number): number => node + i32[(node >> 2) + NODE_FIRST];
/** Bytes of the node as Redis has it. */
export const listpackBytesOf = (arena: Arena, node: number): number =>
  arena.i32[(node >> 2) + NODE_LISTPACK_BYTES] +
  countBytes(liveEntries(arena, node)) +
  countBytes(deletedEntries(arena, node));

/** The words that an entry is made of: arguments of a command, pairs of field and value. */
export class EntryWords {
  source!: Region;
  at!: Int32Array;
  size!: Int32Array;
  first = 0;
  pairs = 0;
  /** Bytes of all fields and values. */
  bytes = 0;

  set(source: Region, at: Int32Array, size: Int32Array, first: number, pairs: number): void {
    this.source = source;
    this.at = at;
    this.size = size;
    this.first = first;
    this.pairs = pairs;
    let total = 0;
    for (let i = first; i < first + pairs * 2; i++) total += size[i];
    this.bytes = total;
  }
}

/** What `count` words, from `first` on every `step`th, take at most. */
function boundOf(words: EntryWords, first: number, count: number, step: number): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const size = words.size[first + i * step];
    bytes += size + (size < 64 ? 1 : size < 4096 ? 2 : 5);
  }
  return bytes;
}

/** Whether a node takes one more entry. */
export function takesEntry(arena: Arena, node: number, words: EntryWords): boolean {
  const { streamNodeMaxBytes, streamNodeMaxEntries } = typeLimits;
  const most = streamNodeMaxBytes === 0 ? LISTPACK_BYTES_MAX : Math.min(streamNodeMaxBytes, LISTPACK_BYTES_MAX);
  if (listpackBytesOf(arena, node) + words.bytes >= most) return false;
  return streamNodeMaxEntries === 0 || liveEntries(arena, node) + deletedEntries(arena, node) < streamNodeMaxEntries;
}

/** Makes a node of one entry, in a block of its own. @throws OutOfMemoryError */
export function newStreamNode(allocator: Allocator, id: StreamId, words: EntryWords): number {
  const { arena } = allocator;
  const { first, pairs } = words;
  const fields = boundOf(words, first, pairs, 2);
  const values = boundOf(words, first + 1, pairs, 2);
  const node = allocator.allocate(NODE_HEADER_BYTES + fields + values + ENTRY_BYTES_OVER);
  id.store(arena, node >> 2);
  let at = node + NODE_HEADER_BYTES;
  let listpackBytes = 0;
  for (let i = first; i < first + pairs * 2; i += 2) {
    listpackBytes += prepare(words.source, words.at[i], words.size[i]);
    writePreparedContent(arena.region, at);
    at += preparedContentBytes();
  }
  openNode(arena, node, pairs, at, listpackBytes);
  writeEntry(arena, node, id, words, true);
  return node;
}

/** Notes that a node has its master's fields, up to `at`, and no entries. @param listpackBytes of the fields in Redis' node */
export function openNode({ i32 }: Arena, node: number, pairs: number, at: number, listpackBytes: number): void {
  const word = node >> 2;
  i32[word + NODE_BYTES] = at - node;
  i32[word + NODE_LIVE] = 0;
  i32[word + NODE_DELETED] = 0;
  i32[word + NODE_LISTPACK_BYTES] = masterBytes(pairs) + listpackBytes;
  i32[word + NODE_FIELDS] = pairs;
  i32[word + NODE_FIRST] = at - node;
}

/**
 * Adds an entry, behind all others, to a node that takes it.
 * @returns where the node is now  @throws OutOfMemoryError, nothing changed
 */
export function appendEntry(allocator: Allocator, node: number, id: StreamId, words: EntryWords): number {
  const { first, pairs } = words;
  const same = hasFieldsOf(allocator.arena, node, words);
  const bytes = boundOf(words, first + 1, pairs, 2) + (same ? 0 : boundOf(words, first, pairs, 2));
  const grown = withRoom(allocator, node, bytes + ENTRY_BYTES_OVER);
  writeEntry(allocator.arena, grown, id, words, same);
  return grown;
}

/** Makes room for `more` bytes. @returns where the node is now */
function withRoom(allocator: Allocator, node: number, more: number): number {
  const used = nodeBytes(allocator.arena, node);
  const needed = used + more;
  if (needed <= allocator.sizeOf(node)) return node;
  const most = Math.max(needed, Math.min(typeLimits.streamNodeMaxBytes || LISTPACK_BYTES_MAX, 1 << 16));
  const wanted = Math.min(needed + Math.max(GROWTH_BYTES_MIN, used >> 1), most);
  return allocator.reallocate(node, allocator.hasRoom(wanted) ? wanted : needed, used);
}

/** Gives back what is empty in a node's block. @returns where it is now */
export const shrinkNode = (allocator: Allocator, node: number): number => {
  const used = nodeBytes(allocator.arena, node);
  return allocator.reallocate(node, used, used);
};

function writeEntry(arena: Arena, node: number, id: StreamId, words: EntryWords, same: boolean): void {
  const { i32, region } = arena;
  const { source, at: wordAt, size, first, pairs } = words;
  const key = node >> 2;
  const msLow = (id.msLow - i32[key + 1]) | 0;
  const msHigh = (id.msHigh - i32[key] - carryOf(id.msLow, i32[key + 1])) | 0;
  const seqLow = (id.seqLow - i32[key + 3]) | 0;
  const seqHigh = (id.seqHigh - i32[key + 2] - carryOf(id.seqLow, i32[key + 3])) | 0;
  const start = node + i32[key + NODE_BYTES];
  let at = beginEntry(region, start, same ? FLAG_SAME_FIELDS : 0, msHigh, msLow, seqHigh, seqLow);
  if (!same) at = writeCount(region, at, pairs);
  let listpackBytes = entryBytes(pairs, same, msHigh, msLow, seqHigh, seqLow);
  for (let i = same ? first + 1 : first; i < first + pairs * 2; i += same ? 2 : 1) {
    listpackBytes += prepare(source, wordAt[i], size[i]);
    writePreparedContent(region, at);
    at += preparedContentBytes();
  }
  endEntry(arena, node, start, at, listpackBytes);
}

/**
 * Writes an entry's head and its ID's differences from the node's, each in two halves.
 * @returns the position behind them
 */
export function beginEntry(
  { u8, view }: Region,
  at: number,
  flags: number,
  msHigh: number,
  msLow: number,
  seqHigh: number,
  seqLow: number,
): number {
  const msSize = sizeCode(msHigh, msLow);
  const seqSize = sizeCode(seqHigh, seqLow);
  u8[at] = flags | (msSize << MS_SHIFT) | (seqSize << SEQ_SHIFT);
  let position = at + 1;
  if (msSize !== 0) {
    writeShort(view, position, bytesOfSize(msSize), msHigh, msLow);
    position += bytesOfSize(msSize);
  }
  if (seqSize !== 0) {
    writeShort(view, position, bytesOfSize(seqSize), seqHigh, seqLow);
    position += bytesOfSize(seqSize);
  }
  return position;
}

const sizeCode = (high: number, low: number): number =>
  (high | low) === 0 ? 0 : Math.min(shortBytes(high, low), SIZE_MASK);
const bytesOfSize = (code: number): number => (code === SIZE_MASK ? 8 : code);

/** Writes a number of fields. @returns the position behind it */
export function writeCount(region: Region, at: number, count: number): number {
  prepareInteger(count);
  writePreparedContent(region, at);
  return at + preparedContentBytes();
}

/**
 * Ends the entry at `start`, which is then the node's last, at `at`.
 * @param listpackBytes what Redis' node has for it  @returns where the next one begins
 */
export function endEntry({ i32, u8 }: Arena, node: number, start: number, at: number, listpackBytes: number): number {
  const key = node >> 2;
  const bytes = at - start;
  const end = at + backLengthBytes(bytes);
  writeBackLength(u8, at, bytes);
  i32[key + NODE_BYTES] = end - node;
  i32[key + NODE_LISTPACK_BYTES] += listpackBytes;
  i32[key + ((u8[start] & FLAG_DELETED) === 0 ? NODE_LIVE : NODE_DELETED)]++;
  return end;
}

/** Whether the words' fields are the master's. */
function hasFieldsOf(arena: Arena, node: number, words: EntryWords): boolean {
  const { region } = arena;
  if (masterPairs(arena, node) !== words.pairs) return false;
  let at = node + NODE_HEADER_BYTES;
  for (let i = words.first; i < words.first + words.pairs * 2; i += 2) {
    element.read(region, at);
    if (!element.equals(words.source, words.at[i], words.size[i])) return false;
    at += encodedBytes(region.u8, at);
  }
  return true;
}

/** Moves `entries` from a node's count of live ones to its count of deleted ones, whose flags are for the caller to set. */
export function countDeleted({ i32 }: Arena, node: number, entries: number): void {
  i32[(node >> 2) + NODE_LIVE] -= entries;
  i32[(node >> 2) + NODE_DELETED] += entries;
}

/** Sets `id` to that of the entry at `at`. @returns the position behind its differences from the node's */
export function readEntryId(arena: Arena, node: number, at: number, id: StreamId): number {
  const { u8, view } = arena;
  const head = u8[at];
  const msSize = bytesOfSize((head >> MS_SHIFT) & SIZE_MASK);
  const seqSize = bytesOfSize((head >> SEQ_SHIFT) & SIZE_MASK);
  const msLow = msSize === 0 ? 0 : lowAt(view, at + 1, msSize);
  const seqLow = seqSize === 0 ? 0 : lowAt(view, at + 1 + msSize, seqSize);
  id.load(arena, node >> 2);
  id.add(highAt(view, at + 1, msSize, msLow), msLow, highAt(view, at + 1 + msSize, seqSize, seqLow), seqLow);
  return at + 1 + msSize + seqSize;
}
