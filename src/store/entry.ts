/**
 * One key with its value, a block of the arena:
 *
 *     word 0    kind (8) | flags (8) | short value length (16)      kind = type (4) | encoding (4)
 *     word 1    access clock (24) | short key length (8)
 *    [word 2    place in the expiry heap]                           if DEADLINE
 *    [2 words   key length | value length, or root address]         if WIDE
 *     bytes     key, then (strings only) value
 *
 * A string's value lies in place whatever its size. Every other type has a root block of its own and keeps that block's
 * address in the second wide word. So 16 + 16 bytes take 40, and 48 (44 rounded up) with a deadline.
 */

import type { Region } from '../base/region.ts';
import { copy, equal } from '../base/region.ts';
import type { Arena } from '../memory/arena.ts';

export const TYPE_STRING = 0;
export const TYPE_LIST = 1;
export const TYPE_SET = 2;
export const TYPE_SORTED_SET = 3;
export const TYPE_HASH = 4;
export const TYPE_STREAM = 5;
export const TYPE_ARRAY = 6;

export const FLAG_DEADLINE = 1;
export const FLAG_WIDE = 2;
/** A string that was changed in place: `OBJECT ENCODING` says raw whatever its length. */
export const FLAG_RAW = 4;
/** Parts of the value have deadlines of their own; word 0 of the root is the entry's place in the heap of those. */
export const FLAG_PART_DEADLINES = 8;

export const SHORT_KEY_BYTES_MAX = 255;
export const SHORT_VALUE_BYTES_MAX = 65535;
export const ACCESS_MAX = 0xff_ffff;

const HEAD_BYTES = 8;
/** Where the heap index lies, in words from the entry. */
export const WORD_HEAP_INDEX = 2;

export const typeOf = (arena: Arena, entry: number): number => arena.i32[entry >> 2] & 15;
export const encodingOf = (arena: Arena, entry: number): number => (arena.i32[entry >> 2] >> 4) & 15;
export const flagsOf = (arena: Arena, entry: number): number => (arena.i32[entry >> 2] >> 8) & 255;
export const accessOf = (arena: Arena, entry: number): number => arena.i32[(entry >> 2) + 1] & ACCESS_MAX;
export const hasDeadline = (arena: Arena, entry: number): boolean =>
  (arena.i32[entry >> 2] & (FLAG_DEADLINE << 8)) !== 0;

export const hasPartDeadlines = (arena: Arena, entry: number): boolean =>
  (arena.i32[entry >> 2] & (FLAG_PART_DEADLINES << 8)) !== 0;

export function setAccess(arena: Arena, entry: number, clock: number): void {
  const at = (entry >> 2) + 1;
  arena.i32[at] = (arena.i32[at] & ~ACCESS_MAX) | clock;
}

export function setFlag(arena: Arena, entry: number, flag: number): void {
  arena.i32[entry >> 2] |= flag << 8;
}

export function clearFlag(arena: Arena, entry: number, flag: number): void {
  arena.i32[entry >> 2] &= ~(flag << 8);
}

export function setEncoding(arena: Arena, entry: number, encoding: number): void {
  const at = entry >> 2;
  arena.i32[at] = (arena.i32[at] & ~0xf0) | (encoding << 4);
}

/** Address of the key's first byte. */
export function keyAt(arena: Arena, entry: number): number {
  return entry + HEAD_BYTES + ((arena.i32[entry >> 2] >> 6) & 12);
}

export function keyLength(arena: Arena, entry: number): number {
  const head = arena.i32[entry >> 2];
  return (head & (FLAG_WIDE << 8)) === 0 ? arena.i32[(entry >> 2) + 1] >>> 24 : arena.i32[wideWord(head, entry)];
}

/** Address of a string's first byte. */
export function valueAt(arena: Arena, entry: number): number {
  return keyAt(arena, entry) + keyLength(arena, entry);
}

/** Bytes of a string. */
export function valueLength(arena: Arena, entry: number): number {
  const head = arena.i32[entry >> 2];
  return (head & (FLAG_WIDE << 8)) === 0 ? head >>> 16 : arena.i32[wideWord(head, entry) + 1];
}

/** The root address of a value that is not a string. */
export function rootOf(arena: Arena, entry: number): number {
  return arena.i32[wideWord(arena.i32[entry >> 2], entry) + 1];
}

export function setRoot(arena: Arena, entry: number, root: number): void {
  arena.i32[wideWord(arena.i32[entry >> 2], entry) + 1] = root;
}

const wideWord = (head: number, entry: number): number => (entry >> 2) + 2 + ((head >> 8) & FLAG_DEADLINE);

/** Bytes that an entry takes. `valueBytes` is 0 for what has a root. */
export function entryBytes(flags: number, keyBytes: number, valueBytes: number): number {
  return HEAD_BYTES + ((flags & 3) << 2) + keyBytes + valueBytes;
}

/** The layout flags that an entry needs. */
export function flagsFor(type: number, keyBytes: number, valueBytes: number, deadline: boolean): number {
  const wide = type !== TYPE_STRING || keyBytes > SHORT_KEY_BYTES_MAX || valueBytes > SHORT_VALUE_BYTES_MAX;
  return (wide ? FLAG_WIDE : 0) | (deadline ? FLAG_DEADLINE : 0);
}

/**
 * Writes head and key into the block at `entry`; the value's bytes and the heap index are for the caller.
 * @param valueOrRoot a string's length, or the root address
 */
export function writeEntry(
  arena: Arena,
  entry: number,
  kind: number,
  flags: number,
  access: number,
  key: Region,
  keyFrom: number,
  keyBytes: number,
  valueOrRoot: number,
): void {
  const i32 = arena.i32;
  const at = entry >> 2;
  if ((flags & FLAG_WIDE) === 0) {
    i32[at] = kind | (flags << 8) | (valueOrRoot << 16);
    i32[at + 1] = access | (keyBytes << 24);
  } else {
    i32[at] = kind | (flags << 8);
    i32[at + 1] = access;
    const wide = at + 2 + (flags & FLAG_DEADLINE);
    i32[wide] = keyBytes;
    i32[wide + 1] = valueOrRoot;
  }
  copy(key, keyFrom, arena.region, entry + HEAD_BYTES + ((flags & 3) << 2), keyBytes);
}

/** Sets a string's length; the layout must have room for it (`flagsFor` unchanged). */
export function setValueLength(arena: Arena, entry: number, length: number): void {
  const at = entry >> 2;
  const head = arena.i32[at];
  if ((head & (FLAG_WIDE << 8)) === 0) arena.i32[at] = (head & 0xffff) | (length << 16);
  else arena.i32[wideWord(head, entry) + 1] = length;
}

/** Whether the entry's key is the given bytes. */
export function keyEquals(arena: Arena, entry: number, key: Region, keyFrom: number, keyBytes: number): boolean {
  const head = arena.i32[entry >> 2];
  const have = (head & (FLAG_WIDE << 8)) === 0 ? arena.i32[(entry >> 2) + 1] >>> 24 : arena.i32[wideWord(head, entry)];
  return have === keyBytes && equal(arena.region, entry + HEAD_BYTES + ((head >> 6) & 12), key, keyFrom, keyBytes);
}
