/**
 * The sizes of blocks that come from slabs. Multiples of 8 up to 256, then eight steps a doubling up to 8 KiB: at most
 * 12.5 % of such a block is slack. Then sixteen steps up to 64 KiB, at most 6 %: whole pages would waste up to a half.
 * Blocks of one class are cut from slabs, runs of pages that are larger for larger classes.
 */
import { assert } from '../base/assert.ts';
import { PAGE_BYTES, SLAB_LISTS } from './layout.ts';

export const SMALL_BYTES_MAX = 65536;
/** Larger blocks than this can be had as runs of pages, too, where there is no room for a slab. */
export const MEDIUM_BYTES_MAX = 8192;
const FINE_BYTES_MAX = 256;
const FINE_STEP_BYTES = 8;

/** Steps to the next doubling. */
const stepsFrom = (bytes: number): number => (bytes < MEDIUM_BYTES_MAX ? 8 : 16);

function listClassSizes(): number[] {
  const sizes: number[] = [];
  for (let size = 16; size <= FINE_BYTES_MAX; size += FINE_STEP_BYTES) sizes.push(size);
  for (let from = FINE_BYTES_MAX; from < SMALL_BYTES_MAX; from *= 2) {
    const steps = stepsFrom(from);
    for (let step = 1; step <= steps; step++) sizes.push(from + (from / steps) * step);
  }
  return sizes;
}

/** Bytes of a block, by class. */
export const CLASS_BYTES = Int32Array.from(listClassSizes());
export const CLASS_COUNT = CLASS_BYTES.length;
assert(CLASS_COUNT <= SLAB_LISTS, 'more classes than lists of slabs');

/** A slab begins with its own bookkeeping; see allocator.ts. */
export const SLAB_HEADER_BYTES = 32;

/** Slabs of medium blocks; those of larger ones have as many pages as so many blocks take. */
const MEDIUM_SLAB_PAGES = 32;
const LARGE_SLAB_BLOCKS = 4;

/** Pages of a slab, by class: few enough that a shard with little in it stays small. */
export const CLASS_SLAB_PAGES = CLASS_BYTES.map((bytes) => {
  if (bytes <= 256) return 2;
  if (bytes <= 2048) return 8;
  if (bytes <= MEDIUM_BYTES_MAX) return MEDIUM_SLAB_PAGES;
  return Math.ceil((SLAB_HEADER_BYTES + LARGE_SLAB_BLOCKS * bytes) / PAGE_BYTES);
});

/** Blocks in a slab, by class. */
export const CLASS_SLAB_BLOCKS = CLASS_BYTES.map((bytes, index) =>
  Math.floor((CLASS_SLAB_PAGES[index] * PAGE_BYTES - SLAB_HEADER_BYTES) / bytes),
);

/** The class for a size, indexed by `(bytes + 7) >> 3`, up to SMALL_BYTES_MAX. */
export const CLASS_OF_GRANULES = new Uint8Array((SMALL_BYTES_MAX >> 3) + 1);
for (let granules = 0, index = 0; granules < CLASS_OF_GRANULES.length; granules++) {
  while (CLASS_BYTES[index] < granules * 8) index++;
  CLASS_OF_GRANULES[granules] = index;
}
