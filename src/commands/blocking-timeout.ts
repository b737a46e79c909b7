/** The timeout of a blocking command: seconds with a fraction, 0 for ever. */
import { parseDouble } from '../base/numbers.ts';
import type { Context } from './context.ts';
import { error } from './errors.ts';

const NOT_A_FLOAT = error('ERR timeout is not a float or out of range');
const NEGATIVE = error('ERR timeout is negative');
const OUT_OF_RANGE = error('ERR timeout is out of range');

/** Argument `arg` in ms, rounded up so that a short timeout doesn't become none. @throws CommandError */
export function blockingTimeoutMs(ctx: Context, arg: number): number {
  const seconds = parseDouble(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (seconds === undefined) throw NOT_A_FLOAT;
  const ms = Math.ceil(seconds * 1000);
  if (ms > Number.MAX_SAFE_INTEGER) throw OUT_OF_RANGE;
  if (ms < 0 || seconds < 0) throw NEGATIVE;
  return ms;
}
