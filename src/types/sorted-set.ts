/**
 * Sorted sets. The root is, by encoding,
 *
 *     PACKED      a block of scores and members in order (sorted-set-packed.ts); clients see a listpack
 *     TREE        a record: words 0…3 a dict (dict.ts), words 4…5 a tree (counted-btree.ts), both of the same elements
 *
 * A *position* names an entry until the sorted set changes: where it lies in the block, or an element's address. 0 is none.
 * Ranks count from 0 in ascending order. Ranges, by score or by member, are turned into ranks first.
 */
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import {
  TREE_WORDS,
  TreeCursor,
  treeDrop,
  treeInit,
  treeInsert,
  treeMove,
  treeRankOf,
  treeRankOfMember,
  treeRankOfScore,
  treeRemove,
  treeRemoveAt,
} from './counted-btree.ts';
import {
  DICT_WORDS,
  dictCount,
  dictDrop,
  dictFind,
  dictFree,
  dictHash,
  dictInit,
  dictInsert,
  dictRemove,
  dictReserve,
  dictSample,
  dictScan,
  elementHash,
} from './dict.ts';
import { ELEMENT_SCORE, newElement, scoreOf, setScore } from './dict-element.ts';
import { typeLimits } from './limits.ts';
import { Slice } from './slice.ts';
import * as packed from './sorted-set-packed.ts';
import { PackedBuilder } from './sorted-set-packed-builder.ts';
import { insertEntry, removeEntries, updateEntry } from './sorted-set-packed-change.ts';
import { PackedCursor } from './sorted-set-packed-cursor.ts';
import { findMember, rankOf, rankOfMember, rankOfScore, seekRank } from './sorted-set-packed-search.ts';
import { Value } from './value.ts';

export const SORTED_SET_PACKED = 0;
export const SORTED_SET_TREE = 1;
const RECORD_BYTES = (DICT_WORDS + TREE_WORDS) * 4;

const member = new Slice();
const builder = new PackedBuilder();
/** The hash of the member looked for last, if that was in a table. */
let foundHash = 0;

const treeBase = (root: number): number => (root >> 2) + DICT_WORDS;

/** Makes an empty sorted set for so many entries with members up to so long. @throws OutOfMemoryError */
export function sortedSetCreate(zset: Value, expected: number, longestMember: number): void {
  const small = expected <= typeLimits.zsetMaxListpackEntries && longestMember <= typeLimits.zsetMaxListpackValue;
  zset.encoding = small ? SORTED_SET_PACKED : SORTED_SET_TREE;
  zset.root = small ? packed.create(zset.allocator) : newTree(zset.allocator, expected);
}

/** Makes an empty sorted set that is a tree. @throws OutOfMemoryError */
export function sortedSetCreateTree(zset: Value, expected: number): void {
  zset.encoding = SORTED_SET_TREE;
  zset.root = newTree(zset.allocator, expected);
}

function newTree(allocator: Allocator, expected: number): number {
  const root = allocator.allocate(RECORD_BYTES);
  const base = root >> 2;
  let madeDict = false;
  try {
    dictInit(allocator, base, typeLimits.hashSeed, expected);
    madeDict = true;
    treeInit(allocator, treeBase(root));
  } catch (error) {
    if (madeDict) dictDrop(allocator, base);
    allocator.free(root);
    throw error;
  }
  return root;
}

export function sortedSetCount({ allocator, root, encoding }: Value): number {
  if (encoding === SORTED_SET_TREE) return dictCount(allocator.arena, root >> 2);
  return packed.count(allocator.arena.region, root);
}

/** Turns what is packed into a tree when so many entries are to come that it would not stay so. */
export function sortedSetExpect(zset: Value, expected: number): void {
  if (zset.encoding === SORTED_SET_PACKED && expected > typeLimits.zsetMaxListpackEntries) toTree(zset, expected);
}

/** The position of a member, or 0. */
export function sortedSetFind(zset: Value, region: Region, at: number, length: number): number {
  const { allocator, root } = zset;
  const { arena } = allocator;
  if (zset.encoding === SORTED_SET_PACKED) {
    return findMember(arena.region, root, region, at, length);
  }
  foundHash = dictHash(arena, root >> 2, region, at, length);
  return dictFind(arena, root >> 2, region, at, length, foundHash);
}

/** The score of the entry at a position. */
export function sortedSetScore(zset: Value, position: number): number {
  const { allocator, root } = zset;
  const { arena } = allocator;
  if (zset.encoding === SORTED_SET_TREE) return scoreOf(arena, position);
  return packed.scoreAt(arena.region, position, packed.scoreWidth(arena.region, root));
}

