/** ARGREP: which elements of a range of an array are as wanted. */
import { SparseArray } from '../types/array.ts';
import { ArrayCursor } from '../types/array-cursor.ts';
import { ArrayElement } from '../types/array-element.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { Slice } from '../types/slice.ts';
import {
  BOUND_FIRST,
  BOUND_LAST,
  boundArgument,
  elementsBetween,
  readArray,
  replyElement,
  replyIndex,
} from './array-access.ts';
import { isTooLong, PATTERN_TOO_LONG, PREDICATES, Predicate, type PredicateKind } from './array-predicates.ts';
import { limitArgument } from './array-read.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';

const PREDICATES_MAX = 250;
const TOO_MANY_PREDICATES = error(`ERR too many predicates, maximum is ${PREDICATES_MAX}`);

const array = new SparseArray();
const start = new ArrayIndex();
const end = new ArrayIndex();
const last = new ArrayIndex();
const cursor = new ArrayCursor();
const element = new ArrayElement();
const text = new Slice();

interface Search {
  readonly predicates: readonly Predicate[];
  readonly all: boolean;
  readonly withValues: boolean;
  readonly limit: number;
}

function parseSearch(ctx: Context): Search {
  const given: [kind: PredicateKind, arg: number][] = [];
  let all = false;
  let withValues = false;
  let ignoreCase = false;
  let limit = Number.POSITIVE_INFINITY;
  for (let arg = 4; arg < ctx.argc; arg++) {
    const kind = PREDICATES.find((name) => ctx.isWord(arg, name));
    if (kind !== undefined) {
      if (++arg === ctx.argc) throw SYNTAX_ERROR;
      if (given.length === PREDICATES_MAX) throw TOO_MANY_PREDICATES;
      if (isTooLong(kind, ctx.size[arg])) throw PATTERN_TOO_LONG;
      given.push([kind, arg]);
    } else if (ctx.isWord(arg, 'LIMIT')) {
      if (++arg === ctx.argc) throw SYNTAX_ERROR;
      limit = limitArgument(ctx, arg);
    } else if (ctx.isWord(arg, 'WITHVALUES')) withValues = true;
    else if (ctx.isWord(arg, 'NOCASE')) ignoreCase = true;
    else if (ctx.isWord(arg, 'AND')) all = true;
    else if (ctx.isWord(arg, 'OR')) all = false;
    else throw SYNTAX_ERROR;
  }
  if (given.length === 0) throw SYNTAX_ERROR;
  const predicates = given.map(
    ([kind, arg]) => new Predicate(kind, ctx.source, ctx.at[arg], ctx.size[arg], ignoreCase),
  );
  return { predicates, all, withValues, limit };
}

/** Whether the element at the cursor is as wanted. */
function isWanted({ predicates, all }: Search): boolean {
  element.readText(array.allocator.arena, cursor.at, text);
  for (const predicate of predicates) if (predicate.holds(text) !== all) return !all;
  return all;
}

/** Sets a bound that was given as `-` or `+`. */
function resolve(bound: number, index: ArrayIndex): void {
  if (bound === BOUND_FIRST) index.set(0, 0);
  else if (bound === BOUND_LAST) index.become(last);
}

function argrep(ctx: Context): void {
  const startBound = boundArgument(ctx, 2, start);
  const endBound = boundArgument(ctx, 3, end);
  const search = parseSearch(ctx);
  const { reply } = ctx;
  if (readArray(ctx, 1, array) === 0) return reply.array(0);
  array.loadLast(last);
  resolve(startBound, start);
  resolve(endBound, end);
  ctx.weigh(elementsBetween(array, start, end));
  const mark = reply.mark();
  let found = 0;
  cursor.start(array, start, end);
  while (found < search.limit && cursor.next()) {
    if (!isWanted(search)) continue;
    found++;
    if (search.withValues) reply.array(2);
    replyIndex(reply, cursor.index);
    if (search.withValues) replyElement(reply, array, cursor.at);
  }
  reply.arrayAt(mark, found);
}

export const arrayGrepCommands = [
  command({
    name: 'ARGREP',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N + M × P), M being the elements in the range and P what the predicates take',
    summary: 'Finds the places in a range of an array whose text is as wanted.',
    syntax:
      'key:key start end predicate(exact{exact=EXACT string} | match{match=MATCH string} | glob{glob=GLOB pattern} | re{re=RE pattern})... [options(AND | OR | LIMIT limit:integer | WITHVALUES | NOCASE)...]',
    keys: 'RO access 1',
    flags: 'readonly',
    run: argrep,
  }),
];
