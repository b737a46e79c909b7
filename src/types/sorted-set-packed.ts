/**
 * Small sorted sets in one block, in order of score and then of member:
 *
 *     entries << 3 | bytes of each score − 1 (u32) | bytes in use (u32) |
 *     length of the prefix (u8) | prefix | entry …                                         little-endian
 *     entry: score | length of the rest (u8; 255: it follows as u32) | rest of the member behind the prefix
 *
 * The *prefix* is what all members begin with, as `user:` of `user:1017`: held once, and compared once a search. A member that
 * begins otherwise shortens it for all. Scores of 1 to 7 bytes are whole numbers, signed, of 8 bytes doubles: a score is a
 * double anyhow, so either is exact. The widest one decides for all. No prefix gets longer again, and no score narrower.
 *
 * Redis has a listpack of members and scores, in which each says how long it is, for either way of reading, and a fraction is
 * text; serialize-sorted-set.ts goes from one to the other. As there −0 is 0.
 *
 * A *position* is the address of an entry, 0 for none. What changes a sorted set may move its block: it returns the new
 * address. Memory is had before the first byte changes. Bytes put in must not lie in the same block.
 *
 *     for (let at = packed.first(region, root); at < packed.end(region, root); at = packed.behind(region, at, width)) …
 */
import { move } from '../base/move.ts';
import { compare, copy, equal, type Region } from '../base/region.ts';
import { shortBytes, wordAt, writeShort } from '../base/short-integers.ts';
import type { Allocator } from '../memory/allocator.ts';
import { KeptBytes, Slice } from './slice.ts';

const PREFIX_LENGTH_AT = 8;
const PREFIX_AT = 9;
export const PREFIX_BYTES_MAX = 255;
const WIDTH_BITS = 3;
const WIDTH_MASK = 7;
const DOUBLE_BYTES = 8;
/** In place of the length of a rest that is at least as long. */
const LONG = 255;
const LONG_BYTES = 4;
/** A block up to this size isn't worth a smaller one. */
const SHRINKABLE_BYTES_MIN = 64;
const TWO_32 = 4294967296;

/** The most `unpackedBytes` that stay packed: a listpack takes no more than four times as much, which is what Redis allows. */
export const UNPACKED_BYTES_MAX = 1 << 28;

const member = new Slice();
const kept = new KeptBytes();

/** How many entries. */
export const count = (region: Region, root: number): number => region.view.getInt32(root, true) >>> WIDTH_BITS;

/** Bytes of each score: 1 to 8. */
export const scoreWidth = (region: Region, root: number): number => (region.view.getInt32(root, true) & WIDTH_MASK) + 1;

/** Size in bytes. */
export const bytes = (region: Region, root: number): number => region.view.getInt32(root + 4, true);

/** Bytes that all members begin with. */
export const prefixLength = ({ u8 }: Region, root: number): number => u8[root + PREFIX_LENGTH_AT];

/** Size in bytes if no member shared anything with another. */
export const unpackedBytes = (region: Region, root: number): number =>
  bytes(region, root) + count(region, root) * prefixLength(region, root);

/** The position of the first entry, or the end. */
export const first = (region: Region, root: number): number => root + PREFIX_AT + prefixLength(region, root);

/** The position behind the last entry. */
export const end = (region: Region, root: number): number => root + bytes(region, root);

/** The position behind the entry at `at`: the next one's, or the end. */
export function behind({ u8, view }: Region, at: number, width: number): number {
  const lengthAt = at + width;
  const length = u8[lengthAt];
  return lengthAt + (length === LONG ? 1 + LONG_BYTES + view.getInt32(lengthAt + 1, true) : 1 + length);
}

/** The score of the entry at `at`. */
export function scoreAt({ view }: Region, at: number, width: number): number {
  if (width === DOUBLE_BYTES) return view.getFloat64(at, true);
  return width <= 4 ? wordAt(view, at, width) : wordAt(view, at + 4, width - 4) * TWO_32 + view.getUint32(at, true);
}

