/**
 * Reads all of an arena's bookkeeping (allocator.ts, pages.ts) and says what in it does not fit together. For DEBUG, for
 * tests, and for after the death of a thread that held the lock: so it believes nothing that it has not looked at.
 */
import { SLAB_CLASS, SLAB_CUT, SLAB_FREE, SLAB_NEXT, SLAB_PREVIOUS, SLAB_USED } from './allocator.ts';
import type { Arena } from './arena.ts';
import {
  FREE_RUN_BINS,
  PAGE_BYTES,
  PAGE_SHIFT,
  WORD_END_PAGE,
  WORD_FIRST_PAGE,
  WORD_FREE_RUNS,
  WORD_PAGE_BYTES,
  WORD_PAGE_MAP,
  WORD_PEAK_BYTES,
  WORD_SLABS,
  WORD_TOP_PAGE,
  WORD_USED_BYTES,
} from './layout.ts';
import { binOf, TAG_FREE, TAG_FREE_END, TAG_RUN, TAG_SLAB } from './pages.ts';
import { CLASS_BYTES, CLASS_COUNT, CLASS_SLAB_BLOCKS, CLASS_SLAB_PAGES, SLAB_HEADER_BYTES } from './size-classes.ts';

const PROBLEMS_MAX = 100;

/** What is wrong, in words. Of many, the first. */
export class Problems {
  readonly list: string[] = [];

  add(text: string): void {
    if (this.list.length < PROBLEMS_MAX) this.list.push(text);
  }

  expect(condition: boolean, text: string): boolean {
    if (!condition) this.add(text);
    return condition;
  }
}

/** Which blocks are in use, and which of them somebody has said to be his. One bit a granule of 8 bytes. */
export class BlockMap {
  private readonly inUse: Uint32Array;
  private readonly claimed: Uint32Array;

  constructor(arenaBytes: number) {
    this.inUse = new Uint32Array(Math.ceil(arenaBytes / 256));
    this.claimed = new Uint32Array(Math.ceil(arenaBytes / 256));
  }

  add(address: number): void {
    this.inUse[address >> 8] |= 1 << ((address >> 3) & 31);
  }

  remove(address: number): void {
    this.inUse[address >> 8] &= ~(1 << ((address >> 3) & 31));
  }

  has(address: number): boolean {
    const valid = Number.isInteger(address) && address > 0 && address % 8 === 0;
    return valid && ((this.inUse[address >> 8] >>> ((address >> 3) & 31)) & 1) === 1;
  }

  /** @returns false, and says why, if `address` is no block in use or belongs to somebody already */
  claim(address: number, what: string, problems: Problems): boolean {
    if (!problems.expect(this.has(address), `${what}: ${address} is not a block in use`)) return false;
    const bit = 1 << ((address >> 3) & 31);
    const free = (this.claimed[address >> 8] & bit) === 0;
    this.claimed[address >> 8] |= bit;
    return problems.expect(free, `${what}: the block at ${address} has another owner, too`);
  }
}

/** Checks pages, free runs and slabs. @returns the blocks in use, as far as they can be told */
export function checkMemory(arena: Arena, problems: Problems): BlockMap {
  const { i32 } = arena;
  const blocks = new BlockMap(arena.bytes);
  const firstPage = i32[WORD_FIRST_PAGE];
  const topPage = i32[WORD_TOP_PAGE];
  const endPage = i32[WORD_END_PAGE];
  const tagOf = (page: number): number => i32[i32[WORD_PAGE_MAP] + page * 2];
  const extentOf = (page: number): number => i32[i32[WORD_PAGE_MAP] + page * 2 + 1];

  if (!problems.expect(endPage * PAGE_BYTES === arena.bytes, `the heap ends at page ${endPage}`)) return blocks;
  if (!problems.expect(topPage >= firstPage && topPage <= endPage, `the top is page ${topPage}`)) return blocks;

  let usedBytes = 0;
  let usedPages = 0;
  const freeRuns = new Set<number>();
  const roomySlabs = new Set<number>();
  let previousWasFree = false;
  for (let page = firstPage; page < topPage; ) {
    const tag = tagOf(page);
    const index = tag & 0xff;
    const isSlab = (tag & ~0xff) === TAG_SLAB && index < CLASS_COUNT;
    if (!problems.expect(isSlab || tag === TAG_RUN || tag === TAG_FREE, `page ${page} has the tag ${tag}`))
      return blocks;
    const count = isSlab ? CLASS_SLAB_PAGES[index] : extentOf(page);
    if (!problems.expect(count > 0 && page + count <= topPage, `page ${page} begins a run of ${count}`)) return blocks;
    if (isSlab) {
      const slab = page << PAGE_SHIFT;
      for (let p = page; p < page + count; p++) {
        problems.expect(
          tagOf(p) === tag && extentOf(p) === slab,
          `page ${p} is not marked as one of the slab at ${slab}`,
        );
      }
      usedBytes += checkSlab(arena, slab, index, blocks, problems) * CLASS_BYTES[index];
      if (i32[(slab >> 2) + SLAB_USED] < CLASS_SLAB_BLOCKS[index]) roomySlabs.add(slab);
    } else {
      for (let p = page + 1; p < page + count - 1; p++)
        problems.expect(tagOf(p) === 0, `page ${p} has a tag inside a run`);
      const end = page + count - 1;
      if (tag === TAG_RUN) {
        problems.expect(count === 1 || tagOf(end) === 0, `page ${end} has a tag inside a run`);
        blocks.add(page << PAGE_SHIFT);
        usedBytes += count << PAGE_SHIFT;
      } else {
        const closed = count === 1 || (tagOf(end) === TAG_FREE_END && extentOf(end) === page);
        problems.expect(closed, `page ${end} does not close the free run at ${page}`);
        problems.expect(!previousWasFree, `free runs meet at page ${page}`);
        freeRuns.add(page);
      }
    }
    if (tag !== TAG_FREE) usedPages += count;
    previousWasFree = tag === TAG_FREE;
    page += count;
  }
  problems.expect(!previousWasFree, 'a free run lies below the top');
  for (let page = topPage; page < endPage; page++) {
    if (!problems.expect(tagOf(page) === 0, `page ${page} above the top has the tag ${tagOf(page)}`)) break;
  }
  problems.expect(i32[WORD_USED_BYTES] === usedBytes, `used bytes are ${usedBytes}, told as ${i32[WORD_USED_BYTES]}`);
  problems.expect(i32[WORD_PEAK_BYTES] >= usedBytes, `the peak of ${i32[WORD_PEAK_BYTES]} is below ${usedBytes}`);
  const pageBytes = usedPages * PAGE_BYTES;
  problems.expect(i32[WORD_PAGE_BYTES] === pageBytes, `page bytes are ${pageBytes}, told as ${i32[WORD_PAGE_BYTES]}`);

  checkFreeRuns(arena, freeRuns, extentOf, problems);
  checkSlabLists(arena, roomySlabs, problems);
  return blocks;
}

