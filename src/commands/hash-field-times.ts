/** The times and the lists of fields that the commands on deadlines of fields take, each with Redis' own words for what is wrong. */
import { BEYOND_SAFE, parseInteger } from '../base/numbers.ts';
import { argumentText } from './argument-text.ts';
import type { Context } from './context.ts';
import { error, invalidExpire, NOT_AN_INTEGER, wrongArity } from './errors.ts';
import type { TimeUnit } from './expiration.ts';
import { integerAtLeast } from './integer-arguments.ts';

const NEGATIVE_TIME = error('ERR invalid expire time, must be >= 0');
const FIELDS_TWICE = error('ERR FIELDS keyword specified multiple times');
const FIELDS_MISSING = error('ERR missing FIELDS argument');
const FIELDS_MISPLACED = error('ERR Mandatory argument FIELDS is missing or not at the right position');
const FIELD_COUNT_NOT_POSITIVE = error('ERR Number of fields must be a positive integer');
const FIELD_COUNT_MISMATCH = error('ERR The `numfields` parameter must match the number of arguments');
const TOO_FEW_FIELDS = error('ERR wrong number of arguments');

/** The latest deadline of a field: Redis keeps two bits of its 48 for something else. */
const DEADLINE_MS_MAX = 2 ** 46 - 1;

/** More fields than this are refused as no number at all where they are counted in 32 bits. */
const FIELD_COUNT_MAX = 2 ** 31 - 1;

/** The fields are the arguments `first`, `first` + `step` …, `count` of them. */
export interface FieldArguments {
  first: number;
  count: number;
}

/** The deadline in ms that argument `arg` asks for; it may lie in the past. @throws CommandError */
export function fieldDeadline(ctx: Context, arg: number, unit: TimeUnit): number {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (Number.isNaN(value)) throw NOT_AN_INTEGER;
  const negative = value < 0 || (value === BEYOND_SAFE && ctx.source.u8[ctx.at[arg]] === 45);
  if (negative) throw NEGATIVE_TIME;
  const deadlineMs = value * unit.inMs + (unit.absolute ? 0 : ctx.nowMs);
  if (deadlineMs > DEADLINE_MS_MAX) throw invalidExpire(ctx.command.name);
  return deadlineMs;
}

/** Reads `FIELDS numfields field …` that must be arguments 2 to the last. @throws CommandError */
export function exactFields(ctx: Context): FieldArguments {
  if (!ctx.isWord(2, 'FIELDS')) throw FIELDS_MISPLACED;
  const count = integerAtLeast(ctx, 3, 1, FIELD_COUNT_NOT_POSITIVE);
  if (count !== ctx.argc - 4) throw FIELD_COUNT_MISMATCH;
  return { first: 4, count };
}

/** Refuses an argument that is no option. */
export const unknownArgument = (ctx: Context, arg: number): Error =>
  error(`ERR unknown argument: ${argumentText(ctx, arg)}`);

/** Collects `FIELDS numfields …`, which may stand anywhere among options, once. */
export class FieldsBlock {
  first = 0;
  count = 0;

  /**
   * Reads the block that begins with the word in argument `arg`. @param width arguments each field takes
   * @param refusal what to say of a bad number  @param needsOne whether a block that ends at once is told apart
   * @returns the last argument that belongs to it  @throws CommandError
   */
  read(
    ctx: Context,
    arg: number,
    width: number,
    refusal: ReturnType<typeof error>,
    tooShort?: ReturnType<typeof error>,
  ): number {
    if (this.first !== 0) throw FIELDS_TWICE;
    if (tooShort !== undefined && arg + 2 >= ctx.argc) throw tooShort;
    if (arg + 1 >= ctx.argc) throw wrongArity(ctx.command.name);
    this.count = integerAtLeast(ctx, arg + 1, 1, refusal);
    if (this.count > FIELD_COUNT_MAX) throw refusal;
    this.first = arg + 2;
    if (this.first + this.count * width > ctx.argc) throw TOO_FEW_FIELDS;
    return this.first + this.count * width - 1;
  }

  /** @throws CommandError if there was no block */
  check(): void {
    if (this.first === 0) throw FIELDS_MISSING;
  }
}