/** Takes the member of the entry at `at`. */
export function readMember(region: Region, root: number, at: number, width: number, into: Slice): void {
  const prefix = prefixLength(region, root);
  const length = restLength(region, at, width);
  into.setJoined(region, root + PREFIX_AT, prefix, restAt(region, at, width), length);
}

/** Copies what all members begin with. */
export function copyPrefix(region: Region, root: number, to: Region, toAt: number): void {
  copy(region, root + PREFIX_AT, to, toAt, prefixLength(region, root));
}

/** Where what follows the prefix in the member of the entry at `at` begins. */
export function restAt({ u8 }: Region, at: number, width: number): number {
  return at + width + (u8[at + width] === LONG ? 1 + LONG_BYTES : 1);
}

export function restLength({ u8, view }: Region, at: number, width: number): number {
  const length = u8[at + width];
  return length === LONG ? view.getInt32(at + width + 1, true) : length;
}

/** The position of entry number `rank`, which must be there, or the end for as many as there are. */
export function seek(region: Region, root: number, rank: number): number {
  const width = scoreWidth(region, root);
  let at = first(region, root);
  for (let i = 0; i < rank; i++) at = behind(region, at, width);
  return at;
}

/** The position of a member, or 0. */
export function find(region: Region, root: number, source: Region, sourceAt: number, length: number): number {
  if (!hasPrefix(region, root, source, sourceAt, length)) return 0;
  const prefix = prefixLength(region, root);
  const width = scoreWidth(region, root);
  const last = end(region, root);
  for (let at = first(region, root); at < last; at = behind(region, at, width)) {
    if (restLength(region, at, width) !== length - prefix) continue;
    if (equal(region, restAt(region, at, width), source, sourceAt + prefix, length - prefix)) return at;
  }
  return 0;
}

/** Whether a member begins as all others do. */
function hasPrefix(region: Region, root: number, source: Region, sourceAt: number, length: number): boolean {
  const prefix = prefixLength(region, root);
  return length >= prefix && equal(region, root + PREFIX_AT, source, sourceAt, prefix);
}

/** The rank of the entry at `position`. */
export function rankOf(region: Region, root: number, position: number): number {
  const width = scoreWidth(region, root);
  let rank = 0;
  for (let at = first(region, root); at !== position; at = behind(region, at, width)) rank++;
  return rank;
}

/** How many entries have a score below `score`, or with `orEqual` not above it. */
export function rankOfScore(region: Region, root: number, score: number, orEqual: boolean): number {
  const width = scoreWidth(region, root);
  const last = end(region, root);
  let rank = 0;
  for (let at = first(region, root); at < last; at = behind(region, at, width)) {
    const have = scoreAt(region, at, width);
    if (have > score || (have === score && !orEqual)) break;
    rank++;
  }
  return rank;
}

/** How many entries have a member below the given one, or with `orEqual` not above it, if all scores are the same. */
export function rankOfMember(
  region: Region,
  root: number,
  source: Region,
  sourceAt: number,
  length: number,
  orEqual: boolean,
): number {
  const prefix = prefixLength(region, root);
  const begins = compare(region, root + PREFIX_AT, prefix, source, sourceAt, Math.min(prefix, length));
  if (begins !== 0) return begins > 0 ? 0 : count(region, root);
  const width = scoreWidth(region, root);
  const last = end(region, root);
  let rank = 0;
  for (let at = first(region, root); at < last; at = behind(region, at, width)) {
    const order = compareRest(region, at, width, source, sourceAt + prefix, length - prefix);
    if (order > 0 || (order === 0 && !orEqual)) break;
    rank++;
  }
  return rank;
}

function compareRest(
  region: Region,
  at: number,
  width: number,
  source: Region,
  sourceAt: number,
  length: number,
): number {
  return compare(region, restAt(region, at, width), restLength(region, at, width), source, sourceAt, length);
}

/**
 * The first position, from `from` on, of an entry that doesn't come before (score, member); `to` if there is none before it.
 * The bytes are the rest of the member.
 */
function bound(
  region: Region,
  from: number,
  to: number,
  width: number,
  score: number,
  source: Region,
  sourceAt: number,
  length: number,
): number {
  let at = from;
  for (; at < to; at = behind(region, at, width)) {
    const have = scoreAt(region, at, width);
    if (have > score) break;
    if (have === score && compareRest(region, at, width, source, sourceAt, length) >= 0) break;
  }
  return at;
}

