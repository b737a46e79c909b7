/** Sets: one key, its members one by one. */
import { TYPE_SET } from '../store/entry.ts';
import { registerValueType } from '../store/value-types.ts';
import { SetCursor, setAdd, setCount, setCreate, setExpect, setFree, setHas, setRemove } from '../types/set.ts';
import { setValueType } from '../types/set-value-type.ts';
import { Slice } from '../types/slice.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { setEvent } from './events.ts';
import { openValue, putValue, removeEmptied, requireRoom, saveValue } from './value-entry.ts';

registerValueType(TYPE_SET, setValueType);

const SADD = setEvent('sadd');
const SREM = setEvent('srem');

const set = new Value();
const target = new Value();
const cursor = new SetCursor();
const member = new Slice();

/** Opens the set in argument `arg` to be read. @returns false if there is no such key */
export function readSet(ctx: Context, arg: number, into: Value): boolean {
  const entry = ctx.readTyped(arg, TYPE_SET);
  if (entry === 0) return false;
  openValue(ctx, entry, into);
  return true;
}

function sadd(ctx: Context): void {
  const entry = ctx.lookupTyped(1, TYPE_SET);
  if (ctx.argc > 3) requireRoom(ctx, 2);
  const added = entry === 0 ? createSet(ctx) : addMembers(ctx, entry);
  if (added > 0) ctx.touch(1, SADD);
  ctx.reply.integer(added);
}

function createSet(ctx: Context): number {
  set.allocator = ctx.ks.allocator;
  setCreate(set, ctx.source, ctx.at[2], ctx.size[2], ctx.argc - 2);
  let added = 0;
  try {
    for (let arg = 2; arg < ctx.argc; arg++) if (setAdd(set, ctx.source, ctx.at[arg], ctx.size[arg])) added++;
  } catch (error) {
    setFree(set.allocator, set.root, set.encoding);
    throw error;
  }
  putValue(ctx, 1, 0, TYPE_SET, set, setFree);
  return added;
}

function addMembers(ctx: Context, entry: number): number {
  openValue(ctx, entry, set);
  let added = 0;
  try {
    setExpect(set, ctx.argc - 2);
    for (let arg = 2; arg < ctx.argc; arg++) if (setAdd(set, ctx.source, ctx.at[arg], ctx.size[arg])) added++;
  } finally {
    saveValue(ctx, entry, set);
  }
  return added;
}

function srem(ctx: Context): void {
  const entry = ctx.lookupTyped(1, TYPE_SET);
  if (entry === 0) return ctx.reply.integer(0);
  openValue(ctx, entry, set);
  let removed = 0;
  for (let arg = 2; arg < ctx.argc && setCount(set) > 0; arg++) {
    if (setRemove(set, ctx.source, ctx.at[arg], ctx.size[arg])) removed++;
  }
  saveValue(ctx, entry, set);
  if (removed > 0) ctx.touch(1, SREM);
  if (setCount(set) === 0) removeEmptied(ctx, 1, entry);
  ctx.reply.integer(removed);
}

function smove(ctx: Context): void {
  const from = ctx.lookupTyped(1, TYPE_SET);
  if (from === 0) return ctx.reply.integer(0);
  const fromSpace = ctx.ks;
  openValue(ctx, from, set);
  const to = ctx.lookupTyped(2, TYPE_SET);
  const has = setHas(set, ctx.source, ctx.at[3], ctx.size[3]);
  if (!has || (to === from && ctx.ks === fromSpace)) return ctx.reply.integer(has ? 1 : 0);
  // The member is added before it is removed, since only adding can fail.
  const added = addTo(ctx, 2, to, 3);
  ctx.select(1);
  setRemove(set, ctx.source, ctx.at[3], ctx.size[3]);
  saveValue(ctx, from, set);
  ctx.touch(1, SREM);
  if (setCount(set) === 0) removeEmptied(ctx, 1, from);
  if (added) ctx.touch(2, SADD);
  ctx.reply.integer(1);
}

/** Adds argument `memberArg` to the set in `keyArg`, the selected key, making the set if `entry` is 0. */
function addTo(ctx: Context, keyArg: number, entry: number, memberArg: number): boolean {
  const at = ctx.at[memberArg];
  const length = ctx.size[memberArg];
  if (entry !== 0) {
    openValue(ctx, entry, target);
    try {
      return setAdd(target, ctx.source, at, length);
    } finally {
      saveValue(ctx, entry, target);
    }
  }
  target.allocator = ctx.ks.allocator;
  setCreate(target, ctx.source, at, length, 1);
  try {
    setAdd(target, ctx.source, at, length);
  } catch (error) {
    setFree(target.allocator, target.root, target.encoding);
    throw error;
  }
  putValue(ctx, keyArg, 0, TYPE_SET, target, setFree);
  return true;
}

function sismember(ctx: Context): void {
  const has = readSet(ctx, 1, set) && setHas(set, ctx.source, ctx.at[2], ctx.size[2]);
  ctx.reply.integer(has ? 1 : 0);
}

function smismember(ctx: Context): void {
  const found = readSet(ctx, 1, set);
  ctx.reply.array(ctx.argc - 2);
  for (let arg = 2; arg < ctx.argc; arg++) {
    ctx.reply.integer(found && setHas(set, ctx.source, ctx.at[arg], ctx.size[arg]) ? 1 : 0);
  }
}

function scard(ctx: Context): void {
  ctx.reply.integer(readSet(ctx, 1, set) ? setCount(set) : 0);
}

function smembers(ctx: Context): void {
  if (!readSet(ctx, 1, set)) return ctx.reply.set(0);
  const count = setCount(set);
  ctx.weigh(count);
  ctx.reply.set(count);
  cursor.start(set);
  while (cursor.next(member)) ctx.reply.bulk(member.region, member.at, member.length);
}

export const setCommands = [
  command({
    name: 'SADD',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1) a member',
    summary: 'Adds members to a set, which is made if there is none.',
    syntax: 'key:key member...',
    keys: 'RW insert 1',
    flags: 'write denyoom fast',
    history: [['2.4.0', 'Takes several members.']],
    run: sadd,
  }),
  command({
    name: 'SREM',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1) a member',
    summary: 'Removes members from a set; the key goes with the last one.',
    syntax: 'key:key member...',
    keys: 'RW delete 1',
    flags: 'write fast',
    history: [['2.4.0', 'Takes several members.']],
    run: srem,
  }),
  command({
    name: 'SMOVE',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1)',
    summary: 'Moves a member from one set to another.',
    syntax: 'source:key destination:key#1 member',
    keys: 'RW access delete 1 ; RW insert 2',
    flags: 'write fast',
    run: smove,
  }),
  command({
    name: 'SISMEMBER',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1)',
    summary: 'Tells whether a set has a member.',
    syntax: 'key:key member',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: sismember,
  }),
  command({
    name: 'SMISMEMBER',
    since: '6.2.0',
    group: 'set',
    complexity: 'O(1) a member',
    summary: 'Tells of each of several members whether a set has it.',
    syntax: 'key:key member...',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: smismember,
  }),
  command({
    name: 'SCARD',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1)',
    summary: 'Counts the members of a set.',
    syntax: 'key:key',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: scard,
  }),
  command({
    name: 'SMEMBERS',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N) for N members',
    summary: 'Returns all members of a set.',
    syntax: 'key:key',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output_order',
    run: smembers,
  }),
];
