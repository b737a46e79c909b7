/** The timeout of a blocking command: seconds with a fraction or whole milliseconds, 0 for ever. */
import { parseLongDouble } from '../base/long-double.ts';
import { parseDouble } from '../base/numbers.ts';
import type { Context } from './context.ts';
import { type CommandError, error } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

const MINUS = 45;

const NOT_AN_INTEGER = error('ERR timeout is not an integer or out of range');
const NOT_A_FLOAT = error('ERR timeout is not a float or out of range');
const NEGATIVE = error('ERR timeout is negative');
const OUT_OF_RANGE = error('ERR timeout is out of range');

/** Argument `arg`, whole milliseconds. @throws CommandError */
export function integerTimeoutMs(ctx: Context, arg: number): number {
  const ms = saturatedInteger(ctx, arg, NOT_AN_INTEGER);
  if (ms < 0) throw NEGATIVE;
  if (ms + ctx.nowMs > Number.MAX_SAFE_INTEGER) throw OUT_OF_RANGE;
  return ms;
}

/** Argument `arg`, seconds, in ms: rounded up so that a short timeout doesn't become none. @throws CommandError */
export function blockingTimeoutMs(ctx: Context, arg: number): number {
  const seconds = parseDouble(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (seconds === undefined) throw refusalOf(ctx, arg);
  const ms = Math.ceil(seconds * 1000);
  if (ms > Number.MAX_SAFE_INTEGER) throw OUT_OF_RANGE;
  if (ms < 0 || seconds < 0) throw NEGATIVE;
  return ms;
}

/** Redis reads a timeout as a long double, which holds much that a double doesn't; what is so large is refused anyway. */
function refusalOf(ctx: Context, arg: number): CommandError {
  const wide = parseLongDouble(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (wide === undefined) return NOT_A_FLOAT;
  return ctx.source.u8[ctx.at[arg]] === MINUS ? NEGATIVE : OUT_OF_RANGE;
}