// --- what changes them ------------------------------------------------------------------------------------------------

/** Makes an empty sorted set. @throws OutOfMemoryError */
export const create = (allocator: Allocator): number => createFor(allocator, 1, allocator.arena.region, 0, 0, 0);

/**
 * Makes an empty sorted set with scores of `width` bytes, members that begin with the given bytes, and room for `room` bytes
 * of entries, which `append` can then put in. @throws OutOfMemoryError
 */
export function createFor(
  allocator: Allocator,
  width: number,
  source: Region,
  prefixAt: number,
  prefix: number,
  room: number,
): number {
  const { region } = allocator.arena;
  const root = allocator.allocate(PREFIX_AT + prefix + room);
  writeHeader(region, root, 0, width, PREFIX_AT + prefix);
  region.u8[root + PREFIX_LENGTH_AT] = prefix;
  copy(source, prefixAt, region, root + PREFIX_AT, prefix);
  return root;
}

/** Bytes that a score needs. */
export function scoreBytes(score: number): number {
  if (!Number.isSafeInteger(score)) return DOUBLE_BYTES;
  return shortBytes(Math.floor(score / TWO_32) | 0, score | 0);
}

/** Bytes of an entry of which `length` bytes of the member are not in the prefix. */
export const entryBytes = (width: number, length: number): number =>
  width + (length >= LONG ? 1 + LONG_BYTES : 1) + length;

/** Bytes that two members, of which one is at most `most` bytes, begin with alike. */
export function sharedBytes(a: Region, aAt: number, b: Region, bAt: number, most: number): number {
  let shared = 0;
  while (shared < most && a.u8[aAt + shared] === b.u8[bAt + shared]) shared++;
  return shared;
}

/** Appends an entry that comes behind all others, and for which there are prefix, width and room. */
export function append(
  region: Region,
  root: number,
  source: Region,
  sourceAt: number,
  length: number,
  score: number,
): void {
  const width = scoreWidth(region, root);
  const prefix = prefixLength(region, root);
  const total = bytes(region, root);
  writeEntry(region, root + total, width, source, sourceAt + prefix, length - prefix, score);
  writeHeader(region, root, count(region, root) + 1, width, total + entryBytes(width, length - prefix));
}

/** Adds a member that isn't there. @returns the sorted set's address  @throws OutOfMemoryError, nothing changed */
export function insert(
  allocator: Allocator,
  root: number,
  source: Region,
  sourceAt: number,
  length: number,
  score: number,
): number {
  const { region } = allocator.arena;
  if (count(region, root) === 0) return replaceEmpty(allocator, root, source, sourceAt, length, score);
  const width = Math.max(scoreWidth(region, root), scoreBytes(score));
  let prefix = prefixLength(region, root);
  const begins = hasPrefix(region, root, source, sourceAt, length);
  if (!begins) prefix = sharedBytes(region, root + PREFIX_AT, source, sourceAt, Math.min(prefix, length));
  const restFrom = sourceAt + prefix;
  const rest = length - prefix;
  const size = entryBytes(width, rest);
  let to = begins && width === scoreWidth(region, root) ? root : rewrite(allocator, root, width, prefix, size);
  const total = bytes(region, to);
  const offset = bound(region, first(region, to), to + total, width, score, source, restFrom, rest) - to;
  if (total + size > allocator.sizeOf(to)) to = allocator.reallocate(to, total + size, total);
  move(region, to + offset, to + offset + size, total - offset);
  writeEntry(region, to + offset, width, source, restFrom, rest, score);
  writeHeader(region, to, count(region, to) + 1, width, total + size);
  return to;
}

/** Makes a sorted set that is empty one with a single member, all of which is prefix. */
function replaceEmpty(
  allocator: Allocator,
  root: number,
  source: Region,
  sourceAt: number,
  length: number,
  score: number,
): number {
  const width = scoreBytes(score);
  const prefix = Math.min(length, PREFIX_BYTES_MAX);
  const to = createFor(allocator, width, source, sourceAt, prefix, entryBytes(width, length - prefix));
  append(allocator.arena.region, to, source, sourceAt, length, score);
  allocator.free(root);
  return to;
}

