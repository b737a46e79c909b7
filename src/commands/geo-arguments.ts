/** What arguments and replies of the geo commands have in common. */
import { parseDouble, writeInteger } from '../base/numbers.ts';
import { Region } from '../base/region.ts';
import { sortedSetFind, sortedSetScore } from '../types/sorted-set.ts';
import type { Value } from '../types/value.ts';
import type { Context } from './context.ts';
import { type CommandError, error } from './errors.ts';
import { LATITUDE_MAX, LONGITUDE_MAX, type Place, placeOfScore } from './geo-cells.ts';
import type { Shape } from './geo-shape.ts';
import { doubleArgument } from './sorted-set.ts';

const UNKNOWN_UNIT = error('ERR unsupported unit provided. please use M, KM, FT, MI');
const RADIUS_NOT_NUMERIC = error('ERR need numeric radius');
const RADIUS_NEGATIVE = error('ERR radius cannot be negative');
const WIDTH_NOT_NUMERIC = error('ERR need numeric width');
const HEIGHT_NOT_NUMERIC = error('ERR need numeric height');
const BOX_NEGATIVE = error('ERR height or width cannot be negative');

const FRACTION = 10_000;
const FRACTION_DIGITS = 4;
/** Adding and taking it away again rounds a smaller double to a whole number, halves to even. */
const ROUNDER = 2 ** 52;

const text = Region.allocate(32);

/** Longitude and latitude in arguments `arg` and the next. @throws CommandError */
export function placeArgument(ctx: Context, arg: number): Place {
  const longitude = doubleArgument(ctx, arg);
  const latitude = doubleArgument(ctx, arg + 1);
  if (Math.abs(longitude) > LONGITUDE_MAX || Math.abs(latitude) > LATITUDE_MAX) {
    throw error(`ERR invalid longitude,latitude pair ${sixDigits(longitude)},${sixDigits(latitude)}`);
  }
  return { longitude, latitude };
}

/** The place of the member that argument `arg` names, or undefined if there is no such member. */
export function placeOfMember(ctx: Context, zset: Value, arg: number): Place | undefined {
  const position = sortedSetFind(zset, ctx.source, ctx.at[arg], ctx.size[arg]);
  return position === 0 ? undefined : placeOfScore(sortedSetScore(zset, position));
}

/** As C's `%f` prints a double. */
function sixDigits(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.000000';
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

/** Metres in the unit that argument `arg` names. @throws UNKNOWN_UNIT */
export function unitArgument(ctx: Context, arg: number): number {
  if (ctx.isWord(arg, 'M')) return 1;
  if (ctx.isWord(arg, 'KM')) return 1000;
  if (ctx.isWord(arg, 'FT')) return 0.3048;
  if (ctx.isWord(arg, 'MI')) return 1609.34;
  throw UNKNOWN_UNIT;
}

function lengthArgument(ctx: Context, arg: number, otherwise: CommandError): number {
  const value = parseDouble(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (value === undefined) throw otherwise;
  return value;
}

/** Makes the shape a circle: `radius unit` in arguments `arg` and the next. @throws CommandError */
export function readCircle(ctx: Context, arg: number, shape: Shape): void {
  shape.radius = lengthArgument(ctx, arg, RADIUS_NOT_NUMERIC);
  if (shape.radius < 0) throw RADIUS_NEGATIVE;
  shape.unit = unitArgument(ctx, arg + 1);
}

/** Makes the shape a box: `width height unit` from argument `arg` on. @throws CommandError */
export function readBox(ctx: Context, arg: number, shape: Shape): void {
  shape.radius = undefined;
  shape.width = lengthArgument(ctx, arg, WIDTH_NOT_NUMERIC);
  shape.height = lengthArgument(ctx, arg + 1, HEIGHT_NOT_NUMERIC);
  if (shape.width < 0 || shape.height < 0) throw BOX_NEGATIVE;
  shape.unit = unitArgument(ctx, arg + 2);
}

/** Replies with a distance, four digits behind the point. */
export function replyDistance(ctx: Context, value: number): void {
  const rounded = value * FRACTION + ROUNDER - ROUNDER;
  // No distance on Earth is so long, in whatever unit, that the quotient would be rounded up to a whole number.
  const whole = Math.floor(rounded / FRACTION);
  let end = writeInteger(text.u8, 0, whole);
  text.u8[end++] = 0x2e;
  for (let digit = FRACTION_DIGITS - 1, rest = (rounded - whole * FRACTION) | 0; digit >= 0; digit--) {
    text.u8[end + digit] = 0x30 + (rest % 10);
    rest = (rest / 10) | 0;
  }
  ctx.reply.bulk(text, 0, end + FRACTION_DIGITS);
}

export function replyPlace(ctx: Context, { longitude, latitude }: Place): void {
  ctx.reply.array(2);
  ctx.reply.double(longitude);
  ctx.reply.double(latitude);
}
