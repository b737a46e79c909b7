/**
 * What XINFO tells of the tree that Redis keeps a stream's nodes in: a radix tree over the 16 bytes of their IDs. Ours is another
 * one, but the count follows from the IDs alone, and tests and dashboards look at it.
 */
import type { Arena } from '../memory/arena.ts';
import { ID_WORDS } from '../types/stream-id.ts';
import { StreamTreeCursor } from '../types/stream-tree.ts';

const KEY_BYTES = 16;

const cursor = new StreamTreeCursor();

/** How many leading bytes two IDs have in common, highest first. */
function commonBytes(arena: Arena, a: number, b: number): number {
  for (let i = 0; i < ID_WORDS; i++) {
    const difference = arena.i32[(a >> 2) + i] ^ arena.i32[(b >> 2) + i];
    if (difference !== 0) return i * 4 + (Math.clz32(difference) >> 3);
  }
  return KEY_BYTES;
}

/**
 * Nodes of a radix tree whose chains of single children are one node each: the keys' ends, the places where keys part, and
 * the chains between them.
 */
export function radixNodes(arena: Arena, tree: number): number {
  let previous = cursor.toFirst(arena, tree);
  if (previous === 0) return 1;
  /** Depths at which the keys before part from the current one's path, ascending. */
  const partings: number[] = [];
  /** Of each parting, where its own chain began: the parting above. */
  let nodes = 0;
  const close = (depth: number, above: number): void => {
    // A chain leads from the byte behind the parting above down to this one.
    if (depth > above + 1) nodes++;
    nodes++;
  };
  for (let node = cursor.next(arena); ; node = cursor.next(arena)) {
    const common = node === 0 ? -1 : commonBytes(arena, previous, node);
    const deepest = Math.max(partings.at(-1) ?? -1, common);
    close(KEY_BYTES, deepest);
    while (partings.length > 0 && (partings.at(-1) as number) > common) {
      const depth = partings.pop() as number;
      close(depth, Math.max(partings.at(-1) ?? -1, common));
    }
    if (node === 0) return nodes;
    if (partings.at(-1) !== common) partings.push(common);
    previous = node;
  }
}
