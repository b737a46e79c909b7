/**
 * HyperLogLog sketches, in the bytes that Redis keeps in a string:
 *
 *     0   "HYLL"
 *     4   0 dense, 1 sparse
 *     5   3 bytes, 0
 *     8   the estimate computed last, 64 bits little-endian; its highest bit set: no longer valid
 *     16  registers, 16384 of them
 *
 *     dense     6 bits a register, from the lowest bit of each byte up
 *     sparse    00LLLLLL             L + 1 registers are 0
 *               01LLLLLL LLLLLLLL    L + 1 registers are 0
 *               1VVVVVLL             L + 1 registers are V + 1
 *
 * Sparse ones may come from anywhere: every reader says whether the runs make up 16384 registers.
 */
import type { Region } from '../base/region.ts';
import { INDEX_BITS } from './hyperloglog-hash.ts';

export const HEADER_BYTES = 16;
export const REGISTERS = 1 << INDEX_BITS;
const REGISTER_BITS = 6;
const REGISTER_MASK = (1 << REGISTER_BITS) - 1;
export const DENSE_BYTES = HEADER_BYTES + (REGISTERS * REGISTER_BITS) / 8;
export const DENSE = 0;
export const SPARSE = 1;

const MAGIC = 0x4c4c5948;
const STALE = 0x80;
const TWO_32 = 2 ** 32;

/** Whether the string may be a sketch: a right header, and if dense the right length. */
export function isSketch({ u8, view }: Region, at: number, length: number): boolean {
  if (length < HEADER_BYTES || view.getInt32(at, true) !== MAGIC) return false;
  return u8[at + 4] === DENSE ? length === DENSE_BYTES : u8[at + 4] === SPARSE;
}

export const formOf = (region: Region, at: number): number => region.u8[at + 4];

/** Writes a header that says the estimate is 0, which is right until a register is set. */
export function writeHeader({ u8, view }: Region, at: number, form: number): void {
  u8.fill(0, at, at + HEADER_BYTES);
  view.setInt32(at, MAGIC, true);
  u8[at + 4] = form;
}

export const hasEstimate = (region: Region, at: number): boolean => (region.u8[at + 15] & STALE) === 0;

/** The estimate kept in the header: up to 2^63, rounded beyond 2^53. */
export const estimateIn = ({ view }: Region, at: number): number =>
  view.getUint32(at + 12, true) * TWO_32 + view.getUint32(at + 8, true);

/** The estimate kept in the header, exact. Cold. */
export const exactEstimateIn = ({ view }: Region, at: number): bigint => view.getBigUint64(at + 8, true);

export function keepEstimate({ view }: Region, at: number, estimate: number): void {
  view.setUint32(at + 8, estimate % TWO_32, true);
  view.setUint32(at + 12, Math.floor(estimate / TWO_32), true);
}

export function dropEstimate(region: Region, at: number): void {
  region.u8[at + 15] |= STALE;
}

// --- dense ------------------------------------------------------------------------------------------------------------

/** @param at of the sketch */
export function denseGet({ u8 }: Region, at: number, index: number): number {
  const bit = index * REGISTER_BITS;
  const byte = at + HEADER_BYTES + (bit >>> 3);
  const shift = bit & 7;
  // A register that ends in its first byte has no second: the last one's would lie outside.
  const second = shift > 2 ? u8[byte + 1] << (8 - shift) : 0;
  return ((u8[byte] >>> shift) | second) & REGISTER_MASK;
}

/** Raises a register. @returns whether it was lower */
export function denseRaise(region: Region, at: number, index: number, rank: number): boolean {
  if (rank <= denseGet(region, at, index)) return false;
  denseSet(region, at, index, rank);
  return true;
}

export function denseSet({ u8 }: Region, at: number, index: number, value: number): void {
  const bit = index * REGISTER_BITS;
  const byte = at + HEADER_BYTES + (bit >>> 3);
  const shift = bit & 7;
  u8[byte] = (u8[byte] & ~(REGISTER_MASK << shift)) | (value << shift);
  if (shift > 2) u8[byte + 1] = (u8[byte + 1] & ~(REGISTER_MASK >>> (8 - shift))) | (value >>> (8 - shift));
}

