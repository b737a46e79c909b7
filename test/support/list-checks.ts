import { expect } from 'vitest';
import { latin1, Region } from '../../src/base/region.ts';
import { LIST_QUICKLIST, type List } from '../../src/types/list.ts';
import { isPlain, listpackOf, nextNode, nodeBytes, nodeCount, previousNode } from '../../src/types/list-node.ts';
import { ListpackElement } from '../../src/types/listpack-element.ts';
import { validate } from '../../src/types/listpack-validate.ts';

const element = new ListpackElement();

/** The text of the element at the list's cursor. */
export function textAtCursor(list: List): string {
  element.read(list.allocator.arena.region, list.at);
  const text = Region.allocate(element.textLength());
  element.copyText(text, 0);
  return latin1(text, 0, text.length);
}

/** The list's elements, read in both directions. */
export function readList(list: List): string[] {
  const forwards: string[] = [];
  for (let more = list.seek(0); more; more = list.next()) forwards.push(textAtCursor(list));
  const backwards: string[] = [];
  for (let more = list.seek(-1); more; more = list.previous()) backwards.push(textAtCursor(list));
  expect(backwards.reverse()).toEqual(forwards);
  return forwards;
}

/** Everything that must be true of a list's memory. */
export function checkList(list: List): void {
  const { allocator } = list;
  const { arena } = allocator;
  let elements = 0;
  let nodes = 0;
  let before = 0;
  for (let node = list.firstNode; node !== 0; node = nextNode(arena, node)) {
    nodes++;
    elements += nodeCount(arena, node);
    expect(previousNode(arena, node)).toBe(before);
    const lp = listpackOf(arena, node);
    expect(lp).toBeGreaterThanOrEqual(node + 16);
    expect(lp + nodeBytes(arena, node)).toBeLessThanOrEqual(node + allocator.sizeOf(node));
    expect(validate(arena.region, lp, nodeBytes(arena, node))).toBe(nodeCount(arena, node));
    if (list.encoding === LIST_QUICKLIST) expect(nodeCount(arena, node)).toBeGreaterThan(0);
    if (isPlain(arena, node)) expect(nodeCount(arena, node)).toBe(1);
    before = node;
  }
  expect(list.lastNode).toBe(before);
  expect(list.length).toBe(elements);
  expect(list.nodeCount).toBe(nodes);
}
