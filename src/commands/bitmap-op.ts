/** BITOP: strings combined bit by bit. */
import { copy, Region } from '../base/region.ts';
import { FLAG_RAW, hasDeadline, setFlag, TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import { BYTES_PER_ELEMENT } from './bitmap-bit.ts';
import { type BitSource, combineBits, OPERATIONS, type Operation } from './bitmap-words.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { DEL } from './events.ts';
import { SET } from './string-set.ts';

const NOT_OF_ONE = error('ERR BITOP NOT must be called with a single source key.');
const FIRST_SOURCE = 3;

function bitop(ctx: Context): void {
  const operation = requireOperation(ctx);
  const count = ctx.argc - FIRST_SOURCE;
  if (operation === 'NOT' && count !== 1) throw NOT_OF_ONE;
  const needsTwo = operation === 'DIFF' || operation === 'DIFF1' || operation === 'ANDOR';
  if (needsTwo && count < 2) throw error(`ERR BITOP ${operation} must be called with at least two source keys.`);
  const sources: BitSource[] = [];
  let bytes = 0;
  for (let arg = FIRST_SOURCE; arg < ctx.argc; arg++) {
    const source = sourceAt(ctx, arg);
    bytes = Math.max(bytes, source.bytes);
    sources.push(source);
  }
  ctx.weigh((bytes * count) / BYTES_PER_ELEMENT);
  if (bytes > 0) store(ctx, operation, sources, bytes);
  else remove(ctx);
  ctx.reply.integer(bytes);
}

/** @throws SYNTAX_ERROR */
function requireOperation(ctx: Context): Operation {
  for (const name of OPERATIONS) if (ctx.isWord(1, name)) return name;
  throw SYNTAX_ERROR;
}

/** The string at the key in `arg`; an absent key counts as empty. */
function sourceAt(ctx: Context, arg: number): BitSource {
  const entry = ctx.readTyped(arg, TYPE_STRING);
  const { arena } = ctx.ks;
  if (entry === 0) return { region: arena.region, at: 0, bytes: 0 };
  return { region: arena.region, at: valueAt(arena, entry), bytes: valueLength(arena, entry) };
}

function store(ctx: Context, operation: Operation, sources: readonly BitSource[], bytes: number): void {
  const old = ctx.lookup(2);
  const { arena } = ctx.ks;
  const isSource = old !== 0 && sources.some(({ region, at }) => region === arena.region && at === valueAt(arena, old));
  // What the result is stored over must still be read: it is stored in place, or put together elsewhere first.
  const inPlace = isSource && valueLength(arena, old) === bytes && !hasDeadline(arena, old);
  const aside = isSource && !inPlace ? Region.allocate(bytes) : undefined;
  if (aside !== undefined) combineBits(operation, sources, bytes, aside, 0);
  const oldType = old === 0 ? TYPE_STRING : typeOf(arena, old);
  const entry = ctx.putString(2, old, bytes, NO_DEADLINE);
  const at = valueAt(arena, entry);
  if (aside === undefined) combineBits(operation, sources, bytes, arena.region, at);
  else copy(aside, 0, arena.region, at, bytes);
  setFlag(arena, entry, FLAG_RAW);
  if (old !== 0) ctx.announceReplaced(ctx.ks, 2, ctx.hash, oldType, TYPE_STRING);
  ctx.touch(2, SET);
}

function remove(ctx: Context): void {
  const entry = ctx.lookup(2);
  if (entry === 0) return;
  ctx.ks.remove(entry, ctx.hash);
  ctx.touch(2, DEL);
}

export const bitmapOpCommands = [
  command({
    name: 'BITOP',
    since: '2.6.0',
    group: 'bitmap',
    complexity: 'O(N) for N bytes in all',
    summary: 'Combines strings bit by bit, keeps the result at a key and tells its length in bytes.',
    syntax: 'operation(AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE) destkey:key key:key#1...',
    keys: 'OW update 2 ; RO access 3..-1',
    flags: 'write denyoom',
    history: [['8.2.0', 'The operations DIFF, DIFF1, ANDOR and ONE.']],
    run: bitop,
  }),
];
