/**
 * What a stream's node would take as Redis keeps it: where a node is full, and so how many there are and what XTRIM's `~`
 * leaves, depends on it. Redis' node is a listpack of
 *
 *     master        entries | deleted entries | fields | field 1 … field n | 0
 *     entry         flags | ms − master's ms | seq − master's seq | value 1 … value n | elements before this one
 *     entry         flags | ms − … | seq − … | fields | field 1 | value 1 … | elements before this one
 */
import { LISTPACK_EMPTY_BYTES } from './listpack.ts';

/** Elements of an entry before its fields and values: flags, ms, seq. */
export const FIXED_ELEMENTS = 3;
/** An element that is a number of 0 to 127. */
const TINY_BYTES = 2;

/** Bytes of an element that is an integer, in two halves. */
function integerBytes(high: number, low: number): number {
  if (high !== low >> 31) return 10;
  if (low >= 0 && low <= 127) return TINY_BYTES;
  if (low === (low << 19) >> 19) return 3;
  if (low === (low << 16) >> 16) return 4;
  return low === (low << 8) >> 8 ? 5 : 6;
}

export const countBytes = (count: number): number => integerBytes(0, count);

/** Elements of an entry but the last, which says how many they are. */
export const entryElements = (pairs: number, same: boolean): number =>
  same ? FIXED_ELEMENTS + pairs : FIXED_ELEMENTS + 1 + pairs * 2;

/** Bytes of the listpack and its master without fields and the two counts of entries. */
export const masterBytes = (pairs: number): number => LISTPACK_EMPTY_BYTES + countBytes(pairs) + TINY_BYTES;

/** Bytes of an entry without fields and values. @param same whether its fields are the master's */
export function entryBytes(
  pairs: number,
  same: boolean,
  msHigh: number,
  msLow: number,
  seqHigh: number,
  seqLow: number,
): number {
  const fields = same ? 0 : countBytes(pairs);
  const way = countBytes(entryElements(pairs, same));
  return TINY_BYTES + integerBytes(msHigh, msLow) + integerBytes(seqHigh, seqLow) + fields + way;
}
