import { BEYOND_SAFE, parseInteger } from '../base/numbers.ts';
import type { Context } from './context.ts';
import type { CommandError } from './errors.ts';

/**
 * Argument `arg` as an integer of at least `least`. One beyond 2^53 is taken for 2^53, more than there can be of anything.
 * @throws otherwise
 */
export function integerAtLeast(ctx: Context, arg: number, least: number, otherwise: CommandError): number {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (value === BEYOND_SAFE && ctx.source.u8[ctx.at[arg]] !== MINUS) return Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw otherwise;
}

const MINUS = 45;
