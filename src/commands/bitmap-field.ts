/** BITFIELD: integers of any width up to 64 bits, at any bit of a string. */
import { INT64_MAX, parseInt64, parseInteger } from '../base/numbers.ts';
import { TYPE_STRING, valueAt, valueLength } from '../store/entry.ts';
import { BAD_BIT_OFFSET, reachBit, requireBitOffset, SETBIT } from './bitmap-bit.ts';
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

type Overflow = 'WRAP' | 'SAT' | 'FAIL';

/** One GET, SET or INCRBY. */
interface FieldOperation {
  readonly kind: 'GET' | 'SET' | 'INCRBY';
  readonly signed: boolean;
  readonly bits: number;
  readonly offset: number;
  readonly operand: bigint;
  readonly overflow: Overflow;
}

function parseOperations(ctx: Context): FieldOperation[] {
  const operations: FieldOperation[] = [];
  let overflow: Overflow = 'WRAP';
  let arg = 2;
  while (arg < ctx.argc) {
    const left = ctx.argc - arg - 1;
    const word = ctx.word(arg);
    if (word === 'OVERFLOW' && left >= 1) {
      const said = ctx.word(arg + 1);
      if (said !== 'WRAP' && said !== 'SAT' && said !== 'FAIL') throw BAD_OVERFLOW;
      overflow = said;
      arg += 2;
    } else if ((word === 'GET' && left >= 2) || ((word === 'SET' || word === 'INCRBY') && left >= 3)) {
      const { signed, bits } = parseType(ctx, arg + 1);
      const offset = parseOffset(ctx, arg + 2, bits);
      const operand = word === 'GET' ? 0n : parseInt64(ctx.source.u8, ctx.at[arg + 3], ctx.size[arg + 3]);
      if (operand === undefined) throw NOT_AN_INTEGER;
      operations.push({ kind: word, signed, bits, offset, operand, overflow });
      arg += word === 'GET' ? 3 : 4;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return operations;
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

/** Reads a field of the string of `bytes` bytes at `at`; what lies behind its end counts as zeros. */
function readField(u8: Uint8Array, at: number, bytes: number, { offset, bits, signed }: FieldOperation): bigint {
  let value = 0n;
  let position = offset;
  for (let left = bits; left > 0; ) {
    const index = Math.floor(position / 8);
    const taken = Math.min(8 - (position & 7), left);
    const byte = index < bytes ? u8[at + index] : 0;
    const chunk = (byte >> (8 - (position & 7) - taken)) & ((1 << taken) - 1);
    value = (value << BigInt(taken)) | BigInt(chunk);
    position += taken;
    left -= taken;
  }
  return signed ? BigInt.asIntN(bits, value) : value;
}

function writeField(u8: Uint8Array, at: number, { offset, bits }: FieldOperation, value: bigint): void {
  let position = offset;
  for (let left = bits; left > 0; ) {
    const index = at + Math.floor(position / 8);
    const taken = Math.min(8 - (position & 7), left);
    const shift = 8 - (position & 7) - taken;
    const mask = ((1 << taken) - 1) << shift;
    const chunk = Number(BigInt.asUintN(taken, value >> BigInt(left - taken))) << shift;
    u8[index] = (u8[index] & ~mask) | chunk;
    position += taken;
    left -= taken;
  }
}

/** The value as the field can hold it; undefined if it can't and OVERFLOW FAIL is in force. */
function fitted(value: bigint, { kind, signed, bits, overflow }: FieldOperation): bigint | undefined {
  const max = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (value >= min && value <= max) return value;
  if (overflow === 'FAIL') return undefined;
  // Redis' own overflow: what SET is given more than 2^63 below the maximum counts as too high.
  const wraps = kind === 'SET' && bits < 64 && max - value > INT64_MAX;
  if (overflow === 'SAT') return value > max || wraps ? max : min;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** What SET or INCRBY makes of a field. A negative number SET in an unsigned field counts as a very large one. */
function nextValue(old: bigint, operation: FieldOperation): bigint | undefined {
  const { kind, signed, operand } = operation;
  if (kind === 'INCRBY') return fitted(old + operand, operation);
  return fitted(signed ? operand : BigInt.asUintN(64, operand), operation);
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
    for (const operation of operations) replyField(ctx, readField(arena.u8, at, bytes, operation));
    return;
  }
  if (readOnly) throw ONLY_GET;
  const entry = ctx.lookupTyped(1, TYPE_STRING);
  const { arena } = ctx.ks;
  const had = entry === 0 ? -1 : valueLength(arena, entry);
  const grown = reachBit(ctx, entry, Math.max(...writes.map(({ offset, bits }) => offset + bits - 1)));
  const bytes = valueLength(arena, grown);
  const changed = runOperations(ctx, operations, arena.u8, valueAt(arena, grown), bytes, had !== bytes);
  if (changed) ctx.touch(1, SETBIT);
}

/** @param grew whether the string is longer than before: then any write is a change  @returns whether there was a change */
function runOperations(
  ctx: Context,
  operations: readonly FieldOperation[],
  u8: Uint8Array,
  at: number,
  bytes: number,
  grew: boolean,
): boolean {
  let changed = false;
  ctx.reply.array(operations.length);
  for (const operation of operations) {
    const old = readField(u8, at, bytes, operation);
    const value = operation.kind === 'GET' ? old : nextValue(old, operation);
    if (value === undefined) {
      ctx.reply.null();
      continue;
    }
    if (operation.kind !== 'GET') {
      writeField(u8, at, operation, value);
      if (grew || value !== old) changed = true;
    }
    replyField(ctx, operation.kind === 'INCRBY' ? value : old);
  }
  return changed;
}

function replyField(ctx: Context, value: bigint): void {
  ctx.reply.bigInteger(value);
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
