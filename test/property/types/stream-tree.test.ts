import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Allocator } from '../../../src/memory/allocator.ts';
import { Arena, createArenaBuffer } from '../../../src/memory/arena.ts';
import { StreamId } from '../../../src/types/stream-id.ts';
import {
  StreamTreeCursor,
  TREE_WORDS,
  treeBytes,
  treeClear,
  treeCount,
  treeDrop,
  treeFind,
  treeInsert,
  treeRemove,
} from '../../../src/types/stream-tree.ts';

const KEY_BYTES = 16;

function setup() {
  const allocator = new Allocator(new Arena(createArenaBuffer(32 << 20, 1)));
  const base = allocator.allocate(TREE_WORDS * 4) >> 2;
  treeClear(allocator.arena, base);
  return { allocator, arena: allocator.arena, base };
}

const idOf = (n: number): StreamId => {
  const id = new StreamId();
  // Both halves matter, and so does the sign bit of each word.
  id.set(n & 1024 ? -1 : 0, n >> 5, n & 16 ? 0x80000000 : 0, n & 15);
  return id;
};

describe('stream tree', () => {
  it('holds the blocks that a sorted array holds', () => {
    const step = fc.record({
      add: fc.boolean(),
      from: fc.nat(2047),
      count: fc.nat(300),
      stride: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { allocator, arena, base } = setup();
        const empty = allocator.usedBytes;
        const model = new Map<string, { id: StreamId; block: number }>();
        for (const { add, from, count, stride } of steps) {
          for (let i = 0; i < count; i++) {
            const id = idOf((from + i * stride) & 2047);
            const name = id.toString();
            expect(treeFind(arena, base, id)).toBe(model.get(name)?.block ?? 0);
            if (add && !model.has(name)) {
              const block = allocator.allocate(KEY_BYTES);
              id.store(arena, block >> 2);
              treeInsert(allocator, base, id, block);
              model.set(name, { id, block });
            } else if (!add) {
              const block = treeRemove(allocator, base, id);
              expect(block).toBe(model.get(name)?.block ?? 0);
              if (block !== 0) allocator.free(block);
              model.delete(name);
            }
          }
        }
        const sorted = [...model.values()].sort((a, b) => a.id.compare(b.id));
        expect(treeCount(arena, base)).toBe(sorted.length);
        const cursor = new StreamTreeCursor();
        const seen: number[] = [];
        for (let block = cursor.toFirst(arena, base); block !== 0; block = cursor.next(arena)) seen.push(block);
        expect(seen).toEqual(sorted.map(({ block }) => block));
        const back: number[] = [];
        for (let block = cursor.toLast(arena, base); block !== 0; block = cursor.previous(arena)) back.push(block);
        expect(back).toEqual(seen.reverse());
        for (let n = 0; n < 2048; n += 7) {
          const id = idOf(n);
          const behind = sorted.find((one) => one.id.compare(id) >= 0)?.block ?? 0;
          const before = sorted.findLast((one) => one.id.compare(id) <= 0)?.block ?? 0;
          expect(cursor.seekFrom(arena, base, id)).toBe(behind);
          expect(cursor.seekUpTo(arena, base, id)).toBe(before);
        }
        for (const { block } of sorted) allocator.free(block);
        expect(allocator.usedBytes).toBe(empty + treeBytes(allocator, base));
        treeDrop(allocator, base);
        expect(allocator.usedBytes).toBe(empty);
      }),
      { numRuns: 30 },
    );
  });
});
