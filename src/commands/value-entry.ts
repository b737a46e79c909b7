/** From a key's entry to its value and back. */
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { encodingOf, rootOf, setEncoding, setRoot, typeOf } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import type { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { DEL } from './events.ts';

/** Room beyond an argument's own bytes that one more element may take in table, tree or listpack. */
const ELEMENT_ROOM_BYTES = 96;
/** Room for a small form to be rewritten as another. */
const CONVERSION_ROOM_BYTES = 128 << 10;

/** Makes `value` the value of an entry of the selected keyspace. */
export function openValue(ctx: Context, entry: number, value: Value): void {
  const { arena, allocator } = ctx.ks;
  value.set(allocator, rootOf(arena, entry), encodingOf(arena, entry));
}

/** Notes in the entry where the value is now. Must be called also when an operation failed half-way. */
export function saveValue(ctx: Context, entry: number, value: Value): void {
  const { arena } = ctx.ks;
  setRoot(arena, entry, value.root);
  setEncoding(arena, entry, value.encoding);
}

/** Removes the key in argument `arg`, the selected one, whose value has become empty: all of one change, told of before. */
export function removeEmptied(ctx: Context, arg: number, entry: number): void {
  ctx.ks.remove(entry, ctx.hash);
  ctx.announce(ctx.ks, arg, ctx.hash, DEL);
}

/**
 * Makes sure, before the first of several elements is added, that the selected shard has room for all of them.
 * @param firstArg the elements are this argument and all that follow  @throws OutOfMemoryError
 */
export function requireRoom(ctx: Context, firstArg: number): void {
  let bytes = CONVERSION_ROOM_BYTES + (ctx.argc - firstArg) * ELEMENT_ROOM_BYTES;
  for (let arg = firstArg; arg < ctx.argc; arg++) bytes += ctx.size[arg];
  if (!ctx.ks.allocator.hasRoom(bytes)) throw new OutOfMemoryError();
}

/** Makes the selected key, argument `arg`, a new value, which is freed if that fails. */
export function putValue(ctx: Context, arg: number, old: number, type: number, value: Value, free: FreeValue): void {
  const oldType = old === 0 ? type : typeOf(ctx.ks.arena, old);
  try {
    ctx.putRoot(arg, old, type | (value.encoding << 4), value.root, NO_DEADLINE);
  } catch (error) {
    free(value.allocator, value.root, value.encoding);
    throw error;
  }
  if (old !== 0) ctx.announceReplaced(ctx.ks, arg, ctx.hash, oldType, type);
}

type FreeValue = (allocator: Value['allocator'], root: number, encoding: number) => void;
