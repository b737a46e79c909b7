/** `EX seconds | PX milliseconds | EXAT … | PXAT …` and the times of the EXPIRE family, with Redis' limits. */
import { BEYOND_SAFE, INT64_MAX, INT64_MIN, parseInteger } from '../base/numbers.ts';
import type { Context } from './context.ts';
import { invalidExpire, NOT_AN_INTEGER } from './errors.ts';

/**
 * The latest deadline kept, the largest double below 2^63. Doubles count milliseconds exactly for 285,000 years; later
 * ones, which Redis takes as well, are rounded to a second.
 */
const DEADLINE_MS_MAX = 2 ** 63 - 1024;

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

/** The deadline in ms that argument `arg` asks for; it may lie in the past, also before 1970. @throws CommandError */
export function anyDeadline(ctx: Context, arg: number, unit: TimeUnit): number {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (Number.isNaN(value)) throw NOT_AN_INTEGER;
  const deadlineMs = value * unit.inMs + (unit.absolute ? 0 : ctx.nowMs);
  return Number.isSafeInteger(deadlineMs) ? deadlineMs : farDeadline(ctx, arg, unit);
}

/**
 * The deadline in ms that argument `arg` asks for; the argument must be above 0, the deadline may lie in the past if
 * absolute. @throws CommandError
 */
export function positiveDeadline(ctx: Context, arg: number, unit: TimeUnit): number {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (value <= 0) throw invalidExpire(ctx.command.name);
  const deadlineMs = anyDeadline(ctx, arg, unit);
  if (value === BEYOND_SAFE && deadlineMs <= 0) throw invalidExpire(ctx.command.name);
  return deadlineMs;
}

function farDeadline(ctx: Context, arg: number, unit: TimeUnit): number {
  const inMs = BigInt(ctx.text(arg)) * BigInt(unit.inMs);
  const deadlineMs = inMs + (unit.absolute ? 0n : BigInt(ctx.nowMs));
  if (inMs < INT64_MIN || inMs > INT64_MAX || deadlineMs > INT64_MAX) throw invalidExpire(ctx.command.name);
  return Math.min(Number(deadlineMs), DEADLINE_MS_MAX);
}

/** Replies with a time that may lie beyond what an integer reply takes as a plain number. */
export function replyTime(ctx: Context, time: number): void {
  if (Number.isSafeInteger(time)) ctx.reply.integer(time);
  else ctx.reply.bigInteger(BigInt(time));
}
