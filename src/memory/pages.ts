/**
 * Runs of pages: what slabs, table segments and large blocks are made of.
 *
 * The page map has two words a page:
 *
 *     tag            value
 *     0              –                    never used, or inside a run
 *     SLAB | class   address of the slab  every page of a slab
 *     RUN            pages                first page of a run in use
 *     FREE           pages                first page of a free run
 *     FREE_END       first page           last page of a free run of two pages or more
 *
 * A free run's first page holds, in the page itself: word 0 previous, word 1 next free run of its bin (page numbers, 0 none).
 * Neighbours are merged at once, and the highest free run goes back to the untouched top.
 */
import type { Arena } from './arena.ts';
import {
  FREE_RUN_BINS,
  PAGE_SHIFT,
  WORD_END_PAGE,
  WORD_FIRST_PAGE,
  WORD_FREE_RUNS,
  WORD_PAGE_BYTES,
  WORD_PAGE_MAP,
  WORD_TOP_PAGE,
} from './layout.ts';
import { OutOfMemoryError } from './out-of-memory.ts';

export const TAG_SLAB = 0x100;
export const TAG_RUN = 0x200;
export const TAG_FREE = 0x300;
export const TAG_FREE_END = 0x400;

/** How many runs of a bin are looked at before a larger bin, or the untouched top, is taken from. */
const FIT_TRIES = 8;

/** The list in which a free run of so many pages is kept. */
export const binOf = (pages: number): number => Math.min(31 - Math.clz32(pages), FREE_RUN_BINS - 1);

export class Pages {
  private readonly i32: Int32Array;
  private readonly map: number;

  constructor(arena: Arena) {
    this.i32 = arena.i32;
    this.map = arena.i32[WORD_PAGE_MAP];
  }

  tagOf(page: number): number {
    return this.i32[this.map + page * 2];
  }

  valueOf(page: number): number {
    return this.i32[this.map + page * 2 + 1];
  }

  setTag(page: number, tag: number, value: number): void {
    const at = this.map + page * 2;
    this.i32[at] = tag;
    this.i32[at + 1] = value;
  }

  /** Makes each page of a run one of a slab that begins with the run. */
  markSlab(page: number, count: number, tag: number): void {
    const { i32, map } = this;
    const end = map + (page + count) * 2;
    const slab = page << PAGE_SHIFT;
    for (let at = map + page * 2; at < end; at += 2) {
      i32[at] = tag;
      i32[at + 1] = slab;
    }
  }

  /** Takes `count` adjoining pages. @returns the first page's number. @throws OutOfMemoryError */
  take(count: number): number {
    let first = this.takeFree(count, FIT_TRIES);
    if (first === 0) first = this.takeTop(count);
    if (first === 0) first = this.takeFree(count, Number.POSITIVE_INFINITY);
    if (first === 0) throw new OutOfMemoryError();
    this.setTag(first, TAG_RUN, count);
    this.i32[WORD_PAGE_BYTES] += count << PAGE_SHIFT;
    return first;
  }

  /** True if `take(count)` would succeed. */
  hasRun(count: number): boolean {
    if (this.i32[WORD_END_PAGE] - this.i32[WORD_TOP_PAGE] >= count) return true;
    for (let bin = FREE_RUN_BINS - 1; bin >= binOf(count); bin--) {
      for (let page = this.i32[WORD_FREE_RUNS + bin]; page !== 0; page = this.nextFree(page)) {
        if (this.valueOf(page) >= count) return true;
      }
    }
    return false;
  }

