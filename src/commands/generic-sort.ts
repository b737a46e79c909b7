/** SORT: the elements of a list, set or sorted set in some order, or what keys named after them hold. */
import { parseDouble } from '../base/numbers.ts';
import { compare } from '../base/region.ts';
import { TYPE_LIST, TYPE_SET, TYPE_SORTED_SET, typeOf } from '../store/entry.ts';
import { List } from '../types/list.ts';
import { listValueType } from '../types/list-value-type.ts';
import { SetCursor, setCount } from '../types/set.ts';
import { Slice } from '../types/slice.ts';
import { SortedSetCursor, sortedSetCount } from '../types/sorted-set.ts';
import { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, SYNTAX_ERROR, WRONG_TYPE } from './errors.ts';
import { DEL, listEvent } from './events.ts';
import { ByteStrings } from './generic-sort-bytes.ts';
import { namesKeys, SortPattern } from './generic-sort-pattern.ts';
import { saturatedInteger } from './saturated-integer.ts';
import { openValue, putValue } from './value-entry.ts';

const SORTSTORE = listEvent('sortstore');
const NOT_NUMBERS = error("ERR One or more scores can't be converted into double");

interface Options {
  descending: boolean;
  alphabetical: boolean;
  limitFrom: number;
  /** Negative for no limit. */
  limitCount: number;
  storeArg: number;
  byArg: number;
  /** BY names no keys: the order is the collection's own. */
  keepsOrder: boolean;
  readonly getArgs: number[];
}

const list = new List();
const collection = new Value();
const setCursor = new SetCursor();
const sortedSetCursor = new SortedSetCursor();
const slice = new Slice();

function parseOptions(ctx: Context, mayStore: boolean): Options {
  const options: Options = {
    descending: false,
    alphabetical: false,
    limitFrom: 0,
    limitCount: -1,
    storeArg: 0,
    byArg: 0,
    keepsOrder: false,
    getArgs: [],
  };
  for (let arg = 2; arg < ctx.argc; arg++) {
    const left = ctx.argc - arg - 1;
    if (ctx.isWord(arg, 'ASC')) options.descending = false;
    else if (ctx.isWord(arg, 'DESC')) options.descending = true;
    else if (ctx.isWord(arg, 'ALPHA')) options.alphabetical = true;
    else if (ctx.isWord(arg, 'LIMIT') && left >= 2) {
      options.limitFrom = saturatedInteger(ctx, ++arg);
      options.limitCount = saturatedInteger(ctx, ++arg);
    } else if (ctx.isWord(arg, 'STORE') && left >= 1 && mayStore) options.storeArg = ++arg;
    else if (ctx.isWord(arg, 'BY') && left >= 1) {
      options.byArg = ++arg;
      if (!namesKeys(ctx, arg)) options.keepsOrder = true;
    } else if (ctx.isWord(arg, 'GET') && left >= 1) options.getArgs.push(++arg);
    else throw SYNTAX_ERROR;
  }
  return options;
}

/** The shards beyond the key's own: that of STORE's key, and all of them if a pattern names keys. */
function extraShards(ctx: Context): number {
  let mask = 0;
  for (let arg = 2; arg + 1 < ctx.argc; arg++) {
    if (ctx.isWord(arg, 'LIMIT')) arg += 2;
    else if (ctx.isWord(arg, 'STORE')) mask |= 1 << ctx.shardIndexOf(ctx.hashOf(++arg));
    else if ((ctx.isWord(arg, 'BY') || ctx.isWord(arg, 'GET')) && namesKeys(ctx, ++arg)) return allShards(ctx);
  }
  return mask;
}

const allShards = (ctx: Context): number => (ctx.shards.length === 32 ? -1 : (1 << ctx.shards.length) - 1);

/** Opens the collection in argument 1. @returns its type; −1 if there is no such key */
function openCollection(ctx: Context): number {
  const entry = ctx.read(1);
  if (entry === 0) return -1;
  const type = typeOf(ctx.ks.arena, entry);
  if (type !== TYPE_LIST && type !== TYPE_SET && type !== TYPE_SORTED_SET) throw WRONG_TYPE;
  openValue(ctx, entry, type === TYPE_LIST ? list : collection);
  return type;
}

