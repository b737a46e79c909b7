/** The timeout of a blocking command: seconds with a fraction, 0 for ever. */
import { parseLongDouble } from '../base/long-double.ts';
import { parseDouble } from '../base/numbers.ts';
import type { Context } from './context.ts';
import { type CommandError, error } from './errors.ts';

const MINUS = 45;

const NOT_A_FLOAT = error('ERR timeout is not a float or out of range');
const NEGATIVE = error('ERR timeout is negative');
const OUT_OF_RANGE = error('ERR timeout is out of range');

/** Argument `arg` in ms, rounded up so that a short timeout doesn't become none. @throws CommandError */
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
