/** Unions, intersections and differences of sorted sets: returned, counted or stored. Keys may lie in different shards. */
import { parseDouble } from '../base/numbers.ts';
import { Slice } from '../types/slice.ts';
import {
  SortedSetCursor,
  sortedSetCount,
  sortedSetCreateTree,
  sortedSetFind,
  sortedSetFree,
  sortedSetInsert,
  sortedSetPack,
  sortedSetScore,
  sortedSetUpdate,
} from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR } from './errors.ts';
import { type KeyEvent, sortedSetEvent } from './events.ts';
import { integerAtLeast } from './integer-arguments.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { Source } from './sorted-set-sources.ts';
import { storeSortedSet } from './sorted-set-store.ts';

const WEIGHT_NOT_A_FLOAT = error('ERR weight value is not a float');
const LIMIT_NEGATIVE = error("ERR LIMIT can't be negative");

type Aggregate = (sum: number, score: number) => number;
type Operation = 'union' | 'inter' | 'diff';

/** ∞ and −∞ together are 0. */
const add: Aggregate = (sum, score) => numberOrZero(sum + score);
const AGGREGATES: Record<string, Aggregate> = {
  SUM: add,
  COUNT: add,
  MIN: (least, score) => (score < least ? score : least),
  MAX: (most, score) => (score > most ? score : most),
};
const numberOrZero = (value: number): number => (Number.isNaN(value) ? 0 : value);

interface Plan {
  sources: Source[];
  aggregate: Aggregate;
  /** Every member's score is taken for 1. */
  counts: boolean;
  withScores: boolean;
  limit: number;
}

/**
 * Reads `numkeys key… [WEIGHTS …] [AGGREGATE …] [WITHSCORES] [LIMIT …]` from argument `arg` on, as far as they are allowed.
 * @throws CommandError
 */
function readPlan(ctx: Context, arg: number, allowed: readonly string[]): Plan {
  const keys = saturatedInteger(ctx, arg);
  if (keys < 1) throw error(`ERR at least 1 input key is needed for '${ctx.command.name}' command`);
  if (keys > ctx.argc - arg - 1) throw SYNTAX_ERROR;
  const sources: Source[] = [];
  for (let key = arg + 1; key <= arg + keys; key++) sources.push(new Source(ctx, key));
  const plan: Plan = { sources, aggregate: add, counts: false, withScores: false, limit: 0 };
  for (let at = arg + 1 + keys; at < ctx.argc; at++) at = readOption(ctx, at, allowed, plan);
  ctx.weigh(sources.reduce((sum, source) => sum + source.count, 0));
  return plan;
}

/** @returns the last argument that belongs to the option */
function readOption(ctx: Context, at: number, allowed: readonly string[], plan: Plan): number {
  const left = ctx.argc - at - 1;
  const word = ctx.word(at);
  if (!allowed.includes(word)) throw SYNTAX_ERROR;
  if (word === 'WEIGHTS' && left >= plan.sources.length) {
    for (const [index, source] of plan.sources.entries()) source.weight = weightArgument(ctx, at + 1 + index);
    return at + plan.sources.length;
  }
  if (word === 'AGGREGATE' && left >= 1) {
    const name = ctx.word(at + 1);
    if (!Object.hasOwn(AGGREGATES, name)) throw SYNTAX_ERROR;
    plan.aggregate = AGGREGATES[name];
    plan.counts = name === 'COUNT';
    return at + 1;
  }
  if (word === 'WITHSCORES') {
    plan.withScores = true;
    return at;
  }
  if (word !== 'LIMIT' || left < 1) throw SYNTAX_ERROR;
  plan.limit = integerAtLeast(ctx, at + 1, 0, LIMIT_NEGATIVE);
  return at + 1;
}

