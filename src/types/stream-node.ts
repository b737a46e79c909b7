/**
 * Nodes of a stream: the ID of the first entry ever put in (ID_WORDS words), then a listpack, byte for byte Redis':
 *
 *     master        entries | deleted entries | fields | field 1 … field n | 0
 *     entry         flags | ms − master's ms | seq − master's seq | value 1 … value n | elements before this one
 *     entry         flags | ms − … | seq − … | fields | field 1 | value 1 … | elements before this one
 *
 * The first form, flag SAME_FIELDS, is for entries whose fields are the master's. The last element of each leads backwards; it
 * is 0 behind the master. Entries are deleted by a flag; a node whose last entry is deleted goes.
 */

import type { Region } from '../base/region.ts';
import { carryOf } from '../base/wide.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { typeLimits } from './limits.ts';
import {
  changeCount,
  closeGap,
  LISTPACK_BYTES_MAX,
  LISTPACK_EMPTY_BYTES,
  LISTPACK_HEADER_BYTES,
  bytes as listpackBytes,
  openGap,
  writeEmpty,
} from './listpack.ts';
import { END, elementBytes, HEAD_INTEGER_64, integerAt, ListpackElement } from './listpack-element.ts';
import { prepare, prepareBigInt, prepareInteger, writePrepared } from './listpack-encode.ts';
import type { StreamId } from './stream-id.ts';

const KEY_BYTES = 16;
const TWO_32 = 4294967296;
export const FLAG_DELETED = 1;
export const FLAG_SAME_FIELDS = 2;
/** Elements of an entry besides fields and values: flags, ms, seq. */
const FIXED_ELEMENTS = 3;
/** What a number takes at most. */
const NUMBER_BYTES_MAX = 10;
/** Room that is kept for counts in the master to grow. */
const SLACK_BYTES = 8;
/** The least that a block grows by. */
const GROWTH_BYTES_MIN = 64;
/** More than this in one entry is refused. */
export const ENTRY_BYTES_MAX = LISTPACK_BYTES_MAX;

const element = new ListpackElement();

export const listpackOfNode = (node: number): number => node + KEY_BYTES;
/** Bytes of a node without what is empty in its block. */
export const nodeBytes = (arena: Arena, node: number): number =>
  KEY_BYTES + listpackBytes(arena.region, listpackOfNode(node));

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

/** What the elements of `count` words, from `first` on every `step`th, take at most. */
function boundOf(words: EntryWords, first: number, count: number, step: number): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const size = words.size[first + i * step];
    bytes += size + (size < 64 ? 2 : size < 4096 ? 4 : 10);
  }
  return bytes;
}

function writeWord(to: Region, at: number, words: EntryWords, index: number): number {
  const room = prepare(words.source, words.at[index], words.size[index]);
  writePrepared(to, at);
  return at + room;
}

function writeNumber(to: Region, at: number, value: number): number {
  if (value >= 0 && value <= 127) {
    to.u8[at] = value;
    to.u8[at + 1] = 1;
    return at + 2;
  }
  const room = prepareInteger(value);
  writePrepared(to, at);
  return at + room;
}

/** Writes a − b, of two 64-bit numbers in halves. */
function writeDifference(to: Region, at: number, aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const low = (aLow - bLow) | 0;
  const high = (aHigh - bHigh - (aLow >>> 0 < bLow >>> 0 ? 1 : 0)) | 0;
  if (high === low >> 31) return writeNumber(to, at, low);
  const value = high * TWO_32 + (low >>> 0);
  if (Number.isSafeInteger(value)) return writeNumber(to, at, value);
  const room = prepareBigInt((BigInt(high) << 32n) | BigInt(low >>> 0));
  writePrepared(to, at);
  return at + room;
}

/** Whether a node takes one more entry. */
export function takesEntry(arena: Arena, node: number, words: EntryWords): boolean {
  const { streamNodeMaxBytes, streamNodeMaxEntries } = typeLimits;
  const most = streamNodeMaxBytes === 0 ? LISTPACK_BYTES_MAX : Math.min(streamNodeMaxBytes, LISTPACK_BYTES_MAX);
  const { region } = arena;
  const lp = listpackOfNode(node);
  if (listpackBytes(region, lp) + words.bytes >= most) return false;
  if (streamNodeMaxEntries === 0) return true;
  const liveAt = lp + LISTPACK_HEADER_BYTES;
  const deletedAt = liveAt + elementBytes(region.u8, liveAt);
  return integerOf(region, liveAt) + integerOf(region, deletedAt) < streamNodeMaxEntries;
}

