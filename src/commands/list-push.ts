/** LPUSH, RPUSH, LPUSHX and RPUSHX. */
import { TYPE_LIST } from '../store/entry.ts';
import { List } from '../types/list.ts';
import { listValueType } from '../types/list-value-type.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { LPUSH, lookupList, RPUSH } from './list-access.ts';
import { putValue, saveValue } from './value-entry.ts';

const list = new List();

function push(ctx: Context, first: boolean, onlyExisting: boolean): void {
  const entry = lookupList(ctx, 1, list);
  if (entry === 0 && onlyExisting) return ctx.reply.integer(0);
  const elements = ctx.argc - 2;
  ctx.weigh(elements);
  let bytes = 0;
  for (let arg = 2; arg < ctx.argc; arg++) bytes += ctx.size[arg];
  if (entry === 0) {
    list.create(ctx.ks.allocator, bytes, elements);
    fillNew(ctx, first);
    putValue(ctx, 1, 0, TYPE_LIST, list, listValueType.free);
  } else {
    try {
      list.grow(bytes, elements);
      pushArguments(ctx, first);
    } finally {
      saveValue(ctx, entry, list);
    }
  }
  ctx.touch(1, first ? LPUSH : RPUSH);
  ctx.reply.integer(list.length);
}

function fillNew(ctx: Context, first: boolean): void {
  try {
    pushArguments(ctx, first);
  } catch (error) {
    listValueType.free(list.allocator, list.root, list.encoding);
    throw error;
  }
}

function pushArguments(ctx: Context, first: boolean): void {
  const { source, at, size, argc } = ctx;
  if (first) for (let arg = 2; arg < argc; arg++) list.pushFirst(source, at[arg], size[arg]);
  else for (let arg = 2; arg < argc; arg++) list.pushLast(source, at[arg], size[arg]);
}

export const listPushCommands = [
  command({
    name: 'LPUSH',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(1) an element',
    summary: 'Puts elements first in a list, one after the other; makes the list if there is none.',
    syntax: 'key:key element...',
    keys: 'RW insert 1',
    flags: 'write denyoom fast',
    history: [['2.4.0', 'Takes more than one element.']],
    run: (ctx) => push(ctx, true, false),
  }),
  command({
    name: 'RPUSH',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(1) an element',
    summary: 'Puts elements last in a list; makes the list if there is none.',
    syntax: 'key:key element...',
    keys: 'RW insert 1',
    flags: 'write denyoom fast',
    history: [['2.4.0', 'Takes more than one element.']],
    run: (ctx) => push(ctx, false, false),
  }),
  command({
    name: 'LPUSHX',
    since: '2.2.0',
    group: 'list',
    complexity: 'O(1) an element',
    summary: 'Puts elements first in a list, one after the other, if there is one.',
    syntax: 'key:key element...',
    keys: 'RW insert 1',
    flags: 'write denyoom fast',
    history: [['4.0.0', 'Takes more than one element.']],
    run: (ctx) => push(ctx, true, true),
  }),
  command({
    name: 'RPUSHX',
    since: '2.2.0',
    group: 'list',
    complexity: 'O(1) an element',
    summary: 'Puts elements last in a list, if there is one.',
    syntax: 'key:key element...',
    keys: 'RW insert 1',
    flags: 'write denyoom fast',
    history: [['4.0.0', 'Takes more than one element.']],
    run: (ctx) => push(ctx, false, true),
  }),
];
