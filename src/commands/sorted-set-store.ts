/** Results of the …STORE commands of sorted sets. */
import { TYPE_SORTED_SET } from '../store/entry.ts';
import { sortedSetCount, sortedSetFree } from '../types/sorted-set.ts';
import type { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { DEL, type KeyEvent } from './events.ts';
import { putValue } from './value-entry.ts';

/** Makes the key in argument 1 the result, or removes it if the result is empty, which is freed. @returns the count */
export function storeSortedSet(ctx: Context, result: Value, event: KeyEvent): number {
  const count = sortedSetCount(result);
  const old = ctx.peek(1);
  if (count > 0) {
    putValue(ctx, 1, old, TYPE_SORTED_SET, result, sortedSetFree);
    ctx.touch(1, event);
    return count;
  }
  sortedSetFree(result.allocator, result.root, result.encoding);
  if (old !== 0) {
    ctx.ks.remove(old, ctx.hash);
    ctx.touch(1, DEL);
  }
  return 0;
}