  /** Gives back `count` pages from `page` on, which must be a whole run or the tail of one. */
  give(page: number, count: number): void {
    const i32 = this.i32;
    i32[WORD_PAGE_BYTES] -= count << PAGE_SHIFT;
    const end = this.map + (page + count) * 2;
    for (let at = this.map + page * 2; at < end; at += 2) i32[at] = 0;
    let first = page;
    let pages = count;
    if (first > i32[WORD_FIRST_PAGE]) {
      const before = this.tagOf(first - 1);
      if (before === TAG_FREE_END || before === TAG_FREE) {
        const start = before === TAG_FREE_END ? this.valueOf(first - 1) : first - 1;
        pages += this.valueOf(start);
        this.unlink(start);
        first = start;
      }
    }
    const after = first + pages;
    if (after < i32[WORD_TOP_PAGE] && this.tagOf(after) === TAG_FREE) {
      pages += this.valueOf(after);
      this.unlink(after);
    }
    if (first + pages === i32[WORD_TOP_PAGE]) i32[WORD_TOP_PAGE] = first;
    else this.link(first, pages);
  }

  /** Extends the run at `page` in place to `count` pages if what follows it is free. */
  extend(page: number, count: number): boolean {
    const i32 = this.i32;
    const have = this.valueOf(page);
    const more = count - have;
    const after = page + have;
    if (after === i32[WORD_TOP_PAGE]) {
      if (i32[WORD_END_PAGE] - after < more) return false;
      i32[WORD_TOP_PAGE] += more;
    } else {
      if (this.tagOf(after) !== TAG_FREE) return false;
      const free = this.valueOf(after);
      if (free < more) return false;
      this.unlink(after);
      if (free > more) this.link(after + more, free - more);
    }
    this.setTag(page, TAG_RUN, count);
    i32[WORD_PAGE_BYTES] += more << PAGE_SHIFT;
    return true;
  }

  /** Forgets every page at once. The caller zeroes what else points into the heap. */
  reset(): void {
    const i32 = this.i32;
    i32.fill(0, this.map + i32[WORD_FIRST_PAGE] * 2, this.map + i32[WORD_TOP_PAGE] * 2);
    i32.fill(0, WORD_FREE_RUNS, WORD_FREE_RUNS + FREE_RUN_BINS);
    i32[WORD_TOP_PAGE] = i32[WORD_FIRST_PAGE];
    i32[WORD_PAGE_BYTES] = 0;
  }

  private takeTop(count: number): number {
    const top = this.i32[WORD_TOP_PAGE];
    if (this.i32[WORD_END_PAGE] - top < count) return 0;
    this.i32[WORD_TOP_PAGE] = top + count;
    return top;
  }

  private takeFree(count: number, triesMax: number): number {
    for (let bin = binOf(count); bin < FREE_RUN_BINS; bin++) {
      let tries = 0;
      for (
        let page = this.i32[WORD_FREE_RUNS + bin];
        page !== 0 && tries < triesMax;
        page = this.nextFree(page), tries++
      ) {
        const pages = this.valueOf(page);
        if (pages < count) continue;
        this.unlink(page);
        if (pages > count) this.link(page + count, pages - count);
        return page;
      }
    }
    return 0;
  }

  private nextFree(page: number): number {
    return this.i32[((page << PAGE_SHIFT) >> 2) + 1];
  }

  private link(page: number, pages: number): void {
    const i32 = this.i32;
    const head = WORD_FREE_RUNS + binOf(pages);
    const at = (page << PAGE_SHIFT) >> 2;
    const next = i32[head];
    i32[at] = 0;
    i32[at + 1] = next;
    if (next !== 0) i32[(next << PAGE_SHIFT) >> 2] = page;
    i32[head] = page;
    this.setTag(page, TAG_FREE, pages);
    if (pages > 1) this.setTag(page + pages - 1, TAG_FREE_END, page);
  }

  private unlink(page: number): void {
    const i32 = this.i32;
    const pages = this.valueOf(page);
    const at = (page << PAGE_SHIFT) >> 2;
    const previous = i32[at];
    const next = i32[at + 1];
    if (previous === 0) i32[WORD_FREE_RUNS + binOf(pages)] = next;
    else i32[((previous << PAGE_SHIFT) >> 2) + 1] = next;
    if (next !== 0) i32[(next << PAGE_SHIFT) >> 2] = previous;
    this.setTag(page, 0, 0);
    if (pages > 1) this.setTag(page + pages - 1, 0, 0);
  }
}
