/**
 * Small sorted sets in one block, in order of score and then of member:
 *
 *     entries << 3 | bytes of each score − 1 (u32) | bytes in use (u32) | entry …          little-endian
 *     entry: score | length of the member (u8; 255: it follows as u32) | member
 *
 * Scores of 1 to 7 bytes are whole numbers, signed, of 8 bytes doubles: a score is a double anyhow, so either is exact. The
 * widest one decides, and nothing narrows again. Redis has a listpack of members and scores, in which each says how long it
 * is, for either way of reading, and a fraction is text; serialize-sorted-set.ts goes from one to the other. As there −0 is 0.
 *
 * A *position* is the address of an entry, 0 for none. What changes a sorted set may move its block: it returns the new
 * address. Memory is had before the first byte changes. Bytes put in must not lie in the same block.
 *
 *     for (let at = packed.first(root); at < packed.end(region, root); at = packed.behind(region, at, width)) …
 */
import { move } from '../base/move.ts';
import { compare, copy, equal, type Region } from '../base/region.ts';
import { shortBytes, wordAt, writeShort } from '../base/short-integers.ts';
import type { Allocator } from '../memory/allocator.ts';
import { KeptBytes, Slice } from './slice.ts';

const HEADER_BYTES = 8;
const WIDTH_BITS = 3;
const WIDTH_MASK = 7;
const DOUBLE_BYTES = 8;
/** In place of the length of a member that is at least as long. */
const LONG = 255;
const LONG_BYTES = 4;
/** A block up to this size isn't worth a smaller one. */
const SHRINKABLE_BYTES_MIN = 64;
const TWO_32 = 4294967296;

/** The most that stays packed: as a listpack it takes no more than four times as much, which is what Redis allows. */
export const PACKED_BYTES_MAX = 1 << 28;

/** The entry that is being moved. */
const moved = new Slice();
const kept = new KeptBytes();

/** How many entries. */
export const count = (region: Region, root: number): number => region.view.getInt32(root, true) >>> WIDTH_BITS;

/** Bytes of each score: 1 to 8. */
export const scoreWidth = (region: Region, root: number): number => (region.view.getInt32(root, true) & WIDTH_MASK) + 1;

/** Size in bytes. */
export const bytes = (region: Region, root: number): number => region.view.getInt32(root + 4, true);

/** The position of the first entry, or the end. */
export const first = (root: number): number => root + HEADER_BYTES;

/** The position behind the last entry. */
export const end = (region: Region, root: number): number => root + bytes(region, root);

/** The position behind the entry at `at`: the next one's, or the end. */
export function behind(region: Region, at: number, width: number): number {
  return memberAt(region.u8, at, width) + memberLength(region, at, width);
}

/** The score of the entry at `at`. */
export function scoreAt({ view }: Region, at: number, width: number): number {
  if (width === DOUBLE_BYTES) return view.getFloat64(at, true);
  return width <= 4 ? wordAt(view, at, width) : wordAt(view, at + 4, width - 4) * TWO_32 + view.getUint32(at, true);
}

/** Takes the member of the entry at `at`. */
export function readMember(region: Region, at: number, width: number, into: Slice): void {
  into.set(region, memberAt(region.u8, at, width), memberLength(region, at, width));
}

function memberAt(u8: Uint8Array, at: number, width: number): number {
  return at + width + (u8[at + width] === LONG ? 1 + LONG_BYTES : 1);
}

function memberLength({ u8, view }: Region, at: number, width: number): number {
  const length = u8[at + width];
  return length === LONG ? view.getInt32(at + width + 1, true) : length;
}

/** The position of entry number `rank`, which must be there, or the end for as many as there are. */
export function seek(region: Region, root: number, rank: number): number {
  const width = scoreWidth(region, root);
  let at = first(root);
  for (let i = 0; i < rank; i++) at = behind(region, at, width);
  return at;
}

/** The position of a member, or 0. */
export function find(region: Region, root: number, source: Region, sourceAt: number, length: number): number {
  const width = scoreWidth(region, root);
  const last = end(region, root);
  for (let at = first(root); at < last; at = behind(region, at, width)) {
    if (memberLength(region, at, width) !== length) continue;
    if (equal(region, memberAt(region.u8, at, width), source, sourceAt, length)) return at;
  }
  return 0;
}

/** The rank of the entry at `position`. */
export function rankOf(region: Region, root: number, position: number): number {
  const width = scoreWidth(region, root);
  let rank = 0;
  for (let at = first(root); at !== position; at = behind(region, at, width)) rank++;
  return rank;
}