/** Gives the entry at `position` another score. @returns the sorted set's address  @throws OutOfMemoryError, nothing changed */
export function update(allocator: Allocator, root: number, position: number, score: number): number {
  const { region } = allocator.arena;
  const width = scoreBytes(score);
  if (width <= scoreWidth(region, root)) {
    replace(region, root, position, score);
    return root;
  }
  const rank = rankOf(region, root, position);
  const to = rewrite(allocator, root, width, prefixLength(region, root), 0);
  replace(region, to, seek(region, to, rank), score);
  return to;
}

/** Gives the entry at `position` a score for which there is width. Only entries between its two places move. */
function replace(region: Region, root: number, position: number, score: number): void {
  const width = scoreWidth(region, root);
  const next = behind(region, position, width);
  const rest = restAt(region, position, width);
  const length = next - rest;
  const target =
    score < scoreAt(region, position, width)
      ? bound(region, first(region, root), position, width, score, region, rest, length)
      : bound(region, next, end(region, root), width, score, region, rest, length);
  if (target === position || target === next) return writeScore(region.view, position, width, score);
  const size = next - position;
  member.set(region, position, size);
  kept.keep(member);
  if (target < position) move(region, target, target + size, position - target);
  else move(region, next, position, target - next);
  const to = target < position ? target : target - size;
  copy(kept.region, 0, region, to, size);
  writeScore(region.view, to, width, score);
}

/** Removes `entries` entries, which must be there, from `position` on. @returns the sorted set's address  Never fails. */
export function removeRange(allocator: Allocator, root: number, position: number, entries: number): number {
  const { region } = allocator.arena;
  const width = scoreWidth(region, root);
  let from = position;
  for (let i = 0; i < entries; i++) from = behind(region, from, width);
  move(region, from, position, end(region, root) - from);
  const total = bytes(region, root) - (from - position);
  writeHeader(region, root, count(region, root) - entries, width, total);
  if (allocator.sizeOf(root) <= Math.max(total * 2, SHRINKABLE_BYTES_MIN) || !allocator.hasRoom(total)) return root;
  return allocator.reallocate(root, total, total);
}

/** The same entries with wider scores or a shorter prefix, in a block with room for `room` bytes more. The old one is freed. */
function rewrite(allocator: Allocator, root: number, width: number, prefix: number, room: number): number {
  const { region } = allocator.arena;
  const own = scoreWidth(region, root);
  const cut = prefixLength(region, root) - prefix;
  const last = end(region, root);
  let entriesBytes = 0;
  for (let at = first(region, root); at < last; at = behind(region, at, own)) {
    entriesBytes += entryBytes(width, restLength(region, at, own) + cut);
  }
  const to = createFor(allocator, width, region, root + PREFIX_AT, prefix, entriesBytes + room);
  for (let at = first(region, root); at < last; at = behind(region, at, own)) {
    readMember(region, root, at, own, member);
    append(region, to, member.region, member.at, member.length, scoreAt(region, at, own));
  }
  allocator.free(root);
  return to;
}

function writeHeader({ view }: Region, root: number, entries: number, width: number, total: number): void {
  view.setInt32(root, (entries << WIDTH_BITS) | (width - 1), true);
  view.setInt32(root + 4, total, true);
}

function writeEntry(
  region: Region,
  at: number,
  width: number,
  source: Region,
  sourceAt: number,
  length: number,
  score: number,
): void {
  writeScore(region.view, at, width, score);
  region.u8[at + width] = Math.min(length, LONG);
  if (length >= LONG) region.view.setInt32(at + width + 1, length, true);
  copy(source, sourceAt, region, restAt(region, at, width), length);
}

function writeScore(view: DataView, at: number, width: number, score: number): void {
  // −0 + 0 is 0.
  if (width === DOUBLE_BYTES) view.setFloat64(at, score + 0, true);
  else writeShort(view, at, width, Math.floor(score / TWO_32) | 0, score | 0);
}
