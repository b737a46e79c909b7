/**
 * Sets. The root is, by encoding,
 *
 *     INTSET      an intset (intset.ts)
 *     LISTPACK    a listpack of the members, in the order they came (listpack.ts)
 *     TABLE       a dict's record (dict.ts); the elements have neither value nor score
 *
 * and changes from one to the next at the limits that Redis has, never back. A *position* names a member until the set
 * changes: an index, a listpack's position or an element's address; never 0 in the last two.
 */
import { hashBytes } from '../base/hash.ts';
import type { Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import {
  DICT_WORDS,
  DictCursor,
  dictCount,
  dictFind,
  dictFree,
  dictHash,
  dictInit,
  dictInsert,
  dictRemove,
  dictReserve,
  dictSample,
  dictScan,
  dictSeed,
  elementHash,
} from './dict.ts';
import { newElement } from './dict-element.ts';
import * as intset from './intset.ts';
import { typeLimits } from './limits.ts';
import * as listpack from './listpack.ts';
import { Slice } from './slice.ts';
import { Value } from './value.ts';

export const SET_INTSET = 0;
export const SET_LISTPACK = 1;
export const SET_TABLE = 2;

/** Redis' own bound on the count of an intset, whatever the setting. */
const INTSET_ENTRIES_MAX = 2 ** 30;

const number = new intset.IntsetElement();
const converted = new Value();
const member = new Slice();

/** Steps through the members of a set that doesn't change meanwhile. To be used again and again. */
export class SetCursor {
  private readonly value = new Value();
  private readonly inTable = new DictCursor();
  private position = 0;
  /** The hash of the member stepped to last, by dicts of this seed, if it is known. */
  private hash = 0;
  private seed = 0;
  private isHashed = false;

  start(set: Value): void {
    const { arena } = set.allocator;
    this.value.become(set);
    this.position = 0;
    this.isHashed = false;
    if (set.encoding !== SET_TABLE) return;
    this.inTable.start(arena, set.root >> 2);
    this.seed = dictSeed(arena, set.root >> 2);
  }

  /** Takes the next member. @returns false when there are no more */
  next(into: Slice): boolean {
    const { root, encoding, allocator } = this.value;
    const { arena } = allocator;
    if (encoding === SET_TABLE) {
      const { inTable } = this;
      if (!inTable.next()) return false;
      this.hash = inTable.hash;
      this.isHashed = true;
      into.setMember(arena, inTable.element);
      return true;
    }
    this.isHashed = false;
    if (encoding === SET_INTSET) {
      if (this.position >= intset.count(arena.region, root)) return false;
      number.read(arena.region, root, this.position++);
      into.setNumber(number);
      return true;
    }
    const at = this.position === 0 ? listpack.first(arena.region, root) : listpack.next(arena.region, this.position);
    if (at === 0) return false;
    this.position = at;
    into.setPacked(arena.region, at);
    return true;
  }

  /** The hash of the member that was taken last, worked out once at most as long as nobody asks for another seed. */
  hashOf(region: Region, at: number, length: number, seed: number): number {
    if (this.isHashed && this.seed === seed) return this.hash;
    this.hash = hashBytes(region.view, at, length, seed);
    this.seed = seed;
    this.isHashed = true;
    return this.hash;
  }
}

const cursor = new SetCursor();

/**
 * Makes an empty set in the form that suits its first member and the count to come.
 * @throws OutOfMemoryError
 */
export function setCreate(set: Value, region: Region, at: number, length: number, expected: number): void {
  if (expected <= typeLimits.setMaxIntsetEntries && number.parse(region, at, length)) setCreateAs(set, SET_INTSET, 0);
  else if (expected <= typeLimits.setMaxListpackEntries) setCreateAs(set, SET_LISTPACK, 0);
  else setCreateAs(set, SET_TABLE, expected);
}

/** Makes an empty set of the given form. @throws OutOfMemoryError */
export function setCreateAs(set: Value, encoding: number, expected: number): void {
  const { allocator } = set;
  if (encoding === SET_INTSET) set.root = intset.create(allocator);
  else if (encoding === SET_LISTPACK) set.root = listpack.create(allocator);
  else set.root = newTable(allocator, expected);
  set.encoding = encoding;
}

function newTable(allocator: Allocator, expected: number): number {
  const root = allocator.allocate(DICT_WORDS * 4);
  try {
    dictInit(allocator, root >> 2, typeLimits.hashSeed, expected);
  } catch (error) {
    allocator.free(root);
    throw error;
  }
  return root;
}

export function setCount({ allocator, root, encoding }: Value): number {
  const { arena } = allocator;
  if (encoding === SET_TABLE) return dictCount(arena, root >> 2);
  return encoding === SET_LISTPACK ? listpack.count(arena.region, root) : intset.count(arena.region, root);
}

/** Turns a small form into a table when so many members are to come that it would not stay small. */
export function setExpect(set: Value, expected: number): void {
  const { encoding } = set;
  if (encoding === SET_TABLE) return;
  const limit = encoding === SET_LISTPACK ? typeLimits.setMaxListpackEntries : typeLimits.setMaxIntsetEntries;
  if (expected > limit) convert(set, SET_TABLE, expected);
}

/** Adds a member. @returns false if the set has it  @throws OutOfMemoryError, the set as it was but for its form */
export function setAdd(set: Value, region: Region, at: number, length: number): boolean {
  if (set.encoding === SET_TABLE) return addToTable(set.allocator, set.root, region, at, length);
  return set.encoding === SET_LISTPACK ? addToListpack(set, region, at, length) : addToIntset(set, region, at, length);
}

function addToTable(allocator: Allocator, root: number, region: Region, at: number, length: number): boolean {
  const base = root >> 2;
  const hash = dictHash(allocator.arena, base, region, at, length);
  if (dictFind(allocator.arena, base, region, at, length, hash) !== 0) return false;
  dictReserve(allocator, base, hash);
  dictInsert(allocator, base, newElement(allocator, 0, region, at, length, 0), hash);
  return true;
}

function addToListpack(set: Value, region: Region, at: number, length: number): boolean {
  const packed = set.allocator.arena.region;
  if (listpack.find(packed, listpack.first(packed, set.root), region, at, length, 0) !== 0) return false;
  const count = listpack.count(packed, set.root);
  if (
    count < typeLimits.setMaxListpackEntries &&
    length <= typeLimits.setMaxListpackValue &&
    listpack.bytes(packed, set.root) + length <= listpack.LISTPACK_BYTES_MAX
  ) {
    set.root = listpack.append(set.allocator, set.root, region, at, length);
    return true;
  }
  convert(set, SET_TABLE, count + 1);
  return addToTable(set.allocator, set.root, region, at, length);
}

function addToIntset(set: Value, region: Region, at: number, length: number): boolean {
  const packed = set.allocator.arena.region;
  const count = intset.count(packed, set.root);
  if (number.parse(region, at, length)) {
    if (count >= Math.min(typeLimits.setMaxIntsetEntries, INTSET_ENTRIES_MAX)) {
      if (intset.find(packed, set.root, number) >= 0) return false;
      convert(set, SET_TABLE, count + 1);
      return addToTable(set.allocator, set.root, region, at, length);
    }
    const moved = intset.add(set.allocator, set.root, number);
    if (moved === 0) return false;
    set.root = moved;
    return true;
  }
  const fits =
    count < typeLimits.setMaxListpackEntries &&
    length <= typeLimits.setMaxListpackValue &&
    longestNumber(packed, set.root, count) <= typeLimits.setMaxListpackValue;
  convert(set, fits ? SET_LISTPACK : SET_TABLE, count + 1);
  if (!fits) return addToTable(set.allocator, set.root, region, at, length);
  set.root = listpack.append(set.allocator, set.root, region, at, length);
  return true;
}

/** The digits of the longest number, which is the first or the last. */
function longestNumber(region: Region, root: number, count: number): number {
  if (count === 0) return 0;
  number.read(region, root, 0);
  const first = number.textLength();
  number.read(region, root, count - 1);
  return Math.max(first, number.textLength());
}

/** Makes a small form another, larger one. @throws OutOfMemoryError, the set as it was */
function convert(set: Value, encoding: number, expected: number): void {
  converted.allocator = set.allocator;
  setCreateAs(converted, encoding, expected);
  try {
    cursor.start(set);
    while (cursor.next(member)) {
      if (encoding === SET_TABLE) {
        insertNew(converted.allocator, converted.root, member);
      } else {
        converted.root = listpack.append(converted.allocator, converted.root, member.region, member.at, member.length);
      }
    }
  } catch (error) {
    setFree(converted.allocator, converted.root, converted.encoding);
    throw error;
  }
  set.allocator.free(set.root);
  set.root = converted.root;
  set.encoding = converted.encoding;
}

function insertNew(allocator: Allocator, root: number, { region, at, length }: Slice): void {
  const hash = dictHash(allocator.arena, root >> 2, region, at, length);
  dictReserve(allocator, root >> 2, hash);
  dictInsert(allocator, root >> 2, newElement(allocator, 0, region, at, length, 0), hash);
}

/** Takes over another form for a set whose members are all whole numbers and few enough: an intset. Of results only. */
export function setPackIntegers(set: Value): void {
  if (set.encoding === SET_INTSET) return;
  if (setCount(set) > Math.min(typeLimits.setMaxIntsetEntries, INTSET_ENTRIES_MAX)) return;
  cursor.start(set);
  while (cursor.next(member)) if (!number.parse(member.region, member.at, member.length)) return;
  converted.allocator = set.allocator;
  setCreateAs(converted, SET_INTSET, 0);
  cursor.start(set);
  while (cursor.next(member)) {
    number.parse(member.region, member.at, member.length);
    converted.root = intset.add(set.allocator, converted.root, number);
  }
  setFree(set.allocator, set.root, set.encoding);
  set.root = converted.root;
  set.encoding = SET_INTSET;
}

/** Where the member is. @returns a position plus one, or 0 if the set doesn't have it */
function find(set: Value, region: Region, at: number, length: number): number {
  const { allocator, root, encoding } = set;
  const { arena } = allocator;
  if (encoding === SET_TABLE) {
    const element = dictFind(arena, root >> 2, region, at, length, dictHash(arena, root >> 2, region, at, length));
    return element === 0 ? 0 : element + 1;
  }
  if (encoding === SET_LISTPACK) {
    const position = listpack.find(arena.region, listpack.first(arena.region, root), region, at, length, 0);
    return position === 0 ? 0 : position + 1;
  }
  if (!number.parse(region, at, length)) return 0;
  const index = intset.find(arena.region, root, number);
  return index < 0 ? 0 : index + 1;
}

export function setHas(set: Value, region: Region, at: number, length: number): boolean {
  return find(set, region, at, length) !== 0;
}

/** Whether a set has the member that a cursor took last, of this set or another. */
export function setHasTaken(set: Value, cursor: SetCursor, { region, at, length }: Slice): boolean {
  if (set.encoding !== SET_TABLE) return setHas(set, region, at, length);
  const { arena } = set.allocator;
  const base = set.root >> 2;
  return dictFind(arena, base, region, at, length, cursor.hashOf(region, at, length, dictSeed(arena, base))) !== 0;
}

/** Removes a member. @returns false if the set doesn't have it. An empty set is the caller's to remove. */
export function setRemove(set: Value, region: Region, at: number, length: number): boolean {
  const found = find(set, region, at, length);
  if (found === 0) return false;
  setRemoveAt(set, found - 1);
  return true;
}

/** Removes the member at a position. */
export function setRemoveAt(set: Value, position: number): void {
  const { allocator, root, encoding } = set;
  if (encoding === SET_INTSET) {
    set.root = intset.removeAt(allocator, root, position);
  } else if (encoding === SET_LISTPACK) {
    set.root = listpack.remove(allocator, root, position);
  } else {
    dictRemove(allocator, root >> 2, position, elementHash(allocator.arena, root >> 2, position));
    allocator.free(position);
  }
}

/** The position of any member, each as likely as another. The set must not be empty. @param random in [0, 1) */
export function setSample(set: Value, random: () => number): number {
  const { allocator, root, encoding } = set;
  const { arena } = allocator;
  if (encoding === SET_TABLE) return dictSample(arena, root >> 2, random);
  const index = Math.floor(random() * setCount(set));
  return encoding === SET_LISTPACK ? listpack.seek(arena.region, root, index) : index;
}

/** Takes the member at a position. */
export function setRead(set: Value, position: number, into: Slice): void {
  const { arena } = set.allocator;
  if (set.encoding === SET_TABLE) {
    into.setMember(arena, position);
  } else if (set.encoding === SET_LISTPACK) {
    into.setPacked(arena.region, position);
  } else {
    number.read(arena.region, set.root, position);
    into.setNumber(number);
  }
}

/**
 * One step of a scan: of a table some members, of the small forms all. @param visit must not change the set
 * @returns the next step's `from`, 0 at the end
 */
export function setScan(set: Value, from: number, wanted: number, visit: (member: Slice) => void): number {
  if (set.encoding === SET_TABLE) {
    const { arena } = set.allocator;
    return dictScan(arena, set.root >> 2, from, wanted, (element) => {
      member.setMember(arena, element);
      visit(member);
    });
  }
  const scanned = new SetCursor();
  scanned.start(set);
  while (scanned.next(member)) visit(member);
  return 0;
}

/** Frees a set and all that hangs on it. */
export function setFree(allocator: Allocator, root: number, encoding: number): void {
  if (encoding === SET_TABLE) dictFree(allocator, root >> 2);
  allocator.free(root);
}
