/** What the store must know of hashes. */
import type { Allocator } from '../memory/allocator.ts';
import {
  HASH_LISTPACK,
  HASH_LISTPACK_EX,
  HASH_SHAPED,
  HASH_TABLE,
  HashCursor,
  hashCount,
  hashDeadline,
  hashEarliestDeadline,
  hashExpireDue,
  hashFind,
  hashFree,
  hashReadField,
  hashReadValue,
  hashSet,
  hashSetDeadline,
  mayHaveDeadlines,
} from './hash.ts';
import { shapeReferences, shapesBytes, shapesOf } from './hash-shape.ts';
import { copyShaped, shapeOf } from './hash-shaped.ts';
import { hashTableBytes, newHashTable, PLACE_WORD } from './hash-table.ts';
import { Slice } from './slice.ts';
import { copyBlock, Value } from './value.ts';

const ENCODING_NAMES = ['listpack', 'listpackex', 'hashtable', 'listpack'];

function copyEx(from: Allocator, root: number, to: Allocator): number {
  const lp = copyBlock(from, from.arena.i32[(root >> 2) + 1], to);
  try {
    const copied = to.allocate(8);
    to.arena.i32[(copied >> 2) + PLACE_WORD] = 0;
    to.arena.i32[(copied >> 2) + 1] = lp;
    return copied;
  } catch (error) {
    to.free(lp);
    throw error;
  }
}

function copyTable(from: Allocator, root: number, to: Allocator): number {
  const source = Value.of(from, root, HASH_TABLE);
  const target = Value.of(to, newHashTable(to, hashCount(source)), HASH_TABLE);
  const cursor = new HashCursor();
  const field = new Slice();
  const value = new Slice();
  try {
    cursor.start(source);
    while (cursor.next()) {
      hashReadField(source, cursor.position, field);
      hashReadValue(source, cursor.position, value);
      hashSet(target, field.region, field.at, field.length, value.region, value.at, value.length, false);
      const deadlineMs = hashDeadline(source, cursor.position);
      if (deadlineMs === 0) continue;
      hashSetDeadline(target, hashFind(target, field.region, field.at, field.length), deadlineMs);
    }
  } catch (error) {
    hashFree(to, target.root, HASH_TABLE);
    throw error;
  }
  return target.root;
}

export const hashValueType = {
  name: 'hash',
  free: hashFree,

  sizeOf(allocator: Allocator, root: number, encoding: number, samples: number): number {
    const own = allocator.sizeOf(root);
    if (encoding === HASH_LISTPACK || encoding === HASH_SHAPED) return own;
    if (encoding === HASH_LISTPACK_EX) return own + allocator.sizeOf(allocator.arena.i32[(root >> 2) + 1]);
    return own + hashTableBytes(allocator, root, samples);
  },

  /** The copy is not yet known to its keyspace for its fields' deadlines: that is the caller's to say. */
  copy(from: Allocator, root: number, encoding: number, to: Allocator): number {
    if (encoding === HASH_LISTPACK) return copyBlock(from, root, to);
    if (encoding === HASH_SHAPED) return copyShaped(from, root, to);
    return encoding === HASH_LISTPACK_EX ? copyEx(from, root, to) : copyTable(from, root, to);
  },

  encodingName: (_allocator: Allocator, _root: number, encoding: number): string => ENCODING_NAMES[encoding],

  earliestDeadlineMs: (allocator: Allocator, root: number, encoding: number): number =>
    mayHaveDeadlines(encoding) ? hashEarliestDeadline(Value.of(allocator, root, encoding)) : Number.POSITIVE_INFINITY,

  expireDue: (
    allocator: Allocator,
    root: number,
    encoding: number,
    nowMs: number,
    limit: number,
    names: string[] | undefined,
  ): number => hashExpireDue(Value.of(allocator, root, encoding), nowMs, limit, names),

  lengthOf: (allocator: Allocator, root: number, encoding: number): number =>
    hashCount(Value.of(allocator, root, encoding)),

  shared: {
    blockOf: ({ arena }: Allocator, root: number, encoding: number): number =>
      encoding === HASH_SHAPED ? shapeOf(arena.region, root) : 0,
    users: ({ arena }: Allocator, shape: number): number => shapeReferences(arena, shape),
    blocks: ({ arena }: Allocator): number[] => shapesOf(arena),
    bytes: shapesBytes,
  },
};
