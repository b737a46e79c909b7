/** LSET, LINSERT, LREM and LTRIM. */
import { List } from '../types/list.ts';
import { removeEqual } from '../types/list-remove.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { NO_SUCH_KEY, OUT_OF_RANGE, SYNTAX_ERROR } from './errors.ts';
import { listEvent } from './events.ts';
import { cursorEquals, lookupList, negatableArgument, saveShrunk } from './list-access.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { saveValue } from './value-entry.ts';

const LSET = listEvent('lset');
const LINSERT = listEvent('linsert');
const LREM = listEvent('lrem');
const LTRIM = listEvent('ltrim');

const list = new List();

function lset(ctx: Context): void {
  const entry = lookupList(ctx, 1, list);
  if (entry === 0) throw NO_SUCH_KEY;
  const index = saturatedInteger(ctx, 2);
  let found = false;
  try {
    // As in Redis the list is made ready for the element before it is known whether there is such an index.
    list.grow(ctx.size[3], 1);
    found = list.seek(index);
    if (found) list.replace(ctx.source, ctx.at[3], ctx.size[3]);
    if (found) list.settle(true);
  } finally {
    saveValue(ctx, entry, list);
  }
  if (!found) throw OUT_OF_RANGE;
  ctx.touch(1, LSET);
  ctx.reply.ok();
}

function linsert(ctx: Context): void {
  const after = ctx.isWord(2, 'AFTER');
  if (!after && !ctx.isWord(2, 'BEFORE')) throw SYNTAX_ERROR;
  const entry = lookupList(ctx, 1, list);
  if (entry === 0) return ctx.reply.integer(0);
  ctx.weigh(list.length);
  let found = false;
  try {
    list.grow(ctx.size[4], 1);
    found = seekEqual(ctx, 3);
    if (found && after) list.insertAfter(ctx.source, ctx.at[4], ctx.size[4]);
    else if (found) list.insertBefore(ctx.source, ctx.at[4], ctx.size[4]);
  } finally {
    saveValue(ctx, entry, list);
  }
  if (!found) return ctx.reply.integer(-1);
  ctx.touch(1, LINSERT);
  ctx.reply.integer(list.length);
}

/** Puts the cursor at the first element that is argument `arg`. @returns false if there is none */
function seekEqual(ctx: Context, arg: number): boolean {
  list.toEnd(true);
  do {
    if (cursorEquals(ctx, list, arg)) return true;
  } while (list.next());
  return false;
}

function lrem(ctx: Context): void {
  const count = negatableArgument(ctx, 2);
  const entry = lookupList(ctx, 1, list);
  if (entry === 0) return ctx.reply.integer(0);
  ctx.weigh(list.length);
  const removed = removeEqual(list, count, ctx.source, ctx.at[3], ctx.size[3]);
  if (removed > 0) saveShrunk(ctx, 1, entry, list, LREM);
  ctx.reply.integer(removed);
}

function ltrim(ctx: Context): void {
  const start = saturatedInteger(ctx, 2);
  const stop = saturatedInteger(ctx, 3);
  const entry = lookupList(ctx, 1, list);
  if (entry === 0) return ctx.reply.ok();
  const { length } = list;
  const from = Math.min(Math.max(start < 0 ? length + start : start, 0), length);
  const to = Math.min(stop < 0 ? length + stop : stop, length - 1);
  const before = from > to ? length : from;
  const behind = from > to ? 0 : length - 1 - to;
  ctx.weigh(before + behind);
  list.removeRange(length - behind, behind);
  list.removeRange(0, before);
  saveShrunk(ctx, 1, entry, list, LTRIM);
  ctx.reply.ok();
}

export const listEditCommands = [
  command({
    name: 'LSET',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N) for N elements between the index and the nearer end; O(1) at the ends',
    summary: 'Puts another element at an index of a list.',
    syntax: 'key:key index:integer element',
    keys: 'RW update 1',
    flags: 'write denyoom',
    run: lset,
  }),
  command({
    name: 'LINSERT',
    since: '2.2.0',
    group: 'list',
    complexity: 'O(N) for N elements before the one that is looked for',
    summary: 'Puts an element before or behind another one in a list.',
    syntax: 'key:key where(BEFORE | AFTER) pivot element',
    keys: 'RW insert 1',
    flags: 'write denyoom',
    run: linsert,
  }),
  command({
    name: 'LREM',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N) for the N elements of the list',
    summary: 'Removes elements that are equal to a given one; an emptied list goes.',
    syntax: 'key:key count:integer element',
    keys: 'RW delete 1',
    flags: 'write',
    run: lrem,
  }),
  command({
    name: 'LTRIM',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N) for N elements removed',
    summary: 'Removes all elements of a list but those from one index to another; an emptied list goes.',
    syntax: 'key:key start:integer stop:integer',
    keys: 'RW delete 1',
    flags: 'write',
    run: ltrim,
  }),
];
