/** Results of the …STORE commands of sorted sets. */
import { TYPE_SORTED_SET } from '../store/entry.ts';
import { sortedSetCount, sortedSetFree } from '../types/sorted-set.ts';
import type { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { DEL, type KeyEvent } from './events.ts';
import { putValue } from './value-entry.ts';

/** Makes the key in argument `arg` the result, or removes it if the result is empty, which is freed. @returns the count */
export function storeSortedSet(ctx: Context, result: Value, event: KeyEvent, arg = 1): number {
  const count = sortedSetCount(result);
  const old = ctx.peek(arg);
  if (count > 0) {
    putValue(ctx, arg, old, TYPE_SORTED_SET, result, sortedSetFree);
    ctx.touch(arg, event);
    return count;
  }
  sortedSetFree(result.allocator, result.root, result.encoding);
  if (old !== 0) {
    ctx.ks.remove(old, ctx.hash);
    ctx.touch(arg, DEL);
  }
  return 0;
}
