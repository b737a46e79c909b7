/** Members of sorted sets by chance, ZRANDMEMBER, and piece by piece, ZSCAN. */
import { formatDouble } from '../base/numbers.ts';
import { Slice } from '../types/slice.ts';
import {
  SORTED_SET_PACKED,
  SortedSetCursor,
  sortedSetCount,
  sortedSetRead,
  sortedSetSample,
  sortedSetScan,
  sortedSetScore,
} from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import { readScanOptions, replyEmptyScan } from './collection-scan.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { SYNTAX_ERROR } from './errors.ts';
import { parseCursor, prependCursor } from './generic-scan.ts';
import { drawCount, requireDrawablePairs } from './integer-arguments.ts';
import { readSortedSet } from './sorted-set.ts';

/** Below this share of a sorted set, single draws are cheaper than one walk through all members. */
const DRAWS_SHARE_MAX = 1 / 8;

const zset = new Value();
const cursor = new SortedSetCursor();
const member = new Slice();

function zrandmember(ctx: Context): void {
  if (ctx.argc === 2) {
    if (!readSortedSet(ctx, 1, zset)) return ctx.reply.null();
    return replyMember(ctx, sortedSetSample(zset, ctx.random), false, false);
  }
  const wanted = drawCount(ctx, 2);
  const withScores = ctx.argc === 4;
  if (ctx.argc > 4 || (withScores && !ctx.isWord(3, 'WITHSCORES'))) throw SYNTAX_ERROR;
  if (withScores) requireDrawablePairs(ctx, 2);
  if (!readSortedSet(ctx, 1, zset) || wanted === 0) return ctx.reply.array(0);
  const size = sortedSetCount(zset);
  const count = wanted < 0 ? -wanted : Math.min(wanted, size);
  ctx.weigh(count);
  const nested = withScores && ctx.reply.resp3;
  ctx.reply.array(withScores && !nested ? count * 2 : count);
  if (wanted < 0) {
    for (let i = 0; i < count; i++) replyMember(ctx, sortedSetSample(zset, ctx.random), withScores, nested);
  } else if (count < size * DRAWS_SHARE_MAX) {
    drawDistinct(ctx, count, withScores, nested);
  } else {
    walkAndChoose(ctx, count, size, withScores, nested);
  }
}

function replyMember(ctx: Context, position: number, withScores: boolean, nested: boolean): void {
  if (nested) ctx.reply.array(2);
  sortedSetRead(zset, position, member);
  ctx.reply.bulk(member.region, member.at, member.length);
  if (withScores) ctx.reply.double(sortedSetScore(zset, position));
}

function drawDistinct(ctx: Context, wanted: number, withScores: boolean, nested: boolean): void {
  const drawn = new Set<number>();
  while (drawn.size < wanted) {
    const position = sortedSetSample(zset, ctx.random);
    if (drawn.has(position)) continue;
    drawn.add(position);
    replyMember(ctx, position, withScores, nested);
  }
}

/** Each member is taken with the chance that makes every choice of `wanted` members equally likely. */
function walkAndChoose(ctx: Context, wanted: number, size: number, withScores: boolean, nested: boolean): void {
  let needed = wanted;
  cursor.seek(zset, 0);
  for (let left = size; needed > 0; left--) {
    if (ctx.random() * left < needed) {
      if (nested) ctx.reply.array(2);
      cursor.read(member);
      ctx.reply.bulk(member.region, member.at, member.length);
      if (withScores) ctx.reply.double(cursor.score());
      needed--;
    }
    cursor.next();
  }
}

function zscan(ctx: Context): void {
  const from = parseCursor(ctx, 2);
  if (!readSortedSet(ctx, 1, zset)) return replyEmptyScan(ctx);
  const options = readScanOptions(ctx, false);
  ctx.weigh(Math.min(options.count, sortedSetCount(zset)));
  // Redis prints a tree's scores here with 17 digits, unlike anywhere else.
  const format = zset.encoding === SORTED_SET_PACKED ? formatDouble : formatDigits17;
  const mark = ctx.reply.mark();
  let written = 0;
  const next = sortedSetScan(zset, from, options.count, (found, score) => {
    if (!options.accepts(found)) return;
    ctx.reply.bulk(found.region, found.at, found.length);
    ctx.reply.bulkText(format(score));
    written += 2;
  });
  prependCursor(ctx, mark, next, written);
}

/** As C prints a double with `%.17g`. */
function formatDigits17(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  const [digits, exponentText] = value.toExponential(16).split('e');
  const exponent = Number(exponentText);
  const text = exponent < -4 || exponent >= 17 ? digits : value.toFixed(Math.max(0, 16 - exponent));
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  if (exponent >= -4 && exponent < 17) return short;
  return `${short}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

export const sortedSetRandomCommands = [
  command({
    name: 'ZRANDMEMBER',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: 'O(N) for N members returned',
    summary: 'Returns members of a sorted set by chance; a negative count allows the same one more than once.',
    syntax: 'key:key [options{count:integer [WITHSCORES]}]',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: zrandmember,
  }),
  command({
    name: 'ZSCAN',
    since: '2.8.0',
    group: 'sorted-set',
    complexity: 'O(1) a call, O(N) for a whole scan',
    summary: 'Steps through the members of a sorted set, in no order, with their scores.',
    syntax: 'key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: zscan,
  }),
];
