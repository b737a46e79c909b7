/**
 * What all slices of an array begin with; a slice is the block for `array-slice-size` neighbouring places.
 *
 *     words 0…3    its number among the slices, as an ID that the tree knows (stream-id.ts): two words and two zeros
 *     word 4       elements × 2, + 1 if it is dense
 *     word 5       sparse: bytes in use (array-sparse.ts); dense: its window (array-dense.ts)
 */
import type { Arena } from '../memory/arena.ts';
import { ID_WORDS } from './stream-id.ts';

const WORD_COUNT = ID_WORDS;
export const WORD_EXTENT = ID_WORDS + 1;
export const SLICE_HEADER_WORDS = ID_WORDS + 2;
export const SLICE_HEADER_BYTES = SLICE_HEADER_WORDS << 2;

export const sliceCount = (arena: Arena, slice: number): number => arena.i32[(slice >> 2) + WORD_COUNT] >> 1;
export const isDense = (arena: Arena, slice: number): boolean => (arena.i32[(slice >> 2) + WORD_COUNT] & 1) === 1;

export function addToCount(arena: Arena, slice: number, by: number): void {
  arena.i32[(slice >> 2) + WORD_COUNT] += by * 2;
}

export function writeSliceHeader(arena: Arena, slice: number, high: number, low: number, dense: boolean): void {
  const { i32 } = arena;
  const at = slice >> 2;
  i32[at] = high;
  i32[at + 1] = low;
  i32[at + 2] = 0;
  i32[at + 3] = 0;
  i32[at + WORD_COUNT] = dense ? 1 : 0;
  i32[at + WORD_EXTENT] = 0;
}
