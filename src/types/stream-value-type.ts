/** What the store must know of streams. */
import { copy } from '../base/region.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { Arena } from '../memory/arena.ts';
import { STREAM_GROUPS, STREAM_LENGTH, STREAM_NODES, STREAM_PRODUCERS, Stream } from './stream.ts';
import { groupsBytes, groupsCopy, groupsDrop } from './stream-group.ts';
import { StreamId } from './stream-id.ts';
import { nodeBytes } from './stream-node.ts';
import { producersBytes, producersCopy, producersDrop } from './stream-producers.ts';
import { StreamTreeCursor, treeBytes, treeClear, treeCount, treeDrop, treeInsert } from './stream-tree.ts';

const cursor = new StreamTreeCursor();
const copied = new Stream();
const id = new StreamId();

function free(allocator: Allocator, root: number): void {
  const { arena } = allocator;
  const base = root >> 2;
  for (let node = cursor.toFirst(arena, base + STREAM_NODES); node !== 0; node = cursor.next(arena))
    allocator.free(node);
  treeDrop(allocator, base + STREAM_NODES);
  groupsDrop(allocator, base + STREAM_GROUPS);
  producersDrop(allocator, base + STREAM_PRODUCERS);
  allocator.free(root);
}

/** A node's copy takes no more room than it needs. */
function copyNode(from: Arena, node: number, to: Allocator): number {
  const bytes = nodeBytes(from, node);
  const block = to.allocate(bytes);
  copy(from.region, node, to.arena.region, block, bytes);
  return block;
}

export const streamValueType = {
  name: 'stream',
  free,

  sizeOf(allocator: Allocator, root: number, _encoding: number, samples: number): number {
    const { arena } = allocator;
    const base = root >> 2;
    const nodes = treeCount(arena, base + STREAM_NODES);
    const most = samples === 0 ? nodes : Math.min(samples, nodes);
    let bytes = 0;
    let node = cursor.toFirst(arena, base + STREAM_NODES);
    for (let i = 0; i < most; i++) {
      bytes += allocator.sizeOf(node);
      node = cursor.next(arena);
    }
    return (
      allocator.sizeOf(root) +
      treeBytes(allocator, base + STREAM_NODES) +
      groupsBytes(allocator, base + STREAM_GROUPS) +
      producersBytes(allocator, base + STREAM_PRODUCERS) +
      Math.round((bytes / Math.max(most, 1)) * nodes)
    );
  },

  copy(from: Allocator, root: number, _encoding: number, to: Allocator): number {
    const source = root >> 2;
    copied.create(to);
    const target = copied.base;
    try {
      to.arena.i32.set(from.arena.i32.subarray(source, source + STREAM_NODES), target);
      treeClear(to.arena, target + STREAM_NODES);
      const walk = new StreamTreeCursor();
      for (let node = walk.toFirst(from.arena, source + STREAM_NODES); node !== 0; node = walk.next(from.arena)) {
        const block = copyNode(from.arena, node, to);
        id.load(to.arena, block >> 2);
        try {
          treeInsert(to, target + STREAM_NODES, id, block);
        } catch (error) {
          to.free(block);
          throw error;
        }
      }
      groupsCopy(from, source + STREAM_GROUPS, to, target + STREAM_GROUPS);
      producersCopy(from, source + STREAM_PRODUCERS, to, target + STREAM_PRODUCERS);
    } catch (error) {
      free(to, target << 2);
      throw error;
    }
    return target << 2;
  },

  encodingName: (): string => 'stream',

  lengthOf: (allocator: Allocator, root: number): number => allocator.arena.i32[(root >> 2) + STREAM_LENGTH],
};
