/** Integers whose exact size doesn't matter once it is beyond every length: counts, indexes, database numbers. */
import { BEYOND_SAFE, parseInteger } from '../base/numbers.ts';
import type { Context } from './context.ts';
import { type CommandError, error, NOT_AN_INTEGER } from './errors.ts';

const MINUS = 45;
const INT_MAX = 0x7fffffff;
const BEYOND_INT = error('ERR value is out of range, value must between -2147483648 and 2147483647');
const DB_OUT_OF_RANGE = error('ERR DB index is out of range');

/** Argument `arg`, any 64-bit integer; one beyond ±(2^53 − 1) is answered as that. @throws `refusal` */
export function saturatedInteger(ctx: Context, arg: number, refusal: CommandError = NOT_AN_INTEGER): number {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (Number.isNaN(value)) throw refusal;
  if (value !== BEYOND_SAFE) return value;
  return ctx.source.u8[ctx.at[arg]] === MINUS ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

/** Argument `arg` as a 32-bit integer. @param refusal what to say, instead of the usual, of what is none */
export function int32Argument(ctx: Context, arg: number, refusal?: CommandError): number {
  const value = saturatedInteger(ctx, arg, refusal);
  if (value < -INT_MAX - 1 || value > INT_MAX) throw refusal ?? BEYOND_INT;
  return value;
}

/** @throws DB_OUT_OF_RANGE */
export function requireDatabase(ctx: Context, db: number): void {
  if (db < 0 || db >= ctx.shards[0].keyspaces.length) throw DB_OUT_OF_RANGE;
}
