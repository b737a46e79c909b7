/** Which keys there are: KEYS, SCAN, RANDOMKEY. They go from shard to shard and let others in between. */
import { matchGlob } from '../base/glob.ts';
import { parseInteger } from '../base/numbers.ts';
import type { Arena } from '../memory/arena.ts';
import { hasDeadline, keyAt, keyLength, typeOf } from '../store/entry.ts';
import type { Keyspace } from '../store/keyspace.ts';
import { HASH_END } from '../store/table.ts';
import { argumentText } from './argument-text.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { keyCount } from './generic-database.ts';
import { saturatedInteger } from './saturated-integer.ts';

/** Keys looked at in one hold of a shard's lock: about 100 µs. */
const PIECE_KEYS = 2000;
const COUNT_DEFAULT = 10;
const CURSOR_MAX = 2n ** 64n - 1n;
const STAR = 42;
const INVALID_CURSOR = error('ERR invalid cursor');
/** By type tag (store/entry.ts). */
const TYPE_NAMES = ['string', 'list', 'set', 'zset', 'hash', 'stream', 'array'];
const ANY_TYPE = -1;
/** What is asked for by a name that no type has: nothing. */
const NO_TYPE = -2;

/** Which keys are wanted. */
class KeyFilter {
  private readonly ctx: Context;
  /** The argument that holds the pattern; 0 for all keys. */
  patternArg = 0;
  type = ANY_TYPE;

  constructor(ctx: Context) {
    this.ctx = ctx;
  }

  setPattern(arg: number): void {
    const { source, at, size } = this.ctx;
    this.patternArg = size[arg] === 1 && source.u8[at[arg]] === STAR ? 0 : arg;
  }

  hasType({ arena }: Keyspace, entry: number): boolean {
    return this.type === ANY_TYPE || typeOf(arena, entry) === this.type;
  }

  matches({ arena }: Keyspace, entry: number): boolean {
    const { source, at, size } = this.ctx;
    const arg = this.patternArg;
    if (arg === 0) return true;
    return matchGlob(source.u8, at[arg], size[arg], arena.u8, keyAt(arena, entry), keyLength(arena, entry), false);
  }
}

const isOver = (ctx: Context, keyspace: Keyspace, entry: number): boolean =>
  hasDeadline(keyspace.arena, entry) && keyspace.heap.deadlineOf(entry) <= ctx.nowMs;

function replyKey(ctx: Context, arena: Arena, entry: number): void {
  ctx.reply.bulk(arena.region, keyAt(arena, entry), keyLength(arena, entry));
}

function keys(ctx: Context): void {
  ctx.weigh(keyCount(ctx, ctx.db));
  const filter = new KeyFilter(ctx);
  filter.setPattern(1);
  const mark = ctx.reply.mark();
  let found = 0;
  for (let shard = 0; shard < ctx.shards.length; shard++) {
    const keyspace = ctx.shards[shard].keyspaces[ctx.db];
    const visit = (entry: number) => {
      if (isOver(ctx, keyspace, entry) || !filter.matches(keyspace, entry)) return;
      replyKey(ctx, keyspace.arena, entry);
      found++;
    };
    for (let from = 0; from < HASH_END; ) from = ctx.inShard(shard, () => keyspace.table.scan(from, PIECE_KEYS, visit));
  }
  ctx.reply.arrayAt(mark, found);
}

/** Any unsigned 64-bit integer is a cursor, spelt as strtoull takes it; those that SCAN never gave out are past the end. */
export function parseCursor(ctx: Context, arg: number): number {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (value >= 0) return value;
  const text = argumentText(ctx, arg, 64);
  if (value < 0 || !/^[\t-\r ]*[+-]?\d+$/.test(text)) throw INVALID_CURSOR;
  const big = BigInt(text.trim().replace(/^[+-]/, ''));
  if (big > CURSOR_MAX) throw INVALID_CURSOR;
  return Number(big);
}

