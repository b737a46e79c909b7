/** What the list commands share: from keys to lists and back, elements as replies, arguments. */
import { INT64_MIN, parseInt64 } from '../base/numbers.ts';
import { TYPE_LIST } from '../store/entry.ts';
import { registerValueType } from '../store/value-types.ts';
import type { List } from '../types/list.ts';
import { listValueType } from '../types/list-value-type.ts';
import { ListpackElement } from '../types/listpack-element.ts';
import type { Context } from './context.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { type KeyEvent, listEvent } from './events.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { openValue, removeEmptied, saveValue } from './value-entry.ts';

registerValueType(TYPE_LIST, listValueType);

export const LPUSH = listEvent('lpush');
export const RPUSH = listEvent('rpush');
export const LPOP = listEvent('lpop');
export const RPOP = listEvent('rpop');

const BEYOND_LONG = error('ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807');

const element = new ListpackElement();

/** Opens the list in argument `arg` to be read. @returns false if there is no such key  @throws WRONG_TYPE */
export function readList(ctx: Context, arg: number, list: List): boolean {
  const entry = ctx.readTyped(arg, TYPE_LIST);
  if (entry === 0) return false;
  openValue(ctx, entry, list);
  return true;
}

/** Opens the list in argument `arg` to be changed. @returns its entry, or 0  @throws WRONG_TYPE */
export function lookupList(ctx: Context, arg: number, list: List): number {
  const entry = ctx.lookupTyped(arg, TYPE_LIST);
  if (entry !== 0) openValue(ctx, entry, list);
  return entry;
}

/** Notes in the selected key's entry, argument `arg`, what became of a list that lost elements, and says so; an empty one goes. */
export function saveShrunk(ctx: Context, arg: number, entry: number, list: List, event: KeyEvent): void {
  list.settle(true);
  saveValue(ctx, entry, list);
  ctx.touch(arg, event);
  if (list.length === 0) removeEmptied(ctx, arg, entry);
}

/** Replies with the element at the list's cursor. */
export function replyElement(ctx: Context, list: List): void {
  element.read(list.allocator.arena.region, list.at);
  const { reply } = ctx;
  if (!element.isInteger) {
    reply.bulk(list.allocator.arena.region, element.at, element.length);
  } else if (element.isSafe) {
    reply.bulkInteger(element.integer);
  } else {
    const at = reply.bulkSpace(element.textLength());
    element.copyText(reply.region, at);
  }
}

/** Whether the element at the list's cursor is argument `arg`. */
export function cursorEquals(ctx: Context, list: List, arg: number): boolean {
  element.read(list.allocator.arena.region, list.at);
  return element.equals(ctx.source, ctx.at[arg], ctx.size[arg]);
}

/** Argument `arg`, an integer whose opposite must be one, too; saturated. */
export function negatableArgument(ctx: Context, arg: number): number {
  const value = saturatedInteger(ctx, arg);
  if (value > -Number.MAX_SAFE_INTEGER) return value;
  if (parseInt64(ctx.source.u8, ctx.at[arg], ctx.size[arg]) === INT64_MIN) throw BEYOND_LONG;
  return value;
}

/** Whether argument `arg` is LEFT (true) or RIGHT. @throws SYNTAX_ERROR if it is neither */
export function isLeft(ctx: Context, arg: number): boolean {
  if (ctx.isWord(arg, 'LEFT')) return true;
  if (ctx.isWord(arg, 'RIGHT')) return false;
  throw SYNTAX_ERROR;
}