/** The number at a position that has a safe one. */
export const integerOf = (region: Region, at: number): number => {
  const head = region.u8[at];
  return head < 0x80 ? head : integerAt(region, at, head);
};

/** Makes a node of one entry, in a block of its own. @throws OutOfMemoryError */
export function newStreamNode(allocator: Allocator, id: StreamId, words: EntryWords): number {
  const { arena } = allocator;
  const { region } = arena;
  const fields = boundOf(words, words.first, words.pairs, 2);
  const values = boundOf(words, words.first + 1, words.pairs, 2);
  const fixed = KEY_BYTES + LISTPACK_EMPTY_BYTES + 5 * NUMBER_BYTES_MAX + SLACK_BYTES;
  const node = allocator.allocate(fixed + fields + values);
  id.store(arena, node >> 2);
  const lp = listpackOfNode(node);
  writeEmpty(region, lp);
  let at = lp + LISTPACK_HEADER_BYTES;
  at = writeNumber(region, at, 1);
  at = writeNumber(region, at, 0);
  at = writeNumber(region, at, words.pairs);
  for (let i = 0; i < words.pairs; i++) at = writeWord(region, at, words, words.first + i * 2);
  at = writeNumber(region, at, 0);
  finish(region, lp, at, words.pairs + 4);
  writeEntry(region, node, id, words, true);
  return node;
}

/**
 * Adds an entry, behind all others, to a node that takes it.
 * @returns where the node is now  @throws OutOfMemoryError, nothing changed
 */
export function appendEntry(allocator: Allocator, node: number, id: StreamId, words: EntryWords): number {
  const { region } = allocator.arena;
  const same = hasFieldsOf(region, listpackOfNode(node), words);
  const bound =
    boundOf(words, words.first + 1, words.pairs, 2) +
    (same ? 0 : boundOf(words, words.first, words.pairs, 2)) +
    5 * NUMBER_BYTES_MAX;
  const grown = withRoom(allocator, node, bound);
  writeEntry(region, grown, id, words, same);
  addToCount(region, listpackOfNode(grown), listpackOfNode(grown) + LISTPACK_HEADER_BYTES, 1);
  return grown;
}

/** Makes room for `more` bytes and for the master's counts to grow. @returns where the node is now */
export function withRoom(allocator: Allocator, node: number, more: number): number {
  const used = nodeBytes(allocator.arena, node);
  const needed = used + more + SLACK_BYTES;
  if (needed <= allocator.sizeOf(node)) return node;
  const most = Math.max(needed, KEY_BYTES + Math.min(typeLimits.streamNodeMaxBytes || LISTPACK_BYTES_MAX, 1 << 16));
  const wanted = Math.min(needed + Math.max(GROWTH_BYTES_MIN, used >> 1), most);
  return allocator.reallocate(node, allocator.hasRoom(wanted) ? wanted : needed, used);
}

/** Gives back what is empty in a node's block. @returns where it is now */
export const shrinkNode = (allocator: Allocator, node: number): number => {
  const used = nodeBytes(allocator.arena, node);
  return allocator.reallocate(node, used + SLACK_BYTES, used);
};

function writeEntry(region: Region, node: number, id: StreamId, words: EntryWords, same: boolean): void {
  const { view } = region;
  const lp = listpackOfNode(node);
  const { first, pairs } = words;
  let at = lp + listpackBytes(region, lp) - 1;
  at = writeNumber(region, at, same ? FLAG_SAME_FIELDS : 0);
  at = writeDifference(region, at, id.msHigh, id.msLow, view.getInt32(node, true), view.getInt32(node + 4, true));
  at = writeDifference(
    region,
    at,
    id.seqHigh,
    id.seqLow,
    view.getInt32(node + 8, true),
    view.getInt32(node + 12, true),
  );
  let elements = FIXED_ELEMENTS + pairs;
  if (same) {
    for (let i = 1; i < pairs * 2; i += 2) at = writeWord(region, at, words, first + i);
  } else {
    at = writeNumber(region, at, pairs);
    for (let i = 0; i < pairs * 2; i++) at = writeWord(region, at, words, first + i);
    elements += pairs + 1;
  }
  at = writeNumber(region, at, elements);
  finish(region, lp, at, elements + 1);
}

