import { describe, expect, it } from 'vitest';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { checkMemory, Problems } from '../../../src/memory/check.ts';
import { ARENA_BYTES_MAX, WORD_END_PAGE, WORD_FIRST_PAGE, WORD_PAGE_MAP } from '../../../src/memory/layout.ts';

describe('an arena', () => {
  it('is as large as asked for, within its bounds, in whole pages', () => {
    expect(createArenaBuffer(0, 1).byteLength).toBe(1 << 20);
    expect(createArenaBuffer((1 << 20) + 5000, 1).byteLength).toBe((1 << 20) + 4096);
    expect(createArenaBuffer(2 ** 40, 1).byteLength).toBe(ARENA_BYTES_MAX);
  });

  it('keeps header, page map and heap apart', () => {
    for (const [bytes, databases] of [
      [1 << 20, 1],
      [1 << 20, 16],
      [64 << 20, 1000],
      [1 << 30, 16],
    ]) {
      const arena = new Arena(createArenaBuffer(bytes, databases));
      const map = arena.i32[WORD_PAGE_MAP] * 4;
      const heap = arena.i32[WORD_FIRST_PAGE] * 4096;
      expect(map).toBeGreaterThanOrEqual((256 + databases * 16) * 4);
      expect(heap).toBeGreaterThanOrEqual(map + arena.i32[WORD_END_PAGE] * 8);
      expect(arena.i32[WORD_END_PAGE] * 4096).toBe(arena.bytes);
      const problems = new Problems();
      checkMemory(arena, problems);
      expect(problems.list).toEqual([]);
    }
  });

  it('is told from other memory', () => {
    expect(() => new Arena(new SharedArrayBuffer(1 << 20))).toThrow('not an arena');
  });

  it('must hold the records of its databases', () => {
    expect(() => createArenaBuffer(1 << 20, 20_000)).toThrow(RangeError);
  });
});