// --- sparse -----------------------------------------------------------------------------------------------------------

export const isLongZeros = (head: number): boolean => (head & 0xc0) === 0x40;
export const runBytes = (head: number): number => (isLongZeros(head) ? 2 : 1);
/** The value of the run's registers. */
export const runValue = (head: number): number => ((head & 0x80) === 0 ? 0 : ((head >>> 2) & 31) + 1);

/** How many registers the run at `at` has. A run whose second byte is cut off has it 0, as in Redis. */
export function runLength(u8: Uint8Array, at: number, end: number): number {
  const head = u8[at];
  if ((head & 0x80) !== 0) return (head & 3) + 1;
  if (!isLongZeros(head)) return (head & 0x3f) + 1;
  return (((head & 0x3f) << 8) | (at + 1 < end ? u8[at + 1] : 0)) + 1;
}

// --- both -------------------------------------------------------------------------------------------------------------

/** Registers out of their sketches, a byte each, also seen as words of four. */
export class Registers {
  readonly bytes = new Uint8Array(REGISTERS);
  private readonly words = new Int32Array(this.bytes.buffer);

  clear(): void {
    this.words.fill(0);
  }

  /** Raises each to the sketch's. @returns false if that is damaged */
  merge(region: Region, at: number, length: number): boolean {
    if (formOf(region, at) !== DENSE) return this.mergeSparse(region.u8, at, length);
    this.mergeDense(region.view, at + HEADER_BYTES);
    return true;
  }

  /** Makes them those of a dense sketch. */
  store(region: Region, at: number): void {
    const { words } = this;
    const { u8 } = region;
    for (let i = 0, to = at + HEADER_BYTES; i < words.length; i++, to += 3) {
      const four = words[i];
      const packed = (four & 0x3f) | ((four >>> 2) & 0xfc0) | ((four >>> 4) & 0x3f000) | ((four >>> 6) & 0xfc0000);
      u8[to] = packed;
      u8[to + 1] = packed >>> 8;
      u8[to + 2] = packed >>> 16;
    }
  }

  /** Adds up in `lanes` how many have each value. */
  count(lanes: Int32Array): void {
    const { words } = this;
    let zeros = 0;
    for (let i = 0; i < words.length; i++) {
      const four = words[i];
      if (four === 0) zeros++;
      else {
        lanes[four & 63]++;
        lanes[LANE_1 + ((four >>> 8) & 63)]++;
        lanes[LANE_2 + ((four >>> 16) & 63)]++;
        lanes[LANE_3 + (four >>> 24)]++;
      }
    }
    lanes[0] += zeros * 4;
  }

  /** Four registers are three bytes, the last of the four that are read. */
  private mergeDense(view: DataView, at: number): void {
    const { words } = this;
    for (let i = 0, from = at - 1; i < words.length; i++, from += 3) {
      const four = view.getInt32(from, true) >>> 8;
      const theirs = (four & 0x3f) | ((four << 2) & 0x3f00) | ((four << 4) & 0x3f0000) | ((four << 6) & 0x3f000000);
      const ours = words[i];
      // The highest bit of each byte says that ours is not less; then it becomes six bits that say so.
      const notLess = (((ours | HIGHEST) - theirs) & HIGHEST) >>> 1;
      const taken = notLess - (notLess >>> 6);
      words[i] = (ours & taken) | (theirs & ~taken);
    }
  }

  private mergeSparse(u8: Uint8Array, at: number, length: number): boolean {
    const { bytes } = this;
    const end = at + length;
    let index = 0;
    for (let i = at + HEADER_BYTES; i < end; i += runBytes(u8[i])) {
      const behind = index + runLength(u8, i, end);
      if (behind > REGISTERS) return false;
      const value = runValue(u8[i]);
      if (value === 0) index = behind;
      else for (; index < behind; index++) if (value > bytes[index]) bytes[index] = value;
    }
    return index === REGISTERS;
  }
}

/** Bit 7 of each byte of a word. */
const HIGHEST = 0x80808080 | 0;

