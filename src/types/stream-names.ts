/**
 * A list of blocks in the order of their names: a stream's groups, a group's consumers. Some tens, rarely thousands.
 *
 *     list      word 0   how many                       block     word 0   bytes of the name
 *               words 1… their addresses                          …
 *                                                                 name, at a distance that is the same for all of a list
 *
 * What holds the list is a word with its address, 0 while it is empty.
 */
import { compare, copy, type Region } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';

/** Bytes between a block and its name. */
export const NAME_AT = 64;
const LIST_FIRST = 3;

export const namesCount = (arena: Arena, holder: number): number => {
  const list = arena.i32[holder];
  return list === 0 ? 0 : arena.i32[list >> 2];
};

export const nameLength = (arena: Arena, block: number): number => arena.i32[block >> 2];

export const namedAt = (arena: Arena, holder: number, index: number): number =>
  arena.i32[(arena.i32[holder] >> 2) + 1 + index];

/** Place of the name, or ~ the place where it would be. */
function placeOf(arena: Arena, holder: number, region: Region, at: number, length: number): number {
  let low = 0;
  let high = namesCount(arena, holder);
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = namedAt(arena, holder, middle);
    const order = compare(region, at, length, arena.region, block + NAME_AT, nameLength(arena, block));
    if (order === 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return ~low;
}

/** The block of this name, or 0. */
export function namesFind(arena: Arena, holder: number, region: Region, at: number, length: number): number {
  const place = placeOf(arena, holder, region, at, length);
  return place < 0 ? 0 : namedAt(arena, holder, place);
}

/**
 * Makes a block of a name that is not in the list, and adds it. All but the name is zero.
 * @returns its address  @throws OutOfMemoryError, nothing changed
 */
export function namesAdd(allocator: Allocator, holder: number, region: Region, at: number, length: number): number {
  const { arena } = allocator;
  const { i32 } = arena;
  const place = ~placeOf(arena, holder, region, at, length);
  const count = namesCount(arena, holder);
  const block = allocator.allocate(NAME_AT + length);
  try {
    growList(allocator, holder, count);
  } catch (error) {
    allocator.free(block);
    throw error;
  }
  const first = (i32[holder] >> 2) + 1;
  i32.copyWithin(first + place + 1, first + place, first + count);
  i32[first + place] = block;
  i32[first - 1] = count + 1;
  i32.fill(0, block >> 2, (block + NAME_AT) >> 2);
  i32[block >> 2] = length;
  copy(region, at, arena.region, block + NAME_AT, length);
  return block;
}

function growList(allocator: Allocator, holder: number, count: number): void {
  const { i32 } = allocator.arena;
  const list = i32[holder];
  if (list === 0) {
    i32[holder] = allocator.allocate((1 + LIST_FIRST) << 2);
    i32[i32[holder] >> 2] = 0;
  } else if ((count + 2) << 2 > allocator.sizeOf(list)) {
    i32[holder] = allocator.reallocate(list, (2 + count + Math.max(LIST_FIRST, count >> 1)) << 2, (1 + count) << 2);
  }
}

/** Takes a block out of the list and frees it. */
export function namesRemove(allocator: Allocator, holder: number, block: number): void {
  const { arena } = allocator;
  const { i32 } = arena;
  const place = placeOf(arena, holder, arena.region, block + NAME_AT, nameLength(arena, block));
  const list = i32[holder];
  const first = (list >> 2) + 1;
  const count = --i32[first - 1];
  i32.copyWithin(first + place, first + place + 1, first + count + 1);
  allocator.free(block);
  if (count > 0) return;
  allocator.free(list);
  i32[holder] = 0;
}

/** Frees the list and its blocks. */
export function namesDrop(allocator: Allocator, holder: number): void {
  const { arena } = allocator;
  const count = namesCount(arena, holder);
  for (let i = 0; i < count; i++) allocator.free(namedAt(arena, holder, i));
  if (count > 0) allocator.free(arena.i32[holder]);
  arena.i32[holder] = 0;
}

/** Bytes of the list and its blocks. */
export function namesBytes(allocator: Allocator, holder: number): number {
  const { arena } = allocator;
  const count = namesCount(arena, holder);
  let bytes = count === 0 ? 0 : allocator.sizeOf(arena.i32[holder]);
  for (let i = 0; i < count; i++) bytes += allocator.sizeOf(namedAt(arena, holder, i));
  return bytes;
}