/** How many entries have a score below `score`, or with `orEqual` not above it. */
export function rankOfScore(region: Region, root: number, score: number, orEqual: boolean): number {
  const width = scoreWidth(region, root);
  const last = end(region, root);
  let rank = 0;
  for (let at = first(root); at < last; at = behind(region, at, width)) {
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
  const width = scoreWidth(region, root);
  const last = end(region, root);
  let rank = 0;
  for (let at = first(root); at < last; at = behind(region, at, width)) {
    const order = compareMember(region, at, width, source, sourceAt, length);
    if (order > 0 || (order === 0 && !orEqual)) break;
    rank++;
  }
  return rank;
}

function compareMember(
  region: Region,
  at: number,
  width: number,
  source: Region,
  sourceAt: number,
  length: number,
): number {
  const from = memberAt(region.u8, at, width);
  return compare(region, from, memberLength(region, at, width), source, sourceAt, length);
}

/** The first position, from `from` on, of an entry that doesn't come before (score, member); `to` if there is none before it. */
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
    if (have === score && compareMember(region, at, width, source, sourceAt, length) >= 0) break;
  }
  return at;
}

// --- what changes them ------------------------------------------------------------------------------------------------

/** Makes an empty sorted set. @throws OutOfMemoryError */
export const create = (allocator: Allocator): number => createFor(allocator, 1, 0);

/**
 * Makes an empty sorted set whose scores take `width` bytes, with room for `room` bytes of entries, which `append` can
 * then put in. @throws OutOfMemoryError
 */
export function createFor(allocator: Allocator, width: number, room: number): number {
  const root = allocator.allocate(HEADER_BYTES + room);
  writeHeader(allocator.arena.region, root, 0, width, HEADER_BYTES);
  return root;
}

/** Bytes that a score needs. */
export function scoreBytes(score: number): number {
  if (!Number.isSafeInteger(score)) return DOUBLE_BYTES;
  return shortBytes(Math.floor(score / TWO_32) | 0, score | 0);
}

/** Bytes of an entry with a member of `length` bytes. */
export const entryBytes = (width: number, length: number): number =>
  width + (length >= LONG ? 1 + LONG_BYTES : 1) + length;

/** Appends an entry that comes behind all others, and for which there are room and width. */
export function append(
  region: Region,
  root: number,
  source: Region,
  sourceAt: number,
  length: number,
  score: number,
): void {
  const width = scoreWidth(region, root);
  const total = bytes(region, root);
  writeEntry(region, root + total, width, source, sourceAt, length, score);
  writeHeader(region, root, count(region, root) + 1, width, total + entryBytes(width, length));
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
  const width = Math.max(scoreWidth(region, root), scoreBytes(score));
  const size = entryBytes(width, length);
  let to = width > scoreWidth(region, root) ? widened(allocator, root, width, size) : root;
  const total = bytes(region, to);
  const offset = bound(region, first(to), to + total, width, score, source, sourceAt, length) - to;
  if (total + size > allocator.sizeOf(to)) to = allocator.reallocate(to, total + size, total);
  move(region, to + offset, to + offset + size, total - offset);
  writeEntry(region, to + offset, width, source, sourceAt, length, score);
  writeHeader(region, to, count(region, to) + 1, width, total + size);
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
  const to = widened(allocator, root, width, 0);
  replace(region, to, seek(region, to, rank), score);
  return to;
}

/** Gives the entry at `position` a score for which there is width. Only entries between its two places move. */
function replace(region: Region, root: number, position: number, score: number): void {
  const width = scoreWidth(region, root);
  const next = behind(region, position, width);
  readMember(region, position, width, moved);
  const { at, length } = moved;
  const target =
    score < scoreAt(region, position, width)
      ? bound(region, first(root), position, width, score, region, at, length)
      : bound(region, next, end(region, root), width, score, region, at, length);
  if (target === position || target === next) return writeScore(region.view, position, width, score);
  const size = next - position;
  moved.set(region, position, size);
  kept.keep(moved);
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

/** The same entries with wider scores, in a block with room for `room` bytes more. The old one is freed. */
function widened(allocator: Allocator, root: number, width: number, room: number): number {
  const { region } = allocator.arena;
  const old = scoreWidth(region, root);
  const more = count(region, root) * (width - old);
  const to = createFor(allocator, width, bytes(region, root) - HEADER_BYTES + more + room);
  const last = end(region, root);
  for (let at = first(root); at < last; at = behind(region, at, old)) {
    append(region, to, region, memberAt(region.u8, at, old), memberLength(region, at, old), scoreAt(region, at, old));
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
  copy(source, sourceAt, region, memberAt(region.u8, at, width), length);
}

function writeScore(view: DataView, at: number, width: number, score: number): void {
  // −0 + 0 is 0.
  if (width === DOUBLE_BYTES) view.setFloat64(at, score + 0, true);
  else writeShort(view, at, width, Math.floor(score / TWO_32) | 0, score | 0);
}