/** A cursor is shard × 2^32 + the hash to go on from, so splits and merges of tables don't disturb it. */
function scan(ctx: Context): void {
  const cursor = parseCursor(ctx, 1);
  const filter = new KeyFilter(ctx);
  const count = parseScanOptions(ctx, filter);
  ctx.weigh(Math.min(count, keyCount(ctx, ctx.db)));
  const { reply } = ctx;
  const mark = reply.mark();
  let seen = 0;
  let found = 0;
  let shard = Math.floor(cursor / HASH_END);
  let from = cursor % HASH_END;
  while (shard < ctx.shards.length && seen < count) {
    const keyspace = ctx.shards[shard].keyspaces[ctx.db];
    const over: number[] = [];
    const visit = (entry: number) => {
      seen++;
      if (!filter.matches(keyspace, entry)) return;
      if (isOver(ctx, keyspace, entry)) return over.push(entry);
      if (!filter.hasType(keyspace, entry)) return;
      replyKey(ctx, keyspace.arena, entry);
      found++;
    };
    from = ctx.inShard(shard, ({ isPaused }) => {
      const next = keyspace.table.scan(from, Math.min(count - seen, PIECE_KEYS), visit);
      // What matches and is past its deadline goes, as it does when it is asked for by name; KEYS only passes it over.
      if (!isPaused) for (const entry of over.splice(0)) keyspace.expire(entry, keyspace.hash(entry));
      return next;
    });
    if (from < HASH_END) continue;
    shard++;
    from = 0;
  }
  prependCursor(ctx, mark, shard < ctx.shards.length ? shard * HASH_END + from : 0, found);
}

function parseScanOptions(ctx: Context, filter: KeyFilter): number {
  let count = COUNT_DEFAULT;
  for (let arg = 2; arg < ctx.argc; arg += 2) {
    const isLast = arg + 1 === ctx.argc;
    if (ctx.isWord(arg, 'COUNT') && !isLast) {
      count = saturatedInteger(ctx, arg + 1);
      if (count < 1) throw SYNTAX_ERROR;
    } else if (ctx.isWord(arg, 'MATCH') && !isLast) {
      filter.setPattern(arg + 1);
    } else if (ctx.isWord(arg, 'TYPE') && !isLast) {
      const type = TYPE_NAMES.indexOf(ctx.text(arg + 1).toLowerCase());
      filter.type = type < 0 ? NO_TYPE : type;
    } else if (ctx.isWord(arg, 'NOVALUES')) {
      throw error('ERR NOVALUES option can only be used in HSCAN');
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return count;
}

/** Puts what makes a scan's reply of `found` elements, written since `mark`, before them. */
export function prependCursor(ctx: Context, mark: number, cursor: number, found: number): void {
  const { reply } = ctx;
  const end = reply.at;
  reply.array(2);
  reply.bulkInteger(cursor);
  reply.array(found);
  const { u8 } = reply.region;
  const head = u8.slice(end, reply.at);
  u8.copyWithin(mark + head.length, mark, end);
  u8.set(head, mark);
}

/** While clients are paused, RANDOMKEY passes over so many keys whose time is over. */
const STALE_SAMPLES_MAX = 100;

function randomkey(ctx: Context): void {
  const random32 = () => Math.floor(ctx.random() * HASH_END);
  let stalePatience = STALE_SAMPLES_MAX;
  for (;;) {
    const total = keyCount(ctx, ctx.db);
    if (total === 0) return ctx.reply.null();
    let rank = Math.floor(ctx.random() * total);
    let index = 0;
    while (index < ctx.shards.length - 1 && rank >= ctx.shards[index].keyspaces[ctx.db].count) {
      rank -= ctx.shards[index].keyspaces[ctx.db].count;
      index++;
    }
    // What has passed its deadline goes, so the loop ends; where it may not go, a name of that sort has to do in the end.
    const found = ctx.inShard(index, (shard) => {
      const keyspace = shard.keyspaces[ctx.db];
      const entry = keyspace.table.sample(random32);
      if (entry === 0) return false;
      if (isOver(ctx, keyspace, entry)) {
        const mustStay = shard.isPaused;
        if (!mustStay) keyspace.expire(entry, keyspace.hash(entry));
        if (!mustStay || --stalePatience > 0) return false;
      }
      replyKey(ctx, keyspace.arena, entry);
      return true;
    });
    if (found) return;
  }
}

export const genericScanCommands = [
  command({
    name: 'KEYS',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(N) for N keys in the database',
    summary: 'Returns all keys that match a pattern. Other clients are served meanwhile.',
    syntax: 'pattern:pattern',
    flags: 'readonly',
    categories: 'dangerous',
    tips: 'request_policy:all_shards nondeterministic_output_order',
    scope: 'each',
    run: keys,
  }),
  command({
    name: 'SCAN',
    since: '2.8.0',
    group: 'generic',
    complexity: 'O(N) for a COUNT of N',
    summary: 'Goes through the keys of a database, some at a time.',
    syntax: 'cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type@6.0.0]',
    flags: 'readonly',
    tips: 'nondeterministic_output request_policy:special response_policy:special',
    history: [['6.0.0', 'The option TYPE.']],
    scope: 'each',
    run: scan,
  }),
  command({
    name: 'RANDOMKEY',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Returns a key of the database, any of them.',
    syntax: '',
    flags: 'readonly',
    tips: 'request_policy:all_shards response_policy:special nondeterministic_output',
    scope: 'each',
    run: randomkey,
  }),
];