/** Adds a member for which `sortedSetFind` just answered 0. @throws OutOfMemoryError, nothing changed but the form */
export function sortedSetInsert(zset: Value, region: Region, at: number, length: number, score: number): void {
  if (zset.encoding === SORTED_SET_PACKED) {
    const packedRegion = zset.allocator.arena.region;
    const entries = packed.count(packedRegion, zset.root);
    const fits =
      entries < typeLimits.zsetMaxListpackEntries &&
      length <= typeLimits.zsetMaxListpackValue &&
      packed.unpackedBytes(packedRegion, zset.root) + length <= packed.UNPACKED_BYTES_MAX;
    if (fits) {
      zset.root = insertEntry(zset.allocator, zset.root, region, at, length, score);
      return;
    }
    toTree(zset, entries + 1);
    foundHash = dictHash(zset.allocator.arena, zset.root >> 2, region, at, length);
  }
  insertInTree(zset.allocator, zset.root, region, at, length, score, foundHash);
}

function insertInTree(
  allocator: Allocator,
  root: number,
  region: Region,
  at: number,
  length: number,
  score: number,
  hash: number,
): void {
  const base = root >> 2;
  dictReserve(allocator, base, hash);
  const element = newElement(allocator, ELEMENT_SCORE, region, at, length, 0);
  setScore(allocator.arena, element, score);
  try {
    treeInsert(allocator, treeBase(root), score, element);
  } catch (error) {
    allocator.free(element);
    throw error;
  }
  dictInsert(allocator, base, element, hash);
}

/** Gives the entry at a position another score, which ends the position. @throws OutOfMemoryError, nothing changed */
export function sortedSetUpdate(zset: Value, position: number, score: number): void {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_PACKED) {
    zset.root = updateEntry(allocator, root, position, score);
    return;
  }
  const { arena } = allocator;
  treeMove(allocator, treeBase(root), scoreOf(arena, position), position, score);
  setScore(arena, position, score);
}

/** Removes the entry at a position. An empty sorted set is the caller's to remove. */
export function sortedSetRemove(zset: Value, position: number): void {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_PACKED) {
    zset.root = removeEntries(allocator, root, position, 1);
    return;
  }
  treeRemove(allocator, treeBase(root), scoreOf(allocator.arena, position), position);
  dropElement(allocator, root, position);
}

/** Removes `count` entries from a rank on; they must be there. */
export function sortedSetRemoveRange(zset: Value, rank: number, count: number): void {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_PACKED) {
    if (count === 0) return;
    zset.root = removeEntries(allocator, root, seekRank(allocator.arena.region, root, rank), count);
    return;
  }
  for (let i = 0; i < count; i++) dropElement(allocator, root, treeRemoveAt(allocator, treeBase(root), rank));
}

/** Takes an element that is no longer in the tree out of the dict. */
function dropElement(allocator: Allocator, root: number, element: number): void {
  dictRemove(allocator, root >> 2, element, elementHash(allocator.arena, root >> 2, element));
  allocator.free(element);
}

/** The rank of the entry at a position. */
export function sortedSetRank({ allocator, root, encoding }: Value, position: number): number {
  const { arena } = allocator;
  if (encoding === SORTED_SET_TREE) return treeRankOf(arena, treeBase(root), scoreOf(arena, position), position);
  return rankOf(arena.region, root, position);
}

/** How many entries have a score below `score`, or with `orEqual` not above it. */
export function sortedSetRankOfScore({ allocator, root, encoding }: Value, score: number, orEqual: boolean): number {
  const { arena } = allocator;
  if (encoding === SORTED_SET_TREE) return treeRankOfScore(arena, treeBase(root), score, orEqual);
  return rankOfScore(arena.region, root, score, orEqual);
}

/** How many entries have a member below the given one, or with `orEqual` not above it, if all scores are the same. */
export function sortedSetRankOfMember(
  { allocator, root, encoding }: Value,
  region: Region,
  at: number,
  length: number,
  orEqual: boolean,
): number {
  const { arena } = allocator;
  if (encoding === SORTED_SET_TREE) return treeRankOfMember(arena, treeBase(root), region, at, length, orEqual);
  return rankOfMember(arena.region, root, region, at, length, orEqual);
}

/** The position of any entry, each as likely as another. There must be one. @param random in [0, 1) */
export function sortedSetSample(zset: Value, random: () => number): number {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_TREE) return dictSample(allocator.arena, root >> 2, random);
  return seekRank(allocator.arena.region, root, Math.floor(random() * sortedSetCount(zset)));
}

/** Takes the member at a position. */
export function sortedSetRead(zset: Value, position: number, into: Slice): void {
  const { arena } = zset.allocator;
  if (zset.encoding === SORTED_SET_TREE) into.setMember(arena, position);
  else packed.readMember(arena.region, zset.root, position, packed.scoreWidth(arena.region, zset.root), into);
}

