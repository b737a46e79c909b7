/**
 * Large hashes: a dict of elements, some of which have deadlines.
 *
 *     root    word 0      the hash's place among the keyspace's hashes with deadlines; the store's business
 *             words 1…4   the dict's record (dict.ts)
 *             words 5…7   the deadlines' record (hash-deadlines.ts)
 */
import { copy, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import {
  DICT_WORDS,
  dictBytes,
  dictElementsBytes,
  dictFind,
  dictFree,
  dictHash,
  dictInit,
  dictInsert,
  dictRemove,
  dictReplace,
  dictReserve,
  elementHash,
} from './dict.ts';
import {
  ELEMENT_DEADLINE,
  elementHasDeadline,
  elementValueAt,
  elementValueLength,
  memberAt,
  memberLength,
  newElement,
  resizeValueInPlace,
} from './dict-element.ts';
import {
  addDeadline,
  changeDeadline,
  DEADLINES_WORDS,
  deadlineOf,
  deadlinesBytes,
  dropDeadlines,
  moveDeadline,
  removeDeadline,
  reserveDeadline,
} from './hash-deadlines.ts';
import { typeLimits } from './limits.ts';

/** Of every root that has one: where the store keeps the hash's place. */
export const PLACE_WORD = 0;
const ROOT_BYTES = (1 + DICT_WORDS + DEADLINES_WORDS) * 4;

export const hashDict = (root: number): number => (root >> 2) + 1;
export const hashDeadlines = (root: number): number => (root >> 2) + 1 + DICT_WORDS;

/** The hash of the field looked for last. */
let foundHash = 0;

/** @returns the root of an empty table. @throws OutOfMemoryError */
export function newHashTable(allocator: Allocator, expected: number): number {
  const root = allocator.allocate(ROOT_BYTES);
  allocator.arena.i32.fill(0, root >> 2, (root + ROOT_BYTES) >> 2);
  try {
    dictInit(allocator, hashDict(root), typeLimits.hashSeed, expected);
  } catch (error) {
    allocator.free(root);
    throw error;
  }
  return root;
}

/** The element of a field, or 0. */
export function findInTable(arena: Arena, root: number, region: Region, at: number, length: number): number {
  foundHash = dictHash(arena, hashDict(root), region, at, length);
  return dictFind(arena, hashDict(root), region, at, length, foundHash);
}

/** Adds a field that `findInTable` was just asked for in vain. @throws OutOfMemoryError, nothing changed */
export function addToTable(
  allocator: Allocator,
  root: number,
  field: Region,
  fieldAt: number,
  fieldLength: number,
  value: Region,
  valueAt: number,
  valueLength: number,
): number {
  const hash = foundHash;
  dictReserve(allocator, hashDict(root), hash);
  const element = newElement(allocator, 0, field, fieldAt, fieldLength, valueLength);
  copy(value, valueAt, allocator.arena.region, elementValueAt(allocator.arena, element), valueLength);
  dictInsert(allocator, hashDict(root), element, hash);
  return element;
}

/** Gives a field another value, which may lie in this arena but not in the element. @throws OutOfMemoryError */
export function changeInTable(
  allocator: Allocator,
  root: number,
  element: number,
  value: Region,
  valueAt: number,
  valueLength: number,
  keepsDeadline: boolean,
): void {
  const { arena } = allocator;
  const has = elementHasDeadline(arena, element);
  let target = element;
  if ((has && !keepsDeadline) || !resizeValueInPlace(allocator, element, valueLength)) {
    target = relayout(allocator, root, element, has && keepsDeadline ? ELEMENT_DEADLINE : 0, valueLength);
  }
  copy(value, valueAt, arena.region, elementValueAt(arena, target), valueLength);
}

/** Moves a field to an element of another layout; its value's bytes are left to be written. Its deadline comes along, or goes. */
function relayout(allocator: Allocator, root: number, old: number, options: number, valueLength: number): number {
  const { arena } = allocator;
  const element = newElement(
    allocator,
    options,
    arena.region,
    memberAt(arena, old),
    memberLength(arena, old),
    valueLength,
  );
  dictReplace(arena, hashDict(root), old, element, elementHash(arena, hashDict(root), old));
  if (elementHasDeadline(arena, old)) {
    if (options === ELEMENT_DEADLINE) moveDeadline(arena, hashDeadlines(root), old, element);
    else removeDeadline(allocator, hashDeadlines(root), old);
  }
  allocator.free(old);
  return element;
}

/** Removes a field. */
export function removeFromTable(allocator: Allocator, root: number, element: number): void {
  const { arena } = allocator;
  if (elementHasDeadline(arena, element)) removeDeadline(allocator, hashDeadlines(root), element);
  dictRemove(allocator, hashDict(root), element, elementHash(arena, hashDict(root), element));
  allocator.free(element);
}

/** The deadline of a field in ms, or 0. */
export function tableDeadline(arena: Arena, root: number, element: number): number {
  return elementHasDeadline(arena, element) ? deadlineOf(arena, hashDeadlines(root), element) : 0;
}

/** Gives a field a deadline, or with 0 takes it away; the element moves if it had none. @throws OutOfMemoryError */
export function setTableDeadline(allocator: Allocator, root: number, element: number, deadlineMs: number): void {
  const { arena } = allocator;
  const has = elementHasDeadline(arena, element);
  if (has && deadlineMs !== 0) {
    changeDeadline(arena, hashDeadlines(root), element, deadlineMs);
    return;
  }
  if (has === (deadlineMs !== 0)) return;
  if (deadlineMs !== 0) reserveDeadline(allocator, hashDeadlines(root));
  const length = elementValueLength(arena, element);
  const options = deadlineMs === 0 ? 0 : ELEMENT_DEADLINE;
  const added = newElement(
    allocator,
    options,
    arena.region,
    memberAt(arena, element),
    memberLength(arena, element),
    length,
  );
  copy(arena.region, elementValueAt(arena, element), arena.region, elementValueAt(arena, added), length);
  dictReplace(arena, hashDict(root), element, added, elementHash(arena, hashDict(root), element));
  if (deadlineMs === 0) removeDeadline(allocator, hashDeadlines(root), element);
  else addDeadline(arena, hashDeadlines(root), added, deadlineMs);
  allocator.free(element);
}

/** Bytes of all that hangs on the root. */
export function hashTableBytes(allocator: Allocator, root: number, samples: number): number {
  const dict = hashDict(root);
  const elements = dictElementsBytes(allocator, dict, samples);
  return dictBytes(allocator, dict) + elements + deadlinesBytes(allocator, hashDeadlines(root));
}

export function freeHashTable(allocator: Allocator, root: number): void {
  dictFree(allocator, hashDict(root));
  dropDeadlines(allocator, hashDeadlines(root));
  allocator.free(root);
}
