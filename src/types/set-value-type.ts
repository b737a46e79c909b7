/** What the store must know of sets. */
import type { Allocator } from '../memory/allocator.ts';
import { dictBytes, dictElementsBytes } from './dict.ts';
import { SET_TABLE, SetCursor, setAdd, setCount, setCreateAs, setFree } from './set.ts';
import { Slice } from './slice.ts';
import { copyBlock, Value } from './value.ts';

const ENCODING_NAMES = ['intset', 'listpack', 'hashtable'];

export const setValueType = {
  name: 'set',
  free: setFree,

  sizeOf(allocator: Allocator, root: number, encoding: number, samples: number): number {
    const own = allocator.sizeOf(root);
    if (encoding !== SET_TABLE) return own;
    return own + dictBytes(allocator, root >> 2) + dictElementsBytes(allocator, root >> 2, samples);
  },

  copy(from: Allocator, root: number, encoding: number, to: Allocator): number {
    const source = Value.of(from, root, encoding);
    if (encoding !== SET_TABLE) return copyBlock(from, root, to);
    const target = Value.of(to, 0, encoding);
    setCreateAs(target, SET_TABLE, setCount(source));
    const cursor = new SetCursor();
    const member = new Slice();
    try {
      cursor.start(source);
      while (cursor.next(member)) setAdd(target, member.region, member.at, member.length);
    } catch (error) {
      setFree(to, target.root, SET_TABLE);
      throw error;
    }
    return target.root;
  },

  encodingName: (_allocator: Allocator, _root: number, encoding: number): string => ENCODING_NAMES[encoding],

  lengthOf: (allocator: Allocator, root: number, encoding: number): number =>
    setCount(Value.of(allocator, root, encoding)),
};
