/** XGROUP. */
import { TYPE_STREAM } from '../store/entry.ts';
import { STREAM_ENTRIES_ADDED, STREAM_GROUPS, STREAM_LAST_ID, Stream } from '../types/stream.ts';
import { exactCounterAt, setExactCounter } from '../types/stream-counter.ts';
import {
  consumerCreate,
  consumerRemove,
  ENTRIES_READ_UNKNOWN,
  findConsumer,
  GROUP_ENTRIES_READ,
  GROUP_LAST_ID,
  groupCreate,
  groupRemove,
} from '../types/stream-group.ts';
import { StreamId } from '../types/stream-id.ts';
import { namesFind } from '../types/stream-names.ts';
import { streamValueType } from '../types/stream-value-type.ts';
import { argumentText, subcommandSyntaxError } from './argument-text.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { type CommandError, error } from './errors.ts';
import { streamEvent } from './events.ts';
import { replyHelp } from './help.ts';
import { idArgument, lookupStream, looseIdArgument, tellQuietly } from './stream-access.ts';
import { exactInteger } from './stream-range.ts';
import { putValue } from './value-entry.ts';

const CREATED = streamEvent('xgroup-create');
const SETID = streamEvent('xgroup-setid');
const DESTROYED = streamEvent('xgroup-destroy');
export const CONSUMER_CREATED = streamEvent('xgroup-createconsumer');
const CONSUMER_REMOVED = streamEvent('xgroup-delconsumer');

const NO_KEY = error(
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
);
const EXISTS = error('BUSYGROUP Consumer Group name already exists');
const READ_NEGATIVE = error('ERR value for ENTRIESREAD must be positive or -1');
const DOLLAR = 36;
/** Options that are given twice are too many. */
const CREATE_ARGUMENTS_MAX = 8;
const SETID_ARGUMENTS_MAX = 7;

const stream = new Stream();
const id = new StreamId();

/** The group that argument `arg` names, or 0, in a stream that is open. */
export const findGroup = (ctx: Context, of: Stream, arg: number): number =>
  namesFind(of.allocator.arena, of.base + STREAM_GROUPS, ctx.source, ctx.at[arg], ctx.size[arg]);

const noSuchGroup = (ctx: Context): CommandError =>
  error(`NOGROUP No such consumer group '${argumentText(ctx, 3)}' for key name '${argumentText(ctx, 2)}'`);

/** The options behind the ID. @returns ENTRIESREAD, or −1 */
function readOptions(ctx: Context, mayCreate: boolean): { makes: boolean; entriesRead: bigint } {
  let makes = false;
  let entriesRead = BigInt(ENTRIES_READ_UNKNOWN);
  for (let arg = 5; arg < ctx.argc; arg++) {
    if (mayCreate && ctx.isWord(arg, 'MKSTREAM')) {
      makes = true;
    } else if (ctx.isWord(arg, 'ENTRIESREAD') && arg + 1 < ctx.argc) {
      entriesRead = exactInteger(ctx, ++arg);
      if (entriesRead < -1n) throw READ_NEGATIVE;
    } else {
      throw subcommandSyntaxError(ctx);
    }
  }
  return { makes, entriesRead };
}

/** No group has read more than was ever added. */
function capped(entriesRead: bigint): bigint {
  const added = exactCounterAt(stream.allocator.arena, stream.base + STREAM_ENTRIES_ADDED);
  return entriesRead > added ? added : entriesRead;
}

/** Opens the stream in argument 2, which must be there. @returns its entry */
function requireStream(ctx: Context): number {
  const entry = lookupStream(ctx, 2, stream);
  if (entry === 0) throw NO_KEY;
  return entry;
}

/** The group in argument 3, which must be there. */
function requireGroup(ctx: Context): number {
  requireStream(ctx);
  const group = findGroup(ctx, stream, 3);
  if (group === 0) throw noSuchGroup(ctx);
  return group;
}

const isDollar = (ctx: Context, arg: number): boolean => ctx.size[arg] === 1 && ctx.source.u8[ctx.at[arg]] === DOLLAR;

function create(ctx: Context): void {
  const { makes, entriesRead } = readOptions(ctx, true);
  const entry = lookupStream(ctx, 2, stream);
  if (entry === 0 && !makes) throw NO_KEY;
  if (ctx.argc > CREATE_ARGUMENTS_MAX) throw subcommandSyntaxError(ctx);
  if (!isDollar(ctx, 4)) idArgument(ctx, 4, id);
  else if (entry === 0) id.setMin();
  else stream.loadId(STREAM_LAST_ID, id);
  if (entry !== 0 && findGroup(ctx, stream, 3) !== 0) throw EXISTS;
  if (entry === 0) stream.create(ctx.ks.allocator);
  try {
    const { source, at, size } = ctx;
    groupCreate(stream.allocator, stream.base + STREAM_GROUPS, source, at[3], size[3], id, capped(entriesRead));
  } catch (thrown) {
    if (entry === 0) streamValueType.free(stream.allocator, stream.root);
    throw thrown;
  }
  if (entry === 0) putValue(ctx, 2, 0, TYPE_STREAM, stream, streamValueType.free);
  ctx.reply.ok();
  if (entry === 0) ctx.touch(2, CREATED);
  else tellQuietly(ctx, 2, CREATED);
}

