/**
 * The sizes of small blocks. Multiples of 8 up to 128, then eight steps a doubling up to 8 KiB: at most 12.5 % of a
 * block is slack. Blocks of one class are cut from slabs, runs of pages that are larger for larger classes.
 */
import { PAGE_BYTES } from './layout.ts';

export const SMALL_BYTES_MAX = 8192;
const FINE_BYTES_MAX = 128;
const STEPS_PER_DOUBLING = 8;

function listClassSizes(): number[] {
  const sizes: number[] = [];
  for (let size = 16; size <= FINE_BYTES_MAX; size += 8) sizes.push(size);
  for (let from = FINE_BYTES_MAX; from < SMALL_BYTES_MAX; from *= 2) {
    for (let step = 1; step <= STEPS_PER_DOUBLING; step++) sizes.push(from + (from / STEPS_PER_DOUBLING) * step);
  }
  return sizes;
}

/** Bytes of a block, by class. */
export const CLASS_BYTES = Int32Array.from(listClassSizes());
export const CLASS_COUNT = CLASS_BYTES.length;

/** Pages of a slab, by class: few enough that a shard with little in it stays small. */
export const CLASS_SLAB_PAGES = CLASS_BYTES.map((bytes) => (bytes <= 256 ? 2 : bytes <= 2048 ? 8 : 32));

/** A slab begins with its own bookkeeping; see allocator.ts. */
export const SLAB_HEADER_BYTES = 32;

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
