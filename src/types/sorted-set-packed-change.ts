/**
 * What changes packed sorted sets (sorted-set-packed.ts). It may move the block: the new address is returned. Memory is had
 * before the first byte changes. Bytes put in must not lie in the same block.
 */
import { move } from '../base/move.ts';
import { copy, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import { KeptBytes, Slice } from './slice.ts';
import * as packed from './sorted-set-packed.ts';
import { bound, rankOf, seekRank } from './sorted-set-packed-search.ts';

/** A block up to this size isn't worth a smaller one. */
const SHRINKABLE_BYTES_MIN = 64;

const member = new Slice();
const kept = new KeptBytes();

/** Adds a member that isn't there. @returns the sorted set's address  @throws OutOfMemoryError, nothing changed */
export function insertEntry(
  allocator: Allocator,
  root: number,
  source: Region,
  sourceAt: number,
  length: number,
  score: number,
): number {
  const { region } = allocator.arena;
  if (packed.count(region, root) === 0) return replaceEmpty(allocator, root, source, sourceAt, length, score);
  const width = Math.max(packed.scoreWidth(region, root), packed.scoreBytes(score));
  let prefix = packed.prefixLength(region, root);
  const begins = packed.hasPrefix(region, root, source, sourceAt, length);
  if (!begins) prefix = packed.sharedBytes(region, packed.prefixAt(root), source, sourceAt, Math.min(prefix, length));
  const restFrom = sourceAt + prefix;
  const rest = length - prefix;
  const size = packed.entryBytes(width, rest);
  let to = begins && width === packed.scoreWidth(region, root) ? root : rewrite(allocator, root, width, prefix, size);
  const total = packed.bytes(region, to);
  const offset = bound(region, packed.first(region, to), to + total, width, score, source, restFrom, rest) - to;
  if (total + size > allocator.sizeOf(to)) to = allocator.reallocate(to, total + size, total);
  move(region, to + offset, to + offset + size, total - offset);
  packed.writeEntry(region, to + offset, width, source, restFrom, rest, score);
  packed.writeHeader(region, to, packed.count(region, to) + 1, width, total + size);
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
  const width = packed.scoreBytes(score);
  const prefix = Math.min(length, packed.PREFIX_BYTES_MAX);
  const to = packed.createFor(allocator, width, source, sourceAt, prefix, packed.entryBytes(width, length - prefix));
  packed.append(allocator.arena.region, to, source, sourceAt, length, score);
  allocator.free(root);
  return to;
}

/** Gives the entry at `position` another score. @returns the sorted set's address  @throws OutOfMemoryError, nothing changed */
export function updateEntry(allocator: Allocator, root: number, position: number, score: number): number {
  const { region } = allocator.arena;
  const width = packed.scoreBytes(score);
  if (width <= packed.scoreWidth(region, root)) {
    replace(region, root, position, score);
    return root;
  }
  const rank = rankOf(region, root, position);
  const to = rewrite(allocator, root, width, packed.prefixLength(region, root), 0);
  replace(region, to, seekRank(region, to, rank), score);
  return to;
}

/** Gives the entry at `position` a score for which there is width. Only entries between its two places move. */
function replace(region: Region, root: number, position: number, score: number): void {
  const width = packed.scoreWidth(region, root);
  const next = packed.behind(region, position, width);
  const rest = packed.restAt(region, position, width);
  const length = next - rest;
  const target =
    score < packed.scoreAt(region, position, width)
      ? bound(region, packed.first(region, root), position, width, score, region, rest, length)
      : bound(region, next, packed.end(region, root), width, score, region, rest, length);
  if (target === position || target === next) return packed.writeScore(region.view, position, width, score);
  const size = next - position;
  member.set(region, position, size);
  kept.keep(member);
  if (target < position) move(region, target, target + size, position - target);
  else move(region, next, position, target - next);
  const to = target < position ? target : target - size;
  copy(kept.region, 0, region, to, size);
  packed.writeScore(region.view, to, width, score);
}

/** Removes `entries` entries, which must be there, from `position` on. @returns the sorted set's address  Never fails. */
export function removeEntries(allocator: Allocator, root: number, position: number, entries: number): number {
  const { region } = allocator.arena;
  const width = packed.scoreWidth(region, root);
  let from = position;
  for (let i = 0; i < entries; i++) from = packed.behind(region, from, width);
  move(region, from, position, packed.end(region, root) - from);
  const total = packed.bytes(region, root) - (from - position);
  packed.writeHeader(region, root, packed.count(region, root) - entries, width, total);
  if (allocator.sizeOf(root) <= Math.max(total * 2, SHRINKABLE_BYTES_MIN) || !allocator.hasRoom(total)) return root;
  return allocator.reallocate(root, total, total);
}

/** The same entries with wider scores or a shorter prefix, in a block with room for `room` bytes more. The old one is freed. */
function rewrite(allocator: Allocator, root: number, width: number, prefix: number, room: number): number {
  const { region } = allocator.arena;
  const own = packed.scoreWidth(region, root);
  const cut = packed.prefixLength(region, root) - prefix;
  const last = packed.end(region, root);
  let entriesBytes = 0;
  for (let at = packed.first(region, root); at < last; at = packed.behind(region, at, own)) {
    entriesBytes += packed.entryBytes(width, packed.restLength(region, at, own) + cut);
  }
  const to = packed.createFor(allocator, width, region, packed.prefixAt(root), prefix, entriesBytes + room);
  for (let at = packed.first(region, root); at < last; at = packed.behind(region, at, own)) {
    packed.readMember(region, root, at, own, member);
    packed.append(region, to, member.region, member.at, member.length, packed.scoreAt(region, at, own));
  }
  allocator.free(root);
  return to;
}
