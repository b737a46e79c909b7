/** LREM and LPOS: looking for elements by what they say. */

import { move } from '../base/move.ts';
import type { Region } from '../base/region.ts';
import { LIST_LISTPACK, type List } from './list.ts';
import { listpackOf, nextNode, nodeBytes, nodeCount, previousNode } from './list-node.ts';
import { behind, find, first, next } from './listpack.ts';

/**
 * Removes the elements that are the given bytes: the first `count` of them, the last −`count`, or all if 0.
 * @returns how many there were
 */
export function removeEqual(list: List, count: number, source: Region, at: number, length: number): number {
  const { arena } = list.allocator;
  const most = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(count);
  let removed = 0;
  for (let node = count < 0 ? list.lastNode : list.firstNode; node !== 0 && removed < most; ) {
    const alone = list.encoding === LIST_LISTPACK;
    const beyond = alone ? 0 : count < 0 ? previousNode(arena, node) : nextNode(arena, node);
    let kept = 0;
    if (count < 0) kept = Math.max(countEqual(list, node, source, at, length) - (most - removed), 0);
    removed += removeInNode(list, node, kept, most - removed, source, at, length);
    node = beyond;
  }
  if (removed > 0) list.compact();
  return removed;
}

function countEqual(list: List, node: number, source: Region, at: number, length: number): number {
  const { region } = list.allocator.arena;
  let equal = 0;
  let position = find(region, first(region, listpackOf(list.allocator.arena, node)), source, at, length, 0);
  for (; position !== 0; equal++) position = find(region, next(region, position), source, at, length, 0);
  return equal;
}

/** Removes up to `most` of a node's elements that are the given bytes, but keeps the first `kept`. In one pass. */
function removeInNode(
  list: List,
  node: number,
  kept: number,
  most: number,
  source: Region,
  at: number,
  length: number,
): number {
  const { arena } = list.allocator;
  const { region } = arena;
  const lp = listpackOf(arena, node);
  let position = find(region, first(region, lp), source, at, length, 0);
  for (let i = 0; i < kept && position !== 0; i++)
    position = find(region, next(region, position), source, at, length, 0);
  if (position === 0) return 0;
  // What stays moves down to `to`, a stretch between two removed elements at a time. The end mark stays the end mark.
  const end = lp + nodeBytes(arena, node) - 1;
  let to = position;
  let removed = 0;
  while (position !== end) {
    const from = behind(region, position);
    removed++;
    let stop = removed === most ? 0 : find(region, from, source, at, length, 0);
    if (stop === 0) stop = end;
    move(region, from, to, stop - from);
    to += stop - from;
    position = stop;
  }
  if (removed === nodeCount(arena, node) && list.encoding !== LIST_LISTPACK) {
    list.count(node, -removed);
    list.dropNode(node);
  } else {
    list.removeBytes(node, to - lp, end - to, removed);
  }
  return removed;
}
