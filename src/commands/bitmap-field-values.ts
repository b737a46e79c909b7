/**
 * Integers at any bit of a string, highest bit first, and what they become when they don't fit. Up to 48 bits they are
 * plain numbers, with room for an operand of 51 bits beside them; what is wider is a BigInt.
 */
import { INT64_MAX } from '../base/numbers.ts';

export const NARROW_BITS_MAX = 48;
const NARROW_OPERAND_MAX = 2 ** 51;

export type Overflow = 'WRAP' | 'SAT' | 'FAIL';

/** One GET, SET or INCRBY. */
export interface FieldOperation {
  readonly kind: 'GET' | 'SET' | 'INCRBY';
  readonly signed: boolean;
  readonly bits: number;
  readonly offset: number;
  /** As a plain number if `isNarrow`, else as a BigInt. */
  readonly operand: number | bigint;
  readonly overflow: Overflow;
}

/** Whether a field of so many bits can be worked on in plain numbers. @param operand Infinity for one beyond them */
export const isNarrow = (bits: number, operand: number): boolean =>
  bits <= NARROW_BITS_MAX && Math.abs(operand) <= NARROW_OPERAND_MAX;

/** Reads a narrow field of the string of `bytes` bytes at `at`; what lies behind its end counts as zeros. */
export function readNarrow(
  u8: Uint8Array,
  at: number,
  bytes: number,
  { offset, bits, signed }: FieldOperation,
): number {
  let value = 0;
  let position = offset;
  for (let left = bits; left > 0; ) {
    const index = Math.floor(position / 8);
    const taken = Math.min(8 - (position & 7), left);
    const byte = index < bytes ? u8[at + index] : 0;
    value = value * (1 << taken) + ((byte >> (8 - (position & 7) - taken)) & ((1 << taken) - 1));
    position += taken;
    left -= taken;
  }
  return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/** Writes a narrow field, which must lie within the string. */
export function writeNarrow(u8: Uint8Array, at: number, { offset, bits }: FieldOperation, value: number): void {
  let rest = value < 0 ? value + 2 ** bits : value;
  // From the lowest bits up, so that each step splits off what a byte takes.
  let end = offset + bits;
  for (let left = bits; left > 0; ) {
    const index = at + Math.floor((end - 1) / 8);
    const shift = (8 - (end & 7)) & 7;
    const taken = Math.min(8 - shift, left);
    const unit = 1 << taken;
    const higher = Math.floor(rest / unit);
    const mask = (unit - 1) << shift;
    u8[index] = (u8[index] & ~mask) | ((rest - higher * unit) << shift);
    rest = higher;
    end -= taken;
    left -= taken;
  }
}

/** What SET or INCRBY makes of a narrow field; NaN if it doesn't fit and OVERFLOW FAIL is in force. */
export function nextNarrow(old: number, { kind, signed, bits, operand, overflow }: FieldOperation): number {
  const value = kind === 'INCRBY' ? old + (operand as number) : (operand as number);
  const span = 2 ** bits;
  const max = signed ? span / 2 - 1 : span - 1;
  const min = signed ? -span / 2 : 0;
  if (value >= min && value <= max) return value;
  if (overflow === 'FAIL') return Number.NaN;
  // A negative number SET in an unsigned field counts as a very large one.
  if (overflow === 'SAT') return value > max || (!signed && kind === 'SET') ? max : min;
  const wrapped = value - Math.floor(value / span) * span;
  return wrapped > max ? wrapped - span : wrapped;
}

export function readWide(u8: Uint8Array, at: number, bytes: number, { offset, bits, signed }: FieldOperation): bigint {
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

export function writeWide(u8: Uint8Array, at: number, { offset, bits }: FieldOperation, value: bigint): void {
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

/** Like `nextNarrow`; undefined where that says NaN. */
export function nextWide(old: bigint, operation: FieldOperation): bigint | undefined {
  const { kind, signed, bits, overflow } = operation;
  const operand = BigInt(operation.operand);
  const set = signed ? operand : BigInt.asUintN(64, operand);
  const value = kind === 'INCRBY' ? old + operand : set;
  const max = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (value >= min && value <= max) return value;
  if (overflow === 'FAIL') return undefined;
  // Redis' own overflow: what SET is given more than 2^63 below the maximum counts as too high.
  const wraps = kind === 'SET' && bits < 64 && max - value > INT64_MAX;
  if (overflow === 'SAT') return value > max || wraps ? max : min;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}