function countElements(type: number): number {
  if (type < 0) return 0;
  if (type === TYPE_LIST) return list.length;
  return type === TYPE_SET ? setCount(collection) : sortedSetCount(collection);
}

/** Takes `count` elements in their own order from number `from` on, backwards if `reversed` (lists and sorted sets). */
function collect(type: number, from: number, count: number, reversed: boolean): ByteStrings {
  const elements = new ByteStrings(count);
  if (count <= 0) return elements;
  if (type === TYPE_SET) {
    setCursor.start(collection);
    while (setCursor.next(slice)) elements.add(slice);
    return elements;
  }
  if (type === TYPE_LIST) list.seek(from);
  else sortedSetCursor.seek(collection, from);
  while (elements.count < count) {
    if (type === TYPE_LIST) slice.setPacked(list.allocator.arena.region, list.at);
    else sortedSetCursor.read(slice);
    elements.add(slice);
    const cursor = type === TYPE_LIST ? list : sortedSetCursor;
    if (!(reversed ? cursor.previous() : cursor.next())) break;
  }
  return elements;
}

function sort(ctx: Context, mayStore: boolean): void {
  const options = parseOptions(ctx, mayStore);
  const type = openCollection(ctx);
  // A set has no order to keep, so what is stored of it is put in one.
  const sortsAnyhow = options.keepsOrder && type === TYPE_SET && options.storeArg !== 0;
  if (sortsAnyhow) options.alphabetical = true;
  const count = countElements(type);
  const { from, to } = limits(options, count);
  ctx.weigh(count * (1 + options.getArgs.length + (options.byArg === 0 ? 0 : 1)));
  if (options.keepsOrder && type !== TYPE_SET) {
    const first = options.descending ? count - 1 - from : from;
    const elements = collect(type, first, to - from + 1, options.descending);
    return finish(ctx, options, elements, identity(elements.count));
  }
  const elements = collect(type, 0, count, false);
  const order = identity(count);
  if (!options.keepsOrder || sortsAnyhow) orderElements(ctx, options, elements, order, sortsAnyhow ? 0 : options.byArg);
  finish(ctx, options, elements, order.subarray(Math.max(from, 0), to + 1));
}

const identity = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, index) => index);

/** LIMIT as places of the first and the last element; none if the last is before the first. */
function limits({ limitFrom, limitCount }: Options, count: number): { from: number; to: number } {
  const from = Math.max(limitFrom, 0);
  if (from >= count) return { from: 0, to: -1 };
  const to = limitCount < 0 ? count - 1 : Math.min(from + limitCount, count) - 1;
  return { from, to };
}

function orderElements(ctx: Context, options: Options, elements: ByteStrings, order: Uint32Array, byArg: number): void {
  const by = byArg === 0 ? undefined : new SortPattern(ctx, byArg);
  const comparison = options.alphabetical ? byText(elements, by) : byNumber(elements, by);
  order.sort(options.descending ? (a, b) => comparison(b, a) : comparison);
}

type Comparison = (a: number, b: number) => number;

function compareIn(strings: ByteStrings, a: number, b: number): number {
  const { region } = strings;
  return compare(region, strings.at(a), strings.length(a), region, strings.at(b), strings.length(b));
}

/** Equal numbers are told apart by the elements' bytes. @throws NOT_NUMBERS */
function byNumber(elements: ByteStrings, by: SortPattern | undefined): Comparison {
  const scores = new Float64Array(elements.count);
  for (let i = 0; i < elements.count; i++) {
    slice.set(elements.region, elements.at(i), elements.length(i));
    if (by !== undefined && !by.find(elements.region, elements.at(i), elements.length(i), slice)) continue;
    const score = parseDouble(slice.region.u8, slice.at, slice.length);
    if (score === undefined) throw NOT_NUMBERS;
    scores[i] = score;
  }
  return (a, b) => (scores[a] < scores[b] ? -1 : scores[a] > scores[b] ? 1 : compareIn(elements, a, b));
}

