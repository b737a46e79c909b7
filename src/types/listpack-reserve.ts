/** For several listpack elements that belong together: put in all or, when memory is short, none. */
import type { Allocator } from '../memory/allocator.ts';
import * as listpack from './listpack.ts';

/**
 * Gives the listpack room for `more` bytes, so that inserting as many can't fail. Positions keep their distance to the
 * address returned.
 * @throws OutOfMemoryError
 */
export function reserveListpack(allocator: Allocator, lp: number, more: number): number {
  const total = listpack.bytes(allocator.arena.region, lp);
  return total + more > allocator.sizeOf(lp) ? allocator.reallocate(lp, total + more, total) : lp;
}
