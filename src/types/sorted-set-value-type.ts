/** What the store must know of sorted sets. */
import type { Allocator } from '../memory/allocator.ts';
import { treeBytes } from './counted-btree.ts';
import { DICT_WORDS, dictBytes, dictElementsBytes } from './dict.ts';
import { Slice } from './slice.ts';
import {
  SORTED_SET_PACKED,
  SortedSetCursor,
  sortedSetCount,
  sortedSetCreateTree,
  sortedSetFind,
  sortedSetFree,
  sortedSetInsert,
} from './sorted-set.ts';
import { copyBlock, Value } from './value.ts';

export const sortedSetValueType = {
  name: 'zset',
  free: sortedSetFree,

  sizeOf(allocator: Allocator, root: number, encoding: number, samples: number): number {
    const own = allocator.sizeOf(root);
    if (encoding === SORTED_SET_PACKED) return own;
    const base = root >> 2;
    const elements = dictElementsBytes(allocator, base, samples);
    return own + dictBytes(allocator, base) + treeBytes(allocator, base + DICT_WORDS) + elements;
  },

  copy(from: Allocator, root: number, encoding: number, to: Allocator): number {
    if (encoding === SORTED_SET_PACKED) return copyBlock(from, root, to);
    const source = Value.of(from, root, encoding);
    const target = Value.of(to, 0, encoding);
    sortedSetCreateTree(target, sortedSetCount(source));
    const cursor = new SortedSetCursor();
    const member = new Slice();
    try {
      let more = sortedSetCount(source) > 0;
      if (more) cursor.seek(source, 0);
      for (; more; more = cursor.next()) {
        cursor.read(member);
        sortedSetFind(target, member.region, member.at, member.length);
        sortedSetInsert(target, member.region, member.at, member.length, cursor.score());
      }
    } catch (error) {
      sortedSetFree(to, target.root, encoding);
      throw error;
    }
    return target.root;
  },

  encodingName: (_allocator: Allocator, _root: number, encoding: number): string =>
    encoding === SORTED_SET_PACKED ? 'listpack' : 'skiplist',

  lengthOf: (allocator: Allocator, root: number, encoding: number): number =>
    sortedSetCount(Value.of(allocator, root, encoding)),
};