function weightArgument(ctx: Context, arg: number): number {
  const weight = parseDouble(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (weight === undefined) throw WEIGHT_NOT_A_FLOAT;
  return weight;
}

/** A result being built, as a tree; the longest member decides whether it can become a listpack. */
class Result {
  readonly value = new Value();
  longest = 0;

  constructor(ctx: Context) {
    this.value.allocator = ctx.ks.allocator;
    sortedSetCreateTree(this.value, 0);
  }

  /** The position of a member, or 0. */
  find({ region, at, length }: Slice): number {
    return sortedSetFind(this.value, region, at, length);
  }

  /** Adds a member that `find` was just asked for in vain. */
  insert({ region, at, length }: Slice, score: number): void {
    sortedSetInsert(this.value, region, at, length, score);
    if (length > this.longest) this.longest = length;
  }

  free(): void {
    sortedSetFree(this.value.allocator, this.value.root, this.value.encoding);
  }
}

function ascending(sources: readonly Source[]): Source[] {
  return [...sources].sort((a, b) => a.count - b.count);
}

function unite({ sources, aggregate, counts }: Plan, result: Result): void {
  for (const source of ascending(sources)) {
    source.start();
    while (source.next()) {
      const score = numberOrZero(source.weight * (counts ? 1 : source.score));
      const position = result.find(source.member);
      if (position === 0) {
        result.insert(source.member, score);
        continue;
      }
      const current = sortedSetScore(result.value, position);
      const together = aggregate(current, score);
      if (!Object.is(together, current)) sortedSetUpdate(result.value, position, together);
    }
  }
}

/** @param found is told of each common member. @returns when it answers false */
function intersect({ sources, aggregate, counts }: Plan, found: (member: Slice, score: number) => boolean): void {
  const [smallest, ...others] = ascending(sources);
  smallest.start();
  while (smallest.next()) {
    let score = numberOrZero(smallest.weight * (counts ? 1 : smallest.score));
    const everywhere = others.every((other) => {
      const have = other.isSameAs(smallest) ? smallest.score : other.scoreOf(smallest.member);
      if (have === undefined) return false;
      score = aggregate(score, other.weight * (counts ? 1 : have));
      return true;
    });
    if (everywhere && !found(smallest.member, score)) return;
  }
}

function subtract(ctx: Context, { sources }: Plan, result: Result): void {
  const [first, ...rest] = sources;
  if (rest.some((other) => other.isSameAs(first))) return;
  const others = rest.filter((other) => other.count > 0).sort((a, b) => b.count - a.count);
  const lookups = (first.count * (others.length + 1)) / 2;
  const elements = others.reduce((sum, other) => sum + other.count, first.count);
  if (lookups <= elements) {
    keepOthers(first, (member) => others.some((other) => other.scoreOf(member) !== undefined), result);
    return;
  }
  // Many sets to look into, none of them large: their union is built once.
  const union = new Result(ctx);
  try {
    unite({ sources: others, aggregate: add, counts: true, withScores: false, limit: 0 }, union);
    keepOthers(first, (member) => union.find(member) !== 0, result);
  } finally {
    union.free();
  }
}

function keepOthers(source: Source, isElsewhere: (member: Slice) => boolean, result: Result): void {
  source.start();
  while (source.next()) {
    if (isElsewhere(source.member)) continue;
    result.find(source.member);
    result.insert(source.member, source.score);
  }
}

/** The result of an operation, in the shard of the key selected last; to be freed or stored. */
function compute(ctx: Context, operation: Operation, plan: Plan): Result {
  const result = new Result(ctx);
  try {
    if (operation === 'union') {
      unite(plan, result);
    } else if (operation === 'diff') {
      subtract(ctx, plan, result);
    } else {
      intersect(plan, (member, score) => {
        result.find(member);
        result.insert(member, score);
        return true;
      });
    }
  } catch (failure) {
    result.free();
    throw failure;
  }
  return result;
}

const cursor = new SortedSetCursor();
const member = new Slice();

function replyWith(ctx: Context, operation: Operation): void {
  const allowed = operation === 'diff' ? ['WITHSCORES'] : ['WEIGHTS', 'AGGREGATE', 'WITHSCORES'];
  const plan = readPlan(ctx, 1, allowed);
  const result = compute(ctx, operation, plan);
  const count = sortedSetCount(result.value);
  const nested = plan.withScores && ctx.reply.resp3;
  ctx.reply.array(plan.withScores && !nested ? count * 2 : count);
  if (count > 0) {
    cursor.seek(result.value, 0);
    do {
      if (nested) ctx.reply.array(2);
      cursor.read(member);
      ctx.reply.bulk(member.region, member.at, member.length);
      if (plan.withScores) ctx.reply.double(cursor.score());
    } while (cursor.next());
  }
  result.free();
}

function storeWith(ctx: Context, operation: Operation, event: KeyEvent): void {
  const plan = readPlan(ctx, 2, operation === 'diff' ? [] : ['WEIGHTS', 'AGGREGATE']);
  ctx.select(1);
  const result = compute(ctx, operation, plan);
  try {
    sortedSetPack(result.value, result.longest);
  } catch (failure) {
    result.free();
    throw failure;
  }
  ctx.reply.integer(storeSortedSet(ctx, result.value, event));
}

function zintercard(ctx: Context): void {
  const plan = readPlan(ctx, 1, ['LIMIT']);
  let count = 0;
  intersect(plan, () => ++count !== plan.limit);
  ctx.reply.integer(count);
}

const ZUNIONSTORE = sortedSetEvent('zunionstore');
const ZINTERSTORE = sortedSetEvent('zinterstore');
const ZDIFFSTORE = sortedSetEvent('zdiffstore');

const WEIGHTS = '[WEIGHTS weight:integer...] [AGGREGATE aggregate(SUM | MIN | MAX | COUNT@8.8.0)]';
const READING = { group: 'sorted-set', keys: 'RO access num 1', flags: 'readonly movablekeys' } as const;
const STORING = {
  group: 'sorted-set',
  keys: 'OW update 1 ; RO access num 2',
  flags: 'write denyoom movablekeys',
} as const;
const UNION_COMPLEXITY = 'O(N) + O(M log M) for N members in all, M in the result';
const INTER_COMPLEXITY = 'O(N*K) + O(M log M) for K sets of which the smallest has N members, M in the result';
const DIFF_COMPLEXITY = 'O(N) + O(M log M) for N members in all, M in the result';
const COUNT_HISTORY = [['8.8.0', 'Takes `AGGREGATE COUNT`.']] as const;

export const sortedSetAlgebraCommands = [
  command({
    ...READING,
    name: 'ZUNION',
    since: '6.2.0',
    complexity: UNION_COMPLEXITY,
    summary: 'Returns the members that any of several sorted sets has, their scores combined.',
    syntax: `numkeys:integer key:key... ${WEIGHTS} [WITHSCORES]`,
    history: COUNT_HISTORY,
    run: (ctx) => replyWith(ctx, 'union'),
  }),
  command({
    ...STORING,
    name: 'ZUNIONSTORE',
    since: '2.0.0',
    complexity: UNION_COMPLEXITY,
    summary: 'Stores the members that any of several sorted sets has, their scores combined.',
    syntax: `destination:key numkeys:integer key:key#1... ${WEIGHTS}`,
    history: COUNT_HISTORY,
    run: (ctx) => storeWith(ctx, 'union', ZUNIONSTORE),
  }),
  command({
    ...READING,
    name: 'ZINTER',
    since: '6.2.0',
    complexity: INTER_COMPLEXITY,
    summary: 'Returns the members that all of several sorted sets have, their scores combined.',
    syntax: `numkeys:integer key:key... ${WEIGHTS} [WITHSCORES]`,
    history: COUNT_HISTORY,
    run: (ctx) => replyWith(ctx, 'inter'),
  }),
  command({
    ...READING,
    name: 'ZINTERCARD',
    since: '7.0.0',
    complexity: 'O(N*K) for K sets of which the smallest has N members',
    summary: 'Counts the members that all of several sorted sets have.',
    syntax: 'numkeys:integer key:key... [LIMIT limit:integer]',
    run: zintercard,
  }),
  command({
    ...STORING,
    name: 'ZINTERSTORE',
    since: '2.0.0',
    complexity: INTER_COMPLEXITY,
    summary: 'Stores the members that all of several sorted sets have, their scores combined.',
    syntax: `destination:key numkeys:integer key:key#1... ${WEIGHTS}`,
    history: COUNT_HISTORY,
    run: (ctx) => storeWith(ctx, 'inter', ZINTERSTORE),
  }),
  command({
    ...READING,
    name: 'ZDIFF',
    since: '6.2.0',
    complexity: DIFF_COMPLEXITY,
    summary: 'Returns the members of a sorted set that none of the others has.',
    syntax: 'numkeys:integer key:key... [WITHSCORES]',
    run: (ctx) => replyWith(ctx, 'diff'),
  }),
  command({
    ...STORING,
    name: 'ZDIFFSTORE',
    since: '6.2.0',
    complexity: DIFF_COMPLEXITY,
    summary: 'Stores the members of a sorted set that none of the others has.',
    syntax: 'destination:key numkeys:integer key:key#1...',
    run: (ctx) => storeWith(ctx, 'diff', ZDIFFSTORE),
  }),
];
