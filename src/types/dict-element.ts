/**
 * One element of a large set, hash or sorted set: a block of the arena that only its dict (and a sorted set's tree) point to.
 *
 *     word 0     flags (3) | short member length (13) | short value length (16)
 *    [2 words    score, a double]                      if SCORE
 *    [word       place in the hash's deadline heap]    if DEADLINE
 *    [2 words    member length | value length]         if WIDE
 *     bytes      member, then (hashes only) value
 *
 * So a set's member of 16 bytes takes 24 bytes, a sorted set's 32.
 */
import type { Region } from '../base/region.ts';
import { copy, equal } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';

export const ELEMENT_DEADLINE = 1;
const ELEMENT_WIDE = 2;
export const ELEMENT_SCORE = 4;

const SHORT_MEMBER_BYTES_MAX = 0x1fff;
const SHORT_VALUE_BYTES_MAX = 0xffff;
const HEAD_BYTES = 4;
/** Where an element with a deadline keeps its place in the heap of deadlines, in words from the element. */
export const ELEMENT_PLACE_WORD = 1;

/** Bytes between word 0 and the member. Score and deadline never come together. */
const optionBytes = (head: number): number => ((head & 3) << 2) + ((head & ELEMENT_SCORE) << 1);

export const elementHasDeadline = (arena: Arena, element: number): boolean =>
  (arena.i32[element >> 2] & ELEMENT_DEADLINE) !== 0;

/** Address of the member's first byte. */
export const memberAt = (arena: Arena, element: number): number =>
  element + HEAD_BYTES + optionBytes(arena.i32[element >> 2]);

export function memberLength(arena: Arena, element: number): number {
  const head = arena.i32[element >> 2];
  return (head & ELEMENT_WIDE) === 0 ? (head >>> 3) & SHORT_MEMBER_BYTES_MAX : arena.i32[wideWord(head, element)];
}

/** Address of the value's first byte. */
export const elementValueAt = (arena: Arena, element: number): number =>
  memberAt(arena, element) + memberLength(arena, element);

export function elementValueLength(arena: Arena, element: number): number {
  const head = arena.i32[element >> 2];
  return (head & ELEMENT_WIDE) === 0 ? head >>> 16 : arena.i32[wideWord(head, element) + 1];
}

export const scoreOf = (arena: Arena, element: number): number => arena.view.getFloat64(element + HEAD_BYTES, true);

export function setScore(arena: Arena, element: number, score: number): void {
  arena.view.setFloat64(element + HEAD_BYTES, score, true);
}

const wideWord = (head: number, element: number): number =>
  (element >> 2) + 1 + (head & ELEMENT_DEADLINE) + ((head & ELEMENT_SCORE) >> 1);

/** Whether the element's member is the given bytes. */
export function memberEquals(arena: Arena, element: number, region: Region, at: number, length: number): boolean {
  const head = arena.i32[element >> 2];
  const wide = (head & ELEMENT_WIDE) !== 0;
  const have = wide ? arena.i32[wideWord(head, element)] : (head >>> 3) & SHORT_MEMBER_BYTES_MAX;
  return have === length && equal(arena.region, element + HEAD_BYTES + optionBytes(head), region, at, length);
}

/** The bytes that an element needs. @param flags ELEMENT_SCORE, ELEMENT_DEADLINE or 0 */
export function elementBytes(flags: number, memberBytes: number, valueBytes: number): number {
  return HEAD_BYTES + optionBytes(flagsFor(flags, memberBytes, valueBytes)) + memberBytes + valueBytes;
}

function flagsFor(flags: number, memberBytes: number, valueBytes: number): number {
  const wide = memberBytes > SHORT_MEMBER_BYTES_MAX || valueBytes > SHORT_VALUE_BYTES_MAX;
  return flags | (wide ? ELEMENT_WIDE : 0);
}

/**
 * Makes an element; its value's bytes, score and heap place are for the caller to write.
 * @param region holds the member, and may be the arena's own  @throws OutOfMemoryError
 */
export function newElement(
  allocator: Allocator,
  options: number,
  region: Region,
  at: number,
  memberBytes: number,
  valueBytes: number,
): number {
  const flags = flagsFor(options, memberBytes, valueBytes);
  const options_ = optionBytes(flags);
  const element = allocator.allocate(HEAD_BYTES + options_ + memberBytes + valueBytes);
  const arena = allocator.arena;
  if ((flags & ELEMENT_WIDE) === 0) {
    arena.i32[element >> 2] = flags | (memberBytes << 3) | (valueBytes << 16);
  } else {
    arena.i32[element >> 2] = flags;
    const wide = wideWord(flags, element);
    arena.i32[wide] = memberBytes;
    arena.i32[wide + 1] = valueBytes;
  }
  copy(region, at, arena.region, element + HEAD_BYTES + options_, memberBytes);
  return element;
}

/** Changes the value's length in place if the block's layout and size stay. @returns whether they do */
export function resizeValueInPlace(allocator: Allocator, element: number, valueBytes: number): boolean {
  const arena = allocator.arena;
  const head = arena.i32[element >> 2];
  const memberBytes = memberLength(arena, element);
  if (flagsFor(head & ~ELEMENT_WIDE & 7, memberBytes, valueBytes) !== (head & 7)) return false;
  const wanted = HEAD_BYTES + optionBytes(head) + memberBytes + valueBytes;
  const have = allocator.sizeOf(element);
  if (wanted > have || wanted * 2 < have) return false;
  if ((head & ELEMENT_WIDE) === 0) arena.i32[element >> 2] = (head & 0xffff) | (valueBytes << 16);
  else arena.i32[wideWord(head, element) + 1] = valueBytes;
  return true;
}
