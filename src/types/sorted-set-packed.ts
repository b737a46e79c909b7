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
 * A *position* is the address of an entry, 0 for none, good until the sorted set changes.
 *
 *     for (let at = packed.first(region, root); at < packed.end(region, root); at = packed.behind(region, at, width)) …
 */
import { copy, equal, type Region } from '../base/region.ts';
import { shortBytes, wordAt, writeShort } from '../base/short-integers.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Slice } from './slice.ts';

const PREFIX_LENGTH_AT = 8;
const PREFIX_AT = 9;
export const PREFIX_BYTES_MAX = 255;
const WIDTH_BITS = 3;
const WIDTH_MASK = 7;
const DOUBLE_BYTES = 8;
/** In place of the length of a rest that is at least as long. */
const LONG = 255;
const LONG_BYTES = 4;
const TWO_32 = 4294967296;

/** The most `unpackedBytes` that stay packed: a listpack takes no more than four times as much, which is what Redis allows. */
export const UNPACKED_BYTES_MAX = 1 << 28;

/** How many entries. */
export const count = (region: Region, root: number): number => region.view.getInt32(root, true) >>> WIDTH_BITS;

/** Bytes of each score: 1 to 8. */
export const scoreWidth = (region: Region, root: number): number => (region.view.getInt32(root, true) & WIDTH_MASK) + 1;

/** Size in bytes. */
export const bytes = (region: Region, root: number): number => region.view.getInt32(root + 4, true);

/** Where what all members begin with lies. */
export const prefixAt = (root: number): number => root + PREFIX_AT;

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
  into.setJoined(region, prefixAt(root), prefix, restAt(region, at, width), length);
}

/** Copies what all members begin with. */
export function copyPrefix(region: Region, root: number, to: Region, toAt: number): void {
  copy(region, prefixAt(root), to, toAt, prefixLength(region, root));
}

/** Whether a member begins as all others do. */
export function hasPrefix(region: Region, root: number, source: Region, sourceAt: number, length: number): boolean {
  const prefix = prefixLength(region, root);
  return length >= prefix && equal(region, prefixAt(root), source, sourceAt, prefix);
}

/** Bytes that two members, of which one is at most `most` bytes, begin with alike. */
export function sharedBytes(a: Region, aAt: number, b: Region, bAt: number, most: number): number {
  let shared = 0;
  while (shared < most && a.u8[aAt + shared] === b.u8[bAt + shared]) shared++;
  return shared;
}

/** Where what follows the prefix in the member of the entry at `at` begins. */
export function restAt({ u8 }: Region, at: number, width: number): number {
  return at + width + (u8[at + width] === LONG ? 1 + LONG_BYTES : 1);
}

export function restLength({ u8, view }: Region, at: number, width: number): number {
  const length = u8[at + width];
  return length === LONG ? view.getInt32(at + width + 1, true) : length;
}

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
  prefixFrom: number,
  prefix: number,
  room: number,
): number {
  const { region } = allocator.arena;
  const root = allocator.allocate(PREFIX_AT + prefix + room);
  writeHeader(region, root, 0, width, PREFIX_AT + prefix);
  region.u8[root + PREFIX_LENGTH_AT] = prefix;
  copy(source, prefixFrom, region, prefixAt(root), prefix);
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

/** Writes how many entries there are and how large all is; the prefix stays. */
export function writeHeader({ view }: Region, root: number, entries: number, width: number, total: number): void {
  view.setInt32(root, (entries << WIDTH_BITS) | (width - 1), true);
  view.setInt32(root + 4, total, true);
}

/** Writes an entry: its score, and the rest of its member from `sourceAt` on. */
export function writeEntry(
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

export function writeScore(view: DataView, at: number, width: number, score: number): void {
  // −0 + 0 is 0.
  if (width === DOUBLE_BYTES) view.setFloat64(at, score + 0, true);
  else writeShort(view, at, width, Math.floor(score / TWO_32) | 0, score | 0);
}
