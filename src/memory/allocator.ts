/**
 * Blocks of a shard's arena. Those of up to 64 KiB come from slabs of one size class, larger ones are page runs; so
 * is one above 8 KiB if there is no room for a slab of its class.
 *
 *     slab    word 0   first free block (0: none freed)      word 4   previous slab of the class with room (address)
 *             word 1   blocks in use                         word 5   next
 *             word 2   blocks ever cut from the slab         word 6…7 –
 *             word 3   class
 *             byte 32… blocks; a free block's first word is the next free block's address
 *
 * Blocks are cut from a slab as they are first needed, so an untouched page stays untouched. Nothing here waits, reads a
 * clock or allocates JavaScript memory; all of it runs under the shard's lock.
 */
import { assert } from '../base/assert.ts';
import { copy } from '../base/region.ts';
import type { Arena } from './arena.ts';
import { PAGE_BYTES, PAGE_SHIFT, WORD_PAGE_BYTES, WORD_PEAK_BYTES, WORD_SLABS, WORD_USED_BYTES } from './layout.ts';
import { OutOfMemoryError } from './out-of-memory.ts';
import { Pages, TAG_RUN, TAG_SLAB } from './pages.ts';
import {
  CLASS_BYTES,
  CLASS_COUNT,
  CLASS_OF_GRANULES,
  CLASS_SLAB_BLOCKS,
  CLASS_SLAB_PAGES,
  MEDIUM_BYTES_MAX,
  SLAB_HEADER_BYTES,
  SMALL_BYTES_MAX,
} from './size-classes.ts';

export const SLAB_FREE = 0;
export const SLAB_USED = 1;
export const SLAB_CUT = 2;
export const SLAB_CLASS = 3;
export const SLAB_PREVIOUS = 4;
export const SLAB_NEXT = 5;

export class Allocator {
  readonly arena: Arena;
  private readonly pages: Pages;
  private readonly i32: Int32Array;

  constructor(arena: Arena) {
    this.arena = arena;
    this.i32 = arena.i32;
    this.pages = new Pages(arena);
  }

  /** Bytes in blocks in use, each at its real (rounded) size. */
  get usedBytes(): number {
    return this.i32[WORD_USED_BYTES];
  }

  /** Bytes in pages that hold something. */
  get pageBytes(): number {
    return this.i32[WORD_PAGE_BYTES];
  }

  /** @returns the address of a block of at least `bytes`, its contents undefined. @throws OutOfMemoryError */
  allocate(bytes: number): number {
    if (bytes > SMALL_BYTES_MAX) return this.allocateRun(bytes);
    const i32 = this.i32;
    const index = CLASS_OF_GRANULES[(bytes + 7) >> 3];
    let slab = i32[WORD_SLABS + index];
    if (slab === 0) {
      if (bytes > MEDIUM_BYTES_MAX && !this.pages.hasRun(CLASS_SLAB_PAGES[index])) return this.allocateRun(bytes);
      slab = this.addSlab(index);
    }
    const at = slab >> 2;
    let block = i32[at + SLAB_FREE];
    const used = i32[at + SLAB_USED] + 1;
    if (block !== 0) {
      i32[at + SLAB_FREE] = i32[block >> 2];
    } else {
      const cut = i32[at + SLAB_CUT];
      block = slab + SLAB_HEADER_BYTES + cut * CLASS_BYTES[index];
      i32[at + SLAB_CUT] = cut + 1;
    }
    i32[at + SLAB_USED] = used;
    if (used === CLASS_SLAB_BLOCKS[index]) this.unlinkSlab(slab, index);
    this.addUsed(CLASS_BYTES[index]);
    return block;
  }

  /** Like `allocate`, but page-aligned: `count` whole pages. */
  allocatePages(count: number): number {
    const page = this.pages.take(count);
    this.addUsed(count << PAGE_SHIFT);
    return page << PAGE_SHIFT;
  }

  /** Frees the block at `address`. */
  free(address: number): void {
    const i32 = this.i32;
    const page = address >> PAGE_SHIFT;
    const tag = this.pages.tagOf(page);
    if (tag === TAG_RUN) {
      const count = this.pages.valueOf(page);
      this.addUsed(-(count << PAGE_SHIFT));
      this.pages.give(page, count);
      return;
    }
    assert((tag & TAG_SLAB) !== 0, `free of ${address}, which is not a block`);
    const index = tag & 0xff;
    const slab = this.pages.valueOf(page);
    const at = slab >> 2;
    assert((address - slab - SLAB_HEADER_BYTES) % CLASS_BYTES[index] === 0, `free of ${address}, inside a block`);
    i32[address >> 2] = i32[at + SLAB_FREE];
    i32[at + SLAB_FREE] = address;
    const used = i32[at + SLAB_USED] - 1;
    i32[at + SLAB_USED] = used;
    this.addUsed(-CLASS_BYTES[index]);
    if (used === CLASS_SLAB_BLOCKS[index] - 1) this.linkSlab(slab, index);
    if (used === 0) this.dropSlab(slab, index);
  }

  /** The real size of the block at `address`, in bytes. */
  sizeOf(address: number): number {
    const page = address >> PAGE_SHIFT;
    const tag = this.pages.tagOf(page);
    return tag === TAG_RUN ? this.pages.valueOf(page) << PAGE_SHIFT : CLASS_BYTES[tag & 0xff];
  }

