/** BITOP: strings combined bit by bit. */
import { copyBulk } from '../base/bulk.ts';
import { FLAG_RAW, setFlag, TYPE_STRING, typeOf, valueAt, valueLength } from '../store/entry.ts';
import { NO_DEADLINE } from '../store/keyspace.ts';
import { BYTES_PER_ELEMENT } from './bitmap-bit.ts';
import { type BitSource, combineBits, OPERATIONS } from './bitmap-words.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { DEL } from './events.ts';
import { SET } from './string-set.ts';

const NOT_OF_ONE = error('ERR BITOP NOT must be called with a single source key.');
const FIRST_SOURCE = 3;

function bitop(ctx: Context): void {
  const operation = OPERATIONS.find((name) => ctx.isWord(1, name));
  if (operation === undefined) throw SYNTAX_ERROR;
  const count = ctx.argc - FIRST_SOURCE;
  if (operation === 'NOT' && count !== 1) throw NOT_OF_ONE;
  const needsTwo = operation === 'DIFF' || operation === 'DIFF1' || operation === 'ANDOR';
  if (needsTwo && count < 2) throw error(`ERR BITOP ${operation} must be called with at least two source keys.`);
  const sources: BitSource[] = [];
  for (let arg = FIRST_SOURCE; arg < ctx.argc; arg++) sources.push(sourceAt(ctx, arg));
  const bytes = Math.max(...sources.map((source) => source.bytes));
  ctx.weigh((bytes * count) / BYTES_PER_ELEMENT);
  if (bytes > 0) store(ctx, combineBits(operation, sources, bytes));
  else remove(ctx);
  ctx.reply.integer(bytes);
}

/** The string at the key in `arg`; an absent key counts as empty. */
function sourceAt(ctx: Context, arg: number): BitSource {
  const entry = ctx.readTyped(arg, TYPE_STRING);
  const { arena } = ctx.ks;
  if (entry === 0) return { region: arena.region, at: 0, bytes: 0 };
  return { region: arena.region, at: valueAt(arena, entry), bytes: valueLength(arena, entry) };
}

function store(ctx: Context, result: Uint8Array): void {
  const old = ctx.lookup(2);
  const { arena } = ctx.ks;
  const oldType = old === 0 ? TYPE_STRING : typeOf(arena, old);
  const entry = ctx.putString(2, old, result.length, NO_DEADLINE);
  if (result.length > 0) copyBulk(result, 0, arena.u8, valueAt(arena, entry), result.length);
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
