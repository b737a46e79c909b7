/**
 * Sorted sets. The root is, by encoding,
 *
 *     LISTPACK    a listpack of member, score, member, score … in order (listpack.ts)
 *     TREE        a record: words 0…3 a dict (dict.ts), words 4…5 a tree (counted-btree.ts), both of the same elements
 *
 * A *position* names an entry until the sorted set changes: a listpack's position or an element's address. 0 is none.
 * Ranks count from 0 in ascending order. Ranges, by score or by member, are turned into ranks first.
 */
import { compare, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
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
import * as listpack from './listpack.ts';
import { KeptBytes, Slice } from './slice.ts';
import { compareScore, insertEntry, lowerBound, moveEntry, scoreAfter } from './sorted-set-listpack.ts';
import { Value } from './value.ts';

export const SORTED_SET_LISTPACK = 0;
export const SORTED_SET_TREE = 1;
const RECORD_BYTES = (DICT_WORDS + TREE_WORDS) * 4;
/** What moving an entry of a listpack may need at once, beside the listpack itself. */
const MOVE_ROOM_BYTES = 4096;

const member = new Slice();
const kept = new KeptBytes();
/** The hash of the member looked for last, if that was in a table. */
let foundHash = 0;

const treeBase = (root: number): number => (root >> 2) + DICT_WORDS;

/** Makes an empty sorted set for so many entries with members up to so long. @throws OutOfMemoryError */
export function sortedSetCreate(zset: Value, expected: number, longestMember: number): void {
  const small = expected <= typeLimits.zsetMaxListpackEntries && longestMember <= typeLimits.zsetMaxListpackValue;
  zset.encoding = small ? SORTED_SET_LISTPACK : SORTED_SET_TREE;
  zset.root = small ? listpack.create(zset.allocator) : newTree(zset.allocator, expected);
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
  return listpack.count(allocator.arena.region, root) >> 1;
}

/** Turns a listpack into a tree when so many entries are to come that it would not stay one. */
export function sortedSetExpect(zset: Value, expected: number): void {
  if (zset.encoding === SORTED_SET_LISTPACK && expected > typeLimits.zsetMaxListpackEntries) toTree(zset, expected);
}

/** The position of a member, or 0. */
export function sortedSetFind(zset: Value, region: Region, at: number, length: number): number {
  const { allocator, root } = zset;
  const { arena } = allocator;
  if (zset.encoding === SORTED_SET_LISTPACK) {
    return listpack.find(arena.region, listpack.first(arena.region, root), region, at, length, 1);
  }
  foundHash = dictHash(arena, root >> 2, region, at, length);
  return dictFind(arena, root >> 2, region, at, length, foundHash);
}

/** The score of the entry at a position. */
export function sortedSetScore(zset: Value, position: number): number {
  const { arena } = zset.allocator;
  if (zset.encoding === SORTED_SET_TREE) return scoreOf(arena, position);
  return scoreAfter(arena.region, position);
}

/** Adds a member for which `sortedSetFind` just answered 0. @throws OutOfMemoryError, nothing changed but the form */
export function sortedSetInsert(zset: Value, region: Region, at: number, length: number, score: number): void {
  if (zset.encoding === SORTED_SET_LISTPACK) {
    const packed = zset.allocator.arena.region;
    const fits =
      listpack.count(packed, zset.root) >> 1 < typeLimits.zsetMaxListpackEntries &&
      length <= typeLimits.zsetMaxListpackValue &&
      listpack.bytes(packed, zset.root) + length <= listpack.LISTPACK_BYTES_MAX;
    if (fits) {
      const before = lowerBound(packed, zset.root, score, region, at, length);
      zset.root = insertEntry(zset.allocator, zset.root, before, region, at, length, score);
      return;
    }
    toTree(zset, (listpack.count(packed, zset.root) >> 1) + 1);
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
  const { arena } = allocator;
  if (zset.encoding === SORTED_SET_TREE) {
    treeMove(allocator, treeBase(root), scoreOf(arena, position), position, score);
    setScore(arena, position, score);
    return;
  }
  const { region } = arena;
  if (moveEntry(region, root, position, score)) return;
  if (!allocator.hasRoom(listpack.bytes(region, root) + MOVE_ROOM_BYTES)) throw new OutOfMemoryError();
  member.setPacked(region, position);
  kept.keep(member);
  zset.root = listpack.removeRange(allocator, root, position, 2);
  const before = lowerBound(region, zset.root, score, kept.region, 0, kept.length);
  zset.root = insertEntry(allocator, zset.root, before, kept.region, 0, kept.length, score);
}

/** Removes the entry at a position. An empty sorted set is the caller's to remove. */
export function sortedSetRemove(zset: Value, position: number): void {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_LISTPACK) {
    zset.root = listpack.removeRange(allocator, root, position, 2);
    return;
  }
  treeRemove(allocator, treeBase(root), scoreOf(allocator.arena, position), position);
  dropElement(allocator, root, position);
}

/** Removes `count` entries from a rank on; they must be there. */
export function sortedSetRemoveRange(zset: Value, rank: number, count: number): void {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_LISTPACK) {
    if (count === 0) return;
    const at = listpack.seek(allocator.arena.region, root, rank * 2);
    zset.root = listpack.removeRange(allocator, root, at, count * 2);
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
  let rank = 0;
  for (let at = listpack.first(arena.region, root); at !== position; at = nextEntry(arena.region, at)) rank++;
  return rank;
}

/** How many entries have a score below `score`, or with `orEqual` not above it. */
export function sortedSetRankOfScore({ allocator, root, encoding }: Value, score: number, orEqual: boolean): number {
  const { arena } = allocator;
  if (encoding === SORTED_SET_TREE) return treeRankOfScore(arena, treeBase(root), score, orEqual);
  let rank = 0;
  for (let at = listpack.first(arena.region, root); at !== 0; at = nextEntry(arena.region, at)) {
    const order = compareScore(arena.region, at, score);
    if (order > 0 || (order === 0 && !orEqual)) break;
    rank++;
  }
  return rank;
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
  let rank = 0;
  for (let entry = listpack.first(arena.region, root); entry !== 0; entry = nextEntry(arena.region, entry)) {
    member.setPacked(arena.region, entry);
    const order = compare(member.region, member.at, member.length, region, at, length);
    if (order > 0 || (order === 0 && !orEqual)) break;
    rank++;
  }
  return rank;
}

const nextEntry = (region: Region, at: number): number => listpack.next(region, listpack.behind(region, at));

/** The position of any entry, each as likely as another. There must be one. @param random in [0, 1) */
export function sortedSetSample(zset: Value, random: () => number): number {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_TREE) return dictSample(allocator.arena, root >> 2, random);
  return listpack.seek(allocator.arena.region, root, Math.floor(random() * sortedSetCount(zset)) * 2);
}

