/** BITFIELD: integers of any width up to 64 bits, at any bit of a string. */
import { parseInteger } from '../base/numbers.ts';
import { TYPE_STRING, valueAt, valueLength } from '../store/entry.ts';
import { BAD_BIT_OFFSET, reachBit, requireBitOffset, SETBIT } from './bitmap-bit.ts';
import {
  type FieldOperation,
  isNarrow,
  NARROW_BITS_MAX,
  nextNarrow,
  nextWide,
  type Overflow,
  readNarrow,
  readWide,
  writeNarrow,
  writeWide,
} from './bitmap-field-values.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error, NOT_AN_INTEGER, SYNTAX_ERROR } from './errors.ts';

const BAD_TYPE = error(
  'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
);
const BAD_OVERFLOW = error('ERR Invalid OVERFLOW type specified');
const ONLY_GET = error('ERR BITFIELD_RO only supports the GET subcommand');

const HASH_SIGN = 35;
const LETTER_I = 105;
const LETTER_U = 117;

function parseOperations(ctx: Context): FieldOperation[] {
  const operations: FieldOperation[] = [];
  let overflow: Overflow = 'WRAP';
  for (let arg = 2; arg < ctx.argc; ) {
    const left = ctx.argc - arg - 1;
    if (ctx.isWord(arg, 'OVERFLOW') && left >= 1) {
      overflow = parseOverflow(ctx, arg + 1);
      arg += 2;
      continue;
    }
    const kind = parseKind(ctx, arg);
    const words = kind === 'GET' ? 3 : 4;
    if (kind === undefined || left < words - 1) throw SYNTAX_ERROR;
    const { signed, bits } = parseType(ctx, arg + 1);
    const offset = parseOffset(ctx, arg + 2, bits);
    const operand = kind === 'GET' ? 0 : parseOperand(ctx, arg + 3, bits);
    operations.push({ kind, signed, bits, offset, operand, overflow });
    arg += words;
  }
  return operations;
}

function parseOverflow(ctx: Context, arg: number): Overflow {
  if (ctx.isWord(arg, 'WRAP')) return 'WRAP';
  if (ctx.isWord(arg, 'SAT')) return 'SAT';
  if (ctx.isWord(arg, 'FAIL')) return 'FAIL';
  throw BAD_OVERFLOW;
}

function parseKind(ctx: Context, arg: number): FieldOperation['kind'] | undefined {
  if (ctx.isWord(arg, 'GET')) return 'GET';
  if (ctx.isWord(arg, 'SET')) return 'SET';
  return ctx.isWord(arg, 'INCRBY') ? 'INCRBY' : undefined;
}

function parseOperand(ctx: Context, arg: number, bits: number): number | bigint {
  const value = parseInteger(ctx.source.u8, ctx.at[arg], ctx.size[arg]);
  if (Number.isNaN(value)) throw NOT_AN_INTEGER;
  return isNarrow(bits, value) ? value : BigInt(ctx.text(arg));
}

/** `i8`, `u63`, … */
function parseType(ctx: Context, arg: number): { signed: boolean; bits: number } {
  const { u8 } = ctx.source;
  const letter = ctx.size[arg] === 0 ? 0 : u8[ctx.at[arg]];
  const signed = letter === LETTER_I;
  const bits = parseInteger(u8, ctx.at[arg] + 1, ctx.size[arg] - 1);
  if (!signed && letter !== LETTER_U) throw BAD_TYPE;
  if (!(bits >= 1 && bits <= (signed ? 64 : 63))) throw BAD_TYPE;
  return { signed, bits };
}

/** A bit's number, or `#` and a field's. */
function parseOffset(ctx: Context, arg: number, bits: number): number {
  const { u8 } = ctx.source;
  const counted = ctx.size[arg] > 0 && u8[ctx.at[arg]] === HASH_SIGN ? 1 : 0;
  const value = parseInteger(u8, ctx.at[arg] + counted, ctx.size[arg] - counted);
  if (!Number.isSafeInteger(value)) throw BAD_BIT_OFFSET;
  return requireBitOffset(counted === 1 ? value * bits : value);
}

