/** Bits of strings, many at a time. Bit 0 is the highest of the first byte, as Redis numbers them. */
import { BitBench, SLOT_BYTES, STEP_BYTES } from '../base/bit-kernels.ts';
import { popcount } from '../base/popcount.ts';
import { copy, type Region } from '../base/region.ts';

/** What a search skips by memcmp: pieces of zeros, and of ones. */
const UNIFORM_BYTES = 4096;
const UNIFORM = [Buffer.alloc(UNIFORM_BYTES), Buffer.alloc(UNIFORM_BYTES, 0xff)];
const compareBytes = Buffer.prototype.compare as unknown as (
  this: Uint8Array,
  other: Uint8Array,
  otherFrom: number,
  otherTo: number,
  from: number,
  to: number,
) => number;

let bench: BitBench | undefined;
/** This thread's; made when first needed. */
const bitBench = (): BitBench => {
  bench ??= new BitBench();
  return bench;
};

/** Shorter strings are counted where they lie. */
const BENCH_BYTES_MIN = 64;
/** Places on the bench. */
const RESULT = 0;
const OPERAND = SLOT_BYTES;
const TWICE = 2 * SLOT_BYTES;

/** How many bits are set in `bytes` bytes. */
export function countBits(region: Region, at: number, bytes: number): number {
  let count = 0;
  if (bytes >= BENCH_BYTES_MIN) {
    const { kernels } = bitBench();
    const source = { region, at, bytes };
    for (let i = 0; i < bytes; i += SLOT_BYTES) count += kernels.count(RESULT, lay(RESULT, source, i, bytes - i));
    return count;
  }
  let i = at;
  for (; i + 4 <= at + bytes; i += 4) count += popcount(region.view.getInt32(i, true));
  for (; i < at + bytes; i++) count += popcount(region.u8[i]);
  return count;
}

/**
 * Lays the piece of a source that begins at its byte `from` on the bench, followed by zeros where it ends early.
 * @param bytes how many are wanted; at most a slot's are laid  @returns where the piece ends, rounded up to whole steps
 */
function lay(slot: number, source: BitSource, from: number, bytes: number): number {
  const { memory } = bitBench();
  const end = slot + Math.min(SLOT_BYTES, (bytes + STEP_BYTES - 1) & -STEP_BYTES);
  const there = Math.max(0, Math.min(end - slot, bytes, source.bytes - from));
  copy(source.region, source.at + from, memory, slot, there);
  if (slot + there < end) memory.u8.fill(0, slot + there, end);
  return end;
}

/** How many bits from number `from` to `to`, both included, are set in the string at `at`. */
export function countBitRange(region: Region, at: number, from: number, to: number): number {
  const first = at + Math.floor(from / 8);
  const last = at + Math.floor(to / 8);
  const beforeFirst = region.u8[first] & ~(0xff >> (from & 7));
  const behindLast = region.u8[last] & (0x7f >> (to & 7));
  return countBits(region, first, last - first + 1) - popcount(beforeFirst) - popcount(behindLast);
}

/** The number of the first bit from `from` to `to`, both included, that is `bit`; −1 if there is none. */
export function findBit({ u8, view }: Region, at: number, bit: number, from: number, to: number): number {
  const skipped = bit === 1 ? 0 : -1;
  const end = at + Math.floor(to / 8) + 1;
  let i = at + Math.floor(from / 8);
  // Bits before `from` are made such that they are not found; those behind `to` are looked at last.
  let byte = (bit === 1 ? u8[i] : ~u8[i]) & (0xff >> (from & 7));
  if (byte === 0) {
    i = skipPieces(u8, i + 1, end, skipped & 0xff);
    while (i + 4 <= end && view.getInt32(i, true) === skipped) i += 4;
    while (i < end && u8[i] === (skipped & 0xff)) i++;
    if (i >= end) return -1;
    byte = (bit === 1 ? u8[i] : ~u8[i]) & 0xff;
  }
  const found = (i - at) * 8 + Math.clz32(byte) - 24;
  return found > to ? -1 : found;
}

/** Where there is something else than `byte`, or the end, or at most a piece before either. */
function skipPieces(u8: Uint8Array, from: number, end: number, byte: number): number {
  let i = from;
  const piece = UNIFORM[byte & 1];
  while (i + UNIFORM_BYTES <= end && compareBytes.call(u8, piece, 0, UNIFORM_BYTES, i, i + UNIFORM_BYTES) === 0) {
    i += UNIFORM_BYTES;
  }
  return i;
}

export const OPERATIONS = ['AND', 'OR', 'XOR', 'NOT', 'DIFF', 'DIFF1', 'ANDOR', 'ONE'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Where a source string lies. */
export interface BitSource {
  readonly region: Region;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Combines strings bit by bit, as long as the longest of them; the shorter ones count as padded with zero bits. The target
 * may be a source that lies at the same place.
 */
export function combineBits(
  operation: Operation,
  sources: readonly BitSource[],
  bytes: number,
  target: Region,
  targetAt: number,
): void {
  const { memory } = bitBench();
  for (let from = 0; from < bytes; from += SLOT_BYTES) {
    const slot = combinePiece(operation, sources, from, bytes - from);
    copy(memory, slot, target, targetAt + from, Math.min(SLOT_BYTES, bytes - from));
  }
}

/** Combines a slotful of each source. @returns where on the bench the result is */
function combinePiece(operation: Operation, sources: readonly BitSource[], from: number, bytes: number): number {
  const { kernels, memory } = bitBench();
  const first = sources[0];
  let end = RESULT;
  switch (operation) {
    case 'AND':
    case 'OR':
    case 'XOR': {
      const kernel = operation === 'AND' ? kernels.and : operation === 'OR' ? kernels.or : kernels.xor;
      end = lay(RESULT, first, from, bytes);
      for (let i = 1; i < sources.length; i++) {
        lay(OPERAND, sources[i], from, bytes);
        kernel(RESULT, end, OPERAND);
      }
      return RESULT;
    }
    case 'NOT':
      kernels.not(RESULT, lay(RESULT, first, from, bytes));
      return RESULT;
    case 'ONE':
      memory.u8.fill(0, TWICE, TWICE + SLOT_BYTES);
      end = lay(RESULT, first, from, bytes);
      for (let i = 1; i < sources.length; i++) {
        lay(OPERAND, sources[i], from, bytes);
        kernels.addOnce(RESULT, end, OPERAND, TWICE);
      }
      kernels.andNot(RESULT, end, TWICE);
      return RESULT;
    case 'DIFF':
    case 'DIFF1':
    case 'ANDOR':
      // All three set the first against what any of the others has.
      end = lay(RESULT, sources[1], from, bytes);
      for (let i = 2; i < sources.length; i++) {
        lay(OPERAND, sources[i], from, bytes);
        kernels.or(RESULT, end, OPERAND);
      }
      lay(OPERAND, first, from, bytes);
      if (operation === 'DIFF') {
        kernels.andNot(OPERAND, OPERAND + end - RESULT, RESULT);
        return OPERAND;
      }
      if (operation === 'DIFF1') kernels.andNot(RESULT, end, OPERAND);
      else kernels.and(RESULT, end, OPERAND);
      return RESULT;
  }
}