/** Takes the member at a position. */
export function sortedSetRead(zset: Value, position: number, into: Slice): void {
  if (zset.encoding === SORTED_SET_TREE) into.setMember(zset.allocator.arena, position);
  else into.setPacked(zset.allocator.arena.region, position);
}

/** Makes a listpack a tree. @throws OutOfMemoryError, the sorted set as it was */
function toTree(zset: Value, expected: number): void {
  const { allocator, root } = zset;
  const { region } = allocator.arena;
  const made = newTree(allocator, expected);
  try {
    for (let at = listpack.first(region, root); at !== 0; at = nextEntry(region, at)) {
      member.setPacked(region, at);
      const hash = dictHash(allocator.arena, made >> 2, member.region, member.at, member.length);
      insertInTree(allocator, made, member.region, member.at, member.length, scoreAfter(region, at), hash);
    }
  } catch (error) {
    sortedSetFree(allocator, made, SORTED_SET_TREE);
    throw error;
  }
  allocator.free(root);
  zset.root = made;
  zset.encoding = SORTED_SET_TREE;
}

/** Makes a tree a listpack if it is small enough to have been one: for results that were built as trees. */
export function sortedSetPack(zset: Value, longestMember: number): void {
  const { allocator, root } = zset;
  if (zset.encoding === SORTED_SET_LISTPACK) return;
  if (sortedSetCount(zset) > typeLimits.zsetMaxListpackEntries || longestMember > typeLimits.zsetMaxListpackValue)
    return;
  let made = listpack.create(allocator);
  const { arena } = allocator;
  const cursor = new TreeCursor();
  try {
    if (sortedSetCount(zset) > 0) {
      cursor.seek(arena, treeBase(root), 0);
      do {
        member.setMember(arena, cursor.element(arena));
        const end = listpack.endOf(arena.region, made);
        made = insertEntry(allocator, made, end, member.region, member.at, member.length, cursor.score(arena));
      } while (cursor.next(arena));
    }
  } catch (error) {
    allocator.free(made);
    throw error;
  }
  sortedSetFree(allocator, root, SORTED_SET_TREE);
  zset.root = made;
  zset.encoding = SORTED_SET_LISTPACK;
}

/** A place in a sorted set, good until the set changes. To be used again and again. */
export class SortedSetCursor {
  private readonly zset = new Value();
  private readonly tree = new TreeCursor();
  private at = 0;

  /** Goes to the entry with a rank, which must be there. */
  seek(zset: Value, rank: number): void {
    this.zset.become(zset);
    const { arena } = zset.allocator;
    if (zset.encoding === SORTED_SET_TREE) this.tree.seek(arena, treeBase(zset.root), rank);
    else this.at = listpack.seek(arena.region, zset.root, rank * 2);
  }

  /** Takes the member here. */
  read(into: Slice): void {
    const { arena } = this.zset.allocator;
    if (this.zset.encoding === SORTED_SET_TREE) into.setMember(arena, this.tree.element(arena));
    else into.setPacked(arena.region, this.at);
  }

  score(): number {
    const { arena } = this.zset.allocator;
    return this.zset.encoding === SORTED_SET_TREE ? this.tree.score(arena) : scoreAfter(arena.region, this.at);
  }

  /** @returns false behind the last entry */
  next(): boolean {
    const { arena } = this.zset.allocator;
    if (this.zset.encoding === SORTED_SET_TREE) return this.tree.next(arena);
    this.at = nextEntry(arena.region, this.at);
    return this.at !== 0;
  }

  /** @returns false before the first entry */
  previous(): boolean {
    const { arena } = this.zset.allocator;
    if (this.zset.encoding === SORTED_SET_TREE) return this.tree.previous(arena);
    const score = listpack.previous(arena.region, this.zset.root, this.at);
    this.at = score === 0 ? 0 : listpack.previous(arena.region, this.zset.root, score);
    return this.at !== 0;
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
  for (let at = listpack.first(arena.region, zset.root); at !== 0; at = nextEntry(arena.region, at)) {
    member.setPacked(arena.region, at);
    visit(member, scoreAfter(arena.region, at));
  }
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
