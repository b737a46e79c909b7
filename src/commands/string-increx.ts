/** INCREX: a counter with bounds and a deadline, in integers or in decimal numbers. */
import { addLongDoubles, formatLongDouble, type LongDouble, parseLongDouble } from '../base/long-double.ts';
import { INT64_MAX, INT64_MIN, parseInt64 } from '../base/numbers.ts';
import { Region } from '../base/region.ts';
import { EXTENDED, type SoftFloat } from '../base/soft-float.ts';
import { OutOfMemoryError } from '../memory/out-of-memory.ts';
import { hasDeadline, TYPE_STRING, valueAt, valueLength } from '../store/entry.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { type CommandError, error, NOT_A_FLOAT, NOT_AN_INTEGER, SYNTAX_ERROR } from './errors.ts';
import type { KeyEvent } from './events.ts';
import { positiveDeadline, type TimeUnit, timeUnit } from './expiration.ts';
import { replaceByOverdue } from './generic-expire.ts';
import { INCRBY, INCRBYFLOAT, storeBigInteger, storeText } from './string-number.ts';
import { changeDeadline, dropDeadline } from './string-take.ts';

const ENX_ALONE = error('ERR ENX flag requires an expiration');
const BOUNDS_CROSSED = error("ERR LBOUND can't be greater than UBOUND");
const INCREMENT_INFINITE = error('ERR BYFLOAT increment cannot be Infinity');
const VALUE_INFINITE = error('ERR value cannot be Infinity');
const APPLIED_OVERFLOW = error('ERR applied increment would overflow');
const APPLIED_INFINITE = error('ERR applied increment would be Infinity');

const notAnInteger = (what: string): CommandError => error(`ERR ${what} is not an integer or out of range`);
const notAFloat = (what: string): CommandError => error(`ERR ${what} is not a valid float`);

/** What the options say; `…Arg` is the argument that holds an operand, 0 where the option is not given. */
interface Options {
  /** Undefined where neither BYINT nor BYFLOAT is given. */
  increment: bigint | SoftFloat | undefined;
  lowerArg: number;
  upperArg: number;
  saturates: boolean;
  unit: TimeUnit | undefined;
  timeArg: number;
  persists: boolean;
  onlyWithoutDeadline: boolean;
}

/** What became of the number: undefined where the bounds forbid the step. */
interface Step<T> {
  readonly value: T;
  readonly applied: T;
}

/**
 * Unlike SET, INCREX takes no word twice. It reads the increment at once, before a word behind it is found wrong, and the
 * bounds when all words are right.
 * @throws CommandError
 */
function parseOptions(ctx: Context): Options {
  const options: Options = {
    increment: undefined,
    lowerArg: 0,
    upperArg: 0,
    saturates: false,
    unit: undefined,
    timeArg: 0,
    persists: false,
    onlyWithoutDeadline: false,
  };
  for (let arg = 2; arg < ctx.argc; arg++) {
    const hasOperand = arg + 1 < ctx.argc;
    const unit = timeUnit(ctx, arg);
    if (unit !== undefined && options.unit === undefined && !options.persists && hasOperand) {
      options.unit = unit;
      options.timeArg = ++arg;
      continue;
    }
    const word = ctx.word(arg);
    const takesIncrement = options.increment === undefined && hasOperand;
    if (word === 'BYINT' && takesIncrement) options.increment = integerArgument(ctx, ++arg, 'Increment');
    else if (word === 'BYFLOAT' && takesIncrement) options.increment = floatIncrement(ctx, ++arg);
    else if (word === 'LBOUND' && options.lowerArg === 0 && hasOperand) options.lowerArg = ++arg;
    else if (word === 'UBOUND' && options.upperArg === 0 && hasOperand) options.upperArg = ++arg;
    else if (word === 'SATURATE' && !options.saturates) options.saturates = true;
    else if (word === 'PERSIST' && canPersist(options)) options.persists = true;
    else if (word === 'ENX' && !options.onlyWithoutDeadline && !options.persists) options.onlyWithoutDeadline = true;
    else throw SYNTAX_ERROR;
  }
  return options;
}