/** Makes a tree of what is packed. @throws OutOfMemoryError, the sorted set as it was */
function toTree(zset: Value, expected: number): void {
  const { allocator, root } = zset;
  const { arena } = allocator;
  const made = newTree(allocator, expected);
  try {
    eachPacked(zset, (score) => {
      const hash = dictHash(arena, made >> 2, member.region, member.at, member.length);
      insertInTree(allocator, made, member.region, member.at, member.length, score, hash);
    });
  } catch (error) {
    sortedSetFree(allocator, made, SORTED_SET_TREE);
    throw error;
  }
  allocator.free(root);
  zset.root = made;
  zset.encoding = SORTED_SET_TREE;
}

/** Visits each entry of what is packed; `member` is then its member. */
function eachPacked({ allocator, root }: Value, visit: (score: number) => void): void {
  const { region } = allocator.arena;
  const width = packed.scoreWidth(region, root);
  const end = packed.end(region, root);
  for (let at = packed.first(region, root); at < end; at = packed.behind(region, at, width)) {
    packed.readMember(region, root, at, width, member);
    visit(packed.scoreAt(region, at, width));
  }
}

/** Packs a tree if it is small enough to have been packed: for results that were built as trees. */
export function sortedSetPack(zset: Value, longestMember: number): void {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_PACKED) return;
  if (sortedSetCount(zset) > typeLimits.zsetMaxListpackEntries || longestMember > typeLimits.zsetMaxListpackValue)
    return;
  builder.start();
  eachInTree(zset, (score) => builder.measure(member, score));
  if (builder.memberBytes > packed.UNPACKED_BYTES_MAX) return;
  const made = builder.create(allocator);
  eachInTree(zset, (score) => {
    packed.append(allocator.arena.region, made, member.region, member.at, member.length, score);
  });
  sortedSetFree(allocator, root, SORTED_SET_TREE);
  zset.root = made;
  zset.encoding = SORTED_SET_PACKED;
}

/** Visits each entry of a tree in order; `member` is then its member. */
function eachInTree(zset: Value, visit: (score: number) => void): void {
  if (sortedSetCount(zset) === 0) return;
  const { arena } = zset.allocator;
  const cursor = new TreeCursor();
  cursor.seek(arena, treeBase(zset.root), 0);
  do {
    member.setMember(arena, cursor.element(arena));
    visit(cursor.score(arena));
  } while (cursor.next(arena));
}

/** A place in a sorted set, good until the set changes. To be used again and again. */
export class SortedSetCursor {
  private readonly zset = new Value();
  private readonly tree = new TreeCursor();
  private readonly packed = new PackedCursor();

  /** Goes to the entry with a rank, which must be there. */
  seek(zset: Value, rank: number): void {
    this.zset.become(zset);
    const { arena } = zset.allocator;
    if (zset.encoding === SORTED_SET_TREE) this.tree.seek(arena, treeBase(zset.root), rank);
    else this.packed.seek(arena.region, zset.root, rank);
  }

  /** Goes to the first entry whose score is not below `score`. @returns false if there is none */
  seekScore(zset: Value, score: number): boolean {
    if (zset.encoding === SORTED_SET_TREE) {
      this.zset.become(zset);
      return this.tree.seekScore(zset.allocator.arena, treeBase(zset.root), score);
    }
    const rank = sortedSetRankOfScore(zset, score, false);
    if (rank === sortedSetCount(zset)) return false;
    this.seek(zset, rank);
    return true;
  }

  /** Takes the member here: good until another is read. */
  read(into: Slice): void {
    const { arena } = this.zset.allocator;
    if (this.zset.encoding === SORTED_SET_TREE) into.setMember(arena, this.tree.element(arena));
    else this.packed.read(into);
  }

  score(): number {
    return this.zset.encoding === SORTED_SET_TREE ? this.tree.score(this.zset.allocator.arena) : this.packed.score();
  }

  /** @returns false behind the last entry */
  next(): boolean {
    return this.zset.encoding === SORTED_SET_TREE ? this.tree.next(this.zset.allocator.arena) : this.packed.next();
  }

  /** @returns false before the first entry */
  previous(): boolean {
    const { zset } = this;
    return zset.encoding === SORTED_SET_TREE ? this.tree.previous(zset.allocator.arena) : this.packed.previous();
  }
}

/** One step of a scan, by member. @param visit must not change the sorted set @returns the next `from`, 0 at the end */
export function sortedSetScan(
  zset: Value,
  from: number,
  wanted: number,
  visit: (member: Slice, score: number) => void,
): number {
  const { arena } = zset.allocator;
  if (zset.encoding === SORTED_SET_TREE) {
    return dictScan(arena, zset.root >> 2, from, wanted, (element) => {
      member.setMember(arena, element);
      visit(member, scoreOf(arena, element));
    });
  }
  eachPacked(zset, (score) => visit(member, score));
  return 0;
}

/** Frees a sorted set and all that hangs on it. */
export function sortedSetFree(allocator: Allocator, root: number, encoding: number): void {
  if (encoding === SORTED_SET_TREE) {
    treeDrop(allocator, treeBase(root));
    dictFree(allocator, root >> 2);
  }
  allocator.free(root);
}
