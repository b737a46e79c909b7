/** Intersections, unions and differences of sets: returned, counted or stored. Keys may lie in different shards. */
import { TYPE_SET } from '../store/entry.ts';
import {
  SET_INTSET,
  SET_LISTPACK,
  SET_TABLE,
  SetCursor,
  setAdd,
  setCount,
  setCreateAs,
  setFree,
  setHasTaken,
  setPackIntegers,
} from '../types/set.ts';
import { Slice } from '../types/slice.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { DEL, type KeyEvent, setEvent } from './events.ts';
import { integerAtLeast } from './integer-arguments.ts';
import { readSet } from './set.ts';
import { putValue } from './value-entry.ts';

const NUMKEYS_ABOVE_ZERO = error('ERR numkeys should be greater than 0');
const TOO_MANY_KEYS = error("ERR Number of keys can't be greater than number of args");
const LIMIT_NEGATIVE = error("ERR LIMIT can't be negative");

/** Is told of each member of a result. @returns false to hear of no more */
type Sink = (member: Slice) => boolean;
/** Tells first how much it has to look at (`ctx.weigh`), since that may end the command. */
type Operation = (ctx: Context, sources: readonly Value[], sink: Sink) => void;

const cursor = new SetCursor();
const member = new Slice();

/** The sets in arguments `first` to `end` − 1; one that isn't there has root 0. @throws WRONG_TYPE */
function openSets(ctx: Context, first: number, end: number): Value[] {
  const sources: Value[] = [];
  for (let arg = first; arg < end; arg++) {
    const source = new Value();
    readSet(ctx, arg, source);
    sources.push(source);
  }
  return sources;
}

const countOf = (source: Value): number => (source.root === 0 ? 0 : setCount(source));

/** How many members the sets have in all, each counted in every set that has it. */
function countAll(sources: readonly Value[]): number {
  let count = 0;
  for (const source of sources) count += countOf(source);
  return count;
}

const same = (one: Value, other: Value): boolean => one.root === other.root && one.allocator === other.allocator;

function intersect(ctx: Context, sources: readonly Value[], sink: Sink): void {
  const ascending = smallestFirst(sources);
  const smallest = ascending[0];
  if (smallest.root === 0) return;
  ctx.weigh(setCount(smallest) * sources.length);
  cursor.start(smallest);
  while (cursor.next(member)) if (isInOthers(ascending) && !sink(member)) return;
}

/** By their count. Most often there are two, and the sort of arrays takes as long as to intersect small ones. */
function smallestFirst(sources: readonly Value[]): readonly Value[] {
  if (sources.length !== 2) return sources.toSorted((a, b) => countOf(a) - countOf(b));
  const [one, other] = sources;
  return countOf(one) <= countOf(other) ? sources : [other, one];
}

/** Whether each set but the first has the member that the cursor has come to. */
function isInOthers(sets: readonly Value[]): boolean {
  for (let i = 1; i < sets.length; i++) if (!setHasTaken(sets[i], cursor, member)) return false;
  return true;
}

function unite(ctx: Context, sources: readonly Value[], sink: Sink): void {
  const present = sources.filter((source) => source.root !== 0);
  if (present.length === 0) return;
  ctx.weigh(countAll(present));
  const union = unionOf(ctx, present, sink);
  setFree(union.allocator, union.root, union.encoding);
}

/** The union, in the last selected key's shard. @param sink is told of each member as it is added */
function unionOf(ctx: Context, sources: readonly Value[], sink: Sink): Value {
  const union = new Value();
  union.allocator = ctx.ks.allocator;
  const small = sources.every((source) => source.encoding === SET_INTSET);
  setCreateAs(union, small ? SET_INTSET : SET_TABLE, Math.max(...sources.map(setCount)));
  try {
    for (const source of sources) {
      cursor.start(source);
      while (cursor.next(member)) {
        if (setAdd(union, member.region, member.at, member.length) && !sink(member)) return union;
      }
    }
  } catch (failure) {
    setFree(union.allocator, union.root, union.encoding);
    throw failure;
  }
  return union;
}

