/** BZPOPMIN, BZPOPMAX and BZMPOP: what takes members out of sorted sets, and waits while there are none. */
import { blockingTimeoutMs } from './blocking-timeout.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { multiPop, openSortedSet, popSortedSet, readMultiPop } from './sorted-set-pop.ts';

const keysFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

function blockingPop(ctx: Context, highest: boolean): void {
  const keys = ctx.argc - 2;
  const timeoutMs = blockingTimeoutMs(ctx, ctx.argc - 1);
  for (let arg = 1; arg <= keys; arg++) {
    const entry = openSortedSet(ctx, arg);
    if (entry === 0) continue;
    ctx.reply.array(3);
    ctx.reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
    return popSortedSet(ctx, arg, entry, highest, 1, false);
  }
  ctx.block(keysFrom(1, keys), timeoutMs, 'nullArray');
}

function bzmpop(ctx: Context): void {
  const wanted = readMultiPop(ctx, 2);
  const timeoutMs = blockingTimeoutMs(ctx, 1);
  if (!multiPop(ctx, wanted)) ctx.block(keysFrom(wanted.firstKey, wanted.keys), timeoutMs, 'nullArray');
}

export const sortedSetBlockCommands = [
  command({
    name: 'BZPOPMIN',
    since: '5.0.0',
    group: 'sorted-set',
    complexity: 'O(log N)',
    summary:
      'Takes the member with the lowest score out of the first of several sorted sets; waits while all are empty.',
    syntax: 'key:key... timeout:double',
    keys: 'RW access delete 1..-2',
    flags: 'write blocking fast',
    history: [['6.0.0', 'The timeout may have a fraction.']],
    run: (ctx) => blockingPop(ctx, false),
  }),
  command({
    name: 'BZPOPMAX',
    since: '5.0.0',
    group: 'sorted-set',
    complexity: 'O(log N)',
    summary:
      'Takes the member with the highest score out of the first of several sorted sets; waits while all are empty.',
    syntax: 'key:key... timeout:double',
    keys: 'RW access delete 1..-2',
    flags: 'write blocking fast',
    history: [['6.0.0', 'The timeout may have a fraction.']],
    run: (ctx) => blockingPop(ctx, true),
  }),
  command({
    name: 'BZMPOP',
    since: '7.0.0',
    group: 'sorted-set',
    complexity: 'O(K) + O(M log N) for K keys and M members',
    summary:
      'Takes members with the lowest or highest scores out of the first of several sorted sets that has any; waits while none has.',
    syntax: 'timeout:double numkeys:integer key:key... where(MIN | MAX) [COUNT count:integer]',
    keys: 'RW access delete num 2',
    flags: 'write blocking movablekeys',
    run: bzmpop,
  }),
];