/** @returns blocks in use */
function checkSlab(arena: Arena, slab: number, index: number, blocks: BlockMap, problems: Problems): number {
  const { i32 } = arena;
  const at = slab >> 2;
  const size = CLASS_BYTES[index];
  const used = i32[at + SLAB_USED];
  const cut = i32[at + SLAB_CUT];
  problems.expect(
    i32[at + SLAB_CLASS] === index,
    `the slab at ${slab} says class ${i32[at + SLAB_CLASS]}, not ${index}`,
  );
  if (!problems.expect(cut >= 0 && cut <= CLASS_SLAB_BLOCKS[index], `the slab at ${slab} has cut ${cut}`)) return 0;
  const first = slab + SLAB_HEADER_BYTES;
  for (let i = 0; i < cut; i++) blocks.add(first + i * size);
  let free = 0;
  for (let block = i32[at + SLAB_FREE]; block !== 0; block = i32[block >> 2]) {
    // What is not in the map is outside of the slab, inside a block, or in the list twice.
    const inside = block >= first && block < first + cut * size;
    const sound = inside && blocks.has(block);
    if (!problems.expect(sound, `the slab at ${slab} has ${block} in its free list`)) break;
    blocks.remove(block);
    free++;
  }
  problems.expect(used === cut - free, `the slab at ${slab} has ${cut - free} blocks in use, told as ${used}`);
  return cut - free;
}

function checkFreeRuns(arena: Arena, runs: Set<number>, pagesOf: (page: number) => number, problems: Problems): void {
  const { i32 } = arena;
  for (let bin = 0; bin < FREE_RUN_BINS; bin++) {
    let previous = 0;
    for (let page = i32[WORD_FREE_RUNS + bin]; page !== 0; page = i32[((page << PAGE_SHIFT) >> 2) + 1]) {
      if (
        !problems.expect(
          runs.delete(page),
          `bin ${bin} lists page ${page}, which begins no free run or is listed twice`,
        )
      )
        break;
      problems.expect(binOf(pagesOf(page)) === bin, `the free run at page ${page} is in bin ${bin}`);
      problems.expect(
        i32[(page << PAGE_SHIFT) >> 2] === previous,
        `the free run at page ${page} has another before it`,
      );
      previous = page;
    }
  }
  for (const page of runs) problems.add(`the free run at page ${page} is in no bin`);
}

function checkSlabLists(arena: Arena, slabs: Set<number>, problems: Problems): void {
  const { i32 } = arena;
  for (let index = 0; index < CLASS_COUNT; index++) {
    let previous = 0;
    for (let slab = i32[WORD_SLABS + index]; slab !== 0; slab = i32[(slab >> 2) + SLAB_NEXT]) {
      if (!problems.expect(slabs.delete(slab), `class ${index} lists ${slab}, no slab with room or listed twice`))
        break;
      problems.expect(i32[(slab >> 2) + SLAB_CLASS] === index, `the slab at ${slab} is listed by class ${index}`);
      problems.expect(i32[(slab >> 2) + SLAB_PREVIOUS] === previous, `the slab at ${slab} has another before it`);
      previous = slab;
    }
  }
  for (const slab of slabs) problems.add(`the slab at ${slab} has room but is in no list`);
}
