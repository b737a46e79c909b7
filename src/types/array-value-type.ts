/** What the store must know of arrays. */
import type { Allocator } from '../memory/allocator.ts';
import { ARRAY_DIRECTORY, ARRAY_WORDS } from './array.ts';
import {
  DirectoryCursor,
  directoryAdd,
  directoryBytes,
  directoryClear,
  directoryCount,
  directoryDrop,
} from './array-directory.ts';
import { sliceBytes, sliceCopy, sliceFree } from './array-slice.ts';

function free(allocator: Allocator, root: number): void {
  const { arena } = allocator;
  const directory = (root >> 2) + ARRAY_DIRECTORY;
  const cursor = new DirectoryCursor();
  for (let slice = cursor.toFirst(arena, directory); slice !== 0; slice = cursor.next(arena)) {
    sliceFree(allocator, slice);
  }
  directoryDrop(allocator, directory);
  allocator.free(root);
}

export const arrayValueType = {
  name: 'array',
  free,

  sizeOf(allocator: Allocator, root: number, _encoding: number, samples: number): number {
    const { arena } = allocator;
    const directory = (root >> 2) + ARRAY_DIRECTORY;
    const slices = directoryCount(arena, directory);
    const most = samples === 0 ? slices : Math.min(samples, slices);
    const cursor = new DirectoryCursor();
    let bytes = 0;
    let slice = cursor.toFirst(arena, directory);
    for (let i = 0; i < most; i++) {
      bytes += sliceBytes(allocator, slice);
      slice = cursor.next(arena);
    }
    const all = Math.round((bytes / Math.max(most, 1)) * slices);
    return allocator.sizeOf(root) + directoryBytes(allocator, directory) + all;
  },

  copy(from: Allocator, root: number, _encoding: number, to: Allocator): number {
    const copied = to.allocate(ARRAY_WORDS << 2);
    const source = (root >> 2) + ARRAY_DIRECTORY;
    const target = (copied >> 2) + ARRAY_DIRECTORY;
    to.arena.i32.set(from.arena.i32.subarray(root >> 2, source), copied >> 2);
    directoryClear(to.arena, target);
    const cursor = new DirectoryCursor();
    try {
      for (let slice = cursor.toFirst(from.arena, source); slice !== 0; slice = cursor.next(from.arena)) {
        const block = sliceCopy(from, slice, to);
        try {
          directoryAdd(to, target, block);
        } catch (error) {
          sliceFree(to, block);
          throw error;
        }
      }
    } catch (error) {
      free(to, copied);
      throw error;
    }
    return copied;
  },

  encodingName: (): string => 'sliced-array',

  lengthOf: (allocator: Allocator, root: number): number => allocator.arena.i32[root >> 2],
};
