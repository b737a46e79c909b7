/** AROP: sums, extremes, bits and counts over a range of an array. */
import {
  addLongDoubles,
  compareLongDoubles,
  formatLongDoubleShort,
  type LongDouble,
  longDoubleOf,
} from '../base/long-double.ts';
import { SparseArray } from '../types/array.ts';
import { ArrayCursor } from '../types/array-cursor.ts';
import { ArrayElement } from '../types/array-element.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { longDoubleOfInteger, numberOf, truncated } from '../types/array-number.ts';
import { elementsBetween, indexArgument, readArray } from './array-access.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, wrongArity } from './errors.ts';

const UNKNOWN_OPERATION = error('ERR unknown operation');
const VALUE_MISSING = error('ERR MATCH requires a value argument');
const AROP_ARITY = wrongArity('arop');
const TWO_32 = 4294967296;

const OPERATIONS = ['SUM', 'MIN', 'MAX', 'AND', 'OR', 'XOR', 'MATCH', 'USED'] as const;
type Operation = (typeof OPERATIONS)[number];

const array = new SparseArray();
const start = new ArrayIndex();
const end = new ArrayIndex();
const cursor = new ArrayCursor();
const element = new ArrayElement();

/** A sum or an extreme: a plain number as long as all that was added are integers and that is exact, then a long double. */
class Aggregate {
  readonly operation: Operation;
  isEmpty = true;
  private plain = 0;
  private exact: LongDouble | 'nan' | undefined = undefined;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  /** @param value a safe integer */
  addInteger(value: number): void {
    if (this.exact !== undefined) return this.add(longDoubleOf(value));
    const { plain } = this;
    let next = value;
    if (!this.isEmpty) {
      if (this.operation === 'SUM') next = plain + value;
      else if (this.operation === 'MIN') next = Math.min(plain, value);
      else next = Math.max(plain, value);
      if (!Number.isSafeInteger(next)) return this.add(longDoubleOf(value));
    }
    this.plain = next;
    this.isEmpty = false;
  }

  add(value: LongDouble): void {
    if (this.isEmpty) {
      this.exact = value;
      this.isEmpty = false;
      return;
    }
    const old = this.exact ?? longDoubleOf(this.plain);
    if (this.operation === 'SUM') this.exact = sum(old, value);
    else if (old !== 'nan') {
      const side = compareLongDoubles(value, old);
      this.exact = (this.operation === 'MIN' ? side < 0 : side > 0) ? value : old;
    }
  }

  toString(): string {
    const { exact } = this;
    if (exact === undefined) return String(this.plain);
    if (exact === 'nan') return '-nan';
    if (typeof exact === 'string') return exact === 'infinity' ? 'inf' : '-inf';
    return formatLongDoubleShort(exact);
  }
}

function sum(a: LongDouble | 'nan', b: LongDouble): LongDouble | 'nan' {
  if (a === 'nan') return a;
  if (typeof a !== 'string' && typeof b !== 'string') {
    return addLongDoubles(a, b) ?? (a.negative ? '-infinity' : 'infinity');
  }
  if (typeof a === 'string' && typeof b === 'string' && a !== b) return 'nan';
  return typeof a === 'string' ? a : b;
}

function aggregate(ctx: Context, operation: Operation): void {
  const result = new Aggregate(operation);
  const { arena } = array.allocator;
  while (cursor.next()) {
    element.read(arena, cursor.at);
    const { number } = element;
    if (!element.isInteger) {
      const value = numberOf(element.region, element.at, element.length);
      if (value !== undefined) result.add(value);
    } else if (number.isSafe) {
      result.addInteger(number.integer);
    } else {
      result.add(longDoubleOfInteger(number.bigint()));
    }
  }
  if (result.isEmpty) ctx.reply.null();
  else ctx.reply.bulkText(String(result));
}

function combine(ctx: Context, operation: Operation): void {
  const { arena } = array.allocator;
  let isEmpty = true;
  let high = 0;
  let low = 0;
  while (cursor.next()) {
    element.read(arena, cursor.at);
    const { number } = element;
    let otherHigh: number;
    let otherLow: number;
    if (element.isInteger && number.isSafe) {
      otherHigh = Math.floor(number.integer / TWO_32) | 0;
      otherLow = number.integer | 0;
    } else {
      const whole = element.isInteger ? number.bigint() : wholeOf(element);
      if (whole === undefined) continue;
      otherHigh = Number(BigInt.asIntN(32, whole >> 32n));
      otherLow = Number(BigInt.asIntN(32, whole));
    }
    if (isEmpty) {
      high = otherHigh;
      low = otherLow;
      isEmpty = false;
    } else if (operation === 'AND') {
      high &= otherHigh;
      low &= otherLow;
    } else if (operation === 'OR') {
      high |= otherHigh;
      low |= otherLow;
    } else {
      high ^= otherHigh;
      low ^= otherLow;
    }
  }
  const value = high * TWO_32 + (low >>> 0);
  if (isEmpty) ctx.reply.null();
  else if (Number.isSafeInteger(value)) ctx.reply.integer(value);
  else ctx.reply.bigInteger((BigInt(high) << 32n) | BigInt(low >>> 0));
}

function wholeOf({ region, at, length }: ArrayElement): bigint | undefined {
  const value = numberOf(region, at, length);
  return value === undefined ? undefined : truncated(value);
}

function countMatches(ctx: Context, arg: number): void {
  const { arena } = array.allocator;
  let found = 0;
  while (cursor.next()) {
    element.read(arena, cursor.at);
    if (element.equals(ctx.source, ctx.at[arg], ctx.size[arg])) found++;
  }
  ctx.reply.integer(found);
}

function countUsed(ctx: Context): void {
  let found = 0;
  while (cursor.next()) found++;
  ctx.reply.integer(found);
}

function arop(ctx: Context): void {
  indexArgument(ctx, 2, start);
  indexArgument(ctx, 3, end);
  const operation = OPERATIONS.find((name) => ctx.isWord(4, name));
  if (operation === undefined) throw UNKNOWN_OPERATION;
  if (operation === 'MATCH' && ctx.argc !== 6) throw VALUE_MISSING;
  if (operation !== 'MATCH' && ctx.argc !== 5) throw AROP_ARITY;
  const counts = operation === 'MATCH' || operation === 'USED';
  if (readArray(ctx, 1, array) === 0) {
    if (counts) ctx.reply.integer(0);
    else ctx.reply.null();
    return;
  }
  ctx.weigh(elementsBetween(array, start, end));
  cursor.start(array, start, end);
  if (operation === 'MATCH') countMatches(ctx, 5);
  else if (operation === 'USED') countUsed(ctx);
  else if (operation === 'AND' || operation === 'OR' || operation === 'XOR') combine(ctx, operation);
  else aggregate(ctx, operation);
}

export const arrayOperationCommands = [
  command({
    name: 'AROP',
    since: '8.8.0',
    group: 'array',
    complexity: 'O(log N + M), M being the elements in the range',
    summary: 'Sums up, compares, combines or counts what a range of an array holds.',
    syntax:
      'key:key start:integer end:integer operation(SUM | MIN | MAX | AND | OR | XOR | match{match=MATCH value} | USED)',
    keys: 'RO access 1',
    flags: 'readonly',
    run: arop,
  }),
];
