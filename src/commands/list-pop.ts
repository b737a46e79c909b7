/** LPOP, RPOP and LMPOP. */
import { List } from '../types/list.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, MUST_BE_POSITIVE, SYNTAX_ERROR, wrongArity } from './errors.ts';
import { integerAtLeast } from './integer-arguments.ts';
import { isLeft, LPOP, lookupList, RPOP, replyElement, saveShrunk } from './list-access.ts';
import { replyRange } from './list-reply.ts';

const NUMKEYS_TOO_SMALL = error('ERR numkeys should be greater than 0');
const COUNT_TOO_SMALL = error('ERR count should be greater than 0');

const list = new List();

function pop(ctx: Context, first: boolean): void {
  if (ctx.argc > 3) throw wrongArity(ctx.command.name);
  if (ctx.argc === 3) return popCount(ctx, first);
  const entry = lookupList(ctx, 1, list);
  if (entry === 0) ctx.reply.null();
  else popOne(ctx, 1, entry, first);
}

function popCount(ctx: Context, first: boolean): void {
  const wanted = integerAtLeast(ctx, 2, 0, MUST_BE_POSITIVE);
  const entry = lookupList(ctx, 1, list);
  if (entry === 0) ctx.reply.nullArray();
  else if (wanted === 0) ctx.reply.array(0);
  else popMany(ctx, 1, entry, first, wanted);
}

/** Takes one element off the list that is open, argument `arg`, and replies with it. */
function popOne(ctx: Context, arg: number, entry: number, first: boolean): void {
  list.toEnd(first);
  replyElement(ctx, list);
  list.remove();
  saveShrunk(ctx, arg, entry, list, first ? LPOP : RPOP);
}

/** Takes up to `most` elements off the list that is open and replies with an array of them, in the order they come off. */
function popMany(ctx: Context, arg: number, entry: number, first: boolean, most: number): void {
  const { length } = list;
  const count = Math.min(most, length);
  ctx.weigh(count);
  if (first) {
    replyRange(ctx.reply, list, 0, count);
  } else {
    ctx.reply.array(count);
    list.toEnd(false);
    for (let i = 0; i < count; i++) {
      replyElement(ctx, list);
      list.previous();
    }
  }
  list.removeRange(first ? 0 : length - count, count);
  saveShrunk(ctx, arg, entry, list, first ? LPOP : RPOP);
}

/**
 * Pops one element off the first of several lists that has any and replies with key and element. For BLPOP and BRPOP.
 * @returns false if none has: nothing is replied  @throws WRONG_TYPE
 */
export function popFromFirst(ctx: Context, firstArg: number, keys: number, first: boolean): boolean {
  for (let arg = firstArg; arg < firstArg + keys; arg++) {
    const entry = lookupList(ctx, arg, list);
    if (entry === 0) continue;
    ctx.reply.array(2);
    ctx.reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
    popOne(ctx, arg, entry, first);
    return true;
  }
  return false;
}

/** Like `popFromFirst`, but up to `most` elements, replied with as an array. For LMPOP and BLMPOP. */
export function popManyFromFirst(ctx: Context, firstArg: number, keys: number, first: boolean, most: number): boolean {
  for (let arg = firstArg; arg < firstArg + keys; arg++) {
    const entry = lookupList(ctx, arg, list);
    if (entry === 0) continue;
    ctx.weigh(Math.min(most, list.length));
    ctx.reply.array(2);
    ctx.reply.bulk(ctx.source, ctx.at[arg], ctx.size[arg]);
    popMany(ctx, arg, entry, first, most);
    return true;
  }
  return false;
}

/** The arguments of LMPOP and BLMPOP, from the number of keys on. */
export class PopManyArguments {
  firstKey = 0;
  keys = 0;
  first = false;
  count = 0;

  /** @throws CommandError */
  read(ctx: Context, numkeysArg: number): void {
    this.keys = integerAtLeast(ctx, numkeysArg, 1, NUMKEYS_TOO_SMALL);
    this.firstKey = numkeysArg + 1;
    const where = this.firstKey + this.keys;
    if (where >= ctx.argc) throw SYNTAX_ERROR;
    this.first = isLeft(ctx, where);
    this.count = 1;
    if (where + 1 === ctx.argc) return;
    if (!ctx.isWord(where + 1, 'COUNT') || where + 2 === ctx.argc) throw SYNTAX_ERROR;
    this.count = integerAtLeast(ctx, where + 2, 1, COUNT_TOO_SMALL);
    if (where + 3 !== ctx.argc) throw SYNTAX_ERROR;
  }
}

const popped = new PopManyArguments();

function lmpop(ctx: Context): void {
  popped.read(ctx, 1);
  if (!popManyFromFirst(ctx, popped.firstKey, popped.keys, popped.first, popped.count)) ctx.reply.nullArray();
}

export const listPopCommands = [
  command({
    name: 'LPOP',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N) for N elements returned',
    summary: 'Takes the first elements off a list and returns them; an emptied list goes.',
    syntax: 'key:key [count:integer@6.2.0]',
    keys: 'RW access delete 1',
    flags: 'write fast',
    history: [['6.2.0', 'Takes a count.']],
    run: (ctx) => pop(ctx, true),
  }),
  command({
    name: 'RPOP',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N) for N elements returned',
    summary: 'Takes the last elements off a list and returns them; an emptied list goes.',
    syntax: 'key:key [count:integer@6.2.0]',
    keys: 'RW access delete 1',
    flags: 'write fast',
    history: [['6.2.0', 'Takes a count.']],
    run: (ctx) => pop(ctx, false),
  }),
  command({
    name: 'LMPOP',
    since: '7.0.0',
    group: 'list',
    complexity: 'O(N+M) for N keys given and M elements returned',
    summary: 'Takes elements off the first of several lists that has any and returns them; an emptied list goes.',
    syntax: 'numkeys:integer key:key... where(LEFT | RIGHT) [COUNT count:integer]',
    keys: 'RW access delete num 1',
    flags: 'write movablekeys',
    run: lmpop,
  }),
];