function subtract(ctx: Context, sources: readonly Value[], sink: Sink): void {
  const [first, ...rest] = sources;
  if (first.root === 0 || rest.some((other) => same(other, first))) return;
  const others = rest.filter((other) => other.root !== 0).sort((a, b) => setCount(b) - setCount(a));
  const lookups = (setCount(first) * (others.length + 1)) / 2;
  const elements = setCount(first) + countAll(others);
  ctx.weigh(elements);
  if (lookups <= elements) {
    subtractEach(first, others, sink);
    return;
  }
  // Many sets to look into, none of them large: their union is built once.
  const union = unionOf(ctx, others, () => true);
  try {
    subtractEach(first, [union], sink);
  } finally {
    setFree(union.allocator, union.root, union.encoding);
  }
}

function subtractEach(first: Value, others: readonly Value[], sink: Sink): void {
  cursor.start(first);
  while (cursor.next(member)) if (!isInAny(others) && !sink(member)) return;
}

/** Whether any of the sets has the member that the cursor has come to. */
function isInAny(sets: readonly Value[]): boolean {
  for (const set of sets) if (setHasTaken(set, cursor, member)) return true;
  return false;
}

/** Replies with the result of an operation on all keys from argument 1 on. */
function replyWith(ctx: Context, operation: Operation): void {
  const sources = openSets(ctx, 1, ctx.argc);
  const mark = ctx.reply.mark();
  let count = 0;
  operation(ctx, sources, (found) => {
    ctx.reply.bulk(found.region, found.at, found.length);
    count++;
    return true;
  });
  ctx.reply.setAt(mark, count);
}

/** Unions cheaper to reply with in the order of the result, which for whole numbers is ascending. */
function sunion(ctx: Context): void {
  const present = openSets(ctx, 1, ctx.argc).filter((source) => source.root !== 0);
  if (present.length === 0) return ctx.reply.set(0);
  ctx.weigh(countAll(present));
  const union = unionOf(ctx, present, () => true);
  ctx.reply.set(setCount(union));
  cursor.start(union);
  while (cursor.next(member)) ctx.reply.bulk(member.region, member.at, member.length);
  setFree(union.allocator, union.root, union.encoding);
}

/** Replies with the count of an operation's result: `numkeys key… [LIMIT limit]`, and `[APPROX]` if that is allowed. */
function countWith(ctx: Context, operation: Operation, allowsApprox: boolean): void {
  const keys = integerAtLeast(ctx, 1, 1, NUMKEYS_ABOVE_ZERO);
  if (keys > ctx.argc - 2) throw TOO_MANY_KEYS;
  let limit = 0;
  for (let arg = 2 + keys; arg < ctx.argc; arg++) {
    if (ctx.isWord(arg, 'LIMIT') && arg + 1 < ctx.argc) limit = integerAtLeast(ctx, ++arg, 0, LIMIT_NEGATIVE);
    // An exact count is the best approximation; it costs no more than a sketch of every member would.
    else if (!allowsApprox || !ctx.isWord(arg, 'APPROX')) throw SYNTAX_ERROR;
  }
  const sources = openSets(ctx, 2, 2 + keys);
  let count = 0;
  operation(ctx, sources, () => ++count !== limit);
  ctx.reply.integer(count);
}

/** Stores the result of an operation on the keys from argument 2 on at the key in argument 1. */
function storeWith(ctx: Context, operation: Operation, encoding: number, event: KeyEvent): void {
  const sources = openSets(ctx, 2, ctx.argc);
  const result = new Value();
  result.allocator = ctx.select(1).allocator;
  setCreateAs(result, encoding, 0);
  try {
    operation(ctx, sources, (found) => {
      setAdd(result, found.region, found.at, found.length);
      return true;
    });
    if (encoding === SET_LISTPACK) setPackIntegers(result);
  } catch (failure) {
    setFree(result.allocator, result.root, result.encoding);
    throw failure;
  }
  storeResult(ctx, result, event);
}

function storeResult(ctx: Context, result: Value, event: KeyEvent): void {
  const count = setCount(result);
  const old = ctx.peek(1);
  if (count > 0) {
    putValue(ctx, 1, old, TYPE_SET, result, setFree);
    ctx.touch(1, event);
  } else {
    setFree(result.allocator, result.root, result.encoding);
    if (old !== 0) {
      ctx.ks.remove(old, ctx.hash);
      ctx.touch(1, DEL);
    }
  }
  ctx.reply.integer(count);
}

