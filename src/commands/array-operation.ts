/** AROP: sums, extremes, bits and counts over a range of an array. */
import { ExtendedPair } from '../base/extended-pair.ts';
import { addLongDoubles, compareLongDoubles, formatLongDoubleShort, type LongDouble } from '../base/long-double.ts';
import { SparseArray } from '../types/array.ts';
import { ArrayCursor } from '../types/array-cursor.ts';
import { ArrayElement } from '../types/array-element.ts';
import { ArrayIndex } from '../types/array-index.ts';
import { integerOf, numberOf, truncated } from '../types/array-number.ts';
import type { ListpackElement } from '../types/listpack-element.ts';
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

/** A sum or an extreme: of integers as long as that is exact, else in long doubles, which few numbers are too large for. */
class Aggregate {
  readonly operation: Operation;
  isEmpty = true;
  private isPlain = true;
  private plain = 0;
  private readonly pair = new ExtendedPair();
  private readonly other = new ExtendedPair();
  private wide: LongDouble | 'nan' | undefined = undefined;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  /** @param value a safe integer */
  addInteger(value: number): void {
    if (this.isPlain) {
      let next = value;
      if (!this.isEmpty) {
        if (this.operation === 'SUM') next = this.plain + value;
        else if (this.operation === 'MIN') next = Math.min(this.plain, value);
        else next = Math.max(this.plain, value);
      }
      if (next >= -Number.MAX_SAFE_INTEGER && next <= Number.MAX_SAFE_INTEGER) {
        this.plain = next;
        this.isEmpty = false;
        return;
      }
    }
    this.other.setDouble(value);
    this.add(this.other);
  }

  add(value: ExtendedPair | LongDouble): void {
    if (this.isPlain) {
      this.isPlain = false;
      this.pair.setDouble(this.plain);
    }
    const isFirst = this.isEmpty;
    this.isEmpty = false;
    if (this.wide === undefined && value instanceof ExtendedPair) {
      if (isFirst) this.pair.become(value);
      else if (this.operation === 'SUM') this.pair.add(value);
      else {
        const side = value.compare(this.pair);
        if (this.operation === 'MIN' ? side < 0 : side > 0) this.pair.become(value);
      }
      return;
    }
    const wide = value instanceof ExtendedPair ? value.toLongDouble() : value;
    this.wide = isFirst ? wide : this.combined(this.wide ?? this.pair.toLongDouble(), wide);
  }

  private combined(a: LongDouble | 'nan', b: LongDouble): LongDouble | 'nan' {
    if (this.operation === 'SUM') return sum(a, b);
    // Only sums are no numbers.
    const side = compareLongDoubles(b, a as LongDouble);
    return (this.operation === 'MIN' ? side < 0 : side > 0) ? b : a;
  }

  toString(): string {
    const { wide } = this;
    if (this.isPlain) return String(this.plain);
    if (wide === 'nan') return '-nan';
    if (typeof wide === 'string') return wide === 'infinity' ? 'inf' : '-inf';
    return formatLongDoubleShort(wide ?? this.pair.toLongDouble());
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
      const value = numberOf(element);
      if (value !== undefined) result.add(value);
    } else if (number.isSafe) {
      result.addInteger(number.integer);
    } else {
      result.add(integerOf(number.bigint()));
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
    const whole = element.isInteger ? integerPart(number) : wholeOf(element);
    if (whole === undefined) continue;
    const isPlain = typeof whole === 'number';
    const otherHigh = isPlain ? Math.floor(whole / TWO_32) | 0 : Number(BigInt.asIntN(32, whole >> 32n));
    const otherLow = isPlain ? whole | 0 : Number(BigInt.asIntN(32, whole));
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

const integerPart = (number: ListpackElement): number | bigint => (number.isSafe ? number.integer : number.bigint());

function wholeOf(of: ArrayElement): number | bigint | undefined {
  const value = numberOf(of);
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