function finish(region: Region, lp: number, end: number, added: number): void {
  region.u8[end] = END;
  region.view.setInt32(lp, end + 1 - lp, true);
  changeCount(region, lp, added);
}

/** Whether the words' fields are the master's. */
function hasFieldsOf(region: Region, lp: number, words: EntryWords): boolean {
  const { u8 } = region;
  let at = lp + LISTPACK_HEADER_BYTES;
  at += elementBytes(u8, at);
  at += elementBytes(u8, at);
  if (integerOf(region, at) !== words.pairs) return false;
  at += elementBytes(u8, at);
  for (let i = words.first; i < words.first + words.pairs * 2; i += 2) {
    element.read(region, at);
    if (!element.equals(words.source, words.at[i], words.size[i])) return false;
    at += elementBytes(u8, at);
  }
  return true;
}

/** Adds to the number at `at`, one of the master's counts. There must be room: see `withRoom`. */
function addToCount(region: Region, lp: number, at: number, by: number): void {
  const value = integerOf(region, at) + by;
  const old = elementBytes(region.u8, at);
  const room = prepareInteger(value);
  if (room > old) openGap(region, lp, at, room - old);
  else if (room < old) closeGap(region, lp, at, old - room);
  writePrepared(region, at);
}

/** How many live entries a node has. */
export const liveEntries = (arena: Arena, node: number): number =>
  integerOf(arena.region, listpackOfNode(node) + LISTPACK_HEADER_BYTES);

/**
 * Moves `entries` from a node's count of live ones to its count of deleted ones, whose flags are for the caller to set.
 * There must be room. Positions behind the master may shift.
 */
export function countDeleted(arena: Arena, node: number, entries: number): void {
  const { region } = arena;
  const lp = listpackOfNode(node);
  const liveAt = lp + LISTPACK_HEADER_BYTES;
  addToCount(region, lp, liveAt, -entries);
  addToCount(region, lp, liveAt + elementBytes(region.u8, liveAt), entries);
}

/** Sets `id` to the master's ID plus the differences at `at` and behind. @returns the position behind them */
export function readEntryId(arena: Arena, node: number, at: number, id: StreamId): number {
  const { i32, region } = arena;
  const key = node >> 2;
  const { u8, view } = region;
  let position = at;
  // Both are small where entries come fast: the same millisecond, or the same sequence.
  let head = u8[position];
  if (head < 0x80) {
    addTo(i32[key], i32[key + 1], 0, head);
    position += 2;
  } else {
    addElement(region, position, head, i32[key], i32[key + 1]);
    position += elementBytes(u8, position);
  }
  id.msHigh = sumHigh;
  id.msLow = sumLow;
  head = view.getUint8(position);
  if (head < 0x80) {
    addTo(i32[key + 2], i32[key + 3], 0, head);
    position += 2;
  } else {
    addElement(region, position, head, i32[key + 2], i32[key + 3]);
    position += elementBytes(u8, position);
  }
  id.seqHigh = sumHigh;
  id.seqLow = sumLow;
  return position;
}

let sumHigh = 0;
let sumLow = 0;

function addTo(high: number, low: number, moreHigh: number, moreLow: number): void {
  sumLow = (low + moreLow) | 0;
  sumHigh = (high + moreHigh + carryOf(sumLow, moreLow)) | 0;
}

function addElement(region: Region, at: number, head: number, high: number, low: number): void {
  if (head === HEAD_INTEGER_64) {
    addTo(high, low, region.view.getInt32(at + 5, true), region.view.getInt32(at + 1, true));
  } else {
    const value = integerAt(region, at, head);
    addTo(high, low, value < 0 ? -1 : 0, value);
  }
}
