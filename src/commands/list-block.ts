/** BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH and BLMOVEM: what pops or moves elements, and waits while there are none. */
import { blockingTimeoutMs } from './blocking-timeout.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { isLeft } from './list-access.ts';
import { MoveManyArguments, moveMany, moveOne } from './list-move.ts';
import { PopManyArguments, popFromFirst, popManyFromFirst } from './list-pop.ts';

const SOURCE = [1];

const popped = new PopManyArguments();
const moved = new MoveManyArguments();

const keysFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

function blockingPop(ctx: Context, first: boolean): void {
  const keys = ctx.argc - 2;
  const timeoutMs = blockingTimeoutMs(ctx, ctx.argc - 1);
  if (!popFromFirst(ctx, 1, keys, first)) ctx.block(keysFrom(1, keys), timeoutMs, 'nullArray');
}

function blmpop(ctx: Context): void {
  popped.read(ctx, 2);
  const timeoutMs = blockingTimeoutMs(ctx, 1);
  const { firstKey, keys, first, count } = popped;
  if (!popManyFromFirst(ctx, firstKey, keys, first, count)) {
    ctx.block(keysFrom(firstKey, keys), timeoutMs, 'nullArray');
  }
}

function blmove(ctx: Context): void {
  const fromFirst = isLeft(ctx, 3);
  const toFirst = isLeft(ctx, 4);
  const timeoutMs = blockingTimeoutMs(ctx, 5);
  if (!moveOne(ctx, fromFirst, toFirst)) ctx.block(SOURCE, timeoutMs, 'null');
}

function brpoplpush(ctx: Context): void {
  const timeoutMs = blockingTimeoutMs(ctx, 3);
  if (!moveOne(ctx, false, true)) ctx.block(SOURCE, timeoutMs, 'null');
}

function blmovem(ctx: Context): void {
  moved.read(ctx, 6);
  const timeoutMs = blockingTimeoutMs(ctx, 5);
  if (!moveMany(ctx, moved)) ctx.block(SOURCE, timeoutMs, 'nullArray');
}

export const listBlockCommands = [
  command({
    name: 'BLPOP',
    since: '2.0.0',
    group: 'list',
    complexity: 'O(N) for N keys',
    summary: 'Takes the first element off the first of several lists that has any; waits while none has.',
    syntax: 'key:key... timeout:double',
    keys: 'RW access delete 1..-2',
    flags: 'write blocking',
    history: [['6.0.0', 'The timeout may have a fraction.']],
    run: (ctx) => blockingPop(ctx, true),
  }),
  command({
    name: 'BRPOP',
    since: '2.0.0',
    group: 'list',
    complexity: 'O(N) for N keys',
    summary: 'Takes the last element off the first of several lists that has any; waits while none has.',
    syntax: 'key:key... timeout:double',
    keys: 'RW access delete 1..-2',
    flags: 'write blocking',
    history: [['6.0.0', 'The timeout may have a fraction.']],
    run: (ctx) => blockingPop(ctx, false),
  }),
  command({
    name: 'BLMPOP',
    since: '7.0.0',
    group: 'list',
    complexity: 'O(N+M) for N keys and M elements taken',
    summary: 'Takes elements off the first of several lists that has any; waits while none has.',
    syntax: 'timeout:double numkeys:integer key:key... where(LEFT | RIGHT) [COUNT count:integer]',
    keys: 'RW access delete num 2',
    flags: 'write blocking movablekeys',
    run: blmpop,
  }),
  command({
    name: 'BLMOVE',
    since: '6.2.0',
    group: 'list',
    complexity: 'O(1)',
    summary: 'Moves an element from one end of a list to an end of another, and returns it; waits while there is none.',
    syntax: 'source:key destination:key#1 wherefrom(LEFT | RIGHT) whereto(LEFT | RIGHT) timeout:double',
    keys: 'RW access delete 1 ; RW insert 2',
    flags: 'write denyoom blocking',
    run: blmove,
  }),
  command({
    name: 'BRPOPLPUSH',
    since: '2.2.0',
    group: 'list',
    complexity: 'O(1)',
    summary: 'Moves the last element of a list to the front of another, and returns it; waits while there is none.',
    syntax: 'source:key destination:key#1 timeout:double',
    keys: 'RW access delete 1 ; RW insert 2',
    flags: 'write denyoom blocking',
    deprecatedSince: '6.2.0',
    replacedBy: '`BLMOVE` with the `RIGHT` and `LEFT` arguments',
    history: [['6.0.0', 'The timeout may have a fraction.']],
    run: brpoplpush,
  }),
  command({
    name: 'BLMOVEM',
    since: '8.10.0',
    group: 'list',
    complexity: 'O(N) for N elements moved',
    summary: 'Moves several elements from one list to another, and returns them; waits while there are too few.',
    syntax:
      'source:key destination:key#1 wherefrom(LEFT | RIGHT) whereto(LEFT | RIGHT) timeout:double [how-many{selector(COUNT count:integer | EXACTLY exactly:integer) ordering(OBO | BULK)}]',
    keys: 'RW access delete 1 ; RW insert 2',
    flags: 'write denyoom blocking',
    run: blmovem,
  }),
];
