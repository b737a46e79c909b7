import { parseInt64 } from '../base/numbers.ts';
import type { Context } from './context.ts';
import { type CommandError, error } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

/** Argument `arg` as an integer of at least `least`, saturated. @throws otherwise */
export function integerAtLeast(ctx: Context, arg: number, least: number, otherwise: CommandError): number {
  const value = saturatedInteger(ctx, arg, otherwise);
  if (value < least) throw otherwise;
  return value;
}

/** More could not be held as one reply. Redis goes on until the client's output limit. */
const DRAWS_MAX = 2 ** 27;
const DRAWS_OUT_OF_RANGE = error(
  'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
);

const PAIRS_OUT_OF_RANGE = error('ERR value is out of range');
const PAIRS_MAX = 2n ** 62n - 1n;

/** How many elements to draw by chance: below 0, so many that may be the same. @throws CommandError */
export function drawCount(ctx: Context, arg: number): number {
  const count = saturatedInteger(ctx, arg);
  if (count < -DRAWS_MAX) throw DRAWS_OUT_OF_RANGE;
  return count;
}

/** Draws that come with their values or scores must be so few that twice as many are counted in 64 bits. @throws CommandError */
export function requireDrawablePairs(ctx: Context, arg: number): void {
  if (saturatedInteger(ctx, arg) < Number.MAX_SAFE_INTEGER) return;
  if ((parseInt64(ctx.source.u8, ctx.at[arg], ctx.size[arg]) ?? 0n) > PAIRS_MAX) throw PAIRS_OUT_OF_RANGE;
}
