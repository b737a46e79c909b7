/** XTRIM, XDEL, and trimming for XADD. */
import { STREAM_GROUPS, Stream, type TrimGuard } from '../types/stream.ts';
import { isReferenced, removeReferences } from '../types/stream-group.ts';
import { StreamId } from '../types/stream-id.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { SYNTAX_ERROR } from './errors.ts';
import { streamEvent } from './events.ts';
import { idArgument, lookupStream } from './stream-access.ts';
import { ACKED, KEEPREF, TRIM_MINID, TrimArguments } from './stream-trim-arguments.ts';

export const XTRIM = streamEvent('xtrim');
export const XDEL = streamEvent('xdel');

const stream = new Stream();
const given = new TrimArguments();
const id = new StreamId();

/** What groups have a say in: see stream-trim-arguments.ts. */
class GroupGuard implements TrimGuard {
  private of!: Stream;
  private acked = false;

  /** @returns undefined if no group has a say */
  for(of: Stream, refs: number): TrimGuard | undefined {
    this.of = of;
    this.acked = refs === ACKED;
    return refs === KEEPREF || of.allocator.arena.i32[of.base + STREAM_GROUPS] === 0 ? undefined : this;
  }

  release(entry: StreamId): boolean {
    const { allocator, base } = this.of;
    if (this.acked) return !isReferenced(allocator.arena, base + STREAM_GROUPS, entry);
    removeReferences(allocator, base + STREAM_GROUPS, entry);
    return true;
  }
}

const guard = new GroupGuard();

/** @returns how many entries went */
export function trimStream(from: Stream, how: TrimArguments): number {
  const minId = how.strategy === TRIM_MINID ? how.minId : undefined;
  // Where groups have a say, entry after entry is looked at, so `~` needn't leave any.
  const wholeNodes = how.wholeNodes && how.refs === KEEPREF;
  return from.trim(how.maxLength, minId, wholeNodes, how.limit, guard.for(from, how.refs));
}

function xtrim(ctx: Context): void {
  given.clear();
  for (let arg = 2; arg < ctx.argc; ) {
    arg = given.read(ctx, arg);
    if (arg === 0) throw SYNTAX_ERROR;
  }
  given.finish(true);
  const entry = lookupStream(ctx, 1, stream);
  if (entry === 0) return ctx.reply.integer(0);
  ctx.weigh(given.weightOf(stream));
  const removed = trimStream(stream, given);
  if (removed > 0) ctx.touch(1, XTRIM);
  ctx.reply.integer(removed);
}

function xdel(ctx: Context): void {
  const entry = lookupStream(ctx, 1, stream);
  if (entry === 0) return ctx.reply.integer(0);
  for (let arg = 2; arg < ctx.argc; arg++) idArgument(ctx, arg, id);
  let removed = 0;
  for (let arg = 2; arg < ctx.argc; arg++) {
    idArgument(ctx, arg, id);
    if (stream.remove(id)) removed++;
  }
  if (removed > 0) ctx.touch(1, XDEL);
  ctx.reply.integer(removed);
}

export const streamTrimCommands = [
  command({
    name: 'XTRIM',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for the N entries that go; whole nodes of them go at once',
    summary: 'Removes the oldest entries of a stream.',
    syntax:
      'key:key trim{strategy(MAXLEN | MINID@6.2.0) [operator(equal== | approximately=~)] threshold [LIMIT count:integer@6.2.0] [condition(KEEPREF | DELREF | ACKED)]}',
    keys: 'RW delete 1',
    flags: 'write',
    tips: 'nondeterministic_output',
    history: [
      ['6.2.0', 'Knows MINID and LIMIT.'],
      ['8.2.0', 'Knows KEEPREF, DELREF and ACKED.'],
    ],
    run: xtrim,
  }),
  command({
    name: 'XDEL',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for N IDs',
    summary: 'Removes entries of a stream.',
    syntax: 'key:key id...',
    keys: 'RW delete 1',
    flags: 'write fast',
    run: xdel,
  }),
];
