import type { Context } from './context.ts';
import type { CommandError } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

/** Argument `arg` as an integer of at least `least`, saturated. @throws otherwise */
export function integerAtLeast(ctx: Context, arg: number, least: number, otherwise: CommandError): number {
  const value = saturatedInteger(ctx, arg, otherwise);
  if (value < least) throw otherwise;
  return value;
}
