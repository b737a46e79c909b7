/** Whether keys are there, what they are, and away with them. */
import { Region } from '../base/region.ts';
import { encodingOf, rootOf, TYPE_STRING, typeOf } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { valueType } from '../store/value-types.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { DEL } from './events.ts';

/** The live entry of the key in `arg`, or 0: counted as a hit or a miss, but not as a use. */
export function look(ctx: Context, arg: number): number {
  return ctx.select(arg).look(ctx.source, ctx.at[arg], ctx.size[arg], ctx.hash);
}

/** How many elements the value of an entry has; 0 for a string. */
export function elementsOf(keyspace: Keyspace, entry: number): number {
  const { arena, allocator } = keyspace;
  const type = typeOf(arena, entry);
  if (type === TYPE_STRING) return 0;
  return valueType(type).lengthOf(allocator, rootOf(arena, entry), encodingOf(arena, entry));
}

function del(ctx: Context): void {
  const { argc } = ctx;
  if (ctx.mayHandOff) weighKeys(ctx);
  let removed = 0;
  for (let arg = 1; arg < argc; arg++) {
    const entry = ctx.peek(arg);
    if (entry === 0) continue;
    ctx.ks.remove(entry, ctx.hash);
    ctx.touch(arg, DEL);
    removed++;
  }
  ctx.reply.integer(removed);
}

function weighKeys(ctx: Context): void {
  let elements = ctx.argc;
  for (let arg = 1; arg < ctx.argc; arg++) {
    const entry = ctx.peek(arg);
    if (entry !== 0) elements += elementsOf(ctx.ks, entry);
  }
  ctx.weigh(elements);
}

function exists(ctx: Context): void {
  let count = 0;
  for (let arg = 1; arg < ctx.argc; arg++) if (look(ctx, arg) !== 0) count++;
  ctx.reply.integer(count);
}

/** Counts as a use, of a reader, also for a client that asked for its commands not to. */
function touch(ctx: Context): void {
  const { access } = ctx;
  let count = 0;
  for (let arg = 1; arg < ctx.argc; arg++) {
    const entry = look(ctx, arg);
    if (entry === 0) continue;
    if (access.notesReads) access.touch(ctx.ks.arena, entry);
    count++;
  }
  ctx.reply.integer(count);
}

const NO_TYPE = Region.of('+none\r\n');
/** The reply for each type, by its tag, made when it is first asked for. */
const typeReplies: Region[] = [];

function type(ctx: Context): void {
  const entry = look(ctx, 1);
  if (entry === 0) return ctx.reply.raw(NO_TYPE);
  const tag = typeOf(ctx.ks.arena, entry);
  typeReplies[tag] ??= Region.of(`+${tag === TYPE_STRING ? 'string' : valueType(tag).name}\r\n`);
  ctx.reply.raw(typeReplies[tag]);
}

export const genericExistsCommands = [
  command({
    name: 'DEL',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1) a key with a string, O(N) for a value of N elements',
    summary: 'Removes keys and tells how many there were.',
    syntax: 'key:key...',
    keys: 'RM delete 1..-1',
    flags: 'write',
    tips: 'request_policy:multi_shard response_policy:agg_sum',
    run: del,
  }),
  command({
    name: 'UNLINK',
    since: '4.0.0',
    group: 'generic',
    complexity: 'O(1) a key with a string, O(N) for a value of N elements',
    summary: 'Removes keys and tells how many there were; like DEL, which frees large values on another thread, too.',
    syntax: 'key:key...',
    keys: 'RM delete 1..-1',
    flags: 'write fast',
    tips: 'request_policy:multi_shard response_policy:agg_sum',
    run: del,
  }),
  command({
    name: 'EXISTS',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1) a key',
    summary: 'Counts those of the given keys that are there; a key given twice counts twice.',
    syntax: 'key:key...',
    keys: 'RO 1..-1',
    flags: 'readonly fast',
    tips: 'request_policy:multi_shard response_policy:agg_sum',
    history: [['3.0.3', 'Takes several keys.']],
    run: exists,
  }),
  command({
    name: 'TOUCH',
    since: '3.2.1',
    group: 'generic',
    complexity: 'O(1) a key',
    summary: 'Counts those of the given keys that are there and notes their use, as eviction sees it.',
    syntax: 'key:key...',
    keys: 'RO 1..-1',
    flags: 'readonly fast',
    tips: 'request_policy:multi_shard response_policy:agg_sum',
    run: touch,
  }),
  command({
    name: 'TYPE',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Tells the type of the value at a key.',
    syntax: 'key:key',
    keys: 'RO 1',
    flags: 'readonly fast',
    run: type,
  }),
];