function setId(ctx: Context): void {
  const { entriesRead } = readOptions(ctx, false);
  const group = requireGroup(ctx);
  if (ctx.argc > SETID_ARGUMENTS_MAX) throw subcommandSyntaxError(ctx);
  if (isDollar(ctx, 4)) stream.loadId(STREAM_LAST_ID, id);
  else looseIdArgument(ctx, 4, id);
  const { arena } = stream.allocator;
  id.store(arena, (group >> 2) + GROUP_LAST_ID);
  setExactCounter(arena, (group >> 2) + GROUP_ENTRIES_READ, capped(entriesRead));
  ctx.reply.ok();
  tellQuietly(ctx, 2, SETID);
}

function destroy(ctx: Context): void {
  requireStream(ctx);
  const group = findGroup(ctx, stream, 3);
  if (group === 0) return ctx.reply.integer(0);
  groupRemove(stream.allocator, stream.base + STREAM_GROUPS, group);
  ctx.reply.integer(1);
  // Whoever waits as one of the group is told that it is gone.
  ctx.touchBeside(2, DESTROYED);
}

function createConsumer(ctx: Context): void {
  const group = requireGroup(ctx);
  const { source, at, size } = ctx;
  if (findConsumer(stream.allocator.arena, group, source, at[4], size[4]) !== 0) return ctx.reply.integer(0);
  consumerCreate(stream.allocator, group, source, at[4], size[4], ctx.nowMs);
  ctx.reply.integer(1);
  tellQuietly(ctx, 2, CONSUMER_CREATED);
}

function removeConsumer(ctx: Context): void {
  const group = requireGroup(ctx);
  const consumer = findConsumer(stream.allocator.arena, group, ctx.source, ctx.at[4], ctx.size[4]);
  if (consumer === 0) return ctx.reply.integer(0);
  ctx.reply.integer(consumerRemove(stream.allocator, group, consumer));
  tellQuietly(ctx, 2, CONSUMER_REMOVED);
}

export const streamGroupCommands = [
  command({
    name: 'XGROUP',
    since: '5.0.0',
    group: 'stream',
    complexity: 'Depends on the subcommand',
    summary: 'Holds the commands for the groups of a stream.',
    syntax: '',
    arity: -2,
    run: () => {},
  }),
  command({
    name: 'XGROUP|CREATE',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1)',
    summary: 'Makes a group of consumers.',
    syntax: 'key:key group id-selector(id | new-id=$) [MKSTREAM] [ENTRIESREAD entriesread:integer]',
    keys: 'RW insert 2',
    flags: 'write denyoom',
    history: [['7.0.0', 'Knows ENTRIESREAD.']],
    run: create,
  }),
  command({
    name: 'XGROUP|SETID',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1)',
    summary: 'Sets the ID that a group was given last.',
    syntax: 'key:key group id-selector(id | new-id=$) [ENTRIESREAD entriesread:integer]',
    keys: 'RW update 2',
    flags: 'write',
    history: [['7.0.0', 'Knows ENTRIESREAD.']],
    run: setId,
  }),
  command({
    name: 'XGROUP|DESTROY',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for the N entries that the group has pending',
    summary: 'Removes a group with its consumers and what they have pending.',
    syntax: 'key:key group',
    keys: 'RW delete 2',
    flags: 'write',
    run: destroy,
  }),
  command({
    name: 'XGROUP|CREATECONSUMER',
    since: '6.2.0',
    group: 'stream',
    complexity: 'O(1)',
    summary: 'Makes a consumer of a group.',
    syntax: 'key:key group consumer',
    keys: 'RW insert 2',
    flags: 'write denyoom',
    run: createConsumer,
  }),
  command({
    name: 'XGROUP|DELCONSUMER',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N) for the N entries that the consumer has pending',
    summary: 'Removes a consumer with what it has pending.',
    syntax: 'key:key group consumer',
    keys: 'RW delete 2',
    flags: 'write',
    run: removeConsumer,
  }),
  command({
    name: 'XGROUP|HELP',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1)',
    summary: 'Tells about the subcommands.',
    syntax: '',
    flags: 'loading stale',
    run: (ctx) => replyHelp(ctx),
  }),
];