const canPersist = ({ persists, unit, onlyWithoutDeadline }: Options): boolean =>
  !persists && unit === undefined && !onlyWithoutDeadline;

function increx(ctx: Context): void {
  const options = parseOptions(ctx);
  const { increment = 1n } = options;
  if (typeof increment === 'bigint') incrementInteger(ctx, options, increment);
  else incrementFloat(ctx, options, increment);
}

// --- integers -------------------------------------------------------------------------------------------------------

function integerArgument(ctx: Context, arg: number, what: string): bigint {
  const value = parseInt64(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (value === undefined) throw notAnInteger(what);
  return value;
}

function incrementInteger(ctx: Context, options: Options, increment: bigint): void {
  const { lowerArg, upperArg } = options;
  const lower = lowerArg === 0 ? INT64_MIN : integerArgument(ctx, lowerArg, 'LBOUND');
  const upper = upperArg === 0 ? INT64_MAX : integerArgument(ctx, upperArg, 'UBOUND');
  if (lower > upper) throw BOUNDS_CROSSED;
  const deadlineMs = deadlineArgument(ctx, options);
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const value = entry === 0 ? 0n : parseInt64(arena.u8, valueAt(arena, entry), valueLength(arena, entry));
  if (value === undefined) throw NOT_AN_INTEGER;
  const step = integerStep(value, increment, lower, upper, options.saturates);
  if (step !== undefined) {
    finish(ctx, entry, options, deadlineMs, INCRBY, () => storeBigInteger(ctx, entry, step.value));
  }
  ctx.reply.array(2);
  ctx.reply.bigInteger(step?.value ?? value);
  ctx.reply.bigInteger(step?.applied ?? 0n);
}

function integerStep(
  value: bigint,
  increment: bigint,
  lower: bigint,
  upper: bigint,
  saturates: boolean,
): Step<bigint> | undefined {
  const sum = value + increment;
  if (sum >= lower && sum <= upper) return { value: sum, applied: increment };
  if (!saturates) return undefined;
  const bounded = sum < lower ? lower : upper;
  const applied = bounded - value;
  if (applied < INT64_MIN || applied > INT64_MAX) throw APPLIED_OVERFLOW;
  return { value: bounded, applied };
}

// --- decimal numbers ------------------------------------------------------------------------------------------------

const LONG_DOUBLE_MAX: SoftFloat = {
  negative: false,
  significand: 2n ** BigInt(EXTENDED.significandBits) - 1n,
  exponent: EXTENDED.exponentMax,
};
const ZERO: SoftFloat = { negative: false, significand: 0n, exponent: 0 };

const negated = (float: SoftFloat): SoftFloat => ({ ...float, negative: !float.negative });

/** Below 0, 0, above 0, as `a` is less than, equal to or more than `b`. */
function compareLongDoubles(a: LongDouble, b: LongDouble): number {
  const rank = (value: LongDouble) => (value === 'infinity' ? 1 : value === '-infinity' ? -1 : 0);
  if (typeof a === 'string' || typeof b === 'string') return rank(a) - rank(b);
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = ({ negative, significand, exponent: own }: SoftFloat) => {
    const magnitude = significand << BigInt(own - exponent);
    return negative ? -magnitude : magnitude;
  };
  const difference = scaled(a) - scaled(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function floatArgument(ctx: Context, arg: number, what: string): LongDouble {
  const value = parseLongDouble(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (value === undefined) throw notAFloat(what);
  return value;
}

function floatIncrement(ctx: Context, arg: number): SoftFloat {
  const increment = floatArgument(ctx, arg, 'Increment');
  if (typeof increment === 'string') throw INCREMENT_INFINITE;
  return increment;
}

function incrementFloat(ctx: Context, options: Options, increment: SoftFloat): void {
  const { lowerArg, upperArg } = options;
  const lower = lowerArg === 0 ? negated(LONG_DOUBLE_MAX) : floatArgument(ctx, lowerArg, 'LBOUND');
  const upper = upperArg === 0 ? LONG_DOUBLE_MAX : floatArgument(ctx, upperArg, 'UBOUND');
  if (compareLongDoubles(lower, upper) > 0) throw BOUNDS_CROSSED;
  const deadlineMs = deadlineArgument(ctx, options);
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const value = entry === 0 ? ZERO : parseLongDouble(arena.u8, valueAt(arena, entry), valueLength(arena, entry));
  if (value === undefined) throw NOT_A_FLOAT;
  if (typeof value === 'string') throw VALUE_INFINITE;
  const step = floatStep(value, increment, lower, upper, options.saturates);
  if (step !== undefined) {
    const digits = Region.of(formatLongDouble(step.value));
    finish(ctx, entry, options, deadlineMs, INCRBYFLOAT, () => storeText(ctx, entry, digits, digits.length));
  }
  ctx.reply.array(2);
  replyLongDouble(ctx, step?.value ?? value);
  replyLongDouble(ctx, step?.applied ?? ZERO);
}

function floatStep(
  value: SoftFloat,
  increment: SoftFloat,
  lower: LongDouble,
  upper: LongDouble,
  saturates: boolean,
): Step<SoftFloat> | undefined {
  // A sum beyond the largest number has the sign of both.
  const sum = addLongDoubles(value, increment) ?? (value.negative ? '-infinity' : 'infinity');
  const tooLow = compareLongDoubles(sum, lower) < 0;
  const tooHigh = compareLongDoubles(sum, upper) > 0;
  const fits = !tooLow && !tooHigh && typeof sum !== 'string';
  if (!fits && !saturates) return undefined;
  const bounded = fits ? sum : sum === 'infinity' || tooHigh ? upper : lower;
  // What rounding took from the increment has not been applied.
  const applied = typeof bounded === 'string' ? undefined : addLongDoubles(bounded, negated(value));
  if (typeof bounded === 'string' || applied === undefined) throw APPLIED_INFINITE;
  return { value: bounded, applied };
}

function replyLongDouble(ctx: Context, value: SoftFloat): void {
  const digits = formatLongDouble(value);
  if (ctx.reply.resp3) ctx.reply.raw(Region.of(`,${digits}\r\n`));
  else ctx.reply.bulkText(digits);
}

// --- deadlines ------------------------------------------------------------------------------------------------------

function deadlineArgument(ctx: Context, { unit, timeArg, onlyWithoutDeadline }: Options): number {
  if (unit !== undefined) return positiveDeadline(ctx, timeArg, unit);
  if (onlyWithoutDeadline) throw ENX_ALONE;
  return 0;
}

/** What a key that gets a deadline takes beside its bytes: another entry, a place in the heap, which may have to grow. */
const DEADLINE_ROOM_BYTES = 64 << 10;

/** Stores the new value and sees to the deadline. One that has passed removes the key instead. */
function finish(
  ctx: Context,
  entry: number,
  options: Options,
  deadlineMs: number,
  event: KeyEvent,
  store: () => void,
): void {
  const had = entry !== 0 && hasDeadline(ctx.ks.arena, entry);
  const setsDeadline = options.unit !== undefined && !(options.onlyWithoutDeadline && had);
  if (setsDeadline && deadlineMs <= ctx.nowMs) {
    replaceByOverdue(ctx, 1, entry);
    return;
  }
  if (setsDeadline && !ctx.ks.allocator.hasRoom(ctx.size[1] + DEADLINE_ROOM_BYTES)) throw new OutOfMemoryError();
  store();
  ctx.touch(1, event);
  if (setsDeadline) changeDeadline(ctx, ctx.peek(1), deadlineMs);
  else if (options.persists) dropDeadline(ctx, ctx.peek(1));
}

export const stringIncrexCommands = [
  command({
    name: 'INCREX',
    since: '8.8.0',
    group: 'string',
    complexity: 'O(1)',
    summary: 'Adds to the number at a key within bounds and gives the key a deadline, in one step.',
    syntax:
      'key:key [increment(BYFLOAT float:double | BYINT integer:integer)] [SATURATE] [LBOUND lowerbound] [UBOUND upperbound] [expiration(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST)] [ENX]',
    keys: 'RW access update 1',
    flags: 'write denyoom fast',
    run: increx,
  }),
];
