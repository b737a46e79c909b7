/** Members of sets by chance, SPOP and SRANDMEMBER, and piece by piece, SSCAN. */
import { TYPE_SET } from '../store/entry.ts';
import { SetCursor, setCount, setRead, setRemoveAt, setSample, setScan } from '../types/set.ts';
import { Slice } from '../types/slice.ts';
import { Value } from '../types/value.ts';
import { readScanOptions, replyEmptyScan } from './collection-scan.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { MUST_BE_POSITIVE, SYNTAX_ERROR } from './errors.ts';
import { setEvent } from './events.ts';
import { parseCursor, prependCursor } from './generic-scan.ts';
import { drawCount, integerAtLeast } from './integer-arguments.ts';
import { readSet } from './set.ts';
import { openValue, removeEmptied, saveValue } from './value-entry.ts';

const SPOP = setEvent('spop');

/** Below this share of a set, single draws are cheaper than one walk through all members. */
const DRAWS_SHARE_MAX = 1 / 8;

const set = new Value();
const cursor = new SetCursor();
const member = new Slice();

function spop(ctx: Context): void {
  if (ctx.argc > 3) throw SYNTAX_ERROR;
  if (ctx.argc === 3) return spopCount(ctx);
  const entry = ctx.lookupTyped(1, TYPE_SET);
  if (entry === 0) return ctx.reply.null();
  openValue(ctx, entry, set);
  popOne(ctx);
  finishPop(ctx, entry);
}

function spopCount(ctx: Context): void {
  const wanted = integerAtLeast(ctx, 2, 0, MUST_BE_POSITIVE);
  const entry = ctx.lookupTyped(1, TYPE_SET);
  if (entry === 0 || wanted === 0) return ctx.reply.set(0);
  openValue(ctx, entry, set);
  const count = Math.min(wanted, setCount(set));
  ctx.weigh(count);
  ctx.reply.set(count);
  for (let i = 0; i < count; i++) popOne(ctx);
  finishPop(ctx, entry);
}

function popOne(ctx: Context): void {
  const position = setSample(set, ctx.random);
  setRead(set, position, member);
  ctx.reply.bulk(member.region, member.at, member.length);
  setRemoveAt(set, position);
}

function finishPop(ctx: Context, entry: number): void {
  saveValue(ctx, entry, set);
  ctx.touch(1, SPOP);
  if (setCount(set) === 0) removeEmptied(ctx, 1, entry);
}

function srandmember(ctx: Context): void {
  if (ctx.argc > 3) throw SYNTAX_ERROR;
  if (ctx.argc === 3) return srandmemberCount(ctx);
  if (!readSet(ctx, 1, set)) return ctx.reply.null();
  replyMember(ctx, setSample(set, ctx.random));
}

function srandmemberCount(ctx: Context): void {
  const wanted = drawCount(ctx, 2);
  if (!readSet(ctx, 1, set) || wanted === 0) return ctx.reply.array(0);
  ctx.weigh(Math.abs(wanted));
  if (wanted < 0) {
    ctx.reply.array(-wanted);
    for (let i = 0; i < -wanted; i++) replyMember(ctx, setSample(set, ctx.random));
    return;
  }
  const count = setCount(set);
  ctx.reply.array(Math.min(wanted, count));
  if (wanted < count * DRAWS_SHARE_MAX) drawDistinct(ctx, wanted);
  else walkAndChoose(ctx, Math.min(wanted, count), count);
}

function drawDistinct(ctx: Context, wanted: number): void {
  const drawn = new Set<number>();
  while (drawn.size < wanted) {
    const position = setSample(set, ctx.random);
    if (drawn.has(position)) continue;
    drawn.add(position);
    replyMember(ctx, position);
  }
}

/** Each member is taken with the chance that makes every choice of `wanted` members equally likely. */
function walkAndChoose(ctx: Context, wanted: number, count: number): void {
  let needed = wanted;
  cursor.start(set);
  for (let left = count; needed > 0 && cursor.next(member); left--) {
    if (ctx.random() * left >= needed) continue;
    ctx.reply.bulk(member.region, member.at, member.length);
    needed--;
  }
}

function replyMember(ctx: Context, position: number): void {
  setRead(set, position, member);
  ctx.reply.bulk(member.region, member.at, member.length);
}

function sscan(ctx: Context): void {
  const from = parseCursor(ctx, 2);
  if (!readSet(ctx, 1, set)) return replyEmptyScan(ctx);
  const options = readScanOptions(ctx, false);
  ctx.weigh(Math.min(options.count, setCount(set)));
  const mark = ctx.reply.mark();
  let written = 0;
  const next = setScan(set, from, options.count, (found) => {
    if (!options.accepts(found)) return;
    ctx.reply.bulk(found.region, found.at, found.length);
    written++;
  });
  prependCursor(ctx, mark, next, written);
}

export const setRandomCommands = [
  command({
    name: 'SPOP',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1) a member',
    summary: 'Takes members out of a set by chance and returns them.',
    syntax: 'key:key [count:integer@3.2.0]',
    keys: 'RW access delete 1',
    flags: 'write fast',
    tips: 'nondeterministic_output',
    history: [['3.2.0', 'Takes a count.']],
    run: spop,
  }),
  command({
    name: 'SRANDMEMBER',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N) for N members returned',
    summary: 'Returns members of a set by chance; a negative count allows the same one more than once.',
    syntax: 'key:key [count:integer@2.6.0]',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    history: [['2.6.0', 'Takes a count.']],
    run: srandmember,
  }),
  command({
    name: 'SSCAN',
    since: '2.8.0',
    group: 'set',
    complexity: 'O(1) a call, O(N) for a whole scan',
    summary: 'Steps through the members of a set.',
    syntax: 'key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]',
    keys: 'RO access 1',
    flags: 'readonly',
    tips: 'nondeterministic_output',
    run: sscan,
  }),
];