function bitfield(ctx: Context, readOnly: boolean): void {
  const operations = parseOperations(ctx);
  const writes = operations.filter(({ kind }) => kind !== 'GET');
  if (writes.length === 0) {
    const entry = ctx.readTyped(1, TYPE_STRING);
    const { arena } = ctx.ks;
    const at = entry === 0 ? 0 : valueAt(arena, entry);
    const bytes = entry === 0 ? 0 : valueLength(arena, entry);
    ctx.reply.array(operations.length);
    for (const operation of operations) runOperation(ctx, operation, arena.u8, at, bytes);
    return;
  }
  if (readOnly) throw ONLY_GET;
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const had = entry === 0 ? -1 : valueLength(arena, entry);
  const grown = reachBit(ctx, entry, Math.max(...writes.map(({ offset, bits }) => offset + bits - 1)));
  const bytes = valueLength(arena, grown);
  let changed = false;
  ctx.reply.array(operations.length);
  for (const operation of operations) {
    const outcome = runOperation(ctx, operation, arena.u8, valueAt(arena, grown), bytes);
    if (outcome === CHANGED || (outcome === WRITTEN && had !== bytes)) changed = true;
  }
  if (changed) ctx.touch(1, SETBIT);
}

const NOTHING_WRITTEN = 0;
/** What was there already. */
const WRITTEN = 1;
const CHANGED = 2;

/** Runs one operation on the string of `bytes` bytes at `at`, and replies. @returns NOTHING_WRITTEN, WRITTEN or CHANGED */
function runOperation(ctx: Context, operation: FieldOperation, u8: Uint8Array, at: number, bytes: number): number {
  const { kind, bits, operand } = operation;
  if (bits > NARROW_BITS_MAX || typeof operand === 'bigint') return runWide(ctx, operation, u8, at, bytes);
  const old = readNarrow(u8, at, bytes, operation);
  const value = kind === 'GET' ? old : nextNarrow(old, operation);
  if (Number.isNaN(value)) ctx.reply.null();
  else ctx.reply.integer(kind === 'INCRBY' ? value : old);
  if (kind === 'GET' || Number.isNaN(value)) return NOTHING_WRITTEN;
  writeNarrow(u8, at, operation, value);
  return value === old ? WRITTEN : CHANGED;
}

function runWide(ctx: Context, operation: FieldOperation, u8: Uint8Array, at: number, bytes: number): number {
  const { kind } = operation;
  const old = readWide(u8, at, bytes, operation);
  const value = kind === 'GET' ? old : nextWide(old, operation);
  if (value === undefined) ctx.reply.null();
  else ctx.reply.bigInteger(kind === 'INCRBY' ? value : old);
  if (kind === 'GET' || value === undefined) return NOTHING_WRITTEN;
  writeWide(u8, at, operation, value);
  return value === old ? WRITTEN : CHANGED;
}

export const bitmapFieldCommands = [
  command({
    name: 'BITFIELD',
    since: '3.2.0',
    group: 'bitmap',
    complexity: 'O(1) a field',
    summary: 'Reads, sets and adds to integers of chosen widths that lie at chosen bits of a string.',
    syntax:
      'key:key [operation(GET get-block{encoding offset:integer} | write{[OVERFLOW overflow-block(WRAP | SAT | FAIL)] write-operation(SET set-block{encoding offset:integer value:integer} | INCRBY incrby-block{encoding offset:integer increment:integer})})...]',
    keys: 'RW access update variable_flags 1',
    flags: 'write denyoom',
    run: (ctx) => bitfield(ctx, false),
  }),
  command({
    name: 'BITFIELD_RO',
    since: '6.0.0',
    group: 'bitmap',
    complexity: 'O(1) a field',
    summary: 'Reads integers of chosen widths that lie at chosen bits of a string.',
    syntax: 'key:key [GET get-block{encoding offset:integer}...!]',
    keys: 'RO access 1',
    flags: 'readonly fast',
    run: (ctx) => bitfield(ctx, true),
  }),
];