/** Neighbouring registers are counted apart: mostly they are alike, and counting waits for the count before. */
const LANE_1 = 64;
const LANE_2 = 128;
const LANE_3 = 192;
export const LANE_COUNTS = 256;

/** Adds up in `lanes` how many registers have each value. @returns false if the sketch is damaged */
export function countValues(lanes: Int32Array, region: Region, at: number, length: number): boolean {
  if (formOf(region, at) === SPARSE) {
    return eachRun(region, at, length, (_index, run, value) => {
      lanes[value] += run;
    });
  }
  const { view } = region;
  for (let i = at + HEADER_BYTES - 1; i < at + DENSE_BYTES - 1; i += 3) {
    const four = view.getInt32(i, true);
    lanes[(four >>> 8) & 63]++;
    lanes[LANE_1 + ((four >>> 14) & 63)]++;
    lanes[LANE_2 + ((four >>> 20) & 63)]++;
    lanes[LANE_3 + (four >>> 26)]++;
  }
  return true;
}

/** Registers of a run by its first byte, those of its second byte left out. */
const LENGTHS = Int32Array.from({ length: 256 }, (_, head) => {
  if ((head & 0x80) !== 0) return (head & 3) + 1;
  return isLongZeros(head) ? ((head & 0x3f) << 8) + 1 : (head & 0x3f) + 1;
});

/** Where a register was found in a sparse sketch. */
export class SparsePlace {
  /** The run that it is in: offset in the sketch, and its first register. At the sketch's end: there is none, it is damaged. */
  run = 0;
  first = 0;
  /** The run before that, or the first. */
  before = 0;
  beforeFirst = 0;

  /**
   * Looks for a register. Whether a run of zeros has one byte or two can't be foreseen, so no step depends on it by a branch;
   * that a run of a value follows can, so both are gone past at once.
   * @param from offset of a run to begin with  @param fromFirst the first register of that
   */
  seek({ u8, view }: Region, at: number, length: number, index: number, from: number, fromFirst: number): void {
    const last = at + length - 1;
    let run = at + from;
    let first = fromFirst;
    let before = run;
    let beforeFirst = first;
    while (run < last - 2) {
      const word = view.getInt32(run, true);
      const isLong = isLongRun(word & 0xff);
      const behind = first + LENGTHS[word & 0xff] + ((word >>> 8) & 0xff & -isLong);
      if (index < behind) break;
      before = run;
      beforeFirst = first;
      first = behind;
      run += 1 + isLong;
      const next = (word >>> (8 << isLong)) & 0xff;
      if (next < 0x80) continue;
      const behindNext = behind + (next & 3) + 1;
      if (index < behindNext) break;
      before = run;
      beforeFirst = behind;
      first = behindNext;
      run++;
    }
    while (run < last) {
      const head = u8[run];
      const isLong = isLongRun(head);
      const behind = first + LENGTHS[head] + (u8[run + 1] & -isLong);
      if (index < behind) break;
      before = run;
      beforeFirst = first;
      first = behind;
      run += 1 + isLong;
    }
    // Of the last byte by itself it is known that nothing follows.
    if (run === last && index >= first + LENGTHS[u8[run]]) run++;
    this.run = Math.min(run, last + 1) - at;
    this.first = first;
    this.before = before - at;
    this.beforeFirst = beforeFirst;
  }
}

/** 1 for the first byte of a run of zeros that has two, else 0. */
const isLongRun = (head: number): number => (head >>> 6) & (~head >>> 7) & 1;

/** Visits the runs of a sparse sketch. @returns whether they are 16384 registers together */
export function eachRun(
  { u8 }: Region,
  at: number,
  length: number,
  visit: (index: number, run: number, value: number, head: number) => void,
): boolean {
  const end = at + length;
  let index = 0;
  for (let i = at + HEADER_BYTES; i < end; i += runBytes(u8[i])) {
    const run = runLength(u8, i, end);
    if (index + run > REGISTERS) return false;
    visit(index, run, runValue(u8[i]), u8[i]);
    index += run;
  }
  return index === REGISTERS;
}
