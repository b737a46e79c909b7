import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { checkMemory, Problems } from '../../src/memory/check.ts';
import { OutOfMemoryError } from '../../src/memory/out-of-memory.ts';
import { Pages } from '../../src/memory/pages.ts';
import { CLASS_COUNT, CLASS_SLAB_PAGES, MEDIUM_BYTES_MAX } from '../../src/memory/size-classes.ts';

const ARENA_BYTES = 1 << 20;

/** Small blocks are the rule; borders of classes, pages and of the arena come up. */
const blockBytes = fc.oneof(
  { weight: 6, arbitrary: fc.nat(200) },
  { weight: 3, arbitrary: fc.nat(9000) },
  { weight: 1, arbitrary: fc.nat(200_000) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 8, 16, 17, 128, 129, 256, 257, 2048, 2049, 8192, 8193, 4096 * 3) },
  { weight: 1, arbitrary: fc.constantFrom(8704, 8705, 32_768, 32_769, 65_536, 65_537) },
  { weight: 1, arbitrary: fc.constantFrom(ARENA_BYTES, ARENA_BYTES + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 40) },
);
const which = fc.nat(1_000_000);

const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('allocate' as const), bytes: blockBytes }) },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('free' as const), which }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('reallocate' as const), which, bytes: blockBytes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pages' as const), count: fc.integer({ min: 1, max: 20 }) }) },
  // All of one kind at once, so that slabs empty and runs meet.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('freeSome' as const), part: fc.integer({ min: 2, max: 4 }) }) },
);

interface Block {
  readonly bytes: number;
  readonly mark: number;
}

class Model {
  readonly arena = new Arena(createArenaBuffer(ARENA_BYTES, 1));
  readonly allocator = new Allocator(this.arena);
  readonly blocks = new Map<number, Block>();
  private marks = 0;

  pick(which: number): number | undefined {
    const addresses = [...this.blocks.keys()];
    return addresses[which % addresses.length];
  }

  /** What was given out is the caller's alone: each block is filled with a mark of its own. */
  own(address: number, bytes: number): void {
    const sound = address % 8 === 0 && !this.blocks.has(address) && this.allocator.sizeOf(address) >= bytes;
    if (!sound) throw new Error(`${address} is no block of ${bytes} bytes`);
    const mark = ++this.marks & 255;
    this.arena.u8.fill(mark, address, address + bytes);
    this.blocks.set(address, { bytes, mark });
  }

  expectContents(address: number, bytes: number, mark: number): void {
    // The ends, and where pages begin: bookkeeping is written nowhere else.
    for (let i = 0; i < bytes; i = i === 64 ? Math.max(65, bytes - 64) : i + 1) this.expectByte(address + i, mark);
    for (let at = (address + 4095) & ~4095; at < address + bytes; at += 4096) this.expectByte(at, mark);
  }

  private expectByte(at: number, mark: number): void {
    if (this.arena.u8[at] !== mark) throw new Error(`the byte at ${at} was changed by another`);
  }

  release(address: number): void {
    const { bytes, mark } = this.blocks.get(address)!;
    this.expectContents(address, bytes, mark);
    this.allocator.free(address);
    this.blocks.delete(address);
  }

  /** Runs what must fail, and see that nothing is changed by it. */
  expectOutOfMemory(attempt: () => void): void {
    const before = Buffer.from(this.arena.u8);
    expect(attempt).toThrow(OutOfMemoryError);
    expect(before.equals(this.arena.u8)).toBe(true);
  }

  check(): void {
    const problems = new Problems();
    const inUse = checkMemory(this.arena, problems);
    expect(problems.list).toEqual([]);
    let usedBytes = 0;
    for (const [address, { bytes, mark }] of this.blocks) {
      if (!inUse.has(address)) throw new Error(`the block at ${address} got lost`);
      usedBytes += this.allocator.sizeOf(address);
      this.expectContents(address, bytes, mark);
    }
    expect(this.allocator.usedBytes).toBe(usedBytes);
  }
}

function takeAllPages(allocator: Allocator): void {
  for (;;) {
    try {
      allocator.allocatePages(1);
    } catch (error) {
      expect(error).toBeInstanceOf(OutOfMemoryError);
      return;
    }
  }
}