  /** The real size that a block of `bytes` (at most an arena's) would have, if there is room for a slab. */
  static roundUp(bytes: number): number {
    return bytes > SMALL_BYTES_MAX ? roundToPages(bytes) : CLASS_BYTES[CLASS_OF_GRANULES[(bytes + 7) >> 3]];
  }

  /**
   * Makes the block at `address` hold at least `bytes`, moving it if it must, and keeps its first `keepBytes`.
   * One that is too large is cut or moved to a smaller one; that never fails, so that deleting never needs memory.
   * @returns the block's address. @throws OutOfMemoryError, nothing changed, if it must grow and can't
   */
  reallocate(address: number, bytes: number, keepBytes: number): number {
    if (bytes > this.arena.bytes) throwOutOfMemory();
    const have = this.sizeOf(address);
    const staysRun = bytes > MEDIUM_BYTES_MAX && this.isRun(address);
    const want = staysRun ? roundToPages(bytes) : Allocator.roundUp(bytes);
    if (want === have) return address;
    if (staysRun && this.resizeRun(address, have, want)) return address;
    if (want < have && !this.hasRoom(bytes)) return this.cutInPlace(address, have, bytes);
    const moved = this.allocate(bytes);
    copy(this.arena.region, address, this.arena.region, moved, Math.min(keepBytes, have, bytes));
    this.free(address);
    return moved;
  }

  /** Whether `allocate(bytes)` would succeed. */
  hasRoom(bytes: number): boolean {
    if (bytes > SMALL_BYTES_MAX) return this.pages.hasRun(Math.ceil(bytes / PAGE_BYTES));
    const index = CLASS_OF_GRANULES[(bytes + 7) >> 3];
    if (this.i32[WORD_SLABS + index] !== 0) return true;
    return this.pages.hasRun(bytes > MEDIUM_BYTES_MAX ? Math.ceil(bytes / PAGE_BYTES) : CLASS_SLAB_PAGES[index]);
  }

  /** Frees every block at once. */
  reset(): void {
    this.pages.reset();
    this.i32.fill(0, WORD_SLABS, WORD_SLABS + CLASS_COUNT);
    this.i32[WORD_USED_BYTES] = 0;
  }

  private addUsed(bytes: number): void {
    const used = this.i32[WORD_USED_BYTES] + bytes;
    this.i32[WORD_USED_BYTES] = used;
    if (used > this.i32[WORD_PEAK_BYTES]) this.i32[WORD_PEAK_BYTES] = used;
  }

  private allocateRun(bytes: number): number {
    if (bytes > this.arena.bytes) throwOutOfMemory();
    return this.allocatePages((bytes + PAGE_BYTES - 1) >> PAGE_SHIFT);
  }

  private isRun(address: number): boolean {
    return this.pages.tagOf(address >> PAGE_SHIFT) === TAG_RUN;
  }

  private resizeRun(address: number, have: number, want: number): boolean {
    const page = address >> PAGE_SHIFT;
    const count = want >> PAGE_SHIFT;
    if (want > have) {
      if (!this.pages.extend(page, count)) return false;
    } else {
      this.pages.setTag(page, TAG_RUN, count);
      this.pages.give(page + count, (have - want) >> PAGE_SHIFT);
    }
    this.addUsed(want - have);
    return true;
  }

  /** Gives back the whole pages that a block no longer needs, where there is no smaller block to move it to. */
  private cutInPlace(address: number, have: number, bytes: number): number {
    const want = roundToPages(bytes);
    if (want > 0 && want < have && this.isRun(address)) this.resizeRun(address, have, want);
    return address;
  }

  private addSlab(index: number): number {
    const count = CLASS_SLAB_PAGES[index];
    const page = this.pages.take(count);
    const slab = page << PAGE_SHIFT;
    this.pages.markSlab(page, count, TAG_SLAB | index);
    const at = slab >> 2;
    this.i32[at + SLAB_FREE] = 0;
    this.i32[at + SLAB_USED] = 0;
    this.i32[at + SLAB_CUT] = 0;
    this.i32[at + SLAB_CLASS] = index;
    this.linkSlab(slab, index);
    return slab;
  }

  private linkSlab(slab: number, index: number): void {
    const i32 = this.i32;
    const next = i32[WORD_SLABS + index];
    i32[(slab >> 2) + SLAB_PREVIOUS] = 0;
    i32[(slab >> 2) + SLAB_NEXT] = next;
    if (next !== 0) i32[(next >> 2) + SLAB_PREVIOUS] = slab;
    i32[WORD_SLABS + index] = slab;
  }

  private unlinkSlab(slab: number, index: number): void {
    const i32 = this.i32;
    const previous = i32[(slab >> 2) + SLAB_PREVIOUS];
    const next = i32[(slab >> 2) + SLAB_NEXT];
    if (previous === 0) i32[WORD_SLABS + index] = next;
    else i32[(previous >> 2) + SLAB_NEXT] = next;
    if (next !== 0) i32[(next >> 2) + SLAB_PREVIOUS] = previous;
  }

  /** An empty slab goes back to the pages, unless it is the class' only one with room: that one would come back at once. */
  private dropSlab(slab: number, index: number): void {
    const only = this.i32[WORD_SLABS + index] === slab && this.i32[(slab >> 2) + SLAB_NEXT] === 0;
    if (only && CLASS_SLAB_PAGES[index] <= 8) return;
    this.unlinkSlab(slab, index);
    this.pages.give(slab >> PAGE_SHIFT, CLASS_SLAB_PAGES[index]);
  }
}

const roundToPages = (bytes: number): number => (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);

function throwOutOfMemory(): never {
  throw new OutOfMemoryError();
}
