/** What the store must know of lists. */
import type { Allocator } from '../memory/allocator.ts';
import { LIST_LISTPACK, LIST_QUICKLIST, List } from './list.ts';
import { isPlain, listpackOf, newNodeOf, nextNode, nodeBytes, nodeCount } from './list-node.ts';

const list = new List();
const copied = new List();

export const listValueType = {
  name: 'list',

  free(allocator: Allocator, root: number, encoding: number): void {
    list.set(allocator, root, encoding);
    let node = list.firstNode;
    while (node !== 0) {
      const behind = nextNode(allocator.arena, node);
      allocator.free(node);
      node = behind;
    }
    if (encoding === LIST_QUICKLIST) allocator.free(root);
  },

  sizeOf(allocator: Allocator, root: number, encoding: number, samples: number): number {
    if (encoding === LIST_LISTPACK) return allocator.sizeOf(root);
    list.set(allocator, root, encoding);
    const most = samples === 0 ? list.nodeCount : samples;
    let bytes = 0;
    let nodes = 0;
    for (let node = list.firstNode; node !== 0 && nodes < most; nodes++) {
      bytes += allocator.sizeOf(node);
      node = nextNode(allocator.arena, node);
    }
    return allocator.sizeOf(root) + Math.round((bytes / Math.max(nodes, 1)) * list.nodeCount);
  },

  copy(from: Allocator, root: number, encoding: number, to: Allocator): number {
    if (encoding === LIST_LISTPACK) return copyNode(from, root, to);
    list.set(from, root, encoding);
    copied.createChained(to);
    try {
      for (let node = list.firstNode; node !== 0; node = nextNode(from.arena, node)) {
        copied.addLast(copyNode(from, node, to));
      }
    } catch (error) {
      listValueType.free(to, copied.root, LIST_QUICKLIST);
      throw error;
    }
    return copied.root;
  },

  encodingName: (_allocator: Allocator, _root: number, encoding: number): string =>
    encoding === LIST_LISTPACK ? 'listpack' : 'quicklist',

  lengthOf(allocator: Allocator, root: number, encoding: number): number {
    list.set(allocator, root, encoding);
    return list.length;
  },
};

function copyNode(from: Allocator, node: number, to: Allocator): number {
  const { arena } = from;
  const lp = listpackOf(arena, node);
  return newNodeOf(to, arena.region, lp, nodeBytes(arena, node), nodeCount(arena, node), isPlain(arena, node));
}