describe('the allocator', () => {
  it('loses no block, gives none out twice, counts exactly, and says beforehand whether it has room', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1000, size: 'max' }), (steps) => {
        const model = new Model();
        const { allocator, blocks } = model;
        steps.forEach((one, index) => {
          if (one.kind === 'allocate') {
            if (allocator.hasRoom(one.bytes)) model.own(allocator.allocate(one.bytes), one.bytes);
            else model.expectOutOfMemory(() => allocator.allocate(one.bytes));
          } else if (one.kind === 'pages') {
            if (new Pages(model.arena).hasRun(one.count))
              model.own(allocator.allocatePages(one.count), one.count * 4096);
          } else if (one.kind === 'free') {
            const address = model.pick(one.which);
            if (address !== undefined) model.release(address);
          } else if (one.kind === 'freeSome') {
            for (const address of [...blocks.keys()].filter((_, place) => place % one.part !== 0))
              model.release(address);
          } else {
            const address = model.pick(one.which);
            if (address === undefined) return;
            const { bytes, mark } = blocks.get(address)!;
            const kept = Math.min(bytes, one.bytes);
            let moved = 0;
            try {
              moved = allocator.reallocate(address, one.bytes, kept);
            } catch (error) {
              expect(error).toBeInstanceOf(OutOfMemoryError);
              expect(one.bytes).toBeGreaterThan(allocator.sizeOf(address));
              expect(allocator.hasRoom(one.bytes)).toBe(false);
              model.expectContents(address, bytes, mark);
              return;
            }
            model.expectContents(moved, kept, mark);
            blocks.delete(address);
            model.own(moved, one.bytes);
          }
          if (index % 50 === 0) model.check();
        });
        model.check();
        for (const address of [...blocks.keys()]) model.release(address);
        model.check();
        expect(allocator.usedBytes).toBe(0);
        // Of a class one empty slab may be kept in hand, if it is a small one.
        const keptPages = CLASS_SLAB_PAGES.reduce((sum, pages) => sum + (pages <= 8 ? pages : 0), 0);
        expect(allocator.pageBytes).toBeLessThanOrEqual(keptPages * 4096);
        expect(CLASS_SLAB_PAGES.length).toBe(CLASS_COUNT);
        allocator.reset();
        model.check();
        expect(allocator.pageBytes).toBe(0);
        expect(allocator.hasRoom(ARENA_BYTES - 3 * 4096)).toBe(true);
      }),
      { numRuns: 80, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('takes all of the arena, block by block, whatever their size, and gives all of it back', () => {
    for (const bytes of [1, 100, 1000, 3000, 8192, 8193, 50_000, 65_537]) {
      const model = new Model();
      while (model.allocator.hasRoom(bytes)) model.own(model.allocator.allocate(bytes), bytes);
      model.expectOutOfMemory(() => model.allocator.allocate(bytes));
      model.check();
      const usedBytes = model.allocator.usedBytes;
      expect(usedBytes).toBeGreaterThan(ARENA_BYTES * 0.8);
      for (const address of [...model.blocks.keys()].reverse()) model.release(address);
      model.check();
      while (model.allocator.hasRoom(bytes)) model.own(model.allocator.allocate(bytes), bytes);
      expect(model.allocator.usedBytes).toBe(usedBytes);
    }
  });

  it('gives no block much more than it was asked for', () => {
    const allocator = new Allocator(new Arena(createArenaBuffer(16 << 20, 1)));
    for (let bytes = 1; bytes < 200_000; bytes += 1 + (bytes >> 7)) {
      const slack = Allocator.roundUp(bytes) - bytes;
      expect(slack).toBeLessThan(Math.max(16, bytes / (bytes > MEDIUM_BYTES_MAX ? 16 : 8)));
      const address = allocator.allocate(bytes);
      expect(allocator.sizeOf(address)).toBe(Allocator.roundUp(bytes));
      allocator.free(address);
    }
  });

  it('makes runs of blocks for which no slab can be had, and leaves them where they are', () => {
    const model = new Model();
    const { allocator } = model;
    const runs: number[] = [];
    while (allocator.hasRoom(4 * 4096)) runs.push(allocator.allocatePages(4));
    for (const address of runs.filter((_, index) => index % 2 === 0)) allocator.free(address);
    const address = allocator.allocate(12_800);
    expect(allocator.sizeOf(address)).toBe(4 * 4096);
    expect(allocator.reallocate(address, 12_900, 12_800)).toBe(address);
    expect(allocator.reallocate(address, 11_000, 11_000)).toBe(address);
    expect(allocator.sizeOf(address)).toBe(3 * 4096);
    allocator.free(address);
  });

  it('can always shrink a block', () => {
    const model = new Model();
    const large = model.allocator.allocate(200_000);
    const medium = model.allocator.allocate(2000);
    takeAllPages(model.allocator);
    expect(model.allocator.hasRoom(24)).toBe(false);
    expect(model.allocator.reallocate(medium, 24, 24)).toBe(medium);
    expect(model.allocator.reallocate(large, 24, 24)).toBe(large);
    expect(model.allocator.sizeOf(large)).toBe(4096);
    expect(model.allocator.hasRoom(150_000)).toBe(true);
  });

  it('works up to the highest address', () => {
    const arena = new Arena(createArenaBuffer(2 ** 31, 1));
    const allocator = new Allocator(arena);
    expect(arena.bytes).toBe(2 ** 31 - 65536);
    const first = allocator.allocate(16);
    const half = allocator.allocate(2 ** 30);
    const rest = allocator.allocate(2 ** 30 - (8 << 20));
    takeAllPages(allocator);
    const problems = new Problems();
    checkMemory(arena, problems);
    expect(problems.list).toEqual([]);
    for (const address of [half, first, rest]) allocator.free(address);
    checkMemory(arena, problems);
    expect(problems.list).toEqual([]);
    expect(() => allocator.reallocate(allocator.allocate(16), 2 ** 31, 16)).toThrow(OutOfMemoryError);
  });
});