/** What BY finds nothing for comes first. */
function byText(elements: ByteStrings, by: SortPattern | undefined): Comparison {
  if (by === undefined) return (a, b) => compareIn(elements, a, b);
  const texts = new ByteStrings(elements.count);
  const found = new Uint8Array(elements.count);
  for (let i = 0; i < elements.count; i++) {
    if (by.find(elements.region, elements.at(i), elements.length(i), slice)) found[i] = 1;
    else slice.set(elements.region, 0, 0);
    texts.add(slice);
  }
  return (a, b) => (found[a] === 0 || found[b] === 0 ? found[a] - found[b] : compareIn(texts, a, b));
}

/** Replies with or stores the elements of `order`, or what GET finds for them. */
function finish(ctx: Context, options: Options, elements: ByteStrings, order: Uint32Array): void {
  const patterns = options.getArgs.map((arg) => new SortPattern(ctx, arg));
  const results = order.length * Math.max(patterns.length, 1);
  if (options.storeArg !== 0) return storeResults(ctx, options.storeArg, elements, order, patterns);
  const { reply } = ctx;
  reply.array(results);
  for (const index of order) {
    const at = elements.at(index);
    const length = elements.length(index);
    if (patterns.length === 0) reply.bulk(elements.region, at, length);
    for (const pattern of patterns) {
      if (pattern.find(elements.region, at, length, slice)) reply.bulk(slice.region, slice.at, slice.length);
      else reply.null();
    }
  }
}

function storeResults(
  ctx: Context,
  storeArg: number,
  elements: ByteStrings,
  order: Uint32Array,
  patterns: readonly SortPattern[],
): void {
  const results = new ByteStrings(order.length * Math.max(patterns.length, 1));
  for (const index of order) {
    slice.set(elements.region, elements.at(index), elements.length(index));
    if (patterns.length === 0) results.add(slice);
    for (const pattern of patterns) {
      if (!pattern.find(elements.region, elements.at(index), elements.length(index), slice)) {
        slice.set(elements.region, 0, 0);
      }
      results.add(slice);
    }
  }
  const old = ctx.lookup(storeArg);
  if (results.count > 0) {
    storeList(ctx, storeArg, old, results);
  } else if (old !== 0) {
    ctx.ks.remove(old, ctx.hash);
    ctx.touch(storeArg, DEL);
  }
  ctx.reply.integer(results.count);
}

function storeList(ctx: Context, storeArg: number, old: number, results: ByteStrings): void {
  list.create(ctx.ks.allocator, results.bytes, results.count);
  try {
    for (let i = 0; i < results.count; i++) list.pushLast(results.region, results.at(i), results.length(i));
  } catch (thrown) {
    listValueType.free(list.allocator, list.root, list.encoding);
    throw thrown;
  }
  putValue(ctx, storeArg, old, TYPE_LIST, list, listValueType.free);
  ctx.touch(storeArg, SORTSTORE);
}

const BY_LIMIT_GET_ORDER =
  '[BY by-pattern:pattern] [LIMIT limit{offset:integer count:integer}] [GET get-pattern:pattern...!] [order(ASC | DESC)] [sorting=ALPHA]';
const SORT_COMPLEXITY = 'O(N*log(N)) for N elements, O(N) if they keep their order';

export const genericSortCommands = [
  command({
    name: 'SORT',
    since: '1.0.0',
    group: 'generic',
    complexity: SORT_COMPLEXITY,
    summary: 'Sorts the elements of a list, set or sorted set and returns or stores them, or what belongs to them.',
    syntax: `key:key ${BY_LIMIT_GET_ORDER} [STORE destination:key#2]`,
    keys: 'RO access 1 ; RO access ? ; OW update ?',
    flags: 'write denyoom movablekeys',
    categories: 'set sortedset list dangerous',
    extraShards,
    run: (ctx) => sort(ctx, true),
  }),
  command({
    name: 'SORT_RO',
    since: '7.0.0',
    group: 'generic',
    complexity: SORT_COMPLEXITY,
    summary: 'Sorts the elements of a list, set or sorted set and returns them, or what belongs to them.',
    syntax: `key:key ${BY_LIMIT_GET_ORDER}`,
    keys: 'RO access 1 ; RO access ?',
    flags: 'readonly movablekeys',
    categories: 'set sortedset list dangerous',
    extraShards,
    run: (ctx) => sort(ctx, false),
  }),
];
