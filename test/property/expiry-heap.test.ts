import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/base/random.ts';
import { Allocator } from '../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../src/memory/arena.ts';
import { WORD_KEYSPACES } from '../../src/memory/layout.ts';
import { OutOfMemoryError } from '../../src/memory/out-of-memory.ts';
import { FLAG_DEADLINE, WORD_HEAP_INDEX } from '../../src/store/entry.ts';
import { ExpiryHeap } from '../../src/store/expiry-heap.ts';

const ENTRY_BYTES = 16;
const CHUNK_NODES = 1024;

/** Deadlines that are many and far apart, few and often equal, or far in the future. */
const deadlineMs = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.integer({ min: 1, max: 5 }),
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 45, Number.MAX_SAFE_INTEGER),
);
const which = fc.nat();
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), deadlineMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('addMany' as const), count: fc.nat(700), deadlineMs }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), which, deadlineMs }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('removeMany' as const), count: fc.nat(900) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('move' as const), which }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pop' as const), count: fc.nat(50) }) },
);

class Model {
  readonly arena: Arena;
  readonly allocator: Allocator;
  readonly heap: ExpiryHeap;
  readonly deadlines = new Map<number, number>();
  /** The map's keys, for picking. */
  readonly entries: number[] = [];

  constructor(arenaBytes: number) {
    this.arena = new Arena(createArenaBuffer(arenaBytes, 1));
    this.allocator = new Allocator(this.arena);
    this.heap = new ExpiryHeap(this.allocator, WORD_KEYSPACES);
  }

  /** @returns whether there was room */
  add(deadlineMs: number): boolean {
    if (!this.allocator.hasRoom(ENTRY_BYTES)) return false;
    const entry = this.allocator.allocate(ENTRY_BYTES);
    this.arena.i32[entry >> 2] = FLAG_DEADLINE << 8;
    try {
      this.heap.add(entry, deadlineMs);
    } catch (error) {
      expect(error).toBeInstanceOf(OutOfMemoryError);
      this.allocator.free(entry);
      return false;
    }
    this.deadlines.set(entry, deadlineMs);
    this.entries.push(entry);
    return true;
  }

  remove(place: number): void {
    const entry = this.entries[place];
    this.heap.remove(entry);
    this.allocator.free(entry);
    this.forget(entry);
  }

  /** Gives the entry another block, as a string that grows does. */
  move(place: number): void {
    const entry = this.entries[place];
    if (!this.allocator.hasRoom(ENTRY_BYTES)) return;
    const moved = this.allocator.allocate(ENTRY_BYTES);
    this.arena.u8.copyWithin(moved, entry, entry + ENTRY_BYTES);
    this.heap.moved(moved);
    this.allocator.free(entry);
    this.deadlines.set(moved, this.deadlines.get(entry)!);
    this.forget(entry);
    this.entries.push(moved);
  }

  /** The earliest goes first. */
  pop(): void {
    const { earliestEntry, earliestMs } = this.heap;
    expectThat(this.deadlines.get(earliestEntry) === earliestMs, 'the first node has another deadline');
    this.remove(this.entries.indexOf(earliestEntry));
  }

  private forget(entry: number): void {
    this.deadlines.delete(entry);
    const place = this.entries.indexOf(entry);
    this.entries[place] = this.entries[this.entries.length - 1];
    this.entries.pop();
  }

  check(): void {
    const { heap, deadlines } = this;
    expect(heap.count).toBe(deadlines.size);
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const [entry, deadlineMs] of deadlines) {
      const index = this.arena.i32[(entry >> 2) + WORD_HEAP_INDEX];
      expectThat(heap.entryAt(index) === entry, `the entry at ${entry} has another's place`);
      expectThat(heap.deadlineOf(entry) === deadlineMs, `the entry at ${entry} has another deadline`);
      if (index > 0) expectThat(heap.deadlineAt((index - 1) >> 2) <= deadlineMs, `node ${index} is before its parent`);
      earliestMs = Math.min(earliestMs, deadlineMs);
    }
    expect(heap.earliestMs).toBe(earliestMs);
  }
}

function expectThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

describe('the expiry heap', () => {
  for (const [name, arenaBytes] of [
    ['keeps order and places', 16 << 20],
    ['is as it was when memory runs out', 1 << 20],
  ] as const) {
    it(name, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
          const model = new Model(arenaBytes);
          const { entries, heap } = model;
          // A neighbour takes most of the small arena.
          if (arenaBytes === 1 << 20) model.allocator.allocate(930_000);
          const reserved = model.allocator.usedBytes;
          for (const one of steps) {
            if (one.kind === 'add') {
              model.add(one.deadlineMs);
            } else if (one.kind === 'addMany') {
              for (let i = 0; i < one.count; i++) model.add(one.deadlineMs + ((i * 7919) % 1000));
            } else if (one.kind === 'removeMany') {
              for (let i = 0; i < one.count && entries.length > 0; i++) model.remove((i * 7919) % entries.length);
            } else if (one.kind === 'pop') {
              for (let i = 0; i < one.count && heap.count > 0; i++) model.pop();
            } else if (entries.length > 0) {
              const place = one.which % entries.length;
              if (one.kind === 'remove') {
                model.remove(place);
              } else if (one.kind === 'move') {
                model.move(place);
              } else {
                heap.change(entries[place], one.deadlineMs);
                model.deadlines.set(entries[place], one.deadlineMs);
              }
            }
          }
          model.check();
          let beforeMs = 0;
          while (heap.count > 0) {
            expectThat(heap.earliestMs >= beforeMs, 'a deadline comes too late');
            beforeMs = heap.earliestMs;
            model.pop();
          }
          heap.drop();
          expect(model.allocator.usedBytes).toBe(reserved);
        }),
        { numRuns: 60, interruptAfterTimeLimit: 15_000 },
      );
    });
  }

  it('needs no memory after it has been reserved, nor for anything but an addition', () => {
    const model = new Model(1 << 20);
    for (let i = 0; i < CHUNK_NODES; i++) model.add(CHUNK_NODES - i);
    model.heap.reserve();
    const entry = model.allocator.allocate(ENTRY_BYTES);
    const usedBytes = model.allocator.usedBytes;
    model.heap.add(entry, 5);
    model.heap.change(entry, 50_000);
    expect(model.allocator.usedBytes).toBe(usedBytes);
    model.heap.remove(entry);
    expect(model.allocator.usedBytes).toBe(usedBytes);
  });

  it('of hundreds of thousands is sorted', () => {
    const model = new Model(64 << 20);
    const { allocator, arena, heap } = model;
    const random = new SeededRandom(9);
    for (let i = 0; i < 200_000; i++) {
      const entry = allocator.allocate(ENTRY_BYTES);
      arena.i32[entry >> 2] = FLAG_DEADLINE << 8;
      heap.add(entry, 1 + random.below(1_000_000_000));
    }
    let beforeMs = 0;
    for (let left = heap.count; left > 0; left--) {
      expectThat(heap.earliestMs >= beforeMs, 'a deadline comes too late');
      beforeMs = heap.earliestMs;
      const entry = heap.earliestEntry;
      heap.remove(entry);
      allocator.free(entry);
    }
    // One chunk and the directory are kept, and an empty slab of each size that the directory had.
    expect(allocator.pageBytes).toBeLessThan(128 * 1024);
    heap.drop();
    expect(allocator.usedBytes).toBe(0);
  });
});
