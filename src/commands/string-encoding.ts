/**
 * How OBJECT ENCODING calls a string. Mayfly keeps all of them as bytes; what Redis would have made of them follows from
 * the bytes and from how they came to be.
 */
import { INTEGER_LENGTH_MAX, parseInteger } from '../base/numbers.ts';
import type { Arena } from '../memory/arena.ts';
import { encodingOf, FLAG_RAW, flagsOf, hasDeadline, keyLength, valueAt, valueLength } from '../store/entry.ts';

/** An entry's encoding when a command made the string that never looks whether it is an integer (INCRBYFLOAT). */
export const STRING_TEXT = 1;

/** From 8.2 on Redis keeps a string with its key and deadline if they fit a cache line, headers included. */
const EMBEDDED_BYTES_MAX = 41;
const DEADLINE_BYTES = 8;

export function stringEncodingName(arena: Arena, entry: number): 'int' | 'embstr' | 'raw' {
  if ((flagsOf(arena, entry) & FLAG_RAW) !== 0) return 'raw';
  const bytes = valueLength(arena, entry);
  const mayBeInteger = bytes <= INTEGER_LENGTH_MAX && encodingOf(arena, entry) !== STRING_TEXT;
  if (mayBeInteger && !Number.isNaN(parseInteger(arena.u8, valueAt(arena, entry), bytes))) return 'int';
  const together = keyLength(arena, entry) + bytes + (hasDeadline(arena, entry) ? DEADLINE_BYTES : 0);
  return together <= EMBEDDED_BYTES_MAX ? 'embstr' : 'raw';
}
