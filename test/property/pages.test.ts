import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { checkMemory, Problems } from '../../src/memory/check.ts';
import {
  PAGE_SHIFT,
  WORD_END_PAGE,
  WORD_FIRST_PAGE,
  WORD_PAGE_BYTES,
  WORD_USED_BYTES,
} from '../../src/memory/layout.ts';
import { OutOfMemoryError } from '../../src/memory/out-of-memory.ts';
import { Pages, TAG_RUN } from '../../src/memory/pages.ts';

const count = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) },
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), count, which: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('give' as const), count, which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('extend' as const), count, which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('giveTail' as const), count, which: fc.nat() }) },
);

describe('pages', () => {
  it('are never in two runs, and all that are free can be had', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const arena = new Arena(createArenaBuffer(1 << 20, 1));
        const pages = new Pages(arena);
        const first = arena.i32[WORD_FIRST_PAGE];
        const end = arena.i32[WORD_END_PAGE];
        /** By page: the first page of the run that it is in, or 0. */
        const owner = new Int32Array(end);
        const runs = new Map<number, number>();
        const longestFree = (): number => {
          let longest = 0;
          for (let page = first, free = 0; page < end; page++) {
            free = owner[page] === 0 ? free + 1 : 0;
            longest = Math.max(longest, free);
          }
          return longest;
        };
        const occupy = (page: number, pageCount: number, run: number): void => {
          for (let p = page; p < page + pageCount; p++) {
            if (p >= end || owner[p] !== 0) throw new Error(`page ${p} is in two runs`);
            owner[p] = run;
          }
        };
        const check = (): void => {
          const usedPages = owner.reduce((sum, run) => sum + (run === 0 ? 0 : 1), 0);
          expect(arena.i32[WORD_PAGE_BYTES]).toBe(usedPages << PAGE_SHIFT);
          // Used bytes are the allocator's to count.
          arena.i32[WORD_USED_BYTES] = usedPages << PAGE_SHIFT;
          const problems = new Problems();
          const blocks = checkMemory(arena, problems);
          expect(problems.list.filter((text) => !text.startsWith('the peak'))).toEqual([]);
          for (const [page, pageCount] of runs) {
            expect(blocks.has(page << PAGE_SHIFT)).toBe(true);
            expect([pages.tagOf(page), pages.valueOf(page)]).toEqual([TAG_RUN, pageCount]);
          }
        };

        steps.forEach((one, index) => {
          const page = [...runs.keys()][one.which % Math.max(runs.size, 1)];
          const have = runs.get(page) ?? 0;
          if (one.kind === 'take') {
            const fits = longestFree() >= one.count;
            expect(pages.hasRun(one.count)).toBe(fits);
            if (!fits) {
              expect(() => pages.take(one.count)).toThrow(OutOfMemoryError);
              return;
            }
            const taken = pages.take(one.count);
            expect(taken).toBeGreaterThanOrEqual(first);
            occupy(taken, one.count, taken);
            runs.set(taken, one.count);
          } else if (have === 0) {
            return;
          } else if (one.kind === 'give') {
            pages.give(page, have);
            owner.fill(0, page, page + have);
            runs.delete(page);
          } else if (one.kind === 'extend') {
            const more = one.count;
            const after = owner.subarray(page + have, page + have + more);
            const fits = page + have + more <= end && after.every((run) => run === 0);
            expect(pages.extend(page, have + more)).toBe(fits);
            if (!fits) return;
            occupy(page + have, more, page);
            runs.set(page, have + more);
          } else if (have > one.count) {
            const left = have - one.count;
            pages.setTag(page, TAG_RUN, left);
            pages.give(page + left, one.count);
            owner.fill(0, page + left, page + have);
            runs.set(page, left);
          }
          if (index % 16 === 0) check();
        });
        check();
        for (const [page, pageCount] of runs) pages.give(page, pageCount);
        expect(pages.hasRun(end - first)).toBe(true);
        expect(arena.i32[WORD_PAGE_BYTES]).toBe(0);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('that fit are found behind many that do not', () => {
    const pages = new Pages(new Arena(createArenaBuffer(1 << 20, 1)));
    const fitting = pages.take(3);
    const short: number[] = [];
    for (pages.take(1); pages.hasRun(3); pages.take(1)) short.push(pages.take(2));
    while (pages.hasRun(1)) pages.take(1);
    pages.give(fitting, 3);
    for (const page of short) pages.give(page, 2);
    expect(short.length).toBeGreaterThan(50);
    expect(pages.hasRun(3)).toBe(true);
    expect(pages.take(3)).toBe(fitting);
    expect(pages.hasRun(3)).toBe(false);
    expect(() => pages.take(3)).toThrow(OutOfMemoryError);
  });
});
