/** Fields of hashes by chance, HRANDFIELD, and piece by piece, HSCAN. */
import { HashCursor, hashCount, hashReadField, hashReadValue, hashSample, hashScan } from '../types/hash.ts';
import { Slice } from '../types/slice.ts';
import { Value } from '../types/value.ts';
import { readScanOptions, replyEmptyScan } from './collection-scan.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { SYNTAX_ERROR } from './errors.ts';
import { parseCursor, prependCursor } from './generic-scan.ts';
import { readHash } from './hash-entry.ts';
import { drawCount, requireDrawablePairs } from './integer-arguments.ts';

/** Below this share of a hash, single draws are cheaper than one walk through all fields. */
const DRAWS_SHARE_MAX = 1 / 8;

const hash = new Value();
const cursor = new HashCursor();
const slice = new Slice();

function replyPair(ctx: Context, position: number, withValues: boolean, nested: boolean): void {
  if (nested) ctx.reply.array(2);
  hashReadField(hash, position, slice);
  ctx.reply.bulk(slice.region, slice.at, slice.length);
  if (!withValues) return;
  hashReadValue(hash, position, slice);
  ctx.reply.bulk(slice.region, slice.at, slice.length);
}

function hrandfield(ctx: Context): void {
  if (ctx.argc === 2) {
    if (readHash(ctx, 1, hash) === 0) return ctx.reply.null();
    return replyPair(ctx, hashSample(hash, ctx.random), false, false);
  }
  const wanted = drawCount(ctx, 2);
  const withValues = ctx.argc === 4;
  if (ctx.argc > 4 || (withValues && !ctx.isWord(3, 'WITHVALUES'))) throw SYNTAX_ERROR;
  if (withValues) requireDrawablePairs(ctx, 2);
  if (readHash(ctx, 1, hash) === 0 || wanted === 0) return ctx.reply.array(0);
  const size = hashCount(hash);
  const count = wanted < 0 ? -wanted : Math.min(wanted, size);
  ctx.weigh(count);
  const nested = withValues && ctx.reply.resp3;
  ctx.reply.array(withValues && !nested ? count * 2 : count);
  if (wanted < 0) {
    for (let i = 0; i < count; i++) replyPair(ctx, hashSample(hash, ctx.random), withValues, nested);
  } else if (count < size * DRAWS_SHARE_MAX) {
    drawDistinct(ctx, count, withValues, nested);
  } else {
    walkAndChoose(ctx, count, size, withValues, nested);
  }
}

function drawDistinct(ctx: Context, wanted: number, withValues: boolean, nested: boolean): void {
  const drawn = new Set<number>();
  while (drawn.size < wanted) {
    const position = hashSample(hash, ctx.random);
    if (drawn.has(position)) continue;
    drawn.add(position);
    replyPair(ctx, position, withValues, nested);
  }
}

/** Each field is taken with the chance that makes every choice of `wanted` fields equally likely. */
function walkAndChoose(ctx: Context, wanted: number, size: number, withValues: boolean, nested: boolean): void {
  let needed = wanted;
  cursor.start(hash);
  for (let left = size; needed > 0 && cursor.next(); left--) {
    if (ctx.random() * left >= needed) continue;
    replyPair(ctx, cursor.position, withValues, nested);
    needed--;
  }
}

function hscan(ctx: Context): void {
  const from = parseCursor(ctx, 2);
  if (readHash(ctx, 1, hash) === 0) return replyEmptyScan(ctx);
  const options = readScanOptions(ctx, true);
  ctx.weigh(Math.min(options.count, hashCount(hash)));
  const mark = ctx.reply.mark();
  let written = 0;
  const next = hashScan(hash, from, options.count, (position) => {
    hashReadField(hash, position, slice);
    if (!options.accepts(slice)) return;
    replyPair(ctx, position, !options.noValues, false);
    written += options.noValues ? 1 : 2;
  });
  prependCursor(ctx, mark, next, written);
}

export const hashRandomCommands = [
  command({
    name: 'HRANDFIELD',
    since: '6.2.0',
    group: 'hash',
    complexity: 'O(N) for N fields returned',
    summary: 'Returns fields of a hash by chance; a negative count allows the same one more than once.',
    syntax: 'key:key [options{count:integer [WITHVALUES]}]',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: hrandfield,
  }),
  command({
    name: 'HSCAN',
    since: '2.8.0',
    group: 'hash',
    complexity: 'O(1) a call, O(N) for a whole scan',
    summary: 'Steps through the fields of a hash, with their values unless NOVALUES is said.',
    syntax: 'key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOVALUES]',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: hscan,
  }),
];
