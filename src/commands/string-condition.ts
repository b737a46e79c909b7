/** What a string must be for SET or DELEX to go on: IFEQ, IFNE by value, IFDEQ, IFDNE by digest. */
import { equal } from '../base/region.ts';
import { xxh3 } from '../base/xxh3.ts';
import { valueAt, valueLength } from '../store/entry.ts';
import type { Context } from './context.ts';
import { error } from './errors.ts';

export const IFEQ = 1;
export const IFNE = 2;
export const IFDEQ = 4;
export const IFDNE = 8;

const DIGEST_DIGITS = 16;
const BAD_DIGEST = error(`ERR must be exactly ${DIGEST_DIGITS} hexadecimal characters`);

const digest = new Uint32Array(2);

/** The condition that argument `arg` names, or 0. */
export function valueCondition(ctx: Context, arg: number): number {
  if (ctx.size[arg] === 4) return ctx.isWord(arg, 'IFEQ') ? IFEQ : ctx.isWord(arg, 'IFNE') ? IFNE : 0;
  return ctx.isWord(arg, 'IFDEQ') ? IFDEQ : ctx.isWord(arg, 'IFDNE') ? IFDNE : 0;
}

/** Whether a condition holds for a key that isn't there. */
export const absentMeets = (condition: number): boolean => condition === IFNE || condition === IFDNE;

/** Whether the string of an entry of the selected keyspace meets a condition, whose operand is argument `arg`. */
export function stringMeets(ctx: Context, entry: number, condition: number, arg: number): boolean {
  const same = condition === IFEQ || condition === IFNE ? valueIs(ctx, entry, arg) : digestIs(ctx, entry, arg);
  return same === (condition === IFEQ || condition === IFDEQ);
}

function valueIs(ctx: Context, entry: number, arg: number): boolean {
  const { arena } = ctx.ks;
  const bytes = ctx.size[arg];
  return (
    valueLength(arena, entry) === bytes && equal(arena.region, valueAt(arena, entry), ctx.source, ctx.at[arg], bytes)
  );
}

function digestIs(ctx: Context, entry: number, arg: number): boolean {
  const { arena } = ctx.ks;
  if (ctx.size[arg] !== DIGEST_DIGITS) throw BAD_DIGEST;
  const high = parseHexWord(ctx.source.u8, ctx.at[arg]);
  const low = parseHexWord(ctx.source.u8, ctx.at[arg] + DIGEST_DIGITS / 2);
  xxh3(arena.view, valueAt(arena, entry), valueLength(arena, entry), digest);
  return digest[0] === high && digest[1] === low;
}

/** Eight hexadecimal digits as an unsigned number. @throws BAD_DIGEST */
function parseHexWord(u8: Uint8Array, at: number): number {
  let word = 0;
  for (let i = at; i < at + DIGEST_DIGITS / 2; i++) {
    const byte = u8[i];
    const letter = byte | 32;
    if (byte >= 48 && byte <= 57) word = word * 16 + (byte - 48);
    else if (letter >= 97 && letter <= 102) word = word * 16 + (letter - 87);
    else throw BAD_DIGEST;
  }
  return word;
}