const SINTERSTORE = setEvent('sinterstore');
const SUNIONSTORE = setEvent('sunionstore');
const SDIFFSTORE = setEvent('sdiffstore');

export const setAlgebraCommands = [
  command({
    name: 'SINTER',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N*M) for M sets of which the smallest has N members',
    summary: 'Returns the members that all of several sets have.',
    syntax: 'key:key...',
    keys: 'RO access 1..-1',
    flags: 'readonly',
    tips: 'nondeterministic_output_order',
    run: (ctx) => replyWith(ctx, intersect),
  }),
  command({
    name: 'SINTERCARD',
    since: '7.0.0',
    group: 'set',
    complexity: 'O(N*M) for M sets of which the smallest has N members',
    summary: 'Counts the members that all of several sets have.',
    syntax: 'numkeys:integer key:key... [LIMIT limit:integer]',
    keys: 'RO access num 1',
    flags: 'readonly movablekeys',
    run: (ctx) => countWith(ctx, intersect, false),
  }),
  command({
    name: 'SINTERSTORE',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N*M) for M sets of which the smallest has N members',
    summary: 'Stores the members that all of several sets have as a set.',
    syntax: 'destination:key key:key#1...',
    keys: 'OW update 1 ; RO access 2..-1',
    flags: 'write denyoom',
    run: (ctx) => storeWith(ctx, intersect, SET_LISTPACK, SINTERSTORE),
  }),
  command({
    name: 'SUNION',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N) for N members in all sets',
    summary: 'Returns the members that any of several sets has.',
    syntax: 'key:key...',
    keys: 'RO access 1..-1',
    flags: 'readonly',
    tips: 'nondeterministic_output_order',
    run: sunion,
  }),
  command({
    name: 'SUNIONCARD',
    since: '8.10.0',
    group: 'set',
    complexity: 'O(N) for N members in all sets',
    summary: 'Counts the members that any of several sets has.',
    syntax: 'numkeys:integer key:key... [APPROX] [LIMIT limit:integer]',
    keys: 'RO access num 1',
    flags: 'readonly movablekeys',
    run: (ctx) => countWith(ctx, unite, true),
  }),
  command({
    name: 'SUNIONSTORE',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N) for N members in all sets',
    summary: 'Stores the members that any of several sets has as a set.',
    syntax: 'destination:key key:key#1...',
    keys: 'OW update 1 ; RO access 2..-1',
    flags: 'write denyoom',
    run: (ctx) => storeWith(ctx, uniteInto, SET_INTSET, SUNIONSTORE),
  }),
  command({
    name: 'SDIFF',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N) for N members in all sets',
    summary: 'Returns the members of a set that none of the others has.',
    syntax: 'key:key...',
    keys: 'RO access 1..-1',
    flags: 'readonly',
    tips: 'nondeterministic_output_order',
    run: (ctx) => replyWith(ctx, subtract),
  }),
  command({
    name: 'SDIFFCARD',
    since: '8.10.0',
    group: 'set',
    complexity: 'O(N) for N members in all sets',
    summary: 'Counts the members of a set that none of the others has.',
    syntax: 'numkeys:integer key:key... [LIMIT limit:integer]',
    keys: 'RO access num 1',
    flags: 'readonly movablekeys',
    run: (ctx) => countWith(ctx, subtract, false),
  }),
  command({
    name: 'SDIFFSTORE',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N) for N members in all sets',
    summary: 'Stores the members of a set that none of the others has as a set.',
    syntax: 'destination:key key:key#1...',
    keys: 'OW update 1 ; RO access 2..-1',
    flags: 'write denyoom',
    run: (ctx) => storeWith(ctx, subtract, SET_INTSET, SDIFFSTORE),
  }),
];

/** A union of which nobody minds hearing of a member twice. */
function uniteInto(ctx: Context, sources: readonly Value[], sink: Sink): void {
  ctx.weigh(countAll(sources));
  for (const source of sources) {
    if (source.root === 0) continue;
    cursor.start(source);
    while (cursor.next(member)) if (!sink(member)) return;
  }
}
