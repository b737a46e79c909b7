/** `EX seconds | PX milliseconds | EXAT … | PXAT …` and the times of the EXPIRE family, with Redis' limits. */
import { BEYOND_SAFE, parseInteger } from '../base/numbers.ts';
import type { Context } from './context.ts';
import { invalidExpire, NOT_AN_INTEGER } from './errors.ts';

/** Deadlines beyond this are refused: doubles count milliseconds exactly up to here, some 285,000 years. */
const DEADLINE_MS_MAX = Number.MAX_SAFE_INTEGER;

export interface TimeUnit {
  readonly inMs: number;
  readonly absolute: boolean;
}
export const EX: TimeUnit = { inMs: 1000, absolute: false };
export const PX: TimeUnit = { inMs: 1, absolute: false };
export const EXAT: TimeUnit = { inMs: 1000, absolute: true };
export const PXAT: TimeUnit = { inMs: 1, absolute: true };

/** The unit that the option in argument `arg` names, or undefined. */
export function timeUnit(ctx: Context, arg: number): TimeUnit | undefined {
  if (ctx.isWord(arg, 'EX')) return EX;
  if (ctx.isWord(arg, 'PX')) return PX;
  if (ctx.isWord(arg, 'EXAT')) return EXAT;
  if (ctx.isWord(arg, 'PXAT')) return PXAT;
  return undefined;
}

/**
 * The deadline in ms that argument `arg` asks for; it must be above 0 and may lie in the past if absolute.
 * @throws CommandError
 */
export function positiveDeadline(ctx: Context, arg: number, unit: TimeUnit): number {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (Number.isNaN(value)) throw NOT_AN_INTEGER;
  if (value === BEYOND_SAFE || value <= 0) throw invalidExpire(ctx.command.name);
  const deadlineMs = value * unit.inMs + (unit.absolute ? 0 : ctx.nowMs);
  if (deadlineMs > DEADLINE_MS_MAX) throw invalidExpire(ctx.command.name);
  return deadlineMs;
}
